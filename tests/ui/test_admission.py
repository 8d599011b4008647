"""Turning away early, and that nobody in danger is: a line that is full, a flood of questions."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import httpx
import pytest
from fastapi import FastAPI

from assistant.settings import Settings
from assistant.types import Answer, Event
from tests.ui.service import IN_DANGER, SINCE, serving, small_service
from ui import aside
from ui.aside import Aside, Unread
from ui.doors import Doors
from ui.mount import AT_ONCE, LOOK_S, QUEUE_PLACES, mount
from ui.reception import RESERVED

AFRAID = "صاحب العمل أخذ جوازي وحبسني، ساعدوني"
CHAT = {"model": "assistant", "messages": [{"role": "user", "content": SINCE}]}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    store = tmp_path_factory.mktemp("store")
    proxies = Settings.from_environment({"ASSISTANT_TRUSTED_PROXIES": "127.0.0.0/8"})
    service = small_service(store)
    service.assistant.referrals(["load the encoder"])
    return Doors(service, Settings(store=store, trusted_proxies=proxies.trusted_proxies))


@pytest.fixture(scope="module")
def address(doors: Doors) -> Iterator[str]:
    with serving(doors, doors.counter.service.assistant) as url:  # type: ignore[arg-type]
        yield url


@pytest.fixture
def full(address: str, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A client of a server all of whose seats are taken, and whose works take long."""
    free = threading.Event()
    monkeypatch.setattr(doors.desk, "_mean_s", 60.0)
    with (
        httpx.Client(base_url=address, trust_env=False, timeout=20) as api,
        ThreadPoolExecutor(doors.desk.working + 8) as sitting,
    ):
        loop = _loop_of(api, doors, monkeypatch)
        seats = [
            sitting.submit(
                lambda: asyncio.run_coroutine_threadsafe(
                    doors.desk.do("others", free.wait), loop
                ).result()
            )
            for _ in range(doors.desk._seats)
        ]
        _until(lambda: doors.desk.working == doors.desk._seats)
        yield api
        free.set()
        for seat in seats:
            seat.result()
    _until(lambda: doors.desk.working == 0)


def _loop_of(
    api: httpx.Client, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> asyncio.AbstractEventLoop:
    found: list[asyncio.AbstractEventLoop] = []
    busy = doors.desk.busy

    def noting(group: str) -> Any:
        found.append(asyncio.get_running_loop())
        return busy(group)

    with monkeypatch.context() as patched:
        patched.setattr(doors.desk, "busy", noting)
        api.post("/api/search", json={"query": "IOM"})
    return found[0]


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/ask", {"question": SINCE}),
        ("/api/ask", {"question": SINCE, "stream": True}),
        ("/api/v1/search", {"query": SINCE}),
        ("/api/v1/check", {"claim": SINCE}),
        ("/v1/chat/completions", CHAT),
    ],
)
def test_a_full_line_is_told_at_once_and_nothing_of_the_question_is_looked_up(
    full: httpx.Client, doors: Doors, path: str, body: dict[str, Any]
) -> None:
    waiting = doors.desk.waiting

    started = time.perf_counter()
    response = full.post(path, json=body, headers={"Accept-Language": "ar"})
    took = time.perf_counter() - started

    assert (response.status_code, response.headers["content-language"]) == (503, "ar")
    assert 30 <= int(response.headers["retry-after"]) <= 120
    assert response.json()["type"] == "urn:assistant:problem:busy"
    assert response.json()["instance"].endswith(response.headers["request-id"])
    assert ("error" in response.json()) == path.startswith("/v1/")
    assert doors.desk.waiting == waiting
    assert took < 2  # on any machine; 0.3 s is measured by benchmarks.load


