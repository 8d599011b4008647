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
GATHER_S = 0.05  # what comes meanwhile is read together; nobody refused minds so little
MAX_UNREAD = 64
MAX_WAIT_S = 0.25  # for those before one to be read; on a starved machine that is soon over
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
        self._mean_s = 0.001  # of one message; learnt as they are read

    async def referral(self, question: str) -> Answer | None:
        """What a person in danger is told, None for everybody else.

        Raises:
            Unread: it would take too long to find out.
        """
        before = len(self._unread)
        if before >= MAX_UNREAD or before * self._mean_s > MAX_WAIT_S:
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
            began = loop.time()
            reading = loop.run_in_executor(
                self._thread, self._referrer.referrals, [question for question, _ in some]
            )
            await asyncio.wait({reading})
            self._mean_s += 0.3 * ((loop.time() - began) / len(some) - self._mean_s)
            for place, (_, told) in enumerate(some):
                if told.done():  # whoever asked has left
                    continue
                if error := reading.exception():
                    told.set_exception(error)
                else:
                    told.set_result(reading.result()[place])
        self._reading = None
