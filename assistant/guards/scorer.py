"""How much a message sounds like those that a guard must not let pass; learned from examples.

Two readings are added: the wording, and the meaning of the sentence as the packaged encoder sees
it. Without an encoder the wording decides alone, by thresholds of its own. The examples, and the
script that learned the weights from them, are in assistant/training.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from assistant.guards.reading import WORD_CHARS, ends_of, legible
from assistant.guards.wording import wording
from vectorstore.errors import EncoderError

WEIGHTS = Path(__file__).with_name("weights.json")
PIECE_WORDS, PIECE_STEP = 40, 20  # a longer message is read in overlapping pieces
MEANT_PIECES = 3  # of a long message; an encoding takes 3 ms

Floats = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns sentences into unit vectors."""

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """(n, dimension)."""
        ...


class Scorer:
    """Scores a message for every kind that the guards know.

    Keeps the scores of the last few messages in memory, since several guards ask for the same.
    """

    def __init__(self, encoder: Encoder | None = None, weights: Path = WEIGHTS) -> None:
        learned: dict[str, Any] = json.loads(weights.read_text("ascii"))
        self.version: str = learned["version"]
        self._kinds: tuple[str, ...] = tuple(learned["kinds"])
        kinds: list[Mapping[str, Any]] = list(learned["kinds"].values())
        self._words = np.stack([unpacked(k["words"], k["words_scale"]) for k in kinds], axis=1)
        self._meaning = np.array([k["meaning"] for k in kinds], np.float32).T
        self._words_least = np.array([k["words_threshold"] for k in kinds], np.float32)
        self._least = np.array([k["threshold"] for k in kinds], np.float32)
        self._guards = [i for i, kind in enumerate(self._kinds) if ":" not in kind]
        self._encoder = encoder
        self.scores = lru_cache(maxsize=16)(self._scores)

    def _scores(self, text: str) -> Mapping[str, float]:
        """Kind to score, above 0 where the message is of that kind; of a long one its most."""
        return self.scores_of([text])[0]

    def scores_of(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """The scores of several messages, whose meanings are read in one go.

        Of sixteen together each takes 0.9 ms to encode, of one alone 2.4 ms.
        """
        pieces = [pieces_of(text) for text in texts]
        worded = [np.stack([self._worded(p) for p in some]) for some in pieces if some]
        meant = self._meant([some for some in pieces if some], worded)
        scores = iter(
            [w - self._words_least for w in worded]
            if meant is None
            else [w + m - self._least for w, m in zip(worded, meant, strict=True)]
        )
        nothing = np.full((1, len(self._kinds)), -np.inf, np.float32)
        told = [next(scores) if some else nothing for some in pieces]
        return [dict(zip(self._kinds, s.max(axis=0).tolist(), strict=True)) for s in told]

    def _worded(self, piece: str) -> Floats:
        buckets, strengths = wording(piece)
        return strengths @ self._words[buckets]

    def _meant(
        self, pieces: Sequence[Sequence[str]], worded: Sequence[Floats]
    ) -> list[Floats] | None:
        """What the meaning of each message's pieces adds; nothing where the wording says least."""
        if self._encoder is None or not pieces:
            return None
        telling = [np.argsort(-w[:, self._guards].max(axis=1))[:MEANT_PIECES] for w in worded]
        read = [some[i] for some, best in zip(pieces, telling, strict=True) for i in best]
        try:
            meaning = self._encoder.encode_queries(read) @ self._meaning
        except (EncoderError, ImportError, OSError, MemoryError):
            return None
        added = [np.full_like(w, -np.inf) for w in worded]
        ends = np.cumsum([len(best) for best in telling])[:-1]
        for each, best, its in zip(added, telling, np.split(meaning, ends), strict=True):
            each[best] = its
        return added


def pieces_of(text: str) -> list[str]:
    """What is scored: the legible words in one piece, of a long message in overlapping ones."""
    words = legible(ends_of(text)).split()
    words = [word[:WORD_CHARS] for word in words if any(c.isalnum() for c in word)]
    if not words:
        return []
    if len(words) <= PIECE_WORDS + PIECE_STEP:
        return [" ".join(words)]
    starts = range(0, len(words) - PIECE_STEP, PIECE_STEP)
    return [" ".join(words[start : start + PIECE_WORDS]) for start in starts]


def packed(weights: Floats) -> tuple[str, float]:
    """Weights as base64 of signed bytes, and what a byte's unit is worth."""
    scale = float(np.abs(weights).max()) / 127 or 1.0
    return base64.b64encode(np.round(weights / scale).astype(np.int8).tobytes()).decode(), scale


def unpacked(text: str, scale: float) -> Floats:
    """The weights that `packed` made."""
    return np.frombuffer(base64.b64decode(text), np.int8).astype(np.float32) * np.float32(scale)
