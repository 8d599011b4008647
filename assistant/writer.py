"""A language model on a leash: writes below the evidence what the evidence carries, or nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Protocol

from assistant.compose import Line, composed, event_of, is_evidence
from assistant.errors import ModelError
from assistant.generate import Drafted, declined, messages_for, sentences_of, sources_within
from assistant.models import ChatModel, Reply, added
from assistant.support.gate import Ruling
from assistant.types import Answer, AnswerSentence, Event, Kind
from ingest.language import detect_language
from ingest.types import Page
from vectorstore.types import Passage, SearchFilter, SearchResult

_log = logging.getLogger(__name__)

SECONDS = 8.0  # from the question to the whole answer; what is not there by then is not waited for
SOURCE_TOKENS = 1_500  # that the model reads; a small one on two cores reads 200 a second
TOP_K = 8  # passages besides those with the evidence
PASSAGES_PER_PAGE = 4  # of a quoted page, to have those with the evidence among them
MOST_SENTENCES = 6
LEAST_WORDS = 3  # of a sentence; what is shorter says nothing by itself
MOST_DROPPED = 0.5  # share of the draft beyond which none of it is trusted
_WHOLE = (
    "",
    "stop",
    "end_turn",
    "stop_sequence",
    "STOP",
)  # how providers say that a reply was not cut off


class Searcher(Protocol):
    """One published version, searched and read."""

    def search(  # noqa: D102
        self, query: str, top_k: int = ..., held_to: SearchFilter | None = ...
    ) -> SearchResult: ...
    def page(self, url: str) -> Page: ...  # noqa: D102


class Gate(Protocol):
    """Rules on written sentences."""

    def prepare(self, cited: Sequence[Passage], page_of: Callable[[str], Page]) -> None: ...  # noqa: D102
    def rule(  # noqa: D102
        self, sentence: str, cited: Sequence[Passage], page_of: Callable[[str], Page]
    ) -> Ruling: ...


@dataclass(slots=True)
class _Draft:
    """What came of the model's reply so far."""

    lines: list[Line] = field(default_factory=list)
    seen: int = 0
    dropped: int = 0
    declined: bool = False

    @property
    def written(self) -> list[str]:
        """The sentences that passed the gate."""
        return [line.text for line in self.lines if line.text]


