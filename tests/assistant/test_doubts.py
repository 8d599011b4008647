from __future__ import annotations

import pytest

from assistant.doubts import DOUBTS, doubts
from assistant.evidence import Evidence
from assistant.question import read_question
from tests.builders import passage


def _doubts(question: str, sentence: str) -> dict[str, float]:
    evidence = Evidence(read_question(question), [passage(sentence)])
    return dict(zip(DOUBTS, doubts(evidence, [0]).tolist(), strict=True))


@pytest.mark.parametrize(
    ("doubt", "question", "near", "answers"),
    [
        (
            "still_to_come",
            "How many people passed the course in Aswan?",
            "A course in Aswan is planned for 40 people.",
            "Forty people passed the course in Aswan.",
        ),
        (
            "still_to_come",
            "كم قاضياً حضر الدورة الثانية؟",
            "من المقرر أن تعقد الدورة الثانية لعشرين قاضياً.",
            "حضر الدورة الثانية عشرون قاضياً.",
        ),
        (
            "not_known",
            "How many returned in 2020?",
            "Returns of 2020 have not yet been counted.",
            "In 2020 310 people returned.",
        ),
        (
            "no_money",
            "How much did the embassy pay for the course?",
            "The embassy paid for the course, which lasted 12 weeks.",
            "The embassy paid 31,000 dollars for the course.",
        ),
        (
            "no_money",
            "كم دفعت السفارة مقابل الدورة؟",
            "دفعت السفارة كلفة الدورة.",
            "دفعت السفارة 31 ألف دينار للدورة.",
        ),
        (
            "no_name",
            "Which airline flew the passengers home?",
            "The passengers flew home on Thursday on a charter.",
            "The passengers flew home with Nile Air.",
        ),
        (
            "no_number",
            "How many women stood as candidates?",
            "Women stood as candidates for the first time.",
            "Seven women stood as candidates.",
        ),
        (
            "another_year",
            "Who opened the fair in 2019?",
            "The Minister opened the fair in 2021.",
            "The Minister opened the fair in 2019.",
        ),
    ],
)
def test_a_near_miss_is_doubted_and_an_answer_is_not(
    doubt: str, question: str, near: str, answers: str
) -> None:
    assert _doubts(question, near)[doubt] == 1.0
    assert _doubts(question, answers)[doubt] == 0.0


def test_a_question_about_the_future_may_be_answered_with_a_plan() -> None:
    assert (
        _doubts("When will the next course begin?", "It is planned for May.")["still_to_come"] == 0
    )


def test_a_thing_that_nothing_speaks_of_is_missing() -> None:
    asked = "Which airline flew the passengers home?"
    without = _doubts(asked, "The passengers flew home on Thursday.")["thing_missing"]
    spoken_of = _doubts(asked, "The airline Nile Air flew the passengers home.")["thing_missing"]
    assert spoken_of < without
