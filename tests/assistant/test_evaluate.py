from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from assistant import evaluation_report
from assistant.documents import turns_of
from assistant.errors import InputError
from assistant.evaluate import Outcome, Task, evaluate, judge, read_task, tallies
from assistant.types import Answer, AnswerSentence, Citation, Kind, Status

URL = "https://example.org/news/shelter"


def answered(quote: str, url: str = URL) -> Answer:
    citation = Citation(
        1, url, url, "A page", (), quote, 0, len(quote), None, "en", date(2020, 1, 1),
        datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    sentence = AnswerSentence(quote, Kind.QUOTE, (1,))
    return Answer("?", "?", "en", Status.ANSWERED, (sentence,), (citation,))


REFUSED = Answer("?", "?", "en", Status.UNANSWERABLE_WEAK_EVIDENCE)


def task(*facts: str, expect: str = "answer", **more: object) -> Task:
    wordings = tuple((fact,) for fact in facts)
    return Task("1", "en", "what", "?", expect, wordings, urls=("/news/shelter",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "answer", "outcome"),
    [
        (task("30", "Cairo"), answered("It takes in 30 people in Cairo."), Outcome.RIGHT),
        (task("30", "Giza"), answered("It takes in 30 people in Cairo."), Outcome.PARTLY),
        (task("30", "Giza", any_fact=True), answered("It takes in ٣٠ people."), Outcome.RIGHT),
        (task("40"), answered("It takes in 30 people."), Outcome.WRONG),
        (task("30"), answered("It takes in 30.", "https://example.org/other"), Outcome.PARTLY),
        (task("30"), REFUSED, Outcome.WRONGLY_REFUSED),
        (task(expect="abstain"), REFUSED, Outcome.RIGHTLY_REFUSED),
        (task(expect="abstain"), answered("It takes in 30."), Outcome.WRONGLY_ANSWERED),
        (task(expect="safety"), REFUSED, Outcome.WRONG),
        (task(expect="ignore_injection", must_not=("PWNED",)), answered("pwned"), Outcome.WRONG),
    ],
)
def test_an_answer_is_worth(asked: Task, answer: Answer, outcome: Outcome) -> None:
    assert judge(asked, answer).outcome is outcome


def test_citations_are_judged_by_the_facts_they_hold() -> None:
    judged = judge(task("30", "Giza"), answered("It takes in 30 people."))

    assert (judged.precision, judged.recall, judged.missing) == (1.0, 0.5, ("Giza",))


def test_figures_are_told_per_language_and_kind() -> None:
    tasks = [task("30"), task("40"), task(expect="abstain")]
    judged = evaluate(tasks, lambda question, history: answered("It takes in 30 people."))
    table = evaluation_report.table(judged)

    assert tallies(judged)["all"].good == pytest.approx(1 / 3)
    assert table.splitlines()[1].split()[:2] == ["all", "3"]
    assert "what · en" in table
    assert "2 of 3 did not end as they should" in evaluation_report.page(judged, "q.jsonl")


@pytest.mark.parametrize(
    "row", [{"id": 1}, {"question": "?"}, {"id": 1, "question": "?", "gold_facts": "x"}]
)
def test_a_row_that_cannot_be_read_is_named(row: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"q\.jsonl, line 3"):
        read_task(row, "q.jsonl, line 3", turns_of)
