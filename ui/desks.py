"""The desks, put on the application: signing in, and a page for each room in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.accounts import Accounts
from assistant.upkeep import Upkeep
from ui import access, shell
from ui.mount import mount
from ui.rooms import maintain, staff
from ui.texts import TEXTS
from ui.types import StaffDesk
from ui.wall import GRADIO_ROUTES

_PREFIX = r"/(?:staff|maintain)/(?:" + "|".join(TEXTS) + ")"


class Desks:
    """Every room that one signs in to.

    Args:
        accounts: who may.
        surroundings: how to tell who sends a request, where a proxy stands before us.
    """

    routes = (
        *access.ROUTES,
        r"GET /(?:staff|maintain)/?",
        rf"GET {_PREFIX}",
        rf"POST {maintain.FILES}",
        *(route.replace(" /", f" {_PREFIX}/", 1) for route in GRADIO_ROUTES),
    )
    """What the wall lets through; the gate behind it asks who comes."""

    def __init__(
        self,
        accounts: Accounts,
        staff_desk: StaffDesk,
        upkeep: Upkeep,
        surroundings: access.Surroundings | None = None,
    ) -> None:
        self._access = access.Access(accounts, surroundings)
        self._staff = staff_desk
        self._upkeep = upkeep
        spoken = [tag for tag in staff_desk.profile.languages if tag in TEXTS] or ["en"]
        self._languages = tuple(spoken)

    @property
    def heads(self) -> Mapping[str, Callable[[], str]]:
        """What stands in the head of each page, by its path."""
        return {
            f"/{frame.room}/{tag}/": frame.head
            for tag in self._languages
            for frame in (staff.frame(self._staff, tag), maintain.frame(self._upkeep, tag))
        }

    def guard(self, app: FastAPI) -> None:
        """Let nobody in who is not signed in. To be called before the wall is added."""
        self._access.guard(app)

    def put_on(self, app: FastAPI) -> None:
        """Add the routes and the rooms."""
        self._access.put_on(app)
        maintain.put_on(app, self._upkeep)
        for room in access.ROOMS:
            self._lead(app, room)
        style = shell.room_style("public.css", "desk.css")
        for tag in self._languages:
            mount(app, staff.build(self._staff, tag), f"/staff/{tag}", style)
            mount(app, maintain.build(self._upkeep, tag), f"/maintain/{tag}", style)

    def _lead(self, app: FastAPI, room: str) -> None:
        """From a room's short address to its page in the browser's language."""

        async def lead(request: Request) -> Response:
            return RedirectResponse(f"/{room}/{shell.spoken(request, self._languages)}/")

        def to_slash(tag: str) -> Callable[[], Response]:
            return lambda: RedirectResponse(f"/{room}/{tag}/")

        for path in (f"/{room}", f"/{room}/"):
            app.add_api_route(path, lead, methods=["GET"], response_model=None)
        for tag in self._languages:
            app.add_api_route(f"/{room}/{tag}", to_slash(tag), methods=["GET"], response_model=None)
