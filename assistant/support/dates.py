"""Dates: the text must say all that the statement says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.statement import (
    Day,
    Statement,
)
from assistant.support.comparison import Comparison, Score
from assistant.types import Difference


def compare_dates(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    published: date | None,
    found: Comparison,
    score: Score,
) -> None:
    """Lay the dates of a statement beside those of a text and its surroundings."""
    nearby = [d for a in around for d in a.dates]
    if published:
        nearby.append(
            Day(published.year, published.month, published.day, None, published.isoformat(), 0, 0)
        )
    year = published.year if published else next((d.year for d in nearby if d.year), None)
    for day in claim.dates:
        before = sum(1 for d in claim.dates if d.first < day.first and _equal_days(d, day))
        if sum(1 for d in own.dates if _carries(d, day, year)) > before:
            score.add(1.0, 1.0, 1.0)
            continue
        rivals = [d for d in own.dates if _as_fine(d, day, year)]
        if not rivals and any(_carries(d, day, year) for d in nearby):
            score.add(1.0, 0.0, 1.0)
            continue
        score.add(1.0, 0.0, 0.0, bool(rivals))
        if rivals:
            found.differences.append(Difference("date", day.text, rivals[0].text))
        else:
            found.missing.append("date")


def _equal_days(one: Day, other: Day) -> bool:
    return (one.year, one.month, one.day) == (other.year, other.month, other.day)


def _carries(source: Day, claim: Day, year: int | None) -> bool:
    """Whether a date of the text says all that the claim's says."""
    if claim.year is not None:
        said = source.year if source.year is not None else year
        if said != claim.year:
            return False
    if claim.month is not None and source.month != claim.month:
        return False
    if claim.day is None:
        return True
    if source.day is None:
        return False
    if claim.until is not None:
        return (claim.day, claim.until) == (source.day, source.until)
    return source.day <= claim.day <= (source.until or source.day)


def _as_fine(source: Day, claim: Day, year: int | None) -> bool:
    """Whether a date of the text says as much as the claim's, so that the two can differ."""
    if claim.day is not None and source.day is None:
        return False
    if claim.month is not None and source.month is None:
        return False
    return claim.year is None or source.year is not None or year is not None
