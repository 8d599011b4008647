"""Who comes in: visitors told apart, counted, sent away with a reason; people in danger never are.

Whatever refuses a question (the switch, a limit, a full line) asks here first whether a person in
danger sent it. Then she gets the referral, which needs no index, no model and no seat.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import math
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.keys import Keys
from assistant.switch import Off, Switch
from assistant.types import Answer
from ui.aside import Aside, Referrer, Unread
from ui.limits import PER_KEY, PER_NETWORK, PER_SESSION, Limiter, network_of
from ui.problems import Problem, Problems, preferred_language
from ui.types import Profile

PAGE = "/"  # where the chat is
QUESTIONS = "/gradio_api/queue/join"  # where its questions arrive
OFF_RETRY_S = 60
RESERVED = 50  # of the places in the chat's line, for people in danger
FULL_RETRY_S = 5  # about what it takes until all who wait in it are answered
_MAX_SESSION_CHARS = 100
WRONG_KEYS = PER_SESSION  # guesses at a key from one network

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Spoken(Referrer, Protocol):
    """Recognises people in danger, and knows whom they can turn to."""

    @property
    def profile(self) -> Profile:
        """Who it speaks for."""
        ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, as far as it matters.

    Attributes:
        network: the address, or the network it stands for.
        session: one person at one page or program; the network where none was named.
        program: name of the key that was shown.
    """

    network: str
    session: str
    program: str | None = None

    @property
    def group(self) -> str:
        """Whose turn it is in the line."""
        return f"key/{self.program}" if self.program else self.network


class Reception:
    """The one place that lets visitors in.

    Args:
        proxies: networks of reverse proxies whose X-Forwarded-For is believed.
        on_refusal: told the name of the problem each time somebody is refused.
    """

    def __init__(
        self,
        assistant: Spoken,
        switch: Switch,
        keys: Keys,
        proxies: Sequence[Network] = (),
        limiter: Limiter | None = None,
        on_refusal: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.switch = switch
        self._assistant = assistant
        self._aside = Aside(assistant)
        self._keys = keys
        self._proxies = tuple(proxies)
        self._limiter = limiter or Limiter()
        self._on_refusal = on_refusal
        self._hashing = ThreadPoolExecutor(1, thread_name_prefix="reception")

    async def visitor(self, scope: Scope) -> Visitor:
        """Who sends this request.

        Raises:
            Problem: the key that was shown is not valid.
        """
        if (visitor := self.recognised(scope)) is not None:
            return visitor
        network = self.network(scope)
        return Visitor(network, network, await self._program(_key(Headers(scope=scope)), network))

    def recognised(self, scope: Scope) -> Visitor | None:
        """The same at once; None where a key is shown that has not been seen before."""
        headers = Headers(scope=scope)
        network = self.network(scope)
        if key := _key(headers):
            name = self._keys.known(key)
            return Visitor(network, network, name) if name else None
        named = headers.get("session-id", "")[:_MAX_SESSION_CHARS].strip()
        return Visitor(network, f"{network}/{named}" if named else network)

    def network(self, scope: Scope) -> str:
        """The visitor's address, or the network it stands for."""
        return network_of(self._address(scope, Headers(scope=scope)))

    def is_secure(self, scope: Scope) -> bool:
        """Whether the visitor speaks https, to us or to one of our proxies."""
        client = scope.get("client")
        if client and self._is_proxy(client[0]):
            said = Headers(scope=scope).get("x-forwarded-proto", "")
            return said.rpartition(",")[2].strip() == "https"
        return scope.get("scheme") == "https"

    async def _program(self, key: str, network: str) -> str:
        loop = asyncio.get_running_loop()
        name = await loop.run_in_executor(self._hashing, self._keys.name_of, key)
        if name is None:
            wait_s = self._limiter.wait_s({f"wrong/{network}": WRONG_KEYS})
            if wait_s:
                raise self.refused(Problem(Problems.TOO_MANY, retry_after_s=math.ceil(wait_s)))
            raise self.refused(Problem(Problems.WRONG_KEY))
        return name

    def admit(self, visitor: Visitor) -> None:
        """Count one question.

        Raises:
            Problem: nobody is answered now, or this visitor has to wait.
        """
        if problem := self.refusal(visitor, count=True):
            raise self.refused(problem)

    def refusal(self, visitor: Visitor, *, count: bool = False) -> Problem | None:
        """Why a question of this visitor would not be let in; None where it would.

        Args:
            count: count it, where it would.
        """
        if (off := self.switch.off()) is not None:
            return Problem(Problems.SWITCHED_OFF, retry_after_s=OFF_RETRY_S, message=off.message)
        if visitor.program is not None:
            counted = {f"key/{visitor.program}": PER_KEY}
        else:
            counted = {
                f"session/{visitor.session}": PER_SESSION,
                f"network/{visitor.network}": PER_NETWORK,
            }
        wait_s = self._limiter.wait_s(counted, count=count)
        return Problem(Problems.TOO_MANY, retry_after_s=math.ceil(wait_s)) if wait_s else None

    async def referral(self, question: str, refused: Problem) -> Answer | None:
        """What a person in danger is told though her question was refused; None for others.

        Where it would take too long to find out, what refused it names the contacts.
        """
        try:
            return await self._aside.referral(question)
        except Unread:
            self.name_contacts(refused)
            return None

    def name_contacts(self, refused: Problem) -> None:
        """Let a refusal say whom a person in danger can call."""
        refused.contacts = self._assistant.profile.contacts

    def refused(self, problem: Problem) -> Problem:
        """Count a refusal."""
        self._on_refusal(problem.kind.value.name)
        return problem

    def _address(self, scope: Scope, headers: Headers) -> str:
        """The nearest address that is not one of our proxies."""
        client = scope.get("client")
        address = client[0] if client else "127.0.0.1"
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
        while hops and self._is_proxy(address):
            address = hops.pop() or address
        return address

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)


