"""What every request passes: a list of open routes, a cap on bodies, the security headers."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.problems import Problem, Problems

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024  # a question is at most 10,000 characters; nothing else is sent
STREAMED = ("/maintain/files",)  # read piece by piece, by who knows who sends it
METHODS = ("GET", "POST", "DELETE")
OURS = ("/api/", "/v1/", "/mcp", "/healthz", "/readyz", "/metrics", "/help")
BODY_DEADLINE_S = 10.0  # from the first byte of a body to its last
SEND_DEADLINE_S = 30.0  # for a piece of a response to be taken
DRAIN_S = 3  # what a stopping server gives to answers under way

# Inline script and eval are Gradio's: its page boots from inline scripts and compiles templates.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
FRAMED = ("/", "/plain")  # what sites that the administrator names may show in a frame

# The routes a page of Gradio needs to show itself and to ask. What is not here is not there:
# uploads, file and proxy fetches, the list of endpoints, logins, monitoring.
GRADIO_ROUTES = (
    r"GET /",
    r"GET /config/?",
    r"GET /theme\.css",
    r"GET /favicon\.ico",
    r"GET /manifest\.json",
    r"GET /robots\.txt",
    r"GET /(?:assets|static|svelte)/(?!.*\.\.)[\w@./-]+",
    r"POST /gradio_api/(?:queue/join|run/predict)",
    r"GET /gradio_api/queue/data",
    r"GET /gradio_api/heartbeat/[\w-]+",
    r"GET /gradio_api/(?:startup-events|app_id|theme\.css)/?",
    r"POST /gradio_api/(?:cancel|reset)/?",
)


EVENTS = "/gradio_api/queue/join"
_DESK = re.compile(r"^/(?:staff|maintain)/[a-z]{2}(?=/)")


class Wall:
    """Refuses what is not on the list, before any of it is read, and marks every response.

    Args:
        app: what stands behind the wall.
        routes: patterns of `METHOD /path`, matched whole; HEAD counts as GET.
        closing: set when the server stops; a page's open streams then end, see `_ends_with`.
        on_defect: told of each error that nobody else handled.
        framed_by: origins of the sites that may show the chat in a frame.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Iterable[str],
        closing: asyncio.Event,
        on_defect: Callable[[], None] = lambda: None,
        framed_by: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._open = re.compile("|".join(f"(?:{route})" for route in routes))
        self._closing = closing
        self._on_defect = on_defect
        self._framed_by = " ".join(framed_by) or "'none'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is no websocket anywhere
            return
        path: str = scope["path"]

        scope["run"] = run = secrets.token_hex(8)
        framed_by = self._framed_by if path in FRAMED else "'none'"
        marked = _Marked(send, path, run, framed_by)

        async def refuse(kind: Problems, limit: str = "", allow: str = "") -> None:
            accepted = Headers(scope=scope).get("accept-language", "")
            response = Problem(kind, limit=limit).response(accepted, run)
            if allow:
                response.headers["Allow"] = allow
            await response(scope, receive, marked)

        method = scope["method"]
        ours = is_ours(path)
        if method == "HEAD" and not ours:  # a page's; its GET answers
            method = "GET"
        if not self._open.fullmatch(f"{method} {path}"):
            others = [m for m in METHODS if self._open.fullmatch(f"{m} {path}")] if ours else []
            if others:
                await refuse(Problems.WRONG_METHOD, allow=", ".join(others))
            else:
                await refuse(Problems.NOT_FOUND)
            return
        if method != "GET" and path not in STREAMED:
            try:
                async with asyncio.timeout(BODY_DEADLINE_S):
                    body = await _small_body(scope, receive)
            except TimeoutError:
                await refuse(Problems.TOO_SLOW)
                return
            if body is None:
                await refuse(Problems.TOO_LARGE, limit=f"{MAX_BODY_BYTES:,}")
                return
            if body and ours and not _says_json(scope):
                await refuse(Problems.NOT_JSON)
                return
            if _within_room(path) == EVENTS and not _names_session(body):
                await refuse(Problems.WRONG_FIELDS)
                return
            receive = _replayed(body, receive)
        try:
            await self._serve(scope, receive, marked)
        except Exception as error:
            log.error("defect", extra={"run": run}, exc_info=error)
            self._on_defect()
            if not marked.begun:
                await refuse(Problems.DEFECT)

    async def _serve(self, scope: Scope, receive: Receive, marked: _Marked) -> None:
        path = _within_room(scope["path"])
        served = self._app(scope, receive, marked)
        if path.startswith("/gradio_api/heartbeat/"):
            await self._ends_with(self._closing, served, marked)
        elif path == "/gradio_api/queue/data":
            await self._ends_with(self._closing, served, marked, grace_s=DRAIN_S)
        else:
            await served

    @staticmethod
    async def _ends_with(
        closing: asyncio.Event, served: Awaitable[None], send: _Marked, grace_s: float = 0
    ) -> None:
        """Let a stream that would go on for ever end well when the server stops."""
        stream = asyncio.ensure_future(served)

        async def closed() -> None:
            await closing.wait()
            await asyncio.sleep(grace_s)

        watch = asyncio.ensure_future(closed())
        try:
            await asyncio.wait({stream, watch}, return_when=asyncio.FIRST_COMPLETED)
            if stream.done():
                await stream
                return
            stream.cancel()
            await asyncio.wait({stream})
            if not send.ended:
                await send({"type": "http.response.body", "body": b""})
        finally:
            watch.cancel()
            stream.cancel()


class _Marked:
    """Sends a response with the headers every response has; knows whether it has ended."""

    def __init__(self, send: Send, path: str, run: str, framed_by: str) -> None:
        self.begun = False
        self.ended = False
        self._send = send
        self._path = path
        self._run = run
        self._framed_by = framed_by

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            _mark(headers, self._path, self._framed_by)
            headers["Request-Id"] = self._run
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
        async with asyncio.timeout(SEND_DEADLINE_S):  # who does not take it is not waited for
            await self._send(message)


async def _small_body(scope: Scope, receive: Receive) -> bytes | None:
    """The body, or None where it is larger than `MAX_BODY_BYTES`, whatever it says of itself."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        return None
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":  # gone before having said all
            return body
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        more = message.get("more_body", False)
    return body


def is_ours(path: str) -> bool:
    """Whether a path is one of the doors for programs, and no part of a page."""
    return path.startswith(OURS)


def _names_session(body: bytes) -> bool:
    """Whether an event says whose it is.

    One with "" for a session ends Gradio's queue (6.31) as soon as it waits in it: the messages
    are kept under "", and looked for under the event's own id.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(sent, dict) and bool(sent.get("session_hash"))


def _says_json(scope: Scope) -> bool:
    said = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    return said == "application/json"


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read again."""
    came = False

    async def again() -> Message:
        nonlocal came
        if came:
            return await receive()
        came = True
        return {"type": "http.request", "body": body}

    return again


def _within_room(path: str) -> str:
    """A path as Gradio's page at "/" would have it; the desks' pages stand deeper."""
    return _DESK.sub("", path, count=1)


def _mark(headers: MutableHeaders, path: str, framed_by: str) -> None:
    headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-ancestors {framed_by}"
    if framed_by == "'none'":
        headers["X-Frame-Options"] = "DENY"  # browsers too old for the line above
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    path = _within_room(path)
    if path.startswith("/assets/"):  # named by their content: an update has other names
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
