"""Does this text carry this statement?

The gate between what is said and what a page says. Numbers, dates, places, names, offices,
negations and quantities must agree exactly, across scripts and ways of writing; the other words
must be covered by their stems, by words that say the same in either language, or by the closeness
of the two sentences. A doubt is never support: what is neither carried nor plainly different is
`missing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise

from assistant.statement import (
    PEOPLE,
    Day,
    Name,
    Number,
    Place,
    Statement,
    Token,
    Word,
    read_statement,
)
from assistant.types import Difference
from vectorstore.analysis import fold, skeleton

HOME = frozenset({"egypt"})  # what every page is about need not be said again
SAME_WORD = 0.6  # Dice's coefficient of trigrams from which two unknown words are forms of one
NAME_WEIGHT = 2.0  # a name says more than a word
LIGHT_WEIGHT = 0.3
ROUND_TO = 0.02  # "nine million" for 9,012,582
ROUND_FROM = 100_000  # smaller numbers are not rounded in print
FEW = 10  # more are not named one by one
BONES = 2  # consonants that a name needs to be compared by them
ROLE_REACH = 5  # words after an office that say of what


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text of a page and what its place on the page adds.

    Attributes:
        text: one sentence, or two neighbours.
        around: title, headings and first sentence of the page: what it is about, where, when.
        similarity: cosine of statement and text, 0 where unknown.
    """

    text: str
    around: tuple[str, ...] = ()
    published: date | None = None
    similarity: float = 0.0
    language: str = "en"


@dataclass(slots=True)
class Comparison:
    """A statement laid beside one text.

    Attributes:
        own: 0 to 1, how much of the statement the text itself says.
        whole: the same with title, headings and the page's first sentence.
        differences: checked slots in which the text says something else.
        missing: kinds of the checked slots of which it says nothing, or nothing plain.
        uncovered: words of the statement that are said nowhere near.
        rest, own_rest: `whole` and `own` without the slots that differ.
        words: `own` of the plain words alone.
        flipped: words that one side denies and the other does not.
    """

    own: float = 0.0
    whole: float = 0.0
    rest: float = 0.0
    own_rest: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)
    same_language: bool = True
    flipped: int = 0
    words: float = 0.0


Weigh = Callable[[frozenset[str]], float]


def _evenly(keys: frozenset[str]) -> float:
    return 1.0


def compare(claim: Statement, evidence: Evidence, weigh: Weigh = _evenly) -> Comparison:
    """Lay a statement beside a text of a page.

    Args:
        weigh: how much a word tells, by its keys; a rare word tells more.
    """
    own = read_statement(evidence.text)
    around = [read_statement(text) for text in evidence.around]
    found = Comparison(same_language=claim.arabic == own.arabic)
    score = _Score()
    _compare_words(claim, own, around, weigh, found, score)
    found.words = score.own / (score.total or 1.0)
    _compare_numbers(claim, own, around, found, score)
    _compare_dates(claim, own, around, evidence.published, found, score)
    _compare_places(claim, own, around, found, score)
    _compare_names(claim, own, around, found, score)
    _compare_roles(claim, own, found)
    _compare_quantity(claim, own, found)
    found.own, found.whole, found.rest, found.own_rest = score.shares()
    return found


@dataclass(slots=True)
class _Score:
    """Weights of what was said, carried by the text, carried with its surroundings, different."""

    total: float = 0.0
    own: float = 0.0
    whole: float = 0.0
    different: float = 0.0

    def add(self, weight: float, own: float, whole: float, different: bool = False) -> None:
        self.total += weight
        self.own += weight * own
        self.whole += weight * max(own, whole)
        if different:
            self.different += weight

    def shares(self) -> tuple[float, float, float, float]:
        total = self.total or 1.0
        rest = total - self.different
        return (
            self.own / total,
            self.whole / total,
            self.whole / rest if rest > 0 else 0.0,
            self.own / rest if rest > 0 else 0.0,
        )


