"""What the rooms need of the assistant, as protocols, and the transcript they keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol

from assistant.gaps import Gap
from assistant.types import (
    Answer,
    AnswerSentence,
    Citation,
    Contact,
    Disliked,
    Event,
    Freshness,
    Trace,
    Turn,
    Verdict,
)
from ingest.types import Chunk, Page
from ui.texts import Texts, texts_for
from vectorstore.types import SearchFilter, SearchResult


class Profile(Protocol):
    """What makes this the assistant of one organisation."""

    @property
    def name(self) -> Mapping[str, str]:
        """Language to the organisation's name."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags in order of preference."""
        ...

    @property
    def examples(self) -> Mapping[str, tuple[str, ...]]:
        """Language to questions worth trying."""
        ...

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Public lines."""
        ...

    @property
    def home(self) -> str:
        """Address of the organisation's site."""
        ...

    @property
    def service_pages(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Address and title by language of the pages that say whom to ask."""
        ...

    @property
    def quick_exit(self) -> str:
        """Address of a harmless page that a watched person is taken to."""
        ...

    @property
    def questions_kept_days(self) -> int:
        """How long questions are kept, redacted; 0 where none is."""
        ...

    def texts(self, language: str) -> Mapping[str, str]:
        """The fixed sentences in a language."""
        ...


class Spokesman(Protocol):
    """Speaks for an organisation, whose words may change while it runs."""

    @property
    def profile(self) -> Profile:
        """Who it speaks for, as it is now."""
        ...


class Assistant(Spokesman, Protocol):
    """Answers questions, sentence by sentence."""

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Each sentence as it is known, and last the whole Answer."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """In which language and whose fixed sentences a page speaks, and on which day."""

    profile: Profile
    texts: Texts
    today: date

    @classmethod
    def of(cls, profile: Profile, language: str) -> Voice:
        """The voice of a profile in one language, today."""
        return cls(profile, texts_for(language), datetime.now(UTC).date())

    @property
    def fixed(self) -> Mapping[str, str]:
        """The profile's fixed sentences in this language."""
        return self.profile.texts(self.texts.tag)


class StaffDesk(Protocol):
    """What staff look into; `assistant.desk` has the real one."""

    @property
    def profile(self) -> Profile:
        """Whom the assistant speaks for."""
        ...

    def check(self, draft: str) -> Verdict:
        """The verdict on every statement of a draft."""
        ...

    def search(
        self, query: str, top_k: int, held_to: SearchFilter, section: str = ""
    ) -> SearchResult:
        """Ranked passages."""
        ...

    def sections(self) -> Sequence[str]:
        """The parts of the sites that are stored."""
        ...

    def read(self, url: str) -> tuple[Page, Sequence[Chunk]]:
        """A stored page and how it was cut."""
        ...

    def trace(self, question: str) -> Trace:
        """An answer and how it came about."""
        ...

    def disliked(self) -> Sequence[Disliked]:
        """The pages whose answers were voted down."""
        ...

    def gaps(self) -> Sequence[Gap]:
        """What was asked and not found, or voted down, of what was kept."""
        ...

    def freshness(self) -> Freshness:
        """How old what is published is."""
        ...


class Votes(Protocol):
    """Counts what people think of answers; without a word of theirs, unless they say so."""

    def add(
        self, answer: Answer, *, liked: bool, reason: str = "", with_question: bool = False
    ) -> None:
        """Keep one verdict on an answer."""
        ...


class Progress(StrEnum):
    """How far an exchange has come."""

    SEARCHING = "searching"
    ANSWERED = "answered"
    STOPPED = "stopped"  # by the person who asked
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what has been said to it so far.

    Attributes:
        number: 1-based place in the conversation; ids on the page are made of it.
        language: of the notices: the question's once that is known, else the interface's.
        answer: the whole Answer, once it has come.
        judged: whether the person has said what they think of it.
    """

    number: int
    question: str
    language: str
    progress: Progress = Progress.SEARCHING
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    judged: bool = False

    @property
    def turn(self) -> Turn:
        """The exchange as the assistant's memory: the answer without its markers."""
        return Turn(self.question, " ".join(sentence.text for sentence in self.sentences))
