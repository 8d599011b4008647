"""Offices, each with its holder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant.statement import (
    Name,
    Statement,
    Token,
)
from assistant.support.comparison import HOME, Comparison
from assistant.support.names import is_part, name_carried, part_in, people_of
from assistant.types import Difference

ROLE_REACH = 5  # words after an office that say of what


def compare_roles(claim: Statement, own: Statement, found: Comparison) -> None:
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


def _titled(name: Name, own: Statement) -> bool:
    """Whether what looks like a name is part of an office: "Resident Coordinator"."""
    until = name.at + len(name.parts)
    return any(w.role and name.at <= w.first <= until for w in own.words)


def _name_between(parts: Sequence[Token], claim: Statement, first: int, last: int) -> bool:
    return any(t in parts for t in claim.tokens[first + 1 : last])


def _arabic_holders(claim: Statement, own: Statement) -> list[list[Token]]:
    """Runs of words of the claim that stand as a name in the text."""
    holders: list[list[Token]] = []
    run: list[Token] = []
    plain = {w.first for w in claim.words if not w.known}
    for index in range(len(claim.tokens) + 1):
        token = claim.tokens[index] if index < len(claim.tokens) else None
        if token is not None and index in plain and part_in(token, own):
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
    at = [i for i, t in enumerate(own.tokens) if any(is_part(p, t) for p in parts)]
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
    for person in people_of(own):
        until = person.at + len(person.parts) - 1
        if any(is_part(p, t) for p in parts for t in person.parts):
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
        if not any(n.at in following for n in people_of(own) if not _titled(n, own)):
            stretch |= following
    return stretch
