"""What narrows a statement: that it holds now, that somebody did it himself, in whose name.

"The centre had 120 beds in 2021" does not say how many it has today, and who speaks on behalf of
the director is not the director.
"""

from __future__ import annotations

import re

from assistant.statement import Statement, Token
from assistant.statement.tokens import folded_set
from assistant.support.comparison import Comparison
from assistant.support.names import is_part

_NOW = folded_set(
    """now nowadays today currently still present presently الان اليوم حاليا الحالي الحالية الراهن
    الراهنة مازال مازالت يزال تزال"""
)
_SINCE = folded_set("since منذ")
_SELF = folded_set(
    "himself herself itself themselves personally بنفسه بنفسها بانفسهم شخصيا مباشرة directly"
)
_SELF_PHRASES = (("in", "person"), ("on", "its", "own"), ("by", "its", "own"))
_FOR_ANOTHER = (("on", "behalf", "of"), ("in", "the", "name", "of"), ("نيابه", "عن"),
                ("بالنيابه", "عن"), ("ممثلا", "عن"), ("باسم",))  # fmt: skip
_REACH = 6  # words after "on behalf of" in which the one who is spoken for is named


def compare_qualifiers(claim: Statement, own: Statement, found: Comparison) -> None:
    """Find what narrows the statement and not the text, or the text and not the statement."""
    past = any(d.year is not None for d in own.dates) and not _says(own, _NOW | _SINCE)
    if (past or _is_over(own)) and _says(claim, _NOW) and not found.differences:
        found.missing.append("date")
    if _by_himself(claim) and not _by_himself(own):
        found.missing.append("role")
    if not _spoken_for(claim):
        for start in _spoken_for(own):
            stretch = own.tokens[start : start + _REACH]
            if any(is_part(p, t) for n in claim.names for p in n.parts for t in stretch):
                found.missing.append("role")
                break


_UNTIL = folded_set("to until till الى حتى")


def _is_over(own: Statement) -> bool:
    """Whether a row of a table names a year as its end: "From: 2014; To: 2022"."""
    ends = {d.first for d in own.dates if d.year is not None}
    tokens = own.tokens
    return any(
        tokens[at].folded in _UNTIL and tokens[at + 1].text == ":" and ends & {at + 2, at + 3}
        for at in range(len(tokens) - 2)
    )


def _says(text: Statement, words: frozenset[str]) -> bool:
    return any(_plain(token) in words for token in text.tokens)


def _plain(token: Token) -> str:
    """The word without what is joined to it; the article stays: اليوم is today, يوم a day."""
    return re.sub(r"^[وف](?=\w{4})", "", token.folded)


def _by_himself(text: Statement) -> bool:
    return _says(text, _SELF) or any(_phrase(text, p) for p in _SELF_PHRASES)


def _spoken_for(text: Statement) -> list[int]:
    """The tokens behind "on behalf of"."""
    return [end for phrase in _FOR_ANOTHER for end in _phrase(text, phrase)]


def _phrase(text: Statement, phrase: tuple[str, ...]) -> list[int]:
    folded = [token.folded for token in text.tokens]
    size = len(phrase)
    return [i + size for i in range(len(folded)) if tuple(folded[i : i + size]) == phrase]
