"""What stands around a page's content: header, menus, footer, teasers of other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from ingest.clean import clean_line
from ingest.dates import parse_date
from ingest.frame import is_prose
from ingest.readers.html_walk import BLOCKS, HEADINGS, count_words, inline_text, walk

_CHROME_TAGS = frozenset("nav aside form button select dialog input textarea footer".split())
_CHROME_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog complementary menu menubar toolbar "
    "tablist alert status".split()
)
# Words of class names and ids, as the field's extractors use them; matched as whole words.
_CHROME_WORDS = frozenset(
    """breadcrumb breadcrumbs cookie cookies consent gdpr share sharing social addtoany sharethis
    newsletter subscribe subscription related pager pagination paging skip sidebar navbar menu
    megamenu navigation toolbar login signin search recommended promo advert advertisement banner
    popup modal topbar topnav masthead comments comment tags footer colophon""".split()
)
# Whole names, of which a part alone would say too little.
_CHROME_NAMES = frozenset(
    """off-canvas site-header page-header main-header global-header region-header header-top
    site-branding site-description site-slogan site-info language-switcher lang-switcher
    language-switch widget-area""".split()
)
_CARD_WORDS = frozenset("card teaser views tile listing".split())
_READ_MORE = re.compile(
    r"(?:read|learn|see|view|find out|discover) (?:more|all|details?|the (?:story|article))"
    r"(?: about .{0,60})?|more|details|continue reading.{0,60}|full (?:story|article)"
    r"|(?:اقرأ|إقرأ|لمعرفة|شاهد|عرض) (?:المزيد|التفاصيل)|المزيد|التفاصيل|للمزيد",
    re.IGNORECASE,
)
MOST_PROSE = 0.5  # an element with so much of a page's prose is its content, however it is called
_CLASS_WORD = re.compile(r"[a-z]+")
_TEASER_TAGS = ("li", "article", "div", "section")
_SENTENCE_END = re.compile(r"[.!?؟…:][\"'”’»)]*$")
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


def is_chrome(element: lxml_html.HtmlElement) -> bool:
    """Whether an element is part of the frame, by its tag, its role or its names."""
    tag = element.tag
    if not isinstance(tag, str) or tag in {"html", "body", "main", "article", "h1", "head"}:
        return False
    if tag == "aside" and any(True for _ in element.iterancestors("article", "main")):
        return _is_mostly_links(element)  # a fact box or a pull quote, unless it is a menu
    if tag in _CHROME_TAGS:
        return not (tag == "form" and element.find(".//h1") is not None)
    if tag == "header" and not any(True for _ in element.iterancestors("article", "main")):
        return element.find(".//h1") is None
    roles = set((element.get("role") or "").lower().split())
    if roles & _CHROME_ROLES:
        return element.find(".//h1") is None
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    if not (
        _CHROME_WORDS.isdisjoint(_CLASS_WORD.findall(names))
        and _CHROME_NAMES.isdisjoint(names.split())
    ):
        return element.find(".//h1") is None and not _is_mostly_prose(element)
    return False


def _is_mostly_links(element: lxml_html.HtmlElement) -> bool:
    return 2 * sum(count_words(anchor) for anchor in element.iter("a")) >= count_words(element)


def _is_mostly_prose(element: lxml_html.HtmlElement) -> bool:
    """Whether a container holds several paragraphs of text outside links: its name misleads."""
    prose = [p for p in element.iter("p") if is_prose(clean_line(inline_text(p)))]
    return len(prose) >= 3


def take_frame(body: lxml_html.HtmlElement, title: str, base: str) -> tuple[tuple[str, ...], int]:
    """Cut header, menus and footer out of the tree; their prose, and how many words they held."""
    regions: list[lxml_html.HtmlElement] = []
    prose = _prose_words(body)
    for element in body.iter():
        if is_chrome(element) and not any(parent in regions for parent in element.iterancestors()):
            by_name = element.tag in {"div", "section", "form", "span"} and not element.get("role")
            if by_name and prose and _prose_words(element) > MOST_PROSE * prose:
                continue
            regions.append(element)
    frame: dict[str, None] = {}
    words = 0
    for region in regions:
        words += count_words(region)
        for teaser in [each for each in region.iter(*_TEASER_TAGS) if _is_teaser(each, base)]:
            _cut(teaser)  # what it says is said by the page it leads to
        for paragraph in _paragraphs(region):
            for block in walk(paragraph):
                linked = 4 * block.linked >= block.words
                ended = _SENTENCE_END.search(block.text)  # breadcrumbs end in the page's title
                if (
                    ended
                    and is_prose(block.text)
                    and not linked
                    and not same_words(block.text, title)
                ):
                    frame[block.text] = None
        _cut(region)
    return tuple(frame), words


def _prose_words(element: lxml_html.HtmlElement) -> int:
    """Words in its paragraphs that stand outside links and outside what is frame by its tag."""
    words = 0
    for paragraph in element.iter("p"):
        if not any(
            parent.tag in {"nav", "footer", "aside"} for parent in paragraph.iterancestors()
        ):
            words += count_words(paragraph) - sum(count_words(a) for a in paragraph.iter("a"))
    return words


def _cut(element: lxml_html.HtmlElement) -> None:
    """Replace an element by a gap."""
    parent = element.getparent()
    if parent is not None:
        gap = parent.makeelement("gap-left")
        gap.tail, element.tail = element.tail, None
        parent.replace(element, gap)


def _paragraphs(region: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    """The innermost blocks of a region: its menus hide their prose in list items."""
    for element in region.iter(*BLOCKS):
        if not any(child.tag in BLOCKS for child in element.iterdescendants()):
            yield element


def drop_teasers(body: lxml_html.HtmlElement, base: str) -> bool:
    """Cut the teasers of other pages out of the tree; whether there were any.

    A teaser begins with a link to another page and carries that page's date or a text of its own
    beside the link, or ends in one that says "Read more"; three or more of them side by side are a
    listing, and so are three or more bare links with the length of titles.
    """
    groups: dict[lxml_html.HtmlElement, list[lxml_html.HtmlElement]] = {}
    for element in body.iter(*_TEASER_TAGS):
        if _is_teaser(element, base):
            parent = element.getparent()
            if parent is not None:
                groups.setdefault(parent, []).append(element)
    dropped = False
    for parent, members in groups.items():
        dated = [member for member in members if _is_dated(member)]
        siblings = [child for child in parent if isinstance(child.tag, str)]
        if len(members) >= 3 or len(dated) >= 2 or (dated and len(siblings) == len(members)):
            for member in members:
                _cut(member)
                dropped = True
    return dropped


def _is_dated(element: lxml_html.HtmlElement) -> bool:
    """Whether a teaser carries the date of the page it leads to."""
    if element.find(".//time") is not None:
        return True
    return any(parse_date(clean_line(text)) for text in element.itertext() if _DIGIT.search(text))


def _is_teaser(element: lxml_html.HtmlElement, base: str) -> bool:
    # what most elements fail at first, and what costs most last: these are a third of all reading
    anchors = ((each, count_words(each)) for each in element.iter("a"))
    anchor, linked = next((pair for pair in anchors if pair[1]), (None, 0))
    if anchor is None or not 1 <= (words := count_words(element)) <= 90:
        return False
    if element.find(".//h1") is not None or not _leads_elsewhere(anchor, base):
        return False
    if _READ_MORE.fullmatch(clean_line(inline_text(anchor)).strip(" …»›>→.")):
        alone = sum(1 for each in element.iter("a") if count_words(each)) == 1
        return alone and words >= 8 and element.tag != "p"
    before = "".join(_texts_before(element, anchor))
    if _WORD.search(before) and not parse_date(clean_line(before)):
        return False
    if _is_dated(element):
        return True
    in_heading = any(parent.tag in HEADINGS for parent in anchor.iterancestors())
    if in_heading:
        return True
    if element.tag == "li":
        return linked == words and words >= 4
    # A card: the link is a title, and its text a block of its own.
    names = _CLASS_WORD.findall((element.get("class") or "").lower())
    is_card = element.tag == "article" or not _CARD_WORDS.isdisjoint(names)
    return linked >= 3 and is_card and element.find(".//p") is not None


def _texts_before(element: lxml_html.HtmlElement, anchor: lxml_html.HtmlElement) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node is anchor:
            return
        if event == "start":
            yield node.text or ""
        elif node is not element:
            yield node.tail or ""


def _leads_elsewhere(anchor: lxml_html.HtmlElement, base: str) -> bool:
    href = (anchor.get("href") or "").strip()
    return bool(href) and not href.startswith("#") and _is_elsewhere(href, base)


@lru_cache(maxsize=256)  # the links of a page are asked for again and again
def _is_elsewhere(href: str, base: str) -> bool:
    try:
        here, there = urlsplit(base), urlsplit(urljoin(base, href))
    except ValueError:
        return False
    if there.scheme not in {"http", "https", "file"} or here.path == there.path:
        return False
    return there.netloc == here.netloc or here.scheme == "file"


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in case and punctuation only."""
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())
