from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.build import build_guards
from assistant.extract import Extraction, extract
from assistant.guards.shape import MAX_QUESTION_CHARS
from assistant.pipeline import Assistant
from assistant.profile import load_profile
from assistant.question import Question, read_question
from assistant.quote import Chosen
from assistant.rephrase import rephrase
from assistant.terminal import render
from assistant.types import Answer, Kind, Status, Turn
from assistant.wording import Speller
from ingest.types import Page
from tests.builders import WordsEmbedder, page, published
from vectorstore.published import ChosenVersion
from vectorstore.retriever import HybridRetriever
from vectorstore.types import Passage

PROFILE = load_profile("iom_egypt")
CAIRO = page("The office in Cairo opened in 1991. It has a clinic.", title="Cairo")
RABAT = page(
    "The roundtable met in Rabat. Five people spoke.", url="https://example.org/b", title="Rabat"
)


def assistant(
    store: Path, *pages: Page, confidence: float | None = None, support_from: int = 9
) -> Assistant:
    """An assistant over these pages; with a confidence, it quotes the best passage's sentences.

    From the place `support_from` they only support.
    """

    def first_passage(question: Question, passages: Sequence[Passage]) -> Extraction:
        best = passages[0]
        chosen = tuple(
            Chosen(best, sentence, 1.0, supporting=place >= support_from)
            for place, sentence in enumerate(best.sentences)
        )
        return Extraction(chosen, confidence or 0.0)

    encoder = WordsEmbedder()
    retriever = HybridRetriever(published(store, *pages, embedder=encoder), encoder)
    chosen = extract if confidence is None else first_passage
    return Assistant(PROFILE, retriever, read_question, chosen, build_guards(), rephrase)


def test_an_answer_is_made_of_quotes_with_their_places(tmp_path: Path) -> None:
    answer = assistant(tmp_path, CAIRO, RABAT, confidence=0.9).ask("Where did the roundtable meet?")

    assert answer.status is Status.ANSWERED
    assert [(s.text, s.kind, s.citations) for s in answer.sentences] == [
        ("The roundtable met in Rabat.", Kind.QUOTE, (1,)),
        ("Five people spoke.", Kind.QUOTE, (2,)),
    ]
    assert answer.text == "The roundtable met in Rabat. [1] Five people spoke. [2]"
    assert all(RABAT.text[c.start : c.end] == c.quote for c in answer.citations)
    assert answer.index_version == 1
    assert answer.language == "en"
    assert answer.passages[0].url == RABAT.url
    assert answer.timings["total"] > 0


def test_weak_evidence_is_not_shown_but_the_nearest_pages_are(tmp_path: Path) -> None:
    doubtful = assistant(tmp_path, CAIRO, RABAT, confidence=0.3)

    refused = doubtful.ask("Who won the match?", min_confidence=0.31)
    shown = doubtful.ask("Who won the match?", min_confidence=0.3)

    assert refused.status is Status.UNANSWERABLE_WEAK_EVIDENCE
    assert refused.citations == ()
    assert [s.kind for s in refused.sentences] == [Kind.NOTICE, Kind.NOTICE]
    assert refused.sentences[0].text == PROFILE.texts("en")["not_found"]
    assert {s.url for s in refused.suggestions} == {CAIRO.url, RABAT.url}
    assert refused.confidence == shown.confidence == 0.3
    assert shown.status is Status.ANSWERED


def test_a_refusal_is_in_the_askers_language(tmp_path: Path) -> None:
    answer = assistant(tmp_path, CAIRO, confidence=0.1).ask("من فاز بالمباراة؟")

    assert answer.language == "ar"
    assert answer.sentences[0].text == PROFILE.texts("ar")["not_found"]


def test_evidence_in_the_other_language_is_announced_in_the_askers(tmp_path: Path) -> None:
    answer = assistant(tmp_path, CAIRO, confidence=0.9).ask("متى افتتح مكتب القاهرة؟")

    assert answer.sentences[0].kind is Kind.NOTICE
    assert answer.sentences[0].text == PROFILE.texts("ar")["evidence_in_other_language"]
    assert answer.sentences[1].text == "The office in Cairo opened in 1991."
    assert answer.citations[0].language == "en"


@pytest.mark.parametrize("question", ["When?", "متى؟", "the", "42", "?!a", "🙂 where"])
def test_a_question_without_a_word_to_look_for_is_still_a_question(
    tmp_path: Path, question: str
) -> None:
    for least in (0, 1):
        answer = assistant(tmp_path, CAIRO, RABAT).ask(question, min_confidence=least)

        assert answer.status in (Status.ANSWERED, Status.UNANSWERABLE_WEAK_EVIDENCE)


@pytest.mark.parametrize("question", ["", "   \n", "؟!...", "\u200b\u200f", "\x00\ud800"])
def test_a_question_without_words_is_stopped_before_any_search(
    tmp_path: Path, question: str
) -> None:
    answer = assistant(tmp_path, CAIRO, confidence=0.9).ask(question)

    assert answer.status is Status.BLOCKED_EMPTY_QUESTION
    assert answer.index_version is None
    assert answer.citations == ()


