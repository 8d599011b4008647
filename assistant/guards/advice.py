"""Advice on one's own case, legal or medical: not ours to give; the service pages are named."""

from __future__ import annotations

from assistant.guards import Block
from assistant.guards.scorer import Scorer
from assistant.types import Status


class Advice:
    """The guard against personal advice; it points at people who may give it."""

    on_failure = Block(Status.BLOCKED_GUARD_FAILED, "guard_failed")

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def check(self, text: str) -> Block | None:
        """Decline what only a doctor or a lawyer should answer, the likelier of the two."""
        scores = self._scorer.scores(text)
        kind = max(("advice_medical", "advice_legal"), key=lambda kind: scores[kind])
        return Block(Status.UNANSWERABLE_ADVICE, kind) if scores[kind] > 0 else None
