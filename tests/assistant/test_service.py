from __future__ import annotations

from datetime import date

import pytest

from assistant.extract import extract
from assistant.question import read_question
from assistant.service import addresses_reader, asks_for_oneself, tells_what_happened
from tests.builders import passage

FOR_ONESELF = (
    "how do I go back to my country",
    "Do I have to pay for the return ticket?",
    "How long does return take?",
    "how do I volunteer",
    "can you help me find a job",
    "Can they force me to go home?",
    "Who can get help with return?",
    "اريد العوده الي وطني",
    "كيف اقدم على المساعدة",
    "هل تدفعون تذكرة السفر؟",
    "بتدفعوا ايجار؟",
    "كم تستغرق العودة الطوعية؟",
)
OF_A_FACT = (
    "How many migrants went home in 2023?",
    "Who is the chief of mission?",
    "When did the Ethiopians fly home? I need the year as well.",
    "What is resettlement?",
    "أين أقيم معرض الرسائل عام 2022؟",
    "ما اسم زوجة أبي طارق؟",
    "متى افتتح أول دار إيواء؟",
    "من يمول البرنامج؟",
)


@pytest.mark.parametrize("question", FOR_ONESELF)
def test_what_the_asker_can_get_or_do_is_asked_for_oneself(question: str) -> None:
    assert asks_for_oneself(question)


@pytest.mark.parametrize("question", OF_A_FACT)
def test_facts_are_not_asked_for_oneself(question: str) -> None:
    assert not asks_for_oneself(question)


@pytest.mark.parametrize(
    ("url", "text", "expected"),
    [
        ("https://example.org/en/news/flight", "A flight left.", True),
        ("https://example.org/stories/farm", "He has a farm.", True),
        ("https://example.org/ar/اخبار/رحلة", "غادرت رحلة.", True),
        ("https://example.org/flight", "Cairo, 2 March – A flight left.", True),
        ("https://example.org/our-work/return", "We help you to go home.", False),
        ("https://example.org/news", "All news at a glance.", False),
    ],
)
def test_news_and_stories_tell_what_happened(url: str, text: str, expected: bool) -> None:
    assert tells_what_happened(passage(text, url=url)) is expected


def test_a_service_page_speaks_to_the_reader() -> None:
    assert addresses_reader("You may come without an appointment.")
    assert addresses_reader("احضر أي وثيقة تحمل اسمك.")
    assert not addresses_reader("The flight was funded by Norway.")
    assert not addresses_reader("مولت النرويج الرحلة.")


DAY = date(2020, 3, 2)
NEWS = "Cairo, 2 March – The agency paid for the ticket home of 114 people."
QUESTION = read_question("Do I have to pay for the ticket home?")


def test_a_service_is_told_from_the_page_that_speaks_to_the_asker() -> None:
    news = passage(NEWS, url="https://example.org/news/flight", title="Flight", published=DAY)
    service = passage(
        "You do not pay for the ticket home.",
        url="https://example.org/our-work/return",
        published=DAY,
    )

    for order in ([news, service], [service, news]):
        assert extract(QUESTION, order).sentences[0].passage is service


def test_news_answer_a_service_question_with_less_confidence() -> None:
    others = [
        passage(f"Page {n}.", url=f"https://example.org/{n}", score=0.5, published=DAY)
        for n in range(9)
    ]
    news, same = (
        passage(
            NEWS.partition(" – ")[2], url=f"https://example.org/{section}/ticket", published=DAY
        )
        for section in ("news", "our-work")
    )

    of_news, of_service = (extract(QUESTION, [one, *others]).confidence for one in (news, same))

    assert of_news < of_service
    fact = read_question("How many people did the agency pay for?")
    assert extract(fact, [news, *others]).confidence == pytest.approx(
        extract(fact, [same, *others]).confidence
    )
