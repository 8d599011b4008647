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
        pieces = pieces_of(text)
        if not pieces:
            return dict.fromkeys(self._kinds, -np.inf)
        worded = np.stack([self._worded(piece) for piece in pieces])
        meant = self._meant(pieces, worded)
        scores = worded - self._words_least if meant is None else worded + meant - self._least
        return dict(zip(self._kinds, scores.max(axis=0).tolist(), strict=True))

    def _worded(self, piece: str) -> Floats:
        buckets, strengths = wording(piece)
        return strengths @ self._words[buckets]

    def _meant(self, pieces: Sequence[str], worded: Floats) -> Floats | None:
        """What the meaning of each piece adds; nothing to those whose wording says least."""
        if self._encoder is None:
            return None
        telling = np.argsort(-worded[:, self._guards].max(axis=1))[:MEANT_PIECES]
        try:
            vectors = self._encoder.encode_queries([pieces[i] for i in telling])
        except (EncoderError, ImportError, OSError, MemoryError):
            return None
        meant = np.full_like(worded, -np.inf)
        meant[telling] = vectors @ self._meaning
        return meant


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
