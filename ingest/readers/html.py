"""A web page to a Reading: its own content as blocks, its metadata, its frame apart.

Where the page says where its content is (`<main>`, `<article>`), that is walked; where it does not,
trafilatura finds the content and the walk renders it. The walk is ours because rows must keep their
headers, lists their items and questions their headings, which trafilatura's text does not promise.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import groupby
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from ingest.charset import decode_page
from ingest.clean import clean_line
from ingest.dates import dateline, find_date, parse_date
from ingest.errors import NothingToKeep, TooLarge, UnreadablePage
from ingest.frame import is_prose
from ingest.language import page_language
from ingest.readers.blocks import Block, render
from ingest.readers.html_frame import drop_teasers, is_chrome, same_words, take_frame
from ingest.readers.html_hidden import drop_hidden
from ingest.readers.html_meta import Metadata, read_metadata, without_site_name
from ingest.readers.html_walk import count_words, inline_text, walk
from ingest.types import Page, Reading, Resource

MAX_BYTES = 10_000_000
MAX_DEPTH = 400  # deeper nesting is no page that a person wrote
MAX_ATTRIBUTES = 1_000  # of one element
MAX_ELEMENTS = 100_000
MAX_JUDGED_BLOCKS = 3_000  # trafilatura's choice is compared block by block; longer pages are whole
MIN_WORDS = 8
MOST_WORDS_OF_404 = 150
MOST_DATE_WORDS = 8
MIN_LANDMARK_SHARE = 0.3  # of the body's words; a <main> with less is not the main content
MIN_ARTICLE_SHARE = 0.4  # of the words of <main>; an <article> with less is one piece among others
MIN_CONTENTS_SHARE = 0.6  # of the items of a table of contents are headings further down
MIN_FOUND_SHARE = 0.5  # of the body's prose words that trafilatura must find to be believed

_HEAD_TAGS = frozenset("title meta link script style base noscript template".split())
_ENDINGS = re.compile(
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
_CHANGED = re.compile(r"updat|modif|review|revis|تحديث|تعديل", re.IGNORECASE)
_UPDATED = re.compile(
    r"(?:last |date )?(?:updated|modified|reviewed|published|posted|publication date|date)"
    r"(?: on)?|تاريخ النشر|(?:آخر )?تحديث|نشر(?:ت)?(?: في)?|التاريخ",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"(?:table of )?contents|(?:on|in) this page|jump to|page sections"
    r"|(?:جدول )?المحتويات|في هذه الصفحة|محتويات الصفحة",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:submitted|posted|published|written|created|updated)\b.{0,100}|by .{1,60}"
    r"|نشر(?:ه|ت)? .{0,100}|كتب(?:ه|ت)? .{0,100}|بقلم .{1,60}",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"log ?in(?: or register)? to post comments|add (?:new )?comment|leave a (?:reply|comment)"
    r"|back to (?:top|news|list|all .{1,30})|(?:print|e-?mail|share|download) this page"
    r"|printer-friendly(?: version)?|skip to .{1,30}|(?:read|learn|see|view) (?:more|all)"
    r"|previous|next|prev|more"
    r"|العودة إلى (?:أعلى|الأعلى|القائمة|الأخبار)|طباعة(?: الصفحة)?|(?:اقرأ|عرض) المزيد|المزيد"
    r"|السابق|التالي|(?:©|copyright ©|\(c\) \d{4}).{0,200}|all rights reserved|جميع الحقوق محفوظة",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"coming soon|under construction|to be (?:announced|added)|no (?:content|results)|"
    r"page not found|قريبا|قيد الإنشاء|قيد الإعداد|لا (?:توجد|يوجد) (?:نتائج|محتوى)",
    re.IGNORECASE,
)
# What a site that answers 200 to everything puts above its apology.
_NOT_FOUND = re.compile(
    r"(?:error ?)?(?:404|410)?[\s:–|-]*(?:error[\s:–|-]*)?(?:(?:the |this |requested )*page "
    r"(?:was |could |can ?)?(?:not (?:be )?found|does not exist|is (?:gone|missing|unavailable))"
    r"|not found|page unavailable|access denied|oops.{0,40}|404)[.!]*"
    r"|(?:404[\s:–|-]*)?(?:(?:لم يتم العثور على|تعذر العثور على) الصفحة|الصفحة (?:المطلوبة )?"
    r"(?:غير (?:موجودة|متاحة|متوفرة)|لا وجود لها))[.!]*",
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
    depth, elements = _extent(tree)
    if depth > MAX_DEPTH:
        raise TooLarge(f"{resource.url} nests its elements more than {MAX_DEPTH} deep.")
    if elements > MAX_ELEMENTS:
        raise TooLarge(f"{resource.url} has more than {MAX_ELEMENTS} elements.")
    # lxml makes an element's object anew at every step over it, unless somebody holds it
    _held = list(tree.iter())
    meta = read_metadata(tree, resource.url)
    if meta.noindex:
        raise NothingToKeep(f"{resource.url} asks not to be indexed.")
    if meta.onward and urldefrag(meta.onward).url != urldefrag(resource.url).url:
        raise NothingToKeep(f"{resource.url} sends its readers on to {meta.onward}.")
    drop_hidden(tree)
    links = _links(tree, meta.base)
    body = tree.find("body")
    if body is None:
        body = tree
    title = _title(body, meta)
    listed = drop_teasers(body, meta.base)
    frame, chrome_words = take_frame(body, title, meta.base)
    blocks, above = _content(body, title)
    frame = tuple(dict.fromkeys([*frame, *map(_text, filter(_is_statement, above))]))
    chrome_words += sum(block.words for block in above)
    blocks, byline = _without_byline(blocks, meta, title)
    published, modified, precision = _dates(meta, byline, blocks)
    text = render(blocks)
    if not title:
        title = next((block.text for block in blocks if block.kind != "gap"), "")[:120]
    _refuse_empty(resource.url, blocks, listed=listed, chrome_words=chrome_words)
    if _NOT_FOUND.fullmatch(title) and sum(block.words for block in blocks) < MOST_WORDS_OF_404:
        raise NothingToKeep(f'{resource.url} says "{title}" though the server says that it is one.')
    page = Page(
        url=meta.canonical,
        title=title or urlsplit(meta.canonical).path.rsplit("/", 1)[-1] or meta.canonical,
        text=text,
        language=page_language(meta.language, text),
        fetched_at=resource.fetched_at,
        published=published,
        modified=modified,
        precision=precision,
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


def _extent(tree: lxml_html.HtmlElement) -> tuple[int, int]:
    """How deep the elements are nested, and how many there are."""
    depth = deepest = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        deepest = max(deepest, depth)
    return deepest, elements


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
        if not any(is_chrome(parent) for parent in heading.iterancestors())
    ]
    if len(headings) == 1 and (text := clean_line(inline_text(headings[0]))):
        is_site = meta.title and meta.title != text and text.casefold() in meta.site_names
        return meta.title if is_site else without_site_name(text, meta.site_name)
    texts = [clean_line(inline_text(heading)) for heading in headings]
    if meta.title and any(same_words(text, meta.title) for text in texts):
        return meta.title
    return meta.title or next((text for text in texts if text), "")


# --- the content -----------------------------------------------------------------------------


def _content(body: lxml_html.HtmlElement, title: str) -> tuple[list[Block], list[Block]]:
    """The page's own blocks; and, where it names no main content, what stands above its title."""
    root = _landmark(body)
    blocks = list(walk(root if root is not None else body))
    above: list[Block] = []
    if root is None:
        start = next((n for n, b in enumerate(blocks) if b.level == 1 and _is_title(b, title)), 0)
        above, blocks = blocks[:start], blocks[start:]
        blocks = _without_menus(_as_trafilatura_sees(body, blocks))
        # a date above the title is the page's, as one below it would be
        blocks = [*(b for b in above if b.words <= MOST_DATE_WORDS and find_date(b.text)), *blocks]
    blocks = _without_endings([block for block in blocks if not _is_furniture(block)])
    return _without_bare_headings(_without_contents(blocks)), above


