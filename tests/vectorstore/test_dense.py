"""The vectors of one language: candidates by passage and by sentence, proved against Chroma."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ingest.types import Chunk
from tests.builders import page, stored
from vectorstore import dense, nearest
from vectorstore.chroma import Collections, build_collections, open_collections
from vectorstore.dense import DenseIndex
from vectorstore.errors import CorruptIndex

ROWS, DIMENSION, SENTENCES = 40, 16, 3


def unit(rows: int, seed: int) -> dense.Floats:
    drawn = np.random.default_rng(seed).normal(size=(rows, DIMENSION))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


VECTORS = unit(ROWS * SENTENCES, seed=1)


def build(folder: Path, *, graph: bool = False) -> list[Chunk]:
    text = "One was here. Two were there. Three came later."
    pages = [page(text, url=f"https://example.org/{n:02}") for n in range(ROWS)]
    with closing(stored(folder, *pages)) as catalogue:
        chunks = list(catalogue.chunks())
    (folder / "en").mkdir()
    sentences = list(VECTORS.reshape(ROWS, SENTENCES, DIMENSION))
    with closing(build_collections(folder, folder, 1)) as collections:
        DenseIndex.build(collections, "en", folder / "en", chunks, sentences, unit(ROWS, seed=2))
        if graph:
            ids = [str(row) for row in range(len(VECTORS))]
            collections.create("sentences-en").add(ids=ids, embeddings=VECTORS)
    return chunks


def opened(folder: Path) -> tuple[DenseIndex, Collections]:
    collections = open_collections(folder)
    return DenseIndex(collections, "en", folder / "en"), collections


def owners(query: dense.Floats, count: int) -> set[int]:
    """Owners of the nearest sentences, by sorting them all."""
    stored_vectors = VECTORS.astype(np.float16).astype(np.float32)
    return {int(row) // SENTENCES for row in np.argsort(-(stored_vectors @ query))[:count]}


@pytest.mark.parametrize("outline_from", [ROWS * SENTENCES, ROWS * SENTENCES + 1])
def test_the_owners_of_the_nearest_sentences_are_candidates_on_both_sides_of_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outline_from: int
) -> None:
    monkeypatch.setattr(nearest, "OUTLINE_FROM", outline_from)
    build(tmp_path)
    index, collections = opened(tmp_path)
    with closing(collections):
        for query in unit(10, seed=3):
            found = set(index.candidates(query, 5).tolist())
            assert owners(query, 10) <= found
            assert len(found) <= 15


def test_what_an_earlier_release_built_with_a_graph_of_sentences_is_opened_and_verified(
    tmp_path: Path,
) -> None:
    chunks = build(tmp_path, graph=True)

    index, collections = opened(tmp_path)

    with closing(collections):
        index.verify(chunks)
        assert owners(VECTORS[7], 2) <= set(index.candidates(VECTORS[7], 1).tolist())


def test_a_passage_that_chroma_holds_otherwise_is_found(tmp_path: Path) -> None:
    chunks = build(tmp_path)
    np.save(tmp_path / "en" / "passages.npy", unit(ROWS, seed=9).astype(np.float16))
    index, collections = opened(tmp_path)

    with closing(collections), pytest.raises(CorruptIndex, match="other vectors of passages"):
        index.verify(chunks)


def test_where_chroma_holds_fewer_passages_nothing_is_opened(tmp_path: Path) -> None:
    build(tmp_path)
    np.save(tmp_path / "en" / "passages.npy", unit(ROWS + 1, seed=2).astype(np.float16))

    with pytest.raises(CorruptIndex, match=f"of {ROWS + 1} rows, Chroma's {ROWS}"):
        opened(tmp_path)


def test_chroma_holds_what_a_passage_is_of_but_not_its_text(tmp_path: Path) -> None:
    chunks = build(tmp_path)

    with closing(open_collections(tmp_path)) as collections:
        row = collections.get("passages-en").get(ids=["7"])

    assert row["documents"] == [None]
    assert row["metadatas"][0]["chunk_id"] == chunks[7].id
    assert row["metadatas"][0]["url"] == "https://example.org/07"
