"""A web page to a Reading: its own content as blocks, its metadata, its frame apart.

Where the page says where its content is (`<main>`, `<article>`), that is walked; where it does not,
trafilatura finds the content and the walk renders it. The walk is ours because rows must keep their
headers, lists their items and questions their headings, which trafilatura's text does not promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from ingest.charset import decode_page
from ingest.clean import clean_line
from ingest.dates import parse_date
from ingest.errors import NothingToKeep, TooLarge, UnreadablePage
from ingest.frame import is_prose
from ingest.language import page_language
from ingest.readers.blocks import Block, render, table_lines
from ingest.readers.html_hidden import drop_hidden
from ingest.readers.html_meta import Metadata, read_metadata, without_site_name
from ingest.types import Page, Reading, Resource

MAX_BYTES = 10_000_000
MAX_DEPTH = 400  # deeper nesting is no page that a person wrote
MAX_ATTRIBUTES = 1_000  # of one element
MIN_WORDS = 8
MIN_LANDMARK_SHARE = 0.3  # of the body's words; a <main> with less is not the main content
MIN_FOUND_SHARE = 0.5  # of the body's prose words that trafilatura must find to be believed

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol
    option p pre section summary table tbody td tfoot th thead tr ul""".split()
)
_CHROME_TAGS = frozenset("nav aside form button select dialog input textarea footer".split())
_CHROME_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog complementary menu menubar toolbar "
    "tablist alert status".split()
)
_HEAD_TAGS = frozenset("title meta link script style base noscript template".split())
# Words of class names and ids, as the field's extractors use them; matched as whole words.
_CHROME_WORDS = frozenset(
    """breadcrumb breadcrumbs cookie cookies consent gdpr share sharing social addtoany sharethis
    newsletter subscribe subscription related pager pagination paging skip sidebar navbar menu
    megamenu navigation toolbar login signin search recommended promo advert advertisement banner
    popup modal topbar masthead comments tags""".split()
)
_CLASS_WORD = re.compile(r"[a-z]+")
_ENDING_HEADINGS = re.compile(
    r"(?:related|similar|more|other|latest|recent)(?: (?:documents?|news|stories|articles|content|"
    r"pages|links|posts|publications|resources|events|topics|materials?|information))*"
    r"|share(?: this)?(?: page| article| story| post)?|follow us|see also|read (?:more|next|also)"
    r"|you (?:may|might) also (?:like|be interested in)|tags|downloads?|attachments?"
    r"|وثائق ذات صلة|مستندات ذات صلة|(?:أخبار|مواضيع|موضوعات|روابط|صفحات|مقالات) (?:ذات صلة|أخرى)"
    r"|شارك(?: (?:هذه )?الصفحة)?|تابعونا|تابعنا|اقرأ (?:أيضا|أيضاً|المزيد)|المزيد|انظر أيضا",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"(?:(?:news|local|global|regional|press releases?|story|stories|events?|publications?|speech|"
    r"speeches|statements?|features?|vacancy|vacancies|blog|article|photo|video|gallery|home|"
    r"أخبار|الأخبار|خبر|محلي|محلية|عالمي|بيان صحفي|بيانات صحفية|قصة|قصص|فعالية|فعاليات|"
    r"الفعاليات|منشورات|الرئيسية)[\s|/·•,،-]*)+",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:last |date )?(?:updated|modified|reviewed|published|posted|publication date|date)"
    r"(?: on)?|تاريخ النشر|(?:آخر )?تحديث|نشر(?:ت)?(?: في)?|التاريخ",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"coming soon|under construction|to be (?:announced|added)|no (?:content|results)|"
    r"page not found|قريبا|قيد الإنشاء|قيد الإعداد|لا (?:توجد|يوجد) (?:نتائج|محتوى)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?؟…:][\"'”’»)]*$")
