"""A statement laid beside a text, slot by slot."""

from __future__ import annotations

from assistant.statement import (
    Statement,
    read_statement,
)
from assistant.support.alignment import Beside
from assistant.support.closeness import Closeness
from assistant.support.comparison import Comparison, Evidence, Score, Weigh
from assistant.support.dates import compare_dates, compare_weekdays
from assistant.support.names import compare_names
from assistant.support.numbers import compare_numbers
from assistant.support.opposites import compare_opposites
from assistant.support.places import compare_places
from assistant.support.quantity import compare_quantity
from assistant.support.roles import compare_roles
from assistant.support.words import compare_words


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
    compare_opposites(claim, own, found, score)
    found.own, found.whole, found.rest, found.own_rest = score.shares()
    return found
