from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.factcheck import MAX_CLAIM_CHARS, FactChecker
from assistant.types import Difference, Finding
from ingest.types import Page
from tests.builders import WordsEmbedder, page, published
from vectorstore.retriever import HybridRetriever

SHELTER = page(
    "The shelter can take in up to 30 victims. The Embassy of Denmark pays for it.",
    url="https://example.org/shelter",
    title="First shelter for victims of trafficking",
    published=date(2020, 11, 4),
)
HOTLINES = page(
    "Call one of the hotlines:\n\n"
    "- 16000 – National Council for Childhood and Motherhood\n"
    "- 15115 – National Council for Women\n",
    url="https://example.org/contact",
    title="Contact us",
)


def checker(store: Path, *pages: Page) -> FactChecker:
    encoder = WordsEmbedder()
    return FactChecker(HybridRetriever(published(store, *pages, embedder=encoder), encoder))


def test_a_claim_is_supported_by_the_exact_words_of_a_page(tmp_path: Path) -> None:
    verdict = checker(tmp_path, SHELTER, HOTLINES).check("The shelter takes in up to 30 victims.")

    assert verdict.verdict is Finding.SUPPORTED
    assert [c.quote for c in verdict.citations] == ["The shelter can take in up to 30 victims."]
    assert verdict.differences == ()
    assert all(SHELTER.text[c.start : c.end] == c.quote for c in verdict.citations)


def test_what_differs_is_named(tmp_path: Path) -> None:
    check = checker(tmp_path, SHELTER, HOTLINES).check

    more = check("The shelter can take in up to 300 victims.")
    donor = check("The Netherlands pays for the shelter.")

    assert (more.verdict, more.differences) == (
        Finding.CONTRADICTED,
        (Difference("number", "300", "30"),),
    )
    assert (donor.verdict, donor.differences) == (
        Finding.CONTRADICTED,
        (Difference("place", "Netherlands", "Denmark"),),
    )


def test_the_number_of_one_row_is_not_the_number_of_the_next(tmp_path: Path) -> None:
    check = checker(tmp_path, SHELTER, HOTLINES).check

    assert check("The hotline of the National Council for Women is 15115.").verdict is (
        Finding.SUPPORTED
    )
    assert check("The hotline of the National Council for Women is 16000.").verdict is (
        Finding.CONTRADICTED
    )


def test_what_no_page_speaks_of_is_not_found(tmp_path: Path) -> None:
    verdict = checker(tmp_path, SHELTER, HOTLINES).check("The office has a swimming pool.")

    assert (verdict.verdict, verdict.citations, verdict.differences) == (Finding.NOT_FOUND, (), ())


def test_a_paragraph_gets_a_verdict_per_sentence_and_the_worst_on_top(tmp_path: Path) -> None:
    verdict = checker(tmp_path, SHELTER, HOTLINES).check(
        "The shelter can take in up to 30 victims. The Netherlands pays for the shelter."
    )

    assert [v.verdict for v in verdict.sentences] == [Finding.SUPPORTED, Finding.CONTRADICTED]
    assert verdict.verdict is Finding.CONTRADICTED
    assert verdict.citations == verdict.sentences[1].citations


@pytest.mark.parametrize("claim", ["", " … ", "x" * (MAX_CLAIM_CHARS + 1)])
def test_nothing_and_too_much_are_refused(tmp_path: Path, claim: str) -> None:
    with pytest.raises(InputError):
        checker(tmp_path, SHELTER).check(claim)


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ("It is paid for by the Embassy of Denmark.", Finding.SUPPORTED),
        ("It is paid for by the Netherlands.", Finding.CONTRADICTED),
    ],
)
def test_it_is_what_the_sentence_before_speaks_of(
    tmp_path: Path, said: str, finding: Finding
) -> None:
    other = page(
        "The Kingdom of the Netherlands pays for the trainings.",
        url="https://example.org/trainings",
        title="Trainings",
    )
    check = checker(tmp_path, SHELTER, other).check

    verdict = check(f"The shelter can take in up to 30 victims. {said}")

    assert [v.verdict for v in verdict.sentences] == [Finding.SUPPORTED, finding]


def test_it_is_nothing_where_no_page_speaks_of_what_was_before(tmp_path: Path) -> None:
    verdict = checker(tmp_path, SHELTER).check(
        "A library was opened in Aswan by the mayor. It can take in up to 30 victims."
    )

    assert [v.verdict for v in verdict.sentences] == [Finding.NOT_FOUND, Finding.NOT_FOUND]
