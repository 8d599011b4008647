"""A message as numbers: the words, neighbours, letter groups and consonants that it is made of.

Each goes to one of `BUCKETS` places by its checksum, so that weights need no list of words and a
misspelt or unheard form still shares most of its letters with forms that were learned.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from assistant.guards.reading import ARABIC, bones, is_arabizi, once, plain
from vectorstore import analysis

BUCKETS = 1 << 13  # 2^13 to 2^17 differ by less than half a point of recall
_LETTERS = (3, 4, 5)
_BONE_LETTERS = (3, 4)
_FEWEST = 60  # a message of fewer traits is not weighed up to more than its words say


def wording(text: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """(buckets, strengths) of a message, each bucket once; strengths shrink with its length."""
    traits = set(_traits(plain(text)))
    buckets = np.fromiter((zlib.crc32(t.encode()) % BUCKETS for t in traits), np.int64, len(traits))
    found, counts = np.unique(buckets, return_counts=True)
    return found, (counts / max(len(traits), _FEWEST) ** 0.5).astype(np.float32)


def _traits(read: str) -> Iterator[str]:
    words = once(read).split()
    if not words:
        return
    stems = [analysis.stem(word) for word in words]
    yield from _neighbours("", stems)
    if len(stems) > 2:
        yield from (f"{a} _ {b}" for a, b in zip(stems, stems[2:], strict=False))
    yield f"^{stems[0]}"
    yield f"{stems[-1]}$"
    for word in words:
        yield from _groups("#", word, _LETTERS)
    in_latin = is_arabizi(read)
    bare = [b for w in words if (in_latin or ARABIC.match(w)) and (b := bones(w))]
    yield from _neighbours("bones ", bare)
    for word in bare:
        yield from _groups("bones#", word, _BONE_LETTERS)


def _neighbours(kind: str, words: list[str]) -> Iterator[str]:
    yield from (f"{kind}{word}" for word in words)
    yield from (f"{kind}{a} {b}" for a, b in pairwise(words))


def _groups(kind: str, word: str, sizes: tuple[int, ...]) -> Iterator[str]:
    padded = f" {word} "
    for size in sizes:
        yield from (kind + padded[i : i + size] for i in range(len(padded) - size + 1))
