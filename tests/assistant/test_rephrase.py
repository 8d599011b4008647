from __future__ import annotations

import pytest

from assistant.rephrase import is_follow_up, rephrase
from assistant.types import Turn

RABAT = Turn("Who opened the Rabat roundtable on trafficking?", "Naela Gabr opened it.")
SHELTER = Turn("متى افتتحت دار الإيواء؟", "في نوفمبر 2020.")
SUDAN = Turn("How many Sudanese returned in November 2020?", "150 returned.")


@pytest.mark.parametrize(
    ("question", "follows"),
    [
        ("And which of them came from Tunisia?", True),
        ("How many people can it take in?", True),
        ("and in 2020?", True),
        ("Who financed it?", True),
        ("When?", True),
        ("Who attended?", True),
        ("What is AVRR?", False),
        ("How many migrants live in Egypt?", False),
        ("When did IOM open its office in Egypt?", False),
        ("Is there a shelter in Cairo?", False),
        ("How many people left Sudan this year?", False),
        ("وكم عددهم؟", True),
        ("ومن موّلها؟", True),
        ("وفي 2020؟", True),
        ("كم شخصاً تستوعبها؟", True),
        ("متى؟", True),
        ("ما هي أنشطة المنظمة ودورها في مصر؟", False),
        ("كم عدد المهاجرين في مصر؟", False),
        ("من هو رئيس البعثة؟", False),
        ("ماذا حدث في القاهرة هذا العام؟", False),
    ],
)
def test_a_follow_up_leaves_out_what_it_is_about(question: str, follows: bool) -> None:
    assert is_follow_up(question) is follows


@pytest.mark.parametrize(
    ("question", "turn", "query"),
    [
        (
            "When did it meet?",
            RABAT,
            "When did it meet – opened Rabat roundtable trafficking Naela Gabr?",
        ),
        ("كم شخصاً تستوعبها؟", SHELTER, "كم شخصاً تستوعبها – افتتحت دار الإيواء نوفمبر 2020؟"),
        ("and in July 2019?", SUDAN, "How many Sudanese returned – in July 2019?"),
        ("How many migrants live in Egypt?", RABAT, "How many migrants live in Egypt?"),
    ],
)
def test_what_is_left_out_comes_from_the_turn_before(question: str, turn: Turn, query: str) -> None:
    assert rephrase(question, [turn]) == query


def test_without_turns_a_question_stays_as_it_is() -> None:
    assert rephrase("And in 2020?", []) == "And in 2020?"


def test_a_chain_of_follow_ups_keeps_its_topic() -> None:
    query = rephrase("Who financed it?", [RABAT, Turn("When did it meet?", "In May 2023.")])

    assert "Rabat" in query
    assert "roundtable" in query


def test_a_history_without_end_gives_a_short_query() -> None:
    endless = Turn("What is the project? " * 50_000, "Word " * 100_000)

    assert len(rephrase("Who financed it?", [endless] * 100)) < 1_000
