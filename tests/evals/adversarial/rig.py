"""A whole service over pages of a case, asked at the doors people use; what came of it is kept."""

from __future__ import annotations

import base64
import io
import itertools
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import (
    ExitStack,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
)
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from assistant.build import Service, build_service
from assistant.maintain import Maintainer
from assistant.privacy.logs import only_sink
from assistant.profile import Profile, load_profile
from assistant.settings import Settings
from assistant.switch import switch_off, switch_on
from tests.assistant.model_servers import FAULTS as MODEL_FAULTS
from tests.assistant.model_servers import Handler, replying
from tests.assistant.model_servers import serving as serving_model
from tests.evals.adversarial.cases import Case
from tests.ingest.readers.hostile import line, pdf
from tests.ui.fakes import FakeVotes
from ui.app import build_app
from ui.doors import Doors

ASK = "/api/v1/ask"
MODEL_SECONDS = 3.0
FAULTS = ("llm_down", "kill_switch", "503", "personal_data")
"""What `force` may say is broken while a question is asked."""
PERSONAL = " (my phone 07700 900123, جوازي X0000000)"

HOW_HIDDEN: Mapping[str, Mapping[str, Any]] = {
    "invisible": {"before": "3 Tr"},
    "white": {"before": "1 g"},
    "off_page": {"at": (50, 2_000)},
    "tiny": {"size": 0.4},
}
"""Ways in which a sheet of a PDF holds what nobody sees."""

_NETWORKS = itertools.count(1)


@dataclass(frozen=True)
class Seen:
    """What came of one case.

    Attributes:
        http: the status of the last response.
        body: its JSON document; an answer has a "status".
        stored: the text of every page and chunk that is searched.
        held: why what was read waits for a person; empty where it does not.
        logs: all that was logged, printed or written into the store.
        page: the same question at the room without scripts, as HTML.
        reply: what the language model was made to say.
        draft: how the answer is without a model.
    """

    profile: Profile
    case: Case
    http: int
    body: Mapping[str, Any]
    seconds: float
    stored: Mapping[str, str] = field(default_factory=dict)
    held: str = ""
    logs: bytes = b""
    page: str = ""
    reply: str = ""

    @property
    def status(self) -> str:
        """Of the answer; empty where there is none."""
        return str(self.body.get("status", "")) if self.http == 200 else ""

    @property
    def sentences(self) -> Sequence[Mapping[str, Any]]:
        """Of the answer."""
        return self.body.get("sentences", ())

    @property
    def citations(self) -> Sequence[Mapping[str, Any]]:
        """Of the answer."""
        return self.body.get("citations", ())

    @cached_property
    def shown(self) -> str:
        """All words of the answer area, the echoed question left out."""
        cited = (f"{c['title']}\n{c['quote']}" for c in self.citations)
        offered = (str(s["text"]) for s in self.body.get("suggestions", ()))
        return "\n".join([*(str(s["text"]) for s in self.sentences), *cited, *offered])


