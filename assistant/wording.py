"""A question in the words that pages use: chat and dialect words written out, slips mended.

Only words that no page of the store has are mended, and only to a word that a page does have. A
real word stays as it is, also where a page has one that is nearly the same: "Iran" never becomes
"Iraq". What comes out is what is searched for; the answer shows it as its `query`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from vectorstore import analysis

SPOKEN = Path(__file__).with_name("lexicon") / "spoken.txt"
_LETTERS = "(?:[^\\W\\d_]|[\u0640\u064b-\u065f\u0670])+"  # with Arabic's marks
_WORD = re.compile(f"{_LETTERS}(?:['’]{_LETTERS})*")
_LONGEST_PHRASE = 3
_SHORTEST = 4  # letters; shorter words are one slip from too many others
_TWO_SLIPS_FROM = 8  # letters


def in_written_words(text: str) -> str:
    """The text with the spoken words of `spoken.txt` written as pages write them."""
    spoken = _spoken()
    pieces: list[str] = []
    words = list(_WORD.finditer(text))
    at = end = 0
    while at < len(words):
        for size in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            run = words[at : at + size]
            written = _written(" ".join(analysis.fold(w.group()) for w in run), spoken)
            if written is not None:
                pieces += [text[end : run[0].start()], written]
                end = run[-1].end()
                at += size
                break
        else:
            at += 1
    return "".join([*pieces, text[end:]])


def _written(said: str, spoken: Mapping[str, str]) -> str | None:
    if said in spoken:
        return spoken[said]
    if said.startswith("و") and said[1:] in spoken:  # "and" is written onto the word
        return "و" + spoken[said[1:]]
    return None


@lru_cache(maxsize=1)
def _spoken() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in SPOKEN.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            terms, _, written = line.partition("=")
            for term in terms.split(","):
                table[term.strip()] = written.strip()
    return table


class Speller:
    """Mends words that no page has."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """`vocabulary`: every folded word of the pages and how often it stands there."""
        self._vocabulary = vocabulary
        self._stems = {analysis.stem(word) for word in vocabulary}
        self._by_initial: dict[str, list[str]] = {}
        for word in vocabulary:
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                self._by_initial.setdefault(word[0], []).append(word)

    def mended(self, text: str) -> str:
        """The text with the words that are plainly slips put right."""
        return _WORD.sub(lambda match: self._mend(match.group()), text)

    def _mend(self, raw: str) -> str:
        word = analysis.fold(raw)
        if (
            len(word) < _SHORTEST
            or word in self._vocabulary
            or analysis.stem(word) in self._stems
            or analysis.is_stop_word(word)
        ):
            return raw
        known = _is_known(raw.casefold()) or _is_known(word)
        slips = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        near = process.extract(
            word,
            self._by_initial.get(word[0], ()),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=slips,
            limit=8,
        )
        best = max(
            (
                (-distance, _sounds_the_same(word, other), self._vocabulary[other], other)
                for other, distance, _ in near
                if not (known or raw[0].isupper()) or self._is_spelling_of(word, other)
            ),
            default=None,
        )
        if best is None:
            return raw
        return best[3].capitalize() if raw[0].isupper() else best[3]

    def _is_spelling_of(self, word: str, other: str) -> bool:
        """Whether both spell one name: "Gaber" and "Gabr"; a real word is no spelling of one."""
        return (
            _sounds_the_same(word, other)
            and DamerauLevenshtein.distance(word, other) <= 1
            and not _is_known(other)
        )


def _sounds_the_same(word: str, other: str) -> bool:
    bones = analysis.skeleton(word)
    return len(bones) > 1 and bones == analysis.skeleton(other)


def _is_known(word: str) -> bool:
    return is_word(word, "en" if word.isascii() else "ar")


def is_word(word: str, language: str) -> bool:
    """Whether a word stands in the list of a language's words."""
    return word in _words_of(language)


@lru_cache(maxsize=2)
def _words_of(language: str) -> frozenset[str]:
    """The words of a language, from the lists of pyspellchecker; 0.15 s, once."""
    from spellchecker import SpellChecker

    words: Iterable[str] = SpellChecker(language=language, distance=1).word_frequency.words()
    return frozenset(words)
