"""Counting visitors, and whose turn it is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import limits
from ui.limits import Busy, Desk, Gone, Limiter, Rate, network_of

T = TypeVar("T")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_fifteen_a_minute_come_through_and_the_next_is_told_how_long_to_wait() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    rate = {"session/a": Rate(15)}

    waits = []
    for second in range(60):
        clock.now = float(second)
        waits.append(limiter.wait_s(rate))

    assert waits[:15] == [0.0] * 15
    assert all(wait > 0 for wait in waits[15:])
    clock.now = 59.0 + waits[-1]
    assert limiter.wait_s(rate) == 0.0


@given(st.lists(st.floats(0, 20), min_size=1, max_size=120), st.integers(1, 9))
def test_no_window_lets_more_than_its_count_through(gaps: list[float], count: int) -> None:
    clock = Clock()
    limiter = Limiter(clock)
    passed: list[float] = []
    for gap in gaps:
        clock.now += gap
        if limiter.wait_s({"a": Rate(count, 10.0)}) == 0.0:
            passed.append(clock.now)

    start = gaps[0]
    windows = [int((moment - start) // 10) for moment in passed]
    assert all(windows.count(window) <= count for window in windows)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 5))
def test_who_waits_as_long_as_was_said_is_let_in(gaps: list[float], count: int) -> None:
    clock = Clock()
    limiter = Limiter(clock)
    rate = {"a": Rate(count, 10.0)}
    for gap in gaps:
        clock.now += gap
        wait = limiter.wait_s(rate)
    if wait:
        clock.now += wait + 1e-6
        assert limiter.wait_s(rate) == 0.0


def test_a_refused_question_counts_under_none_of_its_names() -> None:
    limiter = Limiter(Clock())
    assert limiter.wait_s({"session/a": Rate(1), "network": Rate(2)}) == 0.0
    assert limiter.wait_s({"session/a": Rate(1), "network": Rate(2)}) > 0

    assert limiter.wait_s({"session/b": Rate(1), "network": Rate(2)}) == 0.0


def test_two_hundred_people_behind_one_address_are_all_let_in() -> None:
    clock = Clock()
    limiter = Limiter(clock)

    waits = []
    for number in range(200 * 15):
        clock.now = number * 60 / (200 * 15)
        person = f"session/{number % 200}"
        waits.append(limiter.wait_s({person: limits.PER_SESSION, "network/n": limits.PER_NETWORK}))

    assert set(waits) == {0.0}


def test_what_is_remembered_is_bounded_and_holds_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_REMEMBERED", 100)
    limiter = Limiter(Clock())
    for number in range(300):
        limiter.wait_s({f"session/203.0.113.{number}": Rate(1)})

    assert len(limiter._windows) == 100
    assert not any(b"203" in key for key in limiter._windows)


def test_a_new_day_forgets_everybody() -> None:
    clock = Clock()
    limiter = Limiter(clock)
    rate = {"a": Rate(1, 10 * limits.DAY_S)}
    assert [limiter.wait_s(rate) > 0 for _ in range(2)] == [False, True]

    clock.now = limits.DAY_S

    assert limiter.wait_s(rate) == 0.0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_is_an_address_or_the_first_half_of_one(address: str, network: str) -> None:
    assert network_of(address) == network


def run(main: Coroutine[None, None, T]) -> T:
    """Run in a thread of its own: a browser test before may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main).result()


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def test_networks_take_turns_however_many_one_of_them_sends() -> None:
    async def main() -> list[str]:
        desk = Desk(seats=1, places=50, patience_s=60, deadline_s=60)
        free = threading.Event()
        served: list[str] = []
        first = asyncio.ensure_future(desk.do("first", free.wait))
        await _until(lambda: desk.working == 1)
        tasks = [
            asyncio.ensure_future(desk.do("big", lambda: served.append("big"))) for _ in range(20)
        ]
        await _until(lambda: desk.waiting == 20)
        for _ in range(2):
            tasks.append(asyncio.ensure_future(desk.do("small", lambda: served.append("small"))))
        await _until(lambda: desk.waiting == 22)
        free.set()
        await asyncio.gather(first, *tasks)
        return served

    served = run(main())

    assert len(served) == 22
    assert [place for place, who in enumerate(served) if who == "small"] == [1, 3]


