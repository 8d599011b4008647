"""One line: question → guards → rephrase → passages → sentences → citations → Answer."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol
from weakref import WeakKeyDictionary

from assistant.citations import CitationList
from assistant.clarify import choices
from assistant.extract import Extraction
from assistant.find import find
from assistant.guards import QuestionGuards
from assistant.guards.shape import MAX_QUESTION_CHARS
from assistant.notices import (
    before_supporting,
    blocked,
    not_found,
    references,
    which_one,
    with_contacts,
)
from assistant.organisation import Aspect, OfOrganisation, aspect_of, pages_that_tell
from assistant.profile import Profile
from assistant.question import Asked, Question
from assistant.quote import Chosen
from assistant.recency import year_meant
from assistant.rephrase import joined
from assistant.rewrite import Rewriting
from assistant.signs import Sign, words_of
from assistant.suggest import next_questions
from assistant.types import (
    Answer,
    AnswerSentence,
    Citation,
    Event,
    Kind,
    Status,
    Turn,
)
from assistant.wording import Speller, in_written_words
from ingest.types import Page, PageOutline
from vectorstore import analysis
from vectorstore.types import Passage, SearchFilter, SearchResult, Sentence

# What `extract_weights.json` is calibrated to; it says how many questions pass that should not.
MIN_CONFIDENCE = 0.5
# Refusals by likeness. "Where are you?" is like "where is she?", yet what is known to ask only of
# the organisation itself holds no word of anything else.
_LIKENED = (Status.BLOCKED_UNSAFE, Status.UNANSWERABLE_ADVICE)
NEWEST_CONFIDENCE = 0.9  # for "the latest news": the newest page is known, not believed


class Searcher(Protocol):
    """One published version, searched and read."""

    @property
    def version(self) -> object:
        """The version; the same object as long as it is open."""
        ...

    def vocabulary(self) -> dict[str, int]:
        """Every folded word of the pages and how often it occurs."""
        ...

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

    def page(self, url: str) -> Page:
        """A stored page of the same version."""
        ...

    def outline(self) -> Mapping[str, PageOutline]:
        """Address to what is known of every page but its text."""
        ...


class Retriever(Protocol):
    """Gives a searcher of the version that is published now."""

    def session(self) -> Searcher:
        """All that one question needs comes from one session."""
        ...


class Writer(Protocol):
    """Puts an answer into words of its own, each held to the pages."""

    def prepare(self) -> None:
        """Load what the first answer would wait for; never fails."""
        ...

    def write(self, answer: Answer) -> Iterator[Event]:
        """Written sentences as they pass, last the whole Answer; never fails."""
        ...


class Rewriter(Protocol):
    """Puts a follow-up into a question that stands by itself, in words of its own."""

    def rewrite(self, question: str, history: Sequence[Turn]) -> Rewriting:
        """With an empty text where it is no follow-up, or nothing came of it; never fails."""
        ...


@dataclass(slots=True)
class _Derived:
    """What a look through all pages of a version gives, looked for once."""

    speller: Speller
    telling: dict[Aspect, frozenset[str]] = field(default_factory=dict)


class Assistant:
    """Answers questions from the published pages in their own words."""

    def __init__(
        self,
        profile: Profile | Callable[[], Profile],
        retriever: Retriever,
        read_question: Callable[[str], Question],
        extract: Callable[[Question, Sequence[Passage]], Extraction],
        guards: QuestionGuards,
        rephrase: Callable[[str, Sequence[Turn]], str],
        writer: Writer | None = None,
        rewriter: Rewriter | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """`profile` may be a function that gives it as it is now; `today` is what "last year" is
        held against."""
        self._profile = profile
        self.retriever = retriever
        self._read_question = read_question
        self._extract = extract
        self._guards = guards
        self._rephrase = rephrase
        self._writer = writer
        self._rewriter = rewriter
        self._today = today
        # of each version that is open: while a new one is tried, two are asked by turns
        self._derived: WeakKeyDictionary[object, _Derived] = WeakKeyDictionary()

    @property
    def profile(self) -> Profile:
        """Whom the assistant speaks for, as it is now."""
        return self._profile() if callable(self._profile) else self._profile

    def prepare(self) -> None:
        """Load the language model, where there is one, before anybody waits for it."""
        if self._writer is not None:
            self._writer.prepare()

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
        answer = self._answer(question, history, min_confidence, self._rewriter)
        for sentence in answer.sentences:
            cited = tuple(c for c in answer.citations if c.number in sentence.citations)
            yield Event(sentence=sentence, citations=cited)
        if self._writer is not None and answer.status is Status.ANSWERED:
            yield from self._writer.write(answer)  # the evidence is on screen by now
        else:
            yield Event(answer=answer)

    def evidence(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> Answer:
        """The answer in the pages' own words alone, whatever model there is.

        Raises:
            VectorStoreError: the store is empty, stale or damaged.
        """
        return self._answer(question, history, min_confidence, rewriter=None)

    def referral(self, question: str) -> Answer | None:
        """What a person in danger is told, None for everybody else; needs no index and no model.

        For whoever has to refuse a question: this is what is never refused.
        """
        return self.referrals([question])[0]

    def referrals(self, questions: Sequence[str]) -> list[Answer | None]:
        """The same for several questions, with less work for each."""
        started = time.perf_counter()
        texts = [_readable(question) for question in questions]
        told: list[Answer | None] = []
        for question, text, block in zip(
            questions, texts, self._guards.referrals(texts), strict=True
        ):
            if block is None:
                told.append(None)
                continue
            language = self.profile.speaks(self._read_question(text[:MAX_QUESTION_CHARS]).language)
            asked = question[:MAX_QUESTION_CHARS]
            told.append(blocked(self.profile, asked, text, language, block, started))
        return told

    def grow(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        """The answer as it grows: each has one sentence more, the last is whole."""
        answer = self.ask(question, history)
        for count in range(1, len(answer.sentences)):
            sentences = answer.sentences[:count]
            shown = {number for sentence in sentences for number in sentence.citations}
            citations = tuple(c for c in answer.citations if c.number in shown)
            yield replace(answer, sentences=sentences, citations=citations, suggestions=())
        yield answer

    def _answer(
        self,
        asked: str,
        history: Sequence[Turn],
        min_confidence: float,
        rewriter: Rewriter | None,
    ) -> Answer:
        started = time.perf_counter()
        text = _readable(asked)
        read = self._read_question(text[:MAX_QUESTION_CHARS])
        language = self.profile.speaks(read.language)
        block = self._guards.first_block(text)
        if block and not (block.status in _LIKENED and self._aspect(read)):
            return blocked(self.profile, asked[:MAX_QUESTION_CHARS], text, language, block, started)
        searcher = self.retriever.session()
        words = self._guards.without_orders(text)
        rewriting = rewriter.rewrite(words, history) if rewriter else Rewriting()
        if rewriting.text:
            question = self.understand(rewriting.text, (), searcher)
        else:
            question = self.understand(words, history, searcher)
        answer = self._from_pages(asked, question, searcher, language, min_confidence, started)
        if rewriting.seconds:
            timings = {**answer.timings, "rewrite": rewriting.seconds}
            answer = replace(answer, timings=timings, usage=rewriting.usage)
        if situations := self._guards.matters(text):
            return with_contacts(self.profile, answer, situations)
        return answer

    def understand(self, text: str, history: Sequence[Turn], searcher: Searcher) -> Question:
        """The question by itself, in the words of the pages that are searched."""
        whole = self._in_page_words(self._rephrase(text, history), searcher)
        question = self._read_question(whole)
        year = year_meant(whole, self._today())
        if year is not None and not question.years:
            return self._read_question(joined(whole, str(year)))
        return self._of_organisation(question, searcher)

    def _of_organisation(self, question: Question, searcher: Searcher) -> Question:
        """The question with the pages to look on, where it asks about the organisation itself."""
        aspect = self._aspect(question)
        if aspect is None or not (pages := self._pages_that_tell(aspect, searcher)):
            return question
        about = OfOrganisation(aspect, pages)
        several = question.several or aspect is Aspect.WORK
        return replace(question, of_organisation=about, several=several)

    def _pages_that_tell(self, aspect: Aspect, searcher: Searcher) -> frozenset[str]:
        telling = self._derived_from(searcher).telling
        if aspect not in telling:
            telling[aspect] = pages_that_tell(aspect, searcher.outline(), self.profile.names)
        return telling[aspect]

    def _aspect(self, question: Question) -> Aspect | None:
        if len(question.parts) > 1 or question.facets:
            return None
        return aspect_of(question.text, question.stems, question.asked, self.profile.names)

    def _from_pages(
        self,
        asked: str,
        question: Question,
        searcher: Searcher,
        language: str,
        min_confidence: float,
        started: float,
    ) -> Answer:
        text = question.text
        found = find(question, searcher)
        if not found.passages:
            status = Status.UNANSWERABLE_NO_PASSAGES
            return not_found(self.profile, asked, text, language, status, started, found)
        searched = time.perf_counter()
        if which := choices(question, found.passages):
            return which_one(self.profile, asked, question, which, language, started, found)
        if not found.newest:  # no page has a date: what it says counts, as for any question
            question = replace(question, newest=None)
        evidence = self._extract(question, found.passages)
        if found.newest:  # where it stands says it is the newest, not what it says
            evidence = replace(evidence, confidence=max(evidence.confidence, NEWEST_CONFIDENCE))
        extracted = time.perf_counter()
        timings = {**found.timings, "extract": extracted - searched}
        if not evidence.sentences or evidence.confidence < min_confidence:
            return not_found(
                self.profile,
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
            if chosen.needs_heading and (heading := _heading(chosen, searcher)) is not None:
                number = citations.cite(chosen.passage, heading).number
                if all(said.text != heading.text for said in sentences):
                    sentences.append(
                        AnswerSentence(heading.text, Kind.QUOTE, (number,), chosen.supporting)
                    )
            number = citations.cite(chosen.passage, chosen.sentence).number
            sentences.append(
                AnswerSentence(chosen.sentence.text, Kind.QUOTE, (number,), chosen.supporting)
            )
        texts = self.profile.texts(language)
        if all(citation.language != question.language for citation in citations.all):
            sentences.insert(0, AnswerSentence(texts["evidence_in_other_language"], Kind.NOTICE))
        if day := _missing_date(question, citations.all):
            sentences = before_supporting(
                sentences, AnswerSentence(_dated(texts, day), Kind.NOTICE)
            )
        timings["total"] = time.perf_counter() - started
        return Answer(
            question=asked,
            query=text,
            language=language,
            status=Status.ANSWERED,
            sentences=tuple(sentences),
            citations=citations.all,
            passages=references(found.passages),
            suggestions=next_questions(question, evidence.sentences, found.passages),
            confidence=evidence.confidence,
            index_version=found.index_version,
            timings=timings,
        )

    def _in_page_words(self, text: str, searcher: Searcher) -> str:
        """The question as pages would word it, slips mended."""
        return self._derived_from(searcher).speller.mended(in_written_words(text))

    def _derived_from(self, searcher: Searcher) -> _Derived:
        derived = self._derived.get(searcher.version)
        if derived is None:
            derived = self._derived[searcher.version] = _Derived(Speller(searcher.vocabulary()))
        return derived


def _heading(chosen: Chosen, searcher: Searcher) -> Sentence | None:
    """The heading that a sentence stands under, as it stands on its page."""
    chunk = chosen.passage.chunk
    text = chunk.headings[-1]
    start = searcher.page(chunk.url).text.rfind(text, 0, chosen.sentence.start)
    return Sentence(text, start, start + len(text), 0.0) if start >= 0 else None


_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)")


def _readable(text: str) -> str:
    """The question without characters that say nothing: controls, unpaired surrogates, tags."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") else " " for c in text)
    shown = "".join(c for c in kept if not 0xE0000 <= ord(c) <= 0xE007F)
    return " ".join(shown.split())


def _missing_date(question: Question, citations: Sequence[Citation]) -> date | None:
    """The day of the page first quoted, where a time is asked for and its quotes name no year.

    A year that another page or a sentence without a date names says nothing about this one.
    """
    if Asked.TIME not in question.asked and question.newest is None:
        return None
    page = [c.quote for c in citations if c.url == citations[0].url]
    dated = [quote for quote in page if any(w.signs & Sign.TIME for w in words_of(quote))] or page
    if any(_YEAR.search(analysis.fold(quote)) for quote in dated):
        return None
    return citations[0].published


def _dated(texts: Mapping[str, str], day: date) -> str:
    months = texts["months"].split()
    return texts["page_dated"].format(day=day.day, month=months[day.month - 1], year=day.year)
