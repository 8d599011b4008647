"""The application as a program meets it: routes, headers, limits, the port."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import served
from tests.ui.fakes import FIXED, FakeAssistant, FakeVotes
from ui.app import build_app, serve
from ui.desks import Desks
from ui.errors import PortTaken, UiError


@pytest.mark.parametrize("path", ["/", "/healthz", "/config", "/theme.css", "/no-such-page"])
def test_every_response_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["x-frame-options"] == "DENY"
    assert not re.search(r"https?:|\*", headers["content-security-policy"])
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_only_the_chat_is_framed_and_only_by_sites_that_are_named(desks: Desks) -> None:
    framed_by = ("https://egypt.iom.int",)
    app = build_app(FakeAssistant(), FakeVotes(), desks=desks, framed_by=framed_by)
    with TestClient(app, follow_redirects=False) as client:
        for path in ("/", "/plain", "/login", "/staff", "/theme.css"):
            headers = client.get(path).headers
            allowed = "https://egypt.iom.int" if path in ("/", "/plain") else "'none'"
            assert f"frame-ancestors {allowed}" in headers["content-security-policy"]
            assert ("x-frame-options" in headers) is (path not in ("/", "/plain"))


def test_what_is_named_by_its_content_may_be_kept(client: httpx.Client) -> None:
    asset = re.search(r'(?:\./|/)(assets/[\w.-]+\.js)"', client.get("/").text)
    assert asset

    headers = client.get(f"/{asset.group(1)}").headers

    assert headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/upload_progress"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file=http://127.0.0.1:9/"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("HEAD", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1:9/"),
        ("GET", "/file=/etc/passwd"),
        ("GET", "/%67radio_api/file=/etc/passwd"),
        ("GET", "/assets/..%2f..%2f..%2fetc/passwd"),
        ("GET", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/run/ask"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/monitoring"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("POST", "/"),
        ("GET", "//gradio_api/info"),
    ],
)
def test_routes_a_page_does_not_need_are_not_there(
    client: httpx.Client, method: str, path: str
) -> None:
    assert client.request(method, path).status_code == 404


def test_no_other_origin_is_let_in(client: httpx.Client) -> None:
    origin = {"Origin": "https://evil.example"}

    asked = client.get("/", headers=origin)
    preflight = client.options(
        "/gradio_api/queue/join", headers=origin | {"Access-Control-Request-Method": "POST"}
    )

    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in preflight.headers


def test_a_big_body_is_refused_whether_or_not_it_says_its_size(client: httpx.Client) -> None:
    said = client.post("/gradio_api/queue/join", content=b"x" * 70_000)
    assert said.status_code == 413

    unsaid = client.post("/gradio_api/queue/join", content=(b" " * 1_000 for _ in range(70)))
    assert unsaid.status_code == 413


def test_no_handler_is_an_endpoint(client: httpx.Client) -> None:
    config = client.get("/config").json()

    assert {d["api_visibility"] for d in config["dependencies"]} == {"private"}


def test_the_transcript_of_the_browser_is_not_believed(client: httpx.Client) -> None:
    """What asks takes the box and the language from the browser, and the rest from the server."""
    config = client.get("/config").json()
    kinds = {c["id"]: (c["type"], c["props"].get("elem_id")) for c in config["components"]}

    taken = {kinds[i] for d in config["dependencies"] if d["backend_fn"] for i in d["inputs"]}

    assert taken == {("textbox", "box"), ("textbox", "language"), ("state", None)}


def test_the_page_names_no_other_host(client: httpx.Client) -> None:
    page = client.get("/").text

    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(https?:[^"]*)"', page)
    assert loaded == []


def test_the_page_does_not_advertise_what_it_is_made_with(client: httpx.Client) -> None:
    named = re.findall(r'<meta (?:name|property)="([^"]*)" content="([^"]*)"', client.get("/").text)

    assert dict(named) | {"viewport": ""} == {
        "viewport": "",
        "description": FIXED["en"]["what_this_is"].replace("'", "&#x27;"),
        "og:title": "IOM Egypt: Questions and answers",
    }


def test_words_for_the_script_cannot_end_it(client: httpx.Client) -> None:
    page = client.get("/").text
    words = re.search(r"window\.assistantWords = (\{.*\});\n", page)
    assert words

    assert "<" not in words.group(1)
    assert set(json.loads(words.group(1))) == {"en", "ar"}


def test_a_taken_port_is_one_clear_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"^Port {port} on 127.0.0.1 is taken") as caught:
            serve(FakeAssistant(), FakeVotes(), "127.0.0.1", port)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 7860), ("127.0.0.1", 70_000)])
def test_an_address_that_cannot_be_had_is_one_clear_sentence(host: str, port: int) -> None:
    with pytest.raises(UiError) as caught:
        serve(FakeAssistant(), FakeVotes(), host, port)

    assert str(port) in str(caught.value)


def test_a_signal_ends_the_server_quietly_though_a_page_is_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = (
        "from ui.app import serve; from tests.ui.fakes import FakeAssistant, FakeVotes; "
        f"serve(FakeAssistant(), FakeVotes(), '127.0.0.1', {port})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _until_up(base)
        with (
            httpx.Client(trust_env=False) as client,
            client.stream("GET", f"{base}/gradio_api/heartbeat/a-session") as beating,
        ):
            assert beating.status_code == 200
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
    finally:
        process.kill()

    assert process.returncode == 0
    assert "Traceback" not in said
    assert said.startswith(f"The chat is open at {base}/")


def _until_up(base: str) -> None:
    for _ in range(300):
        try:
            httpx.get(f"{base}/healthz", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


def test_events_without_a_session_do_not_stop_the_room_for_others() -> None:
    assistant = FakeAssistant()
    with (
        served(assistant, FakeVotes()) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=10) as client,
    ):
        config = client.get("/config").json()
        box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "box")
        [ask] = [d["id"] for d in config["dependencies"] if [box, "submit"] in d["targets"]]

        def join(session: str, question: str) -> int:
            event = {"data": [question, None, "en"], "fn_index": ask, "session_hash": session}
            return client.post("/gradio_api/queue/join", json=event).status_code

        busy = [join(f"busy{n}", "Where was the roundtable? slowly") for n in range(4)]
        nameless = [join("", "Where was the roundtable?") for _ in range(3)]
        assistant.go_on.set()
        joined = join("named", "Where was the roundtable?")
        with client.stream("GET", "/gradio_api/queue/data?session_hash=named") as told:
            seen = next(line for line in told.iter_lines() if "process_completed" in line)

    assert (busy, nameless, joined) == ([200] * 4, [422] * 3, 200)
    assert "held in Rabat" in seen
