from __future__ import annotations

from datetime import date

import pytest

from assistant.recency import Newest, in_section, newest_of, year_meant


@pytest.mark.parametrize(
    ("question", "section", "topic"),
    [
        ("What is the most recent news item on this site about?", "news", ()),
        ("What is the latest event listed under Events?", "events", ()),
        ("ما آخر الأخبار على الموقع؟", "news", ()),
        ("What is the newest vacancy?", "vacancies", ()),
        ("Where was the latest training of prosecutors?", "", ("training", "prosecutors")),
    ],
)
def test_the_newest_of_a_section_or_of_a_topic(
    question: str, section: str, topic: tuple[str, ...]
) -> None:
    assert newest_of(question) == Newest(section, topic)


@pytest.mark.parametrize(
    "question",
    [
        "In which city did the last of the five trainings take place?",
        "How many migrants live in Egypt?",
        "من هو رئيس البعثة الجديد؟",
    ],
)
def test_other_questions_want_nothing_new(question: str) -> None:
    assert newest_of(question) is None


def test_a_section_is_one_of_the_directories_of_an_address() -> None:
    assert in_section("/news/a-page", "news")
    assert in_section("/ar/events/a-page", "events")
    assert not in_section("/news", "news")  # the list itself
    assert not in_section("/our-work/news-agencies", "news")


def test_last_year_is_held_against_a_clock() -> None:
    today = date(2024, 3, 1)

    assert year_meant("What happened last year?", today) == 2023
    assert year_meant("ماذا حدث العام الماضي؟", today) == 2023
    assert year_meant("What is planned this year?", today) == 2024
    assert year_meant("What happened in 2019?", today) is None
