"""How much one visitor may ask, and who is served next when everybody asks at once.

Nothing here knows HTTP. A visitor is counted by session and by network, each only as a keyed hash
whose key lives in memory and changes every day: what is kept cannot be traced back to an address.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import math
import random
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

DAY_S = 86_400
STANDING_FOR_S = 10.0  # a hundred questions of one moment are answered sooner
STANDING_PATIENCE_S = 2.0
MAX_REMEMBERED = 50_000  # visitors counted at the same time; the ones longest quiet go first


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` questions in any `per_s` seconds."""

    count: int
    per_s: float = 60.0


# A person reads what she is told; fifteen questions a minute are GOV.UK Chat's limit as well.
PER_SESSION = Rate(15)
# Two hundred people behind one address, each at her limit: a camp, a school, a mobile network.
PER_NETWORK = Rate(200 * PER_SESSION.count)
PER_KEY = Rate(900)  # a program with a key


class Limiter:
    """Counts questions in a sliding window: this minute's, and the last one's by what is left.

    Args:
        clock: seconds that only go up.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: OrderedDict[bytes, _Window] = OrderedDict()
        self._salt = secrets.token_bytes(16)
        self._salted_at = clock()

    def wait_s(self, counted: dict[str, Rate], *, count: bool = True) -> float:
        """Count one question under each of these names; 0.0, or the seconds until it may come.

        A question that may not come is counted under none of them.

        Args:
            count: False only asks.
        """
        now = self._clock()
        if now - self._salted_at >= DAY_S:
            self._windows.clear()
            self._salt, self._salted_at = secrets.token_bytes(16), now
        windows = [(self._window(name, rate, now), rate) for name, rate in counted.items()]
        wait = max((window.wait_s(rate, now) for window, rate in windows), default=0.0)
        if wait <= 0.0 and count:
            for window, _ in windows:
                window.count += 1
        return wait

    def give_back(self, names: Iterable[str]) -> None:
        """Uncount one under each of these names: it was none of what is limited."""
        for name in names:
            window = self._windows.get(self._key(name))
            if window is not None and window.count:
                window.count -= 1

    def _key(self, name: str) -> bytes:
        text = name.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._salt, digest_size=16).digest()

    def _window(self, name: str, rate: Rate, now: float) -> _Window:
        key = self._key(name)
        window = self._windows.setdefault(key, _Window(now))
        self._windows.move_to_end(key)
        window.turn(rate, now)
        while len(self._windows) > MAX_REMEMBERED:
            self._windows.popitem(last=False)
        return window


class _Window:
    """The questions of a running window and of the one before it."""

    __slots__ = ("before", "count", "start")

    def __init__(self, start: float) -> None:
        self.start = start
        self.count = 0
        self.before = 0

    def turn(self, rate: Rate, now: float) -> None:
        passed = int((now - self.start) // rate.per_s)
        if passed:
            self.before = self.count if passed == 1 else 0
            self.count = 0
            self.start += passed * rate.per_s

    def wait_s(self, rate: Rate, now: float) -> float:
        gone = (now - self.start) / rate.per_s
        if self.count + 1 > rate.count:  # not before the next window, and a little into it
            return (1 - gone + 1 / rate.count) * rate.per_s
        if self.before * (1 - gone) + self.count + 1 <= rate.count:
            return 0.0
        return (1 - (rate.count - self.count - 1) / self.before - gone) * rate.per_s


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or an IPv6 one's first 64 bits."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


class Busy(Exception):
    """There is no seat, nor will there be one soon.

    Attributes:
        retry_after_s: when asking again may help; a whole number of seconds, 1 or more.
    """

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("no seat")
        self.retry_after_s = max(1, math.ceil(retry_after_s))


class Gone(Exception):
    """Whoever asked is no longer there."""


class Desk:
    """A few seats for work, and a line in front of them that takes networks in turn.

    When the line is full, whoever comes from the network with the most waiting has to go: one
    network can fill the line, but never against another. What would wait longer than `patience_s`
    is turned away at once. A line that has stood for `STANDING_FOR_S` seconds is no burst that
    passes: then only short waits are worth beginning, since whoever is let in later waits as long
    and no more are answered for it (after Nichols and Jacobson, Controlling queue delay, 2012).

    Args:
        seats: works done at the same time, each in a thread.
        places: works that may wait.
        patience_s: the longest wait worth beginning.
        deadline_s: from asking to answering; later the caller gets `Busy`, and the seat is free
            again when the work has ended.
    """

    def __init__(self, seats: int, places: int, patience_s: float, deadline_s: float) -> None:
        self._threads = ThreadPoolExecutor(seats, thread_name_prefix="desk")
        self._free = seats
        self._seats = seats
        self._places = places
        self._patience_s = patience_s
        self._deadline_s = deadline_s
        self._line: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._mean_s = 0.02  # of a work; learnt as they end
        self._short_at = time.monotonic()  # when the line was last short

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return sum(map(len, self._line.values()))

    @property
    def working(self) -> int:
        """How many seats are taken."""
        return self._seats - self._free

    def wait_s(self, group: str) -> float:
        """The seconds one more of a group would wait for its turn; 0.0 where a seat is free."""
        if self._free and not self._line:
            return 0.0
        mine = len(self._line.get(group, ()))
        before = sum(min(len(waiting), mine + 1) for waiting in self._line.values())
        return self._mean_s * (before + 1) / self._seats

    def busy(self, group: str) -> Busy | None:
        """Why one more of a group would be turned away now; None where it would be let in."""
        wait_s = self.wait_s(group)
        patience_s = self._patience_s
        if time.monotonic() - self._short_at > STANDING_FOR_S:
            patience_s = min(patience_s, max(STANDING_PATIENCE_S, 2 * self._mean_s))
        # not all of those turned away together should come again together
        return Busy(wait_s * random.uniform(1, 2)) if wait_s > patience_s else None

    async def do(
        self,
        group: str,
        work: Callable[[], T],
        gone: Callable[[], Awaitable[bool]] | None = None,
    ) -> T:
        """Wait for a seat, then do the work in a thread.

        Args:
            gone: asked before the work begins whether there is still somebody to do it for.

        Raises:
            Busy: the line is full or too slow, or the deadline has passed.
            Gone: nobody waits for the work any more.
        """
        started = time.monotonic()
        await self._seat(group)
        try:
            if gone is not None and await gone():
                raise Gone
            began = time.monotonic()
            running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        except BaseException:
            self._leave()
            raise

        def ended(_: asyncio.Future[T]) -> None:
            self._mean_s += 0.05 * (time.monotonic() - began - self._mean_s)
            self._leave()

        running.add_done_callback(ended)
        left_s = max(0.0, self._deadline_s - (time.monotonic() - started))
        # The thread cannot be stopped: it keeps its seat until it has ended.
        done, _ = await asyncio.wait({running}, timeout=left_s)
        if not done:
            running.add_done_callback(_looked_at)
            raise Busy(self._expected_s())
        return running.result()

    async def _seat(self, group: str) -> None:
        if self._free and not self._line:
            self._free -= 1
            self._short_at = time.monotonic()
            return
        if busy := self.busy(group):
            raise busy
        if self.waiting >= self._places:
            self._make_room(group)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.setdefault(group, deque()).append(turn)
        try:
            await asyncio.wait_for(turn, self._deadline_s)
        except TimeoutError:
            raise Busy(self._expected_s()) from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()  # the seat had just been given
            raise
        finally:
            self._forget(group, turn)

    def _make_room(self, group: str) -> None:
        longest = max(self._line, key=lambda name: len(self._line[name]))
        if len(self._line[longest]) <= len(self._line.get(group, ())) + 1:
            raise Busy(self._expected_s())
        last = self._line[longest].pop()
        last.set_exception(Busy(self._expected_s()))
        if not self._line[longest]:
            del self._line[longest]

    def _leave(self) -> None:
        if not self._line or self._expected_s() < STANDING_PATIENCE_S / 2:
            self._short_at = time.monotonic()
        while self._line:
            group, waiting = next(iter(self._line.items()))
            turn = waiting.popleft()
            if waiting:
                self._line.move_to_end(group)
            else:
                del self._line[group]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _forget(self, group: str, turn: asyncio.Future[None]) -> None:
        waiting = self._line.get(group)
        if waiting is not None and turn in waiting:
            waiting.remove(turn)
            if not waiting:
                del self._line[group]

    def _expected_s(self) -> float:
        return self._mean_s * (self.waiting + 1) / self._seats


def _looked_at(running: asyncio.Future[T]) -> None:
    """An error after the deadline has nobody to go to; asked for, so that asyncio stays quiet."""
    if not running.cancelled():
        running.exception()
