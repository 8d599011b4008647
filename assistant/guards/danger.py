"""Whether somebody needs help now: rules that protection staff can read, in danger.toml.

Level 1, a person at risk now, ends the question with the referral before anything else happens.
Level 2, the same matters without a person at risk, lets it go on; the contacts stand below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.guards import Block
from assistant.guards.patterns import compiled, load_table, once, readings_of
from assistant.types import Status

RULES = Path(__file__).with_name("danger.toml")
_MISSPELT_FROM = 6  # shorter words are one letter from too many others


class Danger:
    """The guard that comes first: before length, emptiness and everything else."""

    on_failure = Block(Status.REFERRAL, "referral")

    def __init__(self, rules: Path = RULES) -> None:
        table = load_table(rules)
        self.version: int = table["version"]
        lists: Mapping[str, str] = table["words"]
        self._idioms = {tag: compiled(p, lists, tag) for tag, p in table["idioms"].items()}
        self._calm = {tag: compiled(p, lists, tag) for tag, p in table["calm"].items()}
        self._sure = [_Rule(entry, lists) for entry in table["sure"]]
        self._unsure = [_Rule(entry, lists) for entry in table["unsure"]]
        self._matters = [_Rule(entry, lists) for entry in table["matter"]]
        self._spelling = _Spelling(
            pattern
            for entry in table["sure"]
            for pattern in [*entry.get("en", ()), *lists.values()]
        )

    def check(self, text: str) -> Block | None:
        """The referral where somebody is in danger now (level 1)."""
        found: dict[str, None] = {}
        for tag, read in self._readings(text).items():
            calm = any(p.search(read) for p in self._calm.get(tag, ()))
            for rule in (*self._sure, *(() if calm else self._unsure)):
                if rule.situation not in found and rule.found_in(read, tag):
                    found[rule.situation] = None
        return Block(Status.REFERRAL, "referral", tuple(found)) if found else None

    def matters(self, text: str) -> tuple[str, ...]:
        """What the question is about where that touches danger (level 2)."""
        readings = self._readings(text)
        return tuple(
            dict.fromkeys(
                rule.situation
                for tag, read in readings.items()
                for rule in self._matters
                if rule.found_in(read, tag)
            )
        )

    def _readings(self, text: str) -> dict[str, str]:
        """The message as the rules of each language see it, without idioms."""
        readings = readings_of(text)
        if "en" in readings:
            readings["en"] = self._spelling.mended(readings["en"])
        for tag, read in readings.items():
            for idiom in self._idioms.get(tag, ()):
                read = idiom.sub(" ", read)
            readings[tag] = read
        return readings


class _Rule:
    """The patterns of one situation, by reading."""

    def __init__(self, entry: Mapping[str, Any], lists: Mapping[str, str]) -> None:
        self.situation: str = entry["situation"]
        self._patterns = {
            tag: compiled(entry.get(tag, ()), lists, tag) for tag in ("en", "ar", "arabizi")
        }

    def found_in(self, read: str, tag: str) -> bool:
        return any(pattern.search(read) for pattern in self._patterns[tag])


class _Spelling:
    """Mends a word that lacks a letter of one in the rules, or has one too many, or two swapped."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._known = {
            word for pattern in patterns for word in re.findall(r"[a-z]+", once(pattern))
        }
        self._words = {word for word in self._known if len(word) >= _MISSPELT_FROM}
        self._shorter = {
            short: word for word in sorted(self._words) for short in _without_one(word)
        }

    def mended(self, read: str) -> str:
        return " ".join(self._mend(word) for word in read.split(" "))

    def _mend(self, word: str) -> str:
        if len(word) < _MISSPELT_FROM - 1 or word in self._known:
            return word
        near = self._shorter.get(word)
        if near is None:
            near = next((short for short in _without_one(word) if short in self._words), None)
        if near is None:
            swaps = (
                word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)
            )
            near = next((swap for swap in swaps if swap in self._words), None)
        return near if near is not None and near[0] == word[0] else word


def _without_one(word: str) -> list[str]:
    """The word without one of its letters, the first and a last "s" excepted."""
    last = len(word) - (1 if word.endswith(("s", "d", "t", "r")) else 0)
    return [word[:i] + word[i + 1 :] for i in range(1, last)]
