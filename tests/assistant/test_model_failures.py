"""Every way in which a model fails ends in the evidence, with a notice, in time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest

from assistant.build import Service, build_fact_checker
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.types import Answer, Kind, Status
from tests.assistant.conftest import Rig
from tests.assistant.model_servers import FAULTS, replying, serving
from tests.ui.service import serving as application
from ui.doors import Doors

QUESTION = "How much does the course cost?"
NOT_REACHED = ("nobody listens", "no such host", "no TLS")
FAILURES = (*NOT_REACHED, *FAULTS)
BRIEF_S = 2.0  # for one round of all of them
DEADLINE_S, GRACE_S, ROUNDS = 8.0, 1.0, 10


@contextmanager
def failing(how: str) -> Iterator[str]:
    """The address of a model that fails in that way."""
    if how == "nobody listens":
        yield "http://127.0.0.1:9/v1"
    elif how == "no such host":
        yield "http://model.invalid/v1"
    else:
        with serving(FAULTS.get(how, replying("unheard"))) as server:
            yield server.url.replace("http:", "https:") if how == "no TLS" else server.url


def hold_to_the_evidence(rig: Rig, answer: Answer) -> None:
    plain = rig.ask(QUESTION)
    assert answer.status is Status.ANSWERED
    assert answer.sentences[:-1] == plain.sentences
    assert answer.citations == plain.citations
    notice = answer.sentences[-1]
    assert notice.kind is Kind.NOTICE
    texts = rig.profile.texts(answer.language)
    assert notice.text in (texts["model_failed"], texts["model_unsupported"])
    assert answer.model is None


def test_the_list_of_failures_is_whole() -> None:
    assert len(FAILURES) == 21  # 20 modes, "429" with and without Retry-After


@pytest.mark.parametrize("how", FAILURES)
def test_a_failure_ends_in_the_evidence_and_a_notice(rig: Rig, how: str) -> None:
    plain = rig.ask(QUESTION)
    with failing(how) as url:
        writer = rig.writer(url, model_seconds=BRIEF_S)
        started = time.perf_counter()
        *_, last = writer.write(plain)
        seconds = time.perf_counter() - started

    assert last.answer is not None
    assert seconds < BRIEF_S + GRACE_S
    hold_to_the_evidence(rig, last.answer)


@contextmanager
def over_http(rig: Rig, assistant: Assistant) -> Iterator[httpx.Client]:
    """A client of the whole application around an assistant."""
    assistant.evidence(QUESTION)  # as `assistant serve` does, so that nobody waits for the encoder
    checker = build_fact_checker(Settings(store=rig.store))
    doors = Doors(Service(assistant, checker, rig.retriever), Settings(store=rig.store))
    with (
        application(doors, assistant) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        yield client


def briefly(rig: Rig, url: str) -> AbstractContextManager[httpx.Client]:
    return over_http(rig, rig.with_model(url, model_seconds=BRIEF_S))


def asked(client: httpx.Client, **body: object) -> httpx.Response:
    return client.post("/api/ask", json={"question": QUESTION, "min_confidence": 0, **body})


@pytest.mark.parametrize("how", ["nobody listens", "500", "stalls"])
def test_whoever_asks_over_http_gets_an_answer_all_the_same(rig: Rig, how: str) -> None:
    with failing(how) as url, briefly(rig, url) as client:
        response = asked(client)

    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "answered"
    assert answer["model"] is None
    assert answer["sentences"][-1] == {
        "text": rig.profile.texts("en")["model_failed"],
        "kind": "notice",
        "citations": [],
        "supporting": False,
    }


def test_a_follow_up_does_not_wait_twice(rig: Rig) -> None:
    history = [
        {"role": "user", "content": "Is registration for the course open?"},
        {"role": "assistant", "content": "Registration is open all year."},
    ]
    with failing("hangs") as url, briefly(rig, url) as client:
        started = time.perf_counter()
        answer = asked(client, question="How much does it cost?", history=history).json()
        seconds = time.perf_counter() - started

    assert seconds < BRIEF_S + GRACE_S
    assert "300 pounds" in answer["text"]


def test_after_five_failures_nobody_waits_for_the_model(rig: Rig) -> None:
    def seconds_of(writes: int) -> list[float]:
        taken = []
        for _ in range(writes):
            started = time.perf_counter()
            *_, last = writer.write(plain)
            taken.append(time.perf_counter() - started)
            assert last.answer is not None
            hold_to_the_evidence(rig, last.answer)
        return taken

    plain = rig.ask(QUESTION)
    with serving(FAULTS["500"]) as server:
        writer = rig.writer(server.url)
        seconds_of(5)
        reached = len(server.received)
        after = seconds_of(20)

    assert reached >= 5
    assert len(server.received) == reached
    assert statistics.quantiles(after, n=20)[-1] < 0.5  # the model costs nothing any more


@pytest.mark.slow
@pytest.mark.parametrize("how", FAILURES)
def test_a_failure_many_times_over_http(
    rig: Rig, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times, with the deadline as shipped; prints the longest wait."""
    longest = 0.0
    with failing(how) as url:
        assistant = rig.with_model(url)
        with over_http(rig, assistant) as client:
            for _ in range(ROUNDS):
                monkeypatch.setattr(assistant, "_writer", rig.writer(url))  # with a closed breaker
                started = time.perf_counter()
                response = asked(client)
                longest = max(longest, time.perf_counter() - started)
                assert response.status_code == 200
                answer = response.json()
                kinds = [s["kind"] for s in answer["sentences"]]
                assert answer["status"] == "answered"
                assert kinds[-1] == "notice"
                assert "written" not in kinds
                assert "300 pounds" in answer["text"]
    print(f"\n{how}: {ROUNDS} of {ROUNDS}, longest {longest:.2f} s")

    assert longest < DEADLINE_S + GRACE_S
