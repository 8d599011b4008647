"""The catalogue's tables, and what stands in a row of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from ingest.types import Chunk, Page, Span, Visit

TABLES = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS readings(
  url TEXT PRIMARY KEY, origin TEXT NOT NULL, resource TEXT NOT NULL, resource_digest TEXT NOT NULL,
  page TEXT NOT NULL, frame TEXT NOT NULL, links TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pages(
  url TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
  published TEXT, modified TEXT, fetched_at TEXT NOT NULL, alternates TEXT NOT NULL,
  page_starts TEXT NOT NULL, media_type TEXT NOT NULL, kind TEXT NOT NULL, as_is INTEGER NOT NULL,
  sample INTEGER NOT NULL, digest TEXT NOT NULL, about TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS chunks(
  id TEXT PRIMARY KEY, url TEXT NOT NULL REFERENCES pages(url) ON DELETE CASCADE,
  position INTEGER NOT NULL, headings TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  sentences TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS chunks_url ON chunks(url, position);
"""
# Vectors have rowids: in a tree ordered by key, which keeps at most 1,002 bytes of a row in place,
# each took a page of 4 KB of its own.
NOT_PUBLISHED = """
CREATE TABLE IF NOT EXISTS visits(
  resource TEXT PRIMARY KEY, page TEXT, reason TEXT NOT NULL, digest TEXT NOT NULL,
  reader INTEGER NOT NULL, etag TEXT, last_modified TEXT, links TEXT NOT NULL,
  misses INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS visits_page ON visits(page);
CREATE TABLE IF NOT EXISTS came(
  origin TEXT NOT NULL, resource TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY(origin, resource)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors(
  model TEXT NOT NULL, digest TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY(model, digest));
CREATE TABLE IF NOT EXISTS undo(
  version INTEGER NOT NULL, url TEXT NOT NULL, reading TEXT, visits TEXT NOT NULL,
  PRIMARY KEY(version, url)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exclusions(
  pattern TEXT PRIMARY KEY, reason TEXT NOT NULL, who TEXT NOT NULL, since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trusted(
  key TEXT PRIMARY KEY, value TEXT NOT NULL, who TEXT NOT NULL, since TEXT NOT NULL,
  reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting(url TEXT PRIMARY KEY, contacts TEXT NOT NULL) WITHOUT ROWID;
"""
CHUNK_COLUMNS = """chunks.id, chunks.url, chunks.position, chunks.headings, chunks.start,
  chunks."end", chunks.sentences, pages.title, pages.language, pages.published,
  substr(pages.text, chunks.start + 1, chunks."end" - chunks.start), chunks.digest"""
PAGE_COLUMNS = """url, title, text, language, published, modified, fetched_at, alternates,
  page_starts, media_type, kind, as_is, sample, about, digest"""
ADD_ABOUT = "ALTER TABLE pages ADD COLUMN about TEXT NOT NULL DEFAULT '{}'"

PUT_READING = "INSERT OR REPLACE INTO readings VALUES(?,?,?,?,?,?,?)"
PUT_VISIT = "INSERT OR REPLACE INTO visits VALUES(?,?,?,?,?,?,?,?,?)"
UNSETTLE: tuple[str, Sequence[Sequence[object]]] = (
    "DELETE FROM meta WHERE key=?",
    [("settled",)],
)


def visit_row(visit: Visit, reader: int) -> tuple[object, ...]:
    """Of `visits`."""
    return (
        visit.url,
        visit.page,
        visit.reason,
        visit.digest,
        reader,
        visit.validators.etag,
        visit.validators.last_modified,
        json.dumps(visit.links, ensure_ascii=False),
        visit.misses,
    )


def page_row(page: Page) -> tuple[object, ...]:
    """Of `pages`, without the digest."""
    return (
        page.url,
        page.title,
        page.text,
        page.language,
        page.published.isoformat() if page.published else None,
        page.modified.isoformat() if page.modified else None,
        page.fetched_at.isoformat(),
        json.dumps(dict(sorted(page.alternates.items())), ensure_ascii=False),
        json.dumps(page.page_starts),
        page.media_type,
        page.kind,
        int(page.as_is),
        int(page.sample),
        json.dumps(_about(page), ensure_ascii=False),
    )


def _about(page: Page) -> dict[str, object]:
    """What few pages have; empty for the others."""
    about: dict[str, object] = {}
    if page.precision != "day":
        about["precision"] = page.precision
    if page.linked_from:
        about["linked_from"] = page.linked_from
    return about


def page_of(row: Sequence) -> Page:  # type: ignore[type-arg]
    """The page in a row with PAGE_COLUMNS, or in one without `about` and digest."""
    about = json.loads(row[13]) if len(row) > 13 else {}
    return Page(
        url=row[0],
        title=row[1],
        text=row[2],
        language=row[3],
        published=date.fromisoformat(row[4]) if row[4] else None,
        modified=date.fromisoformat(row[5]) if row[5] else None,
        fetched_at=datetime.fromisoformat(row[6]),
        alternates=json.loads(row[7]),
        page_starts=tuple(json.loads(row[8])),
        media_type=row[9],
        kind=row[10],
        as_is=bool(row[11]),
        sample=bool(row[12]),
        precision=about.get("precision", "day"),
        linked_from=tuple(about.get("linked_from", ())),
    )


def chunk_row(chunk: Chunk) -> tuple[object, ...]:
    """Of `chunks`."""
    return (
        chunk.id,
        chunk.url,
        chunk.position,
        json.dumps(chunk.headings, ensure_ascii=False),
        chunk.start,
        chunk.end,
        json.dumps([[span.start, span.end] for span in chunk.sentences]),
        chunk.digest,
    )


def chunk_of(row: Sequence) -> Chunk:  # type: ignore[type-arg]
    """The chunk in a row with CHUNK_COLUMNS."""
    return Chunk(
        id=row[0],
        url=row[1],
        position=row[2],
        headings=tuple(json.loads(row[3])),
        start=row[4],
        end=row[5],
        sentences=tuple(Span(a, b) for a, b in json.loads(row[6])),
        title=row[7],
        language=row[8],
        published=date.fromisoformat(row[9]) if row[9] else None,
        text=row[10],
    )
