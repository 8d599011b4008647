"""Which verbatim sentences of the passages answer a question, and how sure that is."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.question import Question
from vectorstore import analysis
from vectorstore.types import Passage, Sentence

WEIGHTS = Path(__file__).with_name("extract_weights.json")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence that belongs in the answer, with the passage it stands in.

    Attributes:
        score: 0 to 1, the share of belief that this sentence holds the answer.
    """

    passage: Passage
    sentence: Sentence
    score: float


@dataclass(frozen=True, slots=True)
class Extraction:
    """The sentences of an answer in the order in which they are read.

    Attributes:
        confidence: 0 to 1, how sure it is that they answer; 0 where there are none.
    """

    sentences: tuple[Chosen, ...]
    confidence: float


def extract(
    question: Question, passages: Sequence[Passage], *, max_sentences: int = 4
) -> Extraction:
    """Choose the one to `max_sentences` sentences that answer, best passage first."""
    weights = _weights()
    asked = set(question.stems)
    rated: list[tuple[float, int, Passage, Sentence, float]] = []
    for rank, passage in enumerate(passages):
        for sentence in passage.sentences:
            found = asked.intersection(analysis.stems(sentence.text))
            covered = len(found) / max(1, len(asked))
            score = (
                weights["covered"] * covered
                + weights["similarity"] * sentence.similarity
                + weights["passage"] * passage.score
            )
            rated.append((score, rank, passage, sentence, covered))
    if not rated:
        return Extraction((), 0.0)
    rated.sort(key=lambda r: -r[0])
    total = sum(math.exp(r[0] - rated[0][0]) for r in rated)
    best = rated[: min(2, max_sentences)]
    chosen = [
        (r[1], r[3].start, Chosen(r[2], r[3], math.exp(r[0] - rated[0][0]) / total)) for r in best
    ]
    chosen.sort(key=lambda c: c[:2])
    top = rated[0]
    logit = weights["bias"] + 3 * top[4] + 4 * top[3].similarity + 0.5 * top[2].score
    return Extraction(tuple(c for _, _, c in chosen), 1 / (1 + math.exp(-logit)))


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    return dict(json.loads(WEIGHTS.read_text("utf-8"))["sentence"])
