"""The switch that takes the assistant off the air without a restart: one small file in the store.

`assistant switch off` writes it, every web process looks at it (one `stat` a second at most), and
while it is there nobody is answered but people in danger; the help page stays up.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import InputError

_LOOK_AGAIN_S = 1.0
MAX_MESSAGE_CHARS = 400


@dataclass(frozen=True, slots=True)
class Off:
    """Why nobody is answered.

    Attributes:
        message: what people are told, by language.
        since: when it was switched off.
    """

    message: Mapping[str, str]
    since: datetime


def switch_off(store: Path, message: Mapping[str, str]) -> Off:
    """Switch off every web process that serves this store.

    Raises:
        InputError: the message is too long.
        OSError: the store cannot be written to.
    """
    for text in message.values():
        if len(text) > MAX_MESSAGE_CHARS:
            raise InputError(
                f"The message has {len(text)} characters; at most {MAX_MESSAGE_CHARS} are shown."
            )
    off = Off(dict(message), datetime.now(UTC).replace(microsecond=0))
    store.mkdir(parents=True, exist_ok=True)
    temporary = store / ".switched-off"
    content = {"message": off.message, "since": off.since.isoformat()}
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(_path(store))
    return off


def switch_on(store: Path) -> bool:
    """Switch on again; whether it was off."""
    try:
        _path(store).unlink()
    except FileNotFoundError:
        return False
    return True


def read_switch(store: Path) -> Off | None:
    """Whether it is off, and why. A file that cannot be read counts as off, without a message."""
    try:
        content = json.loads(_path(store).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(content["since"])
        return Off({str(k): str(v) for k, v in content["message"].items()}, since)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Off({}, datetime.fromtimestamp(0, UTC))


class Switch:
    """What a web process knows of the switch; never older than a second."""

    def __init__(self, store: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = -_LOOK_AGAIN_S
        self._off: Off | None = None

    def off(self) -> Off | None:
        """Why nobody is answered, or None while everybody is."""
        now = self._clock()
        with self._lock:
            if now - self._looked_at >= _LOOK_AGAIN_S:
                self._off = read_switch(self._store)
                self._looked_at = now
            return self._off


def _path(store: Path) -> Path:
    return store / "switched-off.json"
