"""Where questions of every kind come in, whichever door they take: reception, a seat, the answer.

Where one of them refuses, a person in danger still gets the referral.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from assistant.guards.shape import MAX_QUESTION_CHARS
from assistant.types import Answer, Event, Kind, Status, Turn, Verdict
from ingest.errors import IngestError
from ingest.types import Page
from ui.ledger import Ledger
from ui.limits import Busy, Desk
from ui.problems import Problem, Problems
from ui.reception import Reception, Visitor
from ui.types import Profile
from vectorstore.errors import VectorStoreError
from vectorstore.types import SearchFilter, SearchResult
from vectorstore.versions import Manifest

STORE_RETRY_S = 30

T = TypeVar("T")

log = logging.getLogger(__name__)


class Asked(Protocol):
    """Answers questions."""

    @property
    def profile(self) -> Profile:
        """Who it speaks for."""
        ...

    def ask(
        self, question: str, history: Sequence[Turn] = (), *, min_confidence: float = ...
    ) -> Answer:
        """One answer."""
        ...

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, min_confidence: float = ...
    ) -> Iterator[Event]:
        """Each sentence as it is known, and last the whole Answer."""
        ...

    def evidence(
        self, question: str, history: Sequence[Turn] = (), *, min_confidence: float = ...
    ) -> Answer:
        """One answer in the pages' own words, whatever model there is."""
        ...

    def referrals(self, questions: Sequence[str]) -> list[Answer | None]:
        """For each question the referral for a person in danger, None for everybody else."""
        ...


class Checker(Protocol):
    """Checks claims."""

    def check(self, claim: str) -> Verdict:
        """One verdict."""
        ...


class Session(Protocol):
    """One published version."""

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        ...

    def find_page(self, url: str) -> Page | None:
        """One stored page."""
        ...

    def pages_after(self, url: str, count: int) -> list[Page]:
        """Stored pages by address."""
        ...


class Retriever(Protocol):
    """Searches the version that is published now."""

    def session(self) -> Session:
        """All that one request needs."""
        ...

    def search(
        self, query: str, top_k: int = 10, held_to: SearchFilter | None = None
    ) -> SearchResult:
        """Ranked passages."""
        ...


class Service(Protocol):
    """All that can be asked of a store."""

    @property
    def assistant(self) -> Asked: ...  # noqa: D102

    @property
    def checker(self) -> Checker: ...  # noqa: D102

    @property
    def retriever(self) -> Retriever: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Counter:
    """Where questions of every kind come in: the HTTP interface, MCP, the chat completions.

    Attributes:
        service: what answers.
    """

    service: Service
    reception: Reception
    desk: Desk
    ledger: Ledger

    async def events(
        self,
        visitor: Visitor,
        question: str,
        history: Sequence[Turn] = (),
        *,
        door: str,
        min_confidence: float | None = None,
        gone: Callable[[], Any] | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Each sentence of an answer as it is known, and last the whole answer.

        Args:
            door: where it came in, for the metrics.
            gone: whether whoever asked has left.

        Raises:
            Problem: it was refused, and nobody in danger sent it; or it is no question.
            Gone: whoever asked left.
        """
        started = time.perf_counter()
        least = {} if min_confidence is None else {"min_confidence": min_confidence}
        begin = partial(self.service.assistant.stream, question, history, **least)
        said = False
        held: list[Event] = []  # notices, until it is known what comes of the question
        try:
            self.reception.admit(visitor)
            noted = partial(self._noted, begin, door, started)
            async with aclosing(self._from_thread(visitor, noted, gone)) as events:
                async for event in events:
                    if event.sentence is not None and event.sentence.kind is Kind.NOTICE:
                        held.append(event)
                        continue
                    if event.answer is not None:
                        self._refuse_no_question(event.answer)
                    said = True
                    for one in (*held, event):
                        yield one
                    held.clear()
        except Problem as problem:
            if said or problem.kind in (Problems.EMPTY_TEXT, Problems.LONG_TEXT):
                raise
            referral = await self.reception.referral(question, problem)
            if referral is None:
                raise
            self.ledger.answered(referral, door, time.perf_counter() - started)
            for sentence in referral.sentences:
                yield Event(sentence=sentence)
            yield Event(answer=referral)

    def _noted(
        self, begin: Callable[[], Iterator[Event]], door: str, started: float
    ) -> Iterator[Event]:
        for event in begin():
            if event.answer is not None:
                self.ledger.answered(event.answer, door, time.perf_counter() - started)
            yield event

    async def _from_thread(
        self,
        visitor: Visitor,
        begin: Callable[[], Iterator[Event]],
        gone: Callable[[], Any] | None,
    ) -> AsyncGenerator[Event, None]:
        """What a thread at the desk finds, as it finds it; the thread ends when nobody listens."""
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Event | None] = asyncio.Queue()
        left = threading.Event()

        def work() -> None:
            try:
                for event in begin():
                    if left.is_set():
                        return
                    loop.call_soon_threadsafe(told.put_nowait, event)
            finally:
                loop.call_soon_threadsafe(told.put_nowait, None)

        working = asyncio.ensure_future(self.work(visitor, work, gone))
        working.add_done_callback(lambda _: told.put_nowait(None))  # it may not have begun
        try:
            while (event := await told.get()) is not None:
                yield event
            await working
        finally:
            left.set()
            working.cancel()

    def _refuse_no_question(self, answer: Answer) -> None:
        if answer.status is Status.BLOCKED_EMPTY_QUESTION:
            raise no_text(self.service)
        if answer.status is Status.BLOCKED_LONG_QUESTION:
            raise Problem(Problems.LONG_TEXT, limit=f"{MAX_QUESTION_CHARS:,}")

    async def work(
        self,
        visitor: Visitor,
        work: Callable[[], T],
        gone: Callable[[], Any] | None = None,
    ) -> T:
        """Do something in the visitor's turn.

        Raises:
            Problem: there was no seat, or the store cannot be read.
            Gone: whoever asked left.
        """
        try:
            return await self.desk.do(visitor.group, work, gone)
        except Busy as busy:
            self.ledger.metrics.refused("busy")
            raise Problem(Problems.BUSY, retry_after_s=busy.retry_after_s) from busy
        except (VectorStoreError, IngestError) as error:
            log.error("the store cannot be read", extra={"error": type(error).__name__})
            self.ledger.metrics.refused("store-unavailable")
            raise Problem(Problems.NO_STORE, retry_after_s=STORE_RETRY_S) from error


async def whole(events: AsyncGenerator[Event, None]) -> Answer:
    """The answer that the events end with."""
    answer = None
    async for event in events:
        answer = event.answer
    assert answer is not None
    return answer


def held_to_length(text: str, service: Service, limit: int = MAX_QUESTION_CHARS) -> None:
    """Refuse what is no text, or too long.

    Raises:
        Problem: which of the two it is.
    """
    if not any(c.isalnum() for c in text):
        raise no_text(service)
    if len(text) > limit:
        raise Problem(Problems.LONG_TEXT, limit=f"{limit:,}")


def no_text(service: Service) -> Problem:
    """There is nothing to answer; with an example of what could be asked."""
    examples = service.assistant.profile.examples
    return Problem(Problems.EMPTY_TEXT, example={tag: said[0] for tag, said in examples.items()})
