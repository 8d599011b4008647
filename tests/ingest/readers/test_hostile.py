"""Hostile files, read in a limited child: read, or refused with a reason, and nothing leaks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import UnreadablePage
from ingest.media import DOCX, HTML, PDF
from ingest.readers.limited import LimitedReaders
from ingest.types import Resource
from tests.ingest.readers.hostile import (
    CANARY,
    HIDDEN_IN_PDF,
    LAYER_CATALOG,
    LAYER_RESOURCES,
    LAYERS,
    PDFS,
    SAID,
    SHOWN,
    documents,
    line,
    pages,
    pdf,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://harbour.example/x"
MAX_CPU_S = 5.0


@pytest.fixture(scope="module")
def readers() -> Iterator[LimitedReaders]:
    with LimitedReaders() as running:
        yield running


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("canary") / "canary.txt"
    path.write_text(CANARY)
    return str(path)


def text_of(readers: LimitedReaders, content: bytes, media_type: str) -> str:
    """What is read of it, or why it is not; in little time, by the clock of the child."""
    readers.read(Resource(URL, f"<main><p>{SAID}".encode(), HTML, NOW))  # now there is a child
    child = readers._idle.queue[-1]
    assert child is not None
    before = cpu_s(child._process.pid)
    try:
        text = readers.read(Resource(URL, content, media_type, NOW)).page.text
    except UnreadablePage as error:
        text = str(error)
        assert URL in text
        assert "\n" not in text
    assert cpu_s(child._process.pid) - before < MAX_CPU_S
    return text


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used; 0 of one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("name", pages(""))
def test_a_hostile_web_page_is_read_or_refused(
    readers: LimitedReaders, canary: str, name: str
) -> None:
    check_page(readers, pages(canary)[name]())


@pytest.mark.slow
@pytest.mark.parametrize("again", range(3))
@pytest.mark.parametrize("name", pages(""))
def test_a_hostile_web_page_of_full_size_is_read_or_refused(
    readers: LimitedReaders, canary: str, name: str, again: int
) -> None:
    check_page(readers, pages(canary, tenths=10)[name]())


def check_page(readers: LimitedReaders, document: str) -> None:
    text = text_of(readers, document.encode(), HTML)

    assert CANARY not in text
    assert SAID in text or URL in text or len(text) > 1_000 or text == "x"


THREE_TIMES = [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))]


@pytest.mark.parametrize("again", THREE_TIMES)
@pytest.mark.parametrize("name", PDFS)
def test_a_hostile_pdf_is_read_or_refused(readers: LimitedReaders, name: str, again: int) -> None:
    make, words = PDFS[name]

    text = text_of(readers, make(), PDF)

    if words:
        assert URL in text
        assert re.search(words, text)
    else:
        assert text == SAID


def test_one_message_for_each_kind_of_pdf(readers: LimitedReaders) -> None:
    said = {name: text_of(readers, PDFS[name][0](), PDF) for name in ("encrypted", "picture only")}

    assert said == {
        "encrypted": f"{URL} is password-protected. Save it without a password.",
        "picture only": f"{URL} holds no text: it is a scan, and reading pictures is not done.",
    }


@pytest.mark.parametrize("name", HIDDEN_IN_PDF)
def test_what_nobody_sees_on_a_sheet_is_not_read(readers: LimitedReaders, name: str) -> None:
    content = pdf(
        SHOWN + HIDDEN_IN_PDF[name],
        resources=LAYER_RESOURCES,
        objects=LAYERS,
        catalog=LAYER_CATALOG,
    )

    assert text_of(readers, content, PDF) == SAID


def test_a_sheet_of_hidden_text_only_holds_no_text(readers: LimitedReaders) -> None:
    assert "holds no text" in text_of(readers, pdf(HIDDEN_IN_PDF["invisible mode"]), PDF)


@pytest.mark.parametrize(
    "content",
    [
        b"0 0 1 rg 40 690 300 30 re f " + line("Opening hours", before="1 g"),
        b"/OC /L2 BDC " + line("Opening hours") + b"EMC",
        line("Opening hours", before="0 Tr 0 g"),
        b"q 1 g Q " + line("Opening hours"),
        b"1 g 0 0 595 842 re f 0 g " + line("Opening hours"),
    ],
)
def test_what_is_seen_on_a_sheet_stays(readers: LimitedReaders, content: bytes) -> None:
    layer = {13: b"<</Type/OCG/Name(shown)>>"}
    resources = "/Properties<</L2 13 0 R>>"
    catalog = "/OCProperties<</OCGs[10 0 R 13 0 R]/D<</OFF[10 0 R]>>>>"
    document = pdf(
        b"q " + content + b" Q " + SHOWN,
        resources=resources,
        objects={**LAYERS, **layer},
        catalog=catalog,
    )

    page = readers.read(Resource(URL, document, PDF, NOW)).page

    assert (page.title, page.text) == ("Opening hours", SAID)


@pytest.mark.parametrize("name", documents(""))
def test_a_hostile_word_file_is_refused_and_nothing_is_written(
    readers: LimitedReaders, canary: str, name: str
) -> None:
    refuses_word_file(readers, documents(canary)[name]())


@pytest.mark.slow
@pytest.mark.parametrize("again", range(3))
@pytest.mark.parametrize("name", documents(""))
def test_a_hostile_word_file_of_full_size_is_refused(
    readers: LimitedReaders, canary: str, name: str, again: int
) -> None:
    refuses_word_file(readers, documents(canary, entries=65_000)[name]())


def refuses_word_file(readers: LimitedReaders, content: bytes) -> None:
    before = set(Path("/tmp").iterdir())

    text = text_of(readers, content, DOCX)

    assert CANARY not in text
    assert URL in text
    assert not {path for path in set(Path("/tmp").iterdir()) - before if "evil" in path.name}
    assert not Path("/tmp/word").exists()
