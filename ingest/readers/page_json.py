"""A page handed in as JSON: `{"url","title","text","language"?,"published"?,"modified"?}`."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import urlsplit

from ingest.clean import clean_line
from ingest.dates import parse_date
from ingest.errors import UnreadablePage
from ingest.language import detect_language, primary_tag
from ingest.media import PAGE_JSON
from ingest.types import Page, Reading, Resource

_TITLE_CHARS = 120


def read(resource: Resource) -> Reading:
    """The page with its text exactly as it stands, since others hold offsets into it.

    Raises:
        UnreadablePage: no JSON object, a field is missing or of the wrong type, no text.
    """
    where = resource.url
    try:
        row = json.loads(resource.content)
    except (ValueError, RecursionError) as error:
        raise UnreadablePage(f"{where} is no JSON: {error}.") from error
    if not isinstance(row, dict):
        raise UnreadablePage(f"{where} is no JSON object with url, title and text.")
    url = _string(row, "url", where).strip()
    if not url:
        raise UnreadablePage(f'{where} has no "url".')
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise UnreadablePage(f'{where}: "url" cannot be read: {url!r}.') from error
    if scheme not in {"http", "https", "file"}:
        raise UnreadablePage(f'{where}: "url" must begin with http, https or file, not {url!r}.')
    text = _string(row, "text", where)
    if not text.strip():
        raise UnreadablePage(f'{where} has no "text".')
    if "\x00" in text:
        raise UnreadablePage(f'{where}: "text" holds NUL characters.')
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnreadablePage(f'{where}: "text" holds half a character (a surrogate).') from error
    title = clean_line(_string(row, "title", where)) or first_line(text)
    language = primary_tag(_string(row, "language", where)) or detect_language(text)
    page = Page(
        url=url,
        title=title,
        text=text,
        language=language,
        fetched_at=resource.fetched_at,
        published=_day(row, "published", where),
        modified=_day(row, "modified", where),
        alternates=_alternates(row, where),
        media_type=PAGE_JSON,
        as_is=True,
    )
    return Reading(page)


def first_line(text: str) -> str:
    """The first line with words in it, cut at a word when it is long."""
    line = next((found for raw in text.split("\n") if (found := clean_line(raw).lstrip("# "))), "")
    if len(line) <= _TITLE_CHARS:
        return line
    return line[:_TITLE_CHARS].rsplit(" ", 1)[0] + " …"


def _string(row: dict[str, object], key: str, where: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadablePage(f'{where}: "{key}" must be a string, not {json.dumps(value)[:60]}.')
    return value


def _alternates(row: dict[str, object], where: str) -> dict[str, str]:
    value = row.get("alternates") or {}
    if not isinstance(value, dict) or not all(isinstance(url, str) for url in value.values()):
        raise UnreadablePage(
            f'{where}: "alternates" must map languages to addresses, not {json.dumps(value)[:60]}.'
        )
    return {primary_tag(tag): url for tag, url in value.items()}


def _day(row: dict[str, object], key: str, where: str) -> date | None:
    text = _string(row, key, where).strip()
    if not text:
        return None
    day = parse_date(text)
    if day is None:
        raise UnreadablePage(f'{where}: "{key}" is no date: {text[:60]!r}. Write it as 2022-08-07.')
    return day
