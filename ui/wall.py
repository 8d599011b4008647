"""What every request passes: a list of open routes, a cap on bodies, the security headers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024  # a question is at most 10,000 characters; nothing else is sent

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
    r"GET /(?:assets|static|svelte)/[^?]*",
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
    """

    def __init__(self, app: ASGIApp, routes: Iterable[str]) -> None:
        self._app = app
        self._open = re.compile("|".join(f"(?:{route})" for route in routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is no websocket anywhere
            return
        path: str = scope["path"]

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), path)
            await send(message)

        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if not self._open.fullmatch(f"{method} {path}"):
            await PlainTextResponse("Not found", 404)(scope, receive, marked)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            await PlainTextResponse("Too large", 413)(scope, receive, marked)
            return
        await self._app(scope, _capped(receive), marked)


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


def _capped(receive: Receive) -> Receive:
    """A body that does not say its length ends where it grows too long."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        if message["type"] == "http.request":
            came += len(message.get("body", b""))
            if came > MAX_BODY_BYTES:
                return {"type": "http.disconnect"}
        return message

    return counted
