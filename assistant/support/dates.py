"""Dates: the text must say all that the statement says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.statement import (
    Day,
    Statement,
    Weekdays,
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


def compare_weekdays(
    claim: Statement, own: Statement, around: Sequence[Statement], found: Comparison, score: Score
) -> None:
    """Days of the week: the text must name each of them, where it names any."""
    for said in claim.weekdays:
        closed = claim.denies and not own.denies and bool(own.weekdays) and _closed_on(said, own)
        if _open_on(said, own) or closed:
            score.add(1.0, 1.0, 1.0)
        elif own.weekdays:
            score.add(1.0, 0.0, 0.0, True)
            found.differences.append(Difference("date", said.text, own.weekdays[0].text))
        elif any(_open_on(said, a) for a in around):
            score.add(1.0, 0.0, 1.0)
        else:
            score.add(1.0, 0.0, 0.0)
            found.missing.append("date")


def _open_on(said: Weekdays, text: Statement) -> bool:
    return said.days <= frozenset[int]().union(*(w.days for w in text.weekdays))


def all_closed(claim: Statement, own: Statement) -> bool:
    """Whether the text names days and none of the statement's is among them."""
    return bool(own.weekdays) and all(_closed_on(said, own) for said in claim.weekdays)


def _closed_on(said: Weekdays, text: Statement) -> bool:
    return said.days.isdisjoint(frozenset[int]().union(*(w.days for w in text.weekdays)))


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
    if claim.part and source.month is not None and source.month not in _MONTHS_OF[claim.part]:
        return False
    if claim.part and source.part and claim.part != source.part:
        return False
    if claim.day is None:
        return True
    if source.day is None:
        return False
    if claim.until is not None:
        return (claim.day, claim.until) == (source.day, source.until)
    return source.day <= claim.day <= (source.until or source.day)


_MONTHS_OF = {"start": range(1, 5), "middle": range(4, 10), "end": range(9, 13)}


def _as_fine(source: Day, claim: Day, year: int | None) -> bool:
    """Whether a date of the text says as much as the claim's, so that the two can differ."""
    if claim.day is not None and source.day is None:
        return False
    if claim.month is not None and source.month is None:
        return False
    return claim.year is None or source.year is not None or year is not None
