from __future__ import annotations

from datetime import date

import pytest

from ingest.clean import clean_line, clean_text
from ingest.dates import dateline, parse_date
from ingest.language import detect_language, page_language


@pytest.mark.parametrize(
    "text",
    [
        "2022-08-07",
        "2022-08-07T10:00:00+02:00",
        "2022-08-07T10:00:00Z",
        "7 August 2022",
        "07 Aug 2022",
        "7th of August, 2022",
        "August 7, 2022",
        "Sunday, 7 August 2022",
        "Sun, 07 Aug 2022 09:00:00 +0000",
        "07/08/2022",
        "7.8.2022",
        "7 أغسطس 2022",
        "٧ أغسطس ٢٠٢٢",
        "7 آب 2022",
        "7 آب/أغسطس 2022",
        "الأحد، 7 أغسطس 2022",
        "7 من أغسطس عام 2022",
    ],
)
def test_a_day_is_understood_however_it_is_written(text: str) -> None:
    assert parse_date(text) == date(2022, 8, 7)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("كانون الثاني", 1),
        ("شباط", 2),
        ("آذار", 3),
        ("نيسان", 4),
        ("أيار", 5),
        ("حزيران", 6),
        ("تموز", 7),
        ("أيلول", 9),
        ("تشرين الأول", 10),
        ("تشرين الثاني", 11),
        ("كانون الأول", 12),
        ("إبريل", 4),
        ("يونيه", 6),
    ],
)
def test_months_of_the_levant_and_other_spellings_are_known(text: str, month: int) -> None:
    assert parse_date(f"3 {text} 2020") == date(2020, month, 3)


@pytest.mark.parametrize(
    "text",
    ["", None, "16-18 May 2023", "May 2023", "12 May", "30 February 2020", "7 August 22", "soon"],
)
def test_what_is_no_single_day_is_no_date(text: str | None) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Cairo, 2 March 2019 – The office", date(2019, 3, 2)),
        ("القاهرة، 7 أغسطس 2022 – قالت", date(2022, 8, 7)),
        ("Rabat, Morocco – On 16-18 May 2023 three", None),
        ("From 10-14 November 2019, with Egypt", None),
    ],
)
def test_a_dateline_dates_a_text(text: str, day: date | None) -> None:
    assert dateline(text) == day


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("a\u00a0\u2003b\tc", "a b c"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("\u202eabc\u202c \u2066d\u2069", "abc d"),
        ("x\U000e0041\U000e007f", "x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200cb", "ab"),
        ("\u0660\u066b\u0665 \u06dd", "\u0660\u066b\u0665 \u06dd"),
        ("a\x00b\x07", "ab"),
        ("\u200e+20 2", "+20 2"),
    ],
)
def test_what_cannot_be_seen_goes_and_what_shapes_words_stays(raw: str, clean: str) -> None:
    assert clean_line(raw) == clean


def test_lines_stay_lines_and_blank_ones_do_not_pile_up() -> None:
    assert clean_text("\n a  b \r\n\r\n\r\n\r\nc\u2028d\n\n") == "a b\n\nc\nd"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The harbour opens.", "en"),
        ("يفتح الميناء", "ar"),
        ("مشروع CARE II مع UNHCR", "ar"),
        ("Trafficking (الاتجار) in persons", "en"),
        ("2022 – 15", "und"),
        ("Гавань открыта", "und"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("en", "يفتح الميناء في التاسعة", "ar"),
        ("ar-EG", "يفتح الميناء في التاسعة", "ar"),
        ("fr", "Le port est ouvert", "und"),
        (None, "The harbour", "en"),
        ("en_GB", "The harbour", "en"),
    ],
)
def test_a_declared_language_counts_where_the_script_bears_it_out(
    declared: str | None, text: str, language: str
) -> None:
    assert page_language(declared, text) == language
