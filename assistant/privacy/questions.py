"""The store of questions that an administrator can switch on, to see what people look for.

Off unless `ASSISTANT_KEEP_QUESTIONS_DAYS` says for how long. Then: redacted, to the day, in a file
of its own, overwritten when deleted, deleted after its days; each reading is recorded. Of a person
in danger nothing is kept.

A person who votes an answer down may say that the office can keep the question with it. That is
kept in the same file in the same way, whatever the setting says, for `MOST_DAYS`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from assistant.errors import InputError
from assistant.privacy.redact import redact
from assistant.types import Answer, Status

MOST_DAYS = 30
_TABLES = """
CREATE TABLE IF NOT EXISTS questions(
  day TEXT NOT NULL, language TEXT NOT NULL, status TEXT NOT NULL, question TEXT NOT NULL,
  pages TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS handed(
  day TEXT NOT NULL, language TEXT NOT NULL, status TEXT NOT NULL, question TEXT NOT NULL,
  pages TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS readings(moment TEXT NOT NULL, rows INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """One question as it is kept.

    Attributes:
        pages: addresses of the pages that its answer quoted.
        disliked: whether the person voted the answer down and left the question with the vote.
        reason: what was wrong, by the public room's names; "" where nothing was said.
    """

    day: date
    language: str
    status: str
    question: str
    pages: tuple[str, ...]
    disliked: bool = False
    reason: str = ""


class QuestionStore:
    """Kept questions in SQLite; any thread may call.

    Args:
        days: how long each is kept.
    """

    def __init__(
        self,
        path: Path,
        days: int,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._path = path
        self._days = days
        self._today = today

    def keep(self, answer: Answer) -> None:
        """Keep the question of an answer, and delete what is past its days.

        Raises:
            InputError: the file cannot be written.
        """
        if _is_of_a_person_in_danger(answer):
            return
        with self._open() as connection:
            connection.execute("INSERT INTO questions VALUES(?,?,?,?,?)", self._row(answer))
            self._delete_old(connection)

    def keep_handed(self, answer: Answer, reason: str) -> None:
        """Keep the question of an answer that was voted down, as the person said one may.

        Raises:
            InputError: the file cannot be written.
        """
        if _is_of_a_person_in_danger(answer):
            return
        row = (*self._row(answer), reason)
        with self._open() as connection:
            connection.execute("INSERT INTO handed VALUES(?,?,?,?,?,?)", row)
            self._delete_old(connection)

    def _row(self, answer: Answer) -> tuple[str, ...]:
        pages = list(dict.fromkeys(citation.url for citation in answer.citations))
        return (
            self._today().isoformat(),
            answer.language,
            str(answer.status),
            redact(answer.question),
            json.dumps(pages),
        )

    def read(self) -> list[KeptQuestion]:
        """All that is kept, oldest first; that somebody read it is kept as well.

        Raises:
            InputError: the file cannot be read.
        """
        with self._open() as connection:
            self._delete_old(connection)
            rows = connection.execute(
                "SELECT *, 0 AS disliked, '' AS reason, rowid AS place FROM questions UNION ALL "
                "SELECT day, language, status, question, pages, 1, reason, rowid FROM handed "
                "ORDER BY day, disliked, place"
            ).fetchall()
            moment = datetime.now(UTC).isoformat(timespec="seconds")
            connection.execute("INSERT INTO readings VALUES(?,?)", (moment, len(rows)))
        return [
            KeptQuestion(
                date.fromisoformat(day),
                language,
                status,
                question,
                (*json.loads(pages),),
                bool(disliked),
                reason,
            )
            for day, language, status, question, pages, disliked, reason, _ in rows
        ]

    def readings(self) -> list[tuple[str, int]]:
        """When it was read, and how many questions each time."""
        with self._open() as connection:
            return list(connection.execute("SELECT moment, rows FROM readings"))

    def count(self) -> int:
        """How many questions are kept."""
        if not self._path.exists():
            return 0
        with self._open() as connection:
            return sum(
                int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("questions", "handed")
            )

    def delete_old(self) -> None:
        """Delete what is past its days; for a clock to call, where nobody asks for weeks."""
        if self._path.exists():
            with self._open() as connection:
                self._delete_old(connection)

    def forget(self) -> None:
        """Delete everything, overwriting it."""
        if self._path.exists():
            with self._open() as connection:
                connection.execute("DELETE FROM questions")
                connection.execute("DELETE FROM handed")

    def _delete_old(self, connection: sqlite3.Connection) -> None:
        for table, days in (("questions", self._days), ("handed", MOST_DAYS)):
            oldest = self._today() - timedelta(days=days)
            connection.execute(f"DELETE FROM {table} WHERE day < ?", (oldest.isoformat(),))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                # Deleted rows are overwritten, and nothing is ever written beside the file. What a
                # power cut takes of it may be lost.
                connection.execute("PRAGMA secure_delete=ON")
                connection.execute("PRAGMA journal_mode=MEMORY")
                connection.execute("PRAGMA temp_store=MEMORY")
                connection.executescript(_TABLES)
                self._path.chmod(0o600)
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise InputError(
                f"The kept questions in {self._path} cannot be read or written: {error}."
            ) from error


def _is_of_a_person_in_danger(answer: Answer) -> bool:
    return answer.status is Status.REFERRAL or bool(answer.contacts)


def questions_path(store: Path) -> Path:
    """Where a store keeps questions, if it does."""
    return store / "questions.sqlite"