def test_two_thousand_characters_are_a_question_and_one_more_is_not(tmp_path: Path) -> None:
    ready = assistant(tmp_path, CAIRO, confidence=0.9)

    longest = ready.ask("a" * MAX_QUESTION_CHARS)
    too_long = ready.ask("a" * (MAX_QUESTION_CHARS + 1))
    huge = ready.ask("كلمة " * 400_000)

    assert longest.status is Status.ANSWERED
    assert too_long.status is huge.status is Status.BLOCKED_LONG_QUESTION
    assert huge.language == "ar"
    assert len(huge.question) <= MAX_QUESTION_CHARS


def test_stream_gives_each_sentence_with_its_citations_and_then_the_answer(tmp_path: Path) -> None:
    *sentences, last = assistant(tmp_path, CAIRO, confidence=0.9).stream("When did it open?")

    assert last.answer is not None
    assert [event.sentence for event in sentences] == list(last.answer.sentences)
    assert [[c.number for c in event.citations] for event in sentences] == [[1], [2]]


def test_ask_and_stream_say_the_same(tmp_path: Path) -> None:
    ready = assistant(tmp_path, CAIRO, RABAT)

    def said(answer: Answer | None) -> tuple[str, Status, float]:
        assert answer is not None
        return answer.text, answer.status, answer.confidence

    question = "When did the office in Cairo open?"
    assert said(ready.ask(question)) == said(list(ready.stream(question))[-1].answer)


def test_the_shipped_extraction_answers_from_the_page_that_says_it(tmp_path: Path) -> None:
    answer = assistant(tmp_path, CAIRO, RABAT).ask(
        "When did the office in Cairo open?", [Turn("Hello", "Hello.")], min_confidence=0
    )

    assert answer.citations[0].quote == "The office in Cairo opened in 1991."


def test_the_next_questions_are_headings_of_the_quoted_page(tmp_path: Path) -> None:
    service = page(
        "The unit helps people who want to go home.\n\n## Is it free?\n\nYes, it costs nothing.\n\n"
        "## How long does it take?\n\nAbout five weeks.",
        title="Going home",
    )
    answer = assistant(tmp_path, service, confidence=0.9).ask("Is it free?")

    asked = {s.text: s.question for s in answer.suggestions}
    assert asked.get("How long does it take?") == "How long does it take? – Going home"
    assert "Is it free?" not in asked


def test_a_quote_without_a_year_is_told_with_the_day_of_its_page(tmp_path: Path) -> None:
    dated = page("The roundtable met on 16-18 May.", published=date(2023, 5, 22))
    undated = assistant(tmp_path / "a", page(dated.text), confidence=0.9)
    known = assistant(tmp_path / "b", dated, confidence=0.9)

    assert known.ask("When did the roundtable meet?").sentences[-1].text == (
        "The page quoted is dated 22 May 2023."
    )
    assert known.ask("Who met in May?").sentences[-1].kind is Kind.QUOTE
    assert undated.ask("When did the roundtable meet?").sentences[-1].kind is Kind.QUOTE


def test_notices_of_an_answer_stand_before_what_only_supports_it(tmp_path: Path) -> None:
    rabat = replace(RABAT, published=date(2023, 5, 22))
    asking = assistant(tmp_path, CAIRO, rabat, confidence=0.9, support_from=1)

    answer = asking.ask("When did the roundtable on trafficking meet, what does the law say?")

    assert [(s.kind, s.supporting) for s in answer.sentences] == [
        (Kind.QUOTE, False),
        (Kind.NOTICE, False),  # the day of the page
        (Kind.NOTICE, False),  # the lines for such matters
        (Kind.QUOTE, True),
    ]
    assert render(answer).startswith(f"{answer.sentences[0].text} [1] ")
    assert f"\n\n{answer.sentences[3].text} [2]\n\n[1] " in render(answer)


def test_last_year_is_searched_for_by_its_number(tmp_path: Path) -> None:
    answer = assistant(tmp_path, CAIRO, confidence=0.9).ask("What happened last year in Cairo?")

    assert answer.query == f"What happened last year in Cairo – {date.today().year - 1}?"


def test_two_versions_asked_by_turns_are_each_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, chosen = WordsEmbedder(), ChosenVersion()
    versions = [
        published(tmp_path / p.title, p, embedder=encoder).current() for p in (CAIRO, RABAT)
    ]
    retriever = HybridRetriever(chosen, encoder)
    two = Assistant(PROFILE, retriever, read_question, extract, build_guards(), rephrase)
    looked: list[Mapping[str, int]] = []

    def speller(vocabulary: Mapping[str, int]) -> Speller:
        looked.append(vocabulary)
        return Speller(vocabulary)

    monkeypatch.setattr("assistant.pipeline.Speller", speller)
    queries = []
    for _ in range(2):
        for chosen.version in versions:
            queries.append(two.ask("Who spoke at the roundtabel?").query)

    assert [version.number for version in versions] == [1, 1]  # of two stores, as in a dry run
    assert queries == ["Who spoke at the roundtabel?", "Who spoke at the roundtable?"] * 2
    assert len(looked) == 2
