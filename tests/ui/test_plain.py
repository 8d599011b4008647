"""The room without scripts, as a browser without scripts meets it."""

from __future__ import annotations

import httpx
import pytest

from tests.ui.fakes import FIXED, FREE_AR, WHERE
from tests.ui.outline import Outline, words

HOSTILE = "\u202e<script>alert(1)</script><img src=x onerror=alert(1)> hostile"


def ask(client: httpx.Client, question: str, language: str = "en", **fields: str) -> httpx.Response:
    return client.post("/plain", params={"lang": language}, data={"question": question, **fields})


def test_the_form_offers_examples_and_the_lines_to_call(client: httpx.Client) -> None:
    outline = Outline(body(client.get("/plain", headers={"Accept-Language": "ar-EG,ar;q=0.9"})))

    assert outline.all("form")[0]["method"] == "post"
    assert "متى افتُتحت أول دار إيواء لضحايا الاتجار بالبشر؟" in [
        button["value"] for button in outline.all("button", "ask")
    ]
    assert outline.all("a", "dial")[0]["href"] == "tel:15000"


def test_an_answer_comes_with_its_sources(client: httpx.Client) -> None:
    page = ask(client, "Where was the second roundtable held?")

    assert page.status_code == 200
    assert words(page.text).count(WHERE) == 2  # said, and marked in its place
    assert Outline(body(page)).all("a", "marker")[0]["href"] == "#source-1-1"
    assert "Copy with sources" not in page.text


def test_an_example_is_asked_by_its_button(client: httpx.Client) -> None:
    page = ask(client, "", pressed="هل العودة الطوعية مجانية؟")

    assert FREE_AR in page.text


def test_an_empty_question_is_answered_with_how_to_ask(client: httpx.Client) -> None:
    assert FIXED["en"]["empty_question"] in words(ask(client, "  ").text)


def test_a_store_that_cannot_be_searched_is_said_in_the_language_of_the_page(
    client: httpx.Client,
) -> None:
    assert FIXED["ar"]["store_error"] in ask(client, "empty store", "ar").text


def test_a_question_is_posted_never_part_of_an_address(client: httpx.Client) -> None:
    asked = client.get("/plain", params={"question": "Where was the roundtable held?"})

    assert asked.text == client.get("/plain").text


@pytest.mark.parametrize("field", ["question", "pressed"])
def test_what_is_asked_stays_text(client: httpx.Client, field: str) -> None:
    page = client.post("/plain", data={field: HOSTILE})
    outline = Outline(body(page))

    assert {"script", "img", "svg"}.isdisjoint(tag for tag, _ in outline.tags)
    assert "\u202e" not in page.text


def test_a_page_without_scripts_carries_the_security_headers(client: httpx.Client) -> None:
    headers = client.get("/plain").headers

    assert "object-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def body(page: httpx.Response) -> str:
    return page.text[page.text.index("<body") :].replace("</html>", "")