def test_a_full_line_turns_away_the_network_with_the_most_in_it() -> None:
    async def main() -> tuple[int, bool]:
        desk = Desk(seats=1, places=4, patience_s=60, deadline_s=60)
        free = threading.Event()
        first = asyncio.ensure_future(desk.do("first", free.wait))
        await _until(lambda: desk.working == 1)
        big = [asyncio.ensure_future(desk.do("big", lambda: "big")) for _ in range(4)]
        await _until(lambda: desk.waiting == 4)
        with pytest.raises(Busy):
            await desk.do("big", lambda: "one more")
        small = asyncio.ensure_future(desk.do("small", lambda: "small"))
        await asyncio.sleep(0.02)
        free.set()
        results = await asyncio.gather(*big, return_exceptions=True)
        await first
        return sum(isinstance(r, Busy) for r in results), await small == "small"

    assert run(main()) == (1, True)


def test_a_network_that_fills_the_line_lets_the_next_one_wait_one_turn() -> None:
    async def main() -> tuple[float, float, float]:
        desk = Desk(seats=1, places=50, patience_s=60, deadline_s=60)
        free = threading.Event()
        first = asyncio.ensure_future(desk.do("first", free.wait))
        await _until(lambda: desk.working == 1)
        big = [asyncio.ensure_future(desk.do("big", lambda: None)) for _ in range(20)]
        await _until(lambda: desk.waiting == 20)
        waits = desk.wait_s("big"), desk.wait_s("small")
        free.set()
        await asyncio.gather(first, *big)
        await _until(lambda: desk.working == 0)
        return *waits, desk.wait_s("small")

    big, small, alone = run(main())

    assert big == pytest.approx(21 * 0.02)
    assert small == pytest.approx(2 * 0.02)
    assert alone == 0.0


def test_a_burst_may_wait_but_a_line_that_stands_takes_in_only_short_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> list[bool]:
        desk = Desk(seats=1, places=50, patience_s=60, deadline_s=60)
        desk._mean_s = 1.0
        free = threading.Event()
        first = asyncio.ensure_future(desk.do("a", free.wait))
        await _until(lambda: desk.working == 1)
        waiting = [asyncio.ensure_future(desk.do("a", lambda: None)) for _ in range(3)]
        await _until(lambda: desk.waiting == 3)
        refused = [desk.busy("a") is not None]
        monkeypatch.setattr(limits, "STANDING_FOR_S", 0.0)
        await asyncio.sleep(0.01)
        refused += [desk.busy("a") is not None, desk.busy("b") is not None]
        free.set()
        await asyncio.gather(first, *waiting)
        await _until(lambda: desk.working == 0)
        refused.append(desk.busy("a") is not None)
        return refused

    assert run(main()) == [False, True, False, False]


def test_who_would_wait_too_long_is_told_at_once() -> None:
    async def main() -> tuple[float, int]:
        desk = Desk(seats=1, places=50, patience_s=0.01, deadline_s=60)
        free = threading.Event()
        first = asyncio.ensure_future(desk.do("a", free.wait))
        await _until(lambda: desk.working == 1)
        started = time.monotonic()
        with pytest.raises(Busy) as caught:
            await desk.do("b", lambda: None)
        took = time.monotonic() - started
        free.set()
        await first
        return took, caught.value.retry_after_s

    took, retry_after_s = run(main())

    assert took < 0.3
    assert retry_after_s == 1


def test_a_work_past_its_deadline_keeps_its_seat_until_it_ends() -> None:
    async def main() -> tuple[int, int]:
        desk = Desk(seats=1, places=5, patience_s=60, deadline_s=0.05)
        free = threading.Event()
        with pytest.raises(Busy):
            await desk.do("a", free.wait)
        during = desk.working
        free.set()
        await _until(lambda: desk.working == 0)
        return during, desk.working

    assert run(main()) == (1, 0)


def test_nothing_is_done_for_whoever_has_left() -> None:
    async def main() -> list[str]:
        desk = Desk(seats=1, places=5, patience_s=60, deadline_s=60)
        done: list[str] = []

        async def gone() -> bool:
            return True

        with pytest.raises(Gone):
            await desk.do("a", lambda: done.append("a"), gone)
        await desk.do("b", lambda: done.append("b"))
        return done

    assert run(main()) == ["b"]


def test_who_leaves_the_line_leaves_no_gap() -> None:
    async def main() -> str:
        desk = Desk(seats=1, places=5, patience_s=60, deadline_s=60)
        free = threading.Event()
        first = asyncio.ensure_future(desk.do("a", free.wait))
        await _until(lambda: desk.working == 1)
        leaver = asyncio.ensure_future(desk.do("b", lambda: "b"))
        last = asyncio.ensure_future(desk.do("c", lambda: "c"))
        await _until(lambda: desk.waiting == 2)
        leaver.cancel()
        await asyncio.wait({leaver})
        assert desk.waiting == 1
        free.set()
        await first
        said = await last
        await _until(lambda: desk.working == 0)
        return said

    assert run(main()) == "c"
