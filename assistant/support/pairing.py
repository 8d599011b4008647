"""Which value of a text belongs to which of its words.

"The Amman office followed in 2013 and the Khartoum office in 2015" holds every word of "the Amman
office opened in 2015" and does not say it. Where a text names several values of one kind, it is
divided into stretches with one of them each; a value that stands in one stretch while what is said
of it stands in another speaks of something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.statement import Statement
from assistant.support.alignment import SAID, Partner, same_word
from assistant.support.comparison import HOME, Comparison
from assistant.support.names import is_part
from assistant.support.numbers import same_number
from assistant.types import Difference
from vectorstore.analysis import is_stop_word

SURE = 2  # words in another stretch that make a doubt a difference; a name counts for two
_BREAKS = frozenset({"and", "but", "while", "whereas", "then", "ثم", "اما", "بينما", "لكن", "و"})
_MARKS = ",;:.،؛–"


@dataclass(frozen=True, slots=True)
class _Value:
    kind: str
    text: str
    first: int
    last: int
    claimed: bool


def compare_pairs(
    claim: Statement, own: Statement, partners: Sequence[Partner], found: Comparison
) -> None:
    """Find values of a statement that the text says of something else.

    Args:
        partners: what each word of the statement has in the text, in order.
    """
    if {";", ":"} <= {token.text for token in own.tokens}:
        return  # rows of a table, which say by their heads what belongs to what
    values = _values(claim, own)
    for kind in dict.fromkeys(v.kind for v in values):
        alike = [v for v in values if v.kind == kind]
        claimed = [v for v in alike if v.claimed]
        if len(claimed) != 1 or len(alike) < 2:
            continue
        stretch = _stretches(alike, own)
        here = stretch[claimed[0].first]
        rivals = [v for v in alike if not v.claimed and stretch[v.first] != here]
        if not rivals:
            continue
        anchors, plain = _anchors(claim, own, partners, stretch, alike)
        beside = max(rivals, key=lambda v: anchors.count(stretch[v.first]))
        there = stretch[beside.first]
        alone = there == 0 and here in anchors and plain.count(there) < SURE
        if there not in anchors or alone:
            continue  # a verb is said once: "Amman followed in 2013 and Khartoum in 2015"
        apart = here not in anchors or _named_elsewhere(claim, own, stretch, here, there)
        if apart or (there in plain and here not in plain):
            at_home = any(p.at == claimed[0].first and p.key in HOME for p in own.places)
            if apart and plain.count(there) >= SURE and not at_home:
                reported = "place" if kind in ("city", "country") else kind.partition(" ")[0]
                found.differences.append(Difference(reported, claimed[0].text, beside.text))
            else:
                found.missing.append(kind.partition(" ")[0])


def _values(claim: Statement, own: Statement) -> list[_Value]:
    """Values of the text in order, with whether the statement has them."""
    values = [
        _Value(
            f"number {n.unit or ('time' if n.hours else '')}",
            n.text,
            n.first,
            n.last,
            any(same_number(c, n) for c in claim.numbers),
        )
        for n in own.numbers
        if n.unit != "law"
    ]
    values += [
        _Value("date", d.text, d.first, d.last, any(_meets(c, d) for c in claim.dates))
        for d in own.dates
        if d.year is not None or d.day is not None
    ]
    values += [
        _Value(
            "date of week", w.text, w.first, w.last, any(w.days & c.days for c in claim.weekdays)
        )
        for w in own.weekdays
    ]
    keys = {p.key for p in claim.places}
    values += [_Value(p.kind, p.text, p.at, p.at, p.key in keys) for p in own.places]
    return sorted(values, key=lambda v: v.first)


def _meets(claim: object, source: object) -> bool:
    pairs = [(getattr(claim, n), getattr(source, n)) for n in ("year", "month", "day")]
    return all(ours is None or ours == theirs for ours, theirs in pairs)


def _stretches(values: Sequence[_Value], own: Statement) -> list[int]:
    """Per token the number of its stretch; a list of values is one."""
    tokens = own.tokens
    result, count, start = [0] * len(tokens), 0, 0
    for value, following in pairwise(values):
        gap = range(value.last + 1, following.first)
        breaks = [i for i in gap if tokens[i].text in _MARKS or tokens[i].folded in _BREAKS]
        breaks += [i for i in (*gap, following.first) if _joined(tokens[i].folded, own, i)]
        told = [i for i in gap if tokens[i].word and not is_stop_word(tokens[i].folded)]
        if not breaks or not told:
            continue
        breaks.sort()
        # what follows the value at once ends its stretch: "in 2008, and a post in 2015"
        at = breaks[0] if breaks[0] - value.last <= 1 else breaks[-1]
        for i in range(start, at):
            result[i] = count
        count, start = count + 1, at
    for i in range(start, len(tokens)):
        result[i] = count
    return result


def _joined(folded: str, own: Statement, at: int) -> bool:
    """Whether an Arabic word carries an "and": وأربعة, والنرويج."""
    return own.tokens[at].arabic and len(folded) > 3 and folded.startswith("و")


def _anchors(
    claim: Statement,
    own: Statement,
    partners: Sequence[Partner],
    stretch: Sequence[int],
    values: Sequence[_Value],
) -> tuple[list[int], list[int]]:
    """Stretches in which the statement's other words stand, each by itself; the sure ones."""
    inside = {i for v in values for i in range(v.first, v.last + 1)}
    inside |= {i for n in own.numbers if n.unit == "percent" for i in _whole(n.last, own)}
    spans = {n.last + 1 for n in claim.numbers if n.hours}
    anchors: list[int] = []
    plain: list[int] = []
    for word, partner in zip(claim.words, partners, strict=True):
        if word.light or word.weight < 1 or partner.value < SAID or word.first in spans:
            continue
        same = [w for w in own.words if same_word(word, w)] or list(partner.words)
        places = [w.first for w in same if w.first not in inside]
        sure = int(any(same_word(word, w) for w in same))
        _add(places, stretch, anchors, plain, sure)
    for name in claim.names:
        at = [i for i, t in enumerate(own.tokens) if any(is_part(p, t) for p in name.parts)]
        _add([i for i in at if i not in inside], stretch, anchors, plain, SURE)
    for place in claim.places:
        at = [p.at for p in own.places if p.key == place.key and p.at not in inside]
        _add(at, stretch, anchors, plain, SURE)
    return anchors, plain


def _whole(last: int, own: Statement) -> list[int]:
    """The words of what a percentage is a share of: "61 per cent of our income"."""
    at = last + 1
    if at >= len(own.tokens) or own.tokens[at].folded not in ("of", "من"):
        return []
    while at < len(own.tokens) and is_stop_word(own.tokens[at].folded):
        at += 1
    return [at]


def _add(
    places: Sequence[int], stretch: Sequence[int], anchors: list[int], plain: list[int], sure: int
) -> None:
    found = {stretch[i] for i in places}
    if len(found) == 1:
        anchors.extend(found)
        plain.extend([*found] * sure)


def _named_elsewhere(
    claim: Statement, own: Statement, stretch: Sequence[int], here: int, there: int
) -> bool:
    """Whether the statement names a place of the other stretch, and this one names another."""
    keys = {p.key for p in claim.places}
    said = {stretch[p.at] for p in own.places if p.key in keys}
    unsaid = {stretch[p.at] for p in own.places if p.key not in keys}
    return there in said and here not in said and here in unsaid
