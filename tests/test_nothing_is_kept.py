"""Two hundred questions that point to people, through every door and to every end.

By default no word of them is written anywhere, by a server that logs much or little, answers,
refuses, fails, is too slow or dies. Where an office keeps questions, nothing in them points to
anybody.
"""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.assistant.privacy.test_redact import labelled
from tests.serving import DEFECT, HANG, Process, process
from tests.test_serving_process import found_in

MARK, MARK_AR = "zqxunmistakable", "زقخلاتخطئه"

FEW, ALL = 10, 200


def seeded(count: int) -> list[tuple[str, str]]:
    """Questions with a word that stands nowhere else, and what in each points to a person."""
    everything = labelled()
    chosen = everything[:: len(everything) // count][:count]
    marks = itertools.cycle((MARK, MARK_AR))
    return [(f"{text} {mark}", identifier) for (text, identifier), mark in zip(chosen, marks)]  # noqa: B905


def ask(address: str, questions: Sequence[str], statuses: set[int], slow: int) -> None:
    """Each question through every door, well-formed and not, and to every end.

    Args:
        slow: how many of them take too long; each costs a second.
    """
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as api:
        for number, question in enumerate(questions):
            who = {"Session-Id": f"{number}"}
            history = [{"role": "user", "content": question}]
            body = {"question": question, "history": history}
            called = {"name": "ask", "arguments": {"question": question}}
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
            join = {"data": [question, None, "en"], "fn_index": 0, "session_hash": f"s{number}"}
            for said in (
                api.post("/api/ask", json=body, headers=who),
                api.post("/api/ask", json={**body, "stream": True}, headers=who),
                api.post("/api/search", json={"query": question}, headers=who),
                api.post("/api/check", json={"claim": question}, headers=who),
                api.post("/v1/chat/completions", json={"model": "assistant", "messages": history}),
                api.post("/mcp", json=call, headers={"Accept": "application/json"}),
                api.post("/plain", data={"question": question}),
                api.post("/gradio_api/queue/join", json=join),
                api.post("/api/ask", json={**body, question: question}, headers=who),  # 422
                api.post("/api/ask", content=question.encode(), headers=who),  # 415
                api.post("/api/ask", json={"question": question * 3_000}, headers=who),  # 413
                api.post("/api/ask", json={"question": f"{DEFECT} {question}"}, headers=who),  # 500
                api.get(f"/{question}", params={"q": question}),  # 404
            ):
                statuses.add(said.status_code)
        for question in (*questions[:1] * 16, *questions):  # of one who asks too much: 429
            statuses.add(api.post("/api/ask", json={"question": question}).status_code)
        for number, question in enumerate(questions[:slow]):
            hanging = {"question": f"{HANG} {question}"}
            who = {"Session-Id": f"slow{number}"}
            statuses.add(api.post("/api/ask", json=hanging, headers=who).status_code)


def die_while_asked(server: Process, questions: Sequence[str]) -> int:
    """Ask until the process has died in the middle of it; its exit code."""

    def keep_asking(number: int) -> None:
        with (
            suppress(httpx.TransportError),
            httpx.Client(base_url=server.address, trust_env=False, timeout=30) as api,
        ):
            for turn, question in enumerate(itertools.cycle(questions)):
                who = {"Session-Id": f"d{number}/{turn // 15}"}
                api.post("/api/ask", json={"question": question}, headers=who)

    askers = [threading.Thread(target=keep_asking, args=(number,)) for number in range(4)]
    for asker in askers:
        asker.start()
    askers[0].join(0.5)
    code = server.stop(signal.SIGABRT)
    for asker in askers:
        asker.join()
    return code


def marks_written(folder: Path) -> list[str]:
    return found_in(folder, (MARK, MARK_AR))


def identifiers_written(folder: Path, identifiers: Sequence[str]) -> set[str]:
    return set(found_in(folder, tuple(identifiers)))


@pytest.mark.parametrize(
    ("level", "count"),
    [
        ("debug", FEW),
        pytest.param("info", ALL, marks=pytest.mark.slow),
        pytest.param("debug", ALL, marks=pytest.mark.slow),
    ],
)
def test_no_word_of_a_question_is_written_whatever_becomes_of_it(
    tmp_path: Path, level: str, count: int
) -> None:
    questions = seeded(count)
    identifiers = [identifier for _, identifier in questions]
    statuses: set[int] = set()
    with process(tmp_path, {"ASSISTANT_LOG_LEVEL": level}, faulty=True) as server:
        before = identifiers_written(tmp_path, identifiers)
        asked = [question for question, _ in questions]
        ask(server.address, asked, statuses, slow=count if count == ALL else 1)
        code = die_while_asked(server, asked)

    assert len(questions) == count
    assert {200, 404, 413, 415, 422, 429, 500, 503} <= statuses  # 503: too slow
    assert code == -signal.SIGABRT
    assert marks_written(tmp_path) == []
    assert identifiers_written(tmp_path, identifiers) <= before
    assert len(before) <= count / 10  # what stands in files anyhow is no proof of anything


@pytest.mark.parametrize("count", [FEW, pytest.param(ALL, marks=pytest.mark.slow)])
def test_in_the_questions_that_an_office_keeps_nothing_points_to_anybody(
    tmp_path: Path, count: int
) -> None:
    questions = seeded(count)
    identifiers = [identifier for _, identifier in questions]
    settings = {"ASSISTANT_LOG_LEVEL": "debug", "ASSISTANT_KEEP_QUESTIONS_DAYS": "7"}
    with process(tmp_path, settings, faulty=True) as server:
        before = identifiers_written(tmp_path, identifiers)
        asked = [question for question, _ in questions]
        ask(server.address, asked, set(), slow=count if count == ALL else 1)
        server.stop()

    assert identifiers_written(tmp_path, identifiers) <= before
    # the words themselves are kept, in the one place that says so, and so would be found elsewhere
    assert {found.split()[-1] for found in marks_written(tmp_path)} == {"questions.sqlite"}