# --- words -----------------------------------------------------------------------------------


def _compare_words(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    weigh: Weigh,
    found: Comparison,
    score: _Score,
) -> None:
    mismatched: list[tuple[Word, Word]] = []
    agreed, plain = False, 0
    for word in claim.words:
        matches = _matches(word, own)
        carried = bool(matches) or _among_names(word, own) or _in_parts(word, own)
        nearby = carried or any(_matches(word, a) or _among_names(word, a) for a in around)
        if word.body and not carried:
            rivals = [w for w in own.words if w.body and not any(_same(c, w) for c in claim.words)]
            if rivals and not nearby:
                found.differences.append(Difference("name", word.text, rivals[0].text))
                score.add(NAME_WEIGHT, 0.0, 0.0, different=True)
                continue
            titled = any(_matches(word, a) for a in around[:1])
            if (rivals and not titled) or not nearby:
                found.missing.append("name")
        weight = word.weight if word.light else word.weight * weigh(word.keys)
        score.add(weight, float(carried), float(nearby))
        if not nearby and not word.light:
            found.uncovered.append(word.text)
        if not matches or word.light:
            continue
        if any(word.denied and m.denied for m in matches):
            agreed = True
        elif all(m.denied != word.denied for m in matches):
            mismatched.append((word, matches[0]))
        else:
            plain += 1
    found.flipped = 0 if agreed else len(mismatched)
    if mismatched and agreed and len(claim.negations) != len(own.negations):
        found.missing.append("negation")
    elif mismatched and not agreed:
        ours, theirs = mismatched[0]
        if ours.denied or len(mismatched) >= plain:
            found.differences.append(
                Difference("negation", _spelt(claim, ours), _spelt(own, theirs))
            )
        else:  # a negation elsewhere in a long sentence: a doubt
            found.missing.append("negation")
    elif claim.denies and not agreed and not mismatched:
        found.missing.append("negation")


def _spelt(statement: Statement, word: Word) -> str:
    """The word with what stands before it, where it is denied."""
    first = word.first
    if word.denied:
        first = max((i for i in statement.negations if i <= word.last), default=first)
    tokens = statement.tokens[min(first, word.first) : word.last + 1]
    return " ".join(t.text for t in tokens)


def _matches(word: Word, text: Statement) -> list[Word]:
    return [w for w in text.words if _same(word, w)]


def _same(one: Word, other: Word) -> bool:
    if one.keys & (other.keys | other.parts):
        return True
    if "people" in one.keys and other.keys & PEOPLE:
        return True
    if one.known or other.known:
        return False
    return _alike(min(one.keys), min(other.keys))


@lru_cache(maxsize=100_000)
def _alike(one: str, other: str) -> bool:
    if len(one) < 4 or len(other) < 4 or one.isascii() != other.isascii():
        return False
    a = {f" {one} "[i : i + 3] for i in range(len(one))}
    b = {f" {other} "[i : i + 3] for i in range(len(other))}
    return 2 * len(a & b) >= SAME_WORD * (len(a) + len(b))


def _in_parts(word: Word, text: Statement) -> bool:
    """Whether each part of a phrase is said: "voluntary return" by "return voluntarily"."""
    return len(word.parts) > 1 and word.parts <= text.keys


def _among_names(word: Word, text: Statement) -> bool:
    """Whether a word that the lexicon does not know is a name in the text, in either script."""
    forms = {*word.keys, fold(word.text)}
    return not word.known and any(_named(form, text) for form in forms)


def _named(form: str, text: Statement) -> bool:
    for token in text.tokens:
        if form in token.forms:
            return True
    bones = skeleton(form)
    arabic = not form.isascii()
    return len(bones) >= BONES and any(t.bones == bones and t.arabic != arabic for t in text.tokens)


# --- numbers ---------------------------------------------------------------------------------


