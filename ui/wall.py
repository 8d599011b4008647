"""What every request passes: a list of open routes, a cap on bodies, the security headers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024  # a question is at most 10,000 characters; nothing else is sent
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
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

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


class Wall:
    """Refuses what is not on the list, before any of it is read, and marks every response.

    Args:
        app: what stands behind the wall.
        routes: patterns of `METHOD /path`, matched whole; HEAD counts as GET.
        closing: set when the server stops; a page's open streams then end, see `_ends_with`.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[str], closing: asyncio.Event) -> None:
        self._app = app
        self._open = re.compile("|".join(f"(?:{route})" for route in routes))
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is no websocket anywhere
            return
        path: str = scope["path"]

        marked = _Marked(send, path)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if not self._open.fullmatch(f"{method} {path}"):
            await PlainTextResponse("Not found", 404)(scope, receive, marked)
            return
        if method == "POST":
            body = await _small_body(scope, receive)
            if body is None:
                await PlainTextResponse("Too large", 413)(scope, receive, marked)
                return
            receive = _replayed(body, receive)
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

    def __init__(self, send: Send, path: str) -> None:
        self.ended = False
        self._send = send
        self._path = path

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            _mark(MutableHeaders(scope=message), self._path)
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
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


def _mark(headers: MutableHeaders, path: str) -> None:
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    if path.startswith("/assets/"):  # named by their content: an update has other names
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
