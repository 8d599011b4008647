"""The quality gate: search and answers on pages and questions of our own, with pinned floors.

The pages are a small site in the manner of the real one (tests/data/site, our wording); the
questions were written for this file from the pages, half of them Arabic. Floors stand a little
below what was measured when they were last raised, so that a change which costs quality fails
here; the figures themselves are printed with `pytest -s tests/evals`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.build import build_assistant, build_retriever
from assistant.maintain import Maintainer
from assistant.pipeline import Assistant
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.types import Answer, Kind, Status
from ingest.language import detect_language
from vectorstore.analysis import fold
from vectorstore.retriever import HybridRetriever

SITE = Path(__file__).parent.parent / "data/site"
QUESTIONS = [
    json.loads(line)
    for line in Path(__file__).with_name("site_questions.jsonl").read_text("utf-8").splitlines()
]
ANSWERABLE = [q for q in QUESTIONS if q["gold_urls"]]
UNANSWERABLE = [q for q in QUESTIONS if not q["gold_urls"]]

FLOORS = {
    "same_language_r1": 0.80,
    "same_language_r5": 0.95,
    "across_languages_r5": 0.75,
    "fact_quoted_en": 0.75,
    "fact_quoted_ar": 0.75,
    "unanswerable_refused": 0.75,
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(store=tmp_path_factory.mktemp("quality") / "store")
    Maintainer(settings, load_profile(settings.profile)).ingest([str(SITE)])
    return settings


@pytest.fixture(scope="module")
def retriever(settings: Settings) -> HybridRetriever:
    return build_retriever(settings)


@pytest.fixture(scope="module")
def assistant(settings: Settings) -> Assistant:
    return build_assistant(settings)


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> list[tuple[dict[str, Any], Answer]]:
    return [(q, assistant.ask(q["question"], min_confidence=0)) for q in ANSWERABLE]


def hold(figures: dict[str, float]) -> None:
    print({name: round(value, 3) for name, value in figures.items()})
    short = {name: value for name, value in figures.items() if value < FLOORS[name]}
    assert not short, f"below the floor: {short}"


def test_search_finds_the_page_that_answers(retriever: HybridRetriever) -> None:
    hits: defaultdict[str, list[bool]] = defaultdict(list)
    for question in ANSWERABLE:
        passages = retriever.search(question["question"], 10).passages
        pages = list(dict.fromkeys(urlsplit(p.chunk.url).path for p in passages))
        [gold] = question["gold_urls"]
        arabic_page = gold.startswith("/ar/") or gold.endswith("-ar.pdf")
        same = (question["lang"] == "ar") == arabic_page
        if same:
            hits["same_language_r1"].append(gold in pages[:1])
            hits["same_language_r5"].append(gold in pages[:5])
        else:
            hits["across_languages_r5"].append(gold in pages[:5])

    hold({name: sum(found) / len(found) for name, found in hits.items()})


def test_the_quotes_hold_the_fact(answers: list[tuple[dict[str, Any], Answer]]) -> None:
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for question, answer in answers:
        said = fold(" ".join(s.text for s in answer.sentences if s.kind is Kind.QUOTE))
        right[f"fact_quoted_{question['lang']}"].append(
            all(fold(fact) in said for fact in question["gold_facts"])
        )

    hold({name: sum(found) / len(found) for name, found in right.items()})


def test_every_quote_stands_on_its_page_to_the_letter(
    answers: list[tuple[dict[str, Any], Answer]], retriever: HybridRetriever
) -> None:
    session = retriever.session()
    citations = [citation for _, answer in answers for citation in answer.citations]

    assert len(citations) >= len(answers)
    assert all(session.page(c.url).text[c.start : c.end] == c.quote and c.quote for c in citations)


def test_what_the_pages_do_not_say_is_refused_in_the_askers_language(assistant: Assistant) -> None:
    refusals = [assistant.ask(question["question"]) for question in UNANSWERABLE]

    refused = [answer.status is not Status.ANSWERED for answer in refusals]
    hold({"unanswerable_refused": sum(refused) / len(refused)})
    for question, answer in zip(UNANSWERABLE, refusals, strict=True):
        if answer.status is not Status.ANSWERED:
            assert detect_language(answer.sentences[0].text) == question["lang"]
            assert answer.citations == ()


# What anybody asks first. Its words hardly occur on the pages that answer it.
OF_THE_ORGANISATION = [
    ("What is IOM?", "United Nations system"),
    ("What does IOM do in Egypt?", "Counter-trafficking"),
    ("What is the mission of IOM Egypt?", "humane and orderly"),
    ("What are IOM's goals in Egypt?", "The mission's overall aim is"),
    ("When did IOM start working in Egypt?", "1991"),
    ("ما هي المنظمة الدولية للهجرة؟", "منظومة الأمم المتحدة"),
    ("ماذا تفعل المنظمة الدولية للهجرة في مصر؟", "مكافحة الاتجار بالبشر"),
    ("ما أهداف المنظمة الدولية للهجرة في مصر؟", "أما الهدف العام"),
    ("منذ متى تعمل المنظمة في مصر؟", "1991"),
    ("Where is your office?", "47C Abu El Feda Street"),
    ("Who is the chief of mission now?", "Carlos Oliver Cruz"),
    ("phone number", "+20 2 2736 5140"),
    ("فين مكتبكم؟", "شارع أبو الفدا"),
    ("مين رئيس البعثة دلوقتي؟", "كارلوس أوليفر كروز"),
    ("رقم التليفون", "+20 2 2736 5140"),
]


@pytest.mark.parametrize(("question", "fact"), OF_THE_ORGANISATION)
def test_the_organisation_itself_is_told_from_the_pages_about_it(
    assistant: Assistant, question: str, fact: str
) -> None:
    answer = assistant.ask(question)

    assert answer.status is Status.ANSWERED
    assert fact in answer.text
    assert not {"/resources/key-migration-terms"} & {urlsplit(c.url).path for c in answer.citations}


def test_every_example_is_answered_from_the_starter_pages(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store")
    profile = load_profile(settings.profile)
    Maintainer(settings, profile).fill_with_starter_pages()
    newcomer = build_assistant(settings)

    for language, questions in profile.examples.items():
        for question in questions:
            answer = newcomer.ask(question)
            assert answer.status is Status.ANSWERED, question
            assert {citation.language for citation in answer.citations} == {language}, question


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "What is the difference between trafficking in persons and the smuggling of migrants?",
            ("exploitation", "border"),
        ),
        ("How is a refugee different from an asylum seeker?", ("persecution", "waiting")),
        ("ما الفرق بين الاتجار بالبشر وتهريب المهاجرين؟", ("exploitation", "border")),
        ("ما الفرق بين اللاجئ وطالب اللجوء؟", ("persecution", "waiting")),
    ],
)
def test_two_terms_of_one_glossary_are_told_apart(
    assistant: Assistant, question: str, said: tuple[str, str]
) -> None:
    answer = assistant.ask(question)

    assert answer.status is Status.ANSWERED
    assert all(word in answer.text for word in said)


@pytest.mark.parametrize(
    "question", ["Can IOM send me back by force?", "Does IOM return people against their will?"]
)
def test_a_glossary_does_not_answer_for_the_page_of_the_service(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    first = answer.citations[0]

    assert answer.status is Status.ANSWERED
    assert not first.url.endswith("/key-migration-terms")