def _compare_numbers(
    claim: Statement, own: Statement, around: Sequence[Statement], found: Comparison, score: _Score
) -> None:
    for place, number in enumerate(claim.numbers):
        same = [n for n in own.numbers if _equal(number, n)]
        before = sum(1 for n in claim.numbers[:place] if n.value == number.value)
        if len(same) > before or (same and len({n.value for n in same}) > 1):
            other = _counts_other(number, same, own) or _stands_elsewhere(claim, number, same, own)
            if other:
                found.differences.append(Difference("number", number.text, other.text))
            elif (clash := _bound_clash(number, same)) is not None:
                found.differences.append(Difference("quantity", _bounded(number), _bounded(clash)))
            score.add(1.0, float(not other), float(not other), bool(other))
            continue
        open_numbers = [n for n in own.numbers if not any(_equal(c, n) for c in claim.numbers)]
        if not open_numbers and any(_equal(number, n) for a in around for n in a.numbers):
            score.add(1.0, 0.0, 1.0)
            continue
        if _enumerated(number, own):
            score.add(1.0, 1.0, 1.0)
            continue
        rival = _rival(number, claim, own)
        score.add(1.0, 0.0, 0.0, rival is not None)
        if rival is not None:
            found.differences.append(Difference("number", number.text, rival.text))
        else:
            found.missing.append("number")
    if _turned_round(claim, own) or any(_may_count_other(n, own) for n in claim.numbers):
        found.missing.append("number")
    said = own.ordinals.union(*(a.ordinals for a in around)) if around else own.ordinals
    if claim.ordinals - said:
        found.missing.append("ordinal")
    if claim.ordinals and own.ordinals and not claim.ordinals & own.ordinals:
        found.missing.append("ordinal")
    if claim.fractions - own.fractions:
        found.missing.append("number")


def _enumerated(number: Number, own: Statement) -> bool:
    """Whether so many of what is counted are named: "three councils" and their three names."""
    if number.unit or not 2 <= number.value <= FEW or not number.counted:
        return False
    return any(
        sum(key in w.keys | w.parts for w in own.words) == number.value for key in number.counted
    )


def _equal(claim: Number, source: Number) -> bool:
    if claim.unit != source.unit and "law" in (claim.unit, source.unit):
        return False
    if {claim.unit, source.unit} == {"", "percent"}:
        return False
    if claim.value == source.value:
        return True
    round_enough = claim.value >= ROUND_FROM and f"{claim.value:.0f}".rstrip("0").__len__() <= 2
    return round_enough and abs(claim.value - source.value) <= ROUND_TO * source.value


def _counts_other(number: Number, same: Sequence[Number], own: Statement) -> Number | None:
    """The number that counts what the claim counts, where the same number counts something else."""
    if not number.counted or any(not n.counted for n in same):
        return None
    if any(_counts_same(number, n) for n in same):
        return None
    for other in own.numbers:
        if other not in same and other.unit == number.unit and _counts_same(number, other):
            return other
    return None


def _may_count_other(number: Number, own: Statement) -> bool:
    """Whether another number of the text counts what the claim counts, and this one nothing."""
    same = [n for n in own.numbers if _equal(number, n)]
    if not same or not number.counted or any(n.counted for n in same):
        return False
    return any(
        _counts_same(number, n) and n.unit == number.unit and n not in same for n in own.numbers
    )


def _turned_round(claim: Statement, own: Statement) -> bool:
    """Whether two numbers stand in the other order than in the text, not each by what it counts."""
    found: list[tuple[int, bool]] = []
    for number in claim.numbers:
        same = [n for n in own.numbers if _equal(number, n)]
        if len(same) == 1:
            known = bool(number.counted) and _counts_same(number, same[0])
            found.append((same[0].first, known))
    return any(a[0] > b[0] and not (a[1] and b[1]) for a, b in pairwise(found))


