"""Connections that take their time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.ui.service import small_server
from ui import protocol, wall


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "HEADERS_DEADLINE_S", 0.4)
        patch.setattr(wall, "BODY_DEADLINE_S", 0.4)
        with small_server(tmp_path_factory.mktemp("store")) as url:
            yield url


def connect(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_headers_that_do_not_come_end_the_connection(address: str, sent: bytes) -> None:
    with connect(address) as slow:
        slow.sendall(sent)
        started = time.monotonic()

        assert slow.recv(100) == b""

    assert time.monotonic() - started < 3


def test_a_second_request_has_to_come_as_quickly(address: str) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with connect(address) as slow:
        slow.sendall(whole)
        answered = b""
        while b'"ok"}' not in answered:
            answered += slow.recv(4_000)
        slow.sendall(whole[:20])

        assert slow.recv(4_000) == b""


def test_headers_without_end_are_cut(address: str) -> None:
    headers = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 200) for number in range(30_000))
    with connect(address) as endless, pytest.raises((ConnectionResetError, BrokenPipeError)):
        endless.sendall(b"GET / HTTP/1.1\r\n" + headers)


def test_a_body_that_does_not_come_is_a_problem(address: str) -> None:
    head = b"POST /api/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    with connect(address) as slow:
        slow.sendall(head + b"Content-Length: 100\r\n\r\n{")

        assert slow.recv(4_000).startswith(b"HTTP/1.1 408 ")


def test_two_hundred_slow_connections_keep_nobody_waiting(address: str) -> None:
    with ExitStack() as stack, httpx.Client(base_url=address, trust_env=False) as api:
        slow = [stack.enter_context(connect(address)) for _ in range(200)]
        for each in slow:
            each.sendall(b"POST /api/ask HTTP/1.1\r\nHost: x\r\n")
        started = time.monotonic()

        assert api.get("/healthz").status_code == 200

    assert time.monotonic() - started < 2
