"""The commands that ask the pages: search, ask, check, evaluate."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.commands import Command
from assistant.commands.exits import EXIT_DONE, EXIT_SOME_FAILED
from assistant.commands.given import (
    batch_rows,
    day,
    history_of,
    json_object,
    positive,
    query_arguments,
    read_text,
    settings_of,
    share,
)
from assistant.commands.printed import print_json, write_batch
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.types import Verdict


def add_commands(command: Command) -> None:
    """Add the commands to a parser."""
    made = command("search", _search, "Find passages.")
    query_arguments(made, "query", "QUERY")
    made.add_argument("-k", type=positive, default=10, metavar="N", help="how many (default 10)")
    made.add_argument("--language", metavar="L", help="only pages in this language (en, ar)")
    made.add_argument("--since", type=day, metavar="DATE", help="only pages from this day on")
    made.add_argument("--until", type=day, metavar="DATE", help="only pages up to this day")

    made = command("ask", _ask, "Ask a question.")
    query_arguments(made, "question", "QUESTION")
    made.add_argument("--history", type=Path, metavar="FILE", help="JSON list of earlier messages")
    made.add_argument("--model", metavar="M", help="let a language model word it: provider:name")
    made.add_argument("--min-confidence", type=share, metavar="X", help="0 to 1; 0 = never refuse")

    made = command("check", _check, "Check a claim against the pages.")
    query_arguments(made, "claim", "CLAIM")

    made = command("evaluate", _evaluate, "Answer a question file and print the quality table.")
    made.add_argument("questions", type=Path, metavar="FILE", help="JSON Lines of questions")
    made.add_argument("--report", type=Path, metavar="FILE", help="write FILE.json and FILE.html")
    made.add_argument("--model", metavar="M", help="let a language model word it: provider:name")
    made.add_argument("--floor", type=share, metavar="X", help="exit 3 where fewer are good")


def _search(options: argparse.Namespace) -> int:
    from assistant.build import build_retriever
    from assistant.documents import search_document
    from vectorstore.types import SearchFilter

    held_to = SearchFilter(options.language, options.since, options.until)
    rows = batch_rows(options, "query")
    retriever = build_retriever(settings_of(options))
    if rows is not None:
        write_batch(
            options.out,
            (
                {
                    "id": row["id"],
                    **search_document(retriever.search(row["query"], options.k, held_to)),
                }
                for row in rows
            ),
        )
        return EXIT_DONE
    result = retriever.search(options.query, options.k, held_to)
    if options.json:
        print_json(search_document(result))
        return EXIT_DONE
    for number, passage in enumerate(result.passages, start=1):
        chunk = passage.chunk
        print(f"{number:2}. {chunk.title}  ({passage.score:.2f})")
        print(f"    {chunk.url}")
        print(f"    {' '.join(chunk.text.split())[:240]}")
    return EXIT_DONE


def _ask(options: argparse.Namespace) -> int:
    from assistant.build import build_assistant
    from assistant.documents import answer_document, turns_of
    from assistant.pipeline import MIN_CONFIDENCE
    from assistant.terminal import render

    least = MIN_CONFIDENCE if options.min_confidence is None else options.min_confidence
    rows = batch_rows(options, "question")
    history = history_of(options.history)
    settings = settings_of(options)
    if options.model is not None:
        settings = replace(settings, model=options.model)
    assistant = build_assistant(settings)
    assistant.prepare()
    if rows is not None:
        write_batch(
            options.out,
            (
                {
                    "id": row["id"],
                    **answer_document(
                        assistant.ask(
                            row["question"], turns_of(row.get("history", ())), min_confidence=least
                        )
                    ),
                }
                for row in rows
            ),
        )
        return EXIT_DONE
    answer = assistant.ask(options.question, history, min_confidence=least)
    if options.json:
        print_json(answer_document(answer))
    else:
        print(render(answer))
    return EXIT_DONE


def _check(options: argparse.Namespace) -> int:
    from assistant.build import build_fact_checker
    from assistant.documents import verdict_document
    from assistant.terminal import render_verdict

    rows = batch_rows(options, "claim")
    checker = build_fact_checker(settings_of(options))

    def checked(row: Mapping[str, Any]) -> Verdict:
        try:
            return checker.check(row["claim"])
        except InputError as error:
            raise InputError(f"{options.batch}, id {row['id']}: {error}") from error

    if rows is not None:
        write_batch(
            options.out,
            ({"id": row["id"], **verdict_document(checked(row))} for row in rows),
        )
        return EXIT_DONE
    verdict = checker.check(options.claim)
    if options.json:
        print_json(verdict_document(verdict))
    else:
        print(render_verdict(verdict))
    return EXIT_DONE


def _evaluate(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from assistant import evaluation_report as report
    from assistant.build import build_assistant
    from assistant.documents import turns_of
    from assistant.evaluate import evaluate, read_task, tallies

    tasks = []
    for number, line in enumerate(read_text(options.questions).split("\n"), start=1):
        if line.strip():
            where = f"{options.questions}, line {number}"
            tasks.append(read_task(json_object(line, where), where, turns_of))
    if not tasks:
        raise InputError(f"{options.questions} holds no questions.")
    settings = settings_of(options)
    if options.model is not None:
        settings = replace(settings, model=options.model)
    assistant = build_assistant(settings)
    assistant.prepare()
    with tqdm(total=len(tasks), unit=" questions", disable=not sys.stderr.isatty()) as bar:
        judged = evaluate(tasks, assistant.ask, progress=lambda done: bar.update(done - bar.n))
    if options.json:
        print_json(report.document(judged))
    else:
        print(report.table(judged))
    if options.report:
        written = json.dumps(report.document(judged), ensure_ascii=False, indent=1)
        options.report.with_suffix(".json").write_text(written, "utf-8")
        page = report.page(judged, options.questions.name)
        options.report.with_suffix(".html").write_text(page, "utf-8")
    if options.floor is not None and tallies(judged)["all"].good < options.floor:
        print(f"assistant: fewer than {options.floor:.0%} ended as they should.", file=sys.stderr)
        return EXIT_SOME_FAILED
    return EXIT_DONE
