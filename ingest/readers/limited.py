"""Readers in processes of their own, with limits: a hostile page costs a page, never the run.

What parses markup from outside (HTML, Markdown, PDF, DOCX) runs in a child that may hold 512 MB and
work 20 seconds on one resource. One child reads many resources; where it dies, that resource is
reported and the next one gets a new child. The children are started when the first resource comes.
What needs no parser is read in place.

A resource goes in as one line of JSON and its bytes; what comes back is JSON: the parent does not
trust the child.
"""

from __future__ import annotations

import json
import os
import queue
import resource as kernel
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ingest.errors import IngestError, Moved, NothingToKeep, TooLarge, UnknownFormat, UnreadablePage
from ingest.media import DOCX, HTML, MARKDOWN, PDF, TEXT
from ingest.readers import read
from ingest.types import Page, Reading, Resource

_PARSED = frozenset({HTML, TEXT, MARKDOWN, PDF, DOCX})  # a text may turn out to be Markdown
_ERRORS: Mapping[str, type[IngestError]] = {
    kind.__name__: kind for kind in (UnreadablePage, NothingToKeep, Moved, TooLarge, UnknownFormat)
}
_SIZE = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use.

    Attributes:
        memory_bytes: of address space; the readers' libraries take 80 MB of it.
        cpu_s: on one resource.
        wall_s: on one resource, for a child that waits instead of working; made for busy machines.
    """

    memory_bytes: int = 512_000_000
    cpu_s: int = 20
    wall_s: float = 120.0


class LimitedReaders:
    """Reads resources in up to `children` limited processes; use it in a `with` block.

    Any number of threads may call `read`; those that find no idle child wait for one.
    """

    def __init__(self, children: int = 1, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(children):
            self._idle.put(None)
        self._children = children

    def __enter__(self) -> LimitedReaders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        for _ in range(self._children):
            with suppress(queue.Empty):
                if (child := self._idle.get_nowait()) is not None:
                    child.end()

    def read(self, resource: Resource) -> Reading:
        """Read a resource with the reader for its media type.

        Raises:
            UnknownFormat: there is none.
            UnreadablePage: the reader found nothing it can stand for, or went over its limits.
        """
        if resource.media_type not in _PARSED:
            return read(resource)
        child = self._idle.get()
        try:
            if child is not None:
                try:
                    return child.read(resource)
                except _Died:  # perhaps of what came before: this resource gets a child of its own
                    pass
            child = _Child(self._limits)
            try:
                return child.read(resource)
            except _Died as error:
                raise UnreadablePage(f"{resource.url} broke its reader ({error}).") from error
        finally:
            self._idle.put(child if child is not None and child.alive else None)


class _Died(Exception):
    """A child ended before it answered, and not for taking too long."""


class _Child:
    """The parent's end of one process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ingest.readers.limited"),
                *(str(limits.memory_bytes), str(limits.cpu_s)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a parser says of a page is no word of ours
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def read(self, resource: Resource) -> Reading:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _send(self._process.stdin, _question(resource))
            answer = _receive(self._process.stdout, time.monotonic() + self._limits.wall_s)
        except (BrokenPipeError, EOFError, TimeoutError) as error:
            code = self._ended()
            if code not in (None, -signal.SIGXCPU):
                raise _Died(f"it ended with {code}") from error
            limit_s = self._limits.cpu_s
            raise UnreadablePage(
                f"{resource.url} took more than {limit_s} seconds to read; it was given up."
            ) from error
        except BaseException:  # interrupted between question and answer: of no use any more
            self.end()
            raise
        return _read_answer(json.loads(answer))

    def _ended(self) -> int | None:
        """The child's exit code, None where it had to be ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        self.end()
        return code

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


# -- the child ------------------------------------------------------------------------------------


def main(memory_bytes: int, cpu_s: int) -> None:
    """Read one resource after the other until there is no parent any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too and says what follows
    kernel.setrlimit(kernel.RLIMIT_AS, (memory_bytes, memory_bytes))
    kernel.setrlimit(kernel.RLIMIT_CORE, (0, 0))
    kernel.setrlimit(kernel.RLIMIT_FSIZE, (0, 0))  # it has nothing to write
    inward, outward = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    with suppress(EOFError, BrokenPipeError):
        while True:
            resource = _read_question(_receive(inward))
            _send(outward, json.dumps(_answer(resource, cpu_s)).encode("utf-8", "surrogatepass"))


def _answer(resource: Resource, cpu_s: int) -> dict[str, Any]:
    _, hard = kernel.getrlimit(kernel.RLIMIT_CPU)
    kernel.setrlimit(kernel.RLIMIT_CPU, (int(time.process_time()) + 1 + cpu_s, hard))
    try:
        return _document(read(resource))
    except IngestError as error:
        return {"error": type(error).__name__, "text": str(error)}
    except MemoryError:
        text = f"{resource.url} needs more memory to read than a page may."
        return {"error": "TooLarge", "text": text}
    except Exception as error:  # noqa: BLE001 - one page must not end the run
        what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return {"error": "UnreadablePage", "text": f"{resource.url} cannot be read ({what})."}


# -- what goes between them -----------------------------------------------------------------------


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_SIZE.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes], deadline: float | None = None) -> bytes:
    """One message.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: it did not come in time.
    """
    [size] = _SIZE.unpack(_exactly(pipe, _SIZE.size, deadline))
    return _exactly(pipe, size, deadline)