def _counts_same(one: Number, other: Number) -> bool:
    """Whether two numbers count the same; "people" may be any, women are not men."""
    ours, theirs = one.counted - {"people"}, other.counted - {"people"}
    return bool(ours & theirs) if ours and theirs else bool(one.counted & other.counted)


def _stands_elsewhere(
    claim: Statement, number: Number, same: Sequence[Number], own: Statement
) -> Number | None:
    """In "Sudan 4 million, Syria 1.5 million", the number that stands by the claim's place."""
    segment, claimed = _segments(own), _segments(claim)
    for place in claim.places:
        if place.key in HOME or claimed[place.at] != claimed[number.first]:
            continue
        here = {segment[p.at] for p in own.places if p.key == place.key}
        there = {segment[n.first] for n in same}
        if not here or here & there:
            continue
        taken = any(
            segment[p.at] in there and p.kind == place.kind and p.key not in HOME | {place.key}
            for p in own.places
        )
        rivals = [n for n in own.numbers if segment[n.first] in here and n.unit == number.unit]
        if taken and rivals:
            return rivals[0]
    return None


def _segments(text: Statement) -> list[int]:
    """Per token the number of its stretch between commas and semicolons."""
    result, count = [], 0
    for token in text.tokens:
        if token.text in ",;:،؛":
            count += 1
        result.append(count)
    return result


def _bound_clash(number: Number, same: Sequence[Number]) -> Number | None:
    """The number whose "more than" or "fewer than" says otherwise; None where one agrees."""
    if any(not _clash(number.bound, n.bound) for n in same):
        return None
    return same[0]


def _clash(claim: str, source: str) -> bool:
    if claim == source or claim in ("", "about"):
        return False
    if claim == "more":
        return source in ("less", "up to")
    if claim == "less":
        return source == "more"
    return claim == "up to" and source == "more"


def _bounded(number: Number) -> str:
    said = {"more": "more than ", "less": "fewer than ", "up to": "up to ", "about": "about "}
    return said.get(number.bound, "") + number.text


def _rival(number: Number, claim: Statement, own: Statement) -> Number | None:
    """The number that stands in the text where the claim has another."""
    if number.unit == "law":
        return None
    free = [
        n
        for n in own.numbers
        if n.unit == number.unit and not any(_equal(c, n) for c in claim.numbers)
    ]
    counting = [n for n in free if _counts_same(number, n)]
    counting = counting or [n for n in free if number.counted & n.counted]
    if counting:
        rival = counting[0]
    elif len(free) == 1 and (number.unit or not number.counted or not free[0].counted):
        rival = free[0]
    else:
        return None
    if number.bound == rival.bound:
        return rival
    if number.bound == "more" and rival.value >= number.value:
        return None
    if number.bound in ("less", "up to") and rival.value <= number.value:
        return None
    return rival


# --- dates -----------------------------------------------------------------------------------


def _compare_dates(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    published: date | None,
    found: Comparison,
    score: _Score,
) -> None:
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
        rivals = rivals or [d for d in nearby if _as_fine(d, day, year)]
        # a year alone may be said of something else on the page; a rival must be near
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


# --- places ----------------------------------------------------------------------------------


