"""Verdicts on answers, as they are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assistant.privacy.questions import QuestionStore
from assistant.types import Answer, Citation, Status
from assistant.votes import KEPT_DAYS, Vote, VoteStore
from ingest.errors import StoreError


def answer(status: Status = Status.ANSWERED) -> Answer:
    citations = tuple(
        Citation(n, url, url, "A page", (), "Words.", 0, 6, None, "en", None, datetime.now(UTC))
        for n, url in enumerate(["https://a.org/1", "https://a.org/2", "https://a.org/1"], 1)
    )
    return Answer("Where is my sister?", "sister", "en", status, (), citations, index_version=7)


def test_a_verdict_keeps_the_day_and_the_quoted_pages_but_no_word_of_the_question(
    tmp_path: Path,
) -> None:
    path = tmp_path / "votes.sqlite"
    store = VoteStore(path, today=lambda: date(2026, 11, 24))

    store.add(answer(), liked=False, reason="wrong")

    pages = ("https://a.org/1", "https://a.org/2")
    assert store.all() == [Vote(date(2026, 11, 24), "en", "answered", False, "wrong", 7, pages)]
    assert b"sister" not in path.read_bytes()


def test_a_question_is_kept_with_a_verdict_only_where_the_person_says_so(tmp_path: Path) -> None:
    questions = QuestionStore(tmp_path / "questions.sqlite", 0)
    store = VoteStore(tmp_path / "votes.sqlite", questions=questions)

    store.add(answer(), liked=False, reason="wrong")
    store.add(answer(), liked=True, with_question=True)
    assert questions.count() == 0
    store.add(answer(), liked=False, reason="wrong", with_question=True)

    [kept] = questions.read()
    assert (kept.question, kept.disliked, kept.reason) == ("Where is my sister?", True, "wrong")
    assert b"sister" not in (tmp_path / "votes.sqlite").read_bytes()


def test_nothing_is_kept_of_a_person_in_danger(tmp_path: Path) -> None:
    questions = QuestionStore(tmp_path / "questions.sqlite", 0)
    store = VoteStore(tmp_path / "votes.sqlite", questions=questions)

    store.add(answer(Status.REFERRAL), liked=True)
    store.add(answer(Status.REFERRAL), liked=False, with_question=True)

    assert store.all() == []
    assert questions.count() == 0


def test_verdicts_leave_after_their_days(tmp_path: Path) -> None:
    today = date(2026, 11, 24)
    store = VoteStore(tmp_path / "votes.sqlite", today=lambda: today)
    store.add(answer(), liked=True)

    today = date.fromordinal(today.toordinal() + KEPT_DAYS)
    store.add(answer(), liked=False)
    assert [vote.liked for vote in store.all()] == [False, True]
    today = date.fromordinal(today.toordinal() + 1)
    store.add(answer(), liked=False)

    assert [vote.liked for vote in store.all()] == [False, False]


def test_a_file_that_is_no_database_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "votes.sqlite"
    path.write_text("this is no database, though it is long enough to look like one" * 20)

    with pytest.raises(StoreError, match=r"votes\.sqlite cannot be used: .*database"):
        VoteStore(path).all()