def _exactly(pipe: IO[bytes], size: int, deadline: float | None) -> bytes:
    parts: list[bytes] = []
    arrived = select.poll()  # select() knows no file of a number above 1,023
    arrived.register(pipe, select.POLLIN)
    while size:
        if deadline is not None and not arrived.poll(1_000 * max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        part = os.read(pipe.fileno(), min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _question(resource: Resource) -> bytes:
    """What the child is asked to read: one line of JSON, then the resource's bytes."""
    head = {
        "url": resource.url,
        "media_type": resource.media_type,
        "fetched_at": resource.fetched_at.isoformat(),
        "charset": resource.charset,
        "links": resource.links,
    }
    return json.dumps(head).encode("ascii") + b"\n" + resource.content


def _read_question(message: bytes) -> Resource:
    head, _, content = message.partition(b"\n")
    fields = json.loads(head)
    return Resource(
        url=fields["url"],
        content=content,
        media_type=fields["media_type"],
        fetched_at=datetime.fromisoformat(fields["fetched_at"]),
        charset=fields["charset"],
        links=tuple(fields["links"]),
    )


def _document(reading: Reading) -> dict[str, Any]:
    page = reading.page
    return {
        "url": page.url,
        "title": page.title,
        "text": page.text,
        "language": page.language,
        "fetched_at": page.fetched_at.isoformat(),
        "published": page.published.isoformat() if page.published else None,
        "modified": page.modified.isoformat() if page.modified else None,
        "alternates": dict(page.alternates),
        "page_starts": page.page_starts,
        "media_type": page.media_type,
        "precision": page.precision,
        "frame": reading.frame,
        "links": reading.links,
    }


def _read_answer(answer: dict[str, Any]) -> Reading:
    if "error" in answer:
        raise _ERRORS.get(answer["error"], UnreadablePage)(answer["text"])
    page = Page(
        url=answer["url"],
        title=answer["title"],
        text=answer["text"],
        language=answer["language"],
        fetched_at=datetime.fromisoformat(answer["fetched_at"]),
        published=_day(answer["published"]),
        modified=_day(answer["modified"]),
        alternates=answer["alternates"],
        page_starts=tuple(answer["page_starts"]),
        media_type=answer["media_type"],
        precision=answer["precision"],
    )
    return Reading(page, tuple(answer["frame"]), tuple(answer["links"]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
