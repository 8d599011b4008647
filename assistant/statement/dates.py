"""Dates as far as they are said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.statement.numbers import YEARS, ordinal_at
from assistant.statement.tokens import Token, surface
from ingest.dates import MONTHS
from vectorstore import analysis


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is said; `until` closes a range of days."""

    year: int | None
    month: int | None
    day: int | None
    until: int | None
    text: str
    first: int
    last: int


_UNSURE_MONTHS = frozenset({"may", "mar", "march", "اب", "ماي", "اوت", "sep", "dec", "jan", "جوان"})
_YEAR_WORDS = frozenset({"year", "عام", "سنه", "لعام", "بعام"})
_BEFORE_YEAR = frozenset(
    {"في", "منذ", "حتي", "الي", "وحتي", "خلال", "بين", "-", "–", "/", ",", "،"}
)
_RANGE = frozenset({"-", "–", "—", "/", "and", "to", "الي", "until", "و"})
_BETWEEN = frozenset({"of", "the", "من", "on"})
_MONTH = {analysis.fold(name): number for name, number in MONTHS.items() if " " not in name}


def _month(tokens: Sequence[Token], at: int) -> int | None:
    token = tokens[at]
    number = _MONTH.get(token.folded)
    if number is None and token.arabic:
        number = _MONTH.get(re.sub(r"^[ولب](?=\w{4})", "", token.folded))
    if number is None:
        return None
    if token.folded in _UNSURE_MONTHS:
        beside = [tokens[i].folded[:1] for i in (at - 1, at + 1) if 0 <= i < len(tokens)]
        day_of = at > 1 and tokens[at - 1].folded in _BETWEEN and tokens[at - 2].folded.isdigit()
        named = token.capital and at > 0 and tokens[at - 1].folded in ("in", "since", "until")
        if not any(c.isdigit() for c in beside) and not day_of and not named:
            return None
    return number


def dates_of(tokens: Sequence[Token], numbers: Sequence[tuple[float, int, int]]) -> list[Day]:
    """Every date said, a bare year among them."""
    by_last = {last: (value, first) for value, first, last in numbers}
    by_first = {first: (value, last) for value, first, last in numbers}
    days: list[Day] = []
    taken: set[int] = set()
    for at in range(len(tokens)):
        month = _month(tokens, at)
        if month is None or at in taken:
            continue
        first = last = at
        day = until = year = None
        back = at - 1
        while back >= 0 and tokens[back].folded in _BETWEEN:
            back -= 1
        if back in by_last and by_last[back][0] <= 31:
            day, first = int(by_last[back][0]), by_last[back][1]
            further = first - 1
            if further >= 1 and tokens[further].folded in _RANGE and further - 1 in by_last:
                start = by_last[further - 1]
                if start[0] <= 31:
                    until, day, first = day, int(start[0]), start[1]
        elif back >= 0 and back < at - 1 and (ordinal := ordinal_at(tokens, back)[0]):
            day, first = ordinal, back
        elif back >= 0 and tokens[back].folded in _RANGE and back - 1 in by_last:
            pass
        ahead = at + 1
        if day is None and ahead in by_first and by_first[ahead][0] <= 31:
            day, last = int(by_first[ahead][0]), by_first[ahead][1]
            if (
                last + 2 < len(tokens)
                and tokens[last + 1].folded in ("-", "–", "to")
                and last + 2 in by_first
                and by_first[last + 2][0] <= 31
            ):
                until, last = int(by_first[last + 2][0]), by_first[last + 2][1]
            ahead = last + 1
        while ahead < len(tokens) and tokens[ahead].folded in (
            ",",
            "،",
            "عام",
            "سنه",
            "لعام",
            "of",
        ):
            ahead += 1
        if ahead in by_first and YEARS[0] <= by_first[ahead][0] <= YEARS[1]:
            year, last = int(by_first[ahead][0]), by_first[ahead][1]
        first = _with_year_word(tokens, first)
        taken.update(range(first, last + 1))
        days.append(Day(year, month, day, until, surface(tokens, first, last), first, last))
    for value, first, last in numbers:
        if first in taken or first != last or not YEARS[0] <= value <= YEARS[1]:
            continue
        if re.fullmatch(r"\d{4}", tokens[first].folded) is None or "," in tokens[first].text:
            continue
        if first and tokens[first - 1].text == "/":
            continue
        if _counts(tokens, first):
            continue
        text, first = tokens[first].text, _with_year_word(tokens, first)
        taken.update(range(first, last + 1))
        days.append(Day(int(value), None, None, None, text, first, last))
    return days


def _with_year_word(tokens: Sequence[Token], first: int) -> int:
    """The place of the word "year" before a date, which says nothing beside it."""
    return first - 1 if first and tokens[first - 1].folded in _YEAR_WORDS else first


def _counts(tokens: Sequence[Token], at: int) -> bool:
    """Whether four digits count things: "2000 عبوة"; Arabic says "عام" or "في" before a year."""
    before = tokens[at - 1].folded if at else ""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not following.arabic or analysis.is_stop_word(following.folded):
        return False
    return before not in _YEAR_WORDS and before not in _BEFORE_YEAR and before not in _MONTH
