"""The store of questions: off by default, redacted, overwritten when its days are over."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.privacy.questions import QuestionStore, questions_path
from assistant.types import Answer, Contact, Status

LINE = Contact({"en": "a line"}, "phone", "16000", "a page", date(2022, 8, 2))


def answer(question: str, status: Status = Status.ANSWERED, **more: object) -> Answer:
    return Answer(question, question, "en", status, **more)  # type: ignore[arg-type]


class Days:
    def __init__(self) -> None:
        self.today = date(2026, 11, 1)

    def __call__(self) -> date:
        return self.today


def test_a_question_is_kept_redacted_for_its_days_and_then_overwritten(tmp_path: Path) -> None:
    path, days = tmp_path / "questions.sqlite", Days()
    store = QuestionStore(path, 7, days)
    store.keep(answer("Where is my unmistakable file, I am on 01000000000?"))

    [kept] = store.read()
    assert kept.question == "Where is my unmistakable file, I am on ‹number›?"
    assert kept.day == date(2026, 11, 1)
    days.today = date(2026, 11, 8)
    assert len(store.read()) == 1

    days.today = date(2026, 11, 9)
    store.delete_old()

    assert store.count() == 0
    left = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"unmistakable" not in left


@pytest.mark.parametrize("days", [1, 7, 30])
def test_day_by_day_what_is_past_its_days_stands_nowhere_in_any_file(
    tmp_path: Path, days: int
) -> None:
    """Also in pages of the file that are free or were written anew: many come and go."""
    path, clock = tmp_path / "questions.sqlite", Days()
    store = QuestionStore(path, days, clock)
    long = "a long question about papers and what to do with them " * 8
    asked = [date(2026, 11, 1) + timedelta(days=number) for number in range(days + 5)]
    for today in asked:
        clock.today = today
        for number in range(4):
            store.keep(answer(f"on {_word(today)} {long if number % 2 else ''}"))
        store.delete_old()
        left = b"".join(each.read_bytes() for each in tmp_path.iterdir())
        stands = [day for day in asked if _word(day).encode() in left]
        assert stands == [day for day in asked if 0 <= (today - day).days <= days]


def _word(day: date) -> str:
    """A word that says a day and holds no number that would be taken out."""
    return f"unmistakable{chr(ord('a') + day.month)}{chr(ord('a') + day.day - 1)}zz"


def test_of_people_in_danger_nothing_is_kept(tmp_path: Path) -> None:
    store = QuestionStore(tmp_path / "q.sqlite", 7)

    store.keep(answer("help me", Status.REFERRAL))
    store.keep(answer("what is trafficking", contacts=(LINE,)))

    assert store.count() == 0


def test_a_question_handed_in_with_a_verdict_is_redacted_and_leaves_after_thirty_days(
    tmp_path: Path,
) -> None:
    path, days = tmp_path / "questions.sqlite", Days()
    store = QuestionStore(path, 0, days)
    store.keep_handed(answer("Why unmistakable? Call 01000000000"), "incomplete")
    store.keep_handed(answer("help me", Status.REFERRAL), "wrong")
    store.keep_handed(answer("what is trafficking", contacts=(LINE,)), "wrong")

    [kept] = store.read()
    assert kept.question == "Why unmistakable? Call ‹number›"
    assert (kept.disliked, kept.reason) == (True, "incomplete")
    days.today = date(2026, 12, 1)
    assert len(store.read()) == 1

    days.today = date(2026, 12, 2)
    store.delete_old()

    assert store.count() == 0
    left = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"unmistakable" not in left


def test_forgetting_takes_what_was_handed_in_as_well(tmp_path: Path) -> None:
    store = QuestionStore(tmp_path / "q.sqlite", 7)
    store.keep(answer("one"))
    store.keep_handed(answer("two"), "")
    assert store.count() == 2

    store.forget()

    assert store.count() == 0


def test_reading_is_recorded(tmp_path: Path) -> None:
    store = QuestionStore(tmp_path / "q.sqlite", 7)
    store.keep(answer("one"))
    store.keep(answer("two"))
    before = datetime.now(UTC).isoformat(timespec="seconds")

    assert [kept.question for kept in store.read()] == ["one", "two"]

    [(moment, count)] = store.readings()
    assert count == 2
    assert moment >= before


def test_the_command_shows_and_forgets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_KEEP_QUESTIONS_DAYS", "7")
    QuestionStore(questions_path(tmp_path), 7).keep(answer("an unmistakable one"))
    command = ["privacy", "--store", str(tmp_path), "--json"]

    assert main([*command, "--questions"]) == 0
    assert [q["question"] for q in json.loads(capsys.readouterr().out)["questions"]] == [
        "an unmistakable one"
    ]
    assert main([*command, "--forget"]) == 0
    said = json.loads(capsys.readouterr().out)["kept"]
    assert "0 kept" in {each["now"] for each in said}
    assert b"unmistakable" not in questions_path(tmp_path).read_bytes()


def test_nothing_is_kept_unless_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "--questions", "--store", str(tmp_path)]) == 0

    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("days", ["31", "-1", "a week", "1.5"])
def test_days_are_a_few(
    tmp_path: Path,
    days: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSISTANT_KEEP_QUESTIONS_DAYS", days)

    assert main(["privacy", "--store", str(tmp_path)]) == 2
    assert "ASSISTANT_KEEP_QUESTIONS_DAYS" in capsys.readouterr().err
