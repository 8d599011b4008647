"""The public room as people use it, in headless Chromium."""

from __future__ import annotations

import importlib.resources
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.ui.conftest import Visit, visiting
from tests.ui.fakes import FINANCED, FIXED, FREE_AR, WHERE, FakeAssistant, FakeVotes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROUNDTABLE = "Where was the second roundtable held, and who financed it?"
FREE = "هل العودة الطوعية مجانية؟"


def quotes(visit: Visit, turn: int = 1) -> list[str]:
    return visit.page.locator(f"#turn-{turn} .said").all_inner_texts()


def test_an_answer_comes_sentence_by_sentence_while_the_box_rests(
    visit: Visit, assistant: FakeAssistant
) -> None:
    assistant.go_on.clear()
    visit.open().type(f"{ROUNDTABLE} slowly")

    visit.page.locator(".said").first.wait_for()

    assert quotes(visit) == [WHERE]
    assert visit.page.locator("#box textarea").is_disabled()
    assert not visit.page.locator("#send").is_visible()
    assistant.go_on.set()
    visit.page.locator("#turn-1.answered").wait_for()
    assert quotes(visit) == [WHERE, FINANCED]
    visit.page.locator("#box textarea:enabled").wait_for()
    assert visit.page.locator("#box textarea").input_value() == ""


def test_a_marker_lights_its_source_and_the_source_leads_back(visit: Visit) -> None:
    page = visit.open().ask(ROUNDTABLE).page

    page.locator("#marker-1-2").click()

    assert page.locator(".source.lit").get_attribute("id") == "source-1-2"
    assert page.evaluate("document.activeElement.id") == "source-1-2"
    assert page.locator("#source-1-2 mark").inner_text() == FINANCED
    page.locator("#source-1-1 .number").click()
    assert page.evaluate("document.activeElement.id") == "marker-1-1"
    assert page.locator(".quote.lit .said").all_inner_texts() == [WHERE]
    page.locator(".more summary").click()
    assert not page.get_by_text(FINANCED).first.is_visible()
    page.locator("#source-1-2 .number").click()
    assert page.locator(".more .said").inner_text() == FINANCED
    assert page.evaluate("document.activeElement.id") == "marker-1-2"
    assert page.url == f"{visit.address}/"


def test_a_source_says_title_date_language_and_opens_at_the_sentence(visit: Visit) -> None:
    page = visit.open().ask(ROUNDTABLE).page

    facts = page.locator(".page > .facts > span").all_inner_texts()
    link = page.locator("#source-1-1 a.out")

    assert (facts[0], facts[2]) == ("22 May 2023", "English")
    assert re.fullmatch(r"\d years? ago", facts[1])
    assert (link.get_attribute("target"), link.get_attribute("rel")) == (
        "_blank",
        "noopener noreferrer nofollow",
    )
    assert "#:~:text=" in (link.get_attribute("href") or "")


