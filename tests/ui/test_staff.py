"""The staff desk: what it shows, and how it is walked through."""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docx import Document

from assistant.sections import section_of
from assistant.types import Finding
from tests.ui.conftest import visiting
from tests.ui.desk_fakes import CLAIM, FIRST, PAGE, TEXT, FakeStaffDesk, verdict
from tests.ui.fakes import HOSTILE, SITE, WHERE, FakeProfile, cite
from tests.ui.outline import Outline, words
from ui import bench, footnotes, gaps
from ui.rooms import maintain, staff
from ui.texts import TEXTS
from ui.types import Voice
from ui.verdicts import verdicts
from ui.words import words_for
from vectorstore.types import SearchFilter

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STAFF = {tag: words_for(tag)["staff"] for tag in TEXTS}


def voice(language: str = "en") -> Voice:
    return Voice(FakeProfile(), TEXTS[language], date(2026, 11, 24))


@pytest.fixture
def desk() -> FakeStaffDesk:
    return FakeStaffDesk()


def test_every_word_is_there_in_every_language() -> None:
    rooms = {tag: words_for(tag) for tag in TEXTS}

    for tag in TEXTS:
        assert {room: set(said) for room, said in rooms[tag].items()} == {
            room: set(said) for room, said in rooms["en"].items()
        }
        for room, said in rooms[tag].items():
            for name, text in said.items():
                fields = {part.partition("}")[0] for part in text.split("{")[1:]}
                wanted = {part.partition("}")[0] for part in rooms["en"][room][name].split("{")[1:]}
                assert fields == wanted, (tag, room, name)


def test_what_a_draft_says_otherwise_is_said_in_words_and_marked_in_it(
    desk: FakeStaffDesk,
) -> None:
    markup = verdicts(desk.check("…"), voice(), STAFF["en"])

    assert "The draft says Cairo , the page says Rabat . place" in words(markup)
    assert "The draft says 50 , the page says thirty-five . number" in words(markup)
    assert '<mark class="differs">Cairo</mark> with <mark class="differs">50</mark>' in markup
    assert words(markup).startswith("1 contradicted 1 not found 1 supported")


def test_each_statement_has_its_evidence_and_nothing_found_has_none(desk: FakeStaffDesk) -> None:
    outline = Outline(verdicts(desk.check("…"), voice("ar"), STAFF["ar"]))

    ids = [a["id"] for _, a in outline.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert [a["data-source"] for a in outline.all("a", "marker")] == ["source-1-1", "source-2-1"]
    assert len(outline.all("section", "statement")) == 3


def test_footnotes_are_counted_through_the_draft(desk: FakeStaffDesk) -> None:
    notes = footnotes.footnotes(desk.check("…"), voice()).splitlines()

    assert notes[0] == f"{CLAIM}[1] انعقدت المائدة في الرباط.[2] The office has 45 cars."
    assert notes[2].startswith(
        "[1] A page, 22 May 2023. https://egypt.iom.int/news/a-page#:~:text="
    )
    assert notes[3].startswith("[2] A page, 22 May 2023. ")


def test_a_report_holds_verdicts_differences_and_quotes_in_every_form(
    desk: FakeStaffDesk,
) -> None:
    checked = desk.check("…")

    markdown = footnotes.as_markdown(checked, voice(), STAFF["en"])
    html = footnotes.as_html(checked, voice(), STAFF["en"])
    word = Document(io.BytesIO(footnotes.as_word(checked, voice("ar"), STAFF["ar"])))
    paragraphs = [paragraph.text for paragraph in word.paragraphs]

    for report in (markdown, html):
        assert "The draft says Cairo, the page says Rabat." in report
        assert f"{WHERE} [2]" in report
    assert "تقول المسودة Cairo، وتقول الصفحة Rabat." in paragraphs
    assert f"{WHERE} [1]" in paragraphs
    right_to_left = [p.text for p in word.paragraphs if p._p.xpath("./w:pPr/w:bidi")]
    assert "انعقدت المائدة في الرباط." in right_to_left
    assert CLAIM not in right_to_left


def test_a_search_shows_how_each_index_ranked(desk: FakeStaffDesk) -> None:
    markup = bench.passages(desk.search("where", 20, SearchFilter()), voice(), STAFF["en"])

    assert words(markup).startswith("2 passages, index version 7, 10 ms")
    assert "Meaning, rank #1 Meaning, cosine 0.610 Words, rank – " in words(markup)
    assert [b["data-chunk"] for b in Outline(markup).all("button", "plainly")] == [
        "chunk-0",
        "chunk-1",
    ]


def test_the_reader_shows_the_whole_page_and_where_it_was_cut(desk: FakeStaffDesk) -> None:
    markup = bench.reader(*desk.read(PAGE.url), voice(), STAFF["en"], lit=FIRST.id)
    outline = Outline(markup)

    read = words(markup)
    for paragraph in TEXT.split("\n\n"):
        assert paragraph in read
    assert "Chunk 1 · characters 7 to" in read
    assert [a["class"] for a in outline.all("div", "chunk")] == ["chunk lit", "chunk"]
    assert [a["class"] for a in outline.all("p", "between")] == ["between"] * 2


def test_a_trace_names_every_stage_with_its_time_and_what_decided(desk: FakeStaffDesk) -> None:
    read = words(bench.trace(desk.trace("Where?"), voice(), STAFF["en"]))

    assert "Confidence 0.83 is at least 0.45: the sentences were quoted." in read
    assert "Choosing sentences 8.0 ms" in read
    assert "Everything else 2.0 ms" in read
    assert "Together 20.0 ms" in read
    guarded = words(bench.trace(desk.trace("danger"), voice(), STAFF["en"]))
    assert "A fixed sentence answered; the pages were not searched." in guarded


def test_a_table_for_a_spreadsheet_holds_no_formula(desk: FakeStaffDesk) -> None:
    content = gaps.disliked_csv(desk.disliked(), voice(), STAFF["en"])

    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert rows[1] == [
        PAGE.url,
        "en",
        "3",
        "It is wrong or out of date (2), It is hard to understand (1)",
        "2026-11-20",
    ]
    assert rows[3][0] == "'=cmd|'/c calc'!A1"


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        '"=1+1',
        "\uff1d1+1",
        "\u200b@SUM(A1)",
    ],
)
def test_no_cell_of_an_export_begins_a_formula(cell: str) -> None:
    content = gaps.csv(["Topic"], [[cell]])

    [_, [kept]] = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    assert kept == f"'{cell}"


