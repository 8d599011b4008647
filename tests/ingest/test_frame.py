from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from ingest.frame import is_prose, site_pages, without_repeats
from ingest.types import Page, Reading

NOW = datetime(2026, 1, 2, tzinfo=UTC)
BLURB = "The harbour office has had a desk in Port Alba since 1987."
NOTE = "The harbour office answers every letter within ten days."
NAMES = {"en": "About the office", "ar": "عن المكتب"}
HOME = "https://h.example/"


def reading(n: int, text: str = "", frame: tuple[str, ...] = (), language: str = "en") -> Reading:
    page = Page(
        url=f"https://h.example/{language}/{n}",
        title=f"Page {n}",
        text=text or f"Text number {n} stands on this page only.",
        language=language,
        fetched_at=NOW + timedelta(days=n),
    )
    return Reading(page, frame=frame)


def test_the_frame_of_one_page_is_kept_as_a_page_of_the_site() -> None:
    (got,) = site_pages([reading(1, frame=(BLURB, NOTE))], home=HOME, names=NAMES)

    assert got == Page(
        url="https://h.example/#about-en",
        title="About the office",
        text=f"{BLURB}\n\n{NOTE}",
        language="en",
        fetched_at=NOW + timedelta(days=1),
        kind="site",
    )


def test_the_order_of_ingestion_never_shows() -> None:
    readings = [
        reading(1, frame=(BLURB,)),
        reading(2, frame=(NOTE, BLURB)),
        reading(3, frame=("مكتب الميناء يساعد الناس على السفر الآمن.",), language="ar"),
        reading(2, text="Another text at the address of the second page.", frame=(NOTE,)),
    ]

    assert (
        len({str(site_pages(order, home=HOME, names=NAMES)) for order in permutations(readings)})
        == 1
    )


@pytest.mark.parametrize(("pages", "stays"), [(4, True), (5, False)])
def test_a_block_on_five_pages_is_taken_out_and_kept_once(pages: int, stays: bool) -> None:
    readings = [reading(n, f"Only here: {n}.\n\n{NOTE}\n\nEnd {n}.") for n in range(pages)]

    texts = [page.text for page in without_repeats(readings)]
    kept = [page.text for page in site_pages(readings, home=HOME, names=NAMES)]

    assert (NOTE in texts[0]) is stays
    assert kept == ([] if stays else [NOTE])
    if not stays:
        assert texts[3] == "Only here: 3.\n\nEnd 3."


@pytest.mark.parametrize(("others", "stays"), [(15, False), (16, True)])
def test_a_block_on_less_than_a_quarter_of_the_pages_stays(others: int, stays: bool) -> None:
    readings = [reading(n, f"Own {n}.\n\n{NOTE}") for n in range(5)]
    readings += [reading(100 + n) for n in range(others)]

    assert (NOTE in without_repeats(readings)[0].text) is stays


def test_repeated_lines_with_numbers_that_are_no_prose_stay_where_they_are() -> None:
    readings = [reading(n, f"Own text {n}.\n\nTel: 555 1234\n\nShare") for n in range(6)]

    assert without_repeats(readings)[0].text == "Own text 0.\n\nTel: 555 1234"


def test_a_page_that_says_nothing_else_keeps_its_text() -> None:
    readings = [reading(n, NOTE) for n in range(6)]

    assert [page.text for page in without_repeats(readings)] == [NOTE] * 6


def test_sheets_still_begin_where_they_did_after_a_block_is_taken_out() -> None:
    readings = [reading(n, f"Own {n}.\n\n{NOTE}\n\nSecond sheet {n}.") for n in range(5)]
    first = readings[0].page
    starts = (0, first.text.index("Second"))
    readings[0] = Reading(replace(first, page_starts=starts))

    got = without_repeats(readings)[0]

    assert [got.text[start:] for start in got.page_starts][1] == "Second sheet 0."


def test_pages_handed_in_as_they_stand_are_not_touched_nor_counted() -> None:
    readings = [reading(n, f"Own {n}.\n\n{NOTE}") for n in range(6)]
    as_is = [Reading(replace(item.page, as_is=True), frame=(BLURB,)) for item in readings]

    assert without_repeats(as_is) == [item.page for item in as_is]
    assert site_pages(as_is, home=HOME, names=NAMES) == []


def test_near_repeats_are_folded_unless_their_numbers_differ() -> None:
    other_words = BLURB.replace("desk in", "desk  in")
    other_year = BLURB.replace("1987", "1986")

    (got,) = site_pages(
        [reading(1, frame=(BLURB, other_words, other_year))], home=HOME, names=NAMES
    )

    assert got.text == f"{BLURB}\n\n{other_year}"


def test_what_one_page_of_many_says_alone_is_no_frame() -> None:
    readings = [reading(n, frame=(BLURB,)) for n in range(5)]
    readings.append(reading(9, frame=(BLURB, NOTE)))

    assert site_pages(readings, home=HOME, names=NAMES)[0].text == BLURB


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        (BLURB, True),
        ("وللمنظمة حضور في مصر منذ عام 1991.", True),
        ("Data and Resources", False),
        ("Home News Events Publications Contact us Vacancies Search", False),
        ("We use cookies to count visits and to remember you.", False),
        ("© The Harbour Office, Port Alba. All rights reserved for ever.", False),
        ("## The harbour office has a desk in Port Alba.", False),
    ],
)
def test_only_statements_are_prose(text: str, prose: bool) -> None:
    assert is_prose(text) is prose
