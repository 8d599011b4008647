"""The one sink of a serving process: JSON lines that cannot hold what somebody asked.

A line holds only fields named here. What our own code logs is its fixed words and those fields;
what a library logs is that it logged, and where: its words are never written, for they may hold a
question. The same holds for errors (types and places, no messages, no locals), for warnings, and
for what libraries print.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

OURS = ("assistant", "ingest", "vectorstore", "ui")
# Numbers, and words out of our own lists; nothing that somebody wrote.
FIELDS = ("run", "outcome", "language", "door", "seconds", "quotes", "index_version", "error")
_MAX_FIELD_CHARS = 40
LEVELS = ("debug", "info", "warning", "error")


class JsonLines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; never calls `record.getMessage`."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            # To the minute: a moment could be laid beside somebody else's record of it.
            "minute": moment.strftime("%Y-%m-%dT%H:%MZ"),
            "level": record.levelname.lower(),
        }
        if record.name.partition(".")[0] in OURS:
            line["event"] = str(record.msg)
            line |= fields_of(record.__dict__)
        else:
            line["library"] = record.name
            line["where"] = f"{Path(record.pathname).name}:{record.lineno}"
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = errors_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be written; numbers as they are, names cut short."""
    return {
        name: value if isinstance(value, int | float) else str(value)[:_MAX_FIELD_CHARS]
        for name in FIELDS
        if (value := values.get(name)) is not None
    }


def errors_of(error: BaseException) -> list[str]:
    """An error and what led to it, as types with the place each came from."""
    told: list[str] = []
    current: BaseException | None = error
    while current is not None and len(told) < 8:
        frames = traceback.extract_tb(current.__traceback__)
        place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        told.append(f"{type(current).__name__}{place}")
        current = current.__cause__ or current.__context__
    return told


class _Swallow(io.TextIOBase):
    """Stands where standard output stood: libraries print errors with the words that caused them.

    Every first line is told of, without its words.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._told = False

    def write(self, text: str) -> int:
        if text.strip() and not self._told:
            self._told = True  # once: a library that prints each question would fill the disk
            logging.getLogger("assistant.privacy").debug("a library printed something")
        return len(text)

    def writable(self) -> bool:
        return True


class _Unfailing(io.TextIOBase):
    """Writes to a stream what it takes; what it does not take is lost."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream.isatty()


@contextmanager
def unfailing_stderr() -> Iterator[None]:
    """What cannot be told, for instance because the log's disk is full, stops nothing."""
    before = sys.stderr
    sys.stderr = _Unfailing(before)
    try:
        yield
    finally:
        sys.stderr = before


@contextmanager
def only_sink(level: str = "info", stream: TextIO | None = None) -> Iterator[None]:
    """Everything that is logged, warned, raised or printed in this process goes through here.

    Args:
        level: one of `LEVELS`.
        stream: where the lines go; standard error otherwise.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    printed = (sys.stdout, sys.stderr)
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.raiseExceptions = False  # it prints the record that could not be written
    for name in list(logging.root.manager.loggerDict):
        other = logging.getLogger(name)
        other.handlers.clear()
        other.propagate = True
    sys.excepthook = _on_error
    threading.excepthook = lambda raised: _on_error(
        raised.exc_type, raised.exc_value, raised.exc_traceback
    )
    sys.unraisablehook = lambda raised: _on_error(
        raised.exc_type, raised.exc_value, raised.exc_traceback
    )
    warnings.showwarning = _on_warning
    sys.stdout, sys.stderr = _Swallow("stdout"), _Swallow("stderr")
    _no_core_dumps()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = printed
        sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
        root.handlers, logging.raiseExceptions = before[0], before[2]
        root.setLevel(before[1])


def _on_error(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("assistant.privacy").error(
        "an error nobody handled", exc_info=(kind, error or kind(), trace)
    )


def _on_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    logging.getLogger("assistant.privacy").debug("a warning", extra={"error": category.__name__})


def _no_core_dumps() -> None:
    """A dump of memory would hold every question under way."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
