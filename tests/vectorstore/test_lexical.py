from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import pytest

from vectorstore import bm25
from vectorstore.lexical import BM25_B, BM25_K1, FIELDS, FILLER_ROWS, LexicalIndex

TEXTS = [
    "Mona Gaber opened the office's clinic in Cairo in 1991, for 12,500 people.",
    "افتتحت منى جبر عيادة المكتب في القاهرة عام ١٩٩١ لصالح ١٢٬٥٠٠ شخص، والعيادة للمهاجرين.",
    "the and of",  # nothing to find
    "Office office OFFICE; the Cairo office in Cairo.",
    "",
    "IOM’s staff spoke to Gaber, Gaber and Gaber.",
]


def columns(index: Any) -> dict[str, list[tuple[int, bytes]]]:
    """Token to its rows with the bits of their scores."""
    data, rows, starts = (index.scores[name] for name in ("data", "indices", "indptr"))
    return {
        token: [
            (int(row), score.tobytes())
            for row, score in zip(
                rows[starts[number] : starts[number + 1]],
                data[starts[number] : starts[number + 1]],
                strict=True,
            )
        ]
        for token, number in index.vocab_dict.items()
    }


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("rows_at_once", [1, 2, 4_096])
def test_scores_are_to_the_bit_those_of_bm25s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rows_at_once: int
) -> None:
    monkeypatch.setattr(bm25, "_ROWS_AT_ONCE", rows_at_once)
    draw = random.Random(1)
    texts = TEXTS + [" ".join(draw.choices(" ".join(TEXTS).split(), k=9)) for _ in range(30)]
    LexicalIndex.build(tmp_path, texts)
    corpus = [FIELDS[name](text) or ["\0"] for text in texts]
    ordinary = sum(map(len, corpus)) // len(corpus)
    corpus += [["\0"] * ordinary] * FILLER_ROWS
    theirs = bm25s.BM25(k1=BM25_K1, b=BM25_B)
    theirs.index(corpus, show_progress=False, create_empty_token=False)

    ours = bm25s.BM25.load(str(tmp_path / name), show_progress=False)

    assert columns(ours) == columns(theirs)
    assert ours.scores["num_docs"] == theirs.scores["num_docs"]
    for part in ("data", "indices", "indptr"):
        assert ours.scores[part].dtype == theirs.scores[part].dtype


def test_a_query_scores_every_row_as_bm25s_does(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path, TEXTS)
    index = LexicalIndex.open(tmp_path, len(TEXTS))
    query = "Who opened the office in Cairo, the Cairo office of Gaber?"

    scores = index.scores(query)

    for name, tokens_of in FIELDS.items():
        theirs = bm25s.BM25.load(str(tmp_path / name), show_progress=False)
        tokens = [token for token in tokens_of(query) if token in theirs.vocab_dict]
        assert scores[name].tobytes() == theirs.get_scores(tokens)[: len(TEXTS)].tobytes()
    assert index.word_scores(query).tobytes() == scores["words"].tobytes()
    assert np.flatnonzero(scores["words"]).tolist() == [0, 3, 5]


def test_words_that_no_row_has_score_nothing(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path, TEXTS)
    index = LexicalIndex.open(tmp_path, len(TEXTS))

    assert index.word_scores("zebra").tolist() == [0.0] * len(TEXTS)
    assert index.word_scores("").tolist() == [0.0] * len(TEXTS)


def test_the_vocabulary_counts_every_folded_word(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path, ["Cairo, Cairo and Giza.", "Giza’s office"])

    vocabulary = LexicalIndex.open(tmp_path, 2).vocabulary()

    assert vocabulary == {"cairo": 2, "and": 1, "giza": 1, "giza's": 1, "office": 1}
