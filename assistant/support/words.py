"""Plain words: carried by stems, by words that say the same, by closeness; or denied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.statement import (
    PEOPLE,
    Statement,
    Word,
)
from assistant.support.comparison import NAME_WEIGHT, Comparison, Score, Weigh
from assistant.types import Difference
from vectorstore.analysis import fold, skeleton

SAME_WORD = 0.6  # Dice's coefficient of trigrams from which two unknown words are forms of one
BONES = 2  # consonants that a name needs to be compared by them


def compare_words(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    weigh: Weigh,
    found: Comparison,
    score: Score,
) -> None:
    """Lay the plain words side by side, and what is denied of them."""
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