def test_gaps_are_shown_by_language_and_topic_and_exported_whole(desk: FakeStaffDesk) -> None:
    found = desk.gaps()

    read = words(gaps.topics(found, voice(), STAFF["en"]))
    rows = list(csv.DictReader(io.StringIO(gaps.topics_csv(found, voice(), STAFF["en"])[1:])))
    document = json.loads(gaps.as_json(found))

    assert read.startswith("3 topics, 7 questions Arabic Topic Asked")
    assert "What does a visa for Germany cost? 2 wordings" in read
    assert [(row["Question"], row["Asked"]) for row in rows] == [
        ("What does a visa for Germany cost?", "3"),
        ("visa cost", "1"),
        ("كم ميزانية المكتب؟", "2"),
        ("'=HYPERLINK(1)", "1"),
    ]
    assert [gap["topic"] for gap in document] == [gap.topic for gap in found]
    assert document[0]["last"] == "2026-11-23"


def test_the_desk_says_whether_questions_are_kept() -> None:
    kept = Voice(FakeProfile(questions_kept_days=7), TEXTS["en"], date(2026, 11, 24))

    assert "Questions are not kept" in words(gaps.before_reading(voice(), STAFF["en"]))
    assert "Questions are kept for 7 days" in words(gaps.before_reading(kept, STAFF["en"]))


@pytest.mark.parametrize("language", TEXTS)
def test_nothing_hostile_becomes_markup(desk: FakeStaffDesk, language: str) -> None:
    said, speaker = STAFF[language], voice(language)
    hostile = desk.check("hostile")
    markup = (
        verdicts(hostile, speaker, said)
        + bench.passages(desk.search("hostile", 1, SearchFilter()), speaker, said)
        + gaps.disliked(desk.disliked(), speaker, said)
        + gaps.topics(desk.gaps(), speaker, said)
    )
    report = footnotes.as_html(hostile, speaker, said)
    outline = Outline(markup)

    for tag, attributes in outline.tags:
        assert tag not in ("script", "img", "svg", "iframe")
        assert not any(name.startswith("on") for name in attributes)
    links = [a["href"] for a in outline.all("a") if not (a["href"] or "").startswith("#")]
    assert links == [PAGE.url]
    assert "\u202e" not in markup + report
    assert "<script" not in report
    assert "href" not in report
    cited = cite(1, "\x00\x0b" + HOSTILE, title=HOSTILE)
    assert footnotes.as_word(
        verdict("\x00a", Finding.SUPPORTED, citations=(cited,)), speaker, said
    ).startswith(b"PK")