def _compare_places(
    claim: Statement, own: Statement, around: Sequence[Statement], found: Comparison, score: _Score
) -> None:
    said = {p.key for p in own.places}
    claimed = {p.key for p in claim.places}
    # one place of several in a caption or a title may be any place
    nearby = {
        p.key
        for a in around
        for p in a.places
        if not any(o.kind == p.kind and o.key not in claimed | HOME for o in a.places)
    }
    often = Counter(p.key for p in claim.places)
    unsaid = [p for p in own.places if Counter(o.key for o in own.places)[p.key] > often[p.key]]
    for place in dict.fromkeys(claim.places):
        turned = _turned(place, own)
        if turned:
            found.differences.append(Difference("place", _way(place), _way(turned)))
            score.add(1.0, 0.0, 0.0, True)
            continue
        if place.direction and (end := _other_end(place, own)) and place.key not in HOME:
            found.differences.append(Difference("place", _way(place), _way(end)))
            score.add(1.0, 0.0, 0.0, True)
            continue
        if place.key in said:
            score.add(1.0, 1.0, 1.0)
            continue
        rivals = [p for p in own.places if p.kind == place.kind and p.key not in claimed]
        if place.key in nearby or place.key in HOME:
            rivals = [p for p in rivals if p.key not in HOME]
        if place.key in HOME and not rivals:
            score.add(LIGHT_WEIGHT, 1.0, 1.0)
            titled = {p.key for a in around[:1] for p in a.places if p.kind == place.kind}
            if any(p.kind == place.kind and p.key in claimed for p in unsaid) or (
                place.key not in titled and titled - claimed
            ):
                found.missing.append("place")
        elif place.key in nearby and not rivals:
            score.add(1.0, 0.0, 1.0)
            if any(p.kind == place.kind for p in unsaid):  # it may stand in that one's place
                found.missing.append("place")
        elif place.key in HOME:
            score.add(LIGHT_WEIGHT, 0.0, 1.0)
            found.missing.append("place")  # the text names another where the claim has this one
        elif rivals:
            score.add(1.0, 0.0, 0.0, True)
            found.differences.append(Difference("place", place.text, rivals[0].text))
        else:
            lead = [
                p
                for a in around
                for p in a.places
                if p.kind == place.kind and p.key not in claimed and p.key not in HOME
            ]
            score.add(1.0, 0.0, 0.0, bool(lead))
            if lead and place.kind == "city":
                found.differences.append(Difference("place", place.text, lead[0].text))
            else:
                found.missing.append("place")


def _turned(place: Place, own: Statement) -> Place | None:
    """The same place at the other end of the way."""
    if not place.direction:
        return None
    same = [p for p in own.places if p.key == place.key]
    ways = {p.direction for p in same}
    if place.direction in ways or "" in ways or not ways:
        return None
    return same[0]


def _way(place: Place) -> str:
    return f"{place.direction} {place.text}"


def _other_end(place: Place, own: Statement) -> Place | None:
    """Where the way of the text begins or ends, if elsewhere than the claim's."""
    ends = [p for p in own.places if p.direction == place.direction]
    if not ends or any(p.key == place.key for p in ends):
        return None
    same = [p for p in ends if p.kind == place.kind]
    if any(p.key == place.key for p in own.places) and not same:
        return None
    return (same or ends)[0]


# --- names and offices -----------------------------------------------------------------------


def _compare_names(
    claim: Statement, own: Statement, around: Sequence[Statement], found: Comparison, score: _Score
) -> None:
    claimed = claim.names
    if _names_turned_round(claim, own):
        found.missing.append("name")
    if not claim.literals <= own.literals:
        found.missing.append("literal")
    for place, name in enumerate(claimed):
        before = sum(1 for n in claimed[:place] if _same_name(n, name))
        if before and sum(1 for n in _people(own) if _same_name(name, n)) <= before:
            found.missing.append("name")  # said of two, where the text names two others
        if name_carried(name, own):
            score.add(NAME_WEIGHT, 1.0, 1.0)
        elif any(name_carried(name, a) for a in around) and (
            any(_part_in(part, own) for part in name.parts) or not _people(own)
        ):
            score.add(NAME_WEIGHT, 0.0, 1.0)
        else:
            rivals = [n for n in _people(own) if not any(_same_name(c, n) for c in claimed)]
            person = len(name.parts) > 1 and not any(t.text.isupper() for t in name.parts)
            score.add(NAME_WEIGHT, 0.0, 0.0, bool(rivals) and person)
            if rivals and person:
                found.differences.append(Difference("name", name.text, rivals[0].text))
            else:
                found.missing.append("name")


