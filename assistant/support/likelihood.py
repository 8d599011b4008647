"""How likely a text carries a statement that it says in other words.

A logistic score over what a comparison found, learned from claims about sites that nobody tuned
on (`assistant.training.claim_scorer`). It is asked only where nothing differs and nothing that is
checked exactly is missing: it weighs paraphrase, it excuses nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.statement import Statement
from assistant.support.alignment import SAID
from assistant.support.comparison import Comparison

WEIGHTS = Path(__file__).with_name("weights.json")
FEATURES = (
    "own", "whole", "words", "cosine", "unsaid", "unsaid here", "same word", "one language",
    "compound", "exact", "text denies", "length", "text length", "whole x cosine", "own x cosine",
    "one-sided",
)  # fmt: skip
_EXACT, _LENGTH, _TEXT_LENGTH = 3, 12, 40  # above, more makes no difference


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: a mean, a spread and a weight per feature, and from where it counts."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weight: tuple[float, ...]
    bias: float
    least: float


def features(
    claim: Statement, text: Statement, found: Comparison, cosine: float, *, compound: bool
) -> tuple[float, ...]:
    """What is known of a statement beside a text, in the order of FEATURES."""
    parts = list(found.parts.values())
    total = sum(weight for weight, _, _ in parts) or 1.0
    exact = (claim.numbers, claim.dates, claim.names, claim.places, claim.weekdays)
    return (
        found.own,
        found.whole,
        found.words,
        cosine,
        sum(weight for weight, _, whole in parts if whole < SAID) / total,
        sum(weight for weight, own, _ in parts if own < SAID) / total,
        sum(weight for weight, own, _ in parts if own >= 0.95) / total,
        float(found.same_language),
        float(compound),
        float(min(sum(map(len, exact)), _EXACT)),
        float(bool(text.negations)),
        min(len(claim.words), _LENGTH) / _LENGTH,
        min(len(text.words), _TEXT_LENGTH) / _TEXT_LENGTH,
        found.whole * cosine,
        found.own * cosine,
        float(found.one_sided),
    )


def likelihood(values: Sequence[float], weights: Weights | None = None) -> float:
    """Probability that the text carries the statement, 0 to 1."""
    learned = weights or shipped()
    score = learned.bias + sum(
        weight * (value - mean) / spread
        for value, mean, spread, weight in zip(
            values, learned.mean, learned.spread, learned.weight, strict=True
        )
    )
    return 1 / (1 + math.exp(-score))


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights in weights.json."""
    data = json.loads(WEIGHTS.read_text("utf-8"))
    return Weights(
        tuple(data["mean"]),
        tuple(data["spread"]),
        tuple(data["weight"]),
        data["bias"],
        data["least"],
    )
