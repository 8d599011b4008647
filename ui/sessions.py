"""Who is signed in. In memory: a restart signs everybody out."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.accounts import Account, Accounts, Role

IDLE_S = 30 * 60
WHOLE_S = 12 * 3600  # however busy, a day's work later one signs in again


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser.

    Attributes:
        changed: that of the account when it signed in; another one ends the session.
        began, seen: seconds of a clock that only runs forward.
    """

    name: str
    role: Role
    changed: str
    began: float
    seen: float


class Sessions:
    """Sessions by the digest of their token, so that memory holds no token."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[bytes, Session] = {}

    def begin(self, account: Account, instead_of: str = "") -> str:
        """A new token; the one that the browser had before is worth nothing afterwards."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        session = Session(account.name, account.role, account.changed, now, now)
        with self._lock:
            self._open.pop(_digest(instead_of), None)
            for digest in [d for d, old in self._open.items() if self._over(old, now)]:
                del self._open[digest]
            self._open[_digest(token)] = session
        return token

    def of(self, token: str) -> Session | None:
        """The session of a token, which counts as a sign of life; None where it has ended."""
        digest, now = _digest(token), self._clock()
        with self._lock:
            session = self._open.get(digest)
            if session is None:
                return None
            account = self._accounts.get(session.name)
            unchanged = account is not None and account.changed == session.changed
            if self._over(session, now) or not unchanged:
                del self._open[digest]
                return None
            self._open[digest] = replace(session, seen=now)
            return session

    def end(self, token: str) -> None:
        """Sign a browser out."""
        with self._lock:
            self._open.pop(_digest(token), None)

    @staticmethod
    def _over(session: Session, now: float) -> bool:
        return now - session.seen > IDLE_S or now - session.began > WHOLE_S


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
