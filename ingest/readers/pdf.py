"""A PDF to a Reading: its text sheet by sheet, Arabic in letters and in reading order."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zlib
from collections import Counter

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from ingest.clean import clean_line
from ingest.errors import TooLarge, UnreadablePage
from ingest.language import detect_language, page_language
from ingest.media import PDF
from ingest.readers.blocks import Block, render
from ingest.types import Page, Reading, Resource

MAX_BYTES = 30_000_000
MAX_SHEETS = 2_000
MAX_CHARS = 10_000_000
_EDGE_LINES = 2  # running heads and feet stand in the first and last lines of a sheet
_BULLET = re.compile(r"(?:[•▪◦●‣·\x7f\uf0b7\u2023\u25aa\u2219]|[-–—*](?=\s))\s*")
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?؟…:][\"'”’»)]*$")
_SHAPED = re.compile("[\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc]+")
_ARABIC = re.compile("[\u0621-\u064a]")
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+\S")
_NO_TITLE = re.compile(
    r"untitled.*|\(?(?:anonymous|unspecified|unknown)\)?|.*\.(?:docx?|pdf|indd|pptx?|xlsx?|qxd|ai)"
    r"|microsoft word.*|powerpoint.*|slide \d+|document ?\d*|title",
    re.IGNORECASE,
)
# What pypdf raises on broken files beside its own errors, as met in its issues.
_BROKEN = (
    PyPdfError,
    zlib.error,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    OverflowError,
    ZeroDivisionError,
    EOFError,
)


def read(resource: Resource) -> Reading:
    """Read one PDF.

    Raises:
        TooLarge: over the bytes, sheets or characters that are read.
        UnreadablePage: encrypted, broken, or without text (a scan).
    """
    where = resource.url
    if len(resource.content) > MAX_BYTES:
        raise TooLarge(f"{where} is larger than the {MAX_BYTES // 1_000_000} MB that are read.")
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every flaw it works around
    try:
        reader = PdfReader(io.BytesIO(resource.content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked(where)
        count = len(reader.pages)
        if count > MAX_SHEETS:
            raise TooLarge(f"{where} has {count} sheets; at most {MAX_SHEETS} are read.")
        sheets = _sheets(reader, where)
        stated = reader.metadata.title if reader.metadata else None
        declared = reader.root_object.get("/Lang")
    except (DependencyError, FileNotDecryptedError) as error:
        raise _locked(where) from error
    except _BROKEN as error:
        raise UnreadablePage(f"{where} is broken: it is no complete PDF ({error}).") from error
    return Reading(_page(resource, sheets, stated, str(declared) if declared else None))


def _locked(where: str) -> UnreadablePage:
    return UnreadablePage(f"{where} is password-protected. Save it without a password.")


def _sheets(reader: PdfReader, where: str) -> list[list[str]]:
    """The lines of each sheet, in letters and in reading order."""
    raw: list[list[str]] = []
    size = 0
    for page in reader.pages:
        text = page.extract_text() or ""
        size += len(text)
        if size > MAX_CHARS:
            raise TooLarge(f"{where} holds more than {MAX_CHARS // 1_000_000} million characters.")
        raw.append(text.replace("\r", "\n").split("\n"))
    letters = sum(char.isalpha() for lines in raw for line in lines for char in line)
    if not letters:
        raise UnreadablePage(
            f"{where} holds no text: it is a scan, and reading pictures is not done."
        )
    odd = sum(char in "\x00\ufffd" for lines in raw for line in lines for char in line)
    if odd > 0.02 * letters:
        raise UnreadablePage(f"{where} holds no usable text: its letters have no meaning assigned.")
    flip = is_visual_order([line for lines in raw for line in lines])
    return [[mended for line in lines if (mended := mend_line(line, flip=flip))] for lines in raw]


def _page(
    resource: Resource, sheets: list[list[str]], stated: str | None, declared: str | None
) -> Page:
    sheets = without_running_lines(sheets)
    texts = [_blocks(lines) for lines in sheets]
    flat = [block for blocks in texts for block in blocks]
    if not flat:
        raise UnreadablePage(
            f"{resource.url} holds no text: it is a scan, and reading pictures is not done."
        )
    title = clean_line(mend_line(stated or "", flip=False))
    if not title or _NO_TITLE.fullmatch(title) or len(title) < 3:
        first = next((block for block in flat if block.kind == "heading"), flat[0])
        title = first.text if len(first.text) <= 150 else first.text[:120].rsplit(" ", 1)[0] + " …"
    for blocks in texts[:1]:  # the title printed on the first sheet is not repeated
        for index, block in enumerate(blocks[:4]):
            if _WORD.findall(block.text.casefold()) == _WORD.findall(title.casefold()):
                if len(flat) > 1:
                    del blocks[index]
                break
    text = ""
    starts: list[int] = []
    for blocks in texts:
        part = render(blocks)
        if part and text:
            text += "\n\n"
        starts.append(len(text))
        text += part
    return Page(
        url=resource.url,
        title=title,
        text=text,
        language=page_language(declared, text) if declared else detect_language(text),
        fetched_at=resource.fetched_at,
        page_starts=tuple(starts),
        media_type=PDF,
    )


# --- lines ---------------------------------------------------------------------------------------


def is_visual_order(lines: list[str]) -> bool:
    """Whether Arabic stands in the order of the eye, left to right, last letter first.

    Words in reading order begin with the article and end in ta marbuta or alif maqsura; shaped
    letters say it outright, since an initial form cannot end a word.
    """
    forward = backward = 0
    for line in lines:
        for word in re.findall("[\u0621-\u064a\ufb50-\ufdff\ufe70-\ufefc]{3,}", line):
            first, last = word[0], word[-1]
            if _form(first) == "final" or _form(last) == "initial":
                backward += 2
            elif _form(first) == "initial" or _form(last) == "final":
                forward += 2
            plain = unicodedata.normalize("NFKC", word)
            if plain.startswith(("ال", "وال", "بال")) or plain[-1] in "ةى":
                forward += 1
            if plain.endswith(("لا", "لاو", "لاب")) or plain[0] in "ةى":
                backward += 1
    return backward > forward


def _form(char: str) -> str:
    """ "initial", "final", "isolated" or "medial" for a shaped letter, "" for any other."""
    match = re.match(r"<(\w+)>", unicodedata.decomposition(char))
    return match[1] if match else ""


def mend_line(line: str, *, flip: bool) -> str:
    """A line of extracted text as it reads: shaped letters plain, visual order undone.

    Args:
        flip: the file's Arabic stands in visual order.
    """
    line = line.replace("\x7f", "•").replace("\t", " ")
    if flip and (_ARABIC.search(line) or _SHAPED.search(line)):
        line = _flipped(line)
    line = _SHAPED.sub(lambda match: _plain(match[0]), line)
    line = clean_line(line)
    if _ARABIC.search(line):
        # Browser-made and ReportLab files put the number of an Arabic list item last.
        line = re.sub(r"^([.)])\s*(\D.*?)(\d{1,2})$", r"\3\1 \2", line)
    return line


def _plain(shaped: str) -> str:
    plain = unicodedata.normalize("NFKC", shaped)
    return re.sub(" (?=[\u064b-\u0652])", "", plain)


def _flipped(line: str) -> str:
    """The line reversed; numbers and Latin words in it keep their order, brackets turn."""
    turned = line[::-1].translate(str.maketrans("()[]{}<>«»", ")(][}{><»«"))
    return re.sub(
        r"[A-Za-z0-9\u0660-\u0669](?:[A-Za-z0-9\u0660-\u0669.,:/%&'+-]*[A-Za-z0-9\u0660-\u0669])?",
        lambda match: match[0][::-1],
        turned,
    )


def without_running_lines(sheets: list[list[str]]) -> list[list[str]]:
    """The sheets without heads and feet that repeat on most of them, and without sheet numbers."""
    edges: Counter[str] = Counter()
    filled = [lines for lines in sheets if lines]
    for lines in filled:
        edges.update({_mask(line) for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])})
    floor = max(2, 0.6 * len(filled))
    running = {key for key, count in edges.items() if count >= floor}
    return [_without_edges(lines, running) for lines in sheets]


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold())


def _without_edges(lines: list[str], running: set[str]) -> list[str]:
    def goes(line: str) -> bool:
        return _mask(line) in running or bool(re.fullmatch(r"[-–\s]*\d{1,4}[-–\s]*", line))

    start, end = 0, len(lines)
    while start < min(end, 2 * _EDGE_LINES) and goes(lines[start]):
        start += 1
    while end > start and len(lines) - end < 2 * _EDGE_LINES and goes(lines[end - 1]):
        end -= 1
    return lines[start:end]


def _blocks(lines: list[str]) -> list[Block]:
    """Lines of one sheet to blocks: wrapped lines joined, bullets as items, headings found."""
    longest = max(map(len, lines), default=0)
    blocks: list[Block] = []
    wraps = False  # the last line was full, so that its sentence goes on
    for index, line in enumerate(lines):
        bullet = _BULLET.match(line)
        following = lines[index + 1] if index + 1 < len(lines) else ""
        full = len(line) >= 0.75 * longest and longest > 40
        if bullet and bullet.end() < len(line):
            blocks.append(Block("item", line[bullet.end() :]))
        elif _NUMBERED.match(line) and not _is_heading(line, following, longest):
            blocks.append(Block("item", line))
        elif blocks and wraps and blocks[-1].kind != "heading":
            last = blocks[-1]
            glue = "" if last.text.endswith("-") and line[:1].islower() else " "
            blocks[-1] = Block(last.kind, last.text + glue + line)
        elif _is_heading(line, following, longest):
            blocks.append(Block("heading", line, level=2))
        else:
            blocks.append(Block("text", line))
        wraps = full and not (_SENTENCE_END.search(line) and len(line) < 0.9 * longest)
        if _SENTENCE_END.search(line) and following[:1].isupper() and not full:
            wraps = False
    return blocks


def _is_heading(line: str, following: str, longest: int) -> bool:
    words = len(_WORD.findall(line))
    if not 1 <= words <= 10 or len(line) > 0.7 * longest or not following:
        return False
    if _SENTENCE_END.search(line) or re.search(r"[,،;؛]$", line) or line[:1].islower():
        return False
    if not _WORD.search(re.sub(r"[\d.,]+", "", line)):
        return False
    return len(_WORD.findall(following)) > 6 or bool(_BULLET.match(following))