def _is_title(block: Block, title: str) -> bool:
    return same_words(block.text, title)


def _is_statement(block: Block) -> bool:
    ended = _SENTENCE_END.search(block.text)
    return bool(ended) and is_prose(block.text) and 4 * block.linked < block.words


def _text(block: Block) -> str:
    return block.text


def _is_furniture(block: Block) -> bool:
    return block.kind in {"text", "item"} and bool(
        _FURNITURE.fullmatch(block.text.strip(" .:»›>→"))
    )


def _without_contents(blocks: list[Block]) -> list[Block]:
    """Without a table of contents: items that repeat the headings which follow them.

    It is one where it says so or where its items are links; other lists state what they name.
    """
    headings = {words for block in blocks if (words := _words(block)) and block.kind == "heading"}
    kept: list[Block] = []
    for is_item, group in groupby(blocks, key=lambda block: block.kind == "item"):
        run = list(group)
        if is_item and len(run) >= 3:
            named = bool(kept) and bool(_CONTENTS.fullmatch(kept[-1].text.strip(" :")))
            linked = all(block.linked >= block.words for block in run)
            repeats = sum(_words(block) in headings for block in run)
            if (named or linked) and repeats >= MIN_CONTENTS_SHARE * len(run):
                run = [Block("gap", "")]
        kept.extend(run)
    return kept


