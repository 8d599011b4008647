from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from ingest.discover import discover
from ingest.errors import (
    IngestError,
    NothingToKeep,
    RefusedAddress,
    SourceError,
    UnknownFormat,
    UnreadablePage,
)
from ingest.media import HTML, PAGE_JSON, TEXT
from ingest.robots import parse_robots
from ingest.types import Failure, Resource

PAGE = "<html><head>{}</head><body><p>The harbour opens at nine.</p></body></html>"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def urls(source: Path | str) -> list[str]:
    return [item.url for item in discover(str(source))]


def only_error(source: Path | str) -> IngestError:
    (item,) = discover(str(source))
    assert isinstance(item, Failure)
    return item.error


def canonical(address: str) -> str:
    return PAGE.format(f"<link href='{address}' rel='canonical'>")


def test_a_folder_gives_its_pages_sorted_without_hidden_and_unknown_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b.txt": "two",
            "a/z.HTML": PAGE.format(""),
            "a.md": "# one",
            ".git/x.txt": "no",
            "a/.hidden.txt": "no",
            "picture.png": b"\x89PNG",
            "robots.txt": "User-agent: *",
        },
    )

    assert urls(tmp_path) == [(tmp_path / name).as_uri() for name in ("a.md", "a/z.HTML", "b.txt")]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"in/a.txt": "one", "secret.txt": "no", "far/b.txt": "no"})
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in" / "far").symlink_to(tmp_path / "far", target_is_directory=True)

    assert urls(tmp_path / "in") == [(tmp_path / "in" / "a.txt").as_uri()]


def test_a_saved_site_keeps_its_addresses_and_its_robots(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "index.html": canonical("https://h.example/"),
            "news/x/index.html": canonical("https://h.example/news/x"),
            "node/1/index.html": canonical("https://h.example/news/x"),
            "admin/index.html": canonical("https://h.example/admin"),
            "documents/a b.pdf": b"%PDF-1.4 x",
            "robots.txt": "User-agent: *\nDisallow: /admin\n",
        },
    )

    found = list(discover(str(tmp_path)))

    assert [item.url for item in found if isinstance(item, Resource)] == [
        "https://h.example/documents/a%20b.pdf",
        "https://h.example/",
        "https://h.example/news/x",
        "https://h.example/node/1",
    ]
    [left_out] = [item for item in found if isinstance(item, Failure)]
    assert left_out.url == "https://h.example/admin"
    assert isinstance(left_out.error, NothingToKeep)


def test_a_folder_of_unrelated_pages_is_no_saved_site(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "one.html": canonical("https://a.example/news/1"),
            "two.html": canonical("https://b.example/2"),
            "robots.txt": "User-agent: *\nDisallow: /",
        },
    )

    assert urls(tmp_path) == [(tmp_path / "one.html").as_uri(), (tmp_path / "two.html").as_uri()]


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("a.html", b"%PDF-1.7\n", UnreadablePage, "should be a web page but holds a PDF"),
        ("a.pdf", b"<!DOCTYPE html><p>x", UnreadablePage, "should be a PDF but holds a web page"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00", UnreadablePage, "holds a picture"),
        ("a.txt", bytes(range(256)) * 4, UnreadablePage, "holds a binary file"),
        ("a.html", b"", UnreadablePage, "is empty"),
        ("a.txt", b" \n\n ", UnreadablePage, "is empty"),
        ("a.docx", b"not a zip at all", UnreadablePage, "should be a Word document"),
        ("a.odt", b"PK\x03\x04", UnknownFormat, "no reader for a.odt"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_named(
    tmp_path: Path, name: str, content: bytes, error: type[IngestError], words: str
) -> None:
    write(tmp_path, {name: content})

    got = only_error(tmp_path / name)

    assert type(got) is error
    assert words in str(got)


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "one", "b.pdf": b"nothing", "c.html": PAGE.format("")})

    kinds = [type(item) for item in discover(str(tmp_path))]

    assert kinds == [Resource, Failure, Resource]


