"""Strings that become HTML."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest

from ui import markup
from ui.texts import ARABIC, ENGLISH, TEXTS


def test_escaping_covers_elements_and_attributes() -> None:
    assert markup.escape("<b a=\"1\" c='2'>&") == "&lt;b a=&quot;1&quot; c=&#x27;2&#x27;&gt;&amp;"


def test_controls_that_reorder_a_line_are_taken_out() -> None:
    assert markup.escape("\u202eevil\u2066\u2069\x00\x1b end\ud800") == "evil end"


def test_joiners_that_letters_need_stay() -> None:
    assert markup.prose("می\u200cخواهم\u200d") == "می\u200cخواهم\u200d"


def test_a_title_is_isolated_and_loses_its_marks() -> None:
    assert markup.label("\u200f\u200fمن نحن\u061c") == '<bdi dir="auto">من نحن</bdi>'


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("الرقم +20 2 2736 5140 من", ["+20 2 2736 5140"]),
        ("call 02-2736 5140 or (02) 27365140.", ["02-2736 5140", "(02) 27365140"]),
        ("هاتف ٠١٠١٢٣٤٥٦٧٨", ["٠١٠١٢٣٤٥٦٧٨"]),
        ("001 202 555 0123", ["001 202 555 0123"]),
        ("from 2019-2021, 16-18 May 2023", []),
        ("9,012,582 migrants; 0.5 per cent; line 16000", []),
        ("law 64/2010", []),
        ("SVN/CAI/2019/03", []),
    ],
)
def test_phone_numbers_keep_their_order(text: str, numbers: list[str]) -> None:
    found = re.findall(r'<bdi dir="ltr" class="phone">(.*?)</bdi>', markup.prose(text))

    assert found == numbers
    assert re.sub(r"<[^>]+>", "", markup.prose(text)) == text


def test_looking_for_phone_numbers_takes_linear_time() -> None:
    started = time.perf_counter()

    markup.prose("+0 " * 20_000 + "0" * 20_000)

    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    ("day", "english", "arabic"),
    [
        (date(2022, 8, 2), "2 August 2022", "2 أغسطس 2022"),
        (date(1991, 1, 31), "31 January 1991", "31 يناير 1991"),
        (date(2026, 12, 1), "1 December 2026", "1 ديسمبر 2026"),
        (None, "no date", "بلا تاريخ"),
    ],
)
def test_dates_are_written_in_the_interfaces_language(
    day: date | None, english: str, arabic: str
) -> None:
    assert markup.format_date(day, ENGLISH) == english
    assert markup.format_date(day, ARABIC) == arabic


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
def test_every_language_names_twelve_months_and_every_language(texts: object) -> None:
    assert len(set(texts.months)) == 12  # type: ignore[attr-defined]
    assert set(TEXTS) <= set(texts.languages)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("tag", "way"),
    [("ar", "rtl"), ("ar-EG", "rtl"), ("fa", "rtl"), ("en", "ltr"), ("fr", "ltr"), ("", "auto")],
)
def test_direction_follows_the_language(tag: str, way: str) -> None:
    assert markup.direction(tag) == way


@pytest.mark.parametrize(
    "url",
    ["https://egypt.iom.int/a?b=1#:~:text=x", "http://example.org", "https://مثال.eg/صفحة"],
)
def test_web_addresses_may_be_linked(url: str) -> None:
    assert markup.web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " https://example.org",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/x",
        "https:///nohost",
        "https://[::1",
        "https://example.org/\u202egpj.exe",
        "https://example.org/\x00",
        "mailto:a@b.c",
    ],
)
def test_nothing_else_may_be_linked(url: str) -> None:
    assert markup.web_address(url) is None


@pytest.mark.parametrize(
    ("day", "english", "arabic"),
    [
        (date(2026, 11, 24), "this month", "هذا الشهر"),
        (date(2026, 10, 25), "this month", "هذا الشهر"),
        (date(2026, 10, 24), "1 month ago", "منذ شهر"),
        (date(2026, 9, 24), "2 months ago", "منذ شهرين"),
        (date(2026, 1, 1), "10 months ago", "منذ 10 أشهر"),
        (date(2025, 12, 24), "11 months ago", "منذ 11 شهراً"),
        (date(2025, 11, 24), "1 year ago", "منذ سنة"),
        (date(2024, 11, 25), "1 year ago", "منذ سنة"),
        (date(2024, 11, 24), "2 years ago", "منذ سنتين"),
        (date(2023, 5, 22), "3 years ago", "منذ 3 سنوات"),
        (date(2012, 5, 22), "14 years ago", "منذ 14 سنة"),
        (date(2027, 1, 1), "this month", "هذا الشهر"),
    ],
)
def test_how_old_a_page_is_counts_whole_months_and_years(
    day: date, english: str, arabic: str
) -> None:
    today = date(2026, 11, 24)

    assert markup.format_age(day, today, ENGLISH) == english
    assert markup.format_age(day, today, ARABIC) == arabic


def test_a_quoted_list_stands_line_by_line_and_loses_no_character() -> None:
    made = markup.quoted("You need:\n\n- a passport\n- two photos <new>")

    assert made == (
        '<span class="line">You need:</span>'
        '<span class="line item"><span class="unseen">- </span>a passport</span>'
        '<span class="line item"><span class="unseen">- </span>two photos &lt;new&gt;</span>'
    )


def test_a_list_quoted_from_its_first_item_begins_with_an_item() -> None:
    assert markup.quoted("a passport\n- two photos").startswith(
        '<span class="line item">a passport<'
    )


def test_the_labels_of_a_row_are_told_from_its_values() -> None:
    assert markup.quoted("Year: 1995; Line: 02 5550 0100") == (
        '<span class="label">Year:</span> 1995; <span class="label">Line:</span> '
        '<bdi dir="ltr" class="phone">02 5550 0100</bdi>'
    )
    assert markup.quoted("At nine: open; later closed.") == "At nine: open; later closed."
