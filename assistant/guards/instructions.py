"""Orders to the machine ("ignore your instructions"): cut out; what else is asked is answered."""

from __future__ import annotations

import re

from assistant.guards import Block
from assistant.guards.scorer import Scorer
from assistant.types import Status

# An order ends with its sentence or line, or where the question takes up again.
_SENTENCE_END = re.compile(
    r"(?<=[.!?؟;؛:\n])\s+|\n+|(?:,|(?<![\s,]))\s++(?=(?:by the way|but first|and then tell|"
    r"then tell|after that|and also|and tell me|then answer|"
    r"بالمناسبة|بالمناسبه|وبعدها|وبعدين|ثم قل|ثم اخبرني|ثم أخبرني)\b)",
    re.IGNORECASE,
)


class Instructions:
    """The guard that stops a message of nothing but orders."""

    on_failure = Block(Status.BLOCKED_INSTRUCTIONS, "instructions")

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def check(self, text: str) -> Block | None:
        """Stop where cutting the orders out leaves no words."""
        if not any(c.isalnum() for c in self.without_orders(text)):
            return Block(Status.BLOCKED_INSTRUCTIONS, "instructions")
        return None

    def without_orders(self, text: str) -> str:
        """The message without the sentences that order the machine about."""
        parts = _SENTENCE_END.split(text)
        kept = [part for part in parts if not self._orders(part)]
        return text if len(kept) == len(parts) else " ".join(kept)

    def _orders(self, part: str) -> bool:
        return self._scorer.scores(part)["orders"] > 0