def _names_turned_round(claim: Statement, own: Statement) -> bool:
    """Whether two persons stand in the other order than in the text: who did it to whom?"""
    found: list[int] = []
    for name in claim.names:
        at = [i for i, t in enumerate(own.tokens) if any(_is_part(part, t) for part in name.parts)]
        if len(name.parts) > 1 and at:
            found.append(at[0])
    return any(a > b for a, b in pairwise(found))


def name_carried(name: Name, text: Statement) -> bool:
    """Whether a name stands in the text, in either script; one part of two is not enough."""
    parts = [t for t in name.parts if len(t.bones) >= BONES] or list(name.parts)
    hits = sum(_part_in(part, text) for part in parts)
    return hits >= min(2, len(parts)) and hits >= len(parts) - 1


def _part_in(part: Token, text: Statement) -> bool:
    return any(_is_part(part, token) for token in text.tokens)


def _same_name(one: Name, other: Name) -> bool:
    bones = {t.bones for t in other.parts}
    return any(t.bones in bones for t in one.parts)


def _people(text: Statement) -> list[Name]:
    """Names of two words and more; in Arabic, words that the lexicon does not know in a row."""
    if not text.arabic:
        return [n for n in text.names if len(n.parts) > 1]
    found: list[Name] = []
    run: list[Token] = []
    plain = {w.first for w in text.words if not w.known}
    for index, token in enumerate(text.tokens):
        if index in plain and not token.folded.startswith(("ال", "وال", "لل", "بال")):
            run.append(token)
            continue
        if len(run) > 1:
            found.append(Name(tuple(run), " ".join(t.text for t in run), index - len(run)))
        run = []
    return found


def _compare_roles(claim: Statement, own: Statement, found: Comparison) -> None:
    """An office is carried only by the stretch of text that names its holder."""
    if not any(w.role for w in claim.words):
        return
    people = [n for n in claim.names if name_carried(n, own)]
    holders = [list(n.parts) for n in people]
    if claim.arabic:
        holders += _arabic_holders(claim, own)
    for parts in holders:
        stretch = _stretch(parts, own)
        if not stretch:
            continue
        near = [w for w in own.words if w.first in stretch]
        places = {p.key for p in own.places if p.at in stretch}
        ours = _stretch(parts, claim)
        for office in (w for w in claim.words if w.role and w.first in ours):
            if not any(office.keys & w.keys for w in near):
                held = [w for w in near if w.role]
                if held:
                    found.differences.append(Difference("role", office.text, held[0].text))
                else:
                    found.missing.append("role")
                continue
            wanted = [
                p for p in claim.places if p.at in ours and 0 < p.at - office.last <= ROLE_REACH + 3
            ][:1]
            for place in wanted:
                if (
                    places
                    and place.key not in places
                    and not (place.key in HOME and places <= HOME)
                ):
                    rival = next(p for p in own.places if p.at in stretch)
                    if rival.kind != place.kind:
                        continue
                    found.differences.append(Difference("role", place.text, rival.text))
            of = [
                w
                for w in claim.words
                if w.first in ours
                and 0 < w.first - office.last <= ROLE_REACH
                and all(t.word for t in claim.tokens[office.last + 1 : w.first])
                and not _name_between(parts, claim, office.last, w.first)
                and w.known
                and not w.light
                and not w.role
            ]
            lacking = [w for w in of if not any(w.keys & n.keys for n in near)]
            if of and len(lacking) * 2 > len(of):
                held_words = [w.text for w in near if w.role or w.known][:4]
                found.differences.append(Difference("role", lacking[0].text, " ".join(held_words)))


def _name_between(parts: Sequence[Token], claim: Statement, first: int, last: int) -> bool:
    return any(t in parts for t in claim.tokens[first + 1 : last])


def _arabic_holders(claim: Statement, own: Statement) -> list[list[Token]]:
    """Runs of words of the claim that stand as a name in the text."""
    holders: list[list[Token]] = []
    run: list[Token] = []
    plain = {w.first for w in claim.words if not w.known}
    for index in range(len(claim.tokens) + 1):
        token = claim.tokens[index] if index < len(claim.tokens) else None
        if token is not None and index in plain and _part_in(token, own):
            run.append(token)
            continue
        if len(run) > 1:
            holders.append(run)
        run = []
    return holders


