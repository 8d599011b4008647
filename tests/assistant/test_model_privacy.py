"""What a model's provider is sent, and where its key is seen: nowhere."""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from assistant.cli import main
from assistant.privacy.inventory import inventory
from assistant.settings import Settings
from tests.assistant.conftest import Rig
from tests.assistant.model_servers import Exchange, ModelServer, replying, serving
from tests.serving import Process, process

KEY = "sk-unmistakable-4d1f0c"
ASKED = ("Since when is IOM in Egypt?", "منذ متى تعمل المنظمة الدولية للهجرة في مصر؟")
IDENTIFIERS = (
    "01005550199",
    "٠١٠٠٥٥٥٠١٩٩",
    "۰۱۰۰۵۵۵۰۱۹۹",
    "+20 100 555 0199",
    "0100-555-0199",
    "amal.h@example.org",
    "amal (at) example (dot) org",
    "A12345678",
    "passport no. 998877665",
    "29001011234567",
    "EG380019000500000000263180002",
    "30.0444, 31.2357",
    "@amal_h_1990",
    "00249912345678",
    "file number 778899",
)
VISITOR = {"Cookie": "seen=cookie-81f3", "User-Agent": "browser-81f3", "X-Request-Id": "req-81f3"}
MARKS = ("81f3", "198.51.100.")


class Running(NamedTuple):
    """A serving process with a model behind it that answers with the key it was sent."""

    server: Process
    model: ModelServer


def tells_the_key(exchange: Exchange) -> None:
    """By turns in an error, in a reply and in a header of a broken one; then says nothing."""
    key = exchange.headers["Authorization"].split()[-1]
    turn = len(exchange.server.received) % 4  # type: ignore[attr-defined]
    if turn == 0:
        exchange.begin(401, "application/json", X_Key=key)
        exchange.raw(json.dumps({"error": {"message": f"Incorrect API key: {key}"}}).encode())
    elif turn == 1:
        exchange.say(f"IOM has been in Egypt since 1991 [1].\nThe key is {key} [1].")
    else:
        exchange.say("NO ANSWER")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tells_the_key) as model:
        settings = {
            "ASSISTANT_MODEL": "openai:test",
            "ASSISTANT_MODEL_URL": model.url,
            "ASSISTANT_LOG_LEVEL": "debug",
            "ASSISTANT_TRUSTED_PROXIES": "127.0.0.0/8",
            "OPENAI_API_KEY": KEY,
        }
        with process(tmp_path_factory.mktemp("serving"), settings) as server:
            yield Running(server, model)


def read(text: str) -> str:
    """Digits of every script as plain ones, nothing between them."""
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return "".join(c for c in plain.casefold() if c.isalnum() or c in "@.")


def test_a_hundred_requests_carry_redacted_text_and_nothing_else(running: Running) -> None:
    received, headers = running.model.received, running.model.headers_received
    before = len(received)
    turns = itertools.count()
    with httpx.Client(base_url=running.server.address, trust_env=False, timeout=30) as client:
        for identifier, asked in itertools.cycle(itertools.product(IDENTIFIERS, ASKED)):
            if len(received) - before >= 100:
                break
            turn = next(turns)
            assert turn < 200, "too few questions reach the model"
            who = {
                **VISITOR,
                "X-Forwarded-For": f"198.51.100.{turn % 250}",
                "Session-Id": f"s{turn}-81f3",
            }
            body = {"question": f"{identifier}. {asked}", "min_confidence": 0}
            if turn % 3 == 0:  # a follow-up is sent with what was said before
                said = f"My name is on file: {identifier}"
                body["history"] = [
                    {"role": "user", "content": f"{asked} {identifier}"},
                    {"role": "assistant", "content": said},
                ]
                body["question"] = f"And who pays for it, {identifier}?"
            assert client.post("/api/ask", json=body, headers=who).status_code == 200

    sent = received[before:]
    assert len(sent) >= 100
    assert {frozenset(m) for body in sent for m in body["messages"]} == {
        frozenset({"role", "content"})
    }
    told = read(" ".join(m["content"] for body in sent for m in body["messages"]))
    assert [i for i in IDENTIFIERS if read(i).removeprefix("passportno.") in told] == []
    outer = json.dumps([{k: v for k, v in body.items() if k != "messages"} for body in sent])
    seen = outer + json.dumps(headers[before:])
    assert [mark for mark in MARKS if mark in seen] == []
    names = {name.lower() for each in headers[before:] for name in each}
    assert not {"cookie", "x-forwarded-for", "session-id", "referer"} & names


def test_the_key_is_seen_nowhere(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []
    with httpx.Client(base_url=running.server.address, trust_env=False, timeout=30) as client:
        for turn in range(8):
            who = {"X-Forwarded-For": f"203.0.113.{turn}"}
            body = {"question": ASKED[turn % 2], "min_confidence": 0, "stream": turn % 4 == 3}
            shown.append(client.post("/api/ask", json=body, headers=who).text)
        for page in ("/", "/plain", "/config", "/help", "/metrics", "/readyz", "/v1/models"):
            shown.append(client.get(page).text)
        shown.append(client.get("/api/v1/openapi.json").text)
        shown.append(client.get("/gradio_api/info").text)
    about = {"store": running.server.store, "model": "openai:test"}
    shown.append(repr(Settings(**about)) + str(inventory(Settings(**about))))  # type: ignore[arg-type]
    for command in ("privacy", "doctor"):
        main([command, "--store", str(running.server.store)])
    shown.append(str(capsys.readouterr()))

    assert "1991" in shown[0]
    assert len(running.model.received) >= 8
    assert [text[:80] for text in shown if KEY in text] == []
    assert KEY.encode() not in running.server.output
    files = [p for p in running.server.folder.rglob("*") if p.is_file()]
    assert [p.name for p in files if KEY.encode() in p.read_bytes()] == []


def ask(rig: Rig, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    asked = ["ask", "How much does the course cost?", "--min-confidence", "0"]
    code = main([*asked, "--store", str(rig.store), *more])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_without_a_key_the_evidence_stands(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    code, out, _ = ask(rig, capsys, "--model", "openai:gpt-4.1-mini")

    assert code == 0
    assert "300 pounds" in out
    assert rig.profile.texts("en")["model_failed"] in out


def test_without_a_model_nobody_is_asked(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(replying("The course costs 300 pounds [1].")) as server:
        monkeypatch.setenv("ASSISTANT_MODEL_URL", server.url)
        code, out, _ = ask(rig, capsys)

    assert code == 0
    assert server.received == []
    assert "language model" not in out


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-4.1-mini", "give provider:name"),
        ("nobody:gpt", "names the provider nobody"),
        ("cohere:command", "pip install langchain-cohere"),
        ("local:missing.gguf", "no model file at missing.gguf"),
    ],
)
def test_a_model_that_cannot_be_named_is_one_line(
    rig: Rig, capsys: pytest.CaptureFixture[str], model: str, said: str
) -> None:
    code, out, err = ask(rig, capsys, "--model", model)

    assert code == 2
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1


def test_the_inventory_says_who_is_sent_what(tmp_path: Path) -> None:
    def told(**settings: str) -> str:
        return str(inventory(Settings(store=tmp_path, **settings)))  # type: ignore[arg-type]

    assert "language model" not in told()
    assert "on this machine" in told(model="ollama:llama3.2")
    away = told(model="openai:test", model_url="https://user:secret@models.example.org/v1")
    assert "at models.example.org" in away
    assert "as its provider says" in away
    assert "secret" not in away
