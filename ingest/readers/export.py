"""Exported pages: a web page as the text that one copies from it.

Menu lines and blurbs come first, the title once or more, labels and a date, the article, then
"Related Documents" and the like. A text that is none of that is no export.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingest.clean import clean_line
from ingest.dates import dateline, parse_date
from ingest.frame import is_prose
from ingest.readers.blocks import Block, shortened

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?؟…][\"'”’»)]*$")
BULLET = re.compile(r"[-–—•*·▪◦●]\s*")
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
    """The parts of an exported page.

    Attributes:
        frame: the blurbs of its menus.
        published: by the label lines at the title, else the dateline.
    """

    title: str
    body: tuple[Block, ...]
    frame: tuple[str, ...]
    published: date | None


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
    return Export(title, tuple(_blocks(body)), frame, published)


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
    if BULLET.fullmatch(line):
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
    return BULLET.sub("", line, count=1).strip(" :›>»").casefold() if line else ""


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
        text = _glued_blurb(line, lines[max(0, index - 2) : index]) or BULLET.sub("", line, count=1)
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
        return shortened(line), labels, index
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
        elif BULLET.fullmatch(line):
            pass
        else:
            break
        first += 1
    return title, labels, first


def _clean_title(head: list[str]) -> str:
    """The title among the lines above the article: the one printed twice, else the first."""
    candidates = [line for line in head if not _is_label(line) and not BULLET.fullmatch(line)]
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
    plain = BULLET.sub("", line, count=1)
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
    if BULLET.match(line) and words:
        return True
    return bool(re.search(r"[.؟!…][\"'”’»)]*$", line)) and words >= 6


def _body_end(lines: list[str], first: int) -> int:
    """The index behind the article: where documents, share links and contacts begin."""
    end = len(lines)
    for index in range(first + 1, len(lines)):
        if _STRONG_TRAILER.fullmatch(BULLET.sub("", lines[index], count=1)):
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
    plain = BULLET.sub("", line, count=1)
    return not plain or bool(_TRAILER.fullmatch(plain)) or plain in {"***", "###", "# # #", "ENDS"}


def _blocks(lines: list[str]) -> list[Block]:
    """Lines to blocks: bullets are items, a short line above a paragraph is a heading."""
    blocks: list[Block] = []
    for index, line in enumerate(lines):
        bullet = BULLET.match(line)
        if bullet and bullet.end() < len(line) and (line[1:2].isspace() or line[0] not in "-–—*"):
            blocks.append(Block("item", line[bullet.end() :]))
        elif BULLET.fullmatch(line):
            continue
        elif _is_heading(lines, index):
            blocks.append(Block("heading", line, level=2))
        else:
            blocks.append(Block("text", line))
    return blocks


def _is_heading(lines: list[str], index: int) -> bool:
    line = lines[index]
    words = len(_WORD.findall(line))
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if not 1 <= words <= 12 or not following or len(line) > 100:
        return False
    if re.search(r"[.!…,،;؛:\"”»]$", line) or ":" in line or re.search(r"[@]|https?:|\d{5,}", line):
        return False
    if line[:1] in "\"'“«(" or line[:1].islower() or (line[:1].isdecimal() and words < 3):
        return False
    bulleted = bool(BULLET.match(following))
    if not bulleted and not (_is_body(following) and len(_WORD.findall(following)) >= 6):
        return False
    before = lines[index - 1] if index else ""
    # In a run of short lines it is one of them (a list that lost its bullets), no heading.
    return (
        not before
        or bool(_SENTENCE_END.search(before))
        or bool(BULLET.match(before))
        or len(_WORD.findall(before)) > 12
    )
