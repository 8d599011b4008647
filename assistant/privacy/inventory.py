"""What is kept of the people who ask, where, and for how long; as `assistant privacy` prints it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assistant.accounts import accounts_path
from assistant.models import is_outside
from assistant.privacy.questions import MOST_DAYS, QuestionStore, questions_path
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that could be kept.

    Attributes:
        where: a file, or where else it stands.
        until: how long, in words.
        now: what is there at the moment.
    """

    what: str
    where: str
    until: str
    now: str


def inventory(settings: Settings) -> list[Kept]:
    """Everything, what is not kept included."""
    store = settings.store
    days = settings.keep_questions_days
    questions = QuestionStore(questions_path(store), days)
    on = days > 0
    return [
        Kept(
            "Questions and answers under way",
            "memory of the serving process",
            "an hour after the page was last used, and the end of the process",
            "not visible from here",
        ),
        Kept(
            "Questions, redacted, to the day; never of people in danger",
            str(questions_path(store)),
            f"{days} days, then overwritten" if on else "not kept (ASSISTANT_KEEP_QUESTIONS_DAYS)",
            f"{questions.count()} kept",
        ),
        Kept(
            "Questions that a person left with a verdict, redacted, to the day",
            str(questions_path(store)),
            f"{MOST_DAYS} days, then overwritten",
            "counted above",
        ),
        Kept(
            "Verdicts on answers: day, language, status, thumb, pages; no words",
            str(store / "votes.sqlite"),
            "400 days",
            _size(store / "votes.sqlite"),
        ),
        Kept(
            "Log lines: minute, random run number, outcome family, language, seconds, quotes; "
            "no question, address, browser or session",
            "standard error of `assistant serve`",
            "as long as whoever collects it keeps it",
            "not visible from here",
        ),
        Kept(
            "Who asked how often: hashes whose key changes daily",
            "memory of the serving process",
            "a day at most",
            "not visible from here",
        ),
        Kept(
            "Keys of programs: name, day, scrypt hash",
            str(store / "keys.json"),
            "until `assistant key remove`",
            _size(store / "keys.json"),
        ),
        Kept(
            "Accounts of staff: name, role, scrypt hash, day of the password",
            str(accounts_path(store)),
            "until `assistant user remove`",
            _size(accounts_path(store)),
        ),
        Kept(
            "Pages and indexes: what the organisation itself has published",
            str(store),
            "until removed",
            "see `assistant pages`",
        ),
        *_to_others(settings),
    ]


def _to_others(settings: Settings) -> list[Kept]:
    """What leaves the serving process."""
    if not settings.model:
        return [Kept("Connections to anybody else while serving", "none", "none", "none")]
    outside = is_outside(settings.model, settings.model_url)
    host = urlsplit(settings.model_url).hostname
    at = f" at {host}" if host else ""
    return [
        Kept(
            "Sent to a language model: questions and the turns before a follow-up, redacted, and "
            "public pages; no address, browser, cookie or session",
            f"{settings.model}{at}",
            "as its provider says" if outside else "not beyond the reply: it is on this machine",
            "not visible from here",
        ),
        Kept("Connections to anybody else while serving", "none", "none", "none"),
    ]


def _size(path: Path) -> str:
    try:
        return f"{path.stat().st_size:,} bytes"
    except FileNotFoundError:
        return "nothing"
