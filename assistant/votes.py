"""What people think of answers, counted by day; no question, no answer, nobody's address.

A file of its own beside the catalogue, so that the serving process never writes to an index. Where
a person says that the question may be kept, it goes to the store of questions, not in here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from assistant.privacy.questions import QuestionStore
from assistant.types import Answer, Status
from ingest.errors import StoreError

KEPT_DAYS = 400  # a year can be laid beside the one before

_TABLE = """
CREATE TABLE IF NOT EXISTS votes(
  day TEXT NOT NULL, language TEXT NOT NULL, status TEXT NOT NULL, liked INTEGER NOT NULL,
  reason TEXT NOT NULL, index_version INTEGER, pages TEXT NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class Vote:
    """One verdict.

    Attributes:
        reason: a name of the public room's list, or "".
        pages: addresses of the pages that the answer quoted.
    """

    day: date
    language: str
    status: str
    liked: bool
    reason: str
    index_version: int | None
    pages: tuple[str, ...]


class VoteStore:
    """Verdicts in SQLite; each call has its own connection, so any thread may call.

    Args:
        questions: where questions go that people hand in with a verdict; None takes none.
    """

    def __init__(
        self,
        path: Path,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        questions: QuestionStore | None = None,
    ) -> None:
        self._path = path
        self._today = today
        self._questions = questions

    def add(
        self, answer: Answer, *, liked: bool, reason: str = "", with_question: bool = False
    ) -> None:
        """Keep one verdict on an answer; none on a referral, which is nobody's to count.

        Args:
            with_question: whether the person said that the question may be kept.

        Raises:
            StoreError: the file cannot be written.
            InputError: the store of questions cannot.
        """
        if answer.status is Status.REFERRAL:
            return
        pages = list(dict.fromkeys(citation.url for citation in answer.citations))
        today = self._today()
        row = (
            today.isoformat(),
            answer.language,
            str(answer.status),
            int(liked),
            reason,
            answer.index_version,
            json.dumps(pages),
        )
        oldest = date.fromordinal(today.toordinal() - KEPT_DAYS).isoformat()
        with self._connected() as connection, connection:
            connection.execute("INSERT INTO votes VALUES(?,?,?,?,?,?,?)", row)
            connection.execute("DELETE FROM votes WHERE day < ?", (oldest,))
        if with_question and not liked and self._questions is not None:
            self._questions.keep_handed(answer, reason)

    def all(self) -> list[Vote]:
        """Every verdict, newest day first.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._connected() as connection:
            rows = connection.execute("SELECT * FROM votes ORDER BY day DESC, rowid DESC")
            return [
                Vote(
                    day=date.fromisoformat(row[0]),
                    language=row[1],
                    status=row[2],
                    liked=bool(row[3]),
                    reason=row[4],
                    index_version=row[5],
                    pages=tuple(json.loads(row[6])),
                )
                for row in rows
            ]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                connection.execute("PRAGMA secure_delete=ON")
                connection.execute(_TABLE)
                yield connection
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be used: {error}.") from error
