"""Which rows are nearest to a query: all are compared, or, where they are many, first in outline.

To compare 400,000 vectors of 512 numbers takes 74 ms of one core. Almost all of their differences
lie in few directions: along the `_DIRECTIONS` in which they differ most they are compared in a
sixth of the time, and only those that look nearest in full. Everything is derived from the vectors
when they are opened; nothing is stored. docs/decisions/0003-ranking.md compares it with other ways.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]
Rows = npt.NDArray[np.int64]

OUTLINE_FROM = 10_000  # rows; to compare 8,000 in full takes 1.4 ms of one core
_DIRECTIONS = 96
_FULLY = 1_000  # rows are compared in full at least, or ten times as many as are asked for
_SAMPLE = 20_000  # rows from which the directions are learnt
_SIGN_AND_NUMBER = np.uint32(0x8FFFE000).astype(np.int32)
_RAISED = np.float32(2.0**112)
_PIECE = 256_000  # numbers; more are shared among threads, which stalls on a busy machine


class Nearest:
    """Finds the rows of a matrix that are nearest to a query.

    Attributes:
        vectors: the rows, `(n, d)`; float32 where they are few, else half of that.
    """

    def __init__(self, vectors: Halves) -> None:
        """`vectors`: `(n, d)`, of length 1."""
        self.vectors: Halves | Floats = vectors
        self._outline: Floats | None = None
        if len(vectors) < OUTLINE_FROM:
            self.vectors = widened(vectors)  # else at each search
        else:
            self._directions = _directions(vectors)
            self._outline = np.concatenate(
                [piece @ self._directions for piece in _pieces(vectors)], dtype=np.float32
            )

    def find(self, query: Floats, count: int) -> Rows:
        """The `count` rows nearest to the query `(d,)`, unordered."""
        if self._outline is None:
            return nearest(self.vectors, query, count)
        likely = nearest(self._outline, query @ self._directions, max(_FULLY, 10 * count))
        return likely[nearest(self.vectors[likely], query, count)]


def nearest(vectors: Halves | Floats, query: Floats, count: int) -> Rows:
    """The rows nearest to the query, each compared; of equal ones the first."""
    near = np.concatenate([piece @ query for piece in _pieces(vectors)])
    if count >= len(near):
        return np.arange(len(near))
    least = np.partition(near, -count)[-count]
    above = np.flatnonzero(near > least)
    equal = np.flatnonzero(near == least)
    return np.concatenate([above, equal[: count - len(above)]])


def _directions(vectors: Halves) -> Floats:
    """Those in which the rows differ most, `(d, _DIRECTIONS)`, orthonormal."""
    sample = widened(vectors[:: -(-len(vectors) // _SAMPLE)])
    _, found = np.linalg.eigh((sample.T @ sample).astype(np.float64))  # in ascending order
    return np.ascontiguousarray(found[:, -_DIRECTIONS:], dtype=np.float32)


def _pieces(vectors: Halves | Floats) -> Iterator[Floats]:
    size = max(1, _PIECE // vectors.shape[1])
    for start in range(0, len(vectors), size):
        yield widened(vectors[start : start + size])


def widened(vectors: Halves | Floats) -> Floats:
    """The same finite numbers as float32; numpy's own conversion takes six times as long.

    A float16 has 10 bits of fraction and an exponent from 15, a float32 23 and from 127: the bits
    are moved by 13, the sign apart, and what then is too small by 2 ** (127 - 15) is made larger.
    """
    if vectors.dtype == np.float32:
        return vectors  # type: ignore[return-value]
    bits = vectors.view(np.int16).astype(np.int32)  # a sign fills the upper half
    bits <<= 13
    bits &= _SIGN_AND_NUMBER
    numbers = bits.view(np.float32)
    numbers *= _RAISED
    return numbers
