"""No test reaches beyond this machine. `--chroma-server` runs all against a real Chroma server."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chroma_server import chroma_server
from vectorstore import chroma, publish
from vectorstore import published as reading


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chroma-server", action="store_true", help="keep vectors on a Chroma server")


@pytest.fixture(scope="session", autouse=True)
def _vectors(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Where tests do not say where vectors go, they go to a server, if that was asked for."""
    if not request.config.getoption("--chroma-server"):
        yield
        return
    with (
        chroma_server(tmp_path_factory.mktemp("chroma")) as address,
        pytest.MonkeyPatch.context() as patch,
    ):

        def build(version: Path, store: Path, number: int, server: str = "") -> chroma.Collections:
            return chroma.build_collections(version, store, number, server or address)

        def open_(version: Path, server: str = "") -> chroma.Collections:
            return chroma.open_collections(version, server or address)

        patch.setattr(publish, "build_collections", build)
        patch.setattr(reading, "open_collections", open_)
        patch.setitem(os.environ, "ASSISTANT_CHROMA", address)
        yield


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but loopback fails the test that makes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = str(address[0]) if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and not (
            host.startswith("127.") or host in ("::1", "localhost")
        ):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
