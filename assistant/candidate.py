"""A sentence that may answer, and what its form alone says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.signs import Word, word_set
from vectorstore.types import Passage, Sentence

PICTURE_MARKS = ("Picture: ", "صورة: ")  # as the readers mark what a picture shows
_PRONOUNS = word_set(
    """he she it they this these that those his her their its both such
    هذا هذه وهو وهي هو هي هم ذلك تلك كما وقد ولها وله"""
)
_ROW = re.compile(r"[^:;]{1,60}: [^;]+(?:; [^:;]{1,60}: [^;]+)+$")
DATELINE = re.compile(r"[^\W\d_]+(?:[ /][^\W\d_]+){0,3}[ /]?(?:, [^–—.]{3,40})? [–—-] ")
_DEMONSTRATIVES = word_set("this these such هذا هذه تلك ذلك")


@dataclass(slots=True)
class Candidate:
    """A sentence that may answer.

    Attributes:
        rank: of its passage, 0-based.
        position: of the sentence in the passage, 0-based.
        item: it is an item of a list or a row of a table.
        intro: index among the candidates of the sentence that the list hangs on, or None.
        new: its words that are not words of the question.
    """

    passage: Passage
    sentence: Sentence
    rank: int
    position: int
    words: tuple[Word, ...]
    new: list[tuple[int, Word]]
    hits: list[tuple[int, int]]
    item: bool
    intro: int | None = None

    @property
    def asks(self) -> bool:
        """Whether it is itself a question, as teasers are."""
        return self.sentence.text.rstrip("\"'”’») ").endswith(("?", "؟"))

    @property
    def row(self) -> bool:
        """Whether it is a row of a table: "Year: 1995; Step: …"."""
        return self.item and bool(_ROW.match(self.sentence.text))

    @property
    def picture(self) -> bool:
        """Whether it only says what a picture shows."""
        return self.sentence.text.startswith(PICTURE_MARKS)

    @property
    def leads_in(self) -> bool:
        """Whether it ends in a colon: what it announces follows."""
        return self.sentence.text.rstrip().endswith(":")

    @property
    def dateline(self) -> bool:
        """Whether it begins as a report does, with a place."""
        return bool(DATELINE.match(self.sentence.text))

    @property
    def begins_with_pronoun(self) -> bool:
        """Whether its first word stands for something that was named before."""
        return bool(self.words) and self.words[0].folded in _PRONOUNS

    @property
    def leans_back(self) -> bool:
        """Whether it needs the sentence before it to be understood."""
        return self.begins_with_pronoun or any(w.folded in _DEMONSTRATIVES for w in self.words)


def is_item(passage: Passage, sentence: Sentence) -> bool:
    """Whether a list marker stands before the sentence on its line."""
    begin = sentence.start - passage.chunk.start
    if begin <= 0:  # a passage that begins with a list begins behind its first marker
        rest = passage.chunk.text[sentence.end - passage.chunk.start :]
        return bool(_NEXT_ITEM.match(rest)) and not sentence.text.rstrip().endswith(_ENDS)
    line = passage.chunk.text[max(0, begin - 6) : begin].rpartition("\n")[2]
    return bool(_MARKER.fullmatch(line))


_NEXT_ITEM = re.compile(r" *\n[-*•–·▪] ")
_ENDS = (".", ":", "!", "?", "؟", "…")
_MARKER = re.compile(r"\s*(?:[-*•–·▪]|\d{1,2}[.)])\s+(?:\d{1,2}[.)]\s+)?")
