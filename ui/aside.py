"""Reading what is refused: whether a person in danger sent it.

One thread reads, as many messages together as have come meanwhile, so that under a flood each costs
less. What cannot be read soon is not put off: its refusal names the contacts instead.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from assistant.types import Answer

TOGETHER = 16  # more read in one go are no cheaper
GATHER_S = 0.1  # what comes meanwhile is read together; nobody refused minds a tenth of a second
MAX_UNREAD = 64  # a quarter of a second's reading while answers are being made beside it
READ_CHARS = 10_000  # of each: all a person types, and a bound on the work


class Referrer(Protocol):
    """Recognises people in danger."""

    def referrals(self, questions: Sequence[str]) -> list[Answer | None]:
        """For each question the referral for a person in danger, None for everybody else."""
        ...


class Unread(Exception):
    """Too much waits to be read."""


class Aside:
    """Reads refused messages, for one event loop."""

    def __init__(self, referrer: Referrer) -> None:
        self._referrer = referrer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._unread: deque[tuple[str, asyncio.Future[Answer | None]]] = deque()
        self._reading: asyncio.Task[None] | None = None

    async def referral(self, question: str) -> Answer | None:
        """What a person in danger is told, None for everybody else.

        Raises:
            Unread: it would take too long to find out.
        """
        if len(self._unread) >= MAX_UNREAD:
            raise Unread
        told: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._unread.append((question[:READ_CHARS], told))
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        return await told

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while self._unread:
            await asyncio.sleep(GATHER_S)
            some = [self._unread.popleft() for _ in range(min(TOGETHER, len(self._unread)))]
            reading = loop.run_in_executor(
                self._thread, self._referrer.referrals, [question for question, _ in some]
            )
            await asyncio.wait({reading})
            for place, (_, told) in enumerate(some):
                if told.done():  # whoever asked has left
                    continue
                if error := reading.exception():
                    told.set_exception(error)
                else:
                    told.set_result(reading.result()[place])
        self._reading = None
