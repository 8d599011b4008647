"""Gradio's page under our own head."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What Gradio tells whoever previews a link: its own name and its own picture.
_ADVERTISING = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
_HEAD = re.compile(rb"<head>")


class OwnHead:
    """Puts a head into each of our pages before anything else in it.

    Gradio's own `head=` is put in by its script once that has loaded, which is too late to
    say the page's language and direction before it is painted. It is made anew for each visit,
    since contacts and sentences may change.
    """

    def __init__(self, app: ASGIApp, heads: Mapping[str, Callable[[], str]]) -> None:
        self._app = app
        self._heads = heads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        head = self._heads.get(scope["path"]) if scope["type"] == "http" else None
        if head is None or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        started: list[Message] = []
        body = b""

        async def gathered(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                started.append(message)
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            html = MutableHeaders(scope=started[0]).get("content-type", "").startswith("text/html")
            page = _with_head(body, head().encode()) if html else body
            MutableHeaders(scope=started[0])["Content-Length"] = str(len(page))
            await send(started[0])
            await send({"type": "http.response.body", "body": page})

        plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await self._app({**scope, "headers": plain}, receive, gathered)


def _with_head(page: bytes, head: bytes) -> bytes:
    page = _ADVERTISING.sub(b"", page)
    return _HEAD.sub(lambda found: found.group() + head, page, count=1)
