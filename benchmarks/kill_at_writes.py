"""Kills an ingest at every single call that changes a file, one run per call, with strace.

`python -m benchmarks.kill_at_writes [--calls pwrite64,fsync] [--every 1]`. A site of six pages is
published; then it changes, and the ingest of the change is killed at its first fsync, at its
second, and so on until one runs through; likewise for each other call. (strace counts per thread:
the k-th call of whichever thread makes k of them first.) After each kill the store must answer as
before or as after, whole; and the same ingest again must end exactly as an undisturbed one: with
the same content, vectors and names of files, and the doctor well.

Needs Debian's `strace` and the right to trace. One process loads the libraries once and forks a
child for every run and every check, so that a trial costs a second of CPU. SIGKILL leaves the
kernel's page cache: loss of power is not tested. Exits 1 when a check fails.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bm25s  # noqa: F401 - loaded before the children are forked
import chromadb  # noqa: F401

from assistant.build import catalogue_path
from assistant.doctor import examine
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.durability import digest_of
from benchmarks.report import machine, table
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from tests.builders import WordsEmbedder
from vectorstore.published import Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import published_number

CALLS = (
    *("pwrite64", "write", "fdatasync", "fsync", "ftruncate"),
    *("rename", "unlink", "unlinkat", "mkdir", "rmdir"),
)
QUERIES = ("When did hall 1 open?", "متى افتتحت القاعة 2؟", "doors of hall 4")
_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class State:
    """What a store says and holds."""

    version: int
    answers: tuple[tuple[str, ...], ...]
    content: str
    vectors: str
    files: tuple[str, ...]
    findings: tuple[str, ...]


def pages(*, later: bool) -> list[dict[str, str]]:
    """Six pages; later one is new, one is changed and one is gone."""
    rows = [
        {"url": f"https://example.org/{n}", "title": f"Hall {n}", "language": "en"}
        | {"text": f"Hall {n} opened in {1990 + n}. It has {n + 2} doors and a roof."}
        for n in range(4)
    ]
    rows += [
        {"url": f"https://example.org/ar/{n}", "title": f"القاعة {n}", "language": "ar"}
        | {"text": f"افتتحت القاعة {n} في عام {1990 + n}. لها {n + 2} أبواب."}
        for n in range(2)
    ]
    if later:
        rows[1]["text"] = "Hall 1 was closed in 2020. Nobody may enter it."
        rows[2] = {**rows[2], "url": "https://example.org/new", "title": "A new hall"}
    return rows


def ingest(store: Path, source: Path) -> None:
    """What is killed: the whole of an ingest, with an encoder that costs nothing."""
    profile = replace(load_profile("iom_egypt"), questions=source / "none")
    maintainer = Maintainer(Settings(store=store), profile)
    maintainer.__dict__["_embedder"] = WordsEmbedder()
    maintainer.ingest([str(source)], prune=True)


def state_of(store: Path) -> State:
    """Answers from what is published, then everything else."""
    live = Published(
        store, embedder_id="words/1", chunking=CHUNKING, open_pages=Catalogue.open_snapshot
    )
    session = HybridRetriever(live, WordsEmbedder()).session()
    answers = []
    for query in QUERIES:
        passages = session.search(query, 3).passages
        for passage in passages:
            text = session.page(passage.chunk.url).text
            assert text[passage.chunk.start : passage.chunk.end] == passage.chunk.text
        answers.append(tuple(passage.chunk.text for passage in passages))
    with closing(Catalogue.open(catalogue_path(store))) as catalogue:
        content = catalogue.content_digest()
    examined = examine(Settings(store=store), WordsEmbedder())
    findings = tuple(finding.what for finding in examined)
    kept = [*store.iterdir(), *(store / "versions").iterdir()]
    files = tuple(sorted(str(path.relative_to(store)) for path in kept))
    return State(
        published_number(store), tuple(answers), content, digest_of(store), files, findings
    )


def in_child(work: Callable[[], Any]) -> Any:
    """The result of work done in a forked process; RuntimeError with its traceback if it fails."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            result = pickle.dumps((True, work()))
        except BaseException:  # noqa: BLE001 - handed on to the parent
            result = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(write, "wb") as pipe:
            pipe.write(result)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        done, result = pickle.loads(pipe.read())
    os.waitpid(pid, 0)
    if not done:
        raise RuntimeError(result)
    return result


