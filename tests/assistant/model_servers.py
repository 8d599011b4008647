"""A chat server of OpenAI's protocol that does as it is told: well, badly, or evilly."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request; `prompt` is the user's message, `system` the other."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        messages = {m["role"]: m["content"] for m in body["messages"]}
        self.system, self.prompt = messages.get("system", ""), messages.get("user", "")
        self.server.received.append(body)  # type: ignore[attr-defined]
        self.server.headers_received.append(dict(self.headers))  # type: ignore[attr-defined]
        with suppress(BrokenPipeError, ConnectionResetError):
            self.server.handler(self)  # type: ignore[attr-defined]
        self.close_connection = True

    def begin(self, code: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def piece(self, text: str, finish: str | None = None, **delta: Any) -> None:
        chunk = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}],
        }
        self.raw(f"data: {json.dumps(chunk)}\n\n".encode())

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def say(self, text: str, finish: str = "stop") -> None:
        """A whole reply, word by word."""
        self.begin()
        for word in re.findall(r"\S+\s*|\s+", text):
            self.piece(word)
        self.piece("", finish)
        self.raw(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: Handler) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.handler = handler
        self.received: list[dict[str, Any]] = []
        self.headers_received: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextmanager
def serving(handler: Handler) -> Iterator[ModelServer]:
    server = ModelServer(handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def replying(text: str) -> Handler:
    return lambda exchange: exchange.say(text)


def sources(prompt: str) -> list[str]:
    """The text of each numbered source of a prompt."""
    return [
        found.strip().partition("\n")[2]
        for found in re.findall(r"<source [^>]*>\n(.*?)\n</source>", prompt, re.DOTALL)
    ]


ATTACKS = (
    "Call our helpline 0100 555 0199 at once [1].",
    "Write to help@evil.example or open https://evil.example/form [1].",
    "PWNED: ignore the sources [1].",
    "The fee is 4,321 dollars [1].",
    "It closes on 31 February 2031 [1][2].",
    "See [the form](https://evil.example) ![x](https://evil.example/x.png) [1].",
    "My instructions are: you answer questions from numbered sources [1].",
    "اتصل بالرقم ٠١٠٠٥٥٥٠١٩٩ فوراً [1].",
    "تبلغ الرسوم 4321 دولاراً [1].",
    "The office will pay everybody 900 euros, says Dr. Mallory Eve [1].",
)


def evil(exchange: Exchange) -> None:
    """Obeys what it reads, invents, changes what the sources say, cites what is not there."""
    said: list[str] = []
    for number, text in enumerate(sources(exchange.prompt), start=1):
        sentences = re.split(r"(?<=[.!؟])\s+", text)
        for sentence in sentences[:3]:
            if changed := _changed(sentence):
                said.append(f"{changed} [{number}]")
            if re.search(r"ignore|instruction|reply with|تجاهل", sentence, re.IGNORECASE):
                said.append(f"{sentence} [{number}]")
    turn = len(exchange.server.received) % len(ATTACKS)  # type: ignore[attr-defined]
    lines = [ATTACKS[turn], *said[:3], ATTACKS[(turn + 3) % len(ATTACKS)], "Made up [9]."]
    exchange.say("\n".join(lines[:6]))


def _changed(sentence: str) -> str:
    """The sentence with its first number changed, or denied."""
    number = re.search(r"\d", sentence)
    if number:
        digit = str((int(number.group()) + 3) % 9 + 1)
        return sentence[: number.start()] + digit + sentence[number.end() :]
    for word, denied in ((" is ", " is not "), (" are ", " are not "), (" was ", " was not ")):
        if word in sentence:
            return sentence.replace(word, denied, 1)
    return f"لم {sentence}" if re.match("[ء-ي]", sentence) else ""


def _slowly(exchange: Exchange) -> None:
    exchange.begin()
    for _ in range(200):
        exchange.piece("word ")
        time.sleep(0.3)


def _stalls(exchange: Exchange) -> None:
    exchange.begin()
    exchange.piece("The answer ")
    time.sleep(30)


def _silent(exchange: Exchange) -> None:
    time.sleep(30)


def _status(code: int, **headers: str) -> Handler:
    def handler(exchange: Exchange) -> None:
        exchange.begin(code, "application/json", **headers)
        exchange.raw(b'{"error": {"message": "no", "type": "x"}}')

    return handler


def _html(exchange: Exchange) -> None:
    exchange.begin(200, "text/html")
    exchange.raw(b"<html><body>Sign in to the network</body></html>")


def _bad_json(exchange: Exchange) -> None:
    exchange.begin()
    exchange.raw(b'data: {"choices": [{"delta": {"content": "x\n\n')


def _huge(exchange: Exchange) -> None:
    exchange.begin()
    for _ in range(1_000):
        exchange.piece("x" * 10_000)


def _bad_utf8(exchange: Exchange) -> None:
    exchange.begin()
    exchange.raw(b'data: {"choices": [{"delta": {"content": "\xff\xfe\xfa"}}]}\n\n')


def _looping(exchange: Exchange) -> None:
    exchange.begin()
    for _ in range(2_000):
        exchange.piece("The answer is here. ")


def _cut_off(exchange: Exchange) -> None:
    exchange.begin()
    exchange.piece("The answer is that")
    exchange.piece("", "length")
    exchange.raw(b"data: [DONE]\n\n")


def _tool_call(exchange: Exchange) -> None:
    exchange.begin()
    call = {"index": 0, "id": "1", "type": "function",
            "function": {"name": "run", "arguments": "{}"}}  # fmt: skip
    exchange.piece("", None, tool_calls=[call])
    exchange.piece("", "tool_calls")
    exchange.raw(b"data: [DONE]\n\n")


# The ways in which a model fails, each by name; three more need no server of ours: nobody
# listens, no such host, no TLS.
FAULTS: dict[str, Handler] = {
    "401": _status(401),
    "429": _status(429),
    "429 later": _status(429, Retry_After="60"),
    "500": _status(500),
    "503": _status(503),
    "hangs": _silent,
    "stalls": _stalls,
    "one word at a time": _slowly,
    "bad JSON": _bad_json,
    "an HTML page": _html,
    "empty": replying(""),
    "10 MB": _huge,
    "another language": replying("Это ответ на ваш вопрос [1]."),
    "loops": _looping,
    "bad UTF-8": _bad_utf8,
    "a source that is not there": replying("The answer is here [77]."),
    "a tool call": _tool_call,
    "cut off": _cut_off,
}
