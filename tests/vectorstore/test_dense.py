"""Sentences are looked through one by one while they are few, and by Chroma's graph from there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ingest.types import Chunk
from tests.builders import page, stored
from vectorstore import dense
from vectorstore.chroma import Collections, build_collections, open_collections
from vectorstore.dense import DenseIndex
from vectorstore.errors import CorruptIndex

ROWS, DIMENSION, SENTENCES = 40, 16, 3


def unit(rows: int, seed: int) -> dense.Floats:
    drawn = np.random.default_rng(seed).normal(size=(rows, DIMENSION))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


VECTORS = unit(ROWS * SENTENCES, seed=1)


def build(folder: Path) -> list[Chunk]:
    text = "One was here. Two were there. Three came later."
    pages = [page(text, url=f"https://example.org/{n:02}") for n in range(ROWS)]
    with closing(stored(folder, *pages)) as catalogue:
        chunks = list(catalogue.chunks())
    (folder / "en").mkdir()
    sentences = list(VECTORS.reshape(ROWS, SENTENCES, DIMENSION))
    with closing(build_collections(folder, folder, 1)) as collections:
        DenseIndex.build(collections, "en", folder / "en", chunks, sentences, unit(ROWS, seed=2))
    return chunks


def opened(folder: Path) -> tuple[DenseIndex, Collections]:
    collections = open_collections(folder)
    return DenseIndex(collections, "en", folder / "en"), collections


def nearest(query: dense.Floats, count: int) -> set[int]:
    """Owners of the nearest sentences, by sorting them all."""
    stored_vectors = VECTORS.astype(np.float16).astype(np.float32)
    return {int(row) // SENTENCES for row in np.argsort(-(stored_vectors @ query))[:count]}


@pytest.mark.parametrize("graph_from", [ROWS * SENTENCES, ROWS * SENTENCES + 1])
def test_the_owners_of_the_nearest_sentences_are_candidates_on_both_sides_of_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graph_from: int
) -> None:
    monkeypatch.setattr(dense, "GRAPH_FROM", graph_from)
    build(tmp_path)
    index, collections = opened(tmp_path)
    with closing(collections):
        for query in unit(10, seed=3):
            found = set(index.candidates(query, 5).tolist())
            assert nearest(query, 10) <= found
            assert len(found) <= 15


def test_few_sentences_have_no_graph_and_many_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in (("few", ROWS * SENTENCES + 1), ("many", ROWS * SENTENCES)):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(dense, "GRAPH_FROM", limit)
        build(tmp_path / name)

    with closing(open_collections(tmp_path / "many")) as collections:
        assert collections.get("sentences-en").count() == ROWS * SENTENCES
    with closing(open_collections(tmp_path / "few")) as collections:
        assert collections.get("passages-en").count() == ROWS
        with pytest.raises(CorruptIndex):
            collections.get("sentences-en")


def test_what_an_earlier_release_built_with_a_graph_of_few_is_opened_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(dense, "GRAPH_FROM", 1)
        chunks = build(tmp_path)

    index, collections = opened(tmp_path)

    with closing(collections):
        index.verify(chunks)
        assert nearest(VECTORS[7], 2) <= set(index.candidates(VECTORS[7], 1).tolist())
