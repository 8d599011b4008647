"""The doors of the desks: signing in and out, and who may pass.

GET  /login?next=/staff/en/    the form
POST /login                    name, password, next: a session, or the form again
POST /logout                   ends it
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.accounts import Accounts, Role
from ui import shell
from ui.limits import Limiter, Rate, network_of
from ui.markup import escape
from ui.sessions import Session, Sessions
from ui.texts import texts_for
from ui.words import words_for

ROUTES = (r"GET /login", r"POST /login", r"POST /logout")
ROOMS: Mapping[str, Role] = {"staff": Role.STAFF, "maintain": Role.MAINTAINER}
_ROOM = re.compile(r"/(staff|maintain)(?:/.*)?")
_NEXT = re.compile(r"/(?:staff|maintain)(?:/[a-z]{2})?/?")
_COOKIE = "assistant-session"
PER_ACCOUNT = Rate(10, per_s=900)
PER_NETWORK = Rate(30, per_s=900)


class Surroundings(Protocol):
    """What stands before us: who sends a request, and whether it came over https."""

    def network(self, scope: Scope) -> str:
        """The visitor's address, or the network it stands for."""
        ...

    def is_secure(self, scope: Scope) -> bool:
        """Whether the visitor speaks https, to us or to a proxy of ours."""
        ...


class NoProxy:
    """Nothing stands before us."""

    def network(self, scope: Scope) -> str:
        """That of whoever connects."""
        client = scope.get("client")
        return network_of(client[0] if client else "")

    def is_secure(self, scope: Scope) -> bool:
        """As this very connection is."""
        return scope.get("scheme") == "https"