class ChatReception:
    """Counts the chat page's questions before Gradio takes them into its queue.

    A page that is refused gets `{"detail": …}`, which it shows as a short notice. Gradio itself
    would turn away whoever comes to a full queue, whatever she says; so it is never full for
    people in danger before it is for everybody else.

    Args:
        app: the application with the page.
        reception: who decides.
        help_page: stands in for the page while the assistant is switched off.
        waiting: how many wait in Gradio's queue.
        places: how many can.
    """

    def __init__(
        self,
        app: ASGIApp,
        reception: Reception,
        help_page: Callable[[Off], str],
        waiting: Callable[[], int],
        places: int,
    ) -> None:
        self._app = app
        self._reception = reception
        self._help_page = help_page
        self._waiting = waiting
        self._places = places
        self._joining = 0  # let in, and not in the queue yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path")
        if path == PAGE and (off := self._reception.switch.off()) is not None:
            wait = {"Retry-After": str(OFF_RETRY_S)}
            await HTMLResponse(self._help_page(off), 503, wait)(scope, receive, send)
            return
        if path != QUESTIONS:
            await self._app(scope, receive, send)
            return
        messages = await read_whole(receive)
        body = b"".join(message.get("body", b"") for message in messages)
        session, question = _asked(body)
        if question is not None:
            problem = await self._refusal(scope, session, question)
            if problem is not None:
                headers = Headers(scope=scope)
                said = problem.said(preferred_language(headers.get("accept-language", "")))
                response = JSONResponse({"detail": said}, problem.status)
                response.headers["Retry-After"] = str(problem.retry_after_s)
                await response(scope, receive, send)
                return
        self._joining += 1
        try:
            await self._app(scope, replayed(messages, receive), send)
        finally:
            self._joining -= 1

    async def _refusal(self, scope: Scope, session: str, question: str) -> Problem | None:
        """Why a question is not let into the queue; None where it is."""
        network = (await self._reception.visitor(_without_key(scope))).network
        try:
            if self._free() <= RESERVED:
                retry_s = math.ceil(FULL_RETRY_S * random.uniform(1, 2))
                raise self._reception.refused(Problem(Problems.BUSY, retry_after_s=retry_s))
            self._reception.admit(Visitor(network, f"{network}/chat/{session}"))
        except Problem as problem:
            if await self._reception.referral(question, problem) is None:
                return problem
            if self._free() <= 0:  # so many in danger at once
                self._reception.name_contacts(problem)
                return problem
        return None

    def _free(self) -> int:
        return self._places - self._waiting() - self._joining


def _asked(body: bytes) -> tuple[str, str | None]:
    """The session and the question in what the page sends; None where it asks nothing."""
    try:
        sent: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(sent, dict):
        return "", None
    data = sent.get("data")
    texts = [text for text in data if isinstance(text, str)] if isinstance(data, list) else []
    event = sent.get("event_data")
    if isinstance(event, dict) and isinstance(event.get("question"), str):
        texts.append(event["question"])
    if isinstance(event, dict) and event.get("again"):
        texts.append("the last question again")
    asked = " ".join(texts)
    # The page's other events (stop, start anew, change the language) carry at most its language.
    return str(sent.get("session_hash"))[:_MAX_SESSION_CHARS], asked if len(asked) > 2 else None


def _key(headers: Headers) -> str:
    """The key that is shown; empty where none is."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _without_key(scope: Scope) -> Scope:
    kept = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
    return {**scope, "headers": kept}


async def read_whole(receive: Receive) -> list[Message]:
    """The messages of a body; the wall has already read it, and it is small."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def replayed(messages: list[Message], receive: Receive) -> Receive:
    """Messages that were read, to be read again."""
    left = list(messages)

    async def replay() -> Message:
        return left.pop(0) if left else await receive()

    return replay
