"""What a statement says that can be checked: numbers, dates, places, names and plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.statement.dates import Day, Weekdays, dates_of, weekdays_of
from assistant.statement.numbers import (
    Number,
    laws_of,
    lengths_of,
    number_of,
    numbers_of,
    ordinal_at,
    ratios_of,
    unit_of_time,
    with_wholes,
)
from assistant.statement.polarity import (
    MILD,
    denied_words,
    implied_denials,
    quantifier_at,
    quantifies,
)
from assistant.statement.terms import (
    Entry,
    concepts,
    is_people,
    is_place_form,
    is_spelt,
    longest,
    places_table,
)
from assistant.statement.tokens import Token, folded_set, surface, tokens_of, without_marks
from vectorstore import analysis

_WEIGHTS = {"light": 0.1, "usual": 0.5}  # of words that fit many matters; chosen by eye


@dataclass(frozen=True, slots=True)
class Place:
    """A country or one of its people, or a city."""

    key: str
    kind: str
    direction: str
    text: str
    at: int
    people: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name that the lexicon does not know."""

    parts: tuple[Token, ...]
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Word:
    """A content word or a phrase of the lexicon.

    Attributes:
        keys: concepts it stands for, or its stems.
        parts: what the words of a phrase say one by one.
        weight: 0 to 1, how much it tells beside other words.
        denied: it stands in the reach of a negation.
        body: it names an organisation or a programme.
    """

    keys: frozenset[str]
    parts: frozenset[str]
    text: str
    first: int
    last: int
    role: bool
    body: bool
    weight: float
    denied: bool
    known: bool

    @property
    def light(self) -> bool:
        """Whether it says next to nothing."""
        return self.weight <= _WEIGHTS["light"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, read."""

    text: str
    arabic: bool
    tokens: tuple[Token, ...]
    words: tuple[Word, ...]
    numbers: tuple[Number, ...]
    dates: tuple[Day, ...]
    weekdays: tuple[Weekdays, ...]
    places: tuple[Place, ...]
    names: tuple[Name, ...]
    ordinals: frozenset[int]
    quantifiers: frozenset[str]
    negations: tuple[int, ...]
    implied: tuple[int, ...]
    literals: frozenset[str]
    denies: bool
    keys: frozenset[str]


_FROM = ("from", "left", "leaving", "departed", "من", "اقلعت", "غادرت", "غادر", "قادمه", "قادما")
_TO = (
    "to",
    "into",
    "landed",
    "arrived",
    "reached",
    "reaching",
    "towards",
    "الي",
    "هبطت",
    "وصلت",
    "وصل",
)
_NOT_NAMES = folded_set("mr mrs ms dr h.e and the a an for of in on his her under")
_PARTICLES = folded_set("de el al van von bin ibn abu دي بن ابو ال")


_TITLES = folded_set(
    """السيد السيدة الدكتور الدكتورة السفير السفيرة المستشار المستشارة الوزير الوزيرة اللواء الشيخ
    الأستاذ الأستاذة المهندس المهندسة الرئيس العميد د"""
)


def read_statement(text: str) -> Statement:
    """Read one statement or one sentence of a page; the same text is read once."""
    return _read(text)


@lru_cache(maxsize=8_192)
def _read(text: str) -> Statement:
    tokens = tokens_of(text)
    raw_numbers = numbers_of(tokens)
    laws = laws_of(tokens, raw_numbers)
    in_law = {i for law in laws for i in range(law.first, law.last + 1)}
    dates = [d for d in dates_of(tokens, raw_numbers) if d.first not in in_law]
    taken = set(in_law)
    for day in dates:
        taken.update(range(day.first, day.last + 1))
    weekdays = [w for w in weekdays_of(tokens) if w.first not in taken]
    for said in weekdays:
        taken.update(range(said.first, said.last + 1))
    numbers = list(laws)
    for lasting in lengths_of(tokens, raw_numbers):
        if taken.isdisjoint(range(lasting.first, lasting.last + 1)):
            numbers.append(lasting)
            taken.update(range(lasting.first, lasting.last + 1))
    for share in ratios_of(tokens, raw_numbers):
        quarter = share.first == share.last and share.first and tokens[share.first].capital
        if share.first not in taken and not quarter:
            numbers.append(share)
            taken.update(range(share.first, share.last + 1))
    for value, first, last in raw_numbers:
        nth = ordinal_at(tokens, first)[0] is not None
        nth = nth or (first > 0 and ordinal_at(tokens, first - 1)[1] == first)  # "الخامسة عشرة"
        if first not in taken and not nth:
            # what was taken with a number ("8.7 في المئة") is no number of its own
            number = number_of(tokens, value, first, last)
            numbers.append(number)
            taken.update(range(first, number.last + 1))
    denied, negations = denied_words(tokens)
    places, words, names, ordinals = [], [], [], set()
    at = 0
    run: list[Token] = []
    run_at = 0

    def close() -> None:
        if run and (run_at or any(len(t.bones) > 1 for t in run)):
            names.append(Name(tuple(run), " ".join(t.text for t in run), run_at))
        elif run:
            for offset, token in enumerate(run):
                words.append(_plain(token, run_at + offset, denied))
        run.clear()

    while at < len(tokens):
        token = tokens[at]
        if not token.word:
            if token.text not in "-’'.&":
                close()
            at += 1
            continue
        if at in taken:
            close()
            at += 1
            continue
        length, entries = longest(tokens, at, places_table())
        if length == 1 and not is_place_form(token):
            length = 0
        phrase, about = longest(tokens, at, concepts())
        in_name = phrase > length and any(e.kind == "body" for e in about)
        if length and not in_name and (token.arabic or token.capital) and token.text != "Us":
            close()
            for entry in entries:
                places.append(
                    Place(
                        entry.key,
                        entry.kind,
                        _direction(tokens, at),
                        surface(tokens, at, at + length - 1),
                        at,
                        entry.kind == "country" and is_people(tokens[at + length - 1]),
                    )
                )
            at += length
            continue
        ordinal, last = ordinal_at(tokens, at)
        if ordinal is not None:
            close()
            ordinals.add(ordinal)
            at = last + 1
            continue
        if at in negations:
            close()
            at += 1
            continue
        length, entries = longest(tokens, at, concepts())
        named = token.capital and at > 0 and not token.text.isupper()
        if named and length == 1 and not is_spelt(token.folded):
            entries = []
        called = token.arabic and (len(run) == 1 or (at > 0 and _is_title(tokens[at - 1])))
        if called and length == 1 and not any(e.kind in ("role", "body") for e in entries):
            entries = []  # العميد حسن: a name that is a word as well
        if entries:
            close()
            span = range(at, at + length)
            words.append(
                Word(
                    keys=frozenset(e.key for e in entries),
                    text=surface(tokens, at, at + length - 1),
                    first=at,
                    last=at + length - 1,
                    parts=_parts(tokens, at, length),
                    role=any(e.kind == "role" for e in entries),
                    body=any(e.kind == "body" for e in entries),
                    weight=_WEIGHTS["light"]
                    if _those(entries, tokens, at + length)
                    else min(_WEIGHTS.get(e.kind, 1.0) for e in entries),
                    denied=any(i in denied for i in span),
                    known=True,
                )
            )
            at += length
            continue
        if analysis.is_stop_word(token.folded) or token.folded in _STOP or quantifies(token):
            if not (run and token.folded in _PARTICLES):
                close()
            at += 1
            continue
        titled = token.arabic and (bool(run) or (at > 0 and _is_title(tokens[at - 1])))
        titled = titled and not token.folded.startswith(("ال", "لل", "وال", "بال", "و"))
        capital = token.capital and token.folded not in _NOT_NAMES
        if titled or (capital and (at or _next_capital(tokens, at))):
            if not run:
                run_at = at
            run.append(token)
        elif run and token.folded in _PARTICLES:
            pass
        else:
            close()
            words.append(_plain(token, at, denied))
        at += 1
    close()
    units = {unit_of_time(tokens, n) for n in numbers}  # compared as lengths
    words = [replace(w, weight=_WEIGHTS["light"]) if w.first in units else w for w in words]
    weekly = {i for w in weekdays for i in range(w.first, w.last + 1)}
    shares = {i for n in numbers if n.unit == "percent" for i in range(n.first, n.last + 1)}
    quantifiers = {quantifier_at(tokens, i) for i in range(len(tokens)) if i not in weekly | shares}
    quantifiers.discard("")
    return Statement(
        text=text,
        arabic=sum(t.arabic for t in tokens) * 2 > sum(t.word for t in tokens),
        tokens=tokens,
        words=tuple(words),
        numbers=tuple(with_wholes(tokens, sorted(numbers, key=lambda n: n.first))),
        dates=tuple(dates),
        weekdays=tuple(weekdays),
        places=tuple(places),
        names=tuple(names),
        ordinals=frozenset(ordinals),
        quantifiers=frozenset(quantifiers),
        negations=tuple(negations),
        implied=tuple(i for i in implied_denials(tokens) if i not in weekly),
        literals=_literals(text),
        denies=any(tokens[i].folded not in MILD for i in negations),
        keys=frozenset(k for w in words for k in w.keys | w.parts),
    )


_STOP = folded_set(
    """mr mrs ms there one s كان كانت تم يتم قام قامت هم هي هو عبر حسب التي الذي وهو وهي كانوا الا
    قد لقد الى واحد واحدة ضمن اطار إطار عن عند عندما according fewer less than nearly
    almost around roughly أقل أكثر نحو حوالي قرابة
    us ours itself themselves أحد أحدهم أصل مرة لدينا أمر الأمر نفسه نفسها
    وفيه وفيها وعليه وعليها وله ولها ولهم وبه وبها ومنه ومنها منهم بينهم ومنهم"""
)
_PHONE = re.compile(r"\+\d[\d \u00a0().-]{5,}\d")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w|(?:https?://|www\.)[^\s<>\"]*[\w/]")


def _literals(text: str) -> frozenset[str]:
    """Telephone numbers with their country code, mail and web addresses: to the last sign."""
    plain = without_marks(text)
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in plain)
    phones = (re.sub(r"\D", "", m.group()) for m in _PHONE.finditer(digits))
    return frozenset(phones) | {m.group().casefold() for m in _ADDRESS.finditer(plain)}


_WHO = folded_set("who whose الذين اللواتي ممن")


def _those(entries: Sequence[Entry], tokens: Sequence[Token], after: int) -> bool:
    """Whether "people" or "persons" says no more than "those": people who …"""
    return (
        all(e.key in ("people", "human") for e in entries)
        and after < len(tokens)
        and tokens[after].folded in _WHO
    )


def _is_title(token: Token) -> bool:
    return token.folded.lstrip("و") in _TITLES


def _plain(token: Token, at: int, denied: set[int]) -> Word:
    keys = frozenset(token.forms)
    return Word(keys, frozenset(), token.text, at, at, False, False, 1.0, at in denied, False)


def _parts(tokens: Sequence[Token], at: int, length: int) -> frozenset[str]:
    if length == 1:
        return frozenset()
    found: set[str] = set()
    for token in tokens[at : at + length]:
        if token.word and not analysis.is_stop_word(token.folded) and token.folded not in _STOP:
            entries = longest((token,), 0, concepts())[1]
            found.update((e.key for e in entries) if entries else token.forms[:1])
    return frozenset(found)


def _next_capital(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].text.isupper() and len(tokens[at].text) > 1:
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return bool(following and (following.capital or following.folded in ("'s", *_PARTICLES)))


def _direction(tokens: Sequence[Token], at: int) -> str:
    """Whether a place is where a way begins or where it ends."""
    for back in range(at - 1, max(-1, at - 4), -1):
        folded = tokens[back].folded
        if not tokens[back].word:
            return ""
        if folded in _TO:
            return "to"
        if folded in _FROM:
            return "from"
        if folded not in ("in", "في", "the"):
            return ""
    return ""
