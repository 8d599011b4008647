"""A follow-up to a question that stands by itself, from the turns before it; no model."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import Turn


def rephrase(question: str, history: Sequence[Turn]) -> str:
    """The question as it is searched for."""
    return question
