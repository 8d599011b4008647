"""How near in meaning single words are, within a language and across."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Row = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]

KEPT = 20_000  # words and sentences whose vectors are kept: 2 kB each


class Closeness:
    """Cosines of words, and of sentences, by an encoder's vectors of them, each encoded once."""

    def __init__(self, encode: Encode) -> None:
        """`encode` gives unit vectors, `(n, d)`."""
        self._encode = encode
        self._rows: dict[str, Row] = {}

    def __call__(self, words: Sequence[str], others: Sequence[str]) -> Vectors:
        """Cosines, `(len(words), len(others))`."""
        if not words or not others:
            return np.zeros((len(words), len(others)), np.float32)
        rows = self.learn([*words, *others])
        mine = np.stack([rows[w] for w in words])
        theirs = np.stack([rows[w] for w in others])
        return np.asarray(mine @ theirs.T, dtype=np.float32)

    def learn(self, words: Sequence[str]) -> dict[str, Row]:
        """Encode words at one go: much quicker than one by one. Threads may do so at once."""
        known = self._rows
        rows = {w: known[w] for w in words if w in known}
        new = [w for w in dict.fromkeys(words) if w not in rows]
        if new:
            rows.update(zip(new, self._encode(new), strict=True))
            if len(known) + len(new) > KEPT:
                self._rows = known = {}
            known.update((w, rows[w]) for w in new)
        return rows