class Access:
    """Sessions and the pages that begin and end them."""

    def __init__(
        self,
        accounts: Accounts,
        surroundings: Surroundings | None = None,
        sessions: Sessions | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        self._accounts = accounts
        self._surroundings = surroundings or NoProxy()
        self.sessions = sessions or Sessions(accounts)
        self._limiter = limiter or Limiter()

    def put_on(self, app: FastAPI) -> None:
        """Add the routes."""
        app.add_api_route("/login", self.show, methods=["GET"], response_model=None)
        app.add_api_route("/login", self.sign_in, methods=["POST"], response_model=None)
        app.add_api_route("/logout", self.sign_out, methods=["POST"], response_model=None)

    def guard(self, app: FastAPI) -> None:
        """Put the gate before the rooms; what is added later stands before the gate."""
        app.add_middleware(Gate, access=self)

    def token_of(self, connection: HTTPConnection) -> str:
        """What the browser shows to be known again."""
        return connection.cookies.get(self._cookie_name(connection.scope), "")

    async def show(self, request: Request) -> Response:
        """The form; whoever is signed in goes where they wanted to."""
        wanted = _wanted(request.query_params.get("next", ""))
        session = self.sessions.of(self.token_of(request))
        if session is not None and session.role.may(ROOMS[wanted.split("/")[1]]):
            return RedirectResponse(wanted, HTTPStatus.SEE_OTHER)
        return self._form(request, wanted)

    async def sign_in(self, request: Request) -> Response:
        """A session for the right password; for any other, the same words after the same time."""
        fields = await shell.form(request)
        name, password = fields.get("name", "")[:200], fields.get("password", "")
        wanted = _wanted(fields.get("next", ""))
        account = self._accounts.get(name)
        # a password set anew on the command line opens the door at once to who was locked out
        guessed = f"account/{name.casefold()} {account.changed if account else ''}"
        network = f"network/{self._surroundings.network(request.scope)}"
        wait = self._limiter.wait_s({guessed: PER_ACCOUNT, network: PER_NETWORK})
        if wait:
            return self._form(request, wanted, "too_often", name, wait_s=math.ceil(wait))
        verified = await run_in_threadpool(self._accounts.verify, name, password)
        if verified is None:
            return self._form(request, wanted, "wrong", name)
        self._limiter.give_back((guessed, network))  # no guess: thirty people may share an address
        if not verified.role.may(ROOMS[wanted.split("/")[1]]):
            wanted = "/staff"
        token = self.sessions.begin(verified, instead_of=self.token_of(request))
        response = RedirectResponse(wanted, HTTPStatus.SEE_OTHER)
        self._set_cookie(request, response, token)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session; the cookie goes with it."""
        self.sessions.end(self.token_of(request))
        response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
        self._set_cookie(request, response, "", max_age=0)
        return response

    def _set_cookie(
        self, request: Request, response: Response, token: str, max_age: int | None = None
    ) -> None:
        response.set_cookie(
            self._cookie_name(request.scope),
            token,
            max_age=max_age,
            path="/",
            secure=self._surroundings.is_secure(request.scope),
            httponly=True,
            samesite="strict",
        )

    def _cookie_name(self, scope: Scope) -> str:
        # with this prefix browsers take a cookie only over https, for this host, the whole of it
        return f"__Host-{_COOKIE}" if self._surroundings.is_secure(scope) else _COOKIE

    def _form(
        self, request: Request, wanted: str, trouble: str = "", name: str = "", wait_s: int = 0
    ) -> Response:
        language = shell.spoken(request)
        texts, words = texts_for(language), words_for(language)["login"]
        said = ""
        if trouble:
            minutes = math.ceil(wait_s / 60)
            said = (
                f'<p class="trouble" role="alert">'
                f"{escape(words[trouble].format(minutes=minutes))}</p>"
            )
        elif not self._accounts.all():
            said = (
                f'<p class="trouble">{escape(words["no_accounts"])}</p><pre dir="ltr">'
                "assistant user add NAME --role maintainer</pre>"
            )
        other = next(tag for tag in ("ar", "en") if tag != language)
        query = f"?next={quote(wanted, safe='')}"
        main = (
            f'<form class="card" method="post" action="/login?lang={language}">'
            f"<h1>{escape(words['title'])}</h1>{said}"
            f'<label for="name">{escape(words["name"])}</label>'
            f'<input id="name" name="name" dir="auto" autocomplete="username" required '
            f'autocapitalize="none" spellcheck="false" value="{escape(name)}" '
            f"{'autofocus' if not name else ''}>"
            f'<label for="password">{escape(words["password"])}</label>'
            '<input id="password" name="password" type="password" dir="ltr" '
            f'autocomplete="current-password" required {"autofocus" if name else ""}>'
            f'<input type="hidden" name="next" value="{escape(wanted)}">'
            f'<button type="submit" class="primary">{escape(words["enter"])}</button>'
            f'<p class="facts">{escape(words["forgotten"])}</p></form>'
            f'<nav class="beside"><a href="/login{query}&amp;lang={other}" lang="{other}">'
            f"{escape(texts_for(other).language_name)}</a> "
            f'<a href="/">{escape(words["to_public"])}</a></nav>'
        )
        status = {
            "": HTTPStatus.OK,
            "wrong": HTTPStatus.UNAUTHORIZED,
            "too_often": HTTPStatus.TOO_MANY_REQUESTS,
        }[trouble]
        headers = {"Retry-After": str(wait_s)} if wait_s else {}
        return shell.page(words["title"], main, texts, status=status, headers=headers)


class Gate:
    """Lets only those pass to a desk who may enter it, and only from pages of our own."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        room = _ROOM.fullmatch(path)
        ours = room or path in ("/login", "/logout")
        if ours and scope["method"] not in ("GET", "HEAD") and _from_elsewhere(scope):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
            return
        if room is None:
            await self._app(scope, receive, send)
            return
        session = self._access.sessions.of(self._access.token_of(HTTPConnection(scope)))
        if session is None:
            await _to_the_door(path, scope["method"])(scope, receive, send)
        elif not session.role.may(ROOMS[room.group(1)]):
            await _no_way(Request(scope))(scope, receive, send)
        else:
            await self._app({**scope, "session_of_desk": session}, receive, send)


def session_of(request: Any) -> Session:
    """The session that let a request pass the gate; takes Starlette's requests and Gradio's."""
    inner = getattr(request, "request", request)
    session = inner.scope["session_of_desk"]
    assert isinstance(session, Session)
    return session


def _wanted(address: str) -> str:
    """Where to go after signing in: one of our rooms, whatever was asked for."""
    return address if _NEXT.fullmatch(address) else "/staff"


def _to_the_door(path: str, method: str) -> Response:
    if method in ("GET", "HEAD") and _NEXT.fullmatch(path):
        return RedirectResponse(f"/login?next={quote(path, safe='')}", HTTPStatus.SEE_OTHER)
    return PlainTextResponse("Sign in first", HTTPStatus.UNAUTHORIZED)


def _no_way(request: Request) -> Response:
    language = shell.spoken(request)
    words = words_for(language)["login"]
    main = (
        f'<div class="card"><h1>{escape(words["not_yours"])}</h1>'
        f"<p>{escape(words['ask_maintainer'])}</p>"
        f'<p><a href="/staff">{escape(words["to_staff"])}</a></p></div>'
    )
    status = HTTPStatus.FORBIDDEN
    return shell.page(words["not_yours"], main, texts_for(language), status=status)


def _from_elsewhere(scope: Scope) -> bool:
    """Whether a page of another site made the browser send this."""
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
