"""The parts of a site, by the addresses of its pages."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def section_of(url: str) -> str:
    """The part of its site that a page belongs to: the first folder of its address.

    A leading language does not count: /ar/news/a is of the section news.
    """
    parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    if parts and len(parts[0]) == 2:
        parts = parts[1:]
    return parts[0] if len(parts) > 1 else ""