_WORD = re.compile(r"\w+")
_LONG_TAG = re.compile(r"<[a-zA-Z][^>]{2000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def read(resource: Resource) -> Reading:
    """Read one HTML page.

    Raises:
        TooLarge: over the size or the depth that is read.
        UnreadablePage: undecodable, asks not to be indexed, nearly empty, or a mere listing.
    """
    if len(resource.content) > MAX_BYTES:
        raise TooLarge(
            f"{resource.url} is larger than the {MAX_BYTES // 1_000_000} MB that are read."
        )
    source = decode_page(resource.content, shown=resource.url, declared=resource.charset)
    _refuse_crowded(source, resource.url)
    tree = _parse(source)
    if tree is None:
        raise UnreadablePage(f"{resource.url} holds no content.")
    if _depth(tree) > MAX_DEPTH:
        raise TooLarge(f"{resource.url} nests its elements more than {MAX_DEPTH} deep.")
    meta = read_metadata(tree, resource.url)
    if meta.noindex:
        raise NothingToKeep(f"{resource.url} asks not to be indexed.")
    drop_hidden(tree)
    links = _links(tree, meta.base)
    body = tree.find("body")
    if body is None:
        body = tree
    title = _title(body, meta)
    listed = _drop_teasers(body, meta.base)
    frame, chrome_words = _take_frame(body, title)
    blocks = _content(body, meta, title)
    text = render(blocks)
    if not title:
        title = next((block.text for block in blocks if block.kind != "gap"), "")[:120]
    _refuse_empty(resource.url, blocks, listed=listed, chrome_words=chrome_words)
    page = Page(
        url=meta.canonical,
        title=title or urlsplit(meta.canonical).path.rsplit("/", 1)[-1] or meta.canonical,
        text=text,
        language=page_language(meta.language, text),
        fetched_at=resource.fetched_at,
        published=meta.published,
        modified=meta.modified,
        alternates=meta.alternates,
        media_type=resource.media_type,
    )
    return Reading(page, frame=frame, links=links)


def _refuse_crowded(source: str, url: str) -> None:
    """Refuse a tag with thousands of attributes: libxml2's time grows with their square."""
    for tag in _LONG_TAG.findall(source):
        if len(_QUOTED.sub("", tag).split()) > MAX_ATTRIBUTES:
            raise TooLarge(f"{url} has an element with more than {MAX_ATTRIBUTES} attributes.")


def _parse(text: str) -> lxml_html.HtmlElement | None:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = text.replace("\x00", "").encode("utf-8", "replace")
    try:
        tree = lxml_html.document_fromstring(data, parser=parser)
    except etree.ParserError:  # no element at all
        return None
    _open_body(tree)
    return tree


def _open_body(tree: lxml_html.HtmlElement) -> None:
    """Move content out of the head: libxml2 does not know that `<main>` opens an omitted body."""
    head = tree.find("head")
    children = [] if head is None else list(head)
    first = next((n for n, child in enumerate(children) if child.tag not in _HEAD_TAGS), None)
    if first is None:
        return
    body = tree.find("body")
    if body is None:
        body = tree.makeelement("body")
        tree.append(body)
    for position, child in enumerate(children[first:]):
        body.insert(position, child)


def _depth(tree: lxml_html.HtmlElement) -> int:
    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _links(tree: lxml_html.HtmlElement, base: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for anchor in tree.iter("a", "area"):
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith("#"):
            continue
        try:
            address = urldefrag(urljoin(base, href)).url
            if urlsplit(address).scheme in {"http", "https"}:
                found[address] = None
        except ValueError:
            continue  # not an address at all ("http://[")
    return tuple(found)


def _title(body: lxml_html.HtmlElement, meta: Metadata) -> str:
    """The page's own heading, else what its metadata says."""
    headings = [
        heading
        for heading in body.iter("h1")
        if not any(_is_chrome(parent) for parent in heading.iterancestors())
    ]
    if len(headings) == 1 and (text := clean_line(_inline(headings[0]))):
        return without_site_name(text, meta.site_name)
    texts = [clean_line(_inline(heading)) for heading in headings]
    if meta.title and any(_same(text, meta.title) for text in texts):
        return meta.title
    return meta.title or next((text for text in texts if text), "")


def _same(one: str, other: str) -> bool:
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


# --- the frame -------------------------------------------------------------------------------


def _is_chrome(element: lxml_html.HtmlElement) -> bool:
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
    if not _CHROME_WORDS.isdisjoint(_CLASS_WORD.findall(names)):
        return element.find(".//h1") is None and not _is_mostly_prose(element)
    return False


def _is_mostly_links(element: lxml_html.HtmlElement) -> bool:
    return 2 * sum(_count(anchor) for anchor in element.iter("a")) >= _count(element)


def _is_mostly_prose(element: lxml_html.HtmlElement) -> bool:
    """Whether a container holds several paragraphs of text outside links: its name misleads."""
    prose = [p for p in element.iter("p") if is_prose(clean_line(_inline(p)))]
    return len(prose) >= 3


def _take_frame(body: lxml_html.HtmlElement, title: str) -> tuple[tuple[str, ...], int]:
    """Cut header, menus and footer out of the tree; their prose, and how many words they held."""
    regions: list[lxml_html.HtmlElement] = []
    for element in body.iter():
        if _is_chrome(element) and not any(parent in regions for parent in element.iterancestors()):
            regions.append(element)
    frame: dict[str, None] = {}
    words = 0
    for region in regions:
        words += _count(region)
        for paragraph in _paragraphs(region):
            for block in _walk(paragraph):
                linked = 4 * block.linked >= block.words
                ended = _SENTENCE_END.search(block.text)  # breadcrumbs end in the page's title
                if ended and is_prose(block.text) and not linked and not _same(block.text, title):
                    frame[block.text] = None
        region.tail, tail = None, region.tail
        parent = region.getparent()
        if parent is not None:
            gap = parent.makeelement("gap-left")
            gap.tail = tail
            parent.replace(region, gap)
    return tuple(frame), words


def _paragraphs(region: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    """The innermost blocks of a region: its menus hide their prose in list items."""
    for element in region.iter(*_BLOCKS):
        if not any(child.tag in _BLOCKS for child in element.iterdescendants()):
            yield element


# --- the content -----------------------------------------------------------------------------


def _content(body: lxml_html.HtmlElement, meta: Metadata, title: str) -> list[Block]:
    """The page's own blocks."""
    root = _landmark(body)
    blocks = list(_walk(root if root is not None else body))
    if root is None:
        blocks = _without_menus(_as_trafilatura_sees(body, blocks))
    blocks = _without_endings(blocks)
    blocks = _without_byline(blocks, meta, title)
    return _without_bare_headings(blocks)


def _landmark(body: lxml_html.HtmlElement) -> lxml_html.HtmlElement | None:
    """The element the page itself names as its main content, if it holds enough of it."""
    total = _count(body)
    mains = body.xpath(".//main | .//*[@role='main']")
    articles = body.xpath(".//article[not(ancestor::article)]")
    for candidates in (mains, articles):
        if len(candidates) == 1:
            chosen = candidates[0]
            if _count(chosen) >= MIN_LANDMARK_SHARE * total:
                inner = chosen.xpath(".//article[not(ancestor::article)]")
                if len(inner) == 1 and _count(inner[0]) >= 0.6 * _count(chosen):
                    return (
                        inner[0]
                        if chosen.find(".//h1") in (None, inner[0].find(".//h1"))
                        else chosen
                    )
                return chosen
    return None


def _count(element: lxml_html.HtmlElement) -> int:
    return len(_WORD.findall(" ".join(element.itertext())))


def _as_trafilatura_sees(body: lxml_html.HtmlElement, blocks: list[Block]) -> list[Block]:
    """The blocks between the first and the last that trafilatura takes for content.

    Between them nothing is lost: trafilatura drops definition lists and some short paragraphs.
    """
    import trafilatura

    found = trafilatura.extract(
        lxml_html.tostring(body, encoding="unicode"),
        output_format="txt",
        favor_recall=True,
        include_tables=True,
        include_comments=False,
        deduplicate=False,
    )
    words = " ".join(_WORD.findall((found or "").casefold()))
    kept = [
        index
        for index, block in enumerate(blocks)
        if block.words >= 3 and " ".join(_WORD.findall(block.text.casefold())) in words
    ]
    prose = sum(block.words - block.linked for block in blocks)
    seen = sum(blocks[index].words for index in kept)
    if not kept or seen < MIN_FOUND_SHARE * prose:
        return blocks
    first = kept[0]
    while first and blocks[first].level != 1 and _goes_on(blocks[first - 1]):
        first -= 1
    last = kept[-1] + 1
    while last < len(blocks) and _goes_on(blocks[last]):
        last += 1
    return blocks[first:last]


def _goes_on(block: Block) -> bool:
    """Whether a block next to the content belongs to it: no gap between, and no link in it.

    Rows are worded otherwise by trafilatura, so that they are not found by their words.
    """
    return block.kind != "gap" and not block.linked


def _without_menus(blocks: list[Block]) -> list[Block]:
    """Without runs of short, wholly linked blocks, which are menus."""
    kept: list[Block] = []
    run: list[Block] = []
    for block in [*blocks, Block("gap", "")]:
        if block.kind in {"item", "text"} and block.linked >= max(1, block.words):
            run.append(block)
            continue
        kept.extend(run if len(run) < 3 else [Block("gap", "")])
        run = []
        kept.append(block)
    return kept[:-1]


def _drop_teasers(body: lxml_html.HtmlElement, base: str) -> bool:
    """Cut the teasers of other pages out of the tree; whether there were any.

    A teaser begins with a link to another page and carries that page's date or a text of its own
    beside the link; three or more of them side by side are a listing, and so are three or more
    bare links with the length of titles.
    """
    groups: dict[lxml_html.HtmlElement, list[lxml_html.HtmlElement]] = {}
    for element in body.iter("li", "article", "div", "section"):
        if _is_teaser(element, base):
            parent = element.getparent()
            if parent is not None:
                groups.setdefault(parent, []).append(element)
    dropped = False
    for parent, members in groups.items():
        dated = [member for member in members if member.find(".//time") is not None]
        siblings = [child for child in parent if isinstance(child.tag, str)]
        if len(members) >= 3 or len(dated) >= 2 or (dated and len(siblings) == len(members)):
            for member in members:
                if member.getparent() is not None:
                    gap = member.makeelement("gap-left")
                    gap.tail, member.tail = member.tail, None
                    parent.replace(member, gap)
                    dropped = True
    return dropped


def _is_teaser(element: lxml_html.HtmlElement, base: str) -> bool:
    words = _count(element)
    if not 1 <= words <= 90 or element.find(".//h1") is not None:
        return False
    anchor = next(iter(element.iter("a")), None)
    if anchor is None or not _leads_elsewhere(anchor, base):
        return False
    linked = _count(anchor)
    before = "".join(_texts_before(element, anchor))
    if _WORD.search(before) and not parse_date(clean_line(before)):
        return False
    if element.find(".//time") is not None:
        return True
    in_heading = any(parent.tag in _HEADINGS for parent in anchor.iterancestors())
    if in_heading:
        return True
    if element.tag == "li":
        return linked == words and words >= 4
    # A card: the link is a title, and its text a block of its own.
    return linked >= 3 and element.find("p") is not None and element.tag == "article"


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
    if not href or href.startswith("#"):
        return False
    try:
        here, there = urlsplit(base), urlsplit(urljoin(base, href))
    except ValueError:
        return False
    if there.scheme not in {"http", "https", "file"} or here.path == there.path:
        return False
    return there.netloc == here.netloc or here.scheme == "file"


def _without_endings(blocks: list[Block]) -> list[Block]:
    """Without "Related documents", "Share this page" and what links follow them."""
    kept: list[Block] = []
    skipping = False
    for block in blocks:
        if block.kind == "heading":
            skipping = bool(_ENDING_HEADINGS.fullmatch(block.text.strip(" :")))
            if skipping:
                kept.append(Block("gap", ""))
                continue
        elif skipping and (block.kind == "gap" or block.linked * 2 >= block.words):
            continue
        elif skipping:  # prose under such a heading is the page's own
            skipping = False
        kept.append(block)
    return kept


def _without_byline(blocks: list[Block], meta: Metadata, title: str) -> list[Block]:
    """Without the title's repetition, labels and date lines before the first real block."""
    kept: list[Block] = []
    started = False
    for block in blocks:
        if (
            block.kind == "heading"
            and (block.level == 1 or not started)
            and _same(block.text, title)
        ):
            continue
        if not started and block.kind in {"text", "item"} and _is_byline(block.text, meta, title):
            continue
        if block.kind in {"text", "item", "row"}:
            started = True
        kept.append(block)
    return kept


def _is_byline(text: str, meta: Metadata, title: str) -> bool:
    if _same(text, title) or _LABELS.fullmatch(text.strip()):
        return True
    if len(text) > 120:
        return False
    stated = {meta.published, meta.modified} - {None}
    rest = _LABELS.sub("", _UPDATED.sub("", text)).strip(" :|·-–—,،\n")
    day = parse_date(rest)
    return bool(day) and (not stated or day in stated or bool(_UPDATED.search(text)))


def _without_bare_headings(blocks: list[Block]) -> list[Block]:
    """Without headings whose content was left out, and without the gaps themselves."""
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        if block.kind == "gap":
            continue
        if block.kind == "heading":
            below = False
            gap = False
            for following in blocks[index + 1 :]:
                if following.kind == "heading" and following.level <= block.level:
                    break
                if following.kind == "gap":
                    gap = True
                else:
                    below = True
                    break
            if gap and not below:
                continue
        kept.append(block)
    return kept


def _refuse_empty(url: str, blocks: list[Block], *, listed: bool, chrome_words: int) -> None:
    """Refuse a page that says nothing of its own.

    A short page is a page where it stands alone; in the frame of a site it is a stub.
    """
    words = sum(block.words for block in blocks if block.kind not in {"heading", "figure"})
    if words >= MIN_WORDS:
        return
    text = render(blocks)
    if listed and not _PLACEHOLDER.search(text):
        raise NothingToKeep(f"{url} lists other pages only.")
    if listed or words < 2 or chrome_words > 20 or _PLACEHOLDER.search(text):
        raise NothingToKeep(f"{url} is nearly empty: {words} words of its own.")


# --- elements to blocks ----------------------------------------------------------------------


class _Buffer:
    """Inline text collected until the next block."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.linked = 0

    def add(self, text: str | None, *, linked: bool = False) -> None:
        if text:
            self.parts.append(text)
            if linked:
                self.linked += len(_WORD.findall(text))

    def take(self, kind: str) -> Iterator[Block]:
        # "\v" marks a <br>; white space of the source is no line break.
        text = "".join(self.parts)
        linked = self.linked
        self.parts, self.linked = [], 0
        for paragraph in re.split(r"(?:[ \t\r\n]*\v){2,}", text):
            lines = [clean_line(line) for line in paragraph.split("\v")]
            if joined := "\n".join(line for line in lines if line):
                joined = joined if kind == "text" else joined.replace("\n", " ")
                yield Block(kind, joined, linked=linked)


def _walk(root: lxml_html.HtmlElement) -> Iterator[Block]:
    """The blocks under an element, in reading order."""
    buffer = _Buffer()
    yield from _walk_into(root, buffer, "text", linked=False)
    yield from buffer.take("text")


def _walk_into(
    element: lxml_html.HtmlElement, buffer: _Buffer, kind: str, *, linked: bool
) -> Iterator[Block]:
    buffer.add(element.text, linked=linked)
    for child in element:
        tag = child.tag
        if tag == "br":
            buffer.add("\v")
        elif tag == "hr" or tag == "gap-left":
            yield from buffer.take(kind)
            if tag == "gap-left":
                yield Block("gap", "")
        elif tag in _HEADINGS:
            yield from buffer.take(kind)
            text = clean_line(_inline(child))
            if text:
                yield Block("heading", text, level=_HEADINGS[tag])
            yield from _figures(child)
        elif tag in {"ul", "ol", "menu", "dir"}:
            yield from buffer.take(kind)
            yield from _walk_list(child)
        elif tag == "dl":
            yield from buffer.take(kind)
            yield from _walk_definitions(child)
        elif tag == "table":
            yield from buffer.take(kind)
            yield from _walk_table(child)
        elif tag == "img":
            if (alt := _alt(child)) and not _echoes(alt, buffer):
                yield from buffer.take(kind)
                yield Block("figure", alt)
        elif tag == "figcaption":
            yield from buffer.take(kind)
            if text := clean_line(_inline(child)):
                yield Block("figure", text)
        elif tag in _BLOCKS:
            yield from buffer.take(kind)
            yield from _walk_into(child, buffer, kind, linked=linked)
            yield from buffer.take(kind)
        elif isinstance(tag, str):
            yield from _walk_into(child, buffer, kind, linked=linked or tag == "a")
        buffer.add(child.tail, linked=linked)


def _echoes(alt: str, buffer: _Buffer) -> bool:
    return clean_line("".join(buffer.parts)).endswith(alt)


def _alt(image: lxml_html.HtmlElement) -> str:
    """The alternative text of a picture, where it says something."""
    alt = clean_line(image.get("alt") or "")
    if re.fullmatch(r"\S+\.(?:png|jpe?g|gif|svg|webp)", alt, re.IGNORECASE):
        return ""
    return alt if len(_WORD.findall(alt)) >= 4 or re.search(r"\d", alt) else ""


def _figures(element: lxml_html.HtmlElement) -> Iterator[Block]:
    for image in element.iter("img"):
        if alt := _alt(image):
            yield Block("figure", alt)


def _inline(element: lxml_html.HtmlElement) -> str:
    """All text in an element, blocks and line breaks as spaces."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        apart = node is not element and (node.tag in _BLOCKS or node.tag == "br")
        if apart:
            parts.append(" ")
        if event == "start":
            parts.append(node.text or "")
        elif node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


def _walk_list(element: lxml_html.HtmlElement) -> Iterator[Block]:
    for item in element:
        if item.tag == "gap-left":
            yield Block("gap", "")
        elif item.tag != "li":
            if isinstance(item.tag, str):
                yield from _walk_list(item) if item.tag in {"ul", "ol"} else _walk(item)
        elif any(item.find(f".//{tag}") is not None for tag in (*_HEADINGS, "table")):
            yield from _walk(item)  # a list used for layout
        else:
            yield from _walk_item(item)


def _walk_item(item: lxml_html.HtmlElement) -> Iterator[Block]:
    """One item is one line; lists within it follow as items of their own."""
    own: list[Block] = []
    later: list[Block] = []
    for block in _walk(item):
        (later if block.kind == "item" else own).append(block)
    texts = [block.text.replace("\n", " ") for block in own if block.kind != "gap"]
    if texts:
        yield Block("item", " ".join(texts), linked=sum(block.linked for block in own))
    yield from later


def _walk_definitions(element: lxml_html.HtmlElement) -> Iterator[Block]:
    term: list[str] = []
    for child in element.iter("dt", "dd"):
        text = clean_line(_inline(child))
        if child.tag == "dt":
            if term and term[-1] == "":
                term = []
            term = [part for part in term if part]
            if text:
                term.append(text)
        elif text:
            name = ", ".join(part for part in term if part).rstrip(":：")
            yield Block("row", f"{name}: {text}" if name else text)
            if term and term[-1]:
                term.append("")
    rest = [part for part in term if part]
    if rest and "" not in term:
        yield Block("row", ", ".join(rest))


def _walk_table(table: lxml_html.HtmlElement) -> Iterator[Block]:
    caption = table.find("caption")
    if caption is not None and (text := clean_line(_inline(caption))):
        yield Block("text", text)
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    nested = table.find(".//table") is not None
    layout = table.get("role") in {"presentation", "none"} or nested
    if layout or all(len(row.findall("td") + row.findall("th")) < 2 for row in rows):
        for row in rows:
            for cell in row.iterchildren("td", "th"):
                yield from _walk(cell)
        return
    grid, heads = _grid(rows)
    yield from (Block("row", line) for line in table_lines(grid, heads))
    yield from _figures(table)


def _grid(rows: list[lxml_html.HtmlElement]) -> tuple[list[list[str]], int]:
    """The cells' texts with spans filled in, and how many of the first rows are headers."""
    grid: list[list[str]] = []
    carried: dict[int, tuple[int, str]] = {}
    heads = 0
    for row in rows:
        cells: list[str] = []
        all_th = True
        for cell in row.iterchildren("td", "th"):
            while len(cells) in carried:
                _take_carried(carried, cells)
            text = clean_line(_inline(cell))
            all_th = all_th and cell.tag == "th"
            for _ in range(_span(cell.get("colspan"))):
                if (down := _span(cell.get("rowspan"))) > 1:
                    carried[len(cells)] = (down - 1, text)
                cells.append(text)
        while len(cells) in carried:
            _take_carried(carried, cells)
        in_head = next(row.iterancestors("thead", "table")).tag == "thead"
        if (in_head or all_th) and heads == len(grid) and len(cells) > 1:
            heads += 1
        grid.append(cells)
    return grid, heads


def _take_carried(carried: dict[int, tuple[int, str]], cells: list[str]) -> None:
    column = len(cells)
    left, text = carried.pop(column)
    cells.append(text)
    if left > 1:
        carried[column] = (left - 1, text)


def _span(value: str | None) -> int:
    return min(max(int(value), 1), 50) if value and value.strip().isdecimal() else 1
