"""No text makes a regular expression of the product slow."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patterns import hard_texts

QUESTION_CHARS = 2_000
MOST_S = 0.05
TIMES = 3  # the quickest of so many counts, where one was slow: other processes are at work


class Late(Exception):
    pass


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `Late` when the body takes more of this process's time: an endless match ends too."""

    def late(*_: object) -> None:
        raise Late

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def took_s(pattern: re.Pattern[str], text: str, use: str, most_s: float) -> float:
    """Seconds of processor time; `most_s` for all that take longer."""
    started = time.thread_time()
    try:
        with at_most(most_s):
            if use == "finditer":
                for _ in pattern.finditer(text):
                    pass
            else:
                getattr(pattern, use)(text)
    except Late:
        return most_s
    return time.thread_time() - started


def slowest(pattern: str, flags: int, use: str, chars: int) -> tuple[float, str]:
    """The longest that a hard text takes, up to the first that takes too long, and which."""
    compiled = re.compile(pattern, flags & ~re.UNICODE)
    worst = (0.0, "")
    for text in hard_texts(pattern, flags & ~re.UNICODE, chars):
        took = took_s(compiled, text, use, 8 * MOST_S)
        if took > MOST_S:
            took = min(took, *(took_s(compiled, text, use, 8 * MOST_S) for _ in range(TIMES)))
        worst = max(worst, (took, text))
        if took > MOST_S:
            break
    return worst


def test_each_takes_at_most_fifty_milliseconds_for_the_hardest_text(tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.patterns", str(tmp_path)],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        check=True,
    ).stdout
    patterns = json.loads(printed)

    slow = [
        (file, use, pattern, round(worst[0], 3), worst[1][:20])
        for pattern, flags, file, use in patterns
        if (worst := slowest(pattern, flags, use, QUESTION_CHARS))[0] > MOST_S
    ]

    assert len(patterns) > 600
    assert {"assistant/doubts.py", "assistant/guards/patterns.py"} <= {each[2] for each in patterns}
    assert slow == []


@pytest.mark.parametrize(
    ("pattern", "use"),
    [
        (r"(?:\w+ ?){1,4}, –", "match"),
        (r"(?:a+)+b", "finditer"),
        (r"x\s*y?\s*z?\s*w", "finditer"),
        (r"(?:<!--.*?-->)*<html", "match"),
    ],
)
def test_a_slow_one_is_seen(pattern: str, use: str) -> None:
    assert slowest(pattern, 0, use, QUESTION_CHARS)[0] > MOST_S
