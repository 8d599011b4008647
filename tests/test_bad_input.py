"""Files and addresses as they come: each is refused in one sentence, with the store untouched."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfWriter

from assistant.cli import main

ARABIC = "عنوان الصفحة\n\nنص قصير عن المنظمة الدولية للهجرة في مصر وبرامجها."
GOOD = "The hours\n\nThe office is open from nine to five on working days.\n"


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "good.txt").write_text(GOOD)
    assert main(["ingest", str(folder / "good.txt"), "--store", str(folder / "store")]) == 0
    return folder / "store"


def state(store: Path) -> tuple[str, list[str]]:
    return (store / "current").read_text(), sorted(p.name for p in (store / "versions").iterdir())


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("zero.html", b"", 3, "is empty"),
        ("binary.txt", bytes(range(256)) * 20, 3, "binary"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200), 3, "no reader"),
        ("page.pdf", b"<html><body>A page with some words in it.</body></html>", 3, "web page"),
        ("document.html", b"%PDF-1.7\n" + bytes(200), 3, "PDF"),
        ("locked.pdf", locked_pdf(), 3, "password-protected"),
        ("broken.pdf", b"%PDF-1.7\nnothing more", 3, "broken"),
        ("broken.docx", b"PK\x03\x04" + bytes(100), 3, "broken.docx"),
        ("lines.jsonl", b'{"url": 7}\n', 3, "line"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    store: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes,
    code: int,
    says: str,
) -> None:
    (tmp_path / name).write_bytes(content)
    before = state(store)

    assert main(["ingest", str(tmp_path / name), "--store", str(store)]) == code

    said = capsys.readouterr().err
    assert says in said
    assert name in said
    assert said.count("\n") == 1
    assert state(store) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256", "iso8859-6"])
def test_an_arabic_file_is_read_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "page.txt").write_bytes(ARABIC.encode(encoding))
    store = tmp_path / "store"

    assert main(["ingest", str(tmp_path / "page.txt"), "--store", str(store)]) == 0

    from ingest.catalogue import Catalogue

    [page] = Catalogue.open(store / "catalogue.sqlite").pages()
    assert (page.title, page.text) == tuple(ARABIC.split("\n\n"))


def test_a_folder_without_pages_is_named(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ingest", str(tmp_path), "--store", str(store)]) == 2
    assert "holds no pages" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "says"),
    [("https://example.org/page", "one page. Add --crawl"), ("./pages.jsonl", "is none")],
)
def test_since_is_refused_for_what_is_no_site(
    store: Path, capsys: pytest.CaptureFixture[str], source: str, says: str
) -> None:
    before = state(store)

    code = main(["ingest", source, "--since", "2026-01-01", "--store", str(store)])

    said = capsys.readouterr().err
    assert (code, said.count("\n"), state(store)) == (2, 1, before)
    assert says in said
    assert source in said


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/never":
            time.sleep(3)
            return
        body = f"<html lang=en><title>Hours</title><p>{GOOD}</p></html>".encode()
        self.send_response({"/404": 404, "/500": 500}.get(self.path, 200))
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [("/404", 3, "404"), ("/500", 3, "500"), ("/never", 7, "did not answer in time")],
)
def test_an_address_that_gives_no_page_is_named(
    store: Path,
    site: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    code: int,
    says: str,
) -> None:
    monkeypatch.setenv("ASSISTANT_PRIVATE_HOSTS", site)
    monkeypatch.setattr("ingest.fetch.READ_GAP_S", 0.5)
    monkeypatch.setattr("ingest.fetch.fetch.__kwdefaults__", _hasty())
    before = state(store)

    assert main(["ingest", f"http://{site}{path}", "--store", str(store)]) == code

    assert says in capsys.readouterr().err
    assert state(store) == before


def _hasty() -> dict[str, object]:
    from ingest.fetch import fetch

    return {**(fetch.__kwdefaults__ or {}), "read_gap_s": 0.5}


def test_a_web_page_comes_in_when_its_host_is_named_and_not_otherwise(
    tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "store")]

    assert main(["ingest", f"http://{site}/hours", *store]) == 6
    assert "ASSISTANT_PRIVATE_HOSTS" in capsys.readouterr().err

    monkeypatch.setenv("ASSISTANT_PRIVATE_HOSTS", site)
    assert main(["ingest", f"http://{site}/hours", *store]) == 0


def test_a_store_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file stands where the store should be")
    (tmp_path / "good.txt").write_text(GOOD)

    code = main(["ingest", str(tmp_path / "good.txt"), "--store", str(blocked / "store")])

    assert code == 5
    assert "cannot be written" in capsys.readouterr().err


def test_a_store_of_another_format_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    (tmp_path / "good.txt").write_text(GOOD)
    arguments = ["ingest", str(tmp_path / "good.txt"), "--store", str(tmp_path / "store")]
    assert main(arguments) == 0
    with sqlite3.connect(tmp_path / "store/catalogue.sqlite") as catalogue:
        catalogue.execute("UPDATE meta SET value='99' WHERE key='format'")

    assert main(arguments) == 5
    assert "has format 99" in capsys.readouterr().err
