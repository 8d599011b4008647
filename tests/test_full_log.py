"""A disk that is full where the log goes: a server starts and answers all the same."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.test_full_disk import small_disk

ROOT = Path(__file__).parent.parent
QUESTIONS = ("Since when is IOM in Egypt?", "منذ متى للمنظمة حضور في مصر؟")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(folder: Path, log: Path) -> Iterator[httpx.Client]:
    """A server that writes all it says to `log`."""
    port = _free_port()
    command = [sys.executable, "-m", "assistant", "serve", "--port", str(port), "--no-desks"]
    with log.open("ab") as said:
        running = subprocess.Popen(
            [*command, "--store", str(folder / "store")],
            cwd=ROOT,
            env={**os.environ, "ASSISTANT_LOG_LEVEL": "debug"},
            stdout=said,
            stderr=said,
        )
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60
        ) as client:
            _until_ready(client, running)
            yield client
    finally:
        running.kill()
        running.wait()


def _until_ready(client: httpx.Client, running: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):
        assert running.poll() is None, f"the server ended with {running.returncode}"
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not get ready")


def _ask(client: httpx.Client, count: int) -> list[object]:
    """Statuses of as many answers, each asked by somebody else."""
    statuses: list[object] = []
    for number in range(count):
        asked = client.post(
            "/api/v1/ask",
            json={"question": QUESTIONS[number % len(QUESTIONS)]},
            headers={"Session-Id": f"{number}"},
        )
        assert asked.status_code == 200, asked.text
        statuses.append(asked.json()["status"])
    return statuses


def test_a_log_that_cannot_be_written_stops_neither_the_start_nor_an_answer(tmp_path: Path) -> None:
    with _serving(tmp_path, Path("/dev/full")) as client:
        assert _ask(client, 6) == ["answered"] * 6
        assert client.post("/api/v1/ask", json={"wrong": 1}).status_code == 422
        assert _ask(client, 2) == ["answered"] * 2


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("trial", range(5))
def test_a_log_whose_disk_fills_up_and_is_cleared_again(tmp_path: Path, trial: int) -> None:
    with small_disk(tmp_path / "disk", 65_536) as disk:
        log = disk / "log"
        with _serving(tmp_path, log) as client:
            assert _ask(client, 4) == ["answered"] * 4
            with pytest.raises(OSError, match="No space left"):
                (disk / "filler").write_bytes(bytes(65_536))
            written = log.stat().st_size
            assert _ask(client, 40 + trial) == ["answered"] * (40 + trial)
            assert log.stat().st_size - written < 4_096  # to the end of its last block
            (disk / "filler").unlink()
            written = log.stat().st_size
            assert _ask(client, 4) == ["answered"] * 4
            assert log.stat().st_size > written
