"""A serving process of its own, watched from inside: which hosts it turns to.

Run as `python -m tests.serving NOTES COMMAND…` it is `assistant COMMAND…` with an ear at every
socket: each address that is connected to, sent to or looked up goes into the file NOTES, and each
class that is unpickled. On SIGUSR1 it looks up a name and unpickles something itself, so that a
test can show that it would be heard. With `TESTS_FAULTY` in its environment, questions that hold
`DEFECT` raise an error with all their words in it, and those that hold `HANG` take too long.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
DEFECT, HANG = "qzdefect", "qzhang"
DEADLINE_S = 1.0  # of a faulty server
_EVENTS = frozenset(
    (
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendto",
        "pickle.find_class",
    )
)


@dataclass
class Process:
    """A running server.

    Attributes:
        folder: its working directory, home and place for temporary files.
    """

    running: subprocess.Popen[bytes]
    address: str
    store: Path
    folder: Path

    @property
    def output(self) -> bytes:
        """All that it has written."""
        return b"".join((self.folder / name).read_bytes() for name in ("stdout", "stderr"))

    def heard(self) -> list[str]:
        """What it turned to, loopback left out, and what it unpickled."""
        notes = (self.folder / "notes").read_text().splitlines()
        return [
            note for note in notes if not re.search(r"127\.0\.0\.1|::1|localhost|AF_UNIX", note)
        ]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; gives its exit code."""
        self.running.send_signal(number)
        return self.running.wait(120)


@contextmanager
def process(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    before: tuple[str, ...] = (),
    faulty: bool = False,
) -> Iterator[Process]:
    """A server over the starter pages, in a folder of its own.

    Args:
        before: what the command is run under, such as `strace`.
        faulty: some questions meet a defect or take too long.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "store"
    command = [*before, sys.executable, "-m", "tests.serving", str(folder / "notes")]
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    (folder / "tmp").mkdir(exist_ok=True)
    for written in (folder / "tmp", folder / "notes"):  # by another user too
        if not written.exists():
            written.touch()
        written.chmod(0o777)
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        running = subprocess.Popen(
            [*command, "serve", "--port", "0", "--store", str(store)],
            cwd=folder,
            env={
                **clean,
                "PYTHONPATH": str(ROOT),
                "TMPDIR": str(folder / "tmp"),
                "HOME": str(folder),
                **({"TESTS_FAULTY": "1"} if faulty else {}),
                **(environment or {}),
            },
            stdout=out,
            stderr=err,
        )
    try:
        yield Process(running, _address(running, folder / "stderr"), store, folder)
    finally:
        running.kill()
        running.wait()


def _address(running: subprocess.Popen[bytes], stderr: Path) -> str:
    for _ in range(3_000):
        found = re.search(r"open at (http://\S+?)/ ", stderr.read_text())
        if found:
            _until_ready(found.group(1))
            return found.group(1)
        if running.poll() is not None:
            raise AssertionError(f"the server ended: {stderr.read_text()}")
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


def _until_ready(address: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{address}/readyz", trust_env=False, timeout=20).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not get ready")


def _listen(notes: Path) -> None:
    """Write down every address that any code of this process turns to."""
    file = notes.open("a", buffering=1)

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EVENTS:
            named = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
            file.write(f"{event} {named}\n")

    sys.addaudithook(hear)


def _plant(number: int, frame: object) -> None:
    with suppress(OSError):
        socket.getaddrinfo("planted.example", 443)
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as planted:
        planted.connect(("192.0.2.1", 9))  # sends nothing; the kernel is asked all the same
    pickle.loads(pickle.dumps(date(2026, 1, 1)))


def _be_faulty() -> None:
    """Let some questions fail, with their words in the error, and some take too long."""
    from assistant.pipeline import Assistant
    from ui import doors

    whole = Assistant._answer

    def answer(self: Assistant, question: str, *rest: Any, **named: Any) -> Any:
        if DEFECT in question:
            raise RuntimeError(f"nobody knows what to do about {question!r}")
        if HANG in question:
            time.sleep(2 * DEADLINE_S)
        return whole(self, question, *rest, **named)

    Assistant._answer = answer  # type: ignore[method-assign]
    doors.DEADLINE_S = DEADLINE_S


if __name__ == "__main__":
    _listen(Path(sys.argv[1]))
    signal.signal(signal.SIGUSR1, _plant)
    if os.environ.get("TESTS_FAULTY"):
        _be_faulty()
    from assistant.cli import main

    sys.exit(main(sys.argv[2:]))
