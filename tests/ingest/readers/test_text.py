from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime

import pytest

from ingest.errors import UnreadablePage
from ingest.media import MARKDOWN, TEXT
from ingest.readers import read
from ingest.types import Reading, Resource
from tests.ingest.readers import exports

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def reading(text: str, media_type: str = TEXT) -> Reading:
    return read(Resource("file:///page.txt", text.encode(), media_type, NOW))


def plain(text: str) -> list[str]:
    """The lines of a page without the signs we put before them."""
    return [re.sub(r"^(?:#+|[-•]) ", "", line) for line in text.split("\n") if line]


@pytest.mark.parametrize("name", exports.ARTICLES)
def test_an_english_export_gives_title_article_and_frame(name: str) -> None:
    title, printed, article, after = exports.ARTICLES[name]

    got = reading(f"{exports.HEAD_EN}{printed}\n{article}\n{after}\n")

    assert got.page.title == title
    assert plain(got.page.text) == plain(article)
    assert got.frame == exports.FRAME_EN
    assert got.page.language == "en"


@pytest.mark.parametrize("name", exports.ARTICLES_AR)
def test_an_arabic_export_gives_title_article_and_frame(name: str) -> None:
    title, printed, article, after = exports.ARTICLES_AR[name]

    got = reading(f"{exports.HEAD_AR}{printed}\n{article}\n{after}\n")

    assert got.page.title == title
    assert plain(got.page.text) == plain(article)
    assert got.frame == exports.FRAME_AR
    assert got.page.language == "ar"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("press release with quotes", date(2021, 3, 3)),
        ("speech", date(2019, 10, 12)),
        ("list in the middle", date(2022, 8, 7)),
        ("project sheet", None),
    ],
)
def test_an_export_is_dated_by_its_date_line_or_dateline(name: str, day: date | None) -> None:
    _, printed, article, after = exports.ARTICLES[name]

    assert reading(f"{exports.HEAD_EN}{printed}\n{article}\n{after}").page.published == day


@pytest.mark.parametrize("blank", ["\n\n", "\r\n", "\n \n"])
def test_an_export_reads_the_same_with_other_line_breaks(blank: str) -> None:
    title, printed, article, after = exports.ARTICLES["press release with quotes"]
    export = f"{exports.HEAD_EN}{printed}\n{article}\n{after}"

    assert reading(export.replace("\n", blank)).page.text == reading(export).page.text
    assert reading(export.replace("\n", blank)).page.title == title


def test_a_question_in_an_export_becomes_the_heading_of_its_answer() -> None:
    _, printed, article, after = exports.ARTICLES["questions and answers"]

    text = reading(f"{exports.HEAD_EN}{printed}\n{article}\n{after}").page.text

    assert "## Who can use the service?\n\nAnyone who travelled" in text
    assert "## What do I need to bring?\n\n- your ticket\n- a description of the bag" in text


@pytest.mark.parametrize("name", exports.ARTICLES)
def test_an_article_without_menus_is_no_export_and_comes_out_whole(name: str) -> None:
    title, _, article, after = exports.ARTICLES[name]

    got = reading(f"{title}\n\n{article}\n\n{after}")

    assert got.page.title == title
    assert plain(got.page.text) == plain(f"{article}\n{after}")
    assert got.frame == ()


def test_a_text_that_begins_with_a_word_of_a_menu_is_no_export() -> None:
    got = reading("About\n\nThis note is about the harbour.\n\nNews\n\nThere is none to report.")

    assert got.page.title == "About"
    assert got.page.text == "This note is about the harbour.\n\nNews\n\nThere is none to report."


def test_a_text_of_one_sentence_keeps_it() -> None:
    got = reading("The harbour opens at nine.")

    assert (got.page.title, got.page.text) == (
        "The harbour opens at nine.",
        "The harbour opens at nine.",
    )


def test_markdown_loses_its_signs_and_keeps_its_structure() -> None:
    got = reading(
        "# Harbour *rules*\n\nSee [the desk](https://x.example/d) for **all**\nrules.\n\n"
        "Fees\n----\n\n* one\n* two\n\n| Boat | Fee |\n|---|---|\n| small | 5 |\n| big | 9 |\n",
        MARKDOWN,
    )

    assert got.page.title == "Harbour rules"
    assert got.page.text == (
        "See the desk for all rules.\n\n## Fees\n\n- one\n- two\n\n"
        "- Boat: small; Fee: 5\n- Boat: big; Fee: 9"
    )


def test_markdown_keeps_nested_items_and_what_stands_in_code() -> None:
    text = reading(
        "# الرسوم\n\n1. القوارب\n   - الصغيرة\n   - الكبيرة\n2. الشباك\n\n```\nfee = 5\n```\n",
        MARKDOWN,
    ).page.text

    assert text == "- القوارب\n- الصغيرة\n- الكبيرة\n- الشباك\n\nfee = 5"


def test_markdown_says_nothing_that_its_reader_would_not_see() -> None:
    text = reading(
        "# Fees\n\nBoats pay 5.<!-- they pay 7 -->\n\n<!--\nNets pay 9.\n-->\n\n"
        '<p style="display:none">Oars pay 11.</p>\n\nSo do *rafts*\u200b.\n',
        MARKDOWN,
    ).page.text

    assert text == "Boats pay 5.\n\nSo do rafts."


def test_the_front_matter_of_markdown_gives_title_and_day() -> None:
    got = reading(
        '---\ntitle: "Harbour fees"\ndate: 2024-05-06\n---\n\n# Harbour fees\n\nBoats pay 5.\n',
        MARKDOWN,
    )

    assert (got.page.title, got.page.published) == ("Harbour fees", date(2024, 5, 6))
    assert got.page.text == "Boats pay 5."


def test_a_text_file_that_begins_with_a_heading_is_markdown() -> None:
    got = reading("# Fees\n\nBoats pay **5**.\n")

    assert (got.page.title, got.page.text) == ("Fees", "Boats pay 5.")


@pytest.mark.parametrize("sign", ["> ", "- ", "[", "*a ", "`", "<b>", "![", "| a "])
def test_markdown_nested_without_end_takes_no_time(sign: str) -> None:
    started = time.process_time()
    reading(f"# Fees\n\nBoats pay 5.\n\n{sign * 5_000}end\n", MARKDOWN)

    assert time.process_time() - started < 5


def test_a_text_without_a_word_is_refused() -> None:
    with pytest.raises(UnreadablePage, match="holds no text"):
        reading("-\n---\n")
