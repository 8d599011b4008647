"""Whether the service is well: the probes of whoever runs it, and a question asked of ourselves."""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from assistant.errors import AssistantError
from ingest.errors import IngestError
from ui.counter import Counter, Service
from ui.problems import Problem, Problems
from ui.schemas import Health, Readiness
from vectorstore.errors import VectorStoreError

TEST_AGAIN_S = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a self-test found; `reason` is None where all is well."""

    index_version: int | None
    reason: str | None


class SelfTest:
    """Asks a question and holds every quote of the answer to the stored page.

    Args:
        store: the folder whose published version is served.
    """

    def __init__(
        self, service: Service, store: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._tested: tuple[float, int] | None = None  # when, and which file was `current`
        self._finding = Finding(None, "not tested yet")

    def finding(self) -> Finding:
        """The last finding, or a new one where that is old or another version is published."""
        with self._lock:
            stamp = self._stamp()
            now = self._clock()
            tested = self._tested
            if tested is None or tested[1] != stamp or now - tested[0] >= TEST_AGAIN_S:
                self._finding = self._test()
                self._tested = (now, stamp)
            return self._finding

    def published_at(self) -> float:
        """When the served version was published, seconds since the epoch; 0 for never."""
        return self._stamp() / 1e9

    def _stamp(self) -> int:
        try:
            return (self._store / "current").stat().st_mtime_ns
        except OSError:
            return 0

    def _test(self) -> Finding:
        assistant = self._service.assistant
        question = next(iter(assistant.profile.examples.values()))[0]
        try:
            session = self._service.retriever.session()
            answer = assistant.evidence(question, min_confidence=0.0)
            for citation in answer.citations:
                page = session.find_page(citation.url)
                if page is None or page.text[citation.start : citation.end] != citation.quote:
                    return Finding(answer.index_version, "a quote does not stand on its page")
        except (AssistantError, VectorStoreError, IngestError) as error:
            return Finding(None, type(error).__name__)
        if answer.index_version is None:
            return Finding(None, "nothing was searched")
        return Finding(answer.index_version, None)


def router(counter: Counter, test: SelfTest) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz", summary="The process answers", response_model=Health)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get(
        "/readyz",
        summary="Questions are answered",
        response_model=None,
        responses={200: {"model": Readiness}, 503: {"model": Readiness, "description": "not yet"}},
    )
    async def readyz() -> Response:
        found = await run_in_threadpool(test.finding)
        off = counter.reception.switch.off() is not None
        status = "not_ready" if found.reason else "off" if off else "ready"
        document: dict[str, Any] = {
            "status": status,
            "index_version": found.index_version,
            "reason": found.reason,
        }
        # switched off is 200: whoever balances the load must still bring people to the help page
        return JSONResponse(document, 503 if found.reason else 200)

    @routes.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not _is_near(request):
            raise Problem(Problems.NOT_FOUND)
        document = await run_in_threadpool(_measured, counter, test)
        return Response(document, media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def _measured(counter: Counter, test: SelfTest) -> bytes:
    found = test.finding()
    off = counter.reception.switch.off() is not None
    counter.ledger.metrics.state(ready=found.reason is None, off=off)
    if found.reason is None:
        manifest = counter.service.retriever.session().manifest
        sizes = {
            "pages": manifest.pages,
            "chunks": manifest.chunks,
            "sentences": manifest.sentences,
        }
        counter.ledger.metrics.index(manifest.number, sizes, test.published_at())
    return counter.ledger.metrics.document()


def _is_near(request: Request) -> bool:
    """Whether this machine or a private network asks, and no proxy for somebody else."""
    if "x-forwarded-for" in request.headers or request.client is None:
        return False
    address = ipaddress.ip_address(request.client.host)
    return address.is_loopback or address.is_private
