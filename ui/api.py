"""The HTTP interface for programs: ask, search, check, pages; versioned, described, bounded.

Every question takes the same way: reception (switch, limits), a seat at the desk, the answer. Where
one of them refuses, a person in danger still gets the referral.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.documents import (
    answer_document,
    citation_document,
    page_document,
    page_summary,
    search_document,
    verdict_document,
)
from assistant.errors import InputError
from assistant.guards.shape import MAX_QUESTION_CHARS
from assistant.types import Answer, Event, Kind, Status, Turn, Verdict
from ingest.errors import IngestError
from ingest.types import Page
from ui.ledger import Ledger
from ui.limits import Busy, Desk, Gone
from ui.problems import MEDIA_TYPE, Problem, Problems
from ui.reception import Reception, Visitor
from ui.schemas import (
    AnswerDocument,
    AskBody,
    CheckBody,
    Message,
    PageDocument,
    PageList,
    ProblemDocument,
    SearchBody,
    SearchDocument,
    VerdictDocument,
)
from ui.types import Profile
from vectorstore.errors import VectorStoreError
from vectorstore.types import SearchFilter, SearchResult
from vectorstore.versions import Manifest

PREFIX = "/api/v1"
UNVERSIONED = "/api"  # the same routes, for those who do not mind which version
MAX_CLAIM_CHARS = 10_000
MAX_URL_CHARS = 2_000
STORE_RETRY_S = 30

# Of one server-sent event; `data` is a document as JSON.
EVENT_SCHEMA = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}

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

    def referral(self, question: str) -> Answer | None:
        """The referral for a person in danger, None for everybody else."""
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
            referral = await self.reception.referral(question)
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


SessionId = Annotated[
    str | None,
    Header(
        max_length=100,
        description="names one person where a program asks for several; each may ask 15 questions "
        "a minute. Without it, all questions of a network count as one person's.",
    ),
]


def router(counter: Counter) -> APIRouter:
    """The routes under a prefix."""
    routes = APIRouter(tags=["assistant"], default_response_class=JSONResponse)
    refusals = problems(401, 408, 413, 415, 422, 429, 500, 503)

    @routes.post(
        "/ask",
        summary="One answer in the pages' own words, with its sources",
        response_model=None,
        responses={
            200: {
                "model": AnswerDocument,
                "description": "The answer; as `text/event-stream` where that was asked for: "
                "events `sentence`, each with its citations, and last `answer`.",
                "content": {"text/event-stream": {"schema": EVENT_SCHEMA}},
            },
            **refusals,
        },
    )
    async def ask(body: AskBody, request: Request, session_id: SessionId = None) -> Response:
        visitor = await counter.reception.visitor(request.scope)
        streamed = body.stream or "text/event-stream" in request.headers.get("accept", "")
        events = counter.events(
            visitor,
            body.question,
            turns_of(body.history),
            door="stream" if streamed else "api",
            min_confidence=body.min_confidence,
            gone=request.is_disconnected,
        )
        if streamed:
            return await sent_as_events(events, _named_event)
        return JSONResponse(answer_document(await whole(events)))

    @routes.post(
        "/search",
        summary="Passages, best first",
        response_model=None,
        responses={200: {"model": SearchDocument}, **refusals},
    )
    async def search(body: SearchBody, request: Request, session_id: SessionId = None) -> Response:
        visitor = await counter.reception.visitor(request.scope)
        counter.reception.admit(visitor)
        held_to_length(body.query, counter.service)
        held_to = SearchFilter(body.language, body.since, body.until)
        work = partial(counter.service.retriever.search, body.query, body.top_k, held_to)
        found = await counter.work(visitor, work, request.is_disconnected)
        return JSONResponse(search_document(found))

    @routes.post(
        "/check",
        summary="Whether the pages support a claim",
        response_model=None,
        responses={200: {"model": VerdictDocument}, **refusals},
    )
    async def check(body: CheckBody, request: Request, session_id: SessionId = None) -> Response:
        visitor = await counter.reception.visitor(request.scope)
        counter.reception.admit(visitor)
        held_to_length(body.claim, counter.service, MAX_CLAIM_CHARS)
        work = partial(counter.service.checker.check, body.claim)
        try:
            verdict = await counter.work(visitor, work, request.is_disconnected)
        except InputError as error:  # empty once what cannot be read is taken out
            raise no_text(counter.service) from error
        return JSONResponse(verdict_document(verdict))

    @routes.get(
        "/pages",
        summary="The stored pages, by address",
        response_model=None,
        responses={200: {"model": PageList}, **refusals},
    )
    async def pages(
        request: Request,
        after: Annotated[str, Query(max_length=MAX_URL_CHARS, description="an address")] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        session_id: SessionId = None,
    ) -> Response:
        visitor = await counter.reception.visitor(request.scope)
        counter.reception.admit(visitor)
        listed = partial(_page_list, counter.service.retriever, after, limit)
        return JSONResponse(await counter.work(visitor, listed, request.is_disconnected))

    @routes.get(
        "/page",
        summary="One stored page with its full text",
        response_model=None,
        responses={200: {"model": PageDocument}, **problems(404), **refusals},
    )
    async def page(
        request: Request,
        url: Annotated[str, Query(min_length=1, max_length=MAX_URL_CHARS)],
        session_id: SessionId = None,
    ) -> Response:
        visitor = await counter.reception.visitor(request.scope)
        counter.reception.admit(visitor)
        find = partial(_find_page, counter.service.retriever, url)
        found = await counter.work(visitor, find, request.is_disconnected)
        if found is None:
            raise Problem(Problems.NO_SUCH_PAGE)
        return JSONResponse(page_document(found))

    return routes


def turns_of(messages: Sequence[Message]) -> list[Turn]:
    """Messages as turns; what the client says was said is text like any other, and no more."""
    turns: list[Turn] = []
    asked: str | None = None
    for message in messages:
        if message.role == "user":
            asked = message.content
        elif asked is not None:
            turns.append(Turn(asked, message.content))
            asked = None
    return turns


def handle_problems(app: FastAPI) -> None:
    """Turn what a route raises into a problem document; a defect is for the wall."""

    def respond(request: Request, problem: Problem) -> Response:
        run = str(request.scope.get("run", "-"))
        accepted = request.headers.get("accept-language", "")
        return problem.response(accepted, run, as_openai=request.url.path.startswith("/v1/"))

    @app.exception_handler(Problem)
    async def _(request: Request, problem: Problem) -> Response:
        return respond(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        if any(entry["type"] == "json_invalid" for entry in error.errors()):
            return respond(request, Problem(Problems.NO_JSON))
        fields = [
            {"field": ".".join(map(str, entry["loc"][1:])) or "body", "problem": entry["type"]}
            for entry in error.errors()[:20]
        ]
        return respond(request, Problem(Problems.WRONG_FIELDS, errors=fields))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        kinds = {400: Problems.NO_JSON, 404: Problems.NOT_FOUND, 405: Problems.WRONG_METHOD}
        response = respond(request, Problem(kinds.get(error.status_code, Problems.DEFECT)))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Gone)
    async def _(request: Request, error: Gone) -> Response:
        return Response(status_code=499)  # nobody reads it


def describe(app: FastAPI, version: str) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document of the application's routes, made once."""
    from fastapi.openapi.utils import get_openapi

    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            described = get_openapi(
                title="Assistant",
                version=version,
                summary="Answers in an organisation's own words, with exact citations.",
                description="Questions go in bodies, never in addresses. Programs that need more "
                "than a person's share send a key: `Authorization: Bearer ask_…`, made by "
                "`assistant key add NAME`. Errors are RFC 9457 problems in every language.",
                routes=app.routes,
            )
            described.setdefault("components", {})["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"}
            }
            described["security"] = [{}, {"key": []}]
            _take_out_fastapi_errors(described)
            made.update(described)
        return made

    return document


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of these statuses, for the OpenAPI document."""
    names: dict[int, list[str]] = {}
    for kind in Problems:
        names.setdefault(kind.value.status, []).append(kind.value.words["en"][0])
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {
            "description": "; ".join(names[status]),
            "model": ProblemDocument if status == 500 else None,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def _take_out_fastapi_errors(described: dict[str, Any]) -> None:
    """FastAPI describes its own form of validation errors, which is never sent here."""
    for path in described["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status != "200":
                    response["content"].pop("application/json", None)
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)


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


def _page_list(retriever: Retriever, after: str, limit: int) -> dict[str, Any]:
    session = retriever.session()
    pages = session.pages_after(after, limit + 1)
    more = len(pages) > limit
    return {
        "pages": [page_summary(page) for page in pages[:limit]],
        "next": pages[limit - 1].url if more else None,
        "total": session.manifest.pages,
        "index_version": session.manifest.number,
    }


def _find_page(retriever: Retriever, url: str) -> Page | None:
    return retriever.session().find_page(url)


async def whole(events: AsyncGenerator[Event, None]) -> Answer:
    """The answer that the events end with."""
    answer = None
    async for event in events:
        answer = event.answer
    assert answer is not None
    return answer


async def sent_as_events(
    events: AsyncGenerator[Event, None], written: Callable[[Event], str], end: str = ""
) -> Response:
    """A stream of server-sent events, begun once there is something to say.

    Raises:
        Problem: before anything was said.
    """
    first = await anext(events)

    async def stream() -> AsyncIterator[str]:
        async with aclosing(events):
            yield written(first)
            try:
                async for event in events:
                    yield written(event)
            except Problem as problem:  # a response that has begun has no other status any more
                document = problem.document("en", "-")
                yield server_sent("problem", document)
        if end:
            yield end

    return StreamingResponse(stream(), media_type="text/event-stream")


def server_sent(name: str, document: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(document, ensure_ascii=False)}\n\n"


def _named_event(event: Event) -> str:
    if event.answer is not None:
        return server_sent("answer", answer_document(event.answer))
    assert event.sentence is not None
    document = {
        "text": event.sentence.text,
        "kind": str(event.sentence.kind),
        "citations": list(event.sentence.citations),
        "supporting": event.sentence.supporting,
        "cited": [citation_document(citation) for citation in event.citations],
    }
    return server_sent("sentence", document)
