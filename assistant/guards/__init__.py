"""What stands around the search: each guard looks at the question and may end it with fixed words.

A guard never reaches for the index, the network or a model, so that it holds when those do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.types import Status


@dataclass(frozen=True, slots=True)
class Block:
    """Why a question goes no further, and what is said instead.

    Attributes:
        text: key of the profile's fixed text.
        situations: what a person in danger is in, most pressing first; orders the contacts.
    """

    status: Status
    text: str
    situations: tuple[str, ...] = ()


class Guard(Protocol):
    """Looks at a question before anything is searched.

    Attributes:
        on_failure: what is said where the guard's own code fails.
    """

    @property
    def on_failure(self) -> Block: ...  # noqa: D102

    def check(self, text: str) -> Block | None:
        """What is said instead of an answer, or None where the question may go on."""
        ...


@dataclass(frozen=True, slots=True)
class QuestionGuards:
    """All guards before the search, the one for people in danger first.

    Attributes:
        in_danger: what the first guard says to each of several messages, read together.
        matters: what a question is about where that touches danger without a person at risk.
        without_orders: the question without orders to the machine.
    """

    guards: Sequence[Guard] = ()
    in_danger: Callable[[Sequence[str]], Sequence[Block | None]] = lambda texts: [None] * len(texts)
    matters: Callable[[str], Sequence[str]] = lambda text: ()
    without_orders: Callable[[str], str] = lambda text: text

    def first_block(self, text: str) -> Block | None:
        """The first guard's word that stops the question; one whose own code fails stops it."""
        for guard in self.guards:
            try:
                block = guard.check(text)
            except Exception:  # noqa: BLE001  a guard that cannot tell must not let through
                return guard.on_failure
            if block is not None:
                return block
        return None

    def referrals(self, texts: Sequence[str]) -> list[Block | None]:
        """For each of several messages the referral where a person in danger sent it."""
        try:
            return list(self.in_danger(texts))
        except Exception:  # noqa: BLE001  one message must not decide over the others
            blocks = map(self.first_block, texts)
            return [b if b and b.status is Status.REFERRAL else None for b in blocks]
