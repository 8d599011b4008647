"""What is noted of each answer, whichever door it went through: counted, logged, perhaps kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence

from assistant.errors import AssistantError
from assistant.types import Answer, Event, Kind, Turn
from ui.metrics import Metrics, outcome
from ui.types import Assistant, Profile

Keep = Callable[[Answer], None]

log = logging.getLogger(__name__)


class Ledger:
    """Notes answers.

    Args:
        keep: keeps a question where an administrator wants that; None keeps nothing.
    """

    def __init__(self, metrics: Metrics, keep: Keep | None = None) -> None:
        self.metrics = metrics
        self._keep = keep

    def answered(self, answer: Answer, door: str, seconds: float) -> None:
        """Note one answer; never fails, for nobody should go without one for the sake of a note."""
        self.metrics.answered(answer, door, seconds)
        quotes = sum(sentence.kind is Kind.QUOTE for sentence in answer.sentences)
        log.info(
            "answered",
            extra={
                "outcome": outcome(answer.status),
                "language": answer.language,
                "door": door,
                "seconds": round(seconds, 4),
                "quotes": quotes,
                "index_version": answer.index_version,
            },
        )
        if self._keep is not None:
            try:
                self._keep(answer)
            except AssistantError as error:
                log.error("a question could not be kept", extra={"error": type(error).__name__})


class Noted:
    """An assistant whose answers are noted; for a room, which knows of no ledger."""

    def __init__(self, assistant: Assistant, ledger: Ledger, door: str) -> None:
        self._assistant = assistant
        self._ledger = ledger
        self._door = door

    @property
    def profile(self) -> Profile:
        """Who it speaks for."""
        return self._assistant.profile

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """The same events."""
        started = time.perf_counter()
        for event in self._assistant.stream(question, history):
            if event.answer is not None:
                self._ledger.answered(event.answer, self._door, time.perf_counter() - started)
            yield event
