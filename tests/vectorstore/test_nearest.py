"""Many rows are compared in outline first, and the nearest of them in full: none is missed."""

from __future__ import annotations

import numpy as np
import pytest

from vectorstore import nearest
from vectorstore.nearest import Floats, Halves, Nearest

ROWS, DIMENSION, TOPICS = 12_000, 128, 40


def drawn(rows: int, seed: int) -> Halves:
    """Texts on a few topics: what sets them apart lies mostly in few directions."""
    draw = np.random.default_rng(seed)
    topics = np.random.default_rng(1).normal(size=(TOPICS, DIMENSION))
    vectors = (
        topics[draw.integers(TOPICS, size=rows)] + 0.5 * topics[draw.integers(TOPICS, size=rows)]
    )
    vectors += 0.3 * draw.normal(size=vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


VECTORS = drawn(ROWS, seed=2)
QUERIES = drawn(30, seed=3).astype(np.float32)


def sorted_out(query: Floats, count: int) -> set[int]:
    return set(np.argsort(-(VECTORS.astype(np.float32) @ query))[:count].tolist())


def test_in_outline_hardly_any_of_the_nearest_is_missed() -> None:
    rows = Nearest(VECTORS)
    assert rows.vectors.dtype == np.float16  # the outline is at work, not the few

    shares = [
        len(sorted_out(query, 96) & set(rows.find(query, 96).tolist())) / 96 for query in QUERIES
    ]

    assert sum(shares) / len(shares) > 0.99


def test_few_are_compared_in_full_and_none_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "OUTLINE_FROM", ROWS + 1)
    rows = Nearest(VECTORS)

    for query in QUERIES:
        assert set(rows.find(query, 96).tolist()) == sorted_out(query, 96)


@pytest.mark.parametrize("outline_from", [1, 6])
@pytest.mark.parametrize("count", [1, 3, 5, 6])
def test_of_equal_rows_the_first_are_found_and_never_more_than_there_are(
    monkeypatch: pytest.MonkeyPatch, outline_from: int, count: int
) -> None:
    monkeypatch.setattr(nearest, "OUTLINE_FROM", outline_from)
    same = np.tile(np.asarray([[0.6, 0.8]], np.float16), (5, 1))

    found = Nearest(same).find(np.asarray([1, 0], np.float32), count)

    assert sorted(found.tolist()) == list(range(min(count, 5)))


def test_opened_twice_the_same_rows_are_found() -> None:
    first, second = Nearest(VECTORS), Nearest(VECTORS)

    for query in QUERIES:
        assert np.array_equal(first.find(query, 96), second.find(query, 96))


def test_every_finite_number_is_widened_to_the_same() -> None:
    halves = np.arange(65_536, dtype=np.uint32).astype(np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]

    wide = nearest.widened(halves.reshape(2, -1))

    assert wide.dtype == np.float32
    assert wide.tobytes() == halves.astype(np.float32).tobytes()
    assert nearest.widened(wide) is wide