def killed_at(call: str, count: int, work: Callable[[], None]) -> bool:
    """Run work in a traced child; whether it was killed at the `count`-th such call."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(write)
        os.read(read, 1)  # until the tracer is there
        try:
            work()
        except BaseException:  # noqa: BLE001 - the parent sees the exit code
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(read)
    tracer = subprocess.Popen(
        [
            *("strace", "-f", "-p", str(pid), "-e", f"trace={call}"),
            *("-e", f"inject={call}:signal=KILL:when={count}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert tracer.stderr is not None
    line = tracer.stderr.readline()
    if b"attached" not in line:
        os.close(write)
        os.waitpid(pid, 0)
        raise SystemExit(f"strace cannot trace here: {line.decode(errors='replace').strip()}")
    os.write(write, b"x")
    os.close(write)
    tracer.stderr.read()
    _, status = os.waitpid(pid, 0)
    tracer.wait(_LIMIT_S)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"the ingest failed by itself before call {count} of {call}")
    return False


def run(folder: Path, calls: Sequence[str], every: int) -> tuple[list[list[Any]], list[str]]:
    """Rows for the table, and what did not hold."""
    source, base = folder / "pages.jsonl", folder / "base"
    source.write_text("\n".join(map(json.dumps, pages(later=False))))
    in_child(lambda: ingest(base, source))
    before = in_child(lambda: state_of(shutil.copytree(base, folder / "before")))
    source.write_text("\n".join(map(json.dumps, pages(later=True))))
    whole = folder / "whole"
    shutil.copytree(base, whole)
    in_child(lambda: ingest(whole, source))
    after = in_child(lambda: state_of(whole))
    faults: list[str] = []
    rows: list[list[Any]] = []
    for call in calls:
        left: Counter[str] = Counter()
        count = 1
        while True:
            store = folder / "store"
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(base, store)
            if not killed_at(call, count, lambda store=store: ingest(store, source)):  # type: ignore[misc]
                break
            where = f"{call} {count}"
            try:
                found = in_child(lambda store=store: state_of(store))  # type: ignore[misc]
                left[_which(found, before, after, where, faults)] += 1
                in_child(lambda store=store: ingest(store, source))  # type: ignore[misc]
                again = in_child(lambda store=store: state_of(store))  # type: ignore[misc]
                if again != after:
                    faults.append(f"{where}: the second run ended otherwise: {again}")
            except RuntimeError as error:
                faults.append(f"{where}: {error}")
            count += every
        rows.append([call, sum(left.values()), left["before"], left["after"]])
        print(f"{call}: {sum(left.values())} kills", file=sys.stderr, flush=True)
    return rows, faults


def _which(found: State, before: State, after: State, where: str, faults: list[str]) -> str:
    for name, state in (("before", before), ("after", after)):
        if (found.version, found.answers, found.vectors) == (
            state.version,
            state.answers,
            state.vectors,
        ):
            return name
    faults.append(f"{where}: answers neither as before nor as after: {found}")
    return "neither"


def main() -> int:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill_at_writes", description=about)
    parser.add_argument("--calls", default=",".join(CALLS), help="which, with commas")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th call")
    options = parser.parse_args()
    if shutil.which("strace") is None:
        raise SystemExit("This needs strace: apt-get install strace.")
    started = time.perf_counter()
    # in memory where there is such a place: thousands of fsyncs, each obeyed all the same
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        rows, faults = run(Path(folder), options.calls.split(","), options.every)
    print(table(["killed at each", "kills", "then answered as before", "as after"], rows))
    print(f"\n{machine(('chromadb',))}; {time.perf_counter() - started:.0f} s\n")
    for fault in faults:
        print(f"- {re.sub(chr(10), ' ', fault)[:2_000]}")
    print(f"{len(faults)} faults in {sum(row[1] for row in rows)} kills.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
