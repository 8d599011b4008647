"""Several signals of relevance to one score: weighted z-scores, per pair of languages.

Each signal is standardised over the passages of one language, so that BM25, which knows no upper
bound, and cosines can be added. On the development halves of XQuAD, held out, that ranks 0.6 to
0.9 points of R@1 better than reciprocal rank fusion within a language and 1.8 to 3.2 across
(docs/decisions/0003-ranking.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Weights of the signals, and what a passage gains for standing in the other language."""

    weights: Mapping[str, float]
    offset: float = 0.0

    def __post_init__(self) -> None:
        """Scale the weights to length 1, so that scores of different recipes compare."""
        length = math.sqrt(sum(w * w for w in self.weights.values()))
        object.__setattr__(self, "weights", {k: w / length for k, w in self.weights.items()})


# Swept on the development halves of XQuAD, both languages (benchmarks.sweep_ranking prints it).
SAME_LANGUAGE = Recipe({"words": 0.3, "grams": 0.2, "best": 0.5})
SAME_LANGUAGE_ARABIC = Recipe({"words": 0.1, "grams": 0.4, "skeletons": 0.1, "best": 0.4})
# Cosines across languages are lower and words hardly count, so a page in the other language is
# lifted. Every word of an Arabic question is compared with names by its consonants, and a glossary
# that gives the Arabic of its terms has them all: lifted as well it stood before Arabic pages. The
# weights are those at which Arabic questions find most on sites with both languages
# (docs/decisions/0003-ranking.md).
ENGLISH_TO_OTHER = Recipe(
    {"best": 0.4, "centroid": 0.3, "skeletons": 0.2, "words": 0.08}, offset=0.25
)
ARABIC_TO_OTHER = Recipe(
    {"best": 0.4, "centroid": 0.3, "skeletons": 0.15, "words": 0.08}, offset=0.0
)

# What a signal does in a collection of ordinary size (mean and standard deviation per query, over
# 120 pages of XQuAD's development half): a handful of passages has no statistics of its own, and
# counts as much more as it has more passages than PRIOR_PASSAGES.
PRIOR_PASSAGES = 20
PRIOR: Mapping[str, tuple[float, float]] = {
    "words": (0.35, 1.0),
    "grams": (4.5, 3.5),
    "skeletons": (0.3, 0.7),
    "best": (0.08, 0.072),
    "centroid": (0.04, 0.076),
}


def recipe_for(query_language: str, passage_language: str) -> Recipe:
    """How passages of one language are scored for a query in another."""
    if query_language != passage_language:
        return ARABIC_TO_OTHER if query_language == "ar" else ENGLISH_TO_OTHER
    return SAME_LANGUAGE_ARABIC if query_language == "ar" else SAME_LANGUAGE


def fuse(
    signals: Mapping[str, Floats],
    background: Mapping[str, Floats],
    sizes: Mapping[str, int],
    recipe: Recipe,
) -> Floats:
    """Score candidates: 0 is an ordinary passage of the language, 3 and more a strong one.

    Args:
        signals: per signal, the candidates' values, `(candidates,)` each.
        background: per signal, the values of passages that stand for the whole language.
        sizes: per signal, how many passages the background speaks for.
        recipe: weights and offset.

    Returns:
        `(candidates,)`, float32.
    """
    total = np.zeros(len(next(iter(signals.values()))), dtype=np.float32)
    for name, weight in recipe.weights.items():
        mean, deviation = _usual(background[name], sizes[name], *PRIOR[name])
        total += weight * (signals[name] - mean) / deviation
    return total + np.float32(recipe.offset)


def _usual(values: Floats, size: int, mean: float, deviation: float) -> tuple[float, float]:
    """Mean and deviation of `values`, drawn to the prior where there are few."""
    share = size / (size + PRIOR_PASSAGES)
    own_mean = float(values.mean()) if len(values) else mean
    own_variance = float(values.var()) if len(values) else deviation**2
    mixed_mean = share * own_mean + (1 - share) * mean
    mixed_variance = share * own_variance + (1 - share) * deviation**2
    return mixed_mean, math.sqrt(max(mixed_variance, 1e-8))
