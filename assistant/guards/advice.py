"""Advice on one's own case, legal or medical: not ours to give; the service pages are named."""

from __future__ import annotations

from pathlib import Path

from assistant.guards import Block
from assistant.guards.patterns import Section, load_table
from assistant.types import Status

RULES = Path(__file__).with_name("refusals.toml")


class Advice:
    """The guard against personal advice; it points at people who may give it."""

    on_failure = Block(Status.BLOCKED_GUARD_FAILED, "guard_failed")

    def __init__(self, rules: Path = RULES) -> None:
        table = load_table(rules)
        self._legal = Section(table["legal"], table["words"])
        self._medical = Section(table["medical"], table["words"])

    def check(self, text: str) -> Block | None:
        """Decline what only a doctor or a lawyer should answer, the doctor first."""
        if self._medical.found_in(text):
            return Block(Status.UNANSWERABLE_ADVICE, "advice_medical")
        if self._legal.found_in(text):
            return Block(Status.UNANSWERABLE_ADVICE, "advice_legal")
        return None
