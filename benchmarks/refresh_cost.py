"""What it costs to look again at a site that has not changed: CPU seconds and embeddings.

`python -m benchmarks.refresh_cost [--pages 2000]`. A site of generated pages, half English and half
Arabic, is served on loopback by a process of its own, with ETag and 304, sitemap and linked lists.
`assistant ingest --crawl` runs over it twice, each time as a process whose CPU time the kernel
counts. Exits 1 where the second run takes more than 5 % of the first one's, or embeds anything.
"""

from __future__ import annotations

import argparse
import html
import json
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from assistant.build import catalogue_path
from benchmarks.report import Floor, judge, machine, table
from benchmarks.samples import SamplePage, generated

_LISTED = 50  # pages that one list links to
_MENU = "".join(f'<li><a href="/list/{n}">Section {n}</a></li>' for n in range(8))


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command."""

    report: dict[str, Any]
    cpu_s: float
    wall_s: float
    vectors: int
    statuses: dict[int, int]


def site(pages: list[SamplePage], home: str) -> dict[str, bytes]:
    """Path to body, for pages, lists and the sitemap."""
    bodies: dict[str, bytes] = {}
    paths = [f"/news/{number}" for number in range(len(pages))]
    for path, page in zip(paths, pages, strict=True):
        bodies[path] = document(page.title, page.language, f"<p>{html.escape(page.text)}</p>")
    lists = range((len(pages) + _LISTED - 1) // _LISTED)
    for number in lists:
        listed = paths[number * _LISTED : (number + 1) * _LISTED]
        items = "".join(f'<li><a href="{path}">Read the whole page</a></li>' for path in listed)
        bodies[f"/list/{number}"] = document(f"List {number}", "en", f"<ul>{items}</ul>")
    links = "".join(f'<li><a href="/list/{number}">List {number}</a></li>' for number in lists)
    about = "<p>This is the site of a harbour office that helps travellers with their papers.</p>"
    bodies["/"] = document("Home", "en", about + f"<ul>{links}</ul>")
    entries = "".join(f"<url><loc>{home}{path}</loc></url>" for path in paths)
    bodies["/sitemap.xml"] = f"<urlset>{entries}</urlset>".encode()
    return bodies


def document(title: str, language: str, content: str) -> bytes:
    """A page of the site: menu, content and footer."""
    return (
        f"<!DOCTYPE html><html lang={language}><head><title>{html.escape(title)} | Harbour</title>"
        f"</head><body><header><nav><ul>{_MENU}</ul></nav></header><main><article>"
        f"<h1>{html.escape(title)}</h1>{content}</article></main>"
        "<footer><p>© Harbour office. All rights reserved.</p></footer></body></html>"
    ).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        body = self.server.bodies.get(self.path)
        if body is None:
            return self._answer(404, b"No such page", "")
        tag = '"' + sha256(body).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == tag:
            return self._answer(304, b"", tag)
        return self._answer(200, body, tag)

    def _answer(self, status: int, body: bytes, tag: str) -> None:
        self.server.statuses[status] += 1
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        kind = "application/xml" if self.path.endswith(".xml") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    bodies: dict[str, bytes]
    statuses: Counter[int]


def _serve(pages: list[SamplePage], pipe: Connection) -> None:
    """Serve until told to stop; every other message is answered with the statuses since then."""
    import threading

    server = _Server(("127.0.0.1", 0), _Handler)
    home = f"http://127.0.0.1:{server.server_port}"
    server.bodies, server.statuses = site(pages, home), Counter()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(home)
    while pipe.recv() != "stop":
        pipe.send(dict(server.statuses))
        server.statuses.clear()


def run(home: str, store: Path, pipe: Connection) -> Run:
    """`assistant ingest` as a process of its own."""
    started = time.monotonic()
    environment = os.environ | {"ASSISTANT_PRIVATE_HOSTS": home.removeprefix("http://")}
    command = [sys.executable, "-m", "assistant", "ingest", home, "--crawl", "--store", str(store)]
    before = os.times()
    done = subprocess.run([*command, "--json"], env=environment, capture_output=True, check=False)
    after = os.times()
    if done.returncode:
        sys.exit(f"ingest exited {done.returncode}: {done.stderr.decode()[-500:]}")
    cpu_s = after.children_user + after.children_system
    cpu_s -= before.children_user + before.children_system
    pipe.send("statuses")
    return Run(
        report=json.loads(done.stdout),
        cpu_s=cpu_s,
        wall_s=time.monotonic() - started,
        vectors=_vectors(store),
        statuses=pipe.recv(),
    )


def _vectors(store: Path) -> int:
    connection = sqlite3.connect(catalogue_path(store))
    [(count,)] = connection.execute("SELECT count(*) FROM vectors")
    connection.close()
    return int(count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=2000)
    options = parser.parse_args()
    pages = [
        page for language in ("en", "ar") for page in generated(options.pages // 2, language).pages
    ]
    folder = Path(tempfile.mkdtemp())
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(pages, theirs), daemon=True)
    server.start()
    try:
        home = mine.recv()
        first = run(home, folder / "store", mine)
        second = run(home, folder / "store", mine)
    finally:
        mine.send("stop")
        server.join(5)
        shutil.rmtree(folder, ignore_errors=True)
    embedded = second.vectors - first.vectors
    print(f"{len(pages)} pages; {machine(['httpx', 'lxml', 'chromadb'])}\n")
    print(
        table(
            ["run", "CPU s", "wall s", "added", "unchanged", "sentences embedded", "answers"],
            [
                [
                    name,
                    f"{each.cpu_s:.2f}",
                    f"{each.wall_s:.1f}",
                    each.report["added"],
                    each.report["unchanged"],
                    count,
                    ", ".join(f"{n} x {status}" for status, n in sorted(each.statuses.items())),
                ]
                for name, each, count in (
                    ("first", first, first.vectors),
                    ("second", second, embedded),
                )
            ],
        )
    )
    print()
    unread = first.report["added"] - second.report["unchanged"]
    sys.exit(
        judge(
            [
                Floor("share of the first CPU time, %", 100 * second.cpu_s / first.cpu_s, 5, True),
                Floor("sentences embedded the second time", embedded, 0, True),
                Floor("pages that were not unchanged", unread, 0, True),
            ]
        )
    )


if __name__ == "__main__":
    main()
