"""Every payload through every place that shows what others wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from assistant.audit import Entry
from assistant.jobs import Job, State
from assistant.types import Contact, Difference, Finding, Kind, Status, Suggestion
from assistant.upkeep import PageRow, Releases
from tests.ui.conftest import visiting
from tests.ui.desk_fakes import FIRST, PAGE, passage, verdict
from tests.ui.fakes import FIXED, SITE, FakeProfile, answer, cite, notice, say
from tests.ui.payloads import BIDI, CANARY, MARKDOWN, XSS
from ui import bench, changes, footnotes, render, upkeep
from ui.markup import label, web_address
from ui.texts import TEXTS
from ui.types import Exchange, Progress, Voice
from ui.verdicts import verdicts
from ui.words import words_for
from vectorstore.types import SearchResult

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EN = words_for("en")


def voice(**fields: Any) -> Voice:
    return Voice(FakeProfile(**fields), TEXTS["en"], date(2026, 11, 24))


def turn(question: str = "Why?", **fields: Any) -> str:
    whole = answer(question, "en", **fields)
    said = Exchange(1, question, "en", Progress.ANSWERED, whole.sentences, whole.citations, whole)
    return render.conversation([said], voice())


def cited(**fields: Any) -> str:
    return turn(sentences=(say("One.", 1),), citations=(cite(1, "One.", **fields),))


MOMENT = datetime(2026, 11, 24, tzinfo=UTC)

DOORS: Mapping[str, Callable[[str], str]] = {
    "question": lambda bad: turn(bad),
    "title": lambda bad: cited(title=bad),
    "text": lambda bad: turn(
        sentences=(
            say(bad, 1),
            say(bad, 1, kind=Kind.WRITTEN),
            notice(bad),
            replace(say(f"{bad}:\n- {bad}\nA: {bad}; B: {bad}", 1), supporting=True),
        ),
        citations=(cite(1, bad, before=bad, after=bad),),
    ),
    "address": lambda bad: cited(url=bad, link=bad, alternates={"ar": bad}, language=bad),
    "link text": lambda bad: turn(
        status=Status.UNANSWERABLE_WEAK_EVIDENCE,
        suggestions=(Suggestion(bad, url=bad), Suggestion(bad, question=bad)),
    ),
    "title of a PDF": lambda bad: cited(title=bad, url=f"{SITE}/a.pdf", page=3),
    "file name": lambda bad: cited(url=f"file:///srv/{bad}", link=""),
    "error": lambda bad: changes.job(
        Job({"do": bad}, bad, MOMENT, State.FAILED, error=bad), voice(), EN["maintain"]
    ),
    "history": lambda bad: render.single(
        Exchange(7, bad, bad, Progress.STOPPED, (notice(bad),)), voice()
    ),
    "contacts": lambda bad: render.safety(
        voice(
            contacts=(Contact({"en": bad}, "phone", bad, bad, date(2026, 1, 1)),),
            fixed={"en": {**FIXED["en"], "referral": bad}},
        )
    ),
    "lists of the desks": lambda bad: (
        upkeep.pages([PageRow(bad, bad, bad, reason=bad)], 0, voice(), EN["maintain"])
        + upkeep.audit([Entry(MOMENT, bad, bad, {bad: bad})], voice(), EN["maintain"])
        + bench.reader(
            replace(PAGE, title=bad, url=bad), [replace(FIRST, text=bad)], voice(), EN["staff"]
        )
        + bench.passages(
            SearchResult(bad, "en", (passage(replace(FIRST, title=bad, url=bad), 1.0),), 1),
            voice(),
            EN["staff"],
        )
    ),
    "pages that wait": lambda bad: changes.releases(
        Releases(1, (), None, None, {bad: (bad, bad)}), (), voice(), EN["maintain"]
    ),
    "draft": lambda bad: verdicts(
        verdict(bad, Finding.CONTRADICTED, differences=(Difference(bad, bad, bad),)),
        voice(),
        EN["staff"],
    ),
    "report": lambda bad: footnotes.as_html(
        verdict(bad, Finding.SUPPORTED, citations=(cite(1, bad, title=bad, link=bad, url=bad),)),
        voice(),
        EN["staff"],
    ),
}
# All that our own HTML is made of.
OURS = frozenset(
    """div section aside nav article h1 h2 h3 h4 p span a b bdi ol ul li mark time blockquote button
    details summary fieldset legend label input textarea select option form dialog table thead tbody
    tr th td dl dt dd br code progress html meta title style""".split()
)


class Parsed(HTMLParser):
    """Every tag with its attributes, as a browser finds them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@pytest.mark.parametrize("door", DOORS)
def test_no_payload_opens_a_tag_or_an_attribute_of_its_own(door: str) -> None:
    for payload in (*XSS, *MARKDOWN, *BIDI):
        markup = DOORS[door](payload)
        parsed = Parsed(markup)

        assert {tag for tag, _ in parsed.tags} <= OURS, payload
        assert parsed.comments == [], payload
        for tag, attributes in parsed.tags:
            names = [name for name in attributes if name.startswith("on") or name == "srcdoc"]
            assert names == [], payload
            assert "src" not in attributes, payload
            if tag == "a":
                href = attributes["href"] or ""
                assert re.match(r"https?://|#|tel:[+\d]*$", href), payload
                if href.startswith("http"):
                    assert attributes["rel"] == "noopener noreferrer nofollow", payload
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", markup), payload


@pytest.mark.parametrize("payload", BIDI)
def test_marks_that_turn_a_title_around_are_gone_and_the_rest_is_isolated(payload: str) -> None:
    shown = label(payload)

    assert re.fullmatch(r'<bdi dir="auto">[\w.]+</bdi>', shown)


def test_no_payload_is_an_address() -> None:
    harmless = {"http://127.0.0.1:9" + CANARY}
    assert {p for p in (*XSS, *MARKDOWN) if web_address(p)} == harmless


@pytest.mark.browser
def test_no_payload_runs_in_a_browser(browser: Browser, address: str) -> None:
    doors = [door for name, door in DOORS.items() if name != "report"]  # a page of its own
    everything = "".join(door(payload) for payload in (*XSS, *MARKDOWN) for door in doors)
    with visiting(browser, address) as visit:
        page = visit.open().page
        before = page.evaluate("document.scripts.length")
        visit.requests.clear()

        page.evaluate(
            "markup => { document.querySelector('#transcript .sheet').innerHTML = markup }",
            everything,
        )
        page.wait_for_timeout(1_000)

        assert page.evaluate("window.struck") is None
        assert page.evaluate("document.scripts.length") == before
        assert (
            page.locator("#transcript :is(img, svg, iframe, object, embed, base, meta)").count()
            == 0
        )
        assert [url for url in visit.requests if CANARY in url] == []
        assert [url for url in visit.requests if not url.startswith(address)] == []
