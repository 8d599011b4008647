"""BM25 of many rows at once: from the words of each row to the arrays that bm25s reads.

bm25s goes through every token of every row. A token follows from its word alone, so it is enough to
count words per row and to cut each word into its tokens once; the rest is arithmetic on arrays,
during which other threads run. The scores are, bit for bit, those that bm25s computes ("lucene").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

_ROWS_AT_ONCE = 4_096  # so that the arrays of tokens stay small


@dataclass(frozen=True, slots=True)
class Counts:
    """Which rows hold which items how often: one entry per pair, rows ascending."""

    rows: Integers
    items: Integers
    times: Integers


class Numbering(dict[str, int]):
    """Words to numbers, from 0, in the order in which they are first asked for."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def counted(rows: Iterable[Sequence[int]]) -> Counts:
    """How often each number stands in each row."""
    flat = list(rows)
    lengths = np.fromiter(map(len, flat), np.int64, len(flat))
    items = np.fromiter(chain.from_iterable(flat), np.int64, int(lengths.sum()))
    return _merged(np.repeat(np.arange(len(flat)), lengths), items, np.ones_like(items))


class Field:
    """Rows of tokens, gathered to be scored.

    Attributes:
        tokens: every token to its number.
    """

    def __init__(self, size: int, absent: str) -> None:
        """`absent` stands in rows that turn out to have no token."""
        self.tokens = Numbering()
        self._size = size
        self._absent = absent
        self._parts: list[Counts] = []

    def add(self, counts: Counts, tokens_of: Iterable[Sequence[str]]) -> None:
        """Count into each row the tokens of its items; `tokens_of` gives them item by item."""
        numbers = [[self.tokens[token] for token in tokens] for tokens in tokens_of]
        lengths = np.fromiter(map(len, numbers), np.int64, len(numbers))
        flat = np.fromiter(chain.from_iterable(numbers), np.int64, int(lengths.sum()))
        starts = np.cumsum(lengths) - lengths
        for first in range(0, self._size, _ROWS_AT_ONCE):
            a, b = np.searchsorted(counts.rows, [first, first + _ROWS_AT_ONCE])
            items = counts.items[a:b]
            each = lengths[items]
            places = np.repeat(starts[items] - (np.cumsum(each) - each), each)
            places += np.arange(len(places))
            rows = np.repeat(counts.rows[a:b], each)
            self._parts.append(_merged(rows, flat[places], np.repeat(counts.times[a:b], each)))

    def scores(self, fillers: int, k1: float, b: float) -> Mapping[str, object]:
        """The scores of all rows in columns of tokens, as `bm25s.BM25.scores`.

        Args:
            fillers: so many rows of ordinary length, which no query finds, come after the others.
        """
        rows, items, times = (
            np.concatenate([getattr(part, name) for part in self._parts])
            for name in ("rows", "items", "times")
        )
        lengths = np.bincount(rows, times, self._size).astype(np.int64)
        absent = self.tokens[self._absent]
        empty = np.flatnonzero(lengths == 0)
        lengths[empty] = 1
        ordinary = max(1, int(lengths.sum()) // max(1, self._size))
        lengths = np.append(lengths, np.full(fillers, ordinary))
        behind = np.arange(self._size, self._size + fillers)
        whole = _merged(
            np.concatenate([rows, empty, behind]),
            np.concatenate([items, np.full(len(empty) + fillers, absent)]),
            np.concatenate([times, np.ones_like(empty), np.full(fillers, ordinary)]),
            by_item=True,
        )
        held = np.bincount(whole.items, minlength=len(self.tokens))
        rarity = np.zeros(len(held), np.float32)
        for frequency in np.unique(held):
            rest = len(lengths) - int(frequency)
            rarity[held == frequency] = math.log(1 + (rest + 0.5) / (int(frequency) + 0.5))
        damping = k1 * ((1 - b) + b * lengths / lengths.mean())
        share = whole.times / (damping[whole.rows] + whole.times)
        return {
            "data": (rarity[whole.items] * share).astype(np.float32),
            "indices": whole.rows.astype(np.int32),
            "indptr": np.concatenate([[0], np.cumsum(held)]),
            "num_docs": len(lengths),
        }


def _merged(rows: Integers, items: Integers, times: Integers, *, by_item: bool = False) -> Counts:
    """Entries of one pair added up, ordered by row and item, or by item and row."""
    major, minor = (items, rows) if by_item else (rows, items)
    base = int(minor.max(initial=0)) + 1
    keys = major * base + minor
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    summed = np.add.reduceat(times[order], first) if len(first) else times[:0]
    major, minor = np.divmod(keys[first], base)
    rows, items = (minor, major) if by_item else (major, minor)
    return Counts(rows, items, summed)
