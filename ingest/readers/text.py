"""Plain text to a Reading; an exported page comes out as the article that it holds."""

from __future__ import annotations

import re
from datetime import date

from ingest.charset import decode_page
from ingest.clean import clean_text
from ingest.dates import dateline
from ingest.errors import UnreadablePage
from ingest.language import detect_language
from ingest.readers import markdown
from ingest.readers.blocks import render, shortened
from ingest.readers.export import BULLET, MAX_TITLE_WORDS, read_export
from ingest.types import Page, Reading, Resource

_WORD = re.compile(r"\w+")


def read(resource: Resource) -> Reading:
    """Read a text file, be it plain, an exported page or Markdown.

    Raises:
        UnreadablePage: undecodable, or without a word.
    """
    text = clean_text(decode_page(resource.content, shown=resource.url, declared=resource.charset))
    if not _WORD.search(text):
        raise UnreadablePage(f"{resource.url} holds no text.")
    if markdown.is_markdown(text):
        return markdown.read(resource)
    export = read_export(text)
    if export is None:
        return _plain(resource, text)
    page = _page(resource, export.title, render(export.body), export.published)
    return Reading(page, frame=export.frame)


def _plain(resource: Resource, text: str) -> Reading:
    """A short first line is the title."""
    head, _, rest = text.partition("\n")
    words = len(_WORD.findall(head))
    titled = words <= MAX_TITLE_WORDS and not re.search(r"[.!…,،;؛:]$", head)
    if titled and rest.strip() and not BULLET.match(head):
        body = rest.strip("\n")
        return Reading(_page(resource, head, _spaced(body), dateline(body)))
    return Reading(_page(resource, shortened(head), _spaced(text), dateline(text)))


def _spaced(text: str) -> str:
    """One blank line between paragraphs, where each stands on one long line without any."""
    lines = text.split("\n")
    if "" in lines or len(lines) < 2 or sum(map(len, lines)) < 100 * len(lines):
        return text
    return "\n\n".join(lines)


def _page(resource: Resource, title: str, text: str, published: date | None) -> Page:
    return Page(
        url=resource.url,
        title=title,
        text=text,
        language=detect_language(text),
        fetched_at=resource.fetched_at,
        published=published,
        media_type=resource.media_type,
    )
