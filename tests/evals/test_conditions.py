"""What an answer depends on stays with it, in the same sentence or in the one after."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.extract import extract
from assistant.question import read_question
from tests.builders import passage

ROWS = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parents[1] / "data" / "conditions.txt")
    .read_text("utf-8")
    .splitlines()
    if line and not line.startswith("#")
]
# A sentence with all the words of the question, which stands nearer to it than any condition does.
NEARER = {
    "en": "At the desk people say: {}, and the staff know what to tell them. It is by the market.",
    "ar": "يقول الناس عند الشباك: {}، ويعرف الموظفون ما يقولون لهم. وهو قريب من السوق.",
}


def test_there_are_fifty() -> None:
    assert len(ROWS) == 50


def quoted(question: str, said: str) -> str:
    asked = read_question(question)
    nearer = NEARER[asked.language].format(question.rstrip("?؟"))
    pages = [
        passage(said, url="https://example.org/a"),
        passage(nearer, url="https://example.org/b"),
    ]
    return " ".join(c.sentence.text for c in extract(asked, pages).sentences)


@pytest.mark.parametrize(("question", "said", "condition"), ROWS)
def test_no_answer_is_quoted_without_its_condition(
    question: str, said: str, condition: str
) -> None:
    text = quoted(question, said)

    assert condition in text or said.split(".")[0] not in text


def test_nearly_all_are_quoted() -> None:
    assert sum(condition in quoted(question, said) for question, said, condition in ROWS) >= 40
