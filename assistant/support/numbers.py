"""Numbers: equal across scripts, counting the same, not turned round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from assistant.statement import (
    Number,
    Statement,
)
from assistant.support.alignment import SAID, align
from assistant.support.closeness import Closeness
from assistant.support.comparison import HOME, Comparison, Score
from assistant.types import Difference

ROUND_TO = 0.02  # "nine million" for 9,012,582
ROUND_FROM = 100_000  # smaller numbers are not rounded in print
NEAR = 1.35  # "more than 300" is said of 310, hardly of 900
ABOUT_A_SHARE = 2.5  # percentage points by which "a third" may miss what is counted
_DUAL = ("ين", "ان")
ALIKE = 0.6  # cosine of words from which two numbers do count the same
SAME_THING = 0.5  # cosine of words from which two numbers may count the same
ACROSS = 0.42  # the same between two languages, where words are further apart
LISTED = 6  # words after a number that may say what it counts
FEW = 10  # more are not named one by one


def compare_numbers(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    near: Closeness | None,
    found: Comparison,
    score: Score,
) -> None:
    """Lay numbers side by side, each with what it counts."""
    for place, number in enumerate(claim.numbers):
        same = [n for n in own.numbers if same_number(number, n)]
        before = sum(1 for n in claim.numbers[:place] if n.value == number.value)
        if len(same) > before or (same and len({n.value for n in same}) > 1):
            other = _counts_other(number, same, own) or _stands_elsewhere(claim, number, same, own)
            if other:
                found.differences.append(Difference("number", number.text, other.text))
            elif (clash := _bound_clash(number, same)) is not None:
                found.differences.append(Difference("quantity", _bounded(number), _bounded(clash)))
            whole = not number.whole and all(n.whole for n in same)
            if not other and (whole or _counts_else(number, same, own, near)):
                found.missing.append("number")  # of "57 of the 131" only 57 did it
            score.add(1.0, float(not other), float(not other), bool(other))
            continue
        open_numbers = [n for n in own.numbers if not any(same_number(c, n) for c in claim.numbers)]
        if (
            len(claim.numbers) == 1
            and not open_numbers
            and any(same_number(number, n) for a in around for n in a.numbers)
        ):
            score.add(1.0, 0.0, 1.0)
            continue
        if any(_within(number, n) for n in open_numbers) and not _ambiguous(number, open_numbers):
            score.add(1.0, 1.0, 1.0)
            continue
        if _enumerated(number, own) or _dual(number, own):
            score.add(1.0, 1.0, 1.0)
            continue
        rival = _rival(number, claim, own, near)
        score.add(1.0, 0.0, 0.0, rival is not None)
        if rival is not None:
            found.differences.append(Difference("number", number.text, rival.text))
        else:
            found.missing.append("number")
    if any(_away_from_its_words(claim, n, own, near) for n in claim.numbers):
        found.missing.append("number")
    if _turned_round(claim, own) or any(_may_count_other(n, own) for n in claim.numbers):
        found.missing.append("number")
    said = own.ordinals.union(*(a.ordinals for a in around)) if around else own.ordinals
    if claim.ordinals - said:
        found.missing.append("ordinal")
    if claim.ordinals and own.ordinals and not claim.ordinals & own.ordinals:
        found.missing.append("ordinal")


def _counts_else(
    number: Number, same: Sequence[Number], own: Statement, near: Closeness | None
) -> bool:
    """Whether the same number counts other things in the text: three daughters, three schools."""
    if near is None or number.unit or not number.things or any(not n.things for n in same):
        return False
    if any(_counts_same(number, n) for n in same):
        return False
    for n in same:  # "up to 30 victims, women and children"
        listed = [w for w in own.words if 0 < w.first - n.last <= LISTED]
        if any(number.counted & (w.keys | w.parts) for w in listed):
            return False
    things = [thing for n in same for thing in n.things]
    across = number.things[0].isascii() != things[0].isascii()
    return float(near(number.things, things).max()) < (ACROSS if across else SAME_THING)


def _away_from_its_words(
    claim: Statement, number: Number, own: Statement, near: Closeness | None
) -> bool:
    """Whether what is said of the number is said of another one beside it.

    "Donors promised 1.52 billion, while 3.1 billion was required": not 3.1 promised.
    """
    same = [n for n in own.numbers if same_number(number, n)]
    others = [n for n in own.numbers if n.unit == number.unit and n not in same]
    if len(same) != 1 or not others or claim.arabic != own.arabic:
        return False
    segment, said = _segments(own), Counter[int]()
    for partner in align([w for w in claim.words if not w.light], own, near):
        if partner.value >= SAID and partner.words:
            said[segment[partner.words[0].first]] += 1
    here = segment[same[0].first]
    return any(said[segment[n.first]] > said[here] + 1 for n in others if segment[n.first] != here)


def _enumerated(number: Number, own: Statement) -> bool:
    """Whether so many of what is counted are named: "three councils" and their three names."""
    if number.unit or not 2 <= number.value <= FEW or not number.counted:
        return False
    return any(
        sum(key in w.keys | w.parts for w in own.words) == number.value for key in number.counted
    )


def _dual(number: Number, own: Statement) -> bool:
    """Whether Arabic's own form for two of a thing says it: مجلسين for "two councils"."""
    return (
        number.value == 2
        and not number.unit
        and any(
            len(w.text) > 4 and w.text.endswith(_DUAL) and number.counted & (w.keys | w.parts)
            for w in own.words
        )
    )


