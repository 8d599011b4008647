"""How near in meaning single words are, within a language and across."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

KEPT = 20_000  # words whose vectors are kept: 2 kB each


class Closeness:
    """Cosines of words by an encoder's own vectors of them, each encoded once."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors]) -> None:
        """`encode` gives unit vectors, `(n, d)`."""
        self._encode = encode
        self._rows: dict[str, npt.NDArray[np.float32]] = {}

    def __call__(self, words: Sequence[str], others: Sequence[str]) -> Vectors:
        """Cosines, `(len(words), len(others))`."""
        if not words or not others:
            return np.zeros((len(words), len(others)), np.float32)
        self.learn([*words, *others])
        mine = np.stack([self._rows[w] for w in words])
        theirs = np.stack([self._rows[w] for w in others])
        return np.asarray(mine @ theirs.T, dtype=np.float32)

    def learn(self, words: Sequence[str]) -> None:
        """Encode words at one go: much quicker than one by one."""
        new = [w for w in dict.fromkeys(words) if w not in self._rows]
        if len(self._rows) + len(new) > KEPT:
            self._rows.clear()
            new = list(dict.fromkeys(words))
        if new:
            for word, row in zip(new, self._encode(new), strict=True):
                self._rows[word] = row
