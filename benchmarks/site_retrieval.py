"""How well answering pages are found on sites of two languages, by what the other one gains.

`python -m benchmarks.site_retrieval`: the sites of `assistant/training/sites` (pages in English and
Arabic, many in one of the two only) are ingested into temporary stores; each question that the site
answers is searched as the product searches. Printed: R@1 / R@5 / R@10 in percent of questions, for
questions answered in their own language and for those answered in the other one only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from unittest import mock

from assistant.build import build_assistant
from assistant.documents import turns_of
from assistant.evaluate import read_task
from assistant.lexicon import expansion
from assistant.settings import Settings
from assistant.training.sentence_scorer import SITES
from benchmarks.report import table
from vectorstore import fusion
from vectorstore.fusion import Recipe
from vectorstore.retriever import Searcher

DEPTHS = (1, 5, 10)
OFFSETS = (-0.5, 0.0, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is searched for.

    Attributes:
        group: "en" or "ar", or "en in ar" where only Arabic pages answer it.
    """

    text: str
    urls: frozenset[str]
    searcher: Searcher
    group: str


def gather(work: Path) -> Iterator[Asked]:
    """Every question that a site answers."""
    for site in sorted(path for path in SITES.iterdir() if path.is_dir()):
        store = work / site.name
        command = [sys.executable, "-m", "assistant", "ingest", str(site / "pages.jsonl")]
        subprocess.run([*command, "--store", str(store)], check=False, capture_output=True)
        assistant = build_assistant(Settings(store=store))
        searcher = assistant.retriever.session()
        assert isinstance(searcher, Searcher)
        outline = searcher.outline()
        for number, line in enumerate((site / "questions.jsonl").read_text("utf-8").splitlines()):
            task = read_task(json.loads(line), f"{site.name}, line {number + 1}", turns_of)
            if task.expect != "answer":
                continue
            question = assistant.understand(task.question, task.history, searcher)
            languages = {outline[url].language for url in task.urls if url in outline}
            own = question.language in languages or not languages
            group = question.language if own else f"{question.language} in {min(languages)}"
            yield Asked(question.text, frozenset(task.urls), searcher, group)


def recall(asked: list[Asked]) -> dict[str, str]:
    """R@1 / R@5 / R@10 per group."""
    found: dict[str, list[list[bool]]] = defaultdict(list)
    for one in asked:
        passages = one.searcher.search(one.text, max(DEPTHS), also=expansion(one.text)).passages
        urls = [passage.chunk.url for passage in passages]
        found[one.group].append([bool(one.urls.intersection(urls[:k])) for k in DEPTHS])
    return {
        group: " / ".join(f"{100 * mean(column):.1f}" for column in zip(*rows, strict=True))
        for group, rows in found.items()
    }


def main() -> None:
    """Ingest, search with each offset, print."""
    with tempfile.TemporaryDirectory() as folder:
        asked = list(gather(Path(folder)))
        groups = sorted({one.group for one in asked})
        counts = [str(sum(one.group == group for one in asked)) for group in groups]
        rows = [["questions", *counts]]
        shipped = recall(asked)
        rows.append(["shipped", *(shipped[group] for group in groups)])
        for name in ("ENGLISH_TO_OTHER", "ARABIC_TO_OTHER"):
            recipe: Recipe = getattr(fusion, name)
            for offset in OFFSETS:
                with mock.patch.object(fusion, name, Recipe(recipe.weights, offset)):
                    told = recall(asked)
                rows.append([f"{name} {offset:+g}", *(told[group] for group in groups)])
    print(table(["offset", *groups], rows))


if __name__ == "__main__":
    main()
