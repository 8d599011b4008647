"""A small web server for tests: a site by path, that answers as the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from ingest.polite import Pace

FILLER = "It is open to everyone and the entrance is free of charge on every day of the week."


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


Site = Callable[[str], "Answer | str | None"]
"""A path with its query to what stands there; None is 404."""


def html(text: str, *links: str, head: str = "") -> str:
    anchors = "".join(
        f'<p>See <a href="{link}">this page</a> for more of it.</p>' for link in links
    )
    return (
        f"<html lang=en><head><title>{text[:30]}</title>{head}</head>"
        f"<body><main><h1>{text[:30]}</h1><p>{text} {FILLER}</p>{anchors}</main></body></html>"
    )


def moved(to: str, status: int = 301) -> Answer:
    return Answer(status=status, headers={"Location": to})


def xml(body: str) -> Answer:
    return Answer(body.encode(), kind="application/xml")


def sitemap(*urls: str, index: bool = False) -> Answer:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    entries = "".join(f"<{inner}><loc>{url}</loc></{inner}>" for url in urls)
    return xml(f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{outer}>')


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: else the client's delayed ACK costs 40 ms each
    server: Web

    def do_GET(self) -> None:
        found = self.server.site(self.path)
        if isinstance(found, str):
            found = Answer(found.encode())
        answer = found or Answer(b"No such page", 404)
        tag = '"' + sha256(answer.body).hexdigest()[:12] + '"'
        if answer.status == 200 and self.headers.get("If-None-Match") == tag:
            answer = Answer(status=304)
        self.server.log.append((unquote(self.path), answer.status))
        self.server.agents.append(self.headers.get("User-Agent", ""))
        self.send_response(answer.status)
        if answer.status == 200:
            self.send_header("ETag", tag)
            self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        pass


class Web(ThreadingHTTPServer):
    daemon_threads = True
    site: Site
    log: list[tuple[str, int]]
    agents: list[str]

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no error of a test."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def home(self) -> str:
        return f"http://{self.host}/"

    def asked(self) -> list[str]:
        """The paths asked for, in order; starts anew."""
        paths = [path for path, _ in self.log]
        self.log.clear()
        return paths


@contextmanager
def serve(site: Site | Mapping[str, Answer | str]) -> Iterator[Web]:
    web = Web(("127.0.0.1", 0), Handler)
    web.site = site if callable(site) else site.get
    web.log, web.agents = [], []
    thread = threading.Thread(target=web.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


class Time:
    """A clock that moves when someone sleeps, and with each request by itself."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def pace(self) -> Pace:
        return Pace(clock=lambda: self.now, sleep=self.sleep, chance=lambda: 0.0)


__all__ = ["Answer", "Time", "Web", "html", "moved", "serve", "sitemap", "xml"]
