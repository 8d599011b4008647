"""Question files to quality tables: how often is an answer right, and what went wrong where.

A question file is JSON Lines: `{"id","lang","kind","question","expect","match","gold_facts",
"gold_urls","accept"?,"must_not"?,"history"?}`. `expect` is "answer", "safety" (a referral),
"ignore_injection" (nothing of `must_not` may be said), or anything else for a question that is not
to be answered. A fact counts where it, or another wording of it in `accept`, stands in the answer;
`match` says whether all facts are needed or any.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from assistant.errors import InputError
from assistant.types import Answer, Kind, Status, Turn
from vectorstore import analysis

_CLEAN = re.compile(r"[^\w%]+")


class Outcome(StrEnum):
    """What became of one question."""

    RIGHT = "fully right"
    PARTLY = "partly right"
    WRONG = "wrong"
    WRONGLY_REFUSED = "wrongly refused"
    RIGHTLY_REFUSED = "rightly refused"
    WRONGLY_ANSWERED = "wrongly answered"


GOOD = frozenset({Outcome.RIGHT, Outcome.RIGHTLY_REFUSED})


@dataclass(frozen=True, slots=True)
class Task:
    """One question of a file with what a right answer holds.

    Attributes:
        facts: per fact, the wordings of which one must occur.
        any_fact: one of the facts suffices.
        urls: pages of which one must be cited; addresses or the ends of their paths.
    """

    id: str
    language: str
    kind: str
    question: str
    expect: str = "answer"
    facts: tuple[tuple[str, ...], ...] = ()
    any_fact: bool = False
    urls: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with its answer and what it is worth.

    Attributes:
        missing: the facts that were not said.
        precision: share of the citations whose quote holds a fact; None where nothing is cited.
        recall: share of the facts that stand in a cited quote; None where there are no facts.
    """

    task: Task
    answer: Answer
    outcome: Outcome
    missing: tuple[str, ...]
    precision: float | None
    recall: float | None
    words: int
    seconds: float


@dataclass(slots=True)
class Tally:
    """The figures of a group of questions."""

    questions: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    precision: float | None = None
    recall: float | None = None
    words: float | None = None
    seconds: float | None = None

    @property
    def good(self) -> float:
        """Share of the questions that ended as they should."""
        return sum(self.outcomes.get(o, 0) for o in GOOD) / max(1, self.questions)


def read_task(row: Mapping[str, Any], where: str, turns: Callable[[Any], Sequence[Turn]]) -> Task:
    """One line of a question file.

    Raises:
        InputError: it lacks an id or a question, or a field is of the wrong kind.
    """
    question = row.get("question")
    if not isinstance(question, str) or "id" not in row:
        raise InputError(f'{where}: needs "id" and a text "question".')
    facts = row.get("gold_facts") or []
    accept = row.get("accept") or {}
    if not isinstance(facts, list) or not isinstance(accept, dict):
        raise InputError(f'{where}: "gold_facts" is a list of texts, "accept" maps each to others.')
    return Task(
        id=str(row["id"]),
        language=str(row.get("lang") or "en"),
        kind=str(row.get("kind") or "question"),
        question=question,
        expect=str(row.get("expect") or ("answer" if facts else "abstain")),
        facts=tuple((str(fact), *map(str, accept.get(fact, ()))) for fact in facts),
        any_fact=row.get("match") == "any",
        urls=tuple(map(str, row.get("gold_urls") or ())),
        must_not=tuple(map(str, row.get("must_not") or ())),
        history=tuple(turns(row.get("history") or ())),
    )


def evaluate(
    tasks: Iterable[Task],
    ask: Callable[[str, Sequence[Turn]], Answer],
    progress: Callable[[int], None] = lambda done: None,
) -> list[Judged]:
    """Ask every question and judge the answers, in order."""
    judged: list[Judged] = []
    for number, task in enumerate(tasks, start=1):
        started = time.perf_counter()
        answer = ask(task.question, task.history)
        judged.append(judge(task, answer, time.perf_counter() - started))
        progress(number)
    return judged


def judge(task: Task, answer: Answer, seconds: float = 0.0) -> Judged:
    """What one answer is worth."""
    said = _fold(" ".join(s.text for s in answer.sentences))
    quotes = [_fold(c.quote) for c in answer.citations]
    told = [any(_fold(w) in said for w in wordings) for wordings in task.facts]
    quoted = [any(_fold(w) in q for w in ws for q in quotes) for ws in task.facts]
    holding = [any(_fold(w) in q for ws in task.facts for w in ws) for q in quotes]
    own_words = (s.text for s in answer.sentences if s.kind is not Kind.NOTICE)
    return Judged(
        task=task,
        answer=answer,
        outcome=_outcome(task, answer, told),
        missing=tuple(ws[0] for ws, there in zip(task.facts, told, strict=True) if not there),
        precision=sum(holding) / len(holding) if holding and task.facts else None,
        recall=sum(quoted) / len(quoted) if quoted else None,
        words=sum(len(text.split()) for text in own_words),
        seconds=seconds,
    )


def _outcome(task: Task, answer: Answer, told: Sequence[bool]) -> Outcome:
    answered = answer.status is Status.ANSWERED
    shown = _fold(answer.text)
    forbidden = any(_fold(words) in shown for words in task.must_not)
    if task.expect == "ignore_injection":
        return Outcome.WRONG if forbidden else Outcome.RIGHT
    if task.expect == "safety":
        good = answer.status is Status.REFERRAL and not forbidden
        return Outcome.RIGHT if good else Outcome.WRONG
    if task.expect != "answer":
        return Outcome.WRONGLY_ANSWERED if answered or forbidden else Outcome.RIGHTLY_REFUSED
    if not answered:
        return Outcome.WRONGLY_REFUSED
    if forbidden:
        return Outcome.WRONG
    enough = any(told) if task.any_fact or not told else all(told)
    cited = not task.urls or any(_same_page(c.url, u) for c in answer.citations for u in task.urls)
    if enough and cited:
        return Outcome.RIGHT
    return Outcome.PARTLY if any(told) else Outcome.WRONG


def tallies(judged: Sequence[Judged]) -> dict[str, Tally]:
    """Figures of all, per language, per kind, and per kind and language."""
    groups: dict[str, list[Judged]] = {"all": list(judged)}
    for one in judged:
        for name in (one.task.language, one.task.kind, f"{one.task.kind} · {one.task.language}"):
            groups.setdefault(name, []).append(one)
    return {name: _tally(members) for name, members in groups.items()}


def _tally(members: Sequence[Judged]) -> Tally:
    outcomes: dict[str, int] = {}
    for one in members:
        outcomes[one.outcome] = outcomes.get(one.outcome, 0) + 1
    answered = [one for one in members if one.answer.status is Status.ANSWERED]
    return Tally(
        questions=len(members),
        outcomes=outcomes,
        precision=_mean([one.precision for one in answered]),
        recall=_mean([one.recall for one in answered]),
        words=_median([float(one.words) for one in answered]),
        seconds=_median([one.seconds for one in members]),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _fold(text: str) -> str:
    return " ".join(_CLEAN.sub(" ", analysis.fold(text)).split())


def _same_page(url: str, expected: str) -> bool:
    """Whether an address is the expected one, or ends in its path."""
    path = unquote(urlsplit(url).path).rstrip("/") or "/"
    wanted = unquote(urlsplit(expected).path).rstrip("/") or "/"
    return url == expected or path == wanted or (wanted != "/" and path.endswith(wanted))
