"""Markdown to a Reading: what it stands for as a web page, walked like one."""

from __future__ import annotations

import re
from datetime import date

from lxml import html as lxml_html
from markdown_it import MarkdownIt

from ingest.charset import decode_page
from ingest.clean import clean_line, clean_text, strip_invisible
from ingest.dates import parse_date
from ingest.errors import UnreadablePage
from ingest.language import detect_language
from ingest.readers.blocks import Block, render, shortened
from ingest.readers.html_frame import same_words
from ingest.readers.html_hidden import drop_hidden
from ingest.readers.html_walk import walk
from ingest.types import Page, Reading, Resource

_FRONT_MATTER = re.compile(r"\s*---\n(.*?)\n---(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"(?m)^(\w+):\s*(.+)$")
_SIGNS = re.compile(r"#{1,3} \S")
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def is_markdown(text: str) -> bool:
    """Whether a text without a media type of its own is plainly Markdown: a heading comes first."""
    return bool(_SIGNS.match(text))


def read(resource: Resource) -> Reading:
    """Read a Markdown file; its title is the front matter's, else its first heading.

    Raises:
        UnreadablePage: undecodable, or without a word.
    """
    text = decode_page(resource.content, shown=resource.url, declared=resource.charset)
    title, published, text = _front_matter(strip_invisible(text))
    blocks = _blocks(text)
    if not any(block.words for block in blocks):
        raise UnreadablePage(f"{resource.url} holds no text.")
    first = blocks[0]
    if first.kind == "heading" and (not title or same_words(title, first.text)):
        title, blocks = first.text, blocks[1:] or [Block("text", first.text)]
    body = clean_text(render(blocks))
    page = Page(
        url=resource.url,
        title=title or shortened(first.text),
        text=body,
        language=detect_language(body),
        fetched_at=resource.fetched_at,
        published=published,
        media_type=resource.media_type,
    )
    return Reading(page)


def _front_matter(text: str) -> tuple[str, date | None, str]:
    match = _FRONT_MATTER.match(text)
    if not match:
        return "", None, text
    fields = {name: clean_line(value).strip("\"' ") for name, value in _FIELD.findall(match[1])}
    day = parse_date(fields.get("date", ""))
    return fields.get("title", ""), day, text[match.end() :]


def _blocks(text: str) -> list[Block]:
    rendered = lxml_html.document_fromstring(f"<body>{_MARKDOWN.render(text)}</body>")
    drop_hidden(rendered)
    return list(walk(rendered))
