"""The dense index of one language: Chroma finds candidates, plain vectors score them exactly.

Chroma (in this process or a server, see `chroma.py`) holds every passage, with metadata, as a
cosine space. Its HNSW graph answers "which rows are near" in a millisecond at any size. (Not the
text, which nobody asks Chroma for: it would index every three characters of it, for more than half
of the time and of the room that a passage takes.) The vectors of the sentences, read into memory,
say which sentences are near (`nearest.py`), and give the exact cosine of every sentence of a
candidate, which both ranks the passage and chooses the sentence to quote. (Asking Chroma for the
vectors of 300 rows takes 12 ms. They are not mapped from the file: a mapped file that somebody cuts
short ends the process.)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import numpy.typing as npt

from ingest.types import Chunk
from vectorstore.chroma import Collections
from vectorstore.errors import BuildFailed, CorruptIndex
from vectorstore.nearest import Nearest, nearest, widened

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

log = logging.getLogger(__name__)

_BATCH = 2_000  # below Chroma's largest batch (5,461)
_ROUNDING = 2e-3  # float16 against float32
# A search asks each language for passages and for sentences: four at once, twice that for two.
_LOOKING = ThreadPoolExecutor(8, thread_name_prefix="chroma")
_BACKGROUND_ROWS = 256  # passages whose scores stand for the whole language's in a z-score


@dataclass(frozen=True, slots=True)
class Similarities:
    """Cosines of a query with candidate rows.

    Attributes:
        best: of each row's nearest sentence, `(rows,)`.
        centroid: with the mean of the row's sentences and title, `(rows,)`.
        sentences: per row, those of its sentences in order.
    """

    best: Floats
    centroid: Floats
    sentences: list[Floats]


class DenseIndex:
    """Rows are passages, numbered as they were built; each has one or more sentences."""

    def __init__(self, collections: Collections, language: str, folder: Path) -> None:
        """Open what `build` wrote.

        Raises:
            CorruptIndex: a file or a collection is missing, or they differ in size.
        """
        from chromadb.errors import ChromaError

        try:
            self._passages = np.load(folder / "passages.npy")
            self._sentences = Nearest(np.load(folder / "sentences.npy"))
            self._offsets = np.load(folder / "offsets.npy")
            self._collection = collections.get(f"passages-{language}")
            held = self._collection.count()
        except (ChromaError, OSError, ValueError, EOFError) as error:
            raise CorruptIndex(f"The vectors in {folder} are unreadable: {error}") from error
        self.size = len(self._passages)
        if held != self.size or len(self._offsets) != self.size + 1:
            raise CorruptIndex(f"The vectors in {folder} are of {self.size} rows, Chroma's {held}.")
        self._owner = np.repeat(np.arange(self.size), np.diff(self._offsets))
        step = max(1, -(-self.size // _BACKGROUND_ROWS))
        self._background_rows = np.arange(0, self.size, step)
        self._background = self._gather(self._background_rows)

    @staticmethod
    def build(
        collections: Collections,
        language: str,
        folder: Path,
        chunks: Sequence[Chunk],
        sentences: Sequence[Floats],
        titles: Floats,
    ) -> None:
        """Write rows for `chunks`: `sentences[i]` are `(n_i, d)`, `titles` is `(rows, d)`.

        Raises:
            BuildFailed: Chroma cannot write its files.
            OSError: nor can we write ours.
        """
        from chromadb.errors import ChromaError

        passages = np.stack(
            [
                _unit(np.vstack([vectors, title[None]]).mean(axis=0))
                for vectors, title in zip(sentences, titles, strict=True)
            ]
        )
        rows = np.concatenate(sentences)
        offsets = np.concatenate([[0], np.cumsum([len(vectors) for vectors in sentences])])
        np.save(folder / "passages.npy", passages.astype(np.float16))
        np.save(folder / "sentences.npy", rows.astype(np.float16))
        np.save(folder / "offsets.npy", offsets.astype(np.int64))
        try:
            collection = collections.create(f"passages-{language}")
            for start in range(0, len(chunks), _BATCH):
                batch = chunks[start : start + _BATCH]
                collection.add(
                    ids=[str(row) for row in range(start, start + len(batch))],
                    embeddings=passages[start : start + len(batch)],
                    metadatas=[_metadata(chunk) for chunk in batch],
                )
        except ChromaError as error:
            raise BuildFailed(f"Chroma cannot write its files: {error}") from error

    def verify(self, chunks: Sequence[Chunk]) -> None:
        """Whether row i stands for chunk i, here and in Chroma, with all of its sentences.

        Raises:
            CorruptIndex: one does not.
        """
        for row, chunk in enumerate(chunks):
            if self._offsets[row + 1] - self._offsets[row] != len(chunk.sentences):
                raise CorruptIndex(f"Row {row} has not as many sentences as chunk {chunk.id}.")
        for start in range(0, self.size, _BATCH):
            rows = range(start, min(start + _BATCH, self.size))
            found = self._collection.get(
                ids=[str(row) for row in rows], include=["embeddings", "metadatas"]
            )
            if len(found["ids"]) != len(rows):
                raise CorruptIndex(f"Chroma lacks passages from row {start} on.")
            own = self._passages[[int(row) for row in found["ids"]]].astype(np.float32)
            if np.abs(np.asarray(found["embeddings"], np.float32) - own).max() > _ROUNDING:
                raise CorruptIndex(f"Chroma has other vectors of passages from row {start} on.")
            for row, about in zip(found["ids"], found["metadatas"], strict=True):
                if about["chunk_id"] != chunks[int(row)].id:
                    raise CorruptIndex(f"Chroma's row {row} is of another chunk.")

    def sentence_rows(self, row: int) -> Floats:
        """The vectors of a row's sentences."""
        return widened(self._sentences.vectors[self._offsets[row] : self._offsets[row + 1]])

    def candidates(self, query: Floats, count: int, allowed: Rows | None = None) -> Rows:
        """Rows near the query `(d,)`: by passage and by sentence, up to `2 * count`, unordered.

        With `allowed`, only those rows are looked at, exactly.
        """
        return self.look(query, count, allowed)()

    def look(self, query: Floats, count: int, allowed: Rows | None = None) -> Callable[[], Rows]:
        """Begin to look for `candidates`; the result waits for them and gives them.

        Chroma works outside Python's lock: other things can be done meanwhile.
        """
        if allowed is not None:
            near = widened(self._passages[allowed]) @ query
            rows = allowed[np.argsort(-near, kind="stable")[: 2 * count]]
            return lambda: rows
        passages = _LOOKING.submit(self._near_passages, query, min(count, self.size))
        sentences = _LOOKING.submit(self._sentences.find, query, 2 * count)

        def found() -> Rows:
            try:
                near = passages.result()
            except httpx.HTTPError as error:
                # The vectors here say the same, only more slowly: nobody goes without an answer
                # because the server does.
                log.error(
                    "the Chroma server does not answer", extra={"error": type(error).__name__}
                )
                near = nearest(self._passages, query, count)
            return np.union1d(near, self._owner[sentences.result()])

        return found

    def _near_passages(self, query: Floats, count: int) -> Rows:
        found = self._collection.query(
            query_embeddings=query[None], n_results=count, include=["distances"]
        )
        return np.asarray([int(row) for row in found["ids"][0]], dtype=np.int64)

    def similarities(self, query: Floats, rows: Rows) -> Similarities:
        """Exact cosines of the query `(d,)` with `rows`."""
        vectors, centroids, offsets = self._gather(rows)
        near = vectors @ query
        return Similarities(
            best=np.maximum.reduceat(near, offsets[:-1]),
            centroid=centroids @ query,
            sentences=[near[a:b] for a, b in pairwise(offsets)],
        )

    def background(self, query: Floats) -> Mapping[str, Floats]:
        """The query's cosines with a fixed sample of rows: what is usual in this language."""
        vectors, centroids, offsets = self._background
        return {
            "best": np.maximum.reduceat(vectors @ query, offsets[:-1]),
            "centroid": centroids @ query,
        }

    def _gather(self, rows: Rows) -> tuple[Floats, Floats, Rows]:
        starts, ends = self._offsets[rows], self._offsets[rows + 1]
        lengths = ends - starts
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        index = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
        return (
            widened(self._sentences.vectors[index]),
            widened(self._passages[rows]),
            offsets,
        )


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)


def _metadata(chunk: Chunk) -> dict[str, str | int]:
    return {
        "chunk_id": chunk.id,
        "url": chunk.url,
        "title": chunk.title,
        "language": chunk.language,
        "published": chunk.published.isoformat() if chunk.published else "",
        "start": chunk.start,
        "end": chunk.end,
    }
