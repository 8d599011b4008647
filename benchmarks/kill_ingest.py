"""Kills `assistant ingest` at random moments and compares what is left with an undisturbed run.

`python -m benchmarks.kill_ingest [--kills 20] [--pages 60] [--seed 1] [--crawl]`. Each trial starts
from a copy of a store with a published version (four of every sixteen: from no store at all),
ingests a folder (with `--crawl` the site that it makes, served on loopback) in which pages were
added, changed and removed, and kills the whole process group with SIGKILL: at a moment drawn from
U(0, T), T being an undisturbed run; while the version is built; or at the swap. Then:

- after the kill, a fixed set of questions gets exactly the answers of the version before, or, where
  the swap was done, of the version after; a first ingest leaves no version or a whole one;
- the same command again ends with the catalogue, the answers, the vectors and the files of an
  undisturbed run, and `doctor` finds nothing, so neither orphans nor doubles;
- with `--crawl`, at most 5 % of the pages were sent twice in full over both runs.

SIGKILL leaves the kernel's page cache: loss of power is not tested. Exits 1 when a check fails.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from assistant.build import build_assistant, catalogue_path
from assistant.doctor import examine
from assistant.documents import answer_document
from assistant.settings import Settings
from benchmarks.durability import digest_of
from benchmarks.report import machine, table
from benchmarks.samples import Sample, SamplePage, generated, write_json_lines
from ingest.catalogue import Catalogue
from vectorstore.versions import published_manifest

MOST_TWICE = 0.05  # of the pages
MOMENTS = ("any", "building", "swap", "any")  # in turn
_POLL_S = 0.0005
_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class State:
    """What a store says and holds.

    Attributes:
        answers: to the fixed questions, without times, dates of fetching and version numbers.
        digest: of the catalogue's content.
        vectors: digest of what answers, embeddings included; "" where nothing is published.
        files: names in the store's folder and in `versions`.
    """

    answers: tuple[dict[str, Any], ...]
    digest: str
    vectors: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One kill.

    Attributes:
        moment: which kind of moment was asked for.
        after_s: seconds from the start to the kill; None where the run had ended before.
        left: "before", "after" or "none": the version that answered after the kill.
        faults: what did not hold, in words.
        twice: share of the pages that were sent twice in full.
    """

    moment: str
    first: bool
    after_s: float | None
    left: str
    faults: tuple[str, ...]
    twice: float = 0.0


