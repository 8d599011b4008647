"""Pages and chunks in SQLite: the truth from which every index can be rebuilt.

    visits     what is remembered of each resource, so that it need not be fetched or read again
    came       what a crawl that is not over yet got, so that the next one can go on from there
    readings   what the readers found, before repeated boilerplate is taken out
    pages      what is stored and quoted: the exact text
    chunks     where in a page's text each chunk and each sentence stands
    vectors    embeddings already computed, by model and digest of the text
    undo       readings as they were when an index version was published, so that a refresh which
               is held back can be thrown away
    exclusions what a person took out for good
    trusted    contacts that a person vouches for
    waiting    pages that are not stored until a person trusts the contacts they name
    meta       format

A run that is killed leaves the last committed state; nothing here is read by answers, which use
the snapshot inside a published index version.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from ingest.database import Database, mend, translated
from ingest.errors import StoreError
from ingest.rows import (
    ADD_ABOUT,
    CHUNK_COLUMNS,
    NOT_PUBLISHED,
    PAGE_COLUMNS,
    PUT_READING,
    PUT_VISIT,
    TABLES,
    UNSETTLE,
    chunk_of,
    chunk_row,
    page_of,
    page_row,
    visit_row,
)
from ingest.types import (
    Chunk,
    Exclusion,
    Page,
    PageOutline,
    Reading,
    Trusted,
    Validators,
    Visit,
)

FORMAT = 1
_P = TypeVar("_P", Page, Chunk)
_VARIABLES = 500  # placeholders per statement, below SQLite's limit of 999 in old builds


class Catalogue(Database):
    """One SQLite file. The writing side is for one process that holds the store's lock."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._answering = 0
        self._page_columns = PAGE_COLUMNS

    @classmethod
    def open(cls, path: Path) -> Catalogue:
        """Open for reading and writing; made when missing.

        Raises:
            StoreError: the file cannot be opened, is damaged, or of another format.
        """
        with translated(path):
            connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")  # a commit survives a power cut
            connection.execute("PRAGMA foreign_keys=ON")
            connection.executescript(TABLES + NOT_PUBLISHED)
            catalogue = cls(path, connection)
            catalogue._check_format()
            if not catalogue._has_about():  # of an earlier release
                connection.execute(ADD_ABOUT)
            return catalogue

    @classmethod
    def open_snapshot(cls, path: Path) -> Catalogue:
        """Open what `snapshot` wrote, for reading only.

        Raises:
            StoreError: the file is missing or damaged.
        """
        with translated(path):
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            catalogue = cls(path, connection)
            catalogue._check_format()
            if not catalogue._has_about():  # of an earlier release
                catalogue._page_columns = PAGE_COLUMNS.replace("about", "'{}'")
            return catalogue

    def _has_about(self) -> bool:
        return any(row[1] == "about" for row in self._rows("PRAGMA table_info(pages)"))

    @staticmethod
    def copy(path: Path, to: Path) -> None:
        """Write the committed state to a new file, also while another process writes.

        Raises:
            StoreError: the file is missing or damaged, or the copy cannot be written.
        """
        with (
            translated(path),
            # for writing, since who only reads leaves the files of the journal behind
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)

    def setting(self, key: str) -> str | None:
        """A value of the `meta` table."""
        rows = self._rows("SELECT value FROM meta WHERE key=?", (key,))
        return str(rows[0][0]) if rows else None

    def put_setting(self, key: str, value: str) -> None:
        """Keep a value in the `meta` table, committed."""
        self._write("INSERT OR REPLACE INTO meta VALUES(?,?)", [(key, value)])

    # -- going back ------------------------------------------------------------------------------

    def remember_state_of(self, version: int) -> None:
        """From now on keep what readings replace, as the state that this version was built from.

        0, where nothing has been published, keeps nothing.
        """
        self._answering = version

    def go_back_to(self, version: int) -> None:
        """Readings as they were when this version was published, in one transaction.

        Their resources are forgotten as far as they would be taken for unchanged.
        """
        seen: set[str] = set()
        drop: list[tuple[str]] = []
        put: list[Sequence[object]] = []
        visits: list[Sequence[object]] = []
        for url, reading, remembered in self._rows(
            "SELECT url, reading, visits FROM undo WHERE version>=? ORDER BY version", (version,)
        ):
            if url not in seen:
                seen.add(url)
                drop.append((url,))
                put.extend([json.loads(reading)] if reading is not None else [])
                visits.extend(json.loads(remembered))
        self._write_all(
            ("DELETE FROM readings WHERE url=?", drop),
            ("DELETE FROM visits WHERE page=?", drop),
            (PUT_READING, put),
            (PUT_VISIT, visits),
            ("UPDATE visits SET digest='', etag=NULL, last_modified=NULL WHERE page=?", drop),
            ("DELETE FROM undo WHERE version>=?", [(version,)]),
            UNSETTLE,
        )

    def forget_states_before(self, version: int) -> None:
        """Drop what going back to earlier versions than this one would need, committed."""
        self._write("DELETE FROM undo WHERE version<?", [(version,)])

    def carry_state(self, version: int, to: int, *, without: Iterable[str]) -> None:
        """What was kept for one version now serves to go back to another, made from it.

        Pages `without` which it was made do not come back.
        """
        self._write_all(
            ("DELETE FROM undo WHERE url=?", [(url,) for url in without]),
            ("UPDATE undo SET version=? WHERE version=?", [(to, version)]),
        )

    def links_at(self, version: int | None = None) -> dict[str, list[str]]:
        """Address of a page to what it links to: now, or when a version was published."""
        now = self._rows("SELECT url, links FROM readings")
        found = {url: json.loads(links) for url, links in now}
        if version is not None:
            kept = "SELECT url, reading FROM undo WHERE version>=? ORDER BY version DESC"
            for url, reading in self._rows(kept, (version,)):
                found[url] = json.loads(json.loads(reading)[6]) if reading is not None else []
        return found

    def _keep_state(self, urls: Iterable[str]) -> tuple[str, list[Sequence[object]]]:
        """A statement with rows that keep readings as they are, if they are not kept already."""
        rows: list[Sequence[object]] = []
        for url in urls if self._answering else ():
            if self._rows("SELECT 1 FROM undo WHERE url=? AND version>=?", (url, self._answering)):
                continue
            reading = self._rows("SELECT * FROM readings WHERE url=?", (url,))
            visits = self._rows("SELECT * FROM visits WHERE page=?", (url,))
            kept = json.dumps(reading[0], ensure_ascii=False) if reading else None
            rows.append((self._answering, url, kept, json.dumps(visits, ensure_ascii=False)))
        return "INSERT OR IGNORE INTO undo VALUES(?,?,?,?)", rows

    # -- what a person took out ------------------------------------------------------------------

    def exclusions(self) -> list[Exclusion]:
        """What stays out, in the order of patterns."""
        return [
            Exclusion(pattern, reason, who, datetime.fromisoformat(since))
            for pattern, reason, who, since in self._rows(
                "SELECT pattern, reason, who, since FROM exclusions ORDER BY pattern"
            )
        ]

    def exclude(self, exclusion: Exclusion) -> None:
        """Keep what a pattern matches out from now on, committed."""
        row = (exclusion.pattern, exclusion.reason, exclusion.who, exclusion.since.isoformat())
        self._write("INSERT OR REPLACE INTO exclusions VALUES(?,?,?,?)", [row])

    def include(self, pattern: str) -> bool:
        """Let in again what a pattern kept out, committed; False if there is no such pattern."""
        known = any(each.pattern == pattern for each in self.exclusions())
        self._write("DELETE FROM exclusions WHERE pattern=?", [(pattern,)])
        return known

    # -- what a person must look at, and has -----------------------------------------------------

    def trusted(self) -> list[Trusted]:
        """The contacts that a person vouches for, in the order of keys."""
        return [
            Trusted(key, value, who, datetime.fromisoformat(since), reason)
            for key, value, who, since, reason in self._rows(
                "SELECT key, value, who, since, reason FROM trusted ORDER BY key"
            )
        ]

    def trust(self, contacts: Iterable[Trusted]) -> None:
        """Vouch for these; pages are then not `settled` any more, until nothing waits for them."""
        rows = [(c.key, c.value, c.who, c.since.isoformat(), c.reason) for c in contacts]
        self._write_all(("INSERT OR REPLACE INTO trusted VALUES(?,?,?,?,?)", rows), UNSETTLE)

    def waiting(self) -> dict[str, tuple[str, ...]]:
        """Address of each page that waits to the contacts it waits for, in order."""
        rows = self._rows("SELECT url, contacts FROM waiting ORDER BY url")
        return {url: tuple(json.loads(contacts)) for url, contacts in rows}

    # -- what the readers found ------------------------------------------------------------------

    def visits(self, reader: int) -> dict[str, Visit]:
        """Address of the resource to what is remembered of it, in the order of addresses.

        A visit whose page is not there any more is forgotten, and one by another version of the
        readers has neither digest nor validators: its resource is to be fetched and read again.
        """
        return {
            row[0]: Visit(
                url=row[0],
                page=row[1],
                reason=row[2],
                digest=row[3] if row[4] == reader else "",
                validators=Validators(row[5], row[6]) if row[4] == reader else Validators(),
                links=tuple(json.loads(row[7])),
                misses=row[8],
            )
            for row in self._rows(
                "SELECT resource, page, reason, digest, reader, etag, last_modified, links, misses "
                "FROM visits WHERE page IS NULL OR page IN (SELECT url FROM readings) "
                "ORDER BY resource"
            )
        }

    def put_visit(self, visit: Visit, reader: int) -> None:
        """Remember a resource; committed with others, soon."""
        self._write_all((PUT_VISIT, [visit_row(visit, reader)]), soon=True)

    def put_misses(self, misses: Mapping[str, int]) -> None:
        """Note how many crawls in a row did not come upon each resource, committed."""
        rows = [(count, url) for url, count in misses.items()]
        self._write("UPDATE visits SET misses=? WHERE resource=?", rows)

    def came(self, origin: str, *, since: datetime) -> set[str]:
        """Addresses that a crawl of this site got and that did not come to its end."""
        rows = self._rows(
            "SELECT resource FROM came WHERE origin=? AND at>=?", (origin, since.isoformat())
        )
        return {url for (url,) in rows}

    def put_came(self, origin: str, resource: str, at: datetime) -> None:
        """Note that a resource came; committed with others, soon."""
        row = (origin, resource, at.isoformat())
        self._write_all(("INSERT OR REPLACE INTO came VALUES(?,?,?)", [row]), soon=True)

    def end_crawl(self, origin: str) -> None:
        """A crawl came to its end: the next one begins anew."""
        if self._rows("SELECT 1 FROM came WHERE origin=? LIMIT 1", (origin,)):
            self._write("DELETE FROM came WHERE origin=?", [(origin,)])

    def origins(self) -> dict[str, str]:
        """Address of the page to the source, as named on the command line, that brought it."""
        return dict(self._rows("SELECT url, origin FROM readings"))

    def put_reading(self, reading: Reading, *, origin: str, visit: Visit, reader: int) -> None:
        """Keep what a reader found and remember its resource: both or neither.

        Committed with others, soon. The pages are then not `settled` any more.
        """
        row = (
            reading.page.url,
            origin,
            visit.url,
            visit.digest,
            json.dumps(page_row(reading.page), ensure_ascii=False),
            json.dumps(reading.frame, ensure_ascii=False),
            json.dumps(reading.links, ensure_ascii=False),
        )
        self._write_all(
            self._keep_state([reading.page.url]),
            (PUT_READING, [row]),
            (PUT_VISIT, [visit_row(visit, reader)]),
            UNSETTLE,
            soon=True,
        )

    def drop_readings(self, urls: Iterable[str]) -> None:
        """Forget these pages and the resources they were read from, in one transaction.

        The pages are then not `settled` any more.
        """
        rows = [(url,) for url in urls]
        if rows:
            self._write_all(
                self._keep_state(url for (url,) in rows),
                ("DELETE FROM readings WHERE url=?", rows),
                ("DELETE FROM visits WHERE page=?", rows),
                UNSETTLE,
            )

    def settled(self) -> str | None:
        """By which rules the pages were derived from the readings as they are; None if not yet."""
        return self.setting("settled")

    def readings(self) -> Iterator[Reading]:
        """All readings, by address.

        Raises:
            StoreError: one of them is damaged; the message names it.
        """
        for url, page, frame, links in self._rows(
            "SELECT url, page, frame, links FROM readings ORDER BY url"
        ):
            try:
                yield Reading(
                    page_of(json.loads(page)), tuple(json.loads(frame)), tuple(json.loads(links))
                )
            except (ValueError, TypeError, IndexError) as error:
                raise StoreError(
                    f"{self._path} is damaged: what was read at {url} is not what was stored. "
                    "Run `assistant remove` for it, then ingest its source again."
                ) from error

    def check(self) -> None:
        """Look at the whole file.

        Raises:
            StoreError: SQLite finds it damaged, or a page or a chunk is not what was stored.
        """
        for (found,) in self._rows("PRAGMA integrity_check"):
            if found != "ok":
                said = str(found).split("\n")[-1]
                raise StoreError(f"{self._path} is damaged: {said}. {mend(self._path)}")
        for _ in self.pages():
            pass
        for _ in self.chunks():
            pass

    # -- pages and chunks ------------------------------------------------------------------------

    def pages(self) -> Iterator[Page]:
        """All pages, by address."""
        for row in self._rows(f"SELECT {self._page_columns} FROM pages ORDER BY url"):
            yield self._stored(page_of, row)

    def addresses(self) -> set[str]:
        """The addresses of all pages."""
        return {url for (url,) in self._rows("SELECT url FROM pages")}

    def samples(self) -> list[str]:
        """The addresses of the profile's starter pages, in order."""
        return [url for (url,) in self._rows("SELECT url FROM pages WHERE sample ORDER BY url")]

    def outline(self) -> list[PageOutline]:
        """All pages without their texts, by address."""
        return [
            PageOutline(
                url=row[0],
                title=row[1],
                language=row[2],
                published=date.fromisoformat(row[3]) if row[3] else None,
                alternates=json.loads(row[4]),
                kind=row[5],
            )
            for row in self._rows(
                "SELECT url, title, language, published, alternates, kind FROM pages ORDER BY url"
            )
        ]

    def page(self, url: str) -> Page | None:
        """The page at one address."""
        rows = self._rows(f"SELECT {self._page_columns} FROM pages WHERE url=?", (url,))
        return self._stored(page_of, rows[0]) if rows else None

    def pages_after(self, url: str, count: int) -> list[Page]:
        """The first `count` pages whose addresses come after `url`, by address."""
        statement = f"SELECT {self._page_columns} FROM pages WHERE url>? ORDER BY url LIMIT ?"
        return [self._stored(page_of, row) for row in self._rows(statement, (url, count))]

    def counts(self) -> tuple[int, int]:
        """How many pages and chunks are stored."""
        [(pages,)] = self._rows("SELECT count(*) FROM pages")
        [(chunks,)] = self._rows("SELECT count(*) FROM chunks")
        return pages, chunks

    def replace_pages(
        self,
        changed: Iterable[tuple[Page, Sequence[Chunk]]],
        gone: Iterable[str],
        *,
        settled: str | None = None,
        waiting: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """Store pages with their chunks and take others out, in one transaction.

        Args:
            settled: the rules by which the pages follow from all readings, where they do.
            waiting: the pages that are left out, with the contacts they wait for.
        """
        with self._transaction() as connection:
            for url in gone:
                connection.execute("DELETE FROM pages WHERE url=?", (url,))
            for page, chunks in changed:
                connection.execute("DELETE FROM pages WHERE url=?", (page.url,))
                connection.execute(
                    f"INSERT INTO pages({PAGE_COLUMNS}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    (*page_row(page), page.digest),
                )
                connection.executemany(
                    "INSERT INTO chunks VALUES(?,?,?,?,?,?,?,?)", map(chunk_row, chunks)
                )
            connection.executemany(*UNSETTLE)
            if settled is not None:
                connection.execute("DELETE FROM waiting")
                connection.executemany(
                    "INSERT INTO waiting VALUES(?,?)",
                    [(url, json.dumps(found)) for url, found in waiting.items()],
                )
                connection.execute("INSERT INTO meta VALUES('settled', ?)", (settled,))
            self._commit()

    def chunks(self) -> Iterator[Chunk]:
        """All chunks, by language, address and position."""
        for row in self._rows(
            f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN pages USING(url) "
            "ORDER BY pages.language, chunks.url, chunks.position"
        ):
            yield self._stored(chunk_of, row)

    def chunks_of(self, url: str) -> list[Chunk]:
        """The chunks of one page, in order."""
        rows = self._rows(
            f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN pages USING(url) "
            "WHERE chunks.url=? ORDER BY chunks.position",
            (url,),
        )
        return [chunk_of(row) for row in rows]

    def chunks_by_id(self, ids: Sequence[str]) -> list[Chunk]:
        """Chunks in the order asked for.

        Raises:
            StoreError: one of them is not stored.
        """
        found: dict[str, Chunk] = {}
        for start in range(0, len(ids), _VARIABLES):
            some = ids[start : start + _VARIABLES]
            marks = ",".join("?" * len(some))
            for row in self._rows(
                f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN pages USING(url) "
                f"WHERE chunks.id IN ({marks})",
                some,
            ):
                found[row[0]] = self._stored(chunk_of, row)
        try:
            return [found[chunk_id] for chunk_id in ids]
        except KeyError as error:
            raise StoreError(
                f"The chunk {error} is in the index but not in {self._path}. "
                "Run `assistant rebuild`."
            ) from error

    def content_digest(self) -> str:
        """SHA-256 over every page and chunk, in order; the time of fetching does not count."""
        digest = hashlib.sha256()
        for row in self._rows(
            "SELECT url, digest, title, language, published, modified, alternates, page_starts, "
            "kind, sample, about FROM pages ORDER BY url"
        ):
            digest.update(json.dumps(row).encode())
        for row in self._rows("SELECT id, digest, headings, sentences FROM chunks ORDER BY id"):
            digest.update(json.dumps(row).encode())
        return digest.hexdigest()

    def snapshot(self, path: Path) -> None:
        """Write pages and chunks to a new file that needs no journal."""
        with translated(path):
            target = sqlite3.connect(path, isolation_level=None)
            target.executescript(TABLES)
            target.close()
            self.commit()
            with self._lock:
                self._connection.execute("ATTACH ? AS snapshot", (str(path),))
                try:
                    for table in ("meta", "pages", "chunks"):
                        self._connection.execute(
                            f"INSERT INTO snapshot.{table} SELECT * FROM main.{table}"
                        )
                finally:
                    self._connection.execute("DETACH snapshot")

    # -- embeddings ------------------------------------------------------------------------------

    def vectors(self, model: str, digests: Iterable[str]) -> dict[str, bytes]:
        """Cached embeddings of one model, by digest of the text."""
        wanted = list(digests)
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), _VARIABLES):
            some = wanted[start : start + _VARIABLES]
            marks = ",".join("?" * len(some))
            found.update(
                self._rows(
                    f"SELECT digest, vector FROM vectors WHERE model=? AND digest IN ({marks})",
                    (model, *some),
                )
            )
        return found

    def forget_vectors(self) -> None:
        """Drop every cached embedding, committed."""
        self._write("DELETE FROM vectors", [()])

    def add_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Cache embeddings, committed."""
        self._write(
            "INSERT OR REPLACE INTO vectors VALUES(?,?,?)",
            [(model, digest, vector) for digest, vector in vectors.items()],
        )

    # -- SQLite ----------------------------------------------------------------------------------

    def _stored(self, made_of: Callable[[Sequence[Any]], _P], row: Sequence[Any]) -> _P:
        """A page or a chunk out of its row, whose last field is the digest of its text."""
        try:
            stored = made_of(row)
            whole = stored.digest == row[-1]
        except (ValueError, TypeError):
            whole = False
        if not whole:
            raise StoreError(
                f"{self._path} is damaged: {row[0]} is not what was stored. "
                "Run `assistant rebuild`."
            )
        return stored

    def _check_format(self) -> None:
        rows = self._rows("SELECT value FROM meta WHERE key='format'")
        if not rows:
            self._write("INSERT OR REPLACE INTO meta VALUES('format', ?)", [(str(FORMAT),)])
        elif rows[0][0] != str(FORMAT):
            raise StoreError(
                f"{self._path} has format {rows[0][0]}, this program reads format {FORMAT}. "
                "Ingest into a new store, or use the version of the program that made it."
            )
