"""A Word document to a Reading: headings, paragraphs, lists, tables in their order."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.table import Table
from lxml import etree

from ingest.clean import clean_line
from ingest.errors import TooLarge, UnreadablePage
from ingest.language import detect_language
from ingest.media import DOCX
from ingest.readers.blocks import Block, render, table_lines
from ingest.types import Page, Reading, Resource

MAX_BYTES = 30_000_000
MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 100  # unpacked to packed; prose in XML reaches about 15
_RATIO_FROM_BYTES = 5_000_000  # small files may be as repetitive as they like
_HEADING_STYLE = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list|bullet", re.IGNORECASE)


def read(resource: Resource) -> Reading:
    """Read one .docx file.

    Raises:
        TooLarge: more bytes, entries or compression than an honest document has.
        UnreadablePage: broken, password-protected, or without text.
    """
    where = resource.url
    _check_archive(resource.content, where)
    try:
        document = Document(io.BytesIO(resource.content))
        blocks = list(_blocks(document))
        core_title = clean_line(document.core_properties.title or "")
    except (BadZipFile, OpcError, KeyError, ValueError, etree.XMLSyntaxError, zlib.error) as error:
        raise UnreadablePage(f"{where} is no Word document that can be read: {error}.") from error
    if not any(block.kind != "heading" for block in blocks):
        raise UnreadablePage(f"{where} holds no text.")
    title = core_title
    leading = blocks[0]
    if leading.kind == "heading" and (not title or leading.level == 1 or leading.text == title):
        title = leading.text
        blocks = blocks[1:]
    elif not title:
        title = leading.text[:120]
    text = render(blocks)
    return Reading(
        Page(
            url=where,
            title=title,
            text=text,
            language=detect_language(text),
            fetched_at=resource.fetched_at,
            media_type=DOCX,
        )
    )


def _check_archive(content: bytes, where: str) -> None:
    if len(content) > MAX_BYTES:
        raise TooLarge(f"{where} is larger than the {MAX_BYTES // 1_000_000} MB that are read.")
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except BadZipFile as error:
        raise UnreadablePage(f"{where} is broken: it is no complete Word document.") from error
    # zipfile never unpacks more of an entry than the size declared here.
    unpacked = sum(entry.file_size for entry in entries)
    bomb = unpacked > _RATIO_FROM_BYTES and unpacked > MAX_RATIO * max(len(content), 1)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or bomb:
        raise TooLarge(f"{where} unpacks to more than a document may ({unpacked // 1_000_000} MB).")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadablePage(f"{where} is password-protected. Save it without a password.")


def _blocks(document: Any) -> Iterator[Block]:
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            grid, heads = _grid(item)
            yield from (Block("row", line) for line in table_lines(grid, heads))
            continue
        text = _text(item._p)
        if not text:
            continue
        style = item.style.name if item.style is not None else ""
        if style == "Title":
            yield Block("heading", clean_line(text), level=1)
        elif match := _HEADING_STYLE.match(style or ""):
            yield Block("heading", clean_line(text), level=min(int(match[1]) + 1, 6))
        elif item._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None or _LIST_STYLE.search(
            style or ""
        ):
            yield Block("item", clean_line(text))
        else:
            yield Block("text", text)


def _text(element: Any) -> str:
    """The visible text under a paragraph or cell: insertions in, deletions and hidden runs out."""
    parts: list[str] = []
    for node in element.iter(qn("w:t"), qn("w:br"), qn("w:tab"), qn("w:cr"), qn("w:p")):
        if any(_is_out(parent) for parent in node.iterancestors()):
            continue
        if node.tag == qn("w:t"):
            parts.append(node.text or "")
        elif node.tag == qn("w:tab"):
            if node.getparent().tag == qn("w:r"):
                parts.append(" ")
        elif node is not element:
            parts.append("\n")
    lines = (clean_line(line) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _is_out(element: Any) -> bool:
    if element.tag == qn("w:del") or str(element.tag).endswith("}Fallback"):
        return True
    if element.tag != qn("w:r"):
        return False
    hidden = element.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val")) not in {"0", "false"}


def _grid(table: Table) -> tuple[list[list[str]], int]:
    grid = [
        [clean_line(_text(cell._tc).replace("\n", " ")) for cell in row.cells] for row in table.rows
    ]
    grid = [row for row in grid if any(row)]
    # Word has no header cells; a first row that is full and without figures is one.
    heads = int(
        len(grid) > 1
        and len(grid[0]) > 1
        and all(cell and not re.search(r"\d", cell) and len(cell) < 60 for cell in grid[0])
        and len(set(grid[0])) == len(grid[0])
    )
    return grid, heads
