"""Greetings, thanks, goodbyes, "what can you do", "are you a person": fixed words, no search."""

from __future__ import annotations

from pathlib import Path

from assistant.guards import Block
from assistant.guards.patterns import Section, compiled, load_table, readings_of
from assistant.types import Status

RULES = Path(__file__).with_name("conversation.toml")


class Conversation:
    """The guard that answers small talk, where a message is nothing else."""

    on_failure = Block(Status.BLOCKED_GUARD_FAILED, "guard_failed")

    def __init__(self, rules: Path = RULES) -> None:
        table = load_table(rules)
        self._core = {kind: Section(by_tag, {}) for kind, by_tag in table["core"].items()}
        self._words = {
            kind: {tag: compiled(p, {}, tag) for tag, p in by_tag.items()}
            for kind, by_tag in table["words"].items()
        }
        self._whole = {
            kind: {
                tag: compiled([f"^ {pattern} $" for pattern in p], {}, tag)
                for tag, p in by_tag.items()
            }
            for kind, by_tag in table["whole"].items()
        }

    def check(self, text: str) -> Block | None:
        """The fixed words for small talk; None as soon as anything else is said."""
        for tag, read in readings_of(text).items():
            greeted = self._without("greeting", tag, read)
            for left in dict.fromkeys((read, greeted)):
                for kind, patterns in self._whole.items():
                    if any(p.search(left) for p in patterns.get(tag, ())):
                        return Block(Status.CONVERSATION, f"conversation_{kind}")
            for kind, core in self._core.items():
                if core.found_in(text) and not self._without(kind, tag, greeted).strip():
                    return Block(Status.CONVERSATION, f"conversation_{kind}")
        return None

    def _without(self, kind: str, tag: str, read: str) -> str:
        for pattern in self._words[kind].get(tag, ()):
            read = pattern.sub("", read)
        return read
