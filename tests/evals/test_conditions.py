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
AROUND = {
    "en": "The centre stands beside the old market. It was painted last spring.",
    "ar": "يقع المركز بجوار السوق القديم. وقد طُلي في الربيع الماضي.",
}


def test_there_are_fifty() -> None:
    assert len(ROWS) == 50


@pytest.mark.parametrize(("question", "said", "condition"), ROWS)
def test_the_condition_is_quoted(question: str, said: str, condition: str) -> None:
    asked = read_question(question)
    page = passage(f"{AROUND[asked.language]} {said} {AROUND[asked.language]}")

    quoted = " ".join(c.sentence.text for c in extract(asked, [page]).sentences)

    assert condition in quoted
