"""From a query to ranked passages: dense and lexical candidates, fused, without repeats."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ingest.language import detect_language
from ingest.notes import speaks_to_machines
from ingest.types import Chunk, Page, PageOutline, page_key
from vectorstore.analysis import fold
from vectorstore.embed import Embedder, Vectors
from vectorstore.errors import CorruptIndex
from vectorstore.fusion import fuse, recipe_for
from vectorstore.published import IndexVersion, Shelf
from vectorstore.types import Passage, SearchFilter, SearchResult, Sentence
from vectorstore.versions import Manifest
from vectorstore.words import WordVectors

# How many rows each index offers to be scored exactly; beyond 48 nothing more of the development
# halves' gold passages came in.
CANDIDATES = 48
ALSO_WEIGHT = 0.3  # of words that only say the same as those of the query


class VersionSource(Protocol):
    """Where the version to search comes from."""

    def current(self) -> IndexVersion:
        """The published version."""
        ...


class HybridRetriever:
    """Opens searches on whatever version is published at the moment.

    Attributes:
        words: how alike words are, by the same encoder.
    """

    def __init__(self, published: VersionSource, embedder: Embedder) -> None:
        self._published = published
        self.embedder = embedder
        self.words = WordVectors(embedder)

    def session(self) -> Searcher:
        """A searcher of the version that is published now.

        Raises:
            VectorStoreError: there is no version to search, or it cannot be read.
        """
        return Searcher(self._published.current(), self.embedder)

    def search(
        self, query: str, top_k: int = 10, held_to: SearchFilter | None = None
    ) -> SearchResult:
        """One search in a session of its own."""
        return self.session().search(query, top_k, held_to)


class Searcher:
    """One version, so that passages and the pages they are quoted from are of one state."""

    def __init__(self, version: IndexVersion, embedder: Embedder) -> None:
        self._version = version
        self._embedder = embedder
        self._vectors: dict[str, Vectors] = {}

    @property
    def manifest(self) -> Manifest:
        """What the version says of itself."""
        return self._version.manifest

    def find_page(self, url: str) -> Page | None:
        """The stored page of any address; None where there is none."""
        return self._version.pages.page(url)

    def pages_after(self, url: str, count: int) -> list[Page]:
        """The first `count` stored pages whose addresses come after `url`, in their order."""
        return self._version.pages.pages_after(url, count)

    def page(self, url: str) -> Page:
        """The stored page of an address that a passage names.

        Raises:
            CorruptIndex: the version's pages and its indexes differ.
        """
        page = self._version.pages.page(url)
        if page is None:
            raise CorruptIndex(f"{url} is indexed but not stored. Run `assistant rebuild`.")
        return page

    def _vector(self, query: str) -> Vectors:
        """The query's embedding, once per session: one question searches several times."""
        if query not in self._vectors:
            self._vectors[query] = self._embedder.encode_queries([query])[0]
        return self._vectors[query]

    def outline(self) -> Mapping[str, PageOutline]:
        """Address to what is known of every page of the version but its text."""
        return self._version.outline

    @property
    def version(self) -> IndexVersion:
        """What is searched; the same object as long as it is open."""
        return self._version

    @property
    def number(self) -> int:
        """Of the version that is searched."""
        return self._version.number

    def vocabulary(self) -> dict[str, int]:
        """Every folded word of the version's pages and how often it occurs."""
        total: Counter[str] = Counter()
        for shelf in self._version.shelves.values():
            total.update(shelf.lexical.vocabulary())
        return dict(total)

    def search(
        self,
        query: str,
        top_k: int = 10,
        held_to: SearchFilter | None = None,
        *,
        also: str = "",
    ) -> SearchResult:
        """The `top_k` best passages of all languages for `query`, best first.

        `also` holds words that say the same as those of the query, in any language; a passage with
        them is found by words too, but for less.
        """
        started = time.perf_counter()
        vector = self._vector(query)
        embedded = time.perf_counter()
        language = detect_language(query)
        looked = []
        for shelf in self._version.shelves.values():
            allowed = _allowed(shelf, held_to or SearchFilter())
            if allowed is None or len(allowed):
                near = shelf.dense.look(vector, CANDIDATES, allowed)
                looked.append((shelf, allowed, near))
        found: list[_Hit] = []
        for shelf, allowed, near in looked:
            found.extend(_search_shelf(shelf, query, also, language, vector, allowed, near))
        found.sort(key=lambda hit: (-hit.score, hit.chunk_id))
        ranked = time.perf_counter()
        passages = _passages(self._version, found, top_k)
        done = time.perf_counter()
        timings = {
            "embed": embedded - started,
            "rank": ranked - embedded,
            "load": done - ranked,
        }
        return SearchResult(query, language, passages, self._version.number, timings)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A candidate row with its scores, before its chunk is read."""

    chunk_id: str
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    similarity: float
    words: float
    sentences: npt.NDArray[np.float32]


def _search_shelf(
    shelf: Shelf,
    query: str,
    also: str,
    language: str,
    vector: Vectors,
    allowed: npt.NDArray[np.int64] | None,
    near: Callable[[], npt.NDArray[np.int64]],
) -> list[_Hit]:
    lexical = shelf.lexical.scores(query)
    if also:
        lexical["words"] = lexical["words"] + ALSO_WEIGHT * shelf.lexical.word_scores(also)
    recipe = recipe_for(language, shelf.language)
    by_words = sum(
        recipe.weights.get(name, 0.0) * scores / (float(scores.std()) or 1.0)
        for name, scores in lexical.items()
    )
    assert isinstance(by_words, np.ndarray)
    lexical_rows = _best_rows(by_words, CANDIDATES, allowed)
    dense_rows = near()
    rows = np.union1d(lexical_rows, dense_rows).astype(np.int64)
    similar = shelf.dense.similarities(vector, rows)
    usual = shelf.dense.background(vector)
    scores = fuse(
        {
            **{name: values[rows] for name, values in lexical.items()},
            "best": similar.best,
            "centroid": similar.centroid,
        },
        {**lexical, **usual},
        dict.fromkeys(("words", "grams", "skeletons", "best", "centroid"), shelf.dense.size),
        recipe,
    )
    lexical_rank = {int(row): rank for rank, row in enumerate(lexical_rows, start=1)}
    by_similarity = rows[np.argsort(-similar.best, kind="stable")]
    dense_rank = {int(row): rank for rank, row in enumerate(by_similarity, start=1)}
    dense = {int(row) for row in dense_rows}
    return [
        _Hit(
            shelf.chunk_ids[row],
            float(scores[i]),
            dense_rank[row] if row in dense else None,
            lexical_rank.get(row),
            float(similar.best[i]),
            float(lexical["words"][row]),
            similar.sentences[i],
        )
        for i, row in enumerate(map(int, rows))
    ]


def _best_rows(
    scores: npt.NDArray[np.float32], count: int, allowed: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.int64]:
    """Rows with a score above 0, best first, ties by row."""
    rows = np.flatnonzero(scores > 0) if allowed is None else allowed[scores[allowed] > 0]
    if len(rows) > count:
        rows = np.sort(rows[np.argpartition(-scores[rows], count - 1)[:count]])
    best: npt.NDArray[np.int64] = rows[np.argsort(-scores[rows], kind="stable")]
    return best


def _allowed(shelf: Shelf, held_to: SearchFilter) -> npt.NDArray[np.int64] | None:
    """Rows that the filter lets through; None where it lets all. Undated pages fail a date."""
    if held_to.language is not None and shelf.language != held_to.language:
        return np.zeros(0, dtype=np.int64)
    if held_to == SearchFilter(held_to.language):
        return None
    passing = np.ones(len(shelf.chunk_ids), dtype=bool)
    if held_to.urls is not None:
        passing[:] = False
        for url in held_to.urls:
            passing[list(shelf.page_rows.get(page_key(url), []))] = True
    if held_to.since is not None or held_to.until is not None:
        passing &= shelf.published > 0
    if held_to.since is not None:
        passing &= shelf.published >= held_to.since.toordinal()
    if held_to.until is not None:
        passing &= shelf.published <= held_to.until.toordinal()
    return np.flatnonzero(passing)


def _passages(version: IndexVersion, hits: Sequence[_Hit], top_k: int) -> tuple[Passage, ...]:
    """The first `top_k` hits whose texts differ."""
    passages: list[Passage] = []
    seen: set[str] = set()
    for start in range(0, len(hits), 2 * top_k):
        batch = hits[start : start + 2 * top_k]
        chunks = version.pages.chunks_by_id([hit.chunk_id for hit in batch])
        for hit, chunk in zip(batch, chunks, strict=True):
            text = _folded(chunk.text)
            if text in seen:
                continue
            seen.add(text)
            passage = _passage(hit, chunk, version.outline.get(chunk.url))
            if not passage.sentences:  # it speaks to machines only
                continue
            passages.append(passage)
            if len(passages) == top_k:
                return tuple(passages)
    return tuple(passages)


_folded = lru_cache(maxsize=4_096)(fold)  # the same chunks come again and again


def _passage(hit: _Hit, chunk: Chunk, page: PageOutline | None) -> Passage:
    return Passage(
        alternates=page.alternates if page else {},
        kind=page.kind if page else "page",
        chunk=chunk,
        score=hit.score,
        dense_rank=hit.dense_rank,
        lexical_rank=hit.lexical_rank,
        similarity=hit.similarity,
        lexical_score=hit.words,
        sentences=tuple(
            Sentence(chunk.sentence_text(span), span.start, span.end, float(similarity))
            for span, similarity in zip(chunk.sentences, hit.sentences, strict=True)
            if not speaks_to_machines(chunk.sentence_text(span))
        ),
    )
