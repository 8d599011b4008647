"""A statement laid beside a text, slot by slot."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import accumulate

from assistant.statement import Statement, read_statement, tokens_of
from assistant.statement.tokens import without_marks
from assistant.support.alignment import Beside
from assistant.support.closeness import Closeness
from assistant.support.comparison import Comparison, Evidence, Score, Weigh
from assistant.support.dates import compare_dates, compare_weekdays
from assistant.support.names import compare_names
from assistant.support.numbers import compare_numbers
from assistant.support.opposites import compare_opposites
from assistant.support.places import compare_places
from assistant.support.qualifiers import compare_qualifiers
from assistant.support.quantity import compare_quantity
from assistant.support.roles import compare_roles
from assistant.support.words import compare_words

BESIDE = 0.3  # share of what is said that must stand in the sentence that denies or excludes


def _evenly(keys: frozenset[str]) -> float:
    return 1.0


def compare(
    claim: Statement,
    evidence: Evidence,
    weigh: Weigh = _evenly,
    near: Closeness | None = None,
    beside: Beside | None = None,
) -> Comparison:
    """Lay a statement beside a text of a page.

    Args:
        weigh: how much a word tells, by its keys; a rare word tells more.
        near: cosines of words by their meaning; without it only forms and the lexicon count.
        beside: where the statement is laid beside many texts of the same pages.
    """
    own = read_statement(evidence.text)
    around = [read_statement(text) for text in evidence.around]
    found = Comparison(
        same_language=claim.arabic == own.arabic,
        one_sided=own.denies and not claim.denies,
        denies=claim.denies,
    )
    score = Score()
    others = (beside or Beside(claim.words, near)).partners_in(around)
    compare_words(claim, own, others, weigh, near, found, score)
    found.words = score.own / (score.total or 1.0)
    compare_numbers(claim, own, around, near, found, score)
    compare_dates(claim, own, around, evidence.published, found, score)
    compare_weekdays(claim, own, around, found, score)
    compare_places(claim, own, around, found, score)
    compare_names(claim, own, around, near, found, score)
    compare_roles(claim, own, found)
    compare_quantity(claim, own, near, found)
    compare_qualifiers(claim, own, found)
    compare_opposites(claim, own, found, score)
    _doubt_differences_elsewhere(own, evidence, found)
    found.own, found.whole, found.rest, found.own_rest = score.shares()
    return found


def _doubt_differences_elsewhere(own: Statement, evidence: Evidence, found: Comparison) -> None:
    """Of two neighbours, the one that differs must be about the matter, not only next to it."""
    if not evidence.sentences or not found.differences or not found.said_at:
        return
    ends = [*accumulate(len(without_marks(s)) + 1 for s in evidence.sentences)]
    inside = [bisect_right(ends, token.start) for token in own.tokens]
    said = Counter(inside[at] for at in found.said_at)
    for difference in tuple(found.differences):
        last = tokens_of(difference.source)[-1].folded
        at = {i for i, token in zip(inside, own.tokens, strict=True) if token.folded == last}
        least = BESIDE * len(found.said_at) if difference.kind == "negation" else 1
        if at and max(said[i] for i in at) < least:
            found.differences.remove(difference)
            found.missing.append(difference.kind)
