"""A whole service over a store of three pages, and a server that serves it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from assistant.build import Service, build_guards
from assistant.extract import extract
from assistant.factcheck import FactChecker
from assistant.pipeline import Assistant
from assistant.profile import load_profile
from assistant.question import read_question
from assistant.rephrase import rephrase
from assistant.settings import Settings
from tests.builders import WordsEmbedder, page, published
from tests.ui.fakes import FakeVotes
from ui.app import Server, build_app
from ui.doors import Doors
from vectorstore.retriever import HybridRetriever

PAGES = (
    page(
        "IOM has been present in Egypt since 1991. It works with the Government on migration.",
        url="https://example.org/who-we-are",
        title="Who we are",
    ),
    page(
        "The roundtable was held in Rabat in May 2023. Thirty-five experts came.",
        url="https://example.org/roundtable",
        title="Roundtable in Rabat",
    ),
    page(
        "خدمات العودة الطوعية مجانية بالكامل. ولا يحق لأحد أن يطلب مالاً مقابلها.",
        url="https://example.org/ar/avrr",
        title="العودة الطوعية",
        language="ar",
    ),
)
SINCE = "Since when is IOM present in Egypt?"
IN_DANGER = "my employer took my passport and locked me in, help me"


def small_service(store: Path) -> Service:
    """The pages above, published in `store`."""
    embedder = WordsEmbedder()
    retriever = HybridRetriever(published(store, *PAGES, embedder=embedder), embedder)
    assistant = Assistant(
        load_profile("iom_egypt"),
        retriever,
        read_question,
        partial(extract, publisher="IOM Egypt"),
        build_guards(),
        rephrase,
    )
    return Service(assistant, FactChecker(retriever), retriever)


@contextmanager
def serving(doors: Doors, assistant: Assistant) -> Iterator[str]:
    """The address of a running application."""
    server = Server(build_app(assistant, FakeVotes(), doors), port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(15)


@contextmanager
def small_server(store: Path, **settings: object) -> Iterator[str]:
    """The address of a server over the small store."""
    service = small_service(store)
    doors = Doors(service, Settings(store=store, **settings))  # type: ignore[arg-type]
    with serving(doors, service.assistant) as address:
        yield address
