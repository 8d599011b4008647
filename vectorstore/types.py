"""The values that the vector store passes on: Sentence, Passage, SearchResult."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ingest.types import Chunk


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage, with how near it is to the query.

    Attributes:
        start, end: offsets in the page's text.
        text: `page.text[start:end]`.
        similarity: cosine of the sentence's and the query's embeddings, -1 to 1.
    """

    text: str
    start: int
    end: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as one search found it.

    Attributes:
        score: higher is better; comparable within one result list only.
        dense_rank, lexical_rank: 1-based place in each index's own ranking of the chunk's
            language, or None where that index did not have it among its candidates.
        sentences: the chunk's sentences in order.
        similarity: the best cosine of its sentences.
        lexical_score: BM25 of the query's words, 0 where none occurs.
        alternates: language tag to the address of the page's version in that language.
        kind: of the page, as in `Page`.
    """

    chunk: Chunk
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    sentences: tuple[Sentence, ...] = ()
    similarity: float = 0.0
    lexical_score: float = 0.0
    alternates: Mapping[str, str] = field(default_factory=dict)
    kind: str = "page"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages for one query, best first.

    Attributes:
        language: of the query, "en", "ar" or "und".
        index_version: the published version that was searched.
        timings: seconds per stage.
    """

    query: str
    language: str
    passages: tuple[Passage, ...]
    index_version: int
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a search is held to; None leaves a side open. Dates are inclusive.

    Attributes:
        urls: only these pages.
    """

    language: str | None = None
    since: date | None = None
    until: date | None = None
    urls: frozenset[str] | None = None
