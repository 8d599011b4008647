from __future__ import annotations

import pytest

from assistant.organisation import Aspect, aspect_of, pages_about_it, tells
from assistant.profile import load_profile
from assistant.question import Asked, read_question
from ingest.types import PageOutline

NAMES = load_profile("iom_egypt").names


def aspect(text: str) -> Aspect | None:
    question = read_question(text)
    return aspect_of(text, question.stems, NAMES, when=Asked.TIME in question.asked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is IOM?", Aspect.IDENTITY),
        ("Tell me about IOM Egypt", Aspect.IDENTITY),
        ("What kind of organisation is it?", Aspect.IDENTITY),
        ("What is the mission of IOM Egypt?", Aspect.PURPOSE),
        ("In one sentence, what does IOM stand for?", Aspect.PURPOSE),
        ("What is your mandate?", Aspect.PURPOSE),
        ("What does IOM do in Egypt?", Aspect.WORK),
        ("What services do you offer to migrants?", Aspect.WORK),
        ("Since what year has IOM been present in Egypt?", Aspect.HISTORY),
        ("ما هي المنظمة الدولية للهجرة؟", Aspect.IDENTITY),
        ("احكي لي عن المنظمة", Aspect.IDENTITY),
        ("ما رسالة المنظمة الدولية للهجرة؟", Aspect.PURPOSE),
        ("ما أهدافكم؟", Aspect.PURPOSE),
        ("ماذا تفعل المنظمة في مصر؟", Aspect.WORK),
        ("بتعملوا ايه في مصر؟", Aspect.WORK),
        ("منذ متى تعمل المنظمة في مصر؟", Aspect.HISTORY),
    ],
)
def test_what_is_asked_of_the_organisation(text: str, expected: Aspect) -> None:
    assert aspect(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "What does IOM do for victims of trafficking?",
        "What is AVRR?",
        "What is the goal of THAMM?",
        "What did he do before that?",
        "And the one before it?",
        "When did IOM open the shelter?",
        "من يرأس المنظمة في مصر؟",
        "ماذا تفعل المنظمة لضحايا الاتجار؟",
        "ما هو برنامج العودة الطوعية؟",
    ],
)
def test_what_is_asked_of_something_else(text: str) -> None:
    assert aspect(text) is None


@pytest.mark.parametrize(
    ("url", "title", "about"),
    [
        ("https://a.example/who-we-are", "Who we are", True),
        ("https://a.example/ar/who-we-are/iom-egypt", "عن المنظمة في مصر", True),
        ("https://a.example/our-work", "Our work", True),
        ("https://a.example/ar", "الصفحة الرئيسية", True),
        ("https://a.example/node/17", "About IOM Egypt", True),
        ("https://a.example/node/18", "من نحن", True),
        ("https://a.example/our-work/direct-assistance", "Direct assistance", False),
        ("https://a.example/news/about-the-shelter", "About the first shelter", False),
        ("https://a.example/node/19", "عن دار الإيواء", False),
    ],
)
def test_pages_about_the_organisation(url: str, title: str, about: bool) -> None:
    outline = {url: PageOutline(url=url, title=title, language="en")}
    assert pages_about_it(outline, NAMES) == ([url] if about else [])


def test_a_purpose_is_told_by_an_aim_and_not_by_who_leads() -> None:
    aim = tells(Aspect.PURPOSE, "Its aim is to help people move in safety.", [], leads=False)
    row = tells(Aspect.PURPOSE, "Person: Amr Taha; Title: Chief of Mission", [], leads=False)
    assert aim > row == 0


def test_what_is_done_is_told_by_the_list_below_such_a_heading() -> None:
    item = tells(Aspect.WORK, "resettlement to third countries", ["What we do"], leads=False)
    assert item > tells(Aspect.WORK, "resettlement to third countries", ["Staff"], leads=False)


def test_a_line_that_leads_on_tells_nothing() -> None:
    assert not tells(Aspect.WORK, "Here you can read about the services we offer.", [], leads=True)
    assert not tells(Aspect.WORK, "تجدون هنا الخدمات المقدمة للمهاجرين.", [], leads=True)
