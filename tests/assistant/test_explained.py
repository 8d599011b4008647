from __future__ import annotations

import pytest

from assistant.evidence import Evidence
from assistant.explained import explains_all
from assistant.extract import extract
from assistant.question import read_question
from ingest.chunk import chunk_page
from tests.builders import page, passage_of
from vectorstore.types import Passage

NAMED = "Migrants, refugees and asylum seekers are admitted to public schools in many cities."
GLOSSARY = """## Refugee (لاجئ)

A person who has fled his or her country and cannot go back.

## Asylum seeker (طالب لجوء)

A person who has asked for protection and waits for the answer."""
BESIDE = """## Refugee day

The day was marked in June.

## Help for an asylum seeker and his or her whole family

The team receives everybody."""
DEFINED = (
    "A refugee is a person who has fled his or her country. The office opened in June.\n\n"
    "- Asylum seeker: somebody whose request is still open."
)
APART = "An asylum seeker differs from a refugee in that the request is still open."
QUESTIONS = (
    "What is the difference between a refugee and an asylum seeker?",
    "ما الفرق بين اللاجئ وطالب اللجوء؟",
)


def passages(text: str) -> list[Passage]:
    about = page(text, url="https://example.org/page", title="Page")
    return [passage_of(chunk) for chunk in chunk_page(about)]


def explained(question: str, text: str) -> bool:
    evidence = Evidence(read_question(question), passages(text))
    return explains_all(evidence, range(len(evidence.candidates)))


@pytest.mark.parametrize("question", QUESTIONS)
def test_headings_that_are_the_terms_explain_them(question: str) -> None:
    assert explained(question, GLOSSARY)


CLAUSES = "Asylum seekers wait for the answer; a refugee has it."


@pytest.mark.parametrize("text", [DEFINED, APART, CLAUSES])
def test_sentences_that_say_what_terms_mean_or_how_they_differ_explain_them(text: str) -> None:
    assert explained(QUESTIONS[0], text)


@pytest.mark.parametrize("text", [NAMED, BESIDE, GLOSSARY.partition("## Asylum")[0] + NAMED])
def test_naming_both_terms_or_explaining_one_is_not_enough(text: str) -> None:
    assert not explained(QUESTIONS[0], text)


def test_a_term_may_be_named_by_what_tells_it_apart() -> None:
    told = """## Separated child

A child who is with a relative. An unaccompanied child, in contrast, has no adult relative near."""
    assert explained("How does an unaccompanied child differ from a separated one?", told)


def test_arabic_sentences_explain_terms_too() -> None:
    told = (
        "اللاجئ هو شخص هرب من بلده ولا يستطيع الرجوع إليه. طالب اللجوء هو من ينتظر الرد على طلبه."
    )
    assert explained(QUESTIONS[1], told)
    assert not explained(QUESTIONS[1], "يستقبل المكتب اللاجئ وطالب اللجوء كل يوم في مقره بالقاهرة.")


def test_a_difference_that_no_page_explains_is_not_answered() -> None:
    question = read_question(QUESTIONS[0])

    assert extract(question, passages(NAMED)).confidence < 0.5
    assert extract(question, passages(GLOSSARY)).confidence > 0.5
