"""A language model on a leash: writes below the evidence what the evidence carries, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.citations import CitationList
from assistant.errors import ModelError
from assistant.generate import Drafted, declined, messages_for, sentences_of, sources_within
from assistant.models import ChatModel, Reply
from assistant.support.gate import Ruling
from assistant.types import Answer, AnswerSentence, Citation, Event, Kind
from ingest.language import detect_language
from ingest.types import Page
from vectorstore.types import Passage, SearchResult, Sentence

SECONDS = 8.0  # for the whole reply; what is not there by then is not waited for
TOP_K = 8
MOST_SENTENCES = 6
LEAST_WORDS = 3  # of a sentence; what is shorter says nothing by itself
MOST_DROPPED = 0.5  # share of the draft beyond which none of it is trusted
_WHOLE = ("", "stop", "end_turn", "STOP")  # how providers say that a reply was not cut off


class Searcher(Protocol):
    """One published version, searched and read."""

    def search(self, query: str, top_k: int = ...) -> SearchResult: ...  # noqa: D102
    def page(self, url: str) -> Page: ...  # noqa: D102


class Gate(Protocol):
    """Rules on written sentences."""

    def rule(  # noqa: D102
        self, sentence: str, cited: Sequence[Passage], page_of: Callable[[str], Page]
    ) -> Ruling: ...


@dataclass(slots=True)
class _Draft:
    """What came of the model's reply so far."""

    kept: list[tuple[str, Passage, tuple[Sentence, ...]]]
    seen: int = 0
    dropped: int = 0
    declined: bool = False


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

    def write(self, answer: Answer) -> Iterator[Event]:
        """Written sentences as each passes the gate, then the whole answer.

        Any failure, and a draft of which little holds, ends in the answer as it was, with a
        notice.
        """
        started = time.perf_counter()
        reply = Reply()
        draft = _Draft([])
        searcher = self._session()
        notice = ""
        try:
            for text in self._drafted(answer, searcher, reply, draft):
                yield _event(answer, searcher, draft, text)
            if reply.finished not in _WHOLE:
                notice = "model_failed"
        except ModelError:
            notice = "model_failed"
        if not notice and not draft.declined:
            unsure = not draft.kept or draft.dropped > MOST_DROPPED * draft.seen
            notice = "model_unsupported" if unsure else ""
        yield Event(answer=self._whole(answer, searcher, draft, notice, reply, started))

    def _drafted(
        self, answer: Answer, searcher: Searcher, reply: Reply, draft: _Draft
    ) -> Iterator[str]:
        found = searcher.search(answer.query, top_k=TOP_K)
        cited = {(c.url, c.start) for c in answer.citations}
        chosen = [
            p for p in found.passages if any((p.chunk.url, s.start) in cited for s in p.sentences)
        ]
        sources = sources_within(chosen, found.passages)
        if not sources:
            raise ModelError("There is nothing to write from.")
        messages = messages_for(
            self._redact(answer.query), answer.language, self._publisher, sources
        )
        pieces = self.model.stream(messages, seconds=self._seconds, reply=reply)
        for drafted in sentences_of(pieces, len(sources)):
            if declined(drafted):
                draft.declined = not draft.seen
                return
            draft.seen += 1
            if draft.seen > MOST_SENTENCES:
                raise ModelError("The model said far too much.")
            ruling = self._ruling(drafted, answer.language, sources, searcher)
            if not ruling.carried or ruling.passage is None:
                draft.dropped += 1
                continue
            if drafted.text in {text for text, _, _ in draft.kept}:
                raise ModelError("The model repeats itself.")
            draft.kept.append((drafted.text, ruling.passage, ruling.sentences))
            yield drafted.text

    def _ruling(
        self, drafted: Drafted, language: str, sources: Sequence[Passage], searcher: Searcher
    ) -> Ruling:
        if not drafted.sources or -1 in drafted.sources:
            return Ruling(False, ("citation",))
        if len(drafted.text.split()) < LEAST_WORDS:
            return Ruling(False, ("fragment",))
        if detect_language(drafted.text) != language:
            return Ruling(False, ("language",))
        return self._gate.rule(drafted.text, [sources[i] for i in drafted.sources], searcher.page)

    def _whole(
        self,
        answer: Answer,
        searcher: Searcher,
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
        usage = {"tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out}
        answer = replace(answer, timings=timings, usage=usage)
        if notice:
            said = AnswerSentence(self._texts(answer.language)[notice], Kind.NOTICE)
            return replace(answer, sentences=(*answer.sentences, said))
        if not draft.kept:
            return answer
        citations = CitationList(searcher.page)
        written = [
            AnswerSentence(
                text, Kind.WRITTEN, tuple(citations.cite(passage, s).number for s in sentences)
            )
            for text, passage, sentences in draft.kept
        ]
        return _above(answer, written, citations.all, self.model.name)


def _event(answer: Answer, searcher: Searcher, draft: _Draft, text: str) -> Event:
    """The latest sentence with its citations, numbered after those of the evidence."""
    citations = CitationList(searcher.page)
    shown = {(c.url, c.start, c.end): c.number for c in answer.citations}
    cited: list[Citation] = []
    for _, passage, sentences in draft.kept:
        cited = []
        for sentence in sentences:
            citation = citations.cite(passage, sentence)
            span = (citation.url, citation.start, citation.end)
            number = shown.setdefault(span, len(shown) + 1)
            cited.append(replace(citation, number=number))
    numbers = tuple(c.number for c in cited)
    return Event(sentence=AnswerSentence(text, Kind.WRITTEN, numbers), citations=tuple(cited))


def _above(
    answer: Answer, written: Sequence[AnswerSentence], cited: Sequence[Citation], model: str
) -> Answer:
    """The answer with written sentences above its evidence, citations numbered anew."""
    numbers = {(c.url, c.start, c.end): c.number for c in cited}
    citations = list(cited)
    renumbered: dict[int, int] = {}
    for citation in answer.citations:
        span = (citation.url, citation.start, citation.end)
        if span not in numbers:
            numbers[span] = len(citations) + 1
            citations.append(replace(citation, number=numbers[span]))
        renumbered[citation.number] = numbers[span]
    below = [
        replace(s, citations=tuple(renumbered[n] for n in s.citations)) for s in answer.sentences
    ]
    return replace(answer, sentences=(*written, *below), citations=tuple(citations), model=model)