def _words(block: Block) -> tuple[str, ...]:
    return tuple(_WORD.findall(block.text.casefold()))


def _landmark(body: lxml_html.HtmlElement) -> lxml_html.HtmlElement | None:
    """The element the page itself names as its main content, if it holds enough of it."""
    total = count_words(body)
    mains = body.xpath(".//main | .//*[@role='main']")
    articles = body.xpath(".//article[not(ancestor::article)]")
    for candidates in (mains, articles):
        if len(candidates) == 1:
            chosen = candidates[0]
            if count_words(chosen) >= MIN_LANDMARK_SHARE * total:
                inner = chosen.xpath(".//article[not(ancestor::article)]")
                return inner[0] if len(inner) == 1 and _is_whole(inner[0], chosen) else chosen
    return None


def _is_whole(article: lxml_html.HtmlElement, main: lxml_html.HtmlElement) -> bool:
    """Whether an article is the content of the main element, and what follows it is not."""
    if count_words(article) < MIN_ARTICLE_SHARE * count_words(main):
        return False
    for paragraph in main.iter("p", "li", "td"):
        if any(parent is article for parent in paragraph.iterancestors()):
            return True
        if is_prose(clean_line(inline_text(paragraph))):
            return False  # an introduction before it
    return True


def _as_trafilatura_sees(body: lxml_html.HtmlElement, blocks: list[Block]) -> list[Block]:
    """The blocks between the first and the last that trafilatura takes for content.

    Between them nothing is lost: trafilatura drops definition lists and some short paragraphs.
    """
    if len(blocks) > MAX_JUDGED_BLOCKS:
        return blocks
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


def _without_endings(blocks: list[Block]) -> list[Block]:
    """Without "Related documents", "Share this page" and what links follow them."""
    kept: list[Block] = []
    skipping = False
    for block in blocks:
        if block.kind == "heading":
            skipping = bool(_ENDINGS.fullmatch(block.text.strip(" :")))
            if skipping:
                kept.append(Block("gap", ""))
                continue
        elif skipping and (block.kind == "gap" or block.linked * 2 >= block.words):
            continue
        elif skipping:  # prose under such a heading is the page's own
            skipping = False
        kept.append(block)
    return kept


def _without_byline(
    blocks: list[Block], meta: Metadata, title: str
) -> tuple[list[Block], list[str]]:
    """Without the title's repetition, labels and date lines before the first real block.

    Returns:
        the blocks, and the lines that were left out for naming a date.
    """
    kept: list[Block] = []
    lines: list[str] = []
    started = False
    for block in blocks:
        if (
            block.kind == "heading"
            and (block.level == 1 or not started)
            and same_words(block.text, title)
        ):
            continue
        if not started and block.kind in {"text", "item"} and _is_byline(block.text, meta, title):
            lines.append(block.text)
            continue
        if block.kind in {"text", "item", "row"}:
            started = True
        kept.append(block)
    return kept, lines


def _is_byline(text: str, meta: Metadata, title: str) -> bool:
    if same_words(text, title) or _LABELS.fullmatch(text.strip()):
        return True
    if len(text) > 120:
        return False
    stated = {meta.published, meta.modified} - {None}
    rest = _LABELS.sub("", _UPDATED.sub("", text)).strip(" :|·-–—,،\n")
    if not rest:
        return True
    if _BYLINE.fullmatch(text) and not _SENTENCE_END.search(text) and find_date(text):
        return True
    day = parse_date(rest)
    return bool(day) and (not stated or day in stated or bool(_UPDATED.search(text)))


def _dates(
    meta: Metadata, byline: list[str], blocks: list[Block]
) -> tuple[date | None, date | None, str]:
    """Published, modified, and how exactly the first is known.

    What the page says of itself counts first, then the lines by its heading, then its dateline. A
    dateline without a year has the latest one that fits before the page was last changed.
    """
    published, modified = meta.published, meta.modified
    for line in byline:
        day = find_date(line)
        if _CHANGED.search(line):
            modified = modified or day
        else:
            published = published or day
    if published is not None:
        return published, modified, "approximate" if meta.approximate else "day"
    opening = next((block.text for block in blocks if block.kind == "text"), "")
    if (day := dateline(opening)) is not None:
        return day, modified, "day"
    if modified is not None and (day := dateline(opening, not_after=modified)) is not None:
        return day, modified, "inferred"
    return None, modified, "day"


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
