"""What would help the other side: shelters, persons, crossing unseen, false papers."""

from __future__ import annotations

from pathlib import Path

from assistant.guards import Block
from assistant.guards.patterns import Combination, Section, load_table, readings_of
from assistant.guards.scorer import Scorer
from assistant.types import Status

RULES = Path(__file__).with_name("refusals.toml")


class Unsafe:
    """The guard that says the same neutral words each time, whatever is true."""

    on_failure = Block(Status.BLOCKED_UNSAFE, "unsafe")

    def __init__(self, scorer: Scorer, rules: Path = RULES) -> None:
        table = load_table(rules)
        concepts = {name: Section(by_tag, {}) for name, by_tag in table["concepts"].items()}
        self._rules = [Combination(concepts, r["all"], r["none"]) for r in table["unsafe"]]
        self._scorer = scorer

    def check(self, text: str) -> Block | None:
        """Stop a question whose answer could lead to a person or past a guard."""
        readings = readings_of(text)
        told = any(rule.read_in(readings) for rule in self._rules)
        if told or self._scorer.scores(text)["unsafe"] > 0:
            return Block(Status.BLOCKED_UNSAFE, "unsafe")
        return None