@pytest.mark.parametrize("words", [IN_DANGER, AFRAID])
def test_whoever_is_in_danger_is_told_whom_to_call_though_the_line_is_full(
    full: httpx.Client, words: str
) -> None:
    asked = full.post("/api/v1/ask", json={"question": words})
    streamed = full.post("/api/v1/ask", json={"question": words, "stream": True})
    parts = [{"role": "user", "content": [{"type": "text", "text": words}]}]
    said = full.post("/v1/chat/completions", json={"model": "assistant", "messages": parts})

    assert asked.json()["status"] == "referral"
    assert streamed.text.startswith("event: sentence")
    assert '"status": "referral"' in streamed.text
    assert "16000" in said.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"question": 1}', b"[" * 60_000, b'{"messages": [1]}']
)
def test_what_cannot_be_read_is_turned_away_like_the_rest(full: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/api/v1/ask", "/v1/chat/completions"):
        assert full.post(path, content=body, headers=headers).status_code == 503


def test_what_cannot_be_read_in_time_is_refused_with_the_lines_to_call(
    full: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "MAX_UNREAD", 0)

    refused = full.post("/api/v1/ask", json={"question": IN_DANGER})

    assert refused.status_code == 503
    assert all("16000" in words["detail"] for words in refused.json()["languages"].values())


# -- the chat page's line ------------------------------------------------------------------------


def test_the_chats_line_is_never_full_for_people_in_danger_before_it_is_for_the_others(
    address: str, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    def hold(*_: object) -> Iterator[Event]:
        free.wait()
        return iter(())

    monkeypatch.setattr(type(doors.counter.service.assistant), "stream", hold)
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as api:
        box = _handler(api.get("/config").json())

        def join(who: str, question: str) -> httpx.Response:
            event = {"data": [question, None, "en"], "fn_index": box, "session_hash": who}
            return api.post("/gradio_api/queue/join", json=event, headers={"X-Forwarded-For": who})

        def joined(count: int, question: str, network: str) -> list[httpx.Response]:
            return list(
                pool.map(join, [f"{network}.{n}" for n in range(count)], [question] * count)
            )

        try:
            with ThreadPoolExecutor(32) as pool:
                others = joined(250, SINCE, "192.0.2")
                refused = [r for r in others if r.status_code != 200]
                afraid = joined(RESERVED, AFRAID, "198.51.100")
                more = joined(8, AFRAID, "203.0.113")
        finally:
            free.set()

    assert 250 - len(refused) <= AT_ONCE + QUEUE_PLACES - RESERVED
    assert len(refused) < 110  # whoever is refused is so because there is no place left
    assert {r.status_code for r in refused} == {503}
    assert {r.headers["retry-after"] for r in refused} <= {str(n) for n in range(5, 11)}
    assert not any("queue" in r.text.lower() for r in refused)  # those would be Gradio's own words
    assert [r.status_code for r in afraid] == [200] * RESERVED
    assert {r.status_code for r in more} == {503}
    assert all("16000" in r.json()["detail"] for r in more)


def _handler(config: dict[str, Any]) -> int:
    """Which of the page's handlers takes the question box."""
    box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "box")
    return next(
        int(d["id"]) for d in config["dependencies"] if d["backend_fn"] and box in d["inputs"]
    )


def test_a_page_looks_into_its_line_no_oftener_than_it_must() -> None:
    page, usual = gr.Blocks(), gr.Blocks().queue()

    mount(FastAPI(), page, "/", "")

    assert page._queue.sleep_when_free == LOOK_S > usual._queue.sleep_when_free


# -- reading together ----------------------------------------------------------------------------


class Reader:
    """Finds everybody in danger who says so; notes how many were read together."""

    def __init__(self) -> None:
        self.together: list[int] = []

    def referrals(self, questions: Sequence[str]) -> list[Answer | None]:
        self.together.append(len(questions))
        if "broken" in questions:
            raise ValueError("broken")
        found: Any = [f"help for {q}" if "danger" in q else None for q in questions]
        return list(found)


def test_what_comes_together_is_read_together_and_everyone_gets_her_own() -> None:
    reader = Reader()
    asked = [f"{'danger' if n % 3 == 0 else 'weather'} {n}" for n in range(40)]

    async def main() -> list[Any]:
        reads = Aside(reader)
        return await asyncio.gather(*map(reads.referral, asked))

    with ThreadPoolExecutor(1) as thread:
        told = thread.submit(asyncio.run, main()).result()

    assert told == [f"help for {q}" if "danger" in q else None for q in asked]
    assert sum(reader.together) == 40
    assert max(reader.together) == aside.TOGETHER


def test_who_leaves_or_breaks_holds_up_nobody_and_too_many_are_told_so() -> None:
    async def main() -> None:
        reads = Aside(Reader())
        left = asyncio.ensure_future(reads.referral("danger"))
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(ValueError, match="broken"):
            await reads.referral("broken")
        many = [asyncio.ensure_future(reads.referral(str(n))) for n in range(aside.MAX_UNREAD)]
        await asyncio.sleep(0)
        with pytest.raises(Unread):
            await reads.referral("danger")
        assert await asyncio.gather(*many) == [None] * aside.MAX_UNREAD
        assert await reads.referral("danger") is not None
        reads._mean_s = 1.0  # a machine that has no time: the first is read, nobody waits for more
        first = asyncio.ensure_future(reads.referral("danger"))
        await asyncio.sleep(0)
        with pytest.raises(Unread):
            await reads.referral("danger")
        assert await first is not None

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, main()).result()
