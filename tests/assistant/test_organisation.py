from __future__ import annotations

import pytest

from assistant.organisation import Aspect, aspect_of, pages_that_tell, tells
from assistant.profile import load_profile
from assistant.question import read_question
from ingest.types import PageOutline

NAMES = load_profile("iom_egypt").names


def aspect(text: str) -> Aspect | None:
    question = read_question(text)
    return aspect_of(text, question.stems, question.asked, NAMES)


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
        ("Where is your office?", Aspect.PLACE),
        ("what is your address", Aspect.PLACE),
        ("What are your opening hours?", Aspect.HOURS),
        ("phone number?", Aspect.CONTACT),
        ("How can I contact you?", Aspect.CONTACT),
        ("Who is the head of IOM Egypt?", Aspect.LEADER),
        ("who is the director", Aspect.LEADER),
        ("Are there jobs at IOM?", Aspect.JOBS),
        ("فين مكتبكم؟", Aspect.PLACE),
        ("عنوانكم فين", Aspect.PLACE),
        ("مواعيد العمل", Aspect.HOURS),
        ("رقم التليفون", Aspect.CONTACT),
        ("إزاي أتواصل معاكم", Aspect.CONTACT),
        ("مين رئيس البعثة دلوقتي؟", Aspect.LEADER),
        ("هل عندكم وظائف؟", Aspect.JOBS),
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
        "Where is the shelter?",
        "Where do most migrants in Egypt come from?",
        "What is migration?",
        "ما هي الهجرة الدولية؟",
        "How many staff does IOM Egypt have?",
        "Who is the head of the national committee?",
        "ماذا تفعل المنظمة لضحايا الاتجار؟",
        "ما هو برنامج العودة الطوعية؟",
    ],
)
def test_what_is_asked_of_something_else(text: str) -> None:
    assert aspect(text) is None


@pytest.mark.parametrize(
    ("url", "title", "aspect"),
    [
        ("https://a.example/who-we-are", "Who we are", Aspect.PURPOSE),
        ("https://a.example/ar/who-we-are/iom-egypt", "عن المنظمة في مصر", Aspect.PURPOSE),
        ("https://a.example/our-work", "Our work", Aspect.WORK),
        ("https://a.example/ar", "الصفحة الرئيسية", Aspect.IDENTITY),
        ("https://a.example/node/17", "About IOM Egypt", Aspect.IDENTITY),
        ("https://a.example/node/18", "من نحن", Aspect.HISTORY),
        ("https://a.example/iom-egypt", "IOM in Egypt", Aspect.WORK),
        ("https://a.example/contact-us", "Contact us", Aspect.PLACE),
        ("https://a.example/node/20", "اتصل بنا", Aspect.CONTACT),
        ("https://a.example/about/leadership", "Leadership over the years", Aspect.LEADER),
        ("https://a.example/vacancies/17", "Vacancy: driver", Aspect.JOBS),
    ],
)
def test_pages_that_tell(url: str, title: str, aspect: Aspect) -> None:
    outline = {url: PageOutline(url=url, title=title, language="en")}
    assert pages_that_tell(aspect, outline, NAMES) == {url}


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://a.example/our-work/direct-assistance", "Direct assistance"),
        ("https://a.example/news/about-the-shelter", "About the first shelter"),
        ("https://a.example/node/19", "عن دار الإيواء"),
        ("https://a.example/node/21", "International Migrants Day"),
    ],
)
def test_pages_of_something_else(url: str, title: str) -> None:
    outline = {url: PageOutline(url=url, title=title, language="en")}
    assert all(not pages_that_tell(aspect, outline, NAMES) for aspect in Aspect)


def test_who_leads_now_is_told_by_the_row_that_has_not_ended() -> None:
    now = tells(Aspect.LEADER, "Period: since 2023; Head: Samir Haddad", [], leads=False)
    assert now > tells(Aspect.LEADER, "Period: 2019 – 2023; Head: Catherine", [], leads=False) == 0


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