def _stretch(parts: Sequence[Token], own: Statement) -> set[int]:
    """Token places of the holder's own stretch: to the comma before, past one comma after.

    "Minister of Labour Hassan Shehata, EU Ambassador Christian Berger and …" gives "Minister of
    Labour Hassan Shehata,"; "Laura Palatini, Chief of the IOM mission in Morocco;" the whole.
    """
    at = [i for i, t in enumerate(own.tokens) if any(_is_part(p, t) for p in parts)]
    if not at:
        return set()
    table = any(t.text == ";" for t in own.tokens) and any(t.text == ":" for t in own.tokens)
    if table and own.tokens[-1].text not in ".":
        return set(range(len(own.tokens)))
    first, last = at[0], at[-1]
    if last - first > 6:
        last = next((b for a, b in pairwise(at) if b - a == 1), first)
        last = max(last, first)
    start = first
    while start > 0 and own.tokens[start - 1].text not in ",;:،؛":
        start -= 1
    end = last
    while end + 1 < len(own.tokens) and own.tokens[end + 1].text not in ",;،؛":
        end += 1
    for person in _people(own):
        until = person.at + len(person.parts) - 1
        if any(_is_part(p, t) for p in parts for t in person.parts):
            continue
        if start <= until < first:  # another holder before: what is his ends at the "and"
            joints = [i for i in range(until + 1, first) if own.tokens[i].folded == "and"]
            start = (joints[-1] if joints else until) + 1
        elif last < person.at <= end:
            end = person.at - 1
    stretch = set(range(start, end + 1))
    titled = any(w.role for w in own.words if w.first in stretch)
    if end == last and end + 1 < len(own.tokens) and own.tokens[end + 1].text in ",،":
        # the holder stands right before the comma: what follows may be the office
        follow = end + 2
        while follow < len(own.tokens) and own.tokens[follow].text not in ",;،؛.":
            if own.tokens[follow].folded in ("and",) and not titled:
                break
            follow += 1
        following = set(range(end + 2, follow))
        if not any(n.at in following for n in own.names):
            stretch |= following
    return stretch


def _is_part(part: Token, token: Token) -> bool:
    """Whether two words are spellings of one name: Naela, Naila, نائلة; but not CARE and Cairo."""
    if part.forms[0] == token.forms[0]:
        return part.arabic or not part.capital or token.capital  # CARE is not care
    if len(part.bones) < BONES or token.bones != part.bones:
        return False
    if part.arabic != token.arabic:
        return not (part.text.isupper() or token.text.isupper())
    if part.text.isupper() != token.text.isupper():
        return False
    return len(part.bones) > BONES or (
        part.folded[0] == token.folded[0] and part.folded[-1] == token.folded[-1]
    )


# --- quantity --------------------------------------------------------------------------------


def _compare_quantity(claim: Statement, own: Statement, found: Comparison) -> None:
    ours, theirs = claim.quantifiers, own.quantifiers
    if "except" in ours and "except" not in theirs:
        if "all" in theirs:
            found.differences.append(Difference("quantity", "except", "all"))
        else:
            found.missing.append("quantity")
        return
    for name in ("only", "all", "most", "none"):
        if name == "none" and any(d.kind == "negation" for d in found.differences):
            continue
        if name in ours and name not in theirs:
            rival = next((q for q in ("all", "only", "most", "some") if q in theirs), None)
            if rival and name != "none":
                found.differences.append(Difference("quantity", name, rival))
            else:
                found.missing.append("quantity")
    if "only" in theirs and "only" not in ours and not ours:
        found.missing.append("quantity")
    if "some" in ours and "all" in theirs and "all" not in ours:
        found.differences.append(Difference("quantity", "some", "all"))
