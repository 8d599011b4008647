"""Which sites are fetched again by themselves: a small file of the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from assistant.errors import InputError


@dataclass(frozen=True, slots=True)
class Refresh:
    """A site and how often it is fetched.

    Attributes:
        last: ISO 8601, when it was begun last; "" if never.
    """

    source: str
    days: int
    last: str = ""


class Schedule:
    """The refreshes of one store."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Refresh]:
        """All of them, in order.

        Raises:
            InputError: the file cannot be read.
        """
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return [Refresh(str(r["source"]), int(r["days"]), str(r["last"])) for r in rows]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self._path} cannot be read: {error}.") from error

    def write(self, refreshes: Sequence[Refresh]) -> None:
        """Put others in their place; a site that stays keeps the day of its last run.

        Raises:
            InputError: an address or a number of days cannot be used.
        """
        for refresh in refreshes:
            if not refresh.source.startswith(("http://", "https://")):
                raise InputError(
                    f"{refresh.source} is no address: it starts with https:// or http://."
                )
            if not 1 <= refresh.days <= 365:
                raise InputError(f"{refresh.days} days: between 1 and 365.")
        known = {refresh.source: refresh.last for refresh in self.read()}
        kept = [replace(r, last=known.get(r.source, r.last)) for r in refreshes]
        temporary = self._path.with_name(f".{self._path.name}")
        temporary.write_text(json.dumps([asdict(refresh) for refresh in kept]), encoding="utf-8")
        temporary.replace(self._path)

    def due(self, now: datetime) -> Refresh | None:
        """The one that has waited longest past its day."""
        waiting = [
            (refresh.last, refresh)
            for refresh in self.read()
            if not refresh.last
            or now - datetime.fromisoformat(refresh.last) >= timedelta(days=refresh.days)
        ]
        return min(waiting, key=lambda pair: pair[0])[1] if waiting else None

    def done(self, refresh: Refresh, now: datetime) -> None:
        """Note that it was begun."""
        rows = [
            replace(r, last=now.replace(microsecond=0).isoformat()) if r == refresh else r
            for r in self.read()
        ]
        temporary = self._path.with_name(f".{self._path.name}")
        temporary.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
        temporary.replace(self._path)


def schedule_path(store: Path) -> Path:
    """Where a store keeps its schedule."""
    return store / "schedule.json"