class Rig:
    """One store with its service.

    Args:
        folder: an empty one.
        handler: what answers as the language model; none for the pages' own words alone.
    """

    def __init__(self, folder: Path, handler: Handler | None = None) -> None:
        self.folder = folder
        self._handler = handler
        self._held: dict[str, str] = {}
        self._open = ExitStack()
        proxies = Settings.from_environment({"ASSISTANT_TRUSTED_PROXIES": "127.0.0.0/8"})
        self.settings = Settings(store=folder / "store", trusted_proxies=proxies.trusted_proxies)
        self.profile = load_profile(self.settings.profile)

    def fill(
        self, cases: Sequence[Case] = (), *, starter: bool = False, site: Path | None = None
    ) -> None:
        """Bring the pages of these cases in, those that changed since in a second run.

        Args:
            starter: the profile's starter pages too.
            site: a folder of pages that come in beside them.
        """
        maintainer = Maintainer(self.settings, self.profile)
        if starter:
            maintainer.fill_with_starter_pages()
        pages = self.folder / "pages"
        pages.mkdir()
        changed = [case for case in cases if "before" in case.input]
        for case in cases:
            _write(pages, case, str(case.input.get("before") or case.input.get("html", "")))
        if any(pages.iterdir()):
            outcome = maintainer.ingest([str(pages), *([str(site)] if site else [])])
            self._note_held(outcome.held, cases)
        for case in changed:
            _write(pages, case, str(case.input["html"]))
        if changed:
            self._note_held(maintainer.ingest([str(pages)]).held, changed)
        waiting, _ = maintainer.review()
        for case in cases:
            named = [str(found) for url, found in waiting.items() if f"/{case.id}." in url]
            self._held[case.id] = "\n".join([self._held.get(case.id, ""), *named])

    def _note_held(self, held: Any, cases: Sequence[Case]) -> None:
        for case in cases if held is not None else ():
            self._held[case.id] = "\n".join(held.reasons)

    def __enter__(self) -> Rig:
        if self._handler is not None:
            server = self._open.enter_context(serving_model(self._handler))
            self.settings = replace(
                self.settings,
                model="openai:test",
                model_url=server.url,
                model_seconds=MODEL_SECONDS,
            )
        self.service: Service = build_service(self.settings)
        doors = Doors(self.service, self.settings)
        app = build_app(self.service.assistant, FakeVotes(), doors)  # type: ignore[arg-type]
        self.client = self._open.enter_context(
            TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50_000))
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def tried(self, case: Case, *, dom: bool = False) -> Seen:
        """Try one case.

        Args:
            dom: ask at the room without scripts too.
        """
        written = io.StringIO()
        words = (*case.must, *case.must_not)
        hears = any(word.startswith("logs:") for word in words)
        with _heard(written) if hears else nullcontext(), self.broken(case.input.get("force")):
            if case.input.get("seed_other_session"):
                self._post(str(case.input["seed_other_session"]))
            started = time.perf_counter()
            response = self._raw(case) if case.channel == "raw_http" else self._asked(case)
            seconds = time.perf_counter() - started
            page = self._plain(case.asked[-1]) if dom else ""
        files = b"".join(p.read_bytes() for p in self.folder.rglob("*") if hears and p.is_file())
        return Seen(
            self.profile,
            case,
            response.status_code,
            _json(response),
            seconds,
            self.stored,
            self._held.get(case.id, ""),
            written.getvalue().encode("utf-8", "surrogatepass") + files,
            page,
            str(case.input.get("reply", "")),
        )

    def _asked(self, case: Case) -> httpx.Response:
        history: list[dict[str, str]] = []
        me = _network()
        for text in case.asked:
            suffix = PERSONAL if case.input.get("force") == "personal_data" else ""
            response = self._post(text + suffix, history, me)
            said = " ".join(s["text"] for s in _json(response).get("sentences", ()))
            history += [{"role": "user", "content": text}, {"role": "assistant", "content": said}]
        return response

    def _post(
        self, text: str, history: Sequence[Mapping[str, str]] = (), network: str = ""
    ) -> httpx.Response:
        body = json.dumps({"question": text, "history": list(history)}).encode()
        return self.client.post(
            ASK,
            content=body,
            headers={
                "Content-Type": "application/json",
                "X-Forwarded-For": network or _network(),
            },
        )

    def _raw(self, case: Case) -> httpx.Response:
        body = base64.b64decode(case.input["body_b64"])
        headers = {"Content-Type": "application/json", "X-Forwarded-For": _network()}
        return self.client.post(ASK, content=body, headers=headers)

    def _plain(self, text: str) -> str:
        shown = self.client.post(
            "/plain",
            data={"question": text.encode("utf-8", "replace").decode()},
            headers={"X-Forwarded-For": _network()},
        )
        return shown.text

    @cached_property
    def stored(self) -> dict[str, str]:
        """Address to text of the pages that are searched."""
        outline = self.service.retriever.session().outline()
        return {url: self.service.retriever.session().page(url).text for url in outline}

    @contextmanager
    def broken(self, what: object) -> Iterator[None]:
        """One of `FAULTS` meanwhile; a language model that is down is the rig's own handler."""
        if what in (None, "personal_data", "llm_down"):
            yield
        elif what in ("kill_switch", "503"):
            switch_off(self.settings.store, {"en": "Back soon.", "ar": "نعود قريباً."})
            time.sleep(1.1)  # the switch is looked at once a second
            try:
                yield
            finally:
                switch_on(self.settings.store)
                time.sleep(1.1)
        else:
            raise ValueError(f"nothing here breaks {what!r}; what can: {', '.join(FAULTS)}")


def handler_for(case: Case) -> Handler | None:
    """The language model that a case brings along."""
    if case.channel == "llm_reply":
        return replying(str(case.input["reply"]))
    return MODEL_FAULTS["503"] if case.input.get("force") == "llm_down" else None


def _write(pages: Path, case: Case, html: str) -> None:
    """The page of a case, under its id."""
    if case.channel == "page":
        (pages / f"{case.id}.html").write_text(html, "utf-8")
    elif case.channel == "page_pdf":
        hidden = HOW_HIDDEN[str(case.input.get("how", "invisible"))]
        sheet = line(str(case.input["visible"]), at=(50, 780))
        sheet += line(str(case.input["invisible"]), **hidden)
        (pages / f"{case.id}.pdf").write_bytes(pdf(sheet))
    elif case.channel == "llm_reply":
        (pages / f"{case.id}.txt").write_text(f"{case.input['source']}\n", "utf-8")


def _network() -> str:
    number = next(_NETWORKS)
    return f"198.{18 + number // 65536 % 2}.{number // 256 % 256}.{number % 256}"


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


@contextmanager
def _heard(written: io.StringIO) -> Iterator[None]:
    """Everything that is printed, or logged at the most talkative level."""
    with redirect_stdout(written), redirect_stderr(written), only_sink("debug"):
        handler = logging.StreamHandler(written)
        try:
            yield
        finally:
            handler.close()
            sys.stdout.flush()
