"""How far words of the evidence are words of the question: same form, same meaning, same name."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.signs import Word

SAME_WORD = 0.5  # Dice's coefficient of trigrams from which two words count as forms of one
SKELETON_ACROSS, SKELETON_WITHIN = 0.9, 0.8  # how much a name counts that agrees in consonants only
CONCEPT_ACROSS, CONCEPT_WITHIN = 0.95, 0.85  # how much a word counts that says the same
BONES = 2  # consonants that a name needs to be compared by them


class Matcher:
    """How far words of the evidence are words of the question."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._by_stem = {word.stem: i for i, word in enumerate(words)}
        self._by_gram: dict[str, list[int]] = {}
        self._by_bones: dict[str, list[int]] = {}
        self._by_concept: dict[str, list[int]] = {}
        for i, word in enumerate(words):
            for concept in word.concepts:
                self._by_concept.setdefault(concept, []).append(i)
            if len(word.bones) >= BONES:
                self._by_bones.setdefault(word.bones, []).append(i)
            if not word.folded[:1].isdigit():
                for gram in word.grams:
                    self._by_gram.setdefault(gram, []).append(i)
        self._known: dict[tuple[str, frozenset[str]], tuple[tuple[int, float], ...]] = {}

    def match(self, word: Word) -> tuple[tuple[int, float], ...]:
        """Pairs of (index of a question word, 0 to 1)."""
        key = (word.folded, word.concepts)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = () if word.stop else self._compare(word)
        return found

    def _compare(self, word: Word) -> tuple[tuple[int, float], ...]:
        values: dict[int, float] = {}
        common: dict[int, int] = {}
        for gram in word.grams:
            for i in self._by_gram.get(gram, ()):
                common[i] = common.get(i, 0) + 1
        for i, count in common.items():
            dice = 2 * count / (len(self._words[i].grams) + len(word.grams))
            if dice >= SAME_WORD:
                values[i] = dice
        for i in self._by_bones.get(word.bones, ()):
            if self._words[i].arabic != word.arabic:
                values[i] = max(values.get(i, 0.0), SKELETON_ACROSS)
            elif not word.arabic and len(word.bones) > BONES:
                values[i] = max(values.get(i, 0.0), SKELETON_WITHIN)
        for concept in word.concepts:
            for i in self._by_concept.get(concept, ()):
                translated = self._words[i].arabic != word.arabic
                value = CONCEPT_ACROSS if translated else CONCEPT_WITHIN
                values[i] = max(values.get(i, 0.0), value)
        same = self._by_stem.get(word.stem)
        if same is not None:
            values[same] = 1.0
        return tuple(values.items())
