"""A real Chroma server, for as long as it is needed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """The address of `chroma run` on a free port; it keeps its files in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("chroma")
    with (folder / "chroma.log").open("wb") as log:
        running = subprocess.Popen(
            [str(command), "run", "--path", str(folder / "data"), "--port", str(port)],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/api/v2/heartbeat", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert running.poll() is None, (folder / "chroma.log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        running.kill()
        running.wait()
