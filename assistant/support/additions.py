"""What is hung on a carried sentence: "…, and the teacher was arrested"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.statement import Statement
from assistant.statement.tokens import Token, folded_set
from assistant.support.comparison import Comparison

# Shares of a clause's words, by weight, that the cited words have to say, and that may be left
# unsaid. Of 57 faithful sentences that pass, in both languages and across, the least said clause
# has 0.52 and the least said three words in a row 0.31; in one 0.45 is left unsaid, in the others
# 0.38 at most. Clauses that were hung on them have 0.49 at most, with 0.42 unsaid.
LEAST_OF_CLAUSE, LEAST_OF_RUN, RUN = 0.45, 0.2, 3
MOST_UNSAID, UNSAID = 0.4, 0.25  # share, and value below which a word is not said
_MARKS = frozenset(",;:،؛–—(")
_BEGINS = folded_set(
    "and but while which who whose where although though so because however or then plus"
    " لكن ولكن بينما حيث الذي التي كما ثم مما لذلك اذ بل او"
)


def adds(statement: Statement, comparison: Comparison) -> bool:
    """Whether a clause of the statement, or three words in a row, say what the text does not."""
    said = {at: (weight, whole) for at, (weight, _, whole) in comparison.parts.items()}
    words = [w.first for w in statement.words if not w.light and w.first in said]
    clauses = (
        [at for at in words if first <= at < end] for first, end in _clauses(statement.tokens)
    )
    if any(_hung_on(clause, said) for clause in clauses if clause):
        return True
    runs = (words[i : i + RUN] for i in range(len(words) - RUN + 1))
    return any(_share(run, said) < LEAST_OF_RUN for run in runs)


def _hung_on(clause: Sequence[int], said: dict[int, tuple[float, float]]) -> bool:
    unsaid = {at: (weight, float(value < UNSAID)) for at, (weight, value) in said.items()}
    return _share(clause, said) < LEAST_OF_CLAUSE or _share(clause, unsaid) > MOST_UNSAID


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
