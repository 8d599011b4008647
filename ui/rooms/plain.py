"""The public room without scripts: a form, the same answers, each question by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import AssistantError
from assistant.types import Answer, AnswerSentence, Kind
from ingest.errors import IngestError
from ui import render, shell
from ui.markup import escape, web_address
from ui.problems import Problem
from ui.reception import Reception, Visitor
from ui.rooms.public import MAX_TYPED_CHARS, Speaker
from ui.texts import texts_for
from ui.types import Assistant, Exchange, Progress, Voice
from vectorstore.errors import VectorStoreError

ROUTES = (r"GET /plain", r"POST /plain")

log = logging.getLogger(__name__)


def put_on(app: FastAPI, assistant: Assistant, reception: Reception | None) -> None:
    """Add the room's two routes.

    Args:
        reception: counts visitors and knows the switch.
    """
    room = _Plain(assistant, reception)
    page: dict[str, Any] = {"response_model": None, "include_in_schema": False}  # no interface
    app.add_api_route("/plain", room.show, methods=["GET"], **page)
    app.add_api_route("/plain", room.answer, methods=["POST"], **page)


class _Plain(Speaker):
    def __init__(self, assistant: Assistant, reception: Reception | None) -> None:
        super().__init__(assistant)
        self._assistant = assistant
        self._reception = reception

    async def show(self, request: Request) -> Response:
        """The empty form with the example questions."""
        return self._page(shell.spoken(request, self.languages))

    async def answer(self, request: Request) -> Response:
        """The form again, with the answer below."""
        fields: Mapping[str, str] = await shell.form(request)
        language = shell.spoken(request, self.languages)
        question = (fields.get("pressed") or fields.get("question", ""))[:MAX_TYPED_CHARS]
        if self._reception is not None:
            network = self._reception.network(request.scope)
            try:
                self._reception.admit(Visitor(network, f"{network}/plain"))
            except Problem as problem:
                referral = await self._reception.referral(question, problem)
                sorry = AnswerSentence(problem.said(language), Kind.NOTICE)
                refused = Exchange(1, question, language, Progress.FAILED, (sorry,))
                return self._page(
                    language,
                    _whole(question, referral) if referral else refused,
                    HTTPStatus.OK if referral else problem.status,
                )
        exchange = await run_in_threadpool(self._asked, question, language)
        return self._page(language, exchange)

    def _asked(self, question: str, language: str) -> Exchange:
        try:
            [answer] = [told.answer for told in self._assistant.stream(question) if told.answer]
        except (AssistantError, VectorStoreError, IngestError) as error:
            log.error("no answer: %s", type(error).__name__)
            sorry = AnswerSentence(self.profile.texts(language)["store_error"], Kind.NOTICE)
            return Exchange(1, question, language, Progress.FAILED, (sorry,))
        return _whole(question, answer)

    def _page(
        self, language: str, exchange: Exchange | None = None, status: int = HTTPStatus.OK
    ) -> Response:
        texts, voice = texts_for(language), self.voice(language)
        asked = exchange.question[: render.SHOWN_QUESTION_CHARS] if exchange else ""
        below = (
            render.single(exchange, voice)
            if exchange
            else render.opening(self.profile.examples.get(language, ()), texts)
        )
        others = "".join(
            f'<a href="/plain?lang={tag}" lang="{tag}">{escape(texts_for(tag).language_name)}</a>'
            for tag in self.languages
            if tag != language
        )
        top = (
            f'{self._bar(voice, others)}<header id="header">'
            f"{render.header(self.name(language), voice)}</header>"
        )
        main = (
            f'<form id="plain" method="post" action="/plain?lang={language}">'
            f'<label for="question">{escape(texts.question_label)}</label>'
            f'<textarea id="question" name="question" rows="2" maxlength="{MAX_TYPED_CHARS}" '
            f'dir="auto" autocomplete="off">{escape(asked)}</textarea>'
            f'<button type="submit" class="primary">{escape(texts.plain_ask)}</button>'
            f'<p class="facts">{escape(texts.plain_about)} '
            f'<a href="/">{escape(texts.plain_to_chat)}</a></p></form>{below}'
        )
        return shell.page(self.title(language), main, texts, top=top, status=status)

    def _bar(self, voice: Voice, others: str) -> str:
        exit_address = escape(web_address(self.profile.quick_exit) or "about:blank")
        return (
            f'<nav class="bar">{render.safety(voice)}{others}'
            f'<a href="{exit_address}" rel="noreferrer">{escape(voice.texts.leave)}</a></nav>'
        )


def _whole(question: str, answer: Answer) -> Exchange:
    return Exchange(
        1,
        question,
        answer.language,
        Progress.ANSWERED,
        answer.sentences,
        answer.citations,
        answer,
    )