def test_text_in_utf16_is_text(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "مرحبا بكم في الميناء".encode("utf-16-le")})

    (got,) = discover(str(tmp_path))

    assert isinstance(got, Resource)
    assert got.media_type == TEXT


@pytest.mark.parametrize(
    ("source", "words"),
    [("nowhere.txt", "no file or folder"), ("", "is empty"), ("a/b:c", "no file or folder")],
)
def test_a_source_that_cannot_be_is_an_error_at_once(source: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        discover(source)


def test_a_folder_without_pages_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"picture.png": b"x"})

    with pytest.raises(SourceError, match="holds no pages"):
        discover(str(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "one"})
    (tmp_path / "a.txt").chmod(0)

    with pytest.raises(SourceError, match="cannot be read"):
        discover(str(tmp_path / "a.txt"))


@pytest.mark.parametrize(
    "source", ["ftp://a.example/x", "file:///etc/hostname", "data:text/html,x"]
)
def test_an_address_of_another_kind_is_refused(source: str) -> None:
    with pytest.raises(RefusedAddress, match="only http and https are"):
        discover(source)


def test_a_refused_address_comes_as_a_failure() -> None:
    assert isinstance(only_error("http://127.0.0.1/"), RefusedAddress)


def test_each_line_of_a_jsonl_is_a_page_and_a_bad_line_is_named(tmp_path: Path) -> None:
    good = json.dumps({"url": "https://a.example/1", "title": "One", "text": "Text."})
    write(tmp_path, {"pages.jsonl": f"{good}\n\n{{broken\n[1]\n{good}\n"})

    got = list(discover(str(tmp_path / "pages.jsonl")))

    uri = (tmp_path / "pages.jsonl").as_uri()
    assert [item.url for item in got] == [f"{uri}#line-{n}" for n in (1, 3, 4, 5)]
    assert [type(item) for item in got] == [Resource, Failure, Failure, Resource]
    assert isinstance(got[0], Resource)
    assert (got[0].content, got[0].media_type) == (good.encode(), PAGE_JSON)
    assert "Line 3 of pages.jsonl is no JSON" in str(getattr(got[1], "error", ""))


def test_the_ending_counts_where_the_content_does_not_tell(tmp_path: Path) -> None:
    write(tmp_path, {"a.htm": "just words", "b.txt": PAGE.format("")})

    assert [getattr(item, "media_type", None) for item in discover(str(tmp_path))] == [HTML, TEXT]


def test_a_zip_of_something_else_is_no_word_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("x.txt", "x")

    assert isinstance(only_error(tmp_path / "a.docx"), UnreadablePage)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/admin", False),
        ("/admin/reports", False),
        ("/admin/open/x", True),
        ("/administration", False),
        ("/a/print.pdf", False),
        ("/a/print.pdfx", True),
        ("/news?sort=date", False),
    ],
)
def test_the_most_specific_robots_rule_wins(path: str, allowed: bool) -> None:
    robots = parse_robots(
        "User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /admin # staff\n"
        "Allow: /admin/open\nDisallow: /*.pdf$\nDisallow: /*?sort=\nDisallow:\nCrawl-delay: 2\n"
        "Sitemap: https://h.example/sitemap.xml",
        "IOMEgyptAssistant",
    )

    assert robots.allows(path) is allowed
    assert robots.crawl_delay_s == 2
    assert robots.sitemaps == ("https://h.example/sitemap.xml",)


def test_a_group_that_names_us_replaces_the_one_for_everyone() -> None:
    robots = parse_robots(
        "User-agent: *\nDisallow: /\nUser-agent: iomegyptassistant\nDisallow: /x",
        "IOMEgyptAssistant",
    )

    assert (robots.allows("/y"), robots.allows("/x")) == (True, False)
