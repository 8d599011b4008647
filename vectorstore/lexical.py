"""The lexical index of one language: BM25 over words, character trigrams and name skeletons."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vectorstore import analysis, bm25
from vectorstore.errors import CorruptIndex

FIELDS: Mapping[str, Callable[[str], list[str]]] = {
    "words": analysis.stems,
    "grams": analysis.grams,
    "skeletons": analysis.skeletons,
}
_OF_WORD: Mapping[str, Callable[[str], Sequence[str]]] = {  # the same, of one folded word
    "words": analysis.stems_of,
    "grams": analysis.grams_of,
    "skeletons": analysis.skeletons_of,
}
# Rows that no query finds, of ordinary length: in a store of three pages every word would otherwise
# be common, and BM25 could tell none of them apart.
FILLER_ROWS = 20
_FILLER = "\0"
VOCABULARY = "words.json"
BM25_K1, BM25_B = 1.2, 0.75  # Robertson's usual values; tuning them moved R@1 by less than 0.01

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Field:
    """What bm25s reads: of each token the rows that hold it, once each, and their scores."""

    tokens: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    scores: Scores


class LexicalIndex:
    """BM25 scores of every row for a query; rows are numbered as they were built."""

    def __init__(self, fields: Mapping[str, _Field], size: int, vocabulary: Path) -> None:
        self._fields = fields
        self._size = size
        self._vocabulary = vocabulary

    @classmethod
    def build(cls, folder: Path, texts: Sequence[str]) -> None:
        """Write the index of `texts` (row i is text i) into `folder`."""
        import bm25s

        words, names = bm25.Numbering(), bm25.Numbering()
        rows = [[words[word] for word in analysis.words(text)] for text in texts]
        counts = Counter(chain.from_iterable(rows))
        of_words = bm25.counted(rows)
        of_names = bm25.counted([names[name] for name in analysis.names(text)] for text in texts)
        for name in FIELDS:
            # a token that no query has keeps a row without names, and an empty field, valid
            field = bm25.Field(len(texts), _FILLER)
            field.add(of_words, map(_OF_WORD[name], words))
            if name == "skeletons":
                field.add(of_names, map(analysis.skeletons_of_name, names))
            index = bm25s.BM25(k1=BM25_K1, b=BM25_B)
            index.scores = field.scores(FILLER_ROWS, BM25_K1, BM25_B)
            index.vocab_dict, index.nonoccurrence_array = dict(field.tokens), None
            index.save(str(folder / name), show_progress=False)
        vocabulary = {word: counts[number] for word, number in words.items()}
        (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")

    @classmethod
    def open(cls, folder: Path, size: int) -> LexicalIndex:
        """Read the index in `folder`.

        Raises:
            CorruptIndex: its files are missing, unreadable or not of `size` rows.
        """
        import bm25s

        fields = {}
        for name in FIELDS:
            try:
                read = bm25s.BM25.load(str(folder / name), show_progress=False)
                parts = (read.scores[part] for part in ("indptr", "indices", "data"))
                fields[name] = _Field(read.vocab_dict, *parts)
            except (OSError, ValueError, KeyError, EOFError) as error:
                raise CorruptIndex(
                    f"The lexical index in {folder / name} is unreadable: {error}"
                ) from error
            if int(read.scores["num_docs"]) != size + FILLER_ROWS:
                raise CorruptIndex(f"The lexical index in {folder / name} is not of {size} rows.")
        if not (folder / VOCABULARY).is_file():
            raise CorruptIndex(f"The lexical index in {folder} lacks {VOCABULARY}.")
        return cls(fields, size, folder / VOCABULARY)

    def vocabulary(self) -> dict[str, int]:
        """Every folded word of the rows and how often it occurs.

        Raises:
            CorruptIndex: its file is unreadable.
        """
        try:
            counts: dict[str, int] = json.loads(self._vocabulary.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CorruptIndex(f"{self._vocabulary} is unreadable: {error}") from error
        return counts

    def verify(self, texts: Sequence[str]) -> None:
        """Whether row i holds the words of text i.

        Raises:
            CorruptIndex: one does not.
        """
        wanted = [len(set(FIELDS["words"](text)) or {_FILLER}) for text in texts]
        held = np.bincount(self._fields["words"].rows, minlength=self._size)
        for row, (count, found) in enumerate(zip(wanted, held[: self._size], strict=True)):
            if count != found:
                raise CorruptIndex(f"Row {row} holds {found} words, its text has {count}.")

    def scores(self, query: str) -> dict[str, Scores]:
        """BM25 of each field for every row: shape `(rows,)`, float32, 0 where no token occurs."""
        return {name: self._scores(name, query) for name in FIELDS}

    def word_scores(self, query: str) -> Scores:
        """BM25 of the words alone, as in `scores`."""
        return self._scores("words", query)

    def _scores(self, name: str, query: str) -> Scores:
        field = self._fields[name]
        total = np.zeros(self._size + FILLER_ROWS, np.float32)
        for token in FIELDS[name](query):
            number = field.tokens.get(token)
            if number is not None:
                own = slice(field.starts[number], field.starts[number + 1])
                total[field.rows[own]] += field.scores[own]
        return total[: self._size]
