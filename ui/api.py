"""The HTTP interface for programs: ask, search, check, pages; versioned, described, bounded."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

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
from assistant.types import Event, Turn
from ingest.types import Page
from ui.counter import Counter, Retriever, held_to_length, no_text, whole
from ui.described import EVENT_SCHEMA, problems
from ui.limits import Gone
from ui.problems import Problem, Problems
from ui.schemas import (
    AnswerDocument,
    AskBody,
    CheckBody,
    Message,
    PageDocument,
    PageList,
    SearchBody,
    SearchDocument,
    VerdictDocument,
)
from vectorstore.types import SearchFilter

PREFIX = "/api/v1"
UNVERSIONED = "/api"  # the same routes, for those who do not mind which version
MAX_CLAIM_CHARS = 10_000
MAX_URL_CHARS = 2_000

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
            {"field": ".".join(map(str, entry["loc"][1:])) or "body", "problem": entry["msg"]}
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
