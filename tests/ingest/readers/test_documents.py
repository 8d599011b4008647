from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader, PdfWriter

from ingest.errors import TooLarge, UnreadablePage
from ingest.media import DOCX, PAGE_JSON, PDF
from ingest.readers import read
from ingest.readers.pdf import Line, is_visual_order, mend_line, without_running_lines
from ingest.types import Page, Resource

DOCUMENTS = Path(__file__).parents[2] / "data" / "site" / "documents"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def page(content: bytes, media_type: str = PDF) -> Page:
    return read(Resource("https://h.example/d", content, media_type, NOW)).page


def pdf_of(name: str) -> bytes:
    return (DOCUMENTS / name).read_bytes()


# --- PDF -----------------------------------------------------------------------------------------


def test_an_arabic_pdf_comes_in_letters_in_reading_order_with_its_table() -> None:
    got = page(pdf_of("avrr-guide-ar.pdf"))

    assert got.title == "دليل مختصر: المساعدة على العودة الطوعية وإعادة الإدماج"
    assert got.language == "ar"
    assert got.text.startswith("هذا الدليل للمهاجرين في مصر الذين يفكرون في العودة إلى بلدانهم.")
    assert "- 1. طلب مقابلة أولية في مكتب المنظمة بالقاهرة\n- 2. مقابلة فردية" in got.text
    assert "- الجهة: المجلس القومي للمرأة; الرقم: 15115" in got.text


def test_each_sheet_of_a_pdf_begins_where_its_text_does() -> None:
    got = page(pdf_of("migrants-in-egypt-2022-factsheet.pdf"))

    first, second, third = got.page_starts
    assert got.text[first:].startswith("Published with the press release")
    assert got.text[second:].startswith("## Who they are")
    assert got.text[third:].startswith("## Work")
    assert got.page_number(got.text.index("37 per cent")) == 3


def test_rows_of_a_pdf_table_keep_their_headers_and_wrapped_cells() -> None:
    text = page(pdf_of("iom-strategy-egypt-2021-2025-summary.pdf")).text

    assert "- Year: 1995; Step: Agreement on the legal status of IOM in Egypt (21 May)\n" in text
    assert "- Year: 2021; Step: Launch of the strategy for 2021–2025\n\n## 3. Three" in text
    assert "Page 1" not in text


def encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of("avrr-guide-ar.pdf"))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def blank() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (encrypted("secret"), "password-protected"),
        (blank(), "it is a scan"),
        (b"%PDF-1.7\nnothing of the kind", "is broken"),
        (pdf_of("avrr-guide-ar.pdf")[:3000], "is broken"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(UnreadablePage, match=words):
        page(content)


def test_a_pdf_locked_against_changes_only_is_read() -> None:
    assert page(encrypted("")).text == page(pdf_of("avrr-guide-ar.pdf")).text


def test_arabic_in_visual_order_is_seen_and_turned() -> None:
    logical = "العودة الطوعية قرار تتخذه في 2022 مع IOM (المنظمة)"
    visual = "(ةمظنملا) IOM عم 2022 يف هذختت رارق ةيعوطلا ةدوعلا"

    assert is_visual_order([visual])
    assert not is_visual_order([logical])
    assert mend_line(visual, flip=True) == logical
    assert mend_line("Plain English (2022)", flip=True) == "Plain English (2022)"


def test_running_heads_and_sheet_numbers_go_and_repeated_body_lines_stay() -> None:
    body = [["one", "Note", "two"], ["three", "Note", "four"], ["five", "Note", "six"]]
    sheets = [
        [Line(text) for text in ("Office", *own, f"Page {n}")]
        for n, own in enumerate(body, start=1)
    ]

    assert [[line.text for line in lines] for lines in without_running_lines(sheets)] == body


# --- Word ----------------------------------------------------------------------------------------


def docx_bytes(fill: bool = True) -> bytes:
    document = Document()
    if fill:
        document.add_heading("Harbour rules", 0)
        document.add_paragraph("The harbour opens at nine.")
        document.add_heading("Fees", 1)
        document.add_paragraph("one", style="List Bullet")
        document.add_paragraph("two", style="List Bullet")
        hidden = document.add_paragraph("Shown.").add_run(" KITE-73")
        hidden.font.hidden = True
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(table._cells, ("Boat", "Fee", "small", "5"), strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_document_keeps_headings_lists_and_rows_and_drops_hidden_runs() -> None:
    got = page(docx_bytes(), DOCX)

    assert got.title == "Harbour rules"
    assert got.text == (
        "The harbour opens at nine.\n\n## Fees\n\n- one\n- two\n\nShown.\n\n- Boat: small; Fee: 5"
    )


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 20_000_000)
    return out.getvalue()


def crowd() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(5_001):
            archive.writestr(f"word/{number}", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (docx_bytes(fill=False), UnreadablePage),
        (docx_bytes()[:2000], UnreadablePage),
        (b"PK\x03\x04word/", UnreadablePage),
        (bomb(), TooLarge),
        (crowd(), TooLarge),
    ],
)
def test_a_word_document_that_cannot_be_read_is_refused(
    content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        page(content, DOCX)


# --- JSON pages ----------------------------------------------------------------------------------


def row(**fields: object) -> bytes:
    return json.dumps({"url": "https://a.example/1", "title": "T", "text": "x", **fields}).encode()


def test_the_text_of_a_json_page_is_stored_to_the_letter() -> None:
    text = "  cafe\u0301 \u200f\r\n\n\n\u00a0x \t"

    got = page(row(text=text, language="EN-gb", published="2022-08-07"), PAGE_JSON)

    assert (got.text, got.as_is, got.language) == (text, True, "en")
    assert (got.url, got.published, got.modified) == ("https://a.example/1", date(2022, 8, 7), None)


def test_a_json_page_without_title_or_language_finds_them_in_its_text() -> None:
    got = page(row(title=None, text="\n# مرحبا بكم\nفي الميناء"), PAGE_JSON)

    assert (got.title, got.language) == ("مرحبا بكم", "ar")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is no JSON"),
        (b"[]", "no JSON object"),
        (row(url=""), 'has no "url"'),
        (row(url="javascript:alert(1)"), "must begin with http"),
        (row(text=" "), 'has no "text"'),
        (row(text=5), '"text" must be a string, not 5'),
        (row(title=["x"]), '"title" must be a string'),
        (row(published="soon"), "is no date: 'soon'"),
        (row(text="\ud800"), "half a character"),
    ],
)
def test_a_json_page_with_a_wrong_field_names_it(content: bytes, words: str) -> None:
    with pytest.raises(UnreadablePage, match=words):
        page(content, PAGE_JSON)
