"""Who changed what and when: one line each in a file that is only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import InputError


@dataclass(frozen=True, slots=True)
class Entry:
    """One change.

    Attributes:
        moment: aware, UTC, to the second.
        who: name of the account.
        what: name of the action.
        about: what it was done to and with what result.
    """

    moment: datetime
    who: str
    what: str
    about: Mapping[str, Any]


class Audit:
    """The lines of one store."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now

    def note(self, who: str, what: str, **about: Any) -> None:
        """Add a line, on the disk before this returns."""
        moment = self._now().replace(microsecond=0).isoformat()
        line = json.dumps({"moment": moment, "who": who, "what": what, **about}, ensure_ascii=False)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def last(self, count: int) -> list[Entry]:
        """The newest lines, newest first.

        Raises:
            InputError: a line cannot be read.
        """
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()[-count:]
        except FileNotFoundError:
            return []
        return [self._entry(line) for line in reversed(lines)]

    def _entry(self, line: str) -> Entry:
        try:
            fields = json.loads(line)
            moment = datetime.fromisoformat(fields.pop("moment"))
            return Entry(moment, str(fields.pop("who")), str(fields.pop("what")), fields)
        except (ValueError, KeyError, AttributeError) as error:
            raise InputError(f"A line of {self._path} cannot be read: {error}.") from error


def audit_path(store: Path) -> Path:
    """Where a store keeps its audit lines."""
    return store / "audit.jsonl"