class Bench:
    """Folders, stores and the undisturbed runs that every trial is compared with."""

    def __init__(
        self, folder: Path, pages: int, *, questions: int = 20, site: Site | None = None
    ) -> None:
        self._folder = folder
        self._source = folder / "pages"
        self._site = site
        if site is not None:
            site.folder = self._source
        samples = [generated(pages // 2, language) for language in ("en", "ar")]
        asked = [question.text for sample in samples for question in sample.questions]
        self._questions = asked[:: max(1, len(asked) // questions)]
        write_folder(self._source, samples, later=False, html_only=site is not None)
        self._base = folder / "base"
        self._ingest(self._base)
        self.before = self._state(self._copy(self._base, "before"))
        write_folder(self._source, samples, later=True, html_only=site is not None)
        self.whole_s, self.building_s, self.after = self._undisturbed("after", self._base)
        self.first_s, self.first_building_s, self.first_after = self._undisturbed("first", None)

    def trial(self, number: int, moment: str, draw: random.Random, *, first: bool) -> Trial:
        """Kill one run, look, run again, look."""
        store = self._folder / f"trial-{number}"
        if not first:
            shutil.copytree(self._base, store)
        whole_s, building_s = (
            (self.first_s, self.first_building_s) if first else (self.whole_s, self.building_s)
        )
        expected = self.first_after if first else self.after
        wait_s = {
            "any": draw.uniform(0, whole_s),
            "building": draw.uniform(0, building_s),
            "swap": draw.uniform(0, 0.02),
        }[moment]
        if self._site is not None:
            self._site.sent.clear()
        after_s = self._kill(store, moment, wait_s, next_number=1 if first else 2)
        faults: list[str] = []
        left = self._left(store, expected, faults, first=first)
        ended = self._start(store).wait(_LIMIT_S)
        if ended:
            faults.append(f"the second run ended with {ended}")
        else:
            found = self._state(store)
            for what in ("answers", "digest", "vectors", "files"):
                if getattr(found, what) != getattr(expected, what):
                    faults.append(f"other {what} after the second run: {_differ(found, expected)}")
            faults.extend(finding.what for finding in examine(Settings(store=store)))
        twice = self._site.share_sent_twice() if self._site is not None else 0.0
        if twice > MOST_TWICE:
            faults.append(f"{twice:.0%} of the pages were sent twice")
        if not faults:
            shutil.rmtree(store)
        return Trial(moment, first, after_s, left, tuple(faults), twice)

    def _left(self, store: Path, expected: State, faults: list[str], *, first: bool) -> str:
        manifest = published_manifest(store)
        if manifest is None:
            if not first:
                faults.append("no version is published after the kill")
            return "none"
        answers = self._answers(store)
        if answers == expected.answers and manifest.number == (1 if first else 2):
            return "after"
        if first or answers != self.before.answers:
            faults.append("the published version answers otherwise after the kill")
        return "before"

    def _kill(self, store: Path, moment: str, wait_s: float, *, next_number: int) -> float | None:
        sign = {
            "any": None,
            "building": store / "versions" / ".building",
            "swap": store / "versions" / f"{next_number:06d}",
        }[moment]
        started = time.perf_counter()
        process = self._start(store)
        while sign is not None and not sign.exists() and process.poll() is None:
            time.sleep(_POLL_S)
        time.sleep(wait_s)
        ended = process.poll() is not None
        if not ended:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_LIMIT_S)
        return None if ended else time.perf_counter() - started

    def _undisturbed(self, name: str, base: Path | None) -> tuple[float, float, State]:
        """Seconds of a whole run and of its publishing, and what it ends in."""
        store = self._folder / name if base is None else self._copy(base, name)
        started = time.perf_counter()
        process = self._start(store)
        while not (store / "versions" / ".building").exists() and process.poll() is None:
            time.sleep(_POLL_S)
        building = time.perf_counter()
        if process.wait(_LIMIT_S):
            raise SystemExit(f"an undisturbed ingest ended with {process.returncode}")
        ended = time.perf_counter()
        return ended - started, ended - building, self._state(store)

    def _ingest(self, store: Path) -> None:
        if self._start(store).wait(_LIMIT_S):
            raise SystemExit("the first ingest failed")

    def _copy(self, base: Path, name: str) -> Path:
        shutil.copytree(base, self._folder / name)
        return self._folder / name

    def _start(self, store: Path) -> subprocess.Popen[bytes]:
        """The command, in a process group of its own."""
        root = Path(__file__).resolve().parent.parent
        source, more, private = str(self._source), "--prune", ""
        if self._site is not None:
            source, more, private = self._site.home, "--crawl", self._site.host
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "assistant", "ingest", source),
                *(more, "--json", "--store", str(store)),
            ],
            env={**os.environ, "PYTHONPATH": str(root), "ASSISTANT_PRIVATE_HOSTS": private},
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _state(self, store: Path) -> State:
        answers = self._answers(store)
        catalogue = Catalogue.open(catalogue_path(store))
        digest = catalogue.content_digest()
        catalogue.close()
        kept = [*store.iterdir(), *(store / "versions").iterdir()]
        return State(
            answers,
            digest,
            digest_of(store),
            tuple(sorted(str(p.relative_to(store)) for p in kept)),
        )

    def _answers(self, store: Path) -> tuple[dict[str, Any], ...]:
        assistant = build_assistant(Settings(store=store))
        return tuple(
            _comparable(answer_document(assistant.ask(question, min_confidence=0.0)))
            for question in self._questions
        )


class Site(ThreadingHTTPServer):
    """The pages of a folder on loopback, with a list of them at the root."""

    daemon_threads = True
    folder = Path()

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: Counter[str] = Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def home(self) -> str:
        return f"http://{self.host}/"

    def share_sent_twice(self) -> float:
        """How many of its pages were sent in full more than once."""
        pages = sum(1 for _ in self.folder.glob("*.html"))
        return sum(count > 1 for count in self.sent.values()) / max(1, pages)


class _Handler(BaseHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        status, body = self._found()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and self.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        if status == 200:
            self.server.sent[self.path] += 1
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _found(self) -> tuple[int, bytes]:
        names = sorted(path.name for path in self.server.folder.glob("*.html"))
        if self.path == "/":
            links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in names)
            return 200, f"<html lang=en><body><ul>{links}</ul></body></html>".encode()
        name = self.path.lstrip("/")
        return (200, (self.server.folder / name).read_bytes()) if name in names else (404, b"")

    def log_message(self, *_: object) -> None:
        pass


def write_folder(
    folder: Path, samples: Sequence[Sample], *, later: bool, html_only: bool = False
) -> None:
    """Pages as .html, .md and .jsonl; `later`, a third is new, some are changed, some are gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for sample in samples:
        lines: list[SamplePage] = []
        for number, page in enumerate(sample.pages):
            if number % 13 == 5 if later else number % 3 == 2:
                continue
            if later and number % 7 == 1:
                page = replace(page, text=page.text + " " + sample.pages[0].text)
            name = folder / f"{page.language}-{number:04d}"
            if html_only:
                name.with_suffix(".html").write_text(_html(page), "utf-8")
            elif number % 4 == 0:
                lines.append(page)
            elif number % 4 == 1:
                name.with_suffix(".md").write_text(f"# {page.title}\n\n{page.text}\n", "utf-8")
            else:
                name.with_suffix(".html").write_text(_html(page), "utf-8")
        if lines:
            write_json_lines(folder / f"{sample.pages[0].language}.jsonl", lines)


def _html(page: SamplePage) -> str:
    title, text = html.escape(page.title), html.escape(page.text)
    said = "The office of the harbour has worked in the country since 1991."
    return (
        f'<!doctype html><html lang="{page.language}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body><header><p>{said}</p><a href='/'>Home</a></header>"
        f"<main><article><h1>{title}</h1><p>{text}</p></article></main>"
        f"<footer><p>{said}</p></footer></body></html>"
    )


def _comparable(answer: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in answer.items() if k not in ("timings", "index_version")}
    kept["citations"] = [
        {k: v for k, v in citation.items() if k != "fetched_at"} for citation in kept["citations"]
    ]
    return kept


def _differ(found: State, expected: State) -> str:
    files = sorted(set(found.files) ^ set(expected.files))
    pairs = zip(found.answers, expected.answers, strict=True)
    return f"{sum(a != b for a, b in pairs)} answers, files {files}"


def run(folder: Path, kills: int, pages: int, seed: int, *, crawl: bool = False) -> list[Trial]:
    """Try until `kills` runs were killed; a run that ended before is checked but not counted."""
    bench = Bench(folder, pages, site=Site() if crawl else None)
    draw = random.Random(seed)
    trials: list[Trial] = []
    killed = 0
    while killed < kills and len(trials) < 3 * kills:
        moment = MOMENTS[killed % len(MOMENTS)]
        first = killed // len(MOMENTS) % 4 == 3
        trials.append(bench.trial(len(trials), moment, draw, first=first))
        killed += trials[-1].after_s is not None
        faults = sum(len(trial.faults) for trial in trials)
        print(f"{killed} of {kills} killed, {faults} faults", file=sys.stderr, flush=True)
    return trials


def main() -> int:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill_ingest", description=about)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pages", type=int, default=60, help="half English, half Arabic")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crawl", action="store_true", help="from a site instead of a folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trials = run(Path(folder), options.kills, options.pages, options.seed, crawl=options.crawl)
    counted = Counter(
        ("ended first" if t.after_s is None else t.moment, t.first, t.left, bool(t.faults))
        for t in trials
    )
    print(f"{options.pages} pages, {options.kills} kills, seed {options.seed}.\n")
    print(
        table(
            ["killed", "store before", "version that answered after the kill", "trials", "faults"],
            [
                [moment, "none" if first else "published", left, count, count if bad else 0]
                for (moment, first, left, bad), count in sorted(counted.items())
            ],
        )
    )
    times = [t.after_s for t in trials if t.after_s is not None]
    if times:
        print(f"\nKilled {min(times):.2f} to {max(times):.2f} s after the start.")
    if options.crawl:
        print(f"At most {max(t.twice for t in trials):.1%} of the pages were sent twice.")
    print(f"{machine(('chromadb', 'bm25s', 'numpy'))}\n")
    faults = [(t.moment, fault) for t in trials for fault in t.faults]
    for moment, fault in faults:
        print(f"- {moment}: {fault}")
    print(f"{len(faults)} faults in {len(trials)} trials.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
