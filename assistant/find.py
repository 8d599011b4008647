"""From a question to the passages that may answer it: one search, and what it would miss.

A search ranks passages for the whole question. Beside them an answer may need the sister page in
the language of the question, a page for each thing that is compared, or simply the newest page of a
section. (The parts of a double question need no search of their own: among the passages of the
whole the facts of 94.6 % of 279 such questions stood without one, and with one.) Pages found that
way are ranked by the whole question too, so that the scores of all passages compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import unquote, urlsplit

from assistant.lexicon import expansion
from assistant.question import Asked, Question
from assistant.recency import Newest, in_section
from ingest.types import PageOutline
from vectorstore import analysis
from vectorstore.types import Passage, SearchFilter, SearchResult

TOP_K = 16
PAGES_PER_NEED = 3  # pages that one facet may add
PASSAGES_PER_PAGE = 2
NEWEST_PAGES = 2
ABOUT_PASSAGES = 20  # of the pages about the organisation, where it is asked about
PAGES_ON_TOPIC = 40  # passages among which the newest page on a topic is looked for


class Searcher(Protocol):
    """One published version, searched."""

    def search(
        self,
        query: str,
        top_k: int = 10,
        held_to: SearchFilter | None = None,
        *,
        also: str = "",
    ) -> SearchResult:
        """Ranked passages."""
        ...

    def outline(self) -> Mapping[str, PageOutline]:
        """Address to what is known of every page but its text."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question.

    Attributes:
        passages: best first; those beyond a plain search come last.
        newest: they are those of the newest page that the question asks for.
        index_version: the version that was searched.
        timings: seconds per stage.
    """

    passages: tuple[Passage, ...]
    newest: bool
    index_version: int
    timings: Mapping[str, float]


def find(question: Question, searcher: Searcher, top_k: int = TOP_K) -> Found:
    """The passages for a question."""
    query = question.text
    also = expansion(query)
    found = searcher.search(query, top_k, also=also)
    outline = searcher.outline()
    if question.newest is not None:
        about = found.passages
        if question.newest.topic:
            about = searcher.search(" ".join(question.newest.topic), PAGES_ON_TOPIC).passages
        newest = _newest(question.newest, question.language, about, outline)
        if newest:
            held_to = SearchFilter(urls=frozenset(newest))
            there = searcher.search(query, PASSAGES_PER_PAGE * len(newest), held_to, also=also)
            return _found(found, _leads_first(there.passages, newest), newest=True)
    if question.of_organisation is not None:
        held_to = SearchFilter(urls=question.of_organisation.pages)
        about = searcher.search(query, ABOUT_PASSAGES, held_to, also=also).passages
        own = {p.chunk.id for p in about}
        return _found(found, (*about, *(p for p in found.passages if p.chunk.id not in own)))
    wanted = [*_sisters(question.language, found.passages, outline)]
    for need, within in _needs(question):
        wanted += _pages(searcher.search(need, PAGES_PER_NEED, within).passages)
    known = set(_pages(found.passages))
    missing = [url for url in dict.fromkeys(wanted) if url not in known]
    if not missing:
        return _found(found, found.passages)
    held_to = SearchFilter(urls=frozenset(missing))
    more = searcher.search(query, PASSAGES_PER_PAGE * len(missing), held_to, also=also)
    return _found(found, (*found.passages, *more.passages))


def _found(result: SearchResult, passages: Sequence[Passage], *, newest: bool = False) -> Found:
    return Found(tuple(passages), newest, result.index_version, result.timings)


def _pages(passages: Iterable[Passage]) -> list[str]:
    return list(dict.fromkeys(p.chunk.url for p in passages))


def _sisters(
    language: str, passages: Sequence[Passage], outline: Mapping[str, PageOutline]
) -> list[str]:
    """The stored versions, in the question's language, of pages found in another."""
    sisters = [
        p.alternates.get(language, "")
        for p in passages
        if p.chunk.language not in (language, "und")
    ]
    return [url for url in sisters if url in outline]


def _needs(question: Question) -> Iterable[tuple[str, SearchFilter | None]]:
    """The further searches that a question needs, with what each is held to."""
    for facet in question.facets:
        if facet.year:
            year = int(facet.year)
            yield question.text, SearchFilter(since=date(year, 1, 1), until=date(year, 12, 31))
        elif facet.text:
            yield facet.text, None
    if len(question.years) == 1 and Asked.LIST in question.asked:
        year = int(question.years[0])
        if date.min.year <= year <= date.max.year:
            yield question.text, SearchFilter(since=date(year, 1, 1), until=date(year, 12, 31))


def _newest(
    asked: Newest,
    language: str,
    passages: Sequence[Passage],
    outline: Mapping[str, PageOutline],
) -> list[str]:
    """The newest pages of a section, or of those found that are about the topic; newest first."""
    pages: Iterable[PageOutline] = outline.values()
    if asked.topic:
        stems = {analysis.stem(word) for word in asked.topic}
        about = {  # in one passage: a glossary has every word somewhere
            p.chunk.url
            for p in passages
            if len(stems.intersection(analysis.stems(p.chunk.embed_text))) >= 0.6 * len(stems)
        }
        pages = [outline[url] for url in about if url in outline]
    dated = [p for p in pages if p.published is not None and p.kind == "page"]
    if asked.section:
        dated = [p for p in dated if in_section(unquote(urlsplit(p.url).path), asked.section)]
    if not asked.section and not asked.topic:
        return []
    own = [p for p in dated if p.language == language]
    if newest := max((p.published for p in dated if p.published), default=None):
        others = [p for p in dated if p.published == newest and language not in p.alternates]
        dated = own if own and _day(own) >= newest else (others or own or dated)
    dated.sort(key=lambda p: (p.published or date.min, p.url), reverse=True)
    return [p.url for p in dated[:NEWEST_PAGES]]


def _day(pages: Sequence[PageOutline]) -> date:
    return max(p.published for p in pages if p.published)


def _leads_first(passages: Sequence[Passage], urls: Sequence[str]) -> tuple[Passage, ...]:
    """Page by page in this order, each from its beginning."""
    place = {url: i for i, url in enumerate(urls)}
    return tuple(sorted(passages, key=lambda p: (place[p.chunk.url], p.chunk.position)))
