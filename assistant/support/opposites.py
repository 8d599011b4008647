"""Words that exclude each other: opened and closed, north and south, euros and dollars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.statement import Statement, Token, Word, read_statement, tokens_of
from assistant.support.alignment import same_word
from assistant.support.comparison import Comparison, Score
from assistant.types import Difference

_FILE = Path(__file__).parents[1] / "lexicon" / "opposites.txt"
_CLITIC = re.compile(r"^[وفبكل]?(?:ال)?(?=\w{3})")
_LONGEST = 3  # words of a term


@dataclass(frozen=True, slots=True)
class _Said:
    side: int
    text: str
    at: int
    denied: bool


def compare_opposites(claim: Statement, own: Statement, found: Comparison, score: Score) -> None:
    """Find what the statement says where the text says what excludes it."""
    ours, theirs = _sides(claim.text), _sides(own.text)
    for line, said in ours.items():
        there = theirs.get(line, [])
        for side in dict.fromkeys(s.side for s in said):
            mine = [s for s in said if s.side == side]
            same = [s for s in there if s.side == side]
            other = [s for s in there if s.side != side]
            more = len(other) > sum(s.side != side for s in said)
            unlike = len(mine) > len(same) and more and mine[-1].denied == other[-1].denied
            if unlike and not _said_as_well(claim, own, mine[-1], other):
                found.differences.append(Difference("negation", mine[-1].text, other[-1].text))
                if part := found.parts.get(mine[-1].at):
                    score.differ(*part)
                    found.uncovered = [w for w in found.uncovered if w != mine[-1].text]


def _said_as_well(claim: Statement, own: Statement, mine: _Said, other: Sequence[_Said]) -> bool:
    """Whether another word of the text says what the statement says: of "governments" and
    "private foundations" a translation may speak of the first alone."""
    there = {said.at for said in other}
    for word in (w for w in claim.words if w.first == mine.at):
        often = sum(same_word(word, c) for c in claim.words)  # "mother and mother" needs two
        if sum(same_word(word, o) for o in own.words if o.first not in there) >= often:
            return True
    return False


def excludes(word: Word) -> bool:
    """Whether a word stands in the lexicon of opposites, so that it can differ by it."""
    return _entry(tokens_of(word.text)[:1], _table()) is not None


@lru_cache(maxsize=8_192)
def _sides(text: str) -> dict[int, list[_Said]]:
    """Per line of the lexicon what a text says of it."""
    statement = read_statement(text)
    found: dict[int, list[_Said]] = {}
    denied = {i for w in statement.words if w.denied for i in range(w.first, w.last + 1)}
    table = _table()
    tokens = statement.tokens
    counted = {n.last + 1 for n in statement.numbers if n.hours}  # compared as lengths of time
    for number in statement.numbers:  # "more than" is compared with its number
        counted.update(range(number.begins, number.first))
    at = 0
    while at < len(tokens):
        if at in counted:
            at += 1
            continue
        for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
            entry = _entry(tokens[at : at + length], table)
            if entry is not None:
                line, side = entry
                words = " ".join(t.text for t in tokens[at : at + length])
                found.setdefault(line, []).append(_Said(side, words, at, at in denied))
                at += length - 1
                break
        at += 1
    return found


def _entry(
    tokens: Sequence[Token], table: dict[tuple[str, ...], tuple[int, int]]
) -> tuple[int, int] | None:
    rest = tuple(t.forms[0] for t in tokens[1:])
    bare = _CLITIC.sub("", tokens[0].folded) if tokens[0].arabic else tokens[0].folded
    for form in (tokens[0].folded, bare, *tokens[0].forms):
        entry = table.get((form, *rest))
        if entry is not None:
            return entry
    return None


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, ...], tuple[int, int]]:
    table: dict[tuple[str, ...], tuple[int, int]] = {}
    lines = [
        line
        for line in _FILE.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    for number, line in enumerate(lines):
        for side, terms in enumerate(line.split("|")):
            for term in terms.split(","):
                words = tokens_of(term.strip())
                if words:
                    table.setdefault(tuple(t.forms[0] for t in words), (number, side))
                    if len(words) == 1:
                        table.setdefault((words[0].folded,), (number, side))
    return table
