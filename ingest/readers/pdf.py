"""A PDF to a Reading: its text sheet by sheet, Arabic in letters and in reading order."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from ingest.clean import clean_line
from ingest.errors import TooLarge, UnreadablePage
from ingest.language import detect_language, page_language
from ingest.media import PDF
from ingest.readers.blocks import Block, render, table_lines
from ingest.readers.pdf_hidden import layers_off, without_hidden_text
from ingest.types import Page, Reading, Resource

MAX_BYTES = 30_000_000
MAX_SHEETS = 2_000
MAX_CHARS = 10_000_000
MIN_SIZE = 1.0  # points; smaller letters are a smudge
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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of extracted text and where it stands on its sheet.

    Attributes:
        x: of its first letter; y: of its baseline; both in points, 0 where not known.
        size: of its largest letters, in points.
    """

    text: str
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0


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
        what = ascii(str(error)[:60]).strip("'\"")
        raise UnreadablePage(f"{where} is broken: it is no complete PDF ({what}).") from error
    return Reading(_page(resource, sheets, stated, str(declared) if declared else None))


def _locked(where: str) -> UnreadablePage:
    return UnreadablePage(f"{where} is password-protected. Save it without a password.")


def _sheets(reader: PdfReader, where: str) -> list[list[Line]]:
    """The lines of each sheet, in letters and in reading order."""
    raw: list[list[Line]] = []
    size = 0
    off = layers_off(reader.root_object)
    for page in reader.pages:
        without_hidden_text(page, off)
        lines = _lines(page)
        size += sum(len(line.text) for line in lines)
        if size > MAX_CHARS:
            raise TooLarge(f"{where} holds more than {MAX_CHARS // 1_000_000} million characters.")
        raw.append(lines)
    every = [line.text for lines in raw for line in lines]
    letters = sum(char.isalpha() for text in every for char in text)
    if not letters:
        raise _scan(where)
    odd = sum(char in "\x00\ufffd" for text in every for char in text)
    if odd > 0.02 * letters:
        raise UnreadablePage(f"{where} holds no usable text: its letters have no meaning assigned.")
    flip = is_visual_order(every)
    return [
        [replace(line, text=text) for line in lines if (text := mend_line(line.text, flip=flip))]
        for lines in raw
    ]


def _scan(where: str) -> UnreadablePage:
    return UnreadablePage(f"{where} holds no text: it is a scan, and reading pictures is not done.")


def _lines(page: Any) -> list[Line]:
    """The lines of a sheet as pypdf extracts them, each with the place of its first letter."""
    pieces: list[tuple[str, float, float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        scale = abs(tm[3] * cm[3]) or 1.0
        x = cm[4] + tm[4] * cm[0]
        pieces.append((text, x, cm[5] + tm[5] * cm[3], size * scale))

    text = page.extract_text(visitor_text=visit) or ""
    if "".join(piece[0] for piece in pieces) != text:
        return [Line(line) for line in text.replace("\r", "\n").split("\n")]
    left, bottom, right, top = map(float, page.mediabox)
    pieces = [  # off the sheet, or too small for any eye; (0, 0) is what pypdf puts between
        ("" if size < MIN_SIZE or not inside else piece, x, y, size)
        if piece.strip() and (x or y)
        else (piece, x, y, size)
        for piece, x, y, size in pieces
        for inside in [left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1]
    ]
    lines: list[Line] = []
    current = Line("")
    for piece, x, y, size in pieces:
        for index, part in enumerate(piece.replace("\r", "\n").split("\n")):
            if index:
                lines.append(current)
                current = Line("")
            if part.strip() and not current.text.strip():
                current = Line(current.text + part, x, y, size)
            elif part:
                current = replace(
                    current,
                    text=current.text + part,
                    size=max(current.size, size if part.strip() else 0.0),
                )
    return [*lines, current]


def _page(
    resource: Resource, sheets: list[list[Line]], stated: str | None, declared: str | None
) -> Page:
    sheets = without_running_lines(sheets)
    sizes: Counter[float] = Counter()
    for lines in sheets:
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    texts = [_blocks(lines, body) for lines in sheets]
    flat = [block for blocks in texts for block in blocks]
    if not flat:
        raise _scan(resource.url)
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


def without_running_lines(sheets: list[list[Line]]) -> list[list[Line]]:
    """The sheets without heads and feet that repeat on most of them, and without sheet numbers."""
    edges: Counter[str] = Counter()
    filled = [lines for lines in sheets if lines]
    for lines in filled:
        ends = (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])
        edges.update({_mask(line.text) for line in ends})
    floor = max(2, 0.6 * len(filled))
    running = {key for key, count in edges.items() if count >= floor}
    return [_without_edges(lines, running) for lines in sheets]


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold())


def _without_edges(lines: list[Line], running: set[str]) -> list[Line]:
    def goes(line: Line) -> bool:
        number = re.fullmatch(r"[-–\s]*\d{1,4}[-–\s]*", line.text)
        return _mask(line.text) in running or bool(number)

    start, end = 0, len(lines)
    while start < min(end, 2 * _EDGE_LINES) and goes(lines[start]):
        start += 1
    while end > start and len(lines) - end < 2 * _EDGE_LINES and goes(lines[end - 1]):
        end -= 1
    return lines[start:end]


