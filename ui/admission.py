"""Turning away early: what could not be answered in time is refused before it costs anything.

Stands before the routes. Reading a question's fields, the routes and their errors cost a refused
question a millisecond, which at a flood is taken from the answers of those who were let in. The
routes count and seat as if nothing stood here: this only asks whether they would refuse.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.limits import Desk
from ui.problems import Problem, Problems
from ui.reception import Reception, read_whole, replayed


class Admission:
    """Refuses questions of programs while the line is too long, or their sender has to wait.

    Whoever is in danger passes: the route then has the referral for her, in its own form.

    Args:
        prefixes: where the routes stand.
    """

    def __init__(
        self, app: ASGIApp, reception: Reception, desk: Desk, prefixes: tuple[str, ...]
    ) -> None:
        self._app = app
        self._reception = reception
        self._desk = desk
        self._questions: dict[str, Callable[[Any], object]] = {
            "/v1/chat/completions": _last_message,
            **{f"{prefix}/ask": _question for prefix in prefixes},
            # found passages and verdicts have no form for a referral
            **{f"{prefix}/{name}": _nothing for prefix in prefixes for name in ("search", "check")},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        question_in = self._questions.get(scope.get("path", ""))
        problem = self._refusal(scope) if question_in else None
        if question_in is None or problem is None:
            await self._app(scope, receive, send)
            return
        messages = await read_whole(receive)
        question = _read(question_in, b"".join(message.get("body", b"") for message in messages))
        if question and await self._reception.referral(question, problem) is not None:
            await self._app(scope, replayed(messages, receive), send)
            return
        self._reception.refused(problem)
        accepted = Headers(scope=scope).get("accept-language", "")
        as_openai = scope["path"].startswith("/v1/")
        response = problem.response(accepted, scope["run"], as_openai=as_openai)
        await response(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        visitor = self._reception.recognised(scope)
        if visitor is None:  # a key that is new to us: the route has it looked at
            return None
        if busy := self._desk.busy(visitor.group):
            return Problem(Problems.BUSY, retry_after_s=busy.retry_after_s)
        return self._reception.refusal(visitor)


def _read(question_in: Callable[[Any], object], body: bytes) -> str:
    try:
        found = question_in(json.loads(body))
    except (ValueError, RecursionError, LookupError, TypeError):  # the route says what is wrong
        return ""
    return found if isinstance(found, str) else ""


def _question(sent: Any) -> object:
    return sent["question"]


def _last_message(sent: Any) -> object:
    content = sent["messages"][-1]["content"]
    if isinstance(content, list):
        return " ".join(part["text"] for part in content if part["type"] == "text")
    return content


def _nothing(sent: Any) -> object:
    return ""
