"""A model's answer as it comes on the chat page, in a real browser, in both languages."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from assistant.build import Service, build_fact_checker
from assistant.settings import Settings
from tests.assistant.conftest import Rig, make_rig
from tests.assistant.model_servers import FAULTS, Exchange, serving
from tests.ui.conftest import Visit
from tests.ui.service import serving as application
from ui.doors import Doors
from ui.texts import TEXTS

pytestmark = pytest.mark.browser

ASKED = {"en": "How much does the course cost?", "ar": "أين نُفِّذ المشروع؟"}
WRITTEN = {
    "en": ("The course costs 300 pounds [1].\n", "It lasts five weeks [1].\n"),
    "ar": ("نُفِّذ المشروع في الإسكندرية [1].\n", "نُفِّذ المشروع بدعم من اليابان [1].\n"),
}


class Dictated:
    """Says what it is told to, when it is told to; None ends a reply."""

    def __init__(self) -> None:
        self.words: queue.Queue[str | None] = queue.Queue()
        self.failing = False

    def __call__(self, exchange: Exchange) -> None:
        if self.failing:
            FAULTS["503"](exchange)
            return
        exchange.begin()
        while (words := self.words.get(timeout=60)) is not None:
            exchange.piece(words)
        exchange.piece("", "stop")
        exchange.raw(b"data: [DONE]\n\n")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    return make_rig(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def model() -> Dictated:
    return Dictated()


@pytest.fixture(scope="module")
def address(rig: Rig, model: Dictated) -> Iterator[str]:
    with ExitStack() as stack:
        server = stack.enter_context(serving(model))
        assistant = rig.with_model(server.url, model_seconds=60.0)
        service = Service(assistant, build_fact_checker(Settings(store=rig.store)), rig.retriever)
        doors = Doors(service, Settings(store=rig.store))
        yield stack.enter_context(application(doors, assistant))


def opened(browser: Browser, address: str, language: str) -> Any:
    context = browser.new_context(
        locale=language, viewport={"width": 1180, "height": 860}, reduced_motion="reduce"
    )
    return Visit(context, address).open()


def kinds(page: Page, turn: int = 1) -> list[str]:
    """What stands in an answer, from above."""
    return [
        str(name)
        for name in page.locator(f"#turn-{turn} .says > *").evaluate_all(
            "them => them.map(e => e.className || e.tagName.toLowerCase())"
        )
    ]


def keep(page: Page, name: str) -> None:
    """A picture, where ASSISTANT_PICTURES names a folder: for looking at."""
    if folder := os.environ.get("ASSISTANT_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_evidence_comes_first_and_what_is_written_above_it(
    browser: Browser, address: str, model: Dictated, language: str
) -> None:
    visit = opened(browser, address, language)
    page: Page = visit.page
    texts = TEXTS[language]
    first, second = WRITTEN[language]

    visit.type(ASKED[language])
    page.locator("#turn-1.searching blockquote").wait_for()
    assert "written" not in kinds(page)
    assert texts.wording in page.locator("#turn-1 .pending").inner_text()
    keep(page, f"evidence-{language}")

    model.words.put(first)
    page.locator("#turn-1.searching .written").wait_for()
    assert kinds(page)[0] == "written"
    assert kinds(page)[-1] == "pending"
    keep(page, f"sentence-{language}")

    model.words.put(second)
    model.words.put(None)
    page.locator("#turn-1:not(.searching)").wait_for()
    assert kinds(page)[:3] == ["written", "aside worded", "blockquote"]
    assert texts.worded in page.locator("#turn-1 .worded").inner_text()
    assert page.locator("#turn-1 .written").get_attribute("dir") == texts.direction
    assert page.locator("#turn-1 .written .marker").first.inner_text() == "[1]"
    keep(page, f"whole-{language}")
    assert visit.complaints == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_model_that_fails_leaves_the_evidence_and_one_line(
    browser: Browser, address: str, rig: Rig, model: Dictated, language: str
) -> None:
    model.failing = True
    visit = opened(browser, address, language)
    visit.ask(ASKED[language])
    model.failing = False

    assert kinds(visit.page) == ["blockquote", "notice"]
    notice = visit.page.locator("#turn-1 .notice").inner_text()
    assert notice == rig.profile.texts(language)["model_failed"]
    keep(visit.page, f"failed-{language}")


@pytest.mark.parametrize(
    ("language", "host", "key"),
    [
        ("en", "models.example.org", "model_sees"),
        ("ar", "models.example.org", "model_sees"),
        ("en", "localhost", "model_words"),
        ("ar", "localhost", "model_words"),
    ],
)
def test_the_page_says_who_sees_questions(
    browser: Browser, rig: Rig, language: str, host: str, key: str
) -> None:
    assistant = rig.with_model(f"https://{host}/v1")
    service = Service(assistant, build_fact_checker(Settings(store=rig.store)), rig.retriever)
    with application(Doors(service, Settings(store=rig.store)), assistant) as url:
        page: Page = opened(browser, url, language).page
        said = page.locator("#header").inner_text()
        keep(page, f"opening-{key}-{language}")

    told = rig.profile.texts(language)[key].format(model="openai:test")
    assert told in " ".join(said.split())
