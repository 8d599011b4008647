"""Kept questions in groups of one topic and language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from assistant.gaps import Vectors, gaps
from assistant.privacy.questions import KeptQuestion

DAY = date(2026, 11, 24)
VISA, BUDGET = (1.0, 0.0), (0.0, 1.0)


def encode(texts: Sequence[str]) -> Vectors:
    """Two matters, told by a word."""
    near = {"visa": VISA, "تأشيرة": VISA, "budget": BUDGET}
    rows = [next(v for word, v in near.items() if word in text) for text in texts]
    return np.asarray(rows, dtype=np.float32)


def kept(question: str, language: str = "en", **fields: object) -> KeptQuestion:
    values: dict[str, object] = {"status": "unanswerable_weak_evidence", "pages": ()} | fields
    return KeptQuestion(DAY, language, question=question, **values)  # type: ignore[arg-type]


def test_one_matter_in_one_language_is_one_gap_the_most_asked_first() -> None:
    found = gaps(
        [
            kept("the budget"),
            kept("a visa"),
            kept("a  visa"),
            kept("visa, how"),
            kept("تأشيرة", "ar"),
        ],
        encode,
    )

    assert [(gap.language, gap.topic, gap.count) for gap in found] == [
        ("en", "a visa", 3),
        ("ar", "تأشيرة", 1),
        ("en", "the budget", 1),
    ]
    assert found[0].questions == (("a visa", 2), ("visa, how", 1))


def test_only_what_was_not_found_or_voted_down_is_a_gap() -> None:
    page = "https://a.org/visa"
    found = gaps(
        [
            kept("a visa", status="answered"),
            kept("a visa", status="blocked_unsafe"),
            kept("a visa", status="answered", disliked=True, reason="wrong", pages=(page,)),
            kept("a visa", status="unanswerable_no_passages"),
        ],
        encode,
    )

    [gap] = found
    assert (gap.count, gap.not_found, gap.disliked) == (2, 1, 1)
    assert (gap.reasons, gap.pages) == ((("wrong", 1),), (page,))


def test_nothing_kept_is_no_gap() -> None:
    assert gaps([], encode) == []