def test_markers_of_earlier_answers_keep_working(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.open().ask(ROUNDTABLE).ask("Since when is IOM in Egypt?").page

    page.locator("#marker-1-1").click()

    assert page.locator(".source.lit").get_attribute("id") == "source-1-1"
    question, history = assistant.calls[-1]
    assert question == "Since when is IOM in Egypt?"
    assert [(turn.question, turn.answer) for turn in history] == [
        (ROUNDTABLE, f"{WHERE} {FINANCED}")
    ]


def test_an_example_is_asked_by_pressing_it(visit: Visit) -> None:
    page = visit.open().page

    page.get_by_role("button", name="Since when is IOM in Egypt?").click()
    page.locator("#turn-1.answered").wait_for()

    assert page.locator(".question .asked").all_inner_texts() == ["Since when is IOM in Egypt?"]
    assert page.locator(".sample").all_inner_texts() == ["Sample page"]


def test_the_browsers_language_is_the_interfaces(browser: Browser, address: str) -> None:
    with visiting(browser, address, locale="ar-EG") as visit:
        page = visit.open().ask(FREE).page

        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.locator("html").get_attribute("lang") == "ar"
        assert page.locator("#send").inner_text() == "إرسال"
        assert page.locator("#box textarea").get_attribute("placeholder") == (
            "اسأل بالعربية أو الإنجليزية"
        )
        assert page.locator("#transcript time").first.inner_text() == "2 أغسطس 2022"
        number = page.locator(".quote .phone")
        assert (number.inner_text(), number.get_attribute("dir")) == ("+20 2 0000 0000", "ltr")


def test_the_switch_turns_the_interface_and_keeps_the_conversation(visit: Visit) -> None:
    page = visit.open("?lang=en").ask(FREE).page
    assert page.locator(".quote").first.get_attribute("dir") == "rtl"
    assert page.locator("#transcript time").first.inner_text() == "2 August 2022"

    page.locator("#switch").click()
    page.locator("#transcript .sheet[dir=rtl]").wait_for()

    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("h1 .room").inner_text() == "أسئلة وأجوبة"
    assert page.locator("#transcript time").first.inner_text() == "2 أغسطس 2022"
    assert quotes(visit)[0] == FREE_AR
    assert page.url.endswith("?lang=ar")
    page.reload()
    page.locator("body.ready").wait_for()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("Object.entries(localStorage)") == [["assistant-language", "ar"]]


def test_an_arabic_question_answered_in_english_is_told_so(visit: Visit) -> None:
    page = visit.open("?lang=ar").ask("أين عُقدت المائدة المستديرة الثانية؟").page

    notice = page.locator(".notice")
    quote = page.locator(".quote")

    assert notice.all_inner_texts() == [FIXED["ar"]["evidence_in_other_language"]]
    assert (notice.get_attribute("dir"), quote.get_attribute("dir")) == ("rtl", "ltr")


def test_not_found_offers_the_nearest_pages_and_no_quote(visit: Visit) -> None:
    page = visit.open().ask("What is the budget of the office?").page

    assert page.locator(".notice").all_inner_texts() == [
        FIXED["en"]["not_found"],
        FIXED["en"]["nearest_pages"],
    ]
    assert page.locator(".nearest a bdi").all_inner_texts() == [
        "IOM Egypt Strategy 2021–2025",
        "Labour Mobility and Human Development",
        "من نحن",
    ]
    assert page.locator(".quote, .source").count() == 0


@pytest.mark.parametrize("nothing", ["", "   ", "?!"])
def test_an_empty_question_gives_a_hint_and_nothing_else(visit: Visit, nothing: str) -> None:
    page = visit.open().page

    visit.type(nothing)
    page.locator("#hint [role=alert]").wait_for()
    page.locator("#box textarea:enabled").wait_for()

    assert page.locator(".turn").count() == 0
    assert page.locator(".opening").count() == 1


def test_a_long_question_is_told_so(visit: Visit) -> None:
    page = visit.open().ask("why " * 600).page

    assert page.locator(".notice").all_inner_texts() == [FIXED["en"]["long_question"]]


def test_stop_keeps_what_was_said_and_gives_the_box_back(
    visit: Visit, assistant: FakeAssistant
) -> None:
    assistant.go_on.clear()
    page = visit.open().page
    visit.type(f"{ROUNDTABLE} slowly")
    page.locator(".said").first.wait_for()

    page.locator("#stop").click()
    page.locator("#turn-1.stopped").wait_for()
    assistant.go_on.set()
    page.wait_for_timeout(500)  # for a sentence that should not come

    assert quotes(visit) == [WHERE]
    assert page.locator("#send").is_visible()
    assert quotes(visit.ask("Since when?"), 2) != []


@pytest.mark.parametrize("broken", ["empty store", "break"])
def test_what_breaks_is_said_and_the_next_question_can_be_asked(visit: Visit, broken: str) -> None:
    page = visit.open().ask(broken).page

    assert page.locator("#turn-1.failed .notice").count() == 1
    assert quotes(visit.ask(ROUNDTABLE), 2) == [WHERE, FINANCED]


def test_a_new_conversation_forgets_the_old_one(visit: Visit, assistant: FakeAssistant) -> None:
    page = visit.open().ask(ROUNDTABLE).page

    page.locator("#new").click()
    page.locator(".opening").wait_for()

    assert page.locator(".turn").count() == 0
    visit.ask(ROUNDTABLE)
    assert assistant.calls[-1] == (ROUNDTABLE, ())


@pytest.mark.parametrize("locale", ["en-GB", "ar-EG"])
def test_without_scripts_a_plain_form_answers_the_same(
    browser: Browser, address: str, locale: str
) -> None:
    context = browser.new_context(
        locale=locale, java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    page.goto(f"{address}/")
    page.wait_for_url(f"{address}/plain")

    page.locator("#question").fill(FREE)
    page.locator("button.primary").click()

    assert page.locator(".said").first.inner_text() == FREE_AR
    assert page.locator("#source-1-1 mark").inner_text() == FREE_AR
    assert "العودة" not in unquote(page.url)
    assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar-EG" else "ltr")
    page.locator(".danger summary").click()
    assert page.locator("a.dial").is_visible()
    context.close()


def test_two_people_do_not_see_each_other(browser: Browser, address: str) -> None:
    with visiting(browser, address) as one, visiting(browser, address) as other:
        one.open().ask(ROUNDTABLE)
        other.open().ask(FREE)

        assert one.page.locator(".question .asked").all_inner_texts() == [ROUNDTABLE]
        assert other.page.locator(".question .asked").all_inner_texts() == [FREE]


def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    page = visit.open().page
    page.locator("#leave").focus()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ask"
    page.keyboard.press("Enter")
    page.locator("#turn-1.answered").wait_for()
    page.locator("#box textarea:focus").wait_for()
    for _ in ("print", "save", "new conversation", "open the page", "back to the sentence"):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") == "number"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "marker-1-1"
    page.locator(".danger summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "tel:15000"


def test_an_answer_is_asked_for_again_or_its_question_changed(
    visit: Visit, assistant: FakeAssistant
) -> None:
    page = visit.open().ask(FREE).ask(ROUNDTABLE).page

    page.get_by_role("button", name="Ask again").click()
    page.locator("#turn-2.searching").wait_for()
    page.locator("#turn-2.answered").wait_for()
    asked_again = page.locator(".question .asked").all_inner_texts()
    page.get_by_role("button", name="Change the question").click()
    page.locator("#turn-2").wait_for(state="detached")
    box = page.locator("#box textarea:focus")
    box.wait_for()
    changed = f"{box.input_value()} When?"
    page.locator("#turn-1").wait_for()
    visit.type(changed)
    page.locator("#turn-2.answered").wait_for()

    assert asked_again == [FREE, ROUNDTABLE]
    assert page.locator(".question .asked").all_inner_texts() == [FREE, f"{ROUNDTABLE} When?"]
    question, history = assistant.calls[-1]
    assert (question, [turn.question for turn in history]) == (f"{ROUNDTABLE} When?", [FREE])


def test_an_answer_is_copied_and_the_conversation_saved_with_its_sources(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.open().ask(ROUNDTABLE).ask(FREE).page

    page.get_by_role("button", name="Copy with sources").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        page.locator("#save").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")

    assert copied.startswith(
        f"## {ROUNDTABLE}\n\n> {WHERE} [1]\n\nMore from the same page:\n\n> {FINANCED} [2]\n\n[1] "
    )
    assert re.fullmatch(r"answers-\d{4}-\d\d-\d\d\.md", download.value.suggested_filename)
    assert saved.startswith("# IOM Egypt: Questions and answers\n\nSaved on ")
    assert copied in saved
    assert FREE_AR in saved


def test_a_verdict_is_counted_without_a_word_of_the_question_unless_the_person_says_so(
    visit: Visit, votes: FakeVotes
) -> None:
    votes.cast.clear()
    votes.handed.clear()
    page = visit.open().ask(ROUNDTABLE).ask("What is the budget?").page

    page.locator("#turn-1 [data-act=up]").click()
    page.locator("#turn-1 .thanks").wait_for()
    page.locator("#turn-2 [data-act=down]").click()
    page.get_by_label("Something is missing").check()
    page.locator("#turn-2 [data-act=tell]").click()
    page.locator("#turn-2 .thanks").wait_for()

    assert votes.cast == [
        ("answered", True, ""),
        ("unanswerable_weak_evidence", False, "incomplete"),
    ]
    assert votes.handed == []
    assert page.locator("[data-act=up]").count() == 0
    visit.ask("What is the budget for cars?").page.locator("#turn-3 [data-act=down]").click()
    page.get_by_label("Store my question with it").check()
    page.locator("#turn-3 [data-act=tell]").click()
    page.locator("#turn-3 .thanks").wait_for()
    assert votes.cast[2:] == [("unanswerable_weak_evidence", False, "")]
    assert votes.handed == ["What is the budget for cars?"]


@pytest.mark.parametrize("way", ["button", "escape"])
def test_a_watched_person_leaves_and_nobody_comes_back_to_the_page(visit: Visit, way: str) -> None:
    exit_page = "<title>Weather</title>It is sunny."
    page = visit.page
    page.route("https://weather.example/", lambda route: route.fulfill(body=exit_page, status=200))
    page.goto("about:blank")
    visit.open().ask(ROUNDTABLE)

    if way == "button":
        page.get_by_role("button", name="Leave quickly").click()
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("https://weather.example/")
    page.go_back()

    assert page.url == "about:blank"


def test_the_lines_to_call_are_one_tap_away_wherever_one_has_read_to(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address, locale="ar-EG", width=390, height=700) as visit:
        page = visit.open().ask(FREE).ask(ROUNDTABLE).page
        page.mouse.wheel(0, 10_000)
        page.wait_for_timeout(100)

        page.locator(".danger summary").click()

        line = page.locator("#safety a.dial")
        assert (line.is_visible(), line.get_attribute("href")) == (True, "tel:15000")
        box = line.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 700
        page.keyboard.press("Escape")
        assert not line.is_visible()


def test_a_screen_reader_hears_the_answer_once_it_is_whole(visit: Visit) -> None:
    page = visit.open().page
    status = page.locator("#spoken")

    visit.type(ROUNDTABLE)
    page.get_by_text("Searching the pages").first.wait_for()
    assert status.inner_text() == "Searching the pages"
    page.locator("#turn-1.answered").wait_for()

    heard = status.inner_text()
    assert WHERE in heard
    assert FINANCED in heard


def test_no_trace_of_a_question_stays_in_the_browser(visit: Visit) -> None:
    page = visit.open().ask(ROUNDTABLE).ask(FREE).page

    traces = page.evaluate(
        """() => JSON.stringify([location.href, document.title, history.state, document.cookie,
        Object.entries(localStorage), Object.entries(sessionStorage)])"""
    )

    assert "roundtable" not in traces
    assert FREE not in traces
    assert page.context.cookies() == []
    assert page.evaluate("caches.keys()") == []
    asked = [r for r in visit.requests if "queue/join" in r]
    assert len(asked) == len(visit.posts) > 0


@pytest.mark.slow
def test_no_trace_of_ten_questions_stays_in_the_browser(visit: Visit) -> None:
    visit.open()
    for number in range(10):
        visit.ask(f"Where was unmistakable roundtable {number}?")

    traces = visit.page.evaluate(
        """() => JSON.stringify([location.href, document.title, history.state, document.cookie,
        window.name, Object.entries(localStorage), Object.entries(sessionStorage)])"""
    )

    assert "unmistakable" not in traces
    assert [url for url in visit.requests if "unmistakable" in url] == []
    assert visit.page.context.cookies() == []


def test_two_hundred_per_cent_is_readable_without_scrolling_sideways(
    browser: Browser, address: str
) -> None:
    # zoom halves the window in CSS pixels
    with visiting(browser, address, width=640, height=450) as visit:
        page = visit.open().ask(ROUNDTABLE).page

        assert visit.overflow() <= 0
        bar, composer = (page.locator(part).bounding_box() for part in ("#bar", "#composer"))
        assert bar is not None
        assert composer is not None
        assert composer["y"] - bar["y"] - bar["height"] > 450 / 2


@pytest.mark.parametrize("locale", ["en-GB", "ar-EG"])
def test_nothing_is_cut_off_at_320_pixels(browser: Browser, address: str, locale: str) -> None:
    with visiting(browser, address, locale=locale, width=320, height=640) as visit:
        visit.open()
        assert visit.overflow() <= 0
        visit.ask(ROUNDTABLE).ask(FREE).ask("x" * 300).ask("hostile")

        assert visit.overflow() <= 0
        beyond = visit.page.evaluate(
            """[...document.querySelectorAll('#bar *, #header *, #transcript *, #composer *')]
            .filter(e => !e.closest('.unseen') && e.getClientRects().length && e.checkVisibility())
            .map(e => [e.id || e.className, e.getBoundingClientRect()])
            .filter(([name, box]) => box.left < -1 || box.right > 321)
            .map(([name, box]) => name)"""
        )
        assert beyond == []

        visit.page.locator(".danger summary").click()
        box = visit.page.locator(".danger .lines").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


def test_nothing_leaves_the_origin_and_nothing_is_complained_about(visit: Visit) -> None:
    visit.open("?lang=ar").ask(FREE).page.locator("#switch").click()
    visit.page.locator("#transcript .sheet[dir=ltr]").wait_for()
    visit.ask(ROUNDTABLE).ask("What is the budget?").page.locator("#new").click()
    visit.page.locator(".opening").wait_for()

    inside = re.compile(rf"{re.escape(visit.address)}/|data:|blob:")
    assert [url for url in visit.requests if not inside.match(url)] == []
    assert visit.complaints == []
    assert [url for url in visit.requests if "roundtable" in url] == []


def test_hostile_pages_and_questions_stay_text(visit: Visit) -> None:
    payload = "<img src=x onerror=window.struck=1><script>window.struck=1</script>"
    page = visit.open().ask(f"hostile {payload} ${{window.struck=1}} {{{{value}}}}").page

    assert page.evaluate("window.struck") is None
    assert page.locator("#transcript :is(img, script, iframe, svg)").count() == 0
    assert page.locator("#transcript a.out").count() == 0
    assert page.locator(".question .asked").inner_text().endswith("${window.struck=1} {{value}}")
    assert visit.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "ar-EG"])
def test_axe_finds_no_barrier(browser: Browser, address: str, locale: str, scheme: str) -> None:
    axe = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    with visiting(browser, address, locale=locale, scheme=scheme) as visit:
        page = visit.open().page
        page.evaluate(axe.read_text(encoding="utf-8"))
        found = visit.barriers()
        visit.ask(ROUNDTABLE).ask(FREE).ask("What is the budget?").ask("since when")
        visit.type("")
        page.locator("#hint [role=alert]").wait_for()
        page.locator("#marker-1-2").click()
        page.locator("[data-act=down]").last.click()
        page.locator(".danger summary").click()

        assert (found, visit.barriers()) == ([], [])
