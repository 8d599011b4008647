"""How alike two words are, in one language or across: cosines of their embeddings.

A sentence encoder takes a single word for a very short sentence. Its vectors for words all point
somewhat the same way; with that common direction taken off, "reporter" lies next to "journalists"
and to "صحفي", and words that have nothing to do with each other lie at right angles.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from vectorstore.embed import Embedder, Vectors

# Everyday words of both languages; their mean is what all words have in common.
_USUAL = """
water book house road friend music winter teacher number paper morning question city animal money
story letter colour river doctor market window garden history weather answer school table journey
quick open early long young warm strong simple read write walk speak bring build learn remember
ماء كتاب بيت طريق صديق موسيقى شتاء معلم رقم ورق صباح سؤال مدينة حيوان مال قصة رسالة لون نهر طبيب
سوق نافذة حديقة تاريخ طقس جواب مدرسة طاولة رحلة سريع مفتوح مبكر طويل صغير دافئ قوي بسيط قرأ كتب مشى
تكلم أحضر بنى تعلم تذكر
""".split()
_BATCH = 256
_MOST_WORDS = 200_000  # of 2 kB each; beyond it the cache begins anew


class WordVectors:
    """Vectors of words, computed at first use and kept."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._common: Vectors | None = None
        self._places: dict[str, int] = {}
        self._rows: npt.NDArray[np.float16] = np.zeros((0, embedder.dimension), np.float16)

    def prepare(self, words: Iterable[str]) -> None:
        """Compute the vectors of words ahead of the questions that need them."""
        self._places_of(list(dict.fromkeys(words)))

    def alike(self, left: Sequence[str], right: Sequence[str]) -> Vectors:
        """Cosines `(len(left), len(right))` of the words, -1 to 1."""
        if not left or not right:
            return np.zeros((len(left), len(right)), np.float32)
        rows, places = self._places_of([*left, *right])
        vectors = rows[places].astype(np.float32)
        cosines: Vectors = vectors[: len(left)] @ vectors[len(left) :].T
        return cosines

    def _places_of(self, words: Sequence[str]) -> tuple[npt.NDArray[np.float16], list[int]]:
        with self._lock:
            if len(self._places) > _MOST_WORDS:
                self._places.clear()
                self._rows = self._rows[:0]
            missing = [w for w in dict.fromkeys(words) if w not in self._places]
            for start in range(0, len(missing), _BATCH):
                self._add(missing[start : start + _BATCH])
            return self._rows, [self._places[word] for word in words]

    def _add(self, words: Sequence[str]) -> None:
        if self._common is None:
            self._common = self._embedder.encode_documents(_USUAL).mean(0)
        vectors = self._embedder.encode_documents(words) - self._common
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        self._places.update((word, len(self._rows) + i) for i, word in enumerate(words))
        self._rows = np.concatenate([self._rows, vectors.astype(np.float16)])
