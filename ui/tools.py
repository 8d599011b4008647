"""The assistant as tools of other assistants: `ask`, `search` and `check` over MCP.

Over HTTP (streamable, without sessions, so that any worker can answer) every call passes the
counter like any other question; over standard input and output it is the caller's own process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Protocol, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from assistant.documents import answer_document, search_document, verdict_document
from assistant.errors import AssistantError
from assistant.terminal import render, render_verdict
from assistant.types import Answer, Verdict
from ingest.errors import IngestError
from ui.api import MAX_CLAIM_CHARS
from ui.counter import Counter, Service, held_to_length, whole
from ui.problems import LANGUAGES, Problem
from ui.schemas import MAX_TOP_K
from vectorstore.errors import VectorStoreError
from vectorstore.types import SearchFilter, SearchResult

T = TypeVar("T")

_ABOUT = (
    "Answers from {name}'s own web pages, in their exact words with exact citations, in English "
    "and Arabic. Quote the sentences as they are; where nothing is found, say so. If the status is "
    "referral, show its lines first and whole: a person may be in danger."
)
_READS_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class Asking(Protocol):
    """The way a call takes; the scope is None where it came over standard input."""

    async def ask(self, scope: Scope | None, question: str) -> Answer: ...  # noqa: D102

    async def search(  # noqa: D102
        self, scope: Scope | None, query: str, top_k: int, language: str | None
    ) -> SearchResult: ...

    async def check(self, scope: Scope | None, claim: str) -> Verdict: ...  # noqa: D102


class OverHttp:
    """Calls that pass the counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def ask(self, scope: Scope | None, question: str) -> Answer:
        """One answer."""
        visitor = await self._counter.reception.visitor(scope or {})
        return await whole(self._counter.events(visitor, question, door="mcp"))

    async def search(
        self, scope: Scope | None, query: str, top_k: int, language: str | None
    ) -> SearchResult:
        """Passages."""
        retriever = self._counter.service.retriever
        held_to_length(query, self._counter.service)
        return await self._counted(
            scope, partial(retriever.search, query, top_k, SearchFilter(language))
        )

    async def check(self, scope: Scope | None, claim: str) -> Verdict:
        """One verdict."""
        held_to_length(claim, self._counter.service, MAX_CLAIM_CHARS)
        return await self._counted(scope, partial(self._counter.service.checker.check, claim))

    async def _counted(self, scope: Scope | None, work: Callable[[], T]) -> T:
        visitor = await self._counter.reception.visitor(scope or {})
        self._counter.reception.admit(visitor)
        return await self._counter.work(visitor, work)


class InProcess:
    """Calls of whoever started this process, one after the other."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def ask(self, scope: Scope | None, question: str) -> Answer:
        """One answer."""
        return await run_in_threadpool(self._service.assistant.ask, question)

    async def search(
        self, scope: Scope | None, query: str, top_k: int, language: str | None
    ) -> SearchResult:
        """Passages."""
        held_to_length(query, self._service)
        search = self._service.retriever.search
        return await run_in_threadpool(search, query, top_k, SearchFilter(language))

    async def check(self, scope: Scope | None, claim: str) -> Verdict:
        """One verdict."""
        return await run_in_threadpool(self._service.checker.check, claim)


def build_tools(asking: Asking, name: str, version: str) -> MCPServer:
    """The three tools."""
    about = _ABOUT.format(name=name)
    server = MCPServer(
        "assistant", title=name, instructions=about, version=version, log_level="ERROR"
    )

    async def ask(
        question: Annotated[str, Field(description="in English or Arabic")], context: Context
    ) -> CallToolResult:
        """Answer a question in the pages' own words, with the source of each sentence."""
        answer = await _told(asking.ask(_scope_of(context), question))
        return _result(render(answer), answer_document(answer))

    async def search(
        query: Annotated[str, Field(description="in English or Arabic")],
        context: Context,
        top_k: Annotated[int, Field(ge=1, le=MAX_TOP_K)] = 5,
        language: Annotated[str | None, Field(description="only pages in it: en, ar")] = None,
    ) -> CallToolResult:
        """Find passages of the pages, best first."""
        found = await _told(asking.search(_scope_of(context), query, top_k, language))
        lines = [
            f"{number}. {passage.chunk.title}\n{passage.chunk.url}\n{passage.chunk.text}"
            for number, passage in enumerate(found.passages, start=1)
        ]
        return _result("\n\n".join(lines) or "Nothing was found.", search_document(found))

    async def check(
        claim: Annotated[str, Field(description="one statement, or several")], context: Context
    ) -> CallToolResult:
        """Say whether the pages support a claim, contradict it, or do not mention it."""
        verdict = await _told(asking.check(_scope_of(context), claim))
        return _result(render_verdict(verdict), verdict_document(verdict))

    for tool in (ask, search, check):
        server.add_tool(tool, annotations=_READS_ONLY)
    return server


async def _told(asked: Awaitable[T]) -> T:
    """What was asked for; a reason in every language where there is none."""
    try:
        return await asked
    except Problem as problem:
        said = [" – ".join(problem.words(language)) for language in LANGUAGES]
        raise ToolError("\n".join(said)) from None
    except (AssistantError, VectorStoreError, IngestError) as error:
        raise ToolError(str(error)) from error


def _scope_of(context: Context) -> Scope | None:
    request = context.request_context.request
    return request.scope if request is not None else None


def _result(text: str, document: dict[str, Any]) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=document
    )
