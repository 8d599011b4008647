"""The question bank that a refresh is tried with: the store's own, or else the profile's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.errors import InputError
from assistant.profile import BankQuestion, Profile

MAX_QUESTIONS = 500  # each is asked twice before a version is published


def read_bank(store: Path, profile: Profile) -> list[BankQuestion]:
    """The questions, in order.

    Raises:
        InputError: the store's file cannot be read.
        ProfileError: the profile's cannot.
    """
    path = bank_path(store)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line.strip()]
        return [BankQuestion(str(row["question"]), str(row["language"])) for row in rows]
    except FileNotFoundError:
        return profile.question_bank()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error


def write_bank(store: Path, questions: Sequence[BankQuestion]) -> None:
    """Keep the questions in the store; from then on they are the ones.

    Raises:
        InputError: there are too many.
    """
    if len(questions) > MAX_QUESTIONS:
        raise InputError(f"{len(questions)} questions are too many: at most {MAX_QUESTIONS}.")
    path = bank_path(store)
    temporary = path.with_name(f".{path.name}")
    rows = [{"question": q.question, "language": q.language} for q in questions]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def bank_path(store: Path) -> Path:
    """Where a store keeps its own questions."""
    return store / "questions.jsonl"