def _blocks(lines: list[Line], body: float) -> list[Block]:
    """Lines of one sheet to blocks: tables as rows, the rest as paragraphs, items, headings.

    Args:
        body: the size most of the document is set in; larger lines are headings.
    """
    blocks: list[Block] = []
    plain: list[Line] = []
    rows = _rows(lines)
    index = 0
    while index < len(rows):
        end = _table_end(rows, index)
        if end == index:
            first = rows[index][0]
            plain.append(replace(first, text=" ".join(cell.text for cell in rows[index])))
            index += 1
            continue
        blocks.extend(_flowing(plain, body))
        plain = []
        grid = _grid(rows[index:end])
        heads = int(len(grid) > 1 and not any(re.search(r"\d", cell) for cell in grid[0]))
        blocks.extend(Block("row", line) for line in table_lines(grid, heads))
        index = end
    blocks.extend(_flowing(plain, body))
    return blocks


def _rows(lines: list[Line]) -> list[list[Line]]:
    """Lines that stand side by side, as one row of cells each."""
    rows: list[list[Line]] = []
    for line in lines:
        row = rows[-1] if rows else []
        # Not a line further down is beside: a short cell may be set at the foot of a tall one,
        # which then begins above it. Far above is the next column of the sheet.
        up = line.y - row[0].y if row else 0.0
        if not row or not line.size or not -0.75 * line.size < up < 5 * line.size:
            rows.append([line])
            continue
        same = next((at for at, cell in enumerate(row) if cell.x == line.x), None)
        if same is None:
            row.append(line)
        else:
            row[same] = replace(row[same], text=f"{row[same].text} {line.text}")
    return rows


def _is_cells(row: list[Line]) -> bool:
    sign = re.fullmatch(r"[•▪◦●‣·-]|\d{1,2}[.)]", row[0].text)  # the sign of a list item
    return len(row) > 1 and not sign


def _table_end(rows: list[list[Line]], start: int) -> int:
    """The index behind the table that begins at `start`; `start` itself where none does.

    Cells that wrap go on in lines of their own, right below and flush with their column.
    """
    if not _is_cells(rows[start]):
        return start
    end, full = start + 1, 1
    columns = {round(cell.x) for cell in rows[start]}
    while end < len(rows):
        row = rows[end]
        if _is_cells(row):
            columns |= {round(cell.x) for cell in row}
            full += 1
        elif not (
            len(row) == 1
            and round(row[0].x) in columns
            and 0 < rows[end - 1][-1].y - row[0].y < 2.2 * max(row[0].size, 1.0)
        ):
            break
        end += 1
    return end if full > 1 else start


def _grid(rows: list[list[Line]]) -> list[list[str]]:
    """The texts of the cells, wrapped lines put back into theirs."""
    grid: list[list[str]] = []
    places: list[float] = []
    for row in rows:
        if _is_cells(row):
            grid.append([cell.text for cell in row])
            places = [cell.x for cell in row]
        elif grid:
            column = min(range(len(places)), key=lambda at: abs(places[at] - row[0].x))
            grid[-1][column] += " " + row[0].text
    return grid


def _flowing(lines: list[Line], body: float) -> list[Block]:
    """Lines outside tables: wrapped ones joined, bullets as items, headings found."""
    longest = max((len(line.text) for line in lines), default=0)
    blocks: list[Block] = []
    wraps = False  # the last line was full, so that its sentence goes on
    for index, line in enumerate(lines):
        text = line.text
        bullet = _BULLET.match(text)
        following = lines[index + 1].text if index + 1 < len(lines) else ""
        heading = _is_heading(line, following, longest, body)
        full = len(text) >= 0.75 * longest and longest > 40
        if bullet and bullet.end() < len(text):
            blocks.append(Block("item", text[bullet.end() :]))
        elif heading and blocks and blocks[-1].kind == "heading" and line.size > 1.1 * body > 0:
            above = lines[index - 1]
            if abs(above.size - line.size) < 0.1 and above.y - line.y < 1.6 * line.size:
                blocks[-1] = replace(blocks[-1], text=f"{blocks[-1].text} {text}")
            else:
                blocks.append(Block("heading", text, level=2))
        elif heading:
            blocks.append(Block("heading", text, level=2))
        elif _NUMBERED.match(text):
            blocks.append(Block("item", text))
        elif blocks and wraps and blocks[-1].kind != "heading":
            last = blocks[-1]
            glue = "" if last.text.endswith("-") and text[:1].islower() else " "
            blocks[-1] = Block(last.kind, last.text + glue + text)
        else:
            blocks.append(Block("text", text))
        wraps = full and not heading
        if _SENTENCE_END.search(text) and len(text) < 0.9 * longest:
            wraps = False
    return blocks


def _is_heading(line: Line, following: str, longest: int, body: float) -> bool:
    text = line.text
    words = len(_WORD.findall(text))
    if not 1 <= words <= 16 or not re.search(r"[^\W\d_]", text) or _BULLET.match(text):
        return False
    if line.size > 1.1 * body > 0:
        return not re.search(r"[.،,;؛]$", text)
    # Where sizes are known and this is no larger, it is none: numbered items look the same.
    if body and line.size and line.size <= 1.1 * body:
        return False
    if words > 10 or len(text) > 0.7 * longest or not following or text[:1].islower():
        return False
    if _SENTENCE_END.search(text) or re.search(r"[,،;؛]$", text):
        return False
    return len(_WORD.findall(following)) > 6 or bool(_BULLET.match(following))