class Writer:
    """Writes an answer in the model's words, each sentence held to what it cites."""

    def __init__(
        self,
        model: ChatModel,
        session: Callable[[], Searcher],
        gate: Gate,
        *,
        redact: Callable[[str], str],
        publisher: str,
        texts: Callable[[str], Mapping[str, str]],
        seconds: float = SECONDS,
        source_tokens: int = SOURCE_TOKENS,
    ) -> None:
        """`redact` takes out of the question what points to a person, before it is sent.

        `texts` gives the fixed sentences of a language, `publisher` is whose pages these are.
        """
        self.model = model
        self._session = session
        self._gate = gate
        self._redact = redact
        self._publisher = publisher
        self._texts = texts
        self._seconds = seconds
        self._source_tokens = source_tokens

    def prepare(self) -> None:
        """Load the model; one that does not load fails again when it is asked."""
        with suppress(ModelError):
            self.model.prepare()

    def write(self, answer: Answer) -> Iterator[Event]:
        """Written sentences as each passes the gate, then the whole answer.

        Any failure, and a draft of which little holds, ends in the answer as it was, with a
        notice.
        """
        started = time.perf_counter()
        reply = Reply()
        draft = _Draft()
        searcher = self._session()
        page_of = cache(searcher.page)  # each sentence is held to the same few pages
        notice = ""
        try:
            for _ in self._drafted(answer, searcher, page_of, reply, draft):
                yield event_of(answer, draft.lines, page_of)
            if reply.finished not in _WHOLE:
                notice = "model_failed"
        except ModelError as error:  # its words are ours and name no question
            _log.warning("the model wrote nothing: %s", error, extra={"error": str(error)})
            notice = "model_failed"
        if not notice and not draft.declined:
            unsure = not draft.written or draft.dropped > MOST_DROPPED * draft.seen
            notice = "model_unsupported" if unsure else ""
        yield Event(answer=self._whole(answer, page_of, draft, notice, reply, started))

    def _drafted(
        self,
        answer: Answer,
        searcher: Searcher,
        page_of: Callable[[str], Page],
        reply: Reply,
        draft: _Draft,
    ) -> Iterator[str]:
        """Each sentence that passes, as it does."""
        sources = _sources(answer, searcher, self._source_tokens)
        if not sources:
            raise ModelError("There is nothing to write from.")
        messages = messages_for(
            self._redact(answer.query), answer.language, self._publisher, sources
        )
        left = self._seconds - answer.timings.get("total", 0.0)  # from the question's arrival
        pieces = self.model.stream(messages, seconds=left, reply=reply)
        pieces = _begun(pieces, lambda: self._gate.prepare(sources, page_of))
        for drafted in sentences_of(pieces, len(sources)):
            if declined(drafted):
                draft.declined = not draft.seen
                return
            draft.seen += 1
            if draft.seen > MOST_SENTENCES:
                raise ModelError("The model said far too much.")
            ruling = self._ruling(drafted, answer.language, sources, page_of)
            if not ruling.carried:
                draft.dropped += 1
                if ruling.passage and is_evidence(answer, line := _nearest(ruling)):
                    draft.lines.append(line)
                continue
            if drafted.text in draft.written:
                raise ModelError("The model repeats itself.")
            assert ruling.passage is not None
            draft.lines.append(Line(drafted.text, ruling.passage, ruling.sentences))
            yield drafted.text

    def _ruling(
        self,
        drafted: Drafted,
        language: str,
        sources: Sequence[Passage],
        page_of: Callable[[str], Page],
    ) -> Ruling:
        if -1 in drafted.sources:
            return Ruling(False, ("citation",))
        if len(drafted.text.split()) < LEAST_WORDS:
            return Ruling(False, ("fragment",))
        if detect_language(drafted.text) != language:
            return Ruling(False, ("language",))
        # Small models forget the numbers: then any source may carry it; the one that does is cited.
        cited = [sources[i] for i in drafted.sources] or sources
        return self._gate.rule(drafted.text, cited, page_of)

    def _whole(
        self,
        answer: Answer,
        page_of: Callable[[str], Page],
        draft: _Draft,
        notice: str,
        reply: Reply,
        started: float,
    ) -> Answer:
        seconds = time.perf_counter() - started
        timings = {
            **answer.timings,
            "model": seconds,
            "total": answer.timings.get("total", 0.0) + seconds,
        }
        answer = replace(answer, timings=timings, usage=added(answer.usage, reply.usage))
        if notice:
            said = AnswerSentence(self._texts(answer.language)[notice], Kind.NOTICE)
            return replace(answer, sentences=(*answer.sentences, said))
        if not draft.written:
            return answer
        return composed(answer, draft.lines, page_of, self.model.name)


def _sources(answer: Answer, searcher: Searcher, tokens: int) -> list[Passage]:
    """What the model reads: the passages with the evidence, then the best of the others."""
    cited = {(c.url, c.start) for c in answer.citations}
    pages = frozenset(url for url, _ in cited)
    quoted = searcher.search(
        answer.query, PASSAGES_PER_PAGE * len(pages), SearchFilter(urls=pages)
    ).passages
    chosen = [p for p in quoted if any((p.chunk.url, s.start) in cited for s in p.sentences)]
    return sources_within(chosen, searcher.search(answer.query, TOP_K).passages, tokens)


def _begun(pieces: Iterator[str], then: Callable[[], None]) -> Iterator[str]:
    """The pieces as they come; what is done `then` is done while the model goes on writing."""
    for first in pieces:
        then()
        yield first
        yield from pieces


def _nearest(ruling: Ruling) -> Line:
    assert ruling.passage is not None
    return Line("", ruling.passage, ruling.sentences)
