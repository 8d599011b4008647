"""Whether there is a question at all, and whether it is short enough to be one."""

from __future__ import annotations

from assistant.guards import Block
from assistant.types import Status

MAX_QUESTION_CHARS = 2_000


class Shape:
    """The guard against messages without words and messages without end."""

    on_failure = Block(Status.BLOCKED_GUARD_FAILED, "guard_failed")

    def check(self, text: str) -> Block | None:
        """Stop what has no letter or digit, and what is longer than `MAX_QUESTION_CHARS`."""
        if not any(c.isalnum() for c in text):
            return Block(Status.BLOCKED_EMPTY_QUESTION, "empty_question")
        if len(text) > MAX_QUESTION_CHARS:
            return Block(Status.BLOCKED_LONG_QUESTION, "long_question")
        return None
