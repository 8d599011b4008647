"""Which words of a text say what the words of a statement say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from assistant.statement import PEOPLE, Statement, Word, read_statement
from assistant.statement.polarity import quantifies
from assistant.support.closeness import Closeness
from vectorstore.analysis import fold, is_stop_word, skeleton

SAME_WORD = 0.6  # Dice's coefficient of trigrams from which two unknown words are forms of one
BONES = 2  # consonants that a name needs to be compared by them

# Cosines of single words between which they count more and more as saying the same. Of the words
# of 250 sentences and their translations 98 % have a partner above the first, in another sentence
# 51 %; above the second 64 % and 3 %. Words of one kind ("bought", "sold") reach 0.69.
APART, CLOSE = 0.45, 0.72
SAID = 0.5  # value of a partner from which a word is said
TWICE = 0.6  # how far a word is said that must share its partner


@dataclass(frozen=True, slots=True)
class Partner:
    """What a word of a statement has in a text.

    Attributes:
        value: 0 to 1, how far its meaning is said.
        words: the words that say it.
        nearest: what comes nearest where none says it.
    """

    value: float
    words: tuple[Word, ...] = ()
    nearest: str = ""


NOTHING = Partner(0.0)


def align(words: Sequence[Word], text: Statement, near: Closeness | None) -> list[Partner]:
    """For every word of a statement its partner in the text."""
    partners: list[Partner | None] = []
    for word in words:
        same = tuple(w for w in text.words if same_word(word, w))
        if same or _among_names(word, text) or _in_parts(word, text):
            partners.append(Partner(1.0, same))
        else:
            partners.append(None)
    rest = [
        i for i, p in enumerate(partners) if p is None and not words[i].light and not words[i].body
    ]
    if near is not None and rest:
        said = said_in(text.text)
        if said:
            cosines = near([words[i].text for i in rest], [s for s, _ in said])
            for i, row in zip(rest, cosines, strict=True):
                best = int(np.argmax(row))
                value = (float(row[best]) - APART) / (CLOSE - APART)
                said_by = said[best][1]
                if words[i].role and said_by is not None and said_by.role:
                    value = 0.0  # another office, however near the words
                partners[i] = Partner(
                    min(1.0, max(0.0, value)), (said_by,) if said_by else (), said[best][0]
                )
    return _shared([p or NOTHING for p in partners])


class Beside:
    """Partners of a statement's words in what stands around its evidence, found once per text:
    sentences of a page have their title, headings and first sentence in common."""

    def __init__(self, words: Sequence[Word], near: Closeness | None) -> None:
        """`words` are the statement's."""
        self._words = words
        self._near = near
        self._known: dict[str, list[Partner]] = {}

    def partners_in(self, around: Sequence[Statement]) -> list[list[Partner]]:
        """For every text the partner of each word."""
        for text in around:
            if text.text not in self._known:
                self._known[text.text] = align(self._words, text, self._near)
        return [self._known[text.text] for text in around]


def _shared(partners: Sequence[Partner]) -> list[Partner]:
    """One word of the text says one word of the statement; a second is only half said by it."""
    used: set[int] = set()
    result: list[Partner] = []
    for partner in partners:
        free = [w for w in partner.words if w.first not in used]
        if partner.words and not free:
            partner = replace(partner, value=partner.value * TWICE)
        elif free:
            used.add(free[0].first)
        result.append(partner)
    return result


@lru_cache(maxsize=8_192)
def said_in(words: str) -> tuple[tuple[str, Word | None], ...]:
    """Words of a text as they stand, each with the Word that it is or is part of."""
    text = read_statement(words)
    owner = {i: w for w in text.words for i in range(w.first, w.last + 1)}
    said: list[tuple[str, Word | None]] = [(w.text, w) for w in text.words if w.last > w.first]
    for index, token in enumerate(text.tokens):
        if token.word and token.folded[0].isalpha() and len(token.folded) > 1:
            if is_stop_word(token.folded) or quantifies(token):
                continue
            said.append((token.text, owner.get(index)))
    return tuple(said)


def same_word(one: Word, other: Word) -> bool:
    """Whether two words are forms of one, or say the same by the lexicon."""
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
