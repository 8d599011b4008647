"""Blocks of content, and how they are written down as the text of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.language import detect_language

_WORD = re.compile(r"\w+")
# Headers that say no more than that there is something: `Donor: Norland` reads better than
# `Item: Donor; Detail: Norland`, and nothing is lost.
_HOLLOW = frozenset(
    """item detail details field value values indicator particulars information info key description
    البند التفاصيل البيان القيمة الحقل المؤشر الوصف المعلومات""".split()
)
_PICTURE = {"en": "Picture", "ar": "صورة", "und": "Picture"}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of content.

    Attributes:
        kind: "heading", "text", "item", "row", "figure", or "gap" where something was left out.
        level: of a heading, 1 to 6; else 0.
        linked: how many of its words stand in links.
    """

    kind: str
    text: str
    level: int = 0
    linked: int = 0

    @property
    def words(self) -> int:
        """Number of words."""
        return len(_WORD.findall(self.text))


def render(blocks: Iterable[Block]) -> str:
    """Blocks to the text of a page: Markdown headings, list items and rows as lines."""
    parts: list[str] = []
    previous = ""
    for block in blocks:
        if block.kind == "gap":
            continue
        if block.kind == "heading":
            line = "#" * max(2, block.level) + " " + block.text
        elif block.kind in {"item", "row"}:
            line = f"- {block.text}"
        elif block.kind == "figure":  # quoted alone, it must not read as the article's own words
            line = f"{_PICTURE[detect_language(block.text)]}: {block.text}"
        else:
            line = block.text
        if parts:
            parts.append(
                "\n" if block.kind == previous and block.kind in {"item", "row"} else "\n\n"
            )
        parts.append(line)
        previous = block.kind
    return "".join(parts)


def shortened(line: str) -> str:
    """A line as the title of a page that has none: at most 120 characters, cut at a word."""
    if len(line) <= 120:
        return line
    return line[:120].rsplit(" ", 1)[0] + " …"


def table_lines(grid: list[list[str]], heads: int) -> Iterator[str]:
    """One line per row, each cell behind its header: `Header: cell; Header: cell`.

    Args:
        heads: how many of the first rows hold headers. Without any, two columns read as
            `first: second`, more as `first; second; third`.
    """
    if heads >= len(grid):
        heads = 0
    width = max((len(row) for row in grid), default=0)
    headers = [
        " ".join(
            dict.fromkeys(row[column] for row in grid[:heads] if column < len(row) and row[column])
        )
        for column in range(width)
    ]
    if heads and width == 2 and all(header.casefold().strip(":") in _HOLLOW for header in headers):
        grid, heads, headers = grid[heads:], 0, ["", ""]
    for row in grid[heads:]:
        cells: list[str] = []
        last = None
        for header, text in zip(headers, row, strict=False):
            if not text or (header, text) == last:
                continue
            last = (header, text)
            cells.append(f"{header.rstrip(':')}: {text}" if header and header != text else text)
        if not heads and len(cells) == 2:
            yield f"{cells[0].rstrip(':')}: {cells[1]}"
        elif cells:
            yield "; ".join(cells)
