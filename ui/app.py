"""The web application: the rooms on one FastAPI application, and the server that serves it."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
import webbrowser
from collections.abc import Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from assistant.privacy.logs import only_sink
from ui.desks import Desks
from ui.doors import Doors
from ui.listening import address_of, listen
from ui.mount import QUEUE_PLACES, mount, waiting
from ui.page import OwnHead
from ui.protocol import ImpatientProtocol
from ui.rooms import plain, public
from ui.types import Assistant, Votes
from ui.wall import DRAIN_S, GRADIO_ROUTES, Wall

__all__ = ["Assistant", "Server", "build_app", "serve"]


def build_app(
    assistant: Assistant,
    votes: Votes,
    doors: Doors | None = None,
    desks: Desks | None = None,
    framed_by: Sequence[str] = (),
) -> FastAPI:
    """All rooms on one application.

    Args:
        doors: for programs, with the limits and the switch that hold for the page as well.
        desks: the rooms that one signs in to.
        framed_by: origins of the sites that may show the chat in a frame.
    """
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=doors.lifespan if doors else None,
    )
    if desks is not None:
        desks.guard(app)
    # An own policy, which allows no other origin, switches off Gradio's, which allows every one.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    heads = {"/": lambda: public.head(assistant), **(desks.heads if desks else {})}
    app.add_middleware(OwnHead, heads=heads)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.state.closing = asyncio.Event()
    heard = doors.noted(assistant) if doors else assistant
    chat = public.build(heard, votes)
    if doors is not None:
        doors.put_on(app, lambda: waiting(chat), QUEUE_PLACES)
    app.add_middleware(
        Wall,
        routes=(
            *(doors.routes if doors else ()),
            *(desks.routes if desks else ()),
            *plain.ROUTES,
            *GRADIO_ROUTES,
        ),
        closing=app.state.closing,
        on_defect=doors.on_defect if doors else lambda: None,
        framed_by=framed_by,
    )
    plain.put_on(app, heard, doors.reception if doors else None)
    if desks is not None:
        desks.put_on(app)
    mount(app, chat, "/", public.css())  # it answers every other path
    return app


class Server(uvicorn.Server):
    """Tells the application that it stops, so that pages left open do not hold it up."""

    def __init__(self, app: FastAPI, **settings: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,  # all that is logged goes through one sink, see `serve`
                log_level="warning",
                access_log=False,  # nobody's address is written down
                server_header=False,
                proxy_headers=False,  # uvicorn believes whoever is on this machine; reception asks
                timeout_graceful_shutdown=DRAIN_S + 2,
                ws="none",
                http=ImpatientProtocol,
                **settings,
            )
        )
        self._closing: asyncio.Event = app.state.closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests, let answers under way end, stop."""
        self._closing.set()
        await super().shutdown(sockets)
        # uvicorn raises the signal again once all is done; being told to stop, and stopping, is
        # no failure
        self._captured_signals = [s for s in self._captured_signals if s != signal.SIGTERM]


def serve(
    assistant: Assistant,
    votes: Votes,
    host: str,
    port: int,
    doors: Doors | None = None,
    desks: Desks | None = None,
    *,
    listener: socket.socket | None = None,
    framed_by: Sequence[str] = (),
    open_browser: bool = False,
) -> None:
    """Serve until a signal comes; answers under way get `DRAIN_S` seconds to end.

    Args:
        listener: listens at that address already.

    Raises:
        PortTaken: another program listens there.
        UiError: the address cannot be listened on.
    """
    with listener or listen(host, port) as listener:
        server = Server(build_app(assistant, votes, doors, desks, framed_by))
        address = address_of(host, listener)
        print(f"The chat is open at {address} (stop with Ctrl+C).", file=sys.stderr, flush=True)
        if open_browser:
            webbrowser.open(address)  # the socket already listens, so the page waits for us
        # Whoever waits for the interpreter gets it after a millisecond, not five: else two answers
        # being made keep the loop from refusing, probing and streaming in time.
        sys.setswitchinterval(0.001)
        # What is loaded by now stays. Looking through it for garbage, 240,000 objects, holds up
        # everybody for 0.2 s each time.
        gc.freeze()
        with only_sink(doors.log_level if doors else "info"):
            server.run(sockets=[listener])
