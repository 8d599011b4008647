"""A face that existing chat clients know: OpenAI's chat completions, citations as annotations.

The last message of the user is the question, the ones before are the conversation; system messages
and sampling settings change nothing, for nothing is generated.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from assistant.types import Answer, Citation, Event, Status, Turn
from ui.api import sent_as_events, turns_of
from ui.counter import Counter, whole
from ui.described import EVENT_SCHEMA, problems
from ui.problems import Problem, Problems
from ui.schemas import MAX_TEXT_CHARS, MAX_TURNS, Message

MODEL = "assistant"

_MESSAGES = 2 * MAX_TURNS + 10


class Part(BaseModel):
    """A piece of a message; only its text is read."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] = ""


class ChatMessage(BaseModel):
    """One message as OpenAI has it."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream brings besides."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class ChatBody(BaseModel):
    """What a client sends; whatever else it sends is ignored."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "Since when is IOM in Egypt?"}],
                }
            ]
        },
    )

    model: Annotated[str, Field(max_length=200)] = MODEL
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=_MESSAGES)]
    stream: bool = False
    stream_options: StreamOptions | None = None


class Completion(BaseModel):
    """A completion as OpenAI has it."""

    model_config = ConfigDict(extra="allow")

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int]


class Models(BaseModel):
    """The models there are: one."""

    object: Literal["list"]
    data: list[dict[str, Any]]


_NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def router(counter: Counter, owner: str) -> APIRouter:
    """`/v1/models` and `/v1/chat/completions`."""
    routes = APIRouter(tags=["chat completions"])
    started = int(time.time())

    @routes.get("/v1/models", summary="The one model", response_model=Models)
    async def models() -> dict[str, Any]:
        entry = {"id": MODEL, "object": "model", "created": started, "owned_by": owner}
        return {"object": "list", "data": [entry]}

    @routes.post(
        "/v1/chat/completions",
        summary="One answer, as OpenAI's clients expect it",
        response_model=None,
        responses={
            200: {
                "model": Completion,
                "description": "The completion; as `text/event-stream` with `stream`.",
                "content": {"text/event-stream": {"schema": EVENT_SCHEMA}},
            },
            **problems(401, 408, 413, 415, 422, 429, 500, 503),
        },
    )
    async def complete(body: ChatBody, request: Request) -> Response:
        visitor = await counter.reception.visitor(request.scope)
        question, turns = _conversation(body.messages)
        events = counter.events(
            visitor, question, turns, door="completions", gone=request.is_disconnected
        )
        chunks = _Chunks(f"chatcmpl-{request.scope['run']}", body)
        if body.stream:
            return await sent_as_events(events, chunks.written, chunks.end)
        return JSONResponse(chunks.whole(await whole(events)))

    return routes


def _conversation(messages: list[ChatMessage]) -> tuple[str, list[Turn]]:
    said = [m for m in messages if m.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        wrong = {"field": "messages", "problem": "the last one must be the user's"}
        raise Problem(Problems.WRONG_FIELDS, errors=[wrong])
    before = [
        Message.model_construct(role=message.role, content=message.text) for message in said[:-1]
    ]
    return said[-1].text, turns_of(before)


class _Chunks:
    """Writes one completion, whole or piece by piece."""

    def __init__(self, identity: str, body: ChatBody) -> None:
        self._about = {"id": identity, "created": int(time.time()), "model": MODEL}
        self._usage = body.stream_options is not None and body.stream_options.include_usage
        self._begun = False

    @property
    def end(self) -> str:
        """What ends a stream."""
        return "data: [DONE]\n\n"

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The completion in one piece."""
        content, annotations = _content(answer)
        message = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            "annotations": annotations,
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._about,
            "object": "chat.completion",
            "choices": [choice],
            "usage": _NO_USAGE,
            "status": str(answer.status),
        }

    def written(self, event: Event) -> str:
        """The pieces that an event brings."""
        if event.sentence is not None:
            numbers = "".join(f" [{number}]" for number in event.sentence.citations)
            before = " " if self._begun else ""
            delta: dict[str, Any] = {"content": f"{before}{event.sentence.text}{numbers}"}
            if not self._begun:
                delta["role"] = "assistant"
            self._begun = True
            return self._chunk(delta)
        assert event.answer is not None
        content, annotations = _content(event.answer)
        rest = content.removeprefix(event.answer.text)
        pieces = [self._chunk({"content": rest, "annotations": annotations})]
        pieces.append(self._chunk({}, finish="stop", status=str(event.answer.status)))
        if self._usage:
            pieces.append(_sent({**self._chunk_head(), "choices": [], "usage": _NO_USAGE}))
        return "".join(pieces)

    def _chunk_head(self) -> dict[str, Any]:
        return {**self._about, "object": "chat.completion.chunk"}

    def _chunk(self, delta: Mapping[str, Any], finish: str | None = None, **more: str) -> str:
        choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
        return _sent({**self._chunk_head(), "choices": [choice], **more})


def _sent(document: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def _content(answer: Answer) -> tuple[str, list[dict[str, Any]]]:
    """The answer with a list of its sources, and where in it each source's mark stands."""
    content = answer.text
    annotations: list[dict[str, Any]] = []
    place = 0
    by_number = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        start = place
        place += len(sentence.text)
        for number in sentence.citations:
            place += len(f" [{number}]")
            annotations.append(_annotation(by_number[number], start, place))
        place += 1  # the blank between two sentences
    if answer.citations:
        sources = [f"[{c.number}] {c.title}: {c.link}" for c in answer.citations]
        content += "\n\n" + "\n".join(sources)
    elif answer.suggestions and answer.status is not Status.REFERRAL:
        offered = [f"- {s.text}" + (f": {s.url}" if s.url else "") for s in answer.suggestions]
        content += "\n\n" + "\n".join(offered)
    return content, annotations


def _annotation(citation: Citation, start: int, end: int) -> dict[str, Any]:
    """As OpenAI has it; `start_index` and `end_index` are of the sentence with its mark."""
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": start,
            "end_index": end,
            "title": citation.title,
            "url": citation.link,
        },
    }
