"""One run owns a store at a time; readers never notice what it does."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli import main
from benchmarks.durability import digest_of
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.lock import hold_store
from tests.builders import WordsEmbedder, page, published, stored
from vectorstore.publish import publish
from vectorstore.published import Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import published_number

ROOT = Path(__file__).parent.parent


def test_a_second_ingest_ends_with_4_at_once_and_names_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "page.md"
    source.write_text("# Hours\n\nThe office opens at nine.")

    with hold_store(tmp_path / "store", "ingest of https://example.org"):
        started = time.perf_counter()
        code = main(["ingest", str(source), "--store", str(tmp_path / "store")])
        seconds = time.perf_counter() - started

    said = capsys.readouterr().err
    assert code == 4
    assert seconds < 2
    assert f"(ingest of https://example.org, process {os.getpid()}, since 20" in said
    assert said.count("\n") == 1
    assert main(["ingest", str(source), "--store", str(tmp_path / "store")]) == 0


def _race(folder: Path, draw: random.Random) -> list[int]:
    """Two ingests of the same pages, up to 200 ms apart: their exit codes."""
    command = [sys.executable, "-m", "assistant", "ingest", str(folder / "pages.jsonl")]
    command += ["--store", str(folder / "store")]
    first = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(draw.uniform(0, 0.2))
    second = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    codes = [first.wait(120), second.returncode]
    if second.returncode == 4:
        assert b"ingest of " in second.stderr
        assert b"process " in second.stderr
    return codes


def _pages(folder: Path) -> None:
    rows = [
        {
            "url": f"https://example.org/{n}",
            "title": f"Page {n}",
            "text": f"Hall {n} has {n} doors.",
        }
        for n in range(30)
    ]
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))


@pytest.mark.parametrize("trials", [1, pytest.param(30, marks=pytest.mark.slow)])
def test_of_two_ingests_at_once_one_runs_and_the_store_is_whole(
    tmp_path: Path, trials: int
) -> None:
    draw = random.Random(7)
    digests, codes = set(), []
    for number in range(trials):
        folder = tmp_path / str(number)
        folder.mkdir()
        _pages(folder)
        codes.append(_race(folder, draw))
        digests.add(digest_of(folder / "store"))
        print(f"{number + 1} of {trials} races: {Counter(sorted(pair)[-1] for pair in codes)}")

    assert len(digests) == 1
    assert all(0 in pair and set(pair) <= {0, 4} for pair in codes), codes


class Readers:
    """Ten questions a second, each of which must come from one whole version."""

    def __init__(self, store: Path) -> None:
        live = Published(
            store, embedder_id="words/1", chunking=CHUNKING, open_pages=Catalogue.open_snapshot
        )
        self._retriever = HybridRetriever(live, WordsEmbedder())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.versions: list[int] = []
        self.faults: list[str] = []

    def __enter__(self) -> Readers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            try:
                self._ask()
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
                self.faults.append(repr(error))

    def _ask(self) -> None:
        session = self._retriever.session()
        found = session.search("How many doors has hall number 3?", 6)
        texts = {session.page(passage.chunk.url).text for passage in found.passages}
        states = {text.rsplit(" ", 1)[-1] for text in texts}
        if len(states) != 1 or len(texts) != 6:
            self.faults.append(f"version {found.index_version}: {states}, {len(texts)} pages")
        self.versions.append(found.index_version)


def _state(number: int) -> list[object]:
    """Pages that all say which state they are of."""
    return [
        page(f"Hall number {n} has {n} doors in state {number}", url=f"https://example.org/{n}")
        for n in range(6)
    ]


def _publish(store: Path, number: int) -> None:
    catalogue = stored(store, *_state(number))  # type: ignore[arg-type]
    publish(store, catalogue, WordsEmbedder(), chunking=CHUNKING, pages=6)
    catalogue.close()


def test_readers_never_notice_a_publishing(tmp_path: Path) -> None:
    published(tmp_path, *_state(0))  # type: ignore[arg-type]

    with Readers(tmp_path) as readers:
        for number in range(1, 6):
            _publish(tmp_path, number)
        _wait_for(lambda: readers.versions[-1:] == [6])

    assert readers.faults == []
    assert readers.versions == sorted(readers.versions)


@pytest.mark.slow
def test_readers_never_notice_a_killed_publishing(tmp_path: Path) -> None:
    """Fifty publishings in a process of their own, each killed at a random moment."""
    published(tmp_path, *_state(0))  # type: ignore[arg-type]
    draw = random.Random(3)
    killed = 0
    script = (
        "import sys; from pathlib import Path; from tests.test_one_owner import _publish\n"
        "print('ready', flush=True); _publish(Path(sys.argv[1]), int(sys.argv[2]))"
    )
    with Readers(tmp_path) as readers:
        for number in range(1, 51):
            process = subprocess.Popen(
                [sys.executable, "-c", script, str(tmp_path), str(number)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
            )
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(draw.uniform(0, 0.8))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            process.wait(60)
        _publish(tmp_path, 51)
        _wait_for(lambda: readers.versions[-1:] == [published_number(tmp_path)])

    seen = len(set(readers.versions))
    print(f"{killed} of 50 killed; {len(readers.versions)} answers of {seen} versions")
    assert readers.faults == []
    assert killed > 25


def _wait_for(done: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
