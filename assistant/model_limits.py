"""What a chat model is held to besides its deadline: failures in a row, a day's use, its price."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.errors import ModelError

OPENS_AFTER, STAYS_OPEN_S = 5, 30.0  # failures in a row, seconds
_DAY_S = 86_400.0
_MILLION = 1_000_000


@dataclass(slots=True)
class Breaker:
    """Stops asking a model that keeps failing."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _open_until: float = 0.0

    def check(self) -> None:
        """Refuse while it is open.

        Raises:
            ModelError: the model failed too often just now.
        """
        if self.clock() < self._open_until:
            raise ModelError("The model failed several times in a row and is left alone for now.")

    def failed(self) -> None:
        """Count a failure."""
        self._failures += 1
        if self._failures >= OPENS_AFTER:
            self._open_until = self.clock() + STAYS_OPEN_S
            self._failures = OPENS_AFTER - 1  # one try decides after the pause

    def worked(self) -> None:
        """Forget the failures."""
        self._failures = 0


@dataclass(slots=True)
class Budget:
    """What may be used in a day (UTC), counted in this process; 0 means no limit.

    Attributes:
        daily_tokens: read and written.
        daily_replies: asked for, whatever came of them.
    """

    daily_tokens: int = 0
    daily_replies: int = 0
    clock: Callable[[], float] = time.time
    _day: int = -1
    _tokens: int = 0
    _replies: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Count a reply that is about to be asked for.

        Raises:
            ModelError: today's tokens or replies are used up.
        """
        with self._lock:
            self._turn()
            if self.daily_tokens and self._tokens >= self.daily_tokens:
                raise ModelError("The tokens for today are spent.")
            if self.daily_replies and self._replies >= self.daily_replies:
                raise ModelError("The replies for today are spent.")
            self._replies += 1

    def spend(self, tokens: int) -> None:
        """Count tokens."""
        with self._lock:
            self._turn()
            self._tokens += tokens

    def _turn(self) -> None:
        day = int(self.clock() // _DAY_S)
        if day != self._day:
            self._day, self._tokens, self._replies = day, 0, 0


@dataclass(frozen=True, slots=True)
class Price:
    """Money per million tokens, in whatever currency the provider bills; 0 where none is known."""

    per_million_in: float = 0.0
    per_million_out: float = 0.0

    @property
    def known(self) -> bool:
        """Whether there is anything to reckon with."""
        return self.per_million_in > 0 or self.per_million_out > 0

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """What so many tokens cost."""
        return (tokens_in * self.per_million_in + tokens_out * self.per_million_out) / _MILLION
