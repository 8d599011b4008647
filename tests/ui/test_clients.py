"""Other people's clients: MCP's and OpenAI's, as they come from the package index."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import openai
import pytest
from mcp import Client, StdioServerParameters

from assistant.keys import add_key
from tests.ui.service import IN_DANGER, SINCE, small_server

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    with small_server(store) as url:
        yield url


@pytest.fixture
def client(address: str, store: Path, request: pytest.FixtureRequest) -> Iterator[openai.OpenAI]:
    key = add_key(store, request.node.name[:60].replace("[", " ").replace("]", " "))
    with openai.OpenAI(
        base_url=f"{address}/v1",
        api_key=key,
        max_retries=0,
        http_client=openai.DefaultHttpxClient(trust_env=False),
    ) as made:
        yield made


def run(main: Coroutine[None, None, T]) -> T:
    """Run in a thread of its own: a browser test before may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main).result()


# -- OpenAI --------------------------------------------------------------------------------------


def test_a_conversation_with_citations(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["assistant"]
    messages: list[Any] = [
        {"role": "system", "content": "Answer in rhymes."},
        {"role": "user", "content": SINCE},
    ]

    said = client.chat.completions.create(model="assistant", messages=messages).choices[0].message

    assert said.content is not None
    assert said.content.startswith("IOM has been present in Egypt since 1991. [1]")
    [cited, *_] = said.annotations or []
    place = cited.url_citation
    assert place.url.startswith("https://example.org/who-we-are")
    assert said.content[place.start_index : place.end_index].endswith("[1]")

    messages += [
        {"role": "assistant", "content": said.content},
        {"role": "user", "content": [{"type": "text", "text": "Where was the roundtable held?"}]},
    ]
    more = client.chat.completions.create(model="any", messages=messages).choices[0].message
    assert "Rabat" in (more.content or "")


def test_a_stream_is_the_same_answer_in_pieces(client: openai.OpenAI) -> None:
    asked: Any = {"model": "assistant", "messages": [{"role": "user", "content": SINCE}]}
    whole = client.chat.completions.create(**asked).choices[0].message

    pieces = list(
        client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )

    deltas = [piece.choices[0].delta for piece in pieces if piece.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    annotations = [a for delta in deltas for a in (getattr(delta, "annotations", None) or [])]
    assert [a["url_citation"]["url"] for a in annotations] == [
        a.url_citation.url for a in whole.annotations or []
    ]
    assert [p.choices[0].finish_reason for p in pieces if p.choices][-1] == "stop"
    assert pieces[-1].usage is not None


def test_a_person_in_danger_gets_the_lines(client: openai.OpenAI) -> None:
    asked: Any = [{"role": "user", "content": IN_DANGER}]

    said = client.chat.completions.create(model="assistant", messages=asked).choices[0].message

    assert "16000" in (said.content or "")


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        ([{"role": "user", "content": "?"}], openai.UnprocessableEntityError),
        ([{"role": "assistant", "content": "x"}], openai.UnprocessableEntityError),
        ([], openai.UnprocessableEntityError),
    ],
)
def test_a_problem_is_an_error_the_client_knows(
    client: openai.OpenAI, messages: Any, kind: type[openai.APIStatusError]
) -> None:
    with pytest.raises(kind) as caught:
        client.chat.completions.create(model="assistant", messages=messages)

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["message"]


def test_a_wrong_key_is_refused(address: str) -> None:
    wrong = openai.OpenAI(
        base_url=f"{address}/v1",
        api_key="ask_aaaaaaaa_" + "x" * 32,
        max_retries=0,
        http_client=openai.DefaultHttpxClient(trust_env=False),
    )
    with pytest.raises(openai.AuthenticationError):
        wrong.chat.completions.create(
            model="assistant", messages=[{"role": "user", "content": SINCE}]
        )


# -- MCP -----------------------------------------------------------------------------------------


async def converse(client: Client) -> dict[str, Any]:
    tools = (await client.list_tools()).tools
    answer = await client.call_tool("ask", {"question": SINCE})
    found = await client.call_tool("search", {"query": "roundtable in Rabat", "top_k": 1})
    verdict = await client.call_tool("check", {"claim": "The roundtable was held in Rabat."})
    empty = await client.call_tool("ask", {"question": "?"})
    danger = await client.call_tool("ask", {"question": IN_DANGER})
    return {
        "tools": {tool.name: tool.annotations for tool in tools},
        "answer": answer,
        "found": found,
        "verdict": verdict,
        "empty": empty,
        "danger": danger,
    }


def test_an_assistant_of_staff_uses_the_tools_over_http(address: str) -> None:
    async def main() -> dict[str, Any]:
        async with Client(f"{address}/mcp") as client:
            return await converse(client)

    said = run(main())

    assert set(said["tools"]) == {"ask", "search", "check"}
    assert all(annotations.read_only_hint for annotations in said["tools"].values())
    assert (
        said["answer"].content[0].text.startswith("IOM has been present in Egypt since 1991. [1]")
    )
    document = said["answer"].structured_content
    assert document["citations"][0]["quote"] == "IOM has been present in Egypt since 1991."
    assert len(said["found"].structured_content["passages"]) == 1
    assert said["verdict"].structured_content["verdict"] == "supported"
    assert said["empty"].is_error
    assert "من فضلك اكتب سؤالاً" in said["empty"].content[0].text
    assert "16000" in said["danger"].content[0].text


def test_it_uses_them_over_standard_input_and_output(tmp_path: Path) -> None:
    from assistant.maintain import Maintainer
    from assistant.profile import load_profile
    from assistant.settings import Settings

    Maintainer(Settings(store=tmp_path), load_profile("iom_egypt")).fill_with_starter_pages()
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--store", str(tmp_path)],
        cwd=str(ROOT),
        # the client hands on no others; where the tests keep their vectors stands there
        env={name: value for name, value in os.environ.items() if name.startswith("ASSISTANT_")},
    )

    async def main() -> dict[str, Any]:
        async with Client(server) as client:
            return await converse(client)

    said = run(main())

    assert said["answer"].structured_content["status"] == "answered"
    assert said["danger"].structured_content["status"] == "referral"


def test_over_http_the_tools_are_limited_as_everybody_is(address: str) -> None:
    called = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "check", "arguments": {"claim": "x y"}},
    }
    headers = {"Accept": "application/json, text/event-stream", "Session-Id": "limited"}
    with httpx.Client(base_url=address, trust_env=False, headers=headers, timeout=20) as api:
        said = [api.post("/mcp", json=called).json()["result"] for _ in range(16)]

    assert [each.get("isError", False) for each in said] == [False] * 15 + [True]
    assert "/help" in said[-1]["content"][0]["text"]
