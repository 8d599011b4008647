"""The doors for programs, put on the application: HTTP interface, probes, metrics, help page."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from assistant.keys import Keys
from assistant.privacy.questions import QuestionStore, questions_path
from assistant.settings import Settings
from assistant.switch import Switch
from ui import api, completions, help, watch
from ui.admission import Admission
from ui.counter import Counter, Service
from ui.described import describe
from ui.ledger import Keep, Ledger, Noted
from ui.limits import Desk
from ui.metrics import Metrics
from ui.reception import ChatReception, Reception
from ui.tools import OverHttp, build_tools
from ui.types import Assistant

SEATS = len(os.sched_getaffinity(0))  # an answer is all work and no waiting
PLACES = 200  # in line
PATIENCE_S = 8.0
DEADLINE_S = 15.0


class Doors:
    """One counter behind all of them.

    Args:
        service: what answers.
    """

    routes = (
        r"GET /(?:healthz|readyz|metrics|help)",
        r"GET /api/v1/openapi\.json",
        r"GET /api(?:/v1)?/(?:pages|page)",
        r"POST /api(?:/v1)?/(?:ask|search|check)",
        r"GET /v1/models",
        r"POST /v1/chat/completions",
        r"POST /mcp",
    )
    """What the wall lets through."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.metrics = Metrics()
        self.reception = Reception(
            service.assistant,
            Switch(settings.store),
            Keys(settings.store),
            proxies=settings.trusted_proxies,
            on_refusal=self.metrics.refused,
        )
        self.desk = Desk(SEATS, PLACES, PATIENCE_S, DEADLINE_S)
        self.metrics.watch("assistant_waiting", "Questions in line.", lambda: self.desk.waiting)
        self.metrics.watch("assistant_working", "Seats taken.", lambda: self.desk.working)
        self.ledger = Ledger(self.metrics, _keeping(settings))
        self.counter = Counter(service, self.reception, self.desk, self.ledger)
        self.log_level = settings.log_level
        self._assistant = service.assistant
        self._name = next(iter(service.assistant.profile.name.values()))
        tools = build_tools(OverHttp(self.counter), self._name, program_version())
        tools.streamable_http_app(json_response=True, stateless_http=True, host="0.0.0.0")
        self._mcp = tools.session_manager
        self._self_test = watch.SelfTest(service, settings.store)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """What has to run as long as the application does."""
        async with self._mcp.run():
            yield

    def noted(self, assistant: Assistant) -> Assistant:
        """The assistant for a room, its answers noted."""
        return Noted(assistant, self.ledger, "chat")

    def on_defect(self) -> None:
        """Count an error that nobody handled."""
        self.metrics.refused("defect")

    def put_on(self, app: FastAPI, waiting: Callable[[], int], places: int) -> None:
        """Add the routes, and what stands before the chat page.

        Args:
            waiting: how many wait in the page's queue.
            places: how many can.
        """
        app.include_router(watch.router(self.counter, self._self_test))
        app.include_router(api.router(self.counter), prefix=api.PREFIX)
        app.include_router(
            api.router(self.counter), prefix=api.UNVERSIONED, include_in_schema=False
        )
        app.include_router(completions.router(self.counter, self._name))
        app.router.routes.append(Route("/mcp", StreamableHTTPASGIApp(self._mcp)))
        document = describe(app, program_version())

        @app.get(f"{api.PREFIX}/openapi.json", include_in_schema=False)
        async def openapi() -> Response:
            return JSONResponse(document())

        @app.get("/help", include_in_schema=False)
        async def help_page() -> Response:
            off = self.reception.switch.off()
            return HTMLResponse(help.page(self._assistant.profile, off.message if off else None))

        api.handle_problems(app)
        app.add_middleware(
            Admission,
            reception=self.reception,
            desk=self.desk,
            prefixes=(api.PREFIX, api.UNVERSIONED),
        )
        app.add_middleware(
            ChatReception,
            reception=self.reception,
            help_page=lambda off: help.page(self._assistant.profile, off.message),
            waiting=waiting,
            places=places,
        )


def _keeping(settings: Settings) -> Keep | None:
    """Keeps questions where the settings say for how long."""
    questions = QuestionStore(questions_path(settings.store), settings.keep_questions_days)
    questions.delete_old()  # also of those that people handed in, which no setting forbids
    threading.Thread(target=_delete_hourly, args=(questions,), daemon=True).start()
    return questions.keep if settings.keep_questions_days else None


def _delete_hourly(questions: QuestionStore) -> None:
    while True:
        time.sleep(3_600)
        questions.delete_old()


def program_version() -> str:
    """Of the installed package."""
    try:
        return version("iom-egypt-assistant")
    except PackageNotFoundError:
        return "0"
