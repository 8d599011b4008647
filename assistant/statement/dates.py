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
    """A date as far as it is said.

    Attributes:
        until: closes a range of days.
        part: "start", "middle" or "end" of a year without a month.
    """

    year: int | None
    month: int | None
    day: int | None
    until: int | None
    text: str
    first: int
    last: int
    part: str = ""


_PARTS = {
    "start": ("start", "beginning", "early", "بدايه", "مطلع", "اوائل", "بدايات"),
    "middle": ("mid", "middle", "منتصف"),
    "end": ("end", "late", "نهايه", "اواخر", "ختام"),
}


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week as they are said together: "Sundays", "from Sunday to Thursday"."""

    days: frozenset[int]
    text: str
    first: int
    last: int


_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5,
    "sunday": 6, "الاثنين": 0, "الثلاثاء": 1, "الاربعاء": 2, "الخميس": 3, "الجمعه": 4, "السبت": 5,
    "الاحد": 6,
}  # fmt: skip
_WEEKDAY = {analysis.fold(name): number for name, number in _WEEKDAYS.items()}
_ALL_WEEK = frozenset(range(7))
_DAILY = (("every", "day"), ("daily",), ("all", "week"), ("يوميا",), ("كل", "يوم"),
          ("طوال", "الاسبوع"), ("طيله", "الاسبوع"), ("ايام", "الاسبوع"))  # fmt: skip
_UNTIL = frozenset({"to", "until", "till", "through", "الي", "حتي", "-", "–"})
_BUT = frozenset({"except", "but", "excluding", "عدا", "باستثناء", "الا", "ماعدا"})
_LINKS_DAYS = frozenset({"on", "ما", "يوم", "يومي", "ايام", "و"})
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
        elif (
            back >= 0
            and back < at - 1
            and not _feminine(tokens[back])
            and (ordinal := ordinal_at(tokens, back)[0])
        ):
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
        part = _part_of_year(tokens, first)
        days.append(Day(int(value), None, None, None, text, first, last, part))
    return days


def _feminine(token: Token) -> bool:
    """Whether an Arabic ordinal is no day: المرحلة الأولى من أبريل."""
    return token.arabic and (token.folded.endswith("ه") or token.folded.endswith("اولي"))


def _with_year_word(tokens: Sequence[Token], first: int) -> int:
    """The place of the word "year" before a date, which says nothing beside it."""
    return first - 1 if first and tokens[first - 1].folded in _YEAR_WORDS else first


def _part_of_year(tokens: Sequence[Token], first: int) -> str:
    """Which part of a year is meant: "the end of 2023", "mid-2019"."""
    back = first - 1
    while back >= 0 and tokens[back].folded in ("of", "the", "-", "in", "عام", "سنه", "العام"):
        back -= 1
    if back < 0:
        return ""
    said = re.sub(r"^[وبل](?=\w{4})", "", tokens[back].folded)
    return next((p for p, words in _PARTS.items() if said in words), "")


def _counts(tokens: Sequence[Token], at: int) -> bool:
    """Whether four digits count things: "2000 عبوة"; Arabic says "عام" or "في" before a year."""
    before = tokens[at - 1].folded if at else ""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not following.arabic or analysis.is_stop_word(following.folded):
        return False
    return before not in _YEAR_WORDS and before not in _BEFORE_YEAR and before not in _MONTH


def weekdays_of(tokens: Sequence[Token]) -> list[Weekdays]:
    """Every mention of days of the week; a range is all of its days, "every day" all seven."""
    found: list[Weekdays] = []
    at = 0
    while at < len(tokens):
        days, last = _days_at(tokens, at)
        if not days:
            at += 1
            continue
        ahead = last + 1
        while ahead < len(tokens) and tokens[ahead].folded in _LINKS_DAYS:
            ahead += 1
        if ahead < len(tokens) and tokens[ahead].folded in _BUT:
            spare = ahead + 1
            while spare < len(tokens) and tokens[spare].folded in _LINKS_DAYS:
                spare += 1
            without, end = _days_at(tokens, spare)
            if without:
                days, last = days - without, end
        found.append(Weekdays(frozenset(days), surface(tokens, at, last), at, last))
        at = last + 1
    return found


def _days_at(tokens: Sequence[Token], at: int) -> tuple[frozenset[int], int]:
    """The days named at a token, and the last token that names them."""
    for phrase in _DAILY:
        said = tuple(t.folded for t in tokens[at : at + len(phrase)])
        if said == phrase:
            return _ALL_WEEK, at + len(phrase) - 1
    if at >= len(tokens):
        return frozenset(), at
    first = _weekday(tokens[at])
    if first is None:
        return frozenset(), at
    ahead = at + 1
    if ahead < len(tokens) and tokens[ahead].folded in _UNTIL:
        ahead += 1
        while ahead < len(tokens) and tokens[ahead].folded in _LINKS_DAYS:
            ahead += 1
        last = _weekday(tokens[ahead]) if ahead < len(tokens) else None
        if last is not None:
            return frozenset((first + i) % 7 for i in range((last - first) % 7 + 1)), ahead
    return frozenset({first}), at


def _weekday(token: Token) -> int | None:
    folded = token.folded
    if not token.arabic:
        return _WEEKDAY.get(folded.removesuffix("s")) if token.capital else None
    if folded.startswith("لل"):
        folded = "ال" + folded[2:]
    return _WEEKDAY.get(re.sub(r"^[وبف](?=ال)", "", folded))