@pytest.mark.parametrize(
    ("url", "section"),
    [
        (f"{SITE}/news/a", "news"),
        (f"{SITE}/ar/news/a", "news"),
        (f"{SITE}/ar/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/a", "أخبار"),
        (f"{SITE}/contact-us", ""),
        (f"{SITE}/", ""),
        ("file:///srv/pages/news/a.pdf", "srv"),
    ],
)
def test_a_section_is_the_first_folder_of_an_address(url: str, section: str) -> None:
    assert section_of(url) == section


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "dark"), ("ar-EG", "light")])
def test_axe_finds_no_barrier_behind_any_tab(
    browser: Browser, address: str, locale: str, scheme: str
) -> None:
    # the other two of the four are walked through below and at the maintainers' desk
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    found: list[str] = []
    with visiting(browser, address, locale=locale, width=640, scheme=scheme) as visit:
        page = visit.page

        def look() -> None:
            page.evaluate(axe.read_text(encoding="utf-8"))
            found.extend(visit.barriers())
            assert visit.overflow() <= 0, page.url

        for path in ("/login", "/plain"):
            page.goto(f"{address}{path}", wait_until="domcontentloaded")
            look()
        for room, tabs in (("staff", staff.TABS), ("maintain", maintain.TABS)):
            if room == "staff":
                visit.sign_in(room)
            else:
                page.goto(f"{address}/{room}", wait_until="domcontentloaded")
                page.locator("body.ready").wait_for()
            for tab in tabs:
                page.locator(f"#tab-{tab}").click()
                page.locator(f"#panel-{tab}[data-shown]").wait_for()
                look()
        inside = (address, "blob:", "data:")
        assert [url for url in visit.requests if not url.startswith(inside)] == []
        assert found == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("en-GB", "light", 1280), ("ar-EG", "dark", 320)]
)
def test_a_walk_through_the_desk(
    browser: Browser,
    address: str,
    staff_desk: FakeStaffDesk,
    locale: str,
    scheme: str,
    width: int,
) -> None:
    language = locale[:2]
    said = STAFF[language]
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    barriers: list[str] = []
    with visiting(browser, address, locale=locale, width=width, scheme=scheme) as visit:

        def look() -> None:
            page.evaluate(axe.read_text(encoding="utf-8"))
            barriers.extend(visit.barriers())
            assert visit.overflow() <= 0

        page = visit.page
        page.goto(f"{address}/staff")
        page.wait_for_url(f"{address}/login?next=%2Fstaff")
        look()
        visit.sign_in("staff", "sami")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.locator("#deskbar .who").inner_text() == "sami"
        assert page.locator(f"a[href='/maintain/{language}/']").count() == 0

        page.get_by_label(said["draft"]).fill(CLAIM)
        page.get_by_role("button", name=said["check"], exact=True).click()
        page.locator(".statement").first.wait_for()
        page.locator("#marker-1-1").click()
        assert page.locator(".source.lit mark").inner_text() == WHERE
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name=said["footnotes"]).click()
        page.get_by_role("button", name=TEXTS[language].copied).wait_for()
        assert page.evaluate("navigator.clipboard.readText()").startswith(f"{CLAIM}[1]")
        with page.expect_download() as download:
            page.get_by_role("button", name="Word").click()
        assert Path(download.value.path()).read_bytes().startswith(b"PK")
        assert download.value.suggested_filename.endswith(".docx")
        look()

        page.keyboard.press("Escape")
        page.locator("#tab-check").focus()
        page.keyboard.press("ArrowLeft" if language == "ar" else "ArrowRight")
        assert page.evaluate("document.activeElement.id") == "tab-search"
        page.get_by_label(said["query"], exact=True).fill("Where?")
        page.get_by_label(said["section"]).select_option("news")
        page.get_by_label(said["since"], exact=True).fill("2022-01-01")
        page.keyboard.press("Enter")
        page.locator(".passage").first.wait_for()
        assert staff_desk.searches[-1] == (
            "Where?",
            SearchFilter(None, date(2022, 1, 1), None),
            "news",
        )
        page.get_by_role("button", name=said["read_page"]).first.click()
        page.locator(".reader .chunk.lit").wait_for()
        look()

        page.locator("#tab-why").click()
        page.get_by_label(said["question"], exact=True).fill("Where?")
        page.get_by_role("button", name=said["why"], exact=True).click()
        page.locator("table.stages").wait_for()
        look()
        page.locator("#tab-gaps").click()
        page.locator("#gaps table").wait_for()
        page.get_by_role("button", name=said["read_questions"]).click()
        page.locator("#questions table").first.wait_for()
        with page.expect_download() as download:
            page.locator("#questions").get_by_role("button", name=said["as_table"]).click()
        assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")
        look()
        page.get_by_role("button", name=words_for(language)["desk"]["sign_out"]).click()
        page.wait_for_url(f"{address}/login")

        assert barriers == []
        assert [u for u in visit.requests if not u.startswith((address, "blob:", "data:"))] == []
        assert [c for c in visit.complaints if "401" not in c] == []
