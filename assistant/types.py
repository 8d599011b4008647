"""The values of a conversation: Turn, Citation, Answer, Status; Verdict; and what staff look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from vectorstore.types import Passage


class Status(StrEnum):
    """How a question ended. Only `ANSWERED` carries quotes or written sentences."""

    ANSWERED = "answered"
    CLARIFICATION = "clarification"
    CONVERSATION = "conversation"
    REFERRAL = "referral"
    UNANSWERABLE_NO_PASSAGES = "unanswerable_no_passages"
    UNANSWERABLE_WEAK_EVIDENCE = "unanswerable_weak_evidence"
    UNANSWERABLE_ADVICE = "unanswerable_advice"
    BLOCKED_EMPTY_QUESTION = "blocked_empty_question"
    BLOCKED_LONG_QUESTION = "blocked_long_question"
    BLOCKED_UNSAFE = "blocked_unsafe"
    BLOCKED_INSTRUCTIONS = "blocked_instructions"
    BLOCKED_GUARD_FAILED = "blocked_guard_failed"
    ERROR_STORE = "error_store"


class Kind(StrEnum):
    """Whose words a sentence of an answer is made of."""

    QUOTE = "quote"
    WRITTEN = "written"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange; the answer without its citation markers."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quoted sentence stands. `page.text[start:end] == quote`, always.

    Attributes:
        number: 1-based, by first appearance in the answer, without gaps.
        link: opens the page at the quote (text fragment; `#page=` for a PDF).
        before, after: the words around the quote on the page, for showing it in its place.
        page: 1-based sheet of a paged document, else None.
        published: the page's date, None where it has none.
        alternates: language tag to the address of the same page in that language.
    """

    number: int
    url: str
    link: str
    title: str
    headings: tuple[str, ...]
    quote: str
    start: int
    end: int
    page: int | None
    language: str
    published: date | None
    fetched_at: datetime
    before: str = ""
    after: str = ""
    alternates: Mapping[str, str] = field(default_factory=dict)
    sample: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations that carry it.

    Attributes:
        supporting: it was added in case those before it do not hold the answer, and may be set
            apart from them; supporting sentences stand behind all others of their kind.
    """

    text: str
    kind: Kind
    citations: tuple[int, ...] = ()
    supporting: bool = False


@dataclass(frozen=True, slots=True)
class PassageRef:
    """A passage that was looked at, cited or not."""

    chunk_id: str
    url: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to offer next: a page worth opening, or a question worth asking.

    Exactly one of `url` and `question` is set; `text` is what to show.
    """

    text: str
    url: str | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A line of the profile's contacts file; `label` by language.

    Attributes:
        channel: "phone", "whatsapp", "email" or "web".
        checked: when somebody last looked whether the line is as it was published.
        situations: what it is for, by the names of the danger rules; empty for anything.
        hours, cost: by language; empty where they are not known.
        spoken: tags of the languages that are answered in.
        reviewed: when the office's protection staff confirmed it, None while that is awaited.
        expires: nothing starts after that day.
    """

    label: Mapping[str, str]
    channel: str
    value: str
    source: str
    checked: date
    situations: tuple[str, ...] = ()
    hours: Mapping[str, str] = field(default_factory=dict)
    cost: Mapping[str, str] = field(default_factory=dict)
    spoken: tuple[str, ...] = ()
    reviewed_by: str = ""
    reviewed: date | None = None
    expires: date = date.max

    @property
    def last_looked_at(self) -> date:
        """The later of the days when it was checked and when it was reviewed."""
        return max(self.checked, self.reviewed or self.checked)

    def is_old(self, today: date) -> bool:
        """Whether it is to be marked: nobody has looked at it for 120 days."""
        return (today - self.last_looked_at).days > 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant says to one question.

    Attributes:
        query: the question as it was searched for.
        language: of the question: "en" or "ar"; notices are in it.
        sentences: what is said, in order; `text` is the same with `[n]` markers.
        confidence: 0 to 1, how sure the assistant is that the evidence answers.
        timings: seconds per stage, and "total".
        index_version: the published version that was searched, None before any search.
        model: the language model that wrote some of the sentences, None where none did.
        usage: where a model was asked, "tokens_in" and "tokens_out", and "cost" (money) where a
            price is set.
    """

    question: str
    query: str
    language: str
    status: Status
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[PassageRef, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    contacts: tuple[Contact, ...] = ()
    confidence: float = 0.0
    model: str | None = None
    index_version: int | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What a person reads: the sentences with `[n]` markers."""
        return " ".join(
            sentence.text + "".join(f" [{number}]" for number in sentence.citations)
            for sentence in self.sentences
        )


class Finding(StrEnum):
    """What the pages say to a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a claim and its evidence part.

    Attributes:
        kind: "number", "date", "name", "place", "role", "negation" or "quantity".
        claim, source: the words of each side.
    """

    kind: str
    claim: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the pages say to a claim, with the exact evidence.

    Attributes:
        confidence: 0 to 1, how sure the verdict is.
        citations: the evidence; none where nothing was found.
        sentences: one verdict each for a claim of several sentences; the worst is the whole's.
    """

    claim: str
    verdict: Finding
    confidence: float
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    sentences: tuple[Verdict, ...] = ()
    index_version: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer: first the sentences as they come, last the whole Answer.

    Exactly one of the two is set. A sentence's citations are in `citations` of its event.
    """

    sentence: AnswerSentence | None = None
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a question was answered so.

    Attributes:
        threshold: the confidence below which nothing is quoted.
        passages: the best of the search, with the scores they had; none where a guard answered.
    """

    answer: Answer
    threshold: float
    passages: tuple[Passage, ...] = ()

    @property
    def cited(self) -> frozenset[str]:
        """Addresses of the pages that the answer quotes."""
        return frozenset(citation.url for citation in self.answer.citations)


@dataclass(frozen=True, slots=True)
class Disliked:
    """A page, or "" where nothing was found, whose answers were voted down."""

    url: str
    language: str
    votes: int
    reasons: tuple[tuple[str, int], ...]
    last: date


@dataclass(frozen=True, slots=True)
class Freshness:
    """How the published index stands.

    Attributes:
        languages: pages by language.
        undated: pages without a date of their own.
        fetched_first, fetched_last: when the oldest and the newest page were fetched.
    """

    version: int
    pages: int
    chunks: int
    languages: tuple[tuple[str, int], ...]
    undated: int
    fetched_first: datetime | None
    fetched_last: datetime | None
