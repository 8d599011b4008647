"""What is hung on a carried sentence: "…, and the teacher was arrested"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.statement import Statement
from assistant.statement.tokens import Token, folded_set
from assistant.support.comparison import Comparison


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Shares of a clause's words, by weight.

    Attributes:
        least_of_clause: that the cited words have to say; `least_of_run` of three words in a row.
        most_unsaid: that may be left unsaid.
    """

    least_of_clause: float
    least_of_run: float
    most_unsaid: float


# Of 200 faithful sentences 8 % are dropped with these bounds, and 2 of 200 tails pass; with 0.3 and
# 0.6 across languages 6.5 % and 5.
WITHIN = _Bounds(0.45, 0.2, 0.4)
ACROSS = _Bounds(0.4, 0.0, 0.5)  # fewer words are known in translation
VALUE = 0.5  # weight of a number, date, place or name of a clause beside its words, up to 1
RUN, UNSAID = 3, 0.25  # words; value below which a word is not said
_MARKS = frozenset(",;:،؛–—(")
_BEGINS = folded_set(
    "and but while which who whose where although though so because however or then plus"
    " لكن ولكن بينما حيث الذي التي كما ثم مما لذلك اذ بل او"
)


def adds(statement: Statement, comparison: Comparison) -> bool:
    """Whether a clause of the statement, or three words in a row, say what the text does not."""
    said = {at: (weight, whole) for at, (weight, _, whole) in comparison.parts.items()}
    words = [w.first for w in statement.words if not w.light and w.first in said]
    values = dict.fromkeys(_values(statement), (VALUE, 1.0))  # else it would not be carried
    said = values | said
    clauses = (
        [at for at in (*words, *values) if first <= at < end]
        for first, end in _clauses(statement.tokens)
        if any(first <= at < end for at in words)
    )
    bounds = WITHIN if comparison.same_language else ACROSS
    if any(_hung_on(clause, said, bounds) for clause in clauses if clause):
        return True
    runs = (words[i : i + RUN] for i in range(len(words) - RUN + 1))
    return any(_share(run, said) < bounds.least_of_run for run in runs)


def _values(statement: Statement) -> set[int]:
    """Where numbers, dates, days, places and names stand."""
    at = [n.first for n in statement.numbers] + [d.first for d in statement.dates]
    at += [w.first for w in statement.weekdays] + [p.at for p in statement.places]
    return {*at, *(n.at for n in statement.names)}


def _hung_on(clause: Sequence[int], said: dict[int, tuple[float, float]], bounds: _Bounds) -> bool:
    unsaid = {at: (weight, float(value < UNSAID)) for at, (weight, value) in said.items()}
    return (
        _share(clause, said) < bounds.least_of_clause or _share(clause, unsaid) > bounds.most_unsaid
    )


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First token of each clause and the one behind its last."""
    starts = [at for at, token in enumerate(tokens) if _begins(token)]
    return pairwise([0, *starts, len(tokens)])


def _begins(token: Token) -> bool:
    joined = token.arabic and token.folded.startswith("و") and len(token.folded) > 3
    return joined or token.text in _MARKS or token.folded in _BEGINS


def _share(words: Sequence[int], said: dict[int, tuple[float, float]]) -> float:
    total = sum(said[at][0] for at in words)
    return sum(weight * value for weight, value in (said[at] for at in words)) / (total or 1.0)
