"""A server that goes away while it is asked: the page says so, in its language, within seconds."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.ui.conftest import visiting
from tests.ui.fakes import FINANCED, WHERE
from ui.texts import TEXTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

QUESTION = "Where was the second roundtable held?"


@dataclass
class Mortal:
    """A server in a process of its own, that can be killed and started again."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        code = (
            "from ui.app import serve; from tests.ui.fakes import FakeAssistant, FakeVotes; "
            f"serve(FakeAssistant(1.0), FakeVotes(), '127.0.0.1', {self.port})"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                httpx.get(f"{self.address}/robots.txt", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server did not come up")

    def die(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Mortal(port)
    server.start()
    yield server
    server.die()


@pytest.mark.parametrize("language", TEXTS)
def test_an_answer_that_breaks_off_is_never_left_as_final_and_is_asked_again(
    browser: Browser, mortal: Mortal, language: str
) -> None:
    texts, locale = TEXTS[language], {"en": "en-GB", "ar": "ar-EG"}[language]
    with visiting(browser, mortal.address, locale=locale) as visit:
        visit.open().type(QUESTION)
        page = visit.page
        page.locator(".said").first.wait_for()

        mortal.die()

        page.locator("#turn-1.failed .notice.lost").wait_for(timeout=5_000)
        assert page.locator(".notice.lost").inner_text() == texts.lost
        assert page.locator(".pending").count() == 0
        assert page.locator("#turn-1 [data-act=copy]").count() == 0
        assert not page.locator(".toast-wrap").is_visible()
        if language != "en":
            return  # the way back is the same
        mortal.start()
        page.wait_for_timeout(2_500)  # in which Gradio would have loaded the page anew
        page.get_by_role("button", name=texts.again).click()
        page.wait_for_url(f"{mortal.address}/plain?lang={language}")
        assert page.locator(".said").all_inner_texts() == [WHERE, FINANCED]


def test_a_question_that_never_arrives_is_told_so_and_is_not_lost(
    browser: Browser, mortal: Mortal
) -> None:
    with visiting(browser, mortal.address) as visit:
        page = visit.open().page
        mortal.die()

        visit.type(QUESTION)

        page.locator("#hint .notice.lost").wait_for(timeout=5_000)
        assert page.locator("#hint form.again input").input_value() == QUESTION
        page.get_by_role("button", name=TEXTS["en"].again).click()
        page.locator("#hint form.again button:enabled").wait_for()
        assert page.url == f"{mortal.address}/"
