"""Every quoted span stands on its page, word for word, and no condition is cut off it.

The questions are those of the training sites, half of them Arabic, dialect among them. Run the
whole with `pytest -m slow -s tests/evals/test_quotes.py`; a few run always.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.build import build_assistant
from assistant.citations import CitationList
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.types import Citation
from ingest.chunk import chunk_page
from ingest.sentences import sentence_spans
from ingest.types import Page
from tests.builders import page, passage_of
from tests.places import PRODUCT

SITES = PRODUCT / "assistant" / "training" / "sites"
CONDITIONS = (
    "unless", "except", "however", "but ", "only if", "provided", "otherwise", "إلا", "بشرط",
    "ما لم", "باستثناء", "غير أن", "لكن", "ولكن",
)  # fmt: skip


def site_of(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SITES / name / "pages.jsonl").open(encoding="utf-8")]


def quotes(tmp_path: Path, site: str, every: int) -> Iterator[tuple[Citation, Page, list[str]]]:
    """Each citation of the answers to every so-manieth question, its page as it was given, and
    all that is quoted beside it."""
    settings = Settings(store=tmp_path / site)
    Maintainer(settings, load_profile(settings.profile)).ingest([str(SITES / site / "pages.jsonl")])
    pages = {row["url"]: page(row["text"], url=row["url"]) for row in site_of(site)}
    assistant = build_assistant(settings)
    lines = (SITES / site / "questions.jsonl").read_text("utf-8").splitlines()
    for row in [json.loads(line) for line in lines][::every]:
        answer = assistant.ask(row["question"], min_confidence=0)
        said = [c.quote for c in answer.citations]
        for citation in answer.citations:
            yield citation, pages[citation.url], said


def followed_by_condition(citation: Citation, stored: Page) -> str:
    """The sentence right after a quote, where it begins with a condition on it."""
    after = stored.text[citation.end :]
    if after[:2] == "\n\n":
        return ""
    span = next(iter(sentence_spans(after)), None)
    text = span.of(after) if span else ""
    return text if text.casefold().startswith(CONDITIONS) else ""


def check(found: Sequence[tuple[Citation, Page, list[str]]]) -> Counter[str]:
    """What holds of the quotes, counted."""
    counts: Counter[str] = Counter()
    for citation, stored, said in found:
        counts["spans"] += 1
        counts["verbatim"] += stored.text[citation.start : citation.end] == citation.quote
        condition = followed_by_condition(citation, stored)
        if condition:
            counts["conditions"] += 1
            counts["conditions kept"] += any(condition in s or s in condition for s in said)
    return counts


def test_the_quotes_of_a_few_answers_stand_on_their_pages(tmp_path: Path) -> None:
    counts = check(list(quotes(tmp_path, "harbour", 10)))

    assert counts["spans"] >= 20
    assert counts["verbatim"] == counts["spans"]


@pytest.mark.slow
def test_every_quote_stands_on_its_page(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for site in sorted(p.name for p in SITES.iterdir() if p.is_dir()):
        counts += check(list(quotes(tmp_path, site, 1)))
    print(dict(counts))

    assert counts["verbatim"] == counts["spans"] >= 1_000
    assert counts["conditions kept"] == counts["conditions"]


def test_no_chunk_is_cited_from_a_page_that_differs_by_one_letter() -> None:
    chance, refused, tried = random.Random(2), 0, 0
    for row in (*site_of("harbour"), *site_of("lantern")):
        stored = page(row["text"], url=row["url"])
        for chunk in chunk_page(stored)[:2]:
            passage = passage_of(chunk)
            sentence = chance.choice(passage.sentences)
            at = chance.randrange(sentence.start, sentence.end)
            other = "x" if stored.text[at] != "x" else "y"
            altered = replace(stored, text=stored.text[:at] + other + stored.text[at + 1 :])
            tried += 1
            try:
                CitationList({stored.url: altered}.__getitem__).cite(passage, sentence)
            except ValueError:
                refused += 1

    assert refused == tried >= 100
