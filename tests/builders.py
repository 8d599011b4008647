"""Small values for tests, said in one line each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING, chunk_page
from ingest.types import Chunk, Page
from vectorstore.analysis import stems
from vectorstore.publish import publish
from vectorstore.published import Published
from vectorstore.types import Passage, Sentence

FETCHED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def page(
    text: str,
    url: str = "https://example.org/a",
    title: str = "A page",
    language: str = "en",
    published: date | None = None,
    **more: object,
) -> Page:
    return Page(url, title, text, language, FETCHED, published, **more)  # type: ignore[arg-type]


def passage(text: str, similarity: float = 0.5, score: float = 3.0, **about: object) -> Passage:
    """A passage that is a whole page by itself."""
    return passage_of(chunk_page(page(text, **about))[0], similarity, score)  # type: ignore[arg-type]


def passage_of(chunk: Chunk, similarity: float = 0.5, score: float = 3.0) -> Passage:
    return Passage(
        chunk=chunk,
        score=score,
        dense_rank=1,
        lexical_rank=1,
        similarity=similarity,
        lexical_score=5.0,
        sentences=tuple(
            Sentence(chunk.sentence_text(span), span.start, span.end, similarity)
            for span in chunk.sentences
        ),
    )


class WordsEmbedder:
    """An embedder for tests: a text is the sum of its stems, each a fixed random direction."""

    id = "words/1"
    dimension = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.stack([self._vector(text) for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.embedded.extend(texts)
        return self.encode_queries(texts)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        total = np.full(self.dimension, 1e-3)
        for stem in stems(text):
            seed = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).normal(size=self.dimension)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def stored(store: Path, *pages: Page) -> Catalogue:
    """A catalogue in `store` that holds these pages and no others."""
    store.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue.open(store / "catalogue.sqlite")
    gone = [known.url for known in catalogue.pages()]
    catalogue.replace_pages([(each, chunk_page(each)) for each in pages], gone)
    return catalogue


def published(
    store: Path, *pages: Page, embedder: WordsEmbedder | None = None, chroma: str = ""
) -> Published:
    """The store after these pages were published."""
    encoder = embedder or WordsEmbedder()
    catalogue = stored(store, *pages)
    publish(store, catalogue, encoder, chunking=CHUNKING, pages=len(pages), chroma=chroma)
    catalogue.close()
    return Published(
        store,
        embedder_id=encoder.id,
        chunking=CHUNKING,
        open_pages=Catalogue.open_snapshot,
        chroma=chroma,
    )
