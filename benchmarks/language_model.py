"""What a language model adds to the answers, and costs: fully right ones, sentences, seconds.

    python -m benchmarks.language_model --store DIR QUESTIONS.jsonl --model local:FILE.gguf …

asks every question of a file (as `assistant evaluate` reads them) without a model and with each,
and prints a table per language. `--seconds` is the time a model has, `--source-tokens` how much
it reads, `--tokens` how much it may write; `--every 3` asks every third question.

With `--evil` a server of our own stands in for a model that obeys every attack, invents and changes
what it reads; then each question is asked with no least confidence, so that as many as can be reach
it, and what it wrote is searched for on the pages: exits 1 where it is not there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.build import build_assistant, build_retriever
from assistant.documents import turns_of
from assistant.evaluate import Judged, Outcome, Task, judge, read_task
from assistant.pipeline import MIN_CONFIDENCE, Assistant
from assistant.settings import Settings
from assistant.types import Answer, Kind, Status
from benchmarks.report import machine, table
from tests.assistant.model_servers import evil, serving
from vectorstore.analysis import fold
from vectorstore.retriever import HybridRetriever

PLAIN = "none (the pages' own words)"


@dataclass(slots=True)
class Row:
    """What came of one model and one language."""

    judged: list[Judged] = field(default_factory=list)

    @property
    def cells(self) -> list[str]:
        """Of the table."""
        answers = [one.answer for one in self.judged]
        expected = [one for one in self.judged if one.task.expect == "answer"]
        asked = [a for a in answers if "model" in a.timings]
        written = [s for a in answers for s in a.sentences if s.kind is Kind.WRITTEN]
        seconds = [one.seconds for one in self.judged if "model" in one.answer.timings]
        seconds = seconds or [one.seconds for one in self.judged]
        right = sum(one.outcome is Outcome.RIGHT for one in expected)
        return [
            str(len(expected)),
            f"{right} ({right / max(1, len(expected)):.0%})",
            str(len(asked) or "–"),
            str(sum(a.model is not None for a in answers) or "–"),
            str(len(written) or "–"),
            f"{statistics.median(seconds):.2f}",
        ]


def ask_all(assistant: Assistant, tasks: Sequence[Task], least: float) -> dict[str, Row]:
    """Every question, by language."""
    rows: dict[str, Row] = {}
    for number, task in enumerate(tasks, start=1):
        started = time.perf_counter()
        answer = assistant.ask(task.question, task.history, min_confidence=least)
        seconds = time.perf_counter() - started
        rows.setdefault(task.language[:2], Row()).judged.append(judge(task, answer, seconds))
        if number % 10 == 0:
            print(f"{number} of {len(tasks)}", file=sys.stderr)
    return rows


def invented(answer: Answer, retriever: HybridRetriever) -> list[str]:
    """Written sentences that stand on none of the pages they cite, letter by letter."""
    session = retriever.session()
    pages = {c.number: fold(session.page(c.url).text) for c in answer.citations}
    return [
        s.text
        for s in answer.sentences
        if s.kind is Kind.WRITTEN
        and not any(fold(s.text).strip(" .") in pages[n] for n in s.citations)
    ]


@contextmanager
def models(options: argparse.Namespace) -> Iterator[list[tuple[str, Settings]]]:
    """Name and settings of each."""
    plain = Settings(
        store=options.store,
        model_seconds=options.seconds,
        model_source_tokens=options.source_tokens,
        model_tokens=options.tokens,
    )
    chosen = [(PLAIN, plain)]
    for name in options.model:
        chosen.append((Path(name).name, replace(plain, model=name)))
    if not options.evil:
        yield chosen
        return
    with serving(evil) as server:
        about = replace(plain, model="openai:evil", model_url=server.url)
        yield [*chosen, ("a server that obeys and invents", about)]
        print(f"{len(server.received)} questions reached the evil server.")


def main() -> int:
    """Print the tables; 1 where something invented was shown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--model", action="append", default=[], metavar="PROVIDER:NAME")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--source-tokens", type=int, default=1_500)
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--evil", action="store_true")
    options = parser.parse_args()
    lines = options.questions.read_text("utf-8").splitlines()
    tasks = [
        read_task(json.loads(line), f"{options.questions}, line {number}", turns_of)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ][:: options.every]
    least = 0.0 if options.evil else MIN_CONFIDENCE
    rows: list[list[str]] = []
    wrong: list[str] = []
    retriever = build_retriever(Settings(store=options.store))
    with models(options) as chosen:
        for name, settings in chosen:
            assistant = build_assistant(settings, retriever)
            assistant.prepare()
            for language, row in sorted(ask_all(assistant, tasks, least).items()):
                rows.append([name, language, *row.cells])
                for one in row.judged if options.evil else ():
                    assert one.answer.status is not Status.ERROR_STORE
                    wrong += invented(one.answer, retriever)
    heads = ["model", "language", "questions with an answer", "fully right", "asked of the model"]
    heads += ["answers it worded", "its sentences", "seconds (median)"]
    print(machine(["xllamacpp", "langchain"]))
    print(table(heads, rows))
    for text in wrong:
        print(f"INVENTED: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
