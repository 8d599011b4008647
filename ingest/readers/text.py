"""Plain text and Markdown to a Reading, and the text form in which web pages get exported.

An export is what one copies from a page: menu lines and blurbs first, the title once or more,
labels and a date, the article, then "Related Documents" and the like. A text that is none
comes out whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingest.charset import decode_page
from ingest.clean import clean_line, clean_text
from ingest.dates import dateline, parse_date
from ingest.errors import UnreadablePage
from ingest.frame import is_prose
from ingest.language import detect_language
from ingest.media import MARKDOWN
from ingest.readers.blocks import Block, render, table_lines
from ingest.types import Page, Reading, Resource

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?؟…][\"'”’»)]*$")
_BULLET = re.compile(r"[-–—•*·▪◦●]\s*")
MAX_TITLE_WORDS = 30
MAX_MENU_WORDS = 8  # no menu entry is longer
MENU_GAP_LINES = 4  # as many unknown lines may stand between two that are plainly menu
HEAD_LINES = 80  # menus stand above the article
LONG_PROSE_WORDS = 14

_MENU_TERMS = frozenset(
    clean_line(term).casefold()
    for term in """
    who we are|our work|what we do|where we work|about|about us|about iom|iom global|iom egypt|home
    cross-cutting (global)|cross-cutting|data and resources|data & resources|take action
    get involved
    2030 agenda|data|resources|contact|contact us|careers|vacancies|work with us|procurement|search
    news|stories|events|newsroom|media|publications|our offices|where we work|mission|menu|main menu
    skip to main content|skip to content|english|arabic|العربية|français|español|toggle navigation
    main navigation|language|languages|back|what we do|our impact|donate|subscribe|multimedia
    من نحن|عملنا|ماذا نفعل|عن المنظمة|نبذة عنا|نبذة|المنظمة في العالم
    المنظمة الدولية للهجرة العالمية
    المنظمة الدولية للهجرة حول العالم|قضايا شاملة (عالمية)|قضايا شاملة|القضايا الشاملة
    القضايا الشاملة (عالمية)|متداخلة (عالمي)|البيانات والمصادر|البيانات والموارد|بيانات وموارد|شارك
    بادر|اتخذ إجراء|اتخذ إجراءً|بادر الآن|خطة 2030|أجندة 2030|خطة عام 2030|اتصل بنا
    تواصل معنا|الرئيسية
    الصفحة الرئيسية|بحث|القائمة|القائمة الرئيسية|أخبار|الأخبار|قصص|القصص|الفعاليات|المنشورات|الموارد
    وظائف|الوظائف|المشتريات|تخطي إلى المحتوى الرئيسي|انتقل إلى المحتوى|مجالات عملنا|أين نعمل
    """.replace("\n", "|").split("|")
    if term.strip()
)
_GLUED = sorted(
    """who we are|our work|what we do|about us|about|where we work|take action|data and resources
    من نحن|عملنا|ماذا نفعل|مجالات عملنا|عن المنظمة|نبذة عنا|أين نعمل|ما نقوم به""".replace(
        "\n", "|"
    ).split("|"),
    key=len,
    reverse=True,
)
_GLUED_LABEL = re.compile(
    rf"(?:{'|'.join(re.escape(term.strip()) for term in _GLUED)})(?=\S)", re.IGNORECASE
)
_LABEL_WORDS = (
    r"press releases?|press|news|local|global|regional|stories|story|events?|speech(?:es)?|"
    r"statements?|features?|vacanc(?:y|ies)|blogs?|articles?|photo story|photos?|videos?|gallery|"
    r"publications?|home|date published|published(?: on)?|posted(?: on)?|"
    r"last updated|updated(?: on)?|"
    r"الأخبار|أخبار|خبر|محليات|محلية|محلي|عالمي|بيانات صحفية|بيان صحفي|قصص|قصة|الفعاليات|فعالية|"
    r"كلمة|خطاب|منشورات|منشور|الرئيسية|تاريخ النشر|نُشر في|نشر في|آخر تحديث"
)
_LABELS = re.compile(rf"(?:(?:{_LABEL_WORDS})[\s|/·•,،:>»-]*)+", re.IGNORECASE)
_LABEL_START = re.compile(rf"(?:(?:{_LABEL_WORDS})[\s|/·•:>»-]*)+", re.IGNORECASE)
# Labels that stick to the end of a title: "… of the CrimeNews Local", "… News Local".
_STUCK = re.compile(
    rf"(?:(?<=[a-z.!?)])(?=[A-Z])(?:(?i:{_LABEL_WORDS})[\s/|·]*)+"
    r"|\s+(?:(?:News|Press Release|Stor(?:y|ies)|Events?)[\s/|·]*)(?:Local|Global|Regional)"
    r"|\s*(?:الأخبار|أخبار|خبر|بيان صحفي)[\s/|·]+(?:محليات|محلية|محلي|عالمي))$"
)
_TRAILER = re.compile(
    r"(?:related (?:documents?|news|stories|content|links|articles|publications|pages|events|sdgs)"
    r"|share(?: this)?(?: page| article| story| on)?(?: on)?|follow us(?: on)?"
    r"|newsletter|sign up for (?:our|the) newsletter|subscribe(?: to .{0,40})?|more news"
    r"|latest news|other news|you may also like|read more|see also|back to (?:top|news)|sdgs?|tags?"
    r"|(?:©|copyright).{0,120}|all rights reserved|cookie (?:policy|settings|notice)|terms of use"
    r"|privacy (?:policy|notice)|facebook|x|twitter|linkedin|whatsapp|instagram|youtube|email|print"
    r"|وثائق ذات صلة|الوثائق ذات الصلة|مستندات ذات صلة|المستندات ذات الصلة|أخبار ذات صلة"
    r"|الأخبار ذات الصلة|مواضيع ذات صلة|روابط ذات صلة|شارك(?: (?:هذه )?الصفحة)?|مشاركة"
    r"|شاركوا(?: الصفحة)?|تابعونا(?: على)?|تابعنا(?: على)?|النشرة (?:البريدية|الإخبارية)"
    r"|اشترك في النشرة.{0,30}"
    r"|جميع الحقوق محفوظة.{0,80}|اقرأ (?:المزيد|أيضا|أيضاً)|طباعة|فيسبوك|تويتر|واتساب"
    r"|البريد الإلكتروني)"
    r"\s*:?",
    re.IGNORECASE,
)
_STRONG_TRAILER = re.compile(
    r"related (?:documents?|news|stories|content|articles)\s*:?|share this.{0,20}|follow us.{0,10}"
    r"|(?:ال)?(?:وثائق|مستندات|أخبار) (?:ال)?ذات (?:ال)?صلة\s*:?|تابعونا.{0,10}|شارك.{0,20}",
    re.IGNORECASE,
)
_PRESS_CONTACT = re.compile(
    r"(?:for (?:more|further|additional) (?:information|details|inquiries)"
    r"|(?:media|press) contacts?\b|for media (?:inquiries|enquiries)"
    r"|لمزيد من المعلومات|للمزيد من المعلومات"
    r"|للاستفسار|للتواصل الإعلامي)",
    re.IGNORECASE,
)
_REACHABLE = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|\+?\d[\d\s()./-]{6,}\d|\b(?:tel|e-?mail)\b|هاتف|بريد", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Export:
    """The parts of an exported page; `labels` are the date and label lines by the title."""

    title: str
    body: tuple[str, ...]
    frame: tuple[str, ...]
    published: date | None


def read(resource: Resource) -> Reading:
    """Read a text or Markdown file.

    Raises:
        UnreadablePage: undecodable, or without a word.
    """
    text = clean_text(decode_page(resource.content, shown=resource.url, declared=resource.charset))
    if not _WORD.search(text):
        raise UnreadablePage(f"{resource.url} holds no text.")
    if resource.media_type == MARKDOWN or _is_markdown(text):
        return _markdown(resource, text)
    export = read_export(text)
    if export is None:
        return _plain(resource, text)
    body = render(_paragraphs(export.body))
    page = _page(resource, export.title, body, published=export.published)
    return Reading(page, frame=export.frame)


def _page(resource: Resource, title: str, text: str, *, published: date | None = None) -> Page:
    return Page(
        url=resource.url,
        title=title,
        text=text,
        language=detect_language(text),
        fetched_at=resource.fetched_at,
        published=published,
        media_type=resource.media_type,
    )


# --- exported pages --------------------------------------------------------------------------


def read_export(text: str) -> Export | None:
    """Take an exported page apart; None where the text is no export."""
    lines = [line for raw in text.split("\n") if (line := clean_line(raw))]
    start = _menu_end(lines)
    if start is None:
        return None
    frame = _blurbs(lines[:start])
    found = _find_title(lines, start)
    if found is None:
        return None
    title, labels, first = found
    body = lines[first : _body_end(lines, first)]
    published = next((day for line in labels if (day := _day_in(line))), None)
    if published is None and body:
        published = dateline(body[0])
    if not body:
        return None
    return Export(title, tuple(body), frame, published)


def _menu_end(lines: list[str]) -> int | None:
    """The index behind the last line of the menus; None without menus, hence no export.

    A line is plainly menu when it is a lone bullet, a known entry, an entry printed twice, or a
    blurb with its entry's name glued to it. Unknown lines between two of them are menu too.
    """
    plain = [index for index in range(min(len(lines), HEAD_LINES)) if _is_menu(lines, index)]
    if not plain or plain[0] > MENU_GAP_LINES:
        return None
    end = plain[0]
    for index in plain[1:]:
        between = lines[end + 1 : index]
        if len(between) > MENU_GAP_LINES or sum(_is_long_prose(line) for line in between) > 1:
            break
        end = index
    known = {index for index in plain if index <= end}
    kinds = {_menu_kind(lines, index) for index in known}
    # Two signs of different kinds, or a whole menu: a text may well begin with the word "About".
    if len(known) < 3 or (kinds == {"bullet"}) or (len(kinds) == 1 and len(known) < 4):
        return None
    return end + 1


def _menu_kind(lines: list[str], index: int) -> str | None:
    line = lines[index]
    if _BULLET.fullmatch(line):
        return "bullet"
    entry = _entry(line)
    if entry in _MENU_TERMS and not _LABELS.fullmatch(line):  # "News" stands by titles as well
        return "term"
    if _glued_blurb(line, lines[max(0, index - 2) : index]):
        return "glued"
    words = len(_WORD.findall(line))
    if words <= 4 and not _SENTENCE_END.search(line):
        before = lines[index - 1] if index else ""
        after = lines[index + 1] if index + 1 < len(lines) else ""
        if entry in {_entry(before), _entry(after)} and not _precedes_body(lines, index):
            return "twice"
    return None


def _is_menu(lines: list[str], index: int) -> bool:
    return _menu_kind(lines, index) is not None


def _entry(line: str) -> str:
    return _BULLET.sub("", line, count=1).strip(" :›>»").casefold() if line else ""


def _precedes_body(lines: list[str], index: int) -> bool:
    """Whether the article begins right below: a short title is printed twice as well."""
    entry = _entry(lines[index])
    for line in lines[index + 1 : index + 6]:
        if _entry(line) != entry and not _is_label(line):
            words = len(_WORD.findall(line))
            prose = words >= 20 or (words >= 5 and bool(_SENTENCE_END.search(line)))
            return prose and _glued_blurb(line, []) is None
    return False


def _glued_blurb(line: str, before: list[str]) -> str | None:
    """The blurb without the entry's name that sticks to it, or None.

    "WHO WE AREThe International …" and "Our WorkAs the leading …": the name is a known one, or the
    text of one of the lines before.
    """
    match = _GLUED_LABEL.match(line)
    if match:
        rest = line[match.end() :]
        if (rest[:1].isupper() or "\u0620" <= rest[:1] <= "\u064a") and is_prose(rest):
            return rest
    for entry in sorted({text for raw in before if (text := _entry(raw))}, key=len, reverse=True):
        if len(entry) > 2 and line.casefold().startswith(entry) and len(line) > len(entry):
            rest = line[len(entry) :]
            if (rest[:1].isupper() or "\u0620" <= rest[:1] <= "\u064a") and is_prose(rest):
                return rest
    return None


def _blurbs(lines: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for index, line in enumerate(lines):
        text = _glued_blurb(line, lines[max(0, index - 2) : index]) or _BULLET.sub(
            "", line, count=1
        )
        if is_prose(text):
            found[text] = None
    return tuple(found)


def _find_title(lines: list[str], start: int) -> tuple[str, list[str], int] | None:
    """The title, the label lines around it, and the index of the first body line."""
    labels: list[str] = []
    index = start
    while index < len(lines) and (_is_label(lines[index]) or _is_menu(lines, index)):
        labels.append(lines[index])
        index += 1
    if index == len(lines):
        return None
    head: list[str] = []
    while index < len(lines) and not _is_body(lines[index]) and len(head) < 12:
        head.append(lines[index])
        index += 1
    if not head:  # no title of its own: the article begins at once
        line = lines[index]
        return _shortened(line), labels, index
    title = _clean_title(head)
    first = start + len(labels)
    while first < len(lines):
        line = lines[first]
        if _is_label(line):
            labels.append(line)
        elif _same(line, title):
            pass
        elif (rest := _behind(line, title)) is not None:
            if rest and not _is_label(rest):
                lines[first] = rest
                break
            labels.append(rest)
        elif (rest := _before(line, title)) is not None and _is_label(rest):
            labels.append(rest)
        elif _BULLET.fullmatch(line):
            pass
        else:
            break
        first += 1
    return title, labels, first


def _clean_title(head: list[str]) -> str:
    """The title among the lines above the article: the one printed twice, else the first."""
    candidates = [line for line in head if not _is_label(line) and not _BULLET.fullmatch(line)]
    if not candidates:
        return head[0]
    for line in candidates:
        others = [other for other in candidates if other is not line]
        if any(_same(other, line) or _behind(other, line) is not None for other in others):
            return line
    title = candidates[0]
    # Labels stick to the title: "… Prevention of the CrimeNews Local".
    stuck = _STUCK.search(title)
    if stuck and len(_WORD.findall(title[: stuck.start()])) >= 3:
        title = title[: stuck.start()].strip()
    prefix = re.match(
        rf"(?:(?:{_LABEL_WORDS})\s*[/|·>»]?\s*){{2,}}(?=\S)|(?:News|Local|Press Release)(?=[A-Z])",
        title,
    )
    if prefix and len(_WORD.findall(title[prefix.end() :])) >= 3:
        title = title[prefix.end() :].strip()
    return title


def _same(one: str, other: str) -> bool:
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


def _behind(line: str, title: str) -> str | None:
    """What follows the title in a line that begins with it."""
    if len(line) > len(title) and line.casefold().startswith(title.casefold()):
        return line[len(title) :].strip(" |-–—:·")
    return None


def _before(line: str, title: str) -> str | None:
    if len(line) > len(title) and line.casefold().endswith(title.casefold()):
        return line[: -len(title)].strip(" |-–—:·/>»")
    return None


def _is_label(line: str) -> bool:
    """Whether a line only says what kind of page this is, or of when."""
    if len(line) > 90:
        return False
    plain = _BULLET.sub("", line, count=1)
    if not plain or _LABELS.fullmatch(plain):
        return True
    rest = _LABEL_START.sub("", plain, count=1).strip(" :|·,-–")
    return parse_date(rest) is not None


def _day_in(line: str) -> date | None:
    rest = _LABEL_START.sub("", line, count=1).strip(" :|·,-–")
    return parse_date(rest) or parse_date(line)


def _is_long_prose(line: str) -> bool:
    words = len(_WORD.findall(line))
    return words >= LONG_PROSE_WORDS and (bool(_SENTENCE_END.search(line)) or words >= 30)


def _is_body(line: str) -> bool:
    """Whether a line can stand in the article only, not in a heading."""
    words = len(_WORD.findall(line))
    if words > MAX_TITLE_WORDS or _is_long_prose(line):
        return True
    if _BULLET.match(line) and words:
        return True
    return bool(re.search(r"[.؟!…][\"'”’»)]*$", line)) and words >= 6


def _body_end(lines: list[str], first: int) -> int:
    """The index behind the article: where documents, share links and contacts begin."""
    end = len(lines)
    for index in range(first + 1, len(lines)):
        if _STRONG_TRAILER.fullmatch(_BULLET.sub("", lines[index], count=1)):
            end = index
            break
    while end > first + 1 and _is_trailer(lines[end - 1]):
        end -= 1
    for index in range(max(first + 1, end - 6), end):
        tail = lines[index:end]
        if _PRESS_CONTACT.match(lines[index]) and any(_REACHABLE.search(line) for line in tail):
            end = index
            break
    while end > first + 1 and _is_trailer(lines[end - 1]):
        end -= 1
    return end


def _is_trailer(line: str) -> bool:
    plain = _BULLET.sub("", line, count=1)
    return not plain or bool(_TRAILER.fullmatch(plain)) or plain in {"***", "###", "# # #", "ENDS"}


def _paragraphs(lines: tuple[str, ...]) -> list[Block]:
    """Lines to blocks: bullets are items, a short line above a paragraph is a heading."""
    blocks: list[Block] = []
    for index, line in enumerate(lines):
        bullet = _BULLET.match(line)
        if bullet and bullet.end() < len(line) and (line[1:2].isspace() or line[0] not in "-–—*"):
            blocks.append(Block("item", line[bullet.end() :]))
        elif _BULLET.fullmatch(line):
            continue
        elif _is_heading(lines, index):
            blocks.append(Block("heading", line, level=2))
        else:
            blocks.append(Block("text", line))
    return blocks


def _is_heading(lines: tuple[str, ...], index: int) -> bool:
    line = lines[index]
    words = len(_WORD.findall(line))
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if not 1 <= words <= 12 or not following or len(line) > 100:
        return False
    if re.search(r"[.!…,،;؛:\"”»]$", line) or ":" in line or re.search(r"[@]|https?:|\d{5,}", line):
        return False
    if line[:1] in "\"'“«(" or line[:1].islower() or (line[:1].isdecimal() and words < 3):
        return False
    bulleted = bool(_BULLET.match(following))
    if not bulleted and not (_is_body(following) and len(_WORD.findall(following)) >= 6):
        return False
    before = lines[index - 1] if index else ""
    # In a run of short lines it is one of them (a list that lost its bullets), no heading.
    return (
        not before
        or bool(_SENTENCE_END.search(before))
        or bool(_BULLET.match(before))
        or len(_WORD.findall(before)) > 12
    )


# --- plain text and Markdown -----------------------------------------------------------------


def _shortened(line: str) -> str:
    if len(line) <= 120:
        return line
    return line[:120].rsplit(" ", 1)[0] + " …"


def _plain(resource: Resource, text: str) -> Reading:
    head, _, rest = text.partition("\n")
    words = len(_WORD.findall(head))
    titled = words <= MAX_TITLE_WORDS and not re.search(r"[.!…,،;؛:]$", head)
    if titled and rest.strip() and not _BULLET.match(head):
        body = rest.strip("\n")
        return Reading(_page(resource, head, _spaced(body), published=dateline(body)))
    return Reading(_page(resource, _shortened(head), _spaced(text), published=dateline(text)))


def _spaced(text: str) -> str:
    """One blank line between paragraphs, where each stands on one long line without any."""
    lines = text.split("\n")
    if "" in lines or len(lines) < 2 or sum(map(len, lines)) < 100 * len(lines):
        return text
    return "\n\n".join(lines)


_MD_SIGNS = re.compile(r"(?m)^#{1,6} \S|^\|.+\|$|\[[^\]\n]+\]\([^)\s]+\)|^```")


def _is_markdown(text: str) -> bool:
    """Whether a text file is plainly written in Markdown: it begins with a heading."""
    return bool(re.match(r"#{1,3} \S", text)) and len(_MD_SIGNS.findall(text)) >= 1


def _markdown(resource: Resource, text: str) -> Reading:
    title, published, text = _front_matter(text)
    blocks = list(_md_blocks(text))
    if blocks and blocks[0].kind == "heading" and (not title or _same(title, blocks[0].text)):
        title = blocks[0].text
        blocks = blocks[1:] or [Block("text", title)]
    if not blocks:
        raise UnreadablePage(f"{resource.url} holds no text.")
    if not title:
        title = _shortened(blocks[0].text)
    return Reading(_page(resource, title, render(blocks), published=published))


def _front_matter(text: str) -> tuple[str, date | None, str]:
    match = re.match(r"---\n(.*?)\n---(?:\n|$)", text, re.DOTALL)
    if not match:
        return "", None, text
    fields = dict(re.findall(r"(?m)^(\w+):\s*(.+)$", match[1]))
    title = fields.get("title", "").strip("\"' ")
    return title, parse_date(fields.get("date", "").strip("\"' ")), text[match.end() :]


def _md_blocks(text: str) -> list[Block]:
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    lines = text.split("\n")
    blocks: list[Block] = []
    paragraph: list[str] = []
    table: list[list[str]] = []
    code = False

    def flush() -> None:
        nonlocal table
        if paragraph:
            blocks.append(Block("text", _plain_markup(" ".join(paragraph))))
            paragraph.clear()
        if table:
            heads = 1 if len(table) > 1 else 0
            blocks.extend(Block("row", line) for line in table_lines(table, heads))
            table = []

    for line in lines:
        if line.startswith(("```", "~~~")):
            flush()
            code = not code
        elif code:
            if line:
                blocks.append(Block("text", line))
        elif not line:
            flush()
        elif match := re.match(r"(#{1,6})\s+(.*?)\s*#*$", line):
            flush()
            if match[2]:
                blocks.append(Block("heading", _plain_markup(match[2]), level=len(match[1])))
        elif paragraph and len(paragraph) == 1 and re.fullmatch(r"=+|-{3,}", line):
            heading = _plain_markup(paragraph.pop())
            blocks.append(Block("heading", heading, level=1 if line[0] == "=" else 2))
        elif re.fullmatch(r"(?:[-*_] ?){3,}", line):
            flush()
        elif line.startswith("|") and line.endswith("|") and len(line) > 2:
            if not re.fullmatch(r"[|:\s-]+", line):
                if paragraph:
                    flush()
                cells = re.split(r"(?<!\\)\|", line[1:-1])
                table.append([_plain_markup(cell.strip().replace("\\|", "|")) for cell in cells])
        elif match := re.match(r"(?:[-*+•]|\d{1,3}[.)])\s+(.+)$", line):
            flush()
            blocks.append(Block("item", _plain_markup(match[1])))
        elif (
            blocks
            and not paragraph
            and blocks[-1].kind == "item"
            and not table
            and _follows(lines, line)
        ):
            blocks[-1] = Block("item", f"{blocks[-1].text} {_plain_markup(line)}")
        else:
            paragraph.append(line.lstrip("> ") if line.startswith(">") else line)
    flush()
    return [block for block in blocks if block.text]


def _follows(lines: list[str], line: str) -> bool:
    """Whether the line goes on with the list item right above it."""
    index = lines.index(line)
    return index > 0 and lines[index - 1] != ""


def _plain_markup(text: str) -> str:
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<(https?://[^>\s]+)>", r"\1", text)
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])", r"\1", text)
    text = re.sub(r"(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])", r"\1", text)
    text = re.sub(r"`([^`]+)`", r"\1", text)
    return clean_line(re.sub(r"\\([\\`*_{}\[\]()#+.!|-])", r"\1", text))
