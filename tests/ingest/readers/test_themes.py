"""Whatever a site's markup, its articles come out alike."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ingest.media import HTML
from ingest.readers import read
from ingest.types import Page, Reading, Resource
from tests.ingest.readers.themes import ARABIC, ARTICLE, TEXT_AR, THEMES

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TITLE = "Port Alba Opens a Waiting Hall"
PLAIN = f"<html lang=en><body><main><h1>{TITLE}</h1>{ARTICLE}</main></body></html>"
# What a theme adds that no rule of ours could tell from the article.
ADDED = {
    "bootstrap-no-main": [
        "### Contact the desk",
        "12 Quay Street, Port Alba. Open from 9 to 5.",
    ],
    "un-style": [
        "Picture: Caption: Passengers in the new hall, March 2021. Photo: © HO/Mira T.",
        "## UH entities involved in this initiative",
        "HO",
        "Harbour Office",
        "## Goals we are supporting through this initiative",
    ],
    "paragraphs-sidebar": ["Documents", "Plan of the hall (PDF) (1.2 MB)"],
}


def reading(document: str) -> Reading:
    url = "https://harbour.example/news/hall"
    return read(Resource(url, document.encode(), HTML, NOW, "utf-8"))


def lines(page: Page) -> list[str]:
    return [line for line in page.text.split("\n") if line]


@pytest.mark.parametrize("theme", THEMES)
def test_an_article_comes_out_whole_and_alone(theme: str) -> None:
    page = reading(THEMES[theme]).page

    wanted = lines(reading(PLAIN).page)
    assert len(wanted) == 10
    assert [line for line in lines(page) if line not in wanted] == ADDED.get(theme, [])
    assert [line for line in lines(page) if line in wanted] == wanted
    assert (page.title, page.published, page.precision) == (TITLE, date(2021, 3, 3), "day")


def test_what_a_theme_teases_is_not_taken_for_what_the_site_says() -> None:
    assert {theme: reading(document).frame for theme, document in THEMES.items()} == {
        **dict.fromkeys(THEMES, ()),
        "bootstrap-no-main": (
            "The Harbour Office helps travellers with their papers and has done so since 1987.",
        ),
    }


def test_an_arabic_page_whose_only_h1_is_the_name_of_its_site() -> None:
    page = reading(ARABIC).page

    assert page.title == "قاعة انتظار جديدة في الميناء"
    assert page.text == TEXT_AR
    assert (page.language, page.published) == ("ar", date(2021, 3, 3))


@pytest.mark.parametrize(
    ("opening", "changed", "day", "precision"),
    [
        ("Port Alba, 2 March 2019 – The office opened.", "2020-01-01", date(2019, 3, 2), "day"),
        ("Port Alba, 2 March – The office opened.", "2020-01-01", date(2019, 3, 2), "inferred"),
        ("Port Alba, 2 March – The office opened.", "2020-03-02", date(2020, 3, 2), "inferred"),
        ("Port Alba (29 February) – It opened.", "2023-05-01", date(2020, 2, 29), "inferred"),
        ("القاهرة، 2 مارس – افتتح المكتب أبوابه.", "2020-01-01", date(2019, 3, 2), "inferred"),
        ("Port Alba, 2 March – The office opened.", "", None, "day"),
        ("On 2 March the office opened at last.", "2020-01-01", None, "day"),
        ("Port Alba, 16-18 May – The office opened.", "2020-01-01", None, "day"),
    ],
)
def test_a_dateline_dates_a_page_and_says_where_its_year_is_inferred(
    opening: str, changed: str, day: date | None, precision: str
) -> None:
    head = f'<meta property="article:modified_time" content="{changed}">'
    body = f"<main><h1>Hours</h1><p>{opening} It is open to everyone on every day.</p></main>"

    page = reading(f"<html><head>{head}</head><body>{body}</body></html>").page

    assert (page.published, page.precision) == (day, precision)


def test_a_page_can_say_that_its_day_is_not_exactly_known() -> None:
    head = (
        '<meta property="article:published_time" content="2020-05-05">'
        '<meta name="date-precision" content="approximate">'
    )
    page = reading(f"<html><head>{head}</head><body><main>{ARTICLE}</main></body></html>").page

    assert (page.published, page.precision) == (date(2020, 5, 5), "approximate")


@pytest.mark.parametrize(
    ("listed", "stays"),
    [
        ("<h2>On this page</h2><ul><li>Seats</li><li>Water</li><li>Hours</li></ul>", False),
        (
            "<ul><li><a href=#a>Seats</a><li><a href=#b>Water</a><li><a href=#c>Hours</a></ul>",
            False,
        ),
        ("<p>It offers:</p><ul><li>Seats</li><li>Water</li><li>Hours</li></ul>", True),
    ],
)
def test_a_table_of_contents_goes_and_a_list_of_things_stays(listed: str, stays: bool) -> None:
    sections = "".join(
        f"<h2>{name}</h2><p>The hall has what it takes, and more of it than before.</p>"
        for name in ("Seats", "Water", "Hours")
    )
    page = reading(
        f"<html lang=en><body><main><h1>Hall</h1>{listed}{sections}</main></body></html>"
    )

    assert ("- Seats\n- Water\n- Hours" in page.page.text) is stays
    assert "On this page" not in page.page.text


def test_a_picture_is_one_line_that_says_it_is_one() -> None:
    figure = (
        '<figure><img alt="Drawing of people around a table"><figcaption>Delegates in Rabat.'
        "</figcaption></figure>"
    )
    picture = '<div class="image"><img src="a.jpg"><div class="caption">فريق المكتب</div></div>'

    page = reading(
        f"<html lang=en><body><main>{figure}{ARTICLE}{picture}</main></body></html>"
    ).page

    assert lines(page)[0] == "Picture: Delegates in Rabat – Drawing of people around a table"
    assert lines(page)[-1] == "صورة: فريق المكتب"


def test_what_is_hidden_on_small_screens_only_is_read() -> None:
    shown = '<p class="d-none d-md-block">The hall is open to all.</p>'
    hidden = '<p class="d-none">The hall is closed for good.</p>'

    page = reading(f"<html lang=en><body><main>{ARTICLE}{shown}{hidden}</main></body></html>").page

    assert lines(page)[-1] == "The hall is open to all."


def test_what_stands_above_the_title_of_a_page_without_landmarks_is_its_frame() -> None:
    above = (
        "<div><ul><li><a href=/a>Who we are</a><div><strong>WHO WE ARE</strong><p>The office has "
        "helped travellers in Port Alba since 1987.</p></div></li><li>Plans</li></ul></div>"
        "<div>Home</div><div>3 March 2021</div>"
    )
    below = "<div><p>© Harbour Office. All rights reserved.</p></div>"
    body = f"{above}<h1>{TITLE}</h1><div>{ARTICLE}</div>{below}"

    got = reading(f"<html lang=en><head><title>{TITLE}</title></head><body>{body}</body></html>")

    assert lines(got.page) == lines(reading(PLAIN).page)
    assert got.frame == ("The office has helped travellers in Port Alba since 1987.",)
    assert got.page.published == date(2021, 3, 3)
