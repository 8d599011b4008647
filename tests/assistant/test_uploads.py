"""Files that maintainers hand in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.uploads import MAX_BYTES, Uploads, safe_name

PDF = b"%PDF-1.7\n%some bytes"
TEXT = b"The office opens at nine."


def docx() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return content.getvalue()


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "store" / "uploads")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("note.md", "note.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/cron.d/x.txt", "x.txt"),
        ("C:\\Windows\\system32\\x.txt", "x.txt"),
        ("..\\..\\x.txt", "x.txt"),
        ("\uff0e\uff0e\uff0fx.txt", "x.txt"),
        ("a\uff0fb\u2215c\u2044d.txt", "d.txt"),
        ("%2e%2e%2fx.txt", "2e-2e-2fx.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("a\nb\r.txt", "ab.txt"),
        ("تقرير 2024.pdf", "تقرير-2024.pdf"),
        ("photo\u202efdp.txt", "photofdp.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1.pdf", "_LPT1.pdf"),
        (".hidden.md", "hidden.md"),
        ("a.tar.PDF", "a.tar.pdf"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
        ("م" * 300 + ".txt", "م" * 80 + ".txt"),
        ("a" * 100_000_000 + ".txt", "a" * 80 + ".txt"),
        ("<img src=x onerror=alert(1)>.html", "img-src-x-onerror-alert-1.html"),
        ("'; DROP TABLE pages;--.txt", "DROP-TABLE-pages.txt"),
    ],
)
def test_of_a_name_only_what_cannot_mean_a_path_is_kept(name: str, kept: str) -> None:
    assert safe_name(name) == kept
    assert len(safe_name(name).encode()) < 255


@pytest.mark.parametrize(
    "name", ["", ".", "..", "x", "x.exe", "x.svg", ".txt", "///", "x.txt/", "x.pdf.exe", "x.php"]
)
def test_a_name_that_says_nothing_that_is_read_here_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="This file cannot be read"):
        safe_name(name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.docx", docx()),
        ("a.txt", TEXT),
        ("a.md", "# عنوان".encode()),
        ("a.html", b"<!doctype html><p>Words"),
        ("a.jsonl", b'{"url": "https://a.org/", "title": "A", "text": "B"}\n'),
        ("a.txt", "Words".encode("utf-16")),
    ],
)
def test_what_its_bytes_say_is_kept_below_the_folder(
    uploads: Uploads, tmp_path: Path, name: str, content: bytes
) -> None:
    upload = uploads.accept(f"../../{name}", content)

    assert upload.path.read_bytes() == content
    assert upload.path.is_relative_to(tmp_path / "store" / "uploads" / upload.id)
    assert uploads.get(upload.id) == upload
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [upload.path]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.pdf", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.html", b"<svg onload=alert(1)>"),
        ("a.txt", b"<!DOCTYPE html><p>"),
        ("a.txt", b"MZ\x90\x00"),
        ("a.md", PDF),
        ("a.html", b"PK\x03\x04rest"),
        ("a.docx", b"PK\x03\x04rest"),
        ("a.docx", PDF),
        ("a.jsonl", b"no json"),
        ("a.jsonl", b"[" * 100_000),
        ("a.txt", b"a\x00b"),
        ("a.txt", b""),
    ],
)
def test_what_its_bytes_deny_is_refused_and_leaves_nothing(
    uploads: Uploads, tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(InputError):
        uploads.accept(name, content)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_too_large_is_refused(uploads: Uploads) -> None:
    with pytest.raises(InputError, match="larger than 20 MB"):
        uploads.accept("a.txt", b"x" * (MAX_BYTES + 1))


def test_the_same_name_again_takes_the_place_of_the_one_before(uploads: Uploads) -> None:
    first = uploads.accept("a.txt", TEXT)
    second = uploads.accept("a.txt", b"The office opens at ten.")

    assert (first.id, first.path) == (second.id, second.path)
    assert first.digest != second.digest
    assert uploads.get(first.id) == second


@pytest.mark.parametrize("upload_id", ["", "../../etc", "a" * 24, "A" * 24, "0" * 23, "*"])
def test_an_id_of_ones_own_making_finds_nothing(uploads: Uploads, upload_id: str) -> None:
    uploads.accept("a.txt", TEXT)

    with pytest.raises(InputError, match="hand it in again"):
        uploads.get(upload_id)
