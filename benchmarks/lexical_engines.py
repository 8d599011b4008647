"""Lexical engines side by side: bm25s and tantivy, on our analysis and on tantivy's own.

`python -m benchmarks.lexical_engines [--squad-en FILE] [--squad-ar FILE] [--passages 5000]`: small
is 120 pages (from the files, else generated), large is generated. Per engine: passages indexed per
second (analysis included), milliseconds per query for the best ten and for the scores of all rows
(which the fusion by z-scores needs), R@1 and R@5, bytes on disk; and in a new process the time to
import, open and answer, and what that adds to its memory. Needs `tantivy`, which is no dependency.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from benchmarks.report import machine, table
from benchmarks.samples import Sample, generated, squad
from vectorstore import analysis
from vectorstore.lexical import BM25_B, BM25_K1, LexicalIndex

PAGES = 120
QUERIES = 300
ROUNDS = 3
OPEN_ROUNDS = 3
_TOP = 10


class Engine(Protocol):
    """One engine over texts; row i is text i."""

    def build(self, folder: Path, texts: Sequence[str]) -> None: ...

    def open(self, folder: Path) -> None: ...

    def best(self, query: str) -> list[int]:
        """The ten best rows, best first."""
        ...

    def all_scores(self, query: str) -> int:
        """Score every row that matches; gives their number."""
        ...


class Bm25s:
    """bm25s over our stems, mapped into memory."""

    _index: Any

    def build(self, folder: Path, texts: Sequence[str]) -> None:
        import bm25s

        index = bm25s.BM25(k1=BM25_K1, b=BM25_B)
        corpus = [analysis.stems(text) or ["\0"] for text in texts]
        index.index(corpus, show_progress=False, create_empty_token=False)
        index.save(str(folder), show_progress=False)

    def open(self, folder: Path) -> None:
        import bm25s

        self._index = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)

    def best(self, query: str) -> list[int]:
        scores = self._scores(query)
        count = min(_TOP, len(scores))
        rows = np.argpartition(-scores, count - 1)[:count]
        found: list[int] = rows[np.argsort(-scores[rows], kind="stable")].tolist()
        return found

    def all_scores(self, query: str) -> int:
        return int((self._scores(query) > 0).sum())

    def _scores(self, query: str) -> Any:
        tokens = [t for t in analysis.stems(query) if t in self._index.vocab_dict]
        if not tokens:
            return np.zeros(int(self._index.scores["num_docs"]), np.float32)
        return self._index.get_scores(tokens)


class ShippedIndex:
    """The index as it ships: stems, character trigrams and skeletons, three bm25s fields."""

    _index: LexicalIndex

    def build(self, folder: Path, texts: Sequence[str]) -> None:
        LexicalIndex.build(folder, texts)
        (folder / "size").write_text(str(len(texts)))

    def open(self, folder: Path) -> None:
        self._index = LexicalIndex.open(folder, int((folder / "size").read_text()))

    def best(self, query: str) -> list[int]:
        scores = sum(
            values / (float(values.std()) or 1.0) for values in self._index.scores(query).values()
        )
        found: list[int] = np.argsort(-np.asarray(scores), kind="stable")[:_TOP].tolist()
        return found

    def all_scores(self, query: str) -> int:
        return int((self._index.scores(query)["words"] > 0).sum())


class Tantivy:
    """tantivy over our stems, which it splits at spaces, or with its own analysis."""

    _index: Any
    _searcher: Any

    def __init__(self, tokenizer: str, prepare: Callable[[str], str]) -> None:
        self._tokenizer = tokenizer
        self._prepare = prepare

    def _schema(self) -> Any:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", stored=False, tokenizer_name=self._tokenizer)
        builder.add_integer_field("row", stored=False, fast=True)
        return builder.build()

    def build(self, folder: Path, texts: Sequence[str]) -> None:
        import tantivy

        index = tantivy.Index(self._schema(), path=str(folder))
        writer = index.writer(heap_size=64_000_000, num_threads=1)
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(text=self._prepare(text), row=row))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        import tantivy

        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def best(self, query: str) -> list[int]:
        return self._search(query, _TOP)

    def all_scores(self, query: str) -> int:
        return len(self._search(query, self._searcher.num_docs))

    def _search(self, query: str, limit: int) -> list[int]:
        asked = " ".join(w for w in self._prepare(query).split() if w.isalnum())
        parsed = self._index.parse_query_lenient(asked, ["text"])[0]
        hits = self._searcher.search(parsed, limit).hits
        addresses = [address for _, address in hits]
        found: list[int] = self._searcher.fast_field_values("row", addresses)
        return found


def _own_stems(text: str) -> str:
    return " ".join(analysis.stems(text))


def _words(text: str) -> str:
    return " ".join(analysis.words(text))


ENGINES: dict[str, Callable[[], Engine]] = {
    "bm25s, our stems": Bm25s,
    "tantivy, our stems": lambda: Tantivy("whitespace", _own_stems),
    "tantivy, en_stem": lambda: Tantivy("en_stem", _words),
    "as shipped: three bm25s fields": ShippedIndex,
}


def main() -> int:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lexical_engines", description=about)
    parser.add_argument("--squad-en", type=Path, metavar="FILE")
    parser.add_argument("--squad-ar", type=Path, metavar="FILE")
    parser.add_argument("--passages", type=int, default=5_000, help="of the large collection")
    parser.add_argument("--open", nargs=3, metavar=("ENGINE", "FOLDER", "QUERY"), help="internal")
    options = parser.parse_args()
    if options.open:
        print(json.dumps(_opened(*options.open)))
        return 0
    for language, path in (("en", options.squad_en), ("ar", options.squad_ar)):
        small = squad(path, language) if path else generated(PAGES, language)
        for sample in (small, generated(options.passages, language)):
            kind = "from the file" if path and sample is small else "generated"
            print(f"### {language}, {len(sample.pages):,} passages, {kind}\n")
            _compare(sample)
    print(machine(("bm25s", "tantivy", "numpy")))
    return 0


def _compare(sample: Sample) -> None:
    texts = [f"{page.title}\n{page.text}" for page in sample.pages]
    step = max(1, len(sample.questions) // QUERIES)
    timed = [question.text for question in sample.questions[::step]]
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as name:
        folders = {engine: Path(name) / str(i) for i, engine in enumerate(ENGINES)}
        rates: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        for number in range(ROUNDS):
            for engine, make in ENGINES.items():
                folder = folders[engine] / str(number)
                folder.mkdir(parents=True)
                _forget()
                started = time.perf_counter()
                make().build(folder, texts)
                rates[engine].append(len(texts) / (time.perf_counter() - started))
        engines = {engine: make() for engine, make in ENGINES.items()}
        for engine, made in engines.items():
            made.open(folders[engine] / "0")
        best: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        every: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        for query in timed:
            for engine, made in engines.items():
                for call, times in ((made.best, best), (made.all_scores, every)):
                    _forget()
                    started = time.perf_counter()
                    call(query)
                    times[engine].append(1_000 * (time.perf_counter() - started))
        for engine, made in engines.items():
            folder = folders[engine] / "0"
            found = [made.best(question.text) for question in sample.questions]
            pairs = list(zip(found, sample.questions, strict=True))
            at_1 = sum(rows_[:1] == [q.gold] for rows_, q in pairs) / len(pairs)
            at_5 = sum(q.gold in rows_[:5] for rows_, q in pairs) / len(pairs)
            opens = [_open_elsewhere(engine, folder, timed[0]) for _ in range(OPEN_ROUNDS)]
            disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            rows.append(
                [
                    engine,
                    f"{median(rates[engine]):,.0f}",
                    f"{median(best[engine]):.2f}",
                    f"{median(every[engine]):.2f}",
                    f"{100 * at_1:.1f} / {100 * at_5:.1f}",
                    f"{1_000 * median(seconds for seconds, _ in opens):.0f}",
                    f"{median(grown for _, grown in opens):.0f}",
                    f"{disk / 1e6:.2f}",
                ]
            )
    header = ["", "indexed/s", "ten best, ms", "all scores, ms", "R@1 / R@5"]
    print(table([*header, "new process, ms", "memory, MB", "disk, MB"], rows) + "\n")


def _forget() -> None:
    """Stems are cached by word; no engine may profit from the one before."""
    analysis.stem.cache_clear()
    analysis.skeleton.cache_clear()


def _open_elsewhere(engine: str, folder: Path, query: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.lexical_engines"]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [*command, "--open", engine, str(folder), query],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
    )
    seconds, grown = json.loads(done.stdout)
    return float(seconds), float(grown)


def _opened(engine: str, folder: str, query: str) -> tuple[float, float]:
    """Seconds to import, open and answer, and the megabytes that takes; numpy is there already."""
    analysis.stems("the way to warm up الطريق")
    before = _resident_mb()
    started = time.perf_counter()
    made = ENGINES[engine]()
    made.open(Path(folder))
    made.best(query)
    return time.perf_counter() - started, _resident_mb() - before


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1_000
    raise RuntimeError("the kernel does not tell the size of this process")


if __name__ == "__main__":
    sys.exit(main())
