"""What a server must outlast: `python -m benchmarks.endurance PART… [--times N] [--seconds S]`.

Each part starts servers of its own and prints what it counted, one line a trial, then its floors:

- nat: 200 people behind one address, one who asks all the time, one with forged addresses;
- burst: a hundred questions at the same moment;
- soak: five questions a second for `--seconds` (two hours): memory, open files, times;
- slow: 200 connections that send a byte a second and 50 that take one, beside ordinary questions;
- leaving: 200 who ask and leave before the answer;
- cold: a start with 5,000 passages, until the first right answer of a self-test.

Exits 1 where a floor does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.load import ROOT, Connection, Crowd, Sent, server
from benchmarks.report import Floor, judge
from benchmarks.results import memory_mb, percentile
from benchmarks.samples import SamplePage, generated, write_json_lines

PAGES = 120  # of each language
PASSAGES = 5_000  # for a cold start
HELP = "my employer took my passport and locked me in, help me"


def sent_ok(sent: list[Sent]) -> list[float]:
    """How long the answered ones took."""
    return [each.took for each in sent if each.status == 200]


def _one_address(store: Path, questions: list[str], options: Any) -> list[Floor]:
    """One client above the limit, a crowd below it, all from one address."""
    rejected, limited, forged, referred = 0, [], [], 0
    for trial in range(options.times or 5):
        with server(store) as (address, _):
            told = asyncio.run(_crowd_behind_one(Crowd(address, questions)))
        rejected += sum(each.status != 200 for each in told["people"])
        limited.append(told["one"].count(200))
        forged.append(told["forged"].count(200))
        referred += told["referral"]
        print(f"nat {trial + 1}: {[(k, _counted(v)) for k, v in told.items()]}", flush=True)
    return [
        Floor("nat: refused of the 200", rejected, 0, at_most=True),
        Floor("nat: most questions of one a minute", max(limited), 15, at_most=True),
        Floor("nat: least questions of one a minute", min(limited), 15),
        Floor("nat: most with forged addresses", max(forged), 15, at_most=True),
        Floor("nat: referrals of the limited", referred, options.times or 5),
    ]


def _counted(value: Any) -> Any:
    if isinstance(value, list):
        return dict(Counter(v.status if isinstance(v, Sent) else v for v in value))
    return value


async def _crowd_behind_one(crowd: Crowd) -> dict[str, Any]:
    started = time.perf_counter()

    async def person(number: int) -> list[Sent]:
        connection = crowd.connection()
        sent = []
        for turn in range(2):
            meant = number * 25 / 200 + turn * 27
            await asyncio.sleep(max(0.0, meant - (time.perf_counter() - started)))
            who = f"Session-Id: nat{number}\r\n"
            sent.append(await crowd.ask(connection, number * 7 + turn, who, started, meant))
        return sent

    async def every_second(headers: Callable[[int], str]) -> list[int]:
        connection = crowd.connection()
        statuses = []
        for turn in range(50):
            await asyncio.sleep(max(0.0, turn - (time.perf_counter() - started)))
            sent = await crowd.ask(connection, turn, headers(turn), started, float(turn))
            statuses.append(sent.status)
        return statuses

    alone = asyncio.ensure_future(every_second(lambda turn: "Session-Id: one\r\n"))
    lying = asyncio.ensure_future(
        every_second(lambda turn: f"X-Forwarded-For: 203.0.113.{turn}\r\n")
    )
    people = await asyncio.gather(*(person(number) for number in range(200)))
    one, forged = await alone, await lying
    body = json.dumps({"question": HELP}).encode()
    said = await crowd.connection().send("POST", "/api/v1/ask", body, "Session-Id: one\r\n")
    referral = said[0] == 200 and json.loads(said[1])["status"] == "referral"
    return {
        "people": [each for some in people for each in some],
        "one": one,
        "forged": forged,
        "referral": referral,
    }


def _burst(store: Path, questions: list[str], options: Any) -> list[Floor]:
    """Everybody at once."""
    longest, wrong = [], 0
    with server(store) as (address, _):
        crowd = Crowd(address, questions)
        for trial in range(options.times or 5):
            told = asyncio.run(crowd.burst(100))
            longest.append(max(each.took for each in told))
            wrong += sum(each.status != 200 or not each.right for each in told)
            print(f"burst {trial + 1}: longest {longest[-1]:.2f} s, {_counted(told)}", flush=True)
            time.sleep(60)  # until each may ask again
    return [
        Floor("burst: longest s", max(longest), 10, at_most=True),
        Floor("burst: refused, failed or mixed up", wrong, 0, at_most=True),
    ]


async def _steady(
    crowd: Crowd, per_second: float, seconds: float, watch: Callable[[], None] | None = None
) -> list[Sent]:
    """Questions at a steady rate, whatever becomes of them."""
    started = time.perf_counter()
    free: list[Connection] = []

    async def one(number: int, meant: float) -> Sent:
        connection = free.pop() if free else crowd.connection()
        who = f"Session-Id: s{number % 200}\r\n"
        sent = await crowd.ask(connection, number, who, started, meant)
        free.append(connection)
        return sent

    sent = []
    for number in range(int(per_second * seconds)):
        meant = number / per_second
        await asyncio.sleep(max(0.0, meant - (time.perf_counter() - started)))
        sent.append(asyncio.ensure_future(one(number, meant)))
        if watch is not None and number % int(per_second * 10) == 0:
            watch()
    told = await asyncio.gather(*sent)
    for connection in free:
        connection.close()
    return list(told)


def _soak(store: Path, questions: list[str], options: Any) -> list[Floor]:
    """Five a second for a long time."""
    seconds = options.seconds or 7_200.0
    memory: list[float] = []
    files: list[int] = []
    with server(store) as (address, pid):

        def watch() -> None:
            memory.append(memory_mb(pid))
            files.append(_files(pid))

        crowd = Crowd(address, questions)
        asyncio.run(_steady(crowd, 5, min(120.0, seconds / 5)))  # warm: caches have their size
        told = asyncio.run(_steady(crowd, 5, seconds, watch))
        hours = np.arange(len(memory)) * 10 / 3_600
        slope = float(np.polyfit(hours, memory, 1)[0])
        third = len(told) // 3
        before, after = (percentile(sent_ok(some), 0.95) for some in (told[:third], told[-third:]))
        print(
            f"soak: {seconds:.0f} s, {_counted(told)}, memory {memory[0]:.0f} to "
            f"{memory[-1]:.0f} MB ({slope:.1f} MB an hour), files {min(files)} to {max(files)}, "
            f"95 % of the first third within {before:.3f} s, of the last {after:.3f} s"
        )
    return [
        Floor("soak: errors", sum(each.status != 200 for each in told), 0, at_most=True),
        Floor("soak: mixed up", sum(not each.right for each in told), 0, at_most=True),
        Floor("soak: MB an hour", slope, 5, at_most=True),
        Floor("soak: files more at the end", files[-1] - files[0], 2, at_most=True),
        Floor("soak: p95 of the last third to the first", after / before, 1.2, at_most=True),
    ]


def _slow(store: Path, questions: list[str], options: Any) -> list[Floor]:
    """Ordinary questions beside connections that take their time."""
    ratios, errors = [], 0
    with server(store) as (address, _):
        for trial in range(options.times or 3):
            crowd = Crowd(address, questions)
            alone = asyncio.run(_steady(crowd, 3, 25))
            beside = asyncio.run(_beside_slow_ones(crowd, address))
            quick, slowed = (percentile(sent_ok(some), 0.95) for some in (alone, beside))
            ratios.append(slowed / quick)
            errors += sum(each.status != 200 for each in (*alone, *beside))
            print(f"slow {trial + 1}: p95 {quick:.3f} s alone, {slowed:.3f} s beside", flush=True)
    return [
        Floor("slow: p95 beside them to alone", max(ratios), 2, at_most=True),
        Floor("slow: errors", errors, 0, at_most=True),
    ]


async def _beside_slow_ones(crowd: Crowd, address: str) -> list[Sent]:
    host, port = address.removeprefix("http://").split(":")

    async def dribble() -> None:
        while True:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            try:
                while not reader.at_eof():
                    writer.write(b"a")
                    await writer.drain()
                    await asyncio.sleep(1)
            except ConnectionError:
                continue
            finally:
                writer.close()

    async def sip() -> None:
        while True:
            taken = socket.socket()
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            taken.setblocking(False)
            loop = asyncio.get_running_loop()
            with taken:
                await loop.sock_connect(taken, (host, int(port)))
                await loop.sock_sendall(taken, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try:
                    while await loop.sock_recv(taken, 1):
                        await asyncio.sleep(1)
                except ConnectionError:
                    continue

    slow = [asyncio.ensure_future(dribble()) for _ in range(200)]
    slow += [asyncio.ensure_future(sip()) for _ in range(50)]
    await asyncio.sleep(2)
    told = await _steady(crowd, 3, 25)
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    return told


def _leave(host: str, port: int, questions: list[str], clients: int, session: str) -> None:
    for number in range(clients):
        body = json.dumps({"question": questions[number % 240], "stream": True})
        with socket.create_connection((host, port)) as asked:
            asked.sendall(
                f"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nSession-Id: {session}/{number}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}"
                f"\r\n\r\n{body}".encode()
            )
            if number % 2:
                time.sleep(0.02)


def _leaving(store: Path, questions: list[str], options: Any) -> list[Floor]:
    """Clients that ask for a stream and are gone."""
    left: list[dict[str, float]] = []
    with server(store) as (address, pid):
        crowd = Crowd(address, questions)
        asyncio.run(crowd.burst(100))  # every pool has its threads then
        host, port = address.removeprefix("http://").split(":")
        _leave(host, int(port), questions, 20, "first")  # and so have those who tidy up
        time.sleep(5)
        for trial in range(options.times or 3):
            before = _state(pid, address)
            _leave(host, int(port), questions, 200, f"l{trial}")
            time.sleep(5)
            after = _state(pid, address)
            left.append({name: after[name] - before[name] for name in after})
            print(f"leaving {trial + 1}: {before} before, {after} after 5 s", flush=True)
    return [
        Floor(f"leaving: {name} more after 5 s", max(each[name] for each in left), 1, at_most=True)
        for name in ("threads", "files", "working", "waiting")
    ]


def _state(pid: int, address: str) -> dict[str, float]:
    host, port = address.removeprefix("http://").split(":")
    measured = asyncio.run(Connection(host, int(port)).send("GET", "/metrics"))[1].decode()
    status = Path(f"/proc/{pid}/status").read_text()
    gauge = {n: _gauge(measured, f"assistant_{n}") for n in ("working", "waiting")}
    return {"threads": float(_field(status, "Threads")), "files": float(_files(pid)), **gauge}


def _gauge(text: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found is not None
    return float(found.group(1))


def _field(status: str, name: str) -> str:
    return next(line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:"))


def _files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _cold(store: Path, questions: list[str], options: Any) -> list[Floor]:
    """A start with many passages, until it says that it is ready; and whether it then is."""
    large = store.parent / "large"
    _fill(large, _short_pages(PASSAGES // 2))
    took, right = [], 0
    for trial in range(options.times or 10):
        started = time.perf_counter()
        command = [sys.executable, "-m", "assistant", "serve", "--port", "0", "--store", str(large)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ASSISTANT_LOG_LEVEL": "error"}
        with subprocess.Popen(
            command, env=environment, cwd=store.parent, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stderr is not None
            lines = iter(running.stderr)
            found = next(f for line in lines if (f := re.search(r"http://([\d.]+):(\d+)/", line)))
            seen, correct = asyncio.run(_until_ready(found.group(1), int(found.group(2))))
            took.append(time.perf_counter() - started)
            right += correct
            running.terminate()
        print(f"cold {trial + 1}: ready after {took[-1]:.1f} s, {seen}, {correct=}", flush=True)
    return [
        Floor("cold: longest until ready s", max(took), 20, at_most=True),
        Floor("cold: right as soon as ready", right, len(took)),
    ]


async def _until_ready(host: str, port: int) -> tuple[dict[int, int], bool]:
    """Which statuses /readyz gave, and whether a question asked at once after 200 is answered."""
    connection = Connection(host, port)
    seen: Counter[int] = Counter()
    while not seen[200]:
        try:
            seen[(await connection.send("GET", "/readyz"))[0]] += 1
        except OSError:
            seen[0] += 1
        await asyncio.sleep(0.05)
    body = json.dumps({"question": "Where does the office of number 77 stand?"}).encode()
    status, answer = await connection.send("POST", "/api/v1/ask", body)
    told = json.loads(answer)
    return dict(seen), status == 200 and told["index_version"] is not None


def _short_pages(count: int) -> list[SamplePage]:
    draw = random.Random(1)
    towns = ("Cairo", "Aswan", "Luxor", "Suez", "Tanta")
    towns_ar = ("القاهرة", "أسوان", "الأقصر", "السويس", "طنطا")
    pages = []
    for number in range(count):
        place = draw.randrange(5)
        pages += [
            SamplePage(
                f"https://en.example.org/o/{number}",
                f"Office {number}",
                f"The office of number {number} stands in {towns[place]}.",
                "en",
            ),
            SamplePage(
                f"https://ar.example.org/o/{number}",
                f"المكتب {number}",
                f"يقع المكتب رقم {number} في {towns_ar[place]}.",
                "ar",
            ),
        ]
    return pages


def _fill(store: Path, pages: list[SamplePage]) -> None:
    settings = Settings(store=store)
    source = write_json_lines(store.parent / f"{store.name}.jsonl", pages)
    Maintainer(settings, load_profile(settings.profile)).ingest([str(source)])


PARTS: dict[str, Callable[[Path, list[str], Any], list[Floor]]] = {
    "nat": _one_address,
    "burst": _burst,
    "soak": _soak,
    "slow": _slow,
    "leaving": _leaving,
    "cold": _cold,
}


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        samples = [generated(PAGES, language) for language in ("en", "ar")]
        questions = [question.text for sample in samples for question in sample.questions]
        random.Random(1).shuffle(questions)
        _fill(store, [page for sample in samples for page in sample.pages])
        return judge([f for part in options.parts for f in PARTS[part](store, questions, options)])


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=about)
    parser.add_argument("parts", nargs="+", choices=list(PARTS))
    parser.add_argument("--times", type=int, help="trials of each part")
    parser.add_argument("--seconds", type=float, help="of the soak")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
