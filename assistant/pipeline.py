"""One line: question → guards → rephrase → passages → sentences → citations → Answer."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.citations import CitationList
from assistant.extract import Extraction
from assistant.guards import Block, QuestionGuards
from assistant.guards.shape import MAX_QUESTION_CHARS
from assistant.profile import Profile
from assistant.question import Question
from assistant.types import (
    Answer,
    AnswerSentence,
    Contact,
    Event,
    Kind,
    PassageRef,
    Status,
    Suggestion,
    Turn,
)
from ingest.types import Page
from vectorstore.types import Passage, SearchFilter, SearchResult

# Tuned so that of the questions on XQuAD whose page is left out about one in twenty is answered.
MIN_CONFIDENCE = 0.45
TOP_K = 10
NEAREST_PAGES = 3  # offered where nothing answers


class Searcher(Protocol):
    """One published version, searched and read."""

    def search(
        self, query: str, top_k: int = 10, held_to: SearchFilter | None = None
    ) -> SearchResult:
        """Ranked passages."""
        ...

    def page(self, url: str) -> Page:
        """A stored page of the same version."""
        ...


class Retriever(Protocol):
    """Gives a searcher of the version that is published now."""

    def session(self) -> Searcher:
        """All that one question needs comes from one session."""
        ...


class Writer(Protocol):
    """Puts an answer into words of its own, each held to the pages."""

    def write(self, answer: Answer) -> Iterator[Event]:
        """Written sentences as they pass, last the whole Answer; never fails."""
        ...


class Assistant:
    """Answers questions from the published pages in their own words."""

    def __init__(
        self,
        profile: Profile,
        retriever: Retriever,
        read_question: Callable[[str], Question],
        extract: Callable[[Question, Sequence[Passage]], Extraction],
        guards: QuestionGuards,
        rephrase: Callable[[str, Sequence[Turn]], str],
        writer: Writer | None = None,
    ) -> None:
        self.profile = profile
        self._retriever = retriever
        self._read_question = read_question
        self._extract = extract
        self._guards = guards
        self._rephrase = rephrase
        self._writer = writer

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> Answer:
        """Answer from the indexed pages, or say plainly why not.

        Raises:
            VectorStoreError: the store is empty, stale or damaged.
        """
        for event in self.stream(question, history, min_confidence=min_confidence):
            if event.answer is not None:
                return event.answer
        raise AssertionError("stream ends with an answer")

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> Iterator[Event]:
        """The same, each sentence as it is known, and last the whole Answer.

        Raises:
            VectorStoreError: the store is empty, stale or damaged.
        """
        answer = self._answer(question, history, min_confidence)
        for sentence in answer.sentences:
            cited = tuple(c for c in answer.citations if c.number in sentence.citations)
            yield Event(sentence=sentence, citations=cited)
        if self._writer is not None and answer.status is Status.ANSWERED:
            yield from self._writer.write(answer)  # the evidence is on screen by now
        else:
            yield Event(answer=answer)

    def referral(self, question: str) -> Answer | None:
        """What a person in danger is told, None for everybody else; needs no index and no model.

        For whoever has to refuse a question: this is what is never refused.
        """
        started = time.perf_counter()
        text = _readable(question)
        block = self._guards.first_block(text)
        if block is None or block.status is not Status.REFERRAL:
            return None
        language = self.profile.speaks(self._read_question(text[:MAX_QUESTION_CHARS]).language)
        return self._blocked(question[:MAX_QUESTION_CHARS], text, language, block, started)

    def grow(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        """The answer as it grows: each has one sentence more, the last is whole."""
        answer = self.ask(question, history)
        for count in range(1, len(answer.sentences)):
            sentences = answer.sentences[:count]
            shown = {number for sentence in sentences for number in sentence.citations}
            citations = tuple(c for c in answer.citations if c.number in shown)
            yield replace(answer, sentences=sentences, citations=citations, suggestions=())
        yield answer

    def _answer(self, asked: str, history: Sequence[Turn], min_confidence: float) -> Answer:
        started = time.perf_counter()
        text = _readable(asked)
        language = self.profile.speaks(self._read_question(text[:MAX_QUESTION_CHARS]).language)
        if block := self._guards.first_block(text):
            return self._blocked(asked[:MAX_QUESTION_CHARS], text, language, block, started)
        query = self._rephrase(self._guards.without_orders(text), history)
        answer = self._from_pages(asked, query, language, min_confidence, started)
        if situations := self._guards.matters(text):
            return self._with_contacts(answer, situations)
        return answer

    def _from_pages(
        self, asked: str, text: str, language: str, min_confidence: float, started: float
    ) -> Answer:
        question = self._read_question(text)
        searcher = self._retriever.session()
        found = searcher.search(text, top_k=TOP_K)
        if not found.passages:
            status = Status.UNANSWERABLE_NO_PASSAGES
            return self._stop(asked, text, language, status, started, found)
        searched = time.perf_counter()
        evidence = self._extract(question, found.passages)
        extracted = time.perf_counter()
        timings = {**found.timings, "extract": extracted - searched}
        if not evidence.sentences or evidence.confidence < min_confidence:
            return self._stop(
                asked,
                text,
                language,
                Status.UNANSWERABLE_WEAK_EVIDENCE,
                started,
                found,
                confidence=evidence.confidence,
            )
        citations = CitationList(searcher.page)
        sentences: list[AnswerSentence] = []
        for chosen in evidence.sentences:
            number = citations.cite(chosen.passage, chosen.sentence).number
            sentences.append(AnswerSentence(chosen.sentence.text, Kind.QUOTE, (number,)))
        if all(citation.language != question.language for citation in citations.all):
            notice = self.profile.texts(language)["evidence_in_other_language"]
            sentences.insert(0, AnswerSentence(notice, Kind.NOTICE))
        timings["total"] = time.perf_counter() - started
        return Answer(
            question=asked,
            query=text,
            language=language,
            status=Status.ANSWERED,
            sentences=tuple(sentences),
            citations=citations.all,
            passages=_references(found.passages),
            confidence=evidence.confidence,
            index_version=found.index_version,
            timings=timings,
        )

    def _blocked(
        self, asked: str, text: str, language: str, block: Block, started: float
    ) -> Answer:
        """The fixed words of a guard; needs neither index nor model."""
        said = [self.profile.texts(language)[block.text]]
        contacts: tuple[Contact, ...] = ()
        if block.status is Status.REFERRAL:
            contacts = self._contacts(block.situations)
            others = [tag for tag in self.profile.languages if tag != language]
            said = [line for tag in (language, *others) for line in self._referral(tag, contacts)]
        advice = block.status is Status.UNANSWERABLE_ADVICE
        pages = self.profile.service_pages if advice else ()
        return Answer(
            question=asked,
            query=text if len(text) <= MAX_QUESTION_CHARS else "",
            language=language,
            status=block.status,
            sentences=tuple(AnswerSentence(line, Kind.NOTICE) for line in said),
            suggestions=tuple(
                Suggestion(titles.get(language) or next(iter(titles.values())), url=url)
                for url, titles in pages
            ),
            contacts=contacts,
            timings={"total": time.perf_counter() - started},
        )

    def _referral(self, language: str, contacts: Sequence[Contact]) -> list[str]:
        lines = [f"{contact.label[language]}: {contact.value}" for contact in contacts]
        return [self.profile.texts(language)["referral"], *lines]

    def _with_contacts(self, answer: Answer, situations: Sequence[str]) -> Answer:
        """The answer with the lines for such matters below it."""
        notice = self.profile.texts(answer.language)["matter_contacts"]
        sentences = (*answer.sentences, AnswerSentence(notice, Kind.NOTICE))
        return replace(answer, sentences=sentences, contacts=self._contacts(situations))

    def _contacts(self, situations: Sequence[str]) -> tuple[Contact, ...]:
        """All lines, those for the likeliest situation first; a child's line before others."""

        def place(contact: Contact) -> tuple[bool, int]:
            ranks = [situations.index(s) for s in contact.situations if s in situations]
            child = "child" in situations and "child" in contact.situations
            return not child, min(ranks, default=len(situations))

        return tuple(sorted(self.profile.contacts, key=place))

    def _stop(
        self,
        asked: str,
        query: str,
        language: str,
        status: Status,
        started: float,
        found: SearchResult | None = None,
        *,
        confidence: float = 0.0,
    ) -> Answer:
        """An answer of one fixed sentence, with the nearest pages where there was a search."""
        passages = found.passages if found else ()
        nearest = _nearest_pages(passages)
        texts = self.profile.texts(language)
        said = [texts[_FIXED[status]]]
        if nearest:
            said.append(texts["nearest_pages"])
        return Answer(
            question=asked,
            query=query,
            language=language,
            status=status,
            sentences=tuple(AnswerSentence(text, Kind.NOTICE) for text in said),
            passages=_references(passages),
            suggestions=nearest,
            confidence=confidence,
            index_version=found.index_version if found else None,
            timings={
                **(found.timings if found else {}),
                "total": time.perf_counter() - started,
            },
        )


_FIXED = {
    Status.UNANSWERABLE_NO_PASSAGES: "not_found",
    Status.UNANSWERABLE_WEAK_EVIDENCE: "not_found",
}


def _readable(text: str) -> str:
    """The question without characters that say nothing: controls, unpaired surrogates, tags."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") else " " for c in text)
    shown = "".join(c for c in kept if not 0xE0000 <= ord(c) <= 0xE007F)
    return " ".join(shown.split())


def _references(passages: Sequence[Passage]) -> tuple[PassageRef, ...]:
    return tuple(PassageRef(p.chunk.id, p.chunk.url, p.chunk.title, p.score) for p in passages)


def _nearest_pages(passages: Sequence[Passage]) -> tuple[Suggestion, ...]:
    titles = {passage.chunk.url: passage.chunk.title for passage in reversed(passages)}
    order = dict.fromkeys(passage.chunk.url for passage in passages)
    return tuple(Suggestion(titles[url], url=url) for url in list(order)[:NEAREST_PAGES])
