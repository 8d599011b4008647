"""Elements of a web page to blocks in reading order: headings, paragraphs, items, rows, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from ingest.clean import clean_line
from ingest.notes import speaks_to_machines
from ingest.readers.blocks import Block, table_lines

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol
    option p pre section summary table tbody td tfoot th thead tr ul""".split()
)
_CLASS_WORD = re.compile(r"[a-z]+")
_WORD = re.compile(r"\w+")


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


def walk(root: lxml_html.HtmlElement) -> Iterator[Block]:
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
        elif tag in HEADINGS:
            yield from buffer.take(kind)
            text = clean_line(inline_text(child))
            if text:
                yield Block("heading", text, level=HEADINGS[tag])
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
        elif tag == "figure" and child.find(".//table") is None:
            yield from buffer.take(kind)
            yield from _walk_figure(child)
        elif tag == "figcaption" or _is_caption(child):
            yield from buffer.take(kind)
            if text := clean_line(inline_text(child)):
                yield Block("figure", text)
        elif tag in BLOCKS:
            yield from buffer.take(kind)
            yield from _walk_into(child, buffer, kind, linked=linked)
            yield from buffer.take(kind)
        elif isinstance(tag, str):
            yield from _walk_into(child, buffer, kind, linked=linked or tag == "a")
        buffer.add(child.tail, linked=linked)


def _is_caption(element: lxml_html.HtmlElement) -> bool:
    if element.tag not in {"div", "p", "span"} or element.find(".//p") is not None:
        return False
    return "caption" in _CLASS_WORD.findall((element.get("class") or "").lower())


def _walk_figure(figure: lxml_html.HtmlElement) -> Iterator[Block]:
    """A picture is one block: its caption, and what its alternative text adds to that."""
    caption = next(iter(figure.iter("figcaption")), None)
    said = clean_line(inline_text(caption)) if caption is not None else ""
    texts = [said] if said else []
    for image in figure.iter("img"):
        alt = _alt(image)
        if alt and not any(alt.casefold() in text.casefold() for text in texts):
            texts.append(alt)
    if texts:
        yield Block(
            "figure",
            " – ".join(text.rstrip(".") if text is not texts[-1] else text for text in texts),
        )
    if caption is None:  # a quotation or a list that was called a figure
        yield from (block for block in walk(figure) if block.kind != "figure")


def _echoes(alt: str, buffer: _Buffer) -> bool:
    return clean_line("".join(buffer.parts)).endswith(alt)


def _alt(image: lxml_html.HtmlElement) -> str:
    """The alternative text of a picture, where it says something to its readers."""
    alt = clean_line(image.get("alt") or "")
    if speaks_to_machines(alt):
        return ""
    if re.fullmatch(r"\S+\.(?:png|jpe?g|gif|svg|webp)", alt, re.IGNORECASE):
        return ""
    return alt if len(_WORD.findall(alt)) >= 4 or re.search(r"\d", alt) else ""


def _figures(element: lxml_html.HtmlElement) -> Iterator[Block]:
    for image in element.iter("img"):
        if alt := _alt(image):
            yield Block("figure", alt)


def inline_text(element: lxml_html.HtmlElement) -> str:
    """All text in an element, blocks and line breaks as spaces."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        apart = node is not element and (node.tag in BLOCKS or node.tag == "br")
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
                yield from _walk_list(item) if item.tag in {"ul", "ol"} else walk(item)
        elif any(item.find(f".//{tag}") is not None for tag in (*HEADINGS, "table")):
            yield from walk(item)  # a list used for layout
        else:
            yield from _walk_item(item)


def _walk_item(item: lxml_html.HtmlElement) -> Iterator[Block]:
    """One item is one line; lists within it follow as items of their own."""
    own: list[Block] = []
    later: list[Block] = []
    for block in walk(item):
        (later if block.kind == "item" else own).append(block)
    texts = [block.text.replace("\n", " ") for block in own if block.kind != "gap"]
    if len(texts) > 1 and own[0].linked >= own[0].words:  # an entry of a menu, and what it opens
        yield from own
    elif texts:
        yield Block("item", " ".join(texts), linked=sum(block.linked for block in own))
    yield from later


def _walk_definitions(element: lxml_html.HtmlElement) -> Iterator[Block]:
    term: list[str] = []
    for child in element.iter("dt", "dd"):
        text = clean_line(inline_text(child))
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
    if caption is not None and (text := clean_line(inline_text(caption))):
        yield Block("text", text)
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    nested = table.find(".//table") is not None
    layout = table.get("role") in {"presentation", "none"} or nested
    if layout or all(len(row.findall("td") + row.findall("th")) < 2 for row in rows):
        for row in rows:
            for cell in row.iterchildren("td", "th"):
                yield from walk(cell)
        return
    grid, heads = _grid(rows)
    if not heads and len(rows) > 1 and _is_bold(rows[0]) and not _is_bold(rows[1]):
        heads = 1  # editors without a button for header cells make them bold
    yield from (Block("row", line) for line in table_lines(grid, heads))
    yield from _figures(table)


def _is_bold(row: lxml_html.HtmlElement) -> bool:
    """Whether all text of a row stands in bold, cell by cell."""
    cells = row.findall("td") + row.findall("th")
    bold = sum(
        cell.tag == "th" or count_words(cell) == sum(map(count_words, cell.iter("strong", "b"))) > 0
        for cell in cells
    )
    return len(cells) > 1 and bold == len(cells)


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
            text = clean_line(inline_text(cell))
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


def count_words(element: lxml_html.HtmlElement) -> int:
    """Words of all text in an element."""
    return len(_WORD.findall(" ".join(element.itertext())))
