"""Places: the same ones, and at the same end of the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.statement import (
    Place,
    Statement,
)
from assistant.statement.terms import within
from assistant.support.comparison import HOME, LIGHT_WEIGHT, Comparison, Score
from assistant.types import Difference

DENIES = 6  # tokens after a "not" in which a place is denied
_IN = frozenset({"in", "at", "near", "في", "بـ", "داخل", "قرب"})


def compare_places(
    claim: Statement, own: Statement, around: Sequence[Statement], found: Comparison, score: Score
) -> None:
    """Lay places side by side, each at its end of the way."""
    said = {p.key for p in own.places} | {within().get(p.key, "") for p in own.places}
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
        if place.key not in said and any(o.at == place.at and o.key in said for o in claim.places):
            continue  # عمان is Amman or Oman
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
        rivals = [p for p in own.places if p.key not in claimed and _rivals(place, claim, p, own)]
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
            abroad = _likeliest_first([p for p in rivals if p.key not in HOME], place, found)
            score.add(1.0, 0.0, 0.0, bool(abroad))
            if abroad:  # the country of all the pages contradicts no other
                found.differences.append(Difference("place", place.text, abroad[0].text))
            else:
                found.missing.append("place")
        else:
            score.add(1.0, 0.0, 0.0)
            found.missing.append("place")


def _rivals(place: Place, claim: Statement, other: Place, own: Statement) -> bool:
    """Whether another place may stand where the claim has this one: not a people for a country."""
    if other.kind != place.kind or _denied(other, own):
        return False
    return not (other.people and not place.people and _located(place, claim))


def _likeliest_first(rivals: Sequence[Place], place: Place, found: Comparison) -> list[Place]:
    """Rivals in order: a country for a country, and what stands next to the words that are said."""

    def away(rival: Place) -> int:
        return min((abs(at - rival.at) for at in found.said_at), default=0)

    return sorted(rivals, key=lambda p: (p.people != place.people, away(p)))


def _denied(place: Place, own: Statement) -> bool:
    """Whether a "not" stands before it: "the delegation did not visit Porto"."""
    for at in own.negations:
        between = own.tokens[at + 1 : place.at]
        if at < place.at <= at + DENIES and all(t.word for t in between):
            return True
    return False


def _located(place: Place, text: Statement) -> bool:
    """Whether something is, goes or comes there: "in Cairo", "to Germany"."""
    token = text.tokens[place.at]
    if place.direction or (token.arabic and token.folded.startswith("ب") and not place.people):
        return True
    return place.at > 0 and text.tokens[place.at - 1].folded in _IN


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
    if not ends or any(place.key in (p.key, within().get(p.key)) for p in ends):
        return None
    if any(within().get(place.key) == p.key for p in ends):
        return None  # "to Egypt" leaves open whether it was Cairo
    same = [p for p in ends if p.kind == place.kind]
    if any(p.key == place.key for p in own.places) and not same:
        return None
    return (same or ends)[0]