def _within(claim: Number, source: Number) -> bool:
    """Whether "more than 300" or "fewer than half" is said by a number that fulfils it."""
    if claim.unit != source.unit or source.bound not in ("", "about", claim.bound):
        return False
    if claim.bound == "more":
        near = claim.unit == "percent" or source.value <= NEAR * claim.value
        return near and source.value > claim.value
    if claim.bound == "less":
        near = claim.unit == "percent" or source.value * NEAR >= claim.value
        return near and source.value < claim.value
    return False


def _ambiguous(number: Number, open_numbers: Sequence[Number]) -> bool:
    """Whether several numbers of the text may be the one that is meant."""
    alike = [n for n in open_numbers if n.unit == number.unit]
    counting = [n for n in alike if _counts_same(number, n)]
    if counting:
        return not any(_within(number, n) for n in counting)
    return len(alike) > 1 or (number.unit == "" and bool(number.counted))


def same_number(claim: Number, source: Number) -> bool:
    """Whether two numbers are the same, in whatever way each is written."""
    if claim.hours and source.hours:
        return claim.hours == source.hours
    if bool(claim.hours) != bool(source.hours):
        other = source if claim.hours else claim  # "three days" is not "three schools"
        if other.things and not claim.counted & source.counted:
            return False
    if claim.unit != source.unit and "law" in (claim.unit, source.unit):
        return False
    if {claim.unit, source.unit} == {"", "percent"}:
        return False
    if claim.fraction and source.fraction and abs(claim.value - source.value) < 0.01:
        return True
    if {claim.value, claim.also or claim.value} & {source.value, source.also or source.value}:
        return True
    if claim.fraction and source.fraction:
        return False  # one in twenty is not one in forty, near as the shares are
    if claim.unit == "percent" and (claim.fraction or source.fraction):
        return abs(claim.value - source.value) <= ABOUT_A_SHARE and not claim.bound
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
    same = [n for n in own.numbers if same_number(number, n)]
    if not same or not number.counted or any(n.counted for n in same):
        return False
    return any(
        _counts_same(number, n) and n.unit == number.unit and n not in same for n in own.numbers
    )


def _turned_round(claim: Statement, own: Statement) -> bool:
    """Whether two numbers stand in the other order than in the text, not each by what it counts."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for number in claim.numbers:
        same = [n for n in own.numbers if same_number(number, n)]
        if len(same) == 1:
            known = bool(number.counted) and _counts_same(number, same[0])
            kind = number.unit or ("time" if number.hours else "")
            found.setdefault(kind, []).append((same[0].first, known))
    return any(
        a[0] > b[0] and not (a[1] and b[1]) for alike in found.values() for a, b in pairwise(alike)
    )


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


def _rival(
    number: Number, claim: Statement, own: Statement, near: Closeness | None
) -> Number | None:
    """The number that stands in the text where the claim has another."""
    if number.unit == "law":
        return None
    free = [
        n
        for n in own.numbers
        if n.unit == number.unit and not any(same_number(c, n) for c in claim.numbers)
    ]
    counting = [n for n in free if _counts_same(number, n)]
    counting = counting or [n for n in free if number.counted & n.counted]
    if not counting and near is not None and number.things:
        counting = [n for n in free if n.things and near(number.things, n.things).max() >= ALIKE]
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
