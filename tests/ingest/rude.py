"""A server that misbehaves on the level of bytes: each path says what goes over the connection."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]
STEP_S = 0.05


class Rude:
    """Listens on loopback; one request per connection."""

    def __init__(self, behaviours: Mapping[str, Behaviour]) -> None:
        self.behaviours = behaviours
        self.asked: list[str] = []
        self.heads: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])
        self.host = f"127.0.0.1:{self.port}"
        self.home = f"http://{self.host}/"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65_536)
                if not part:
                    return
                head += part
            path = head.split(b" ", 2)[1].decode()
            self.asked.append(path)
            self.heads.append(head.decode("latin-1"))
            self.behaviours.get(path, status(404))(connection)


@contextmanager
def serve_rudely(behaviours: Mapping[str, Behaviour]) -> Iterator[Rude]:
    server = Rude(behaviours)
    try:
        yield server
    finally:
        server.close()


def send(body: bytes, code: int = 200, *, length: int | None = None, **headers: str) -> Behaviour:
    """A whole answer, with a Content-Length that may lie."""
    lines = {"Content-Type": "text/html; charset=utf-8", "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    if "Transfer-Encoding" not in lines:
        lines["Content-Length"] = str(len(body) if length is None else length)
    head = f"HTTP/1.1 {code} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())

    def behave(connection: socket.socket) -> None:
        connection.sendall(head.encode("latin-1") + b"\r\n" + body)

    return behave


def status(code: int) -> Behaviour:
    return send(b"<html><body><p>Error page that nobody should ever index.</p></body></html>", code)


def redirect(to: str, body: bytes = b"", **headers: str) -> Behaviour:
    return send(body, 302, Location=to, **headers)


def silent(connection: socket.socket) -> None:
    time.sleep(60)


def drip(head: bytes, tail: bytes) -> Behaviour:
    """The head at once, the tail byte by byte for ever."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            for byte in tail:
                connection.sendall(bytes([byte]))
                time.sleep(STEP_S)

    return behave


def stall(connection: socket.socket) -> None:
    """Half of what was promised, then nothing."""
    body = b"<html><p>The harbour opens at nine.</p>" * 50
    head = f"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: {2 * len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    time.sleep(60)


def endless(connection: socket.socket) -> None:
    connection.sendall(
        b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 X\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 10_000 + b"\r\n")


def bomb(megabytes: int = 256, times: int = 1) -> bytes:
    """So many megabytes of blanks, packed; 256 of them are 0.26 MB."""
    packer = zlib.compressobj(9, wbits=31)
    body = b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body
