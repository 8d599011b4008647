"""A SQLite file that one process writes: transactions that survive a kill, errors in our words."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import StoreError

NO_CATALOGUE = "Restore a backup with `assistant restore`, or ingest anew into a new store."
COMMIT_EVERY = 10  # writes, two for a page that a crawl got: each commit waits for the disk
COMMIT_AFTER_S = 0.2


class Database:
    """The statements of whoever derives from it, several writes to a commit."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()  # one connection is shared by the server's threads
        self._uncommitted = 0
        self._open_since = 0.0

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def close(self) -> None:
        """Let the file go; what is not committed yet is."""
        try:
            self.commit()
        finally:
            self._connection.close()

    def _rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, translated(self._path):
            return self._connection.execute(statement, values).fetchall()

    def _write(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        self._write_all((statement, rows))

    def _write_all(
        self, *statements: tuple[str, Sequence[Sequence[object]]], soon: bool = False
    ) -> None:
        """All statements or none; committed now, or with others after a few more or a moment."""
        with self._transaction() as connection:
            for statement, rows in statements:
                connection.executemany(statement, rows)
            self._uncommitted += 1
            waits = time.monotonic() - self._open_since < COMMIT_AFTER_S
            if not (soon and waits and self._uncommitted < COMMIT_EVERY):
                self._commit()

    def commit(self) -> None:
        """Commit what waits for others."""
        with self._lock, translated(self._path):
            self._commit()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The open transaction, or a new one; rolled back when the block fails."""
        with self._lock, translated(self._path):
            if not self._uncommitted:
                self._connection.execute("BEGIN IMMEDIATE")
                self._open_since = time.monotonic()
            try:
                yield self._connection
            except BaseException:
                self._uncommitted = 0
                self._connection.execute("ROLLBACK")
                raise

    def _commit(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        self._uncommitted = 0


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What SQLite raises of a file, as a StoreError that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        hint = {
            "readonly": "it is read-only.",
            "locked": "another program holds it.",
            "full": "the disk is full.",
            "not a database": f"it is damaged or no SQLite file. {mend(path)}",
            "malformed": f"it is damaged. {mend(path)}",
            "unable to open": "it cannot be opened.",
        }
        said = str(error)
        why = next((text for key, text in hint.items() if key in said), f"{said}. {mend(path)}")
        raise StoreError(f"The catalogue {path} cannot be used: {why}") from error


def mend(path: Path) -> str:
    """What to do where this file is damaged."""
    if path.name == "pages.sqlite":  # a version's snapshot
        return "Run `assistant rebuild`, or `assistant rollback` for the version before."
    return NO_CATALOGUE
