"""Offices, each with its holder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant.statement import (
    Name,
    Statement,
    Token,
    Word,
)
from assistant.statement.polarity import is_one_of
from assistant.statement.tokens import folded_set, surface
from assistant.support.comparison import HOME, Comparison
from assistant.support.names import is_part, name_carried, part_in, people_of
from assistant.types import Difference

_SUCCESSION = folded_set(
    """predecessor successor succeed succeeded succeeds replaced سلف سلفه سلفها خلف خلفا خلفت
    يخلف تخلف"""
)
OFFICE_REACH = 8  # tokens after an office that name what it is the head of
ROLE_REACH = 5  # words after an office that say of what


def compare_roles(claim: Statement, own: Statement, found: Comparison) -> None:
    """An office is carried only by the stretch of text that names its holder."""
    follows = any(is_one_of(token, _SUCCESSION) for token in claim.tokens)
    if follows and (claim.arabic or not any(is_one_of(t, _SUCCESSION) for t in own.tokens)):
        found.missing.append("role")  # who came after whom is told by the order of the names
    if not any(w.role for w in claim.words):
        return
    absent = [n for n in people_of(claim) if not name_carried(n, own)]
    if absent and (holder := _other_holder(claim, own)):
        found.missing = [kind for kind in found.missing if kind != "name"]
        found.differences = [d for d in found.differences if d.kind != "name"]
        found.differences.append(Difference("name", absent[0].text, holder))
        return
    if claim.arabic and absent:
        found.missing.append("name")  # whose office it is must be said by name
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
            if _nearer_office(office, parts, claim, own):
                found.missing.append("role")
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
            rivals = [
                w
                for w in near
                if w.known
                and not w.role
                and not w.light
                and not any(w.keys & c.keys for c in claim.words)
            ]
            if _is_row(own):
                continue
            if of and len(lacking) * 2 > len(of) and not rivals:
                found.missing.append("role")
            elif of and len(lacking) * 2 > len(of):
                ours_said = surface(claim.tokens, office.first, lacking[0].last)
                found.differences.append(Difference("role", ours_said, _as_held(near, own)))


def _as_held(near: Sequence[Word], own: Statement) -> str:
    """The office as the text words it: "رئيسة اللجنة المصرية"."""
    told = [w for w in near if w.role or w.known]
    first = next((w for w in told if w.role), told[0])
    last = [w for w in told if first.first <= w.first <= first.last + ROLE_REACH][-1]
    return surface(own.tokens, first.first, last.last)


def _other_holder(claim: Statement, own: Statement) -> str:
    """Who holds the office in the text that the statement gives to somebody else, or ""."""
    for office in (w for w in claim.words if w.role):
        ours = _of_what(office, claim)
        for held in (w for w in own.words if w.role and w.keys & office.keys):
            theirs = _of_what(held, own)
            if ours and ours - HOME <= theirs and (holder := _holder_beside(held, own)):
                return holder
    return ""


def _of_what(office: Word, text: Statement) -> set[str]:
    """Places and known words that follow an office up to the next sign: the IOM mission, Egypt."""
    end = office.last + 1
    while end < len(text.tokens) and text.tokens[end].word:
        end += 1
    inside = range(office.last + 1, min(end, office.last + 1 + OFFICE_REACH))
    keys = {p.key for p in text.places if p.at in inside}
    for word in text.words:
        if word.first in inside and word.known and not word.light and word.weight >= 1:
            keys |= word.keys
    return keys


def _holder_beside(office: Word, own: Statement) -> str:
    """The name that stands right before an office, with or without a comma."""
    tokens = own.tokens
    end = office.first - 1
    while end >= 0 and tokens[end].text in ",،":
        end -= 1
    named = {i: n for n in people_of(own) for i in range(n.at, n.at + len(n.parts))}
    if end in named:
        return named[end].text
    unknown = {w.first for w in own.words if not w.known}
    start = end
    while own.arabic and start in unknown:
        start -= 1
    return surface(tokens, start + 1, end) if end - start > 1 else ""


def _nearer_office(office: Word, parts: Sequence[Token], claim: Statement, own: Statement) -> bool:
    """Whether another office stands beside the holder, and the one that is meant further off."""
    at = [i for i, t in enumerate(own.tokens) if any(is_part(p, t) for p in parts)]
    if not at or own.tokens[-1].text not in ".":
        return False

    if own.arabic:  # the office stands before its holder
        before = [w for w in own.words if w.role and 0 < at[0] - w.last <= ROLE_REACH]
        if before:
            nearest = max(before, key=lambda w: w.first)
            return not any(nearest.keys & c.keys for c in claim.words if c.role)

    def away(word: Word) -> int:
        return min(min(abs(i - word.first), abs(i - word.last)) for i in at)

    meant = [away(w) for w in own.words if w.role and w.keys & office.keys]
    others = [
        away(w)
        for w in own.words
        if w.role and not any(w.keys & c.keys for c in claim.words if c.role)
    ]
    return bool(meant and others) and min(others) == 1 and min(meant) > 2


def _role_in(places: range, own: Statement) -> bool:
    return any(w.role and w.first in places for w in own.words)


def _titled(name: Name, own: Statement) -> bool:
    """Whether what looks like a name is part of an office: "Resident Coordinator"."""
    until = name.at + len(name.parts)
    begins = name.at  # "Minister of Social Affairs"
    if begins and own.tokens[begins - 1].folded in ("of", "for"):
        begins -= 2
    return any(w.role and begins <= w.last and w.first <= until for w in own.words)


def _name_between(parts: Sequence[Token], claim: Statement, first: int, last: int) -> bool:
    return any(t in parts for t in claim.tokens[first + 1 : last])


def _arabic_holders(claim: Statement, own: Statement) -> list[list[Token]]:
    """Runs of words of the claim that stand as a name in the text."""
    holders: list[list[Token]] = []
    run: list[Token] = []
    plain = {w.first for w in claim.words if not w.known}
    for index in range(len(claim.tokens) + 1):
        token = claim.tokens[index] if index < len(claim.tokens) else None
        named = token is not None and (
            bool(run) or not token.folded.startswith(("ال", "وال", "لل", "بال"))
        )
        if token is not None and named and index in plain and part_in(token, own):
            run.append(token)
            continue
        if len(run) > 1:
            holders.append(run[:2])  # what follows may be a word: "وداد خليل الشريط"
        run = []
    return holders


def _is_row(own: Statement) -> bool:
    """Whether a text is a row of a table: "Head: Idris Hamdan; Years: 2003-2009"."""
    signs = {t.text for t in own.tokens}
    return {";", ":"} <= signs and own.tokens[-1].text not in "."


def _stretch(parts: Sequence[Token], own: Statement) -> set[int]:
    """Token places of the holder's own stretch: to the comma before, past one comma after.

    "Minister of Labour Hassan Shehata, EU Ambassador Christian Berger and …" gives "Minister of
    Labour Hassan Shehata,"; "Laura Palatini, Chief of the IOM mission in Morocco;" the whole.
    """
    at = [i for i, t in enumerate(own.tokens) if any(is_part(p, t) for p in parts)]
    if not at:
        return set()
    if _is_row(own):
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
    for person in people_of(own):
        until = person.at + len(person.parts) - 1
        if any(is_part(p, t) for p in parts for t in person.parts):
            continue
        if start <= until < first:  # another holder before: what is his ends at the "and"
            joints = [i for i in range(until + 1, first) if own.tokens[i].folded == "and"]
            start = (joints[-1] if joints else until) + 1
        elif last < person.at <= end:
            end = person.at - 1
            if own.arabic:  # the next one's office stands before him, after an "and"
                offices = [w.first for w in own.words if w.role and last < w.first <= end]
                end = min(offices, default=end + 1) - 1
    if start == first and start > 1 and not _role_in(range(start, end + 1), own):
        before = start - 1
        while before > 0 and own.tokens[before - 1].text not in ",;:،؛":
            before -= 1
        held = range(before, start)  # "the deputy head, Farida Osman, was in charge"
        people = (n for n in people_of(own) if not _titled(n, own))
        if _role_in(held, own) and not any(n.at in held for n in people):
            start = before
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
        if not any(n.at in following for n in people_of(own) if not _titled(n, own)):
            stretch |= following
    return stretch
