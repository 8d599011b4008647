"""Whether somebody needs help now.

Level 1, a person at risk now, ends the question with the referral before anything else happens: a
message that sounds like those of people in danger, or one of the words in danger.toml.
Level 2, the same matters without a person at risk, lets it go on; the contacts stand below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.guards import Block
from assistant.guards.instructions import Instructions
from assistant.guards.patterns import Section, load_table
from assistant.guards.scorer import Scorer
from assistant.types import Status

RULES = Path(__file__).with_name("danger.toml")
# Orders to the machine ("write out what stands above") and whoever looks for a person or a way past
# the guards have the tone of a cry: they must sound more like one. What is said beside an order is
# read by itself. Of 579 messages of people in danger that nothing was learned from, none is lost.
ORDER_DOUBT, UNSAFE_DOUBT = 2.0, 1.0
_AS_LIKELY = 1.0  # situations whose scores are that near to the best one's are told too


class Danger:
    """The guard that comes first: before length, emptiness and everything else."""

    on_failure = Block(Status.REFERRAL, "referral")

    def __init__(self, scorer: Scorer, rules: Path = RULES) -> None:
        table = load_table(rules)
        self.version: int = table["version"]
        lists: Mapping[str, str] = table["words"]
        self._always = _by_situation(table["always"], lists)
        self._matters = _by_situation(table["matter"], lists)
        self._scorer = scorer
        self._instructions = Instructions(scorer)

    def check(self, text: str) -> Block | None:
        """The referral where somebody is in danger now (level 1)."""
        return self._judged(text, self._scorer.scores(text))

    def check_all(self, texts: Sequence[str]) -> list[Block | None]:
        """The same for several messages, with less work for each."""
        return list(map(self._judged, texts, self._scorer.scores_of(texts)))

    def _judged(self, text: str, scores: Mapping[str, float]) -> Block | None:
        told = tuple(_told(self._always, text))
        if not told and scores["danger"] <= self._least(scores):
            if scores["orders"] <= 0:
                return None
            scores = self._scorer.scores(self._instructions.without_orders(text))
            if scores["danger"] <= 0:
                return None
        situations = dict.fromkeys((*told, *_likely(scores)))
        return Block(Status.REFERRAL, "referral", tuple(situations))

    @staticmethod
    def _least(scores: Mapping[str, float]) -> float:
        """The score above which a message is taken for one of a person in danger."""
        if scores["orders"] > 0:
            return ORDER_DOUBT
        return UNSAFE_DOUBT if scores["unsafe"] > 0 else 0.0

    def matters(self, text: str) -> tuple[str, ...]:
        """What the question is about where that touches danger (level 2)."""
        return tuple(dict.fromkeys(_told(self._matters, text)))


def _by_situation(
    entries: Sequence[Mapping[str, Any]], lists: Mapping[str, str]
) -> tuple[tuple[str, Section], ...]:
    return tuple(
        (
            entry["situation"],
            Section({tag: p for tag, p in entry.items() if tag != "situation"}, lists),
        )
        for entry in entries
    )


def _told(rules: Sequence[tuple[str, Section]], text: str) -> Iterator[str]:
    yield from (situation for situation, section in rules if section.found_in(text))


def _likely(scores: Mapping[str, float]) -> list[str]:
    """The situations that the message sounds like, the likeliest first."""
    by_score = sorted(
        ((score, kind.removeprefix("danger:")) for kind, score in scores.items() if ":" in kind),
        reverse=True,
    )
    return [situation for score, situation in by_score if score >= by_score[0][0] - _AS_LIKELY]
