"""Requests to a site as it wants them: by its robots.txt, at its pace, again where that helps."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from ingest.addresses import DEFAULT_PORTS, is_listed
from ingest.errors import BadStatus, FetchError, IngestError, RefusedAddress, Unreachable
from ingest.fetch import MAX_HOPS, PRODUCT, Fetcher, NotModified, Redirect, Reply
from ingest.frontier import address_key
from ingest.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from ingest.robots import Robots, parse_robots
from ingest.site import Site
from ingest.types import Validators, Visit

DELAY_S = 1.0  # between two requests to one host, unless its robots.txt asks for more
MAX_DELAY_S = 30.0  # a robots.txt that asks for more would make a crawl last for days
MAX_RETRIES = 3
MAX_RETRY_AFTER_S = 120.0
DOWN_AFTER = 5  # pages in a row without any answer: then it is asked whether the site still is
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_KEEP_OUT = Robots(rules=(("/", False),))


@dataclass(slots=True)
class Pace:
    """When the next request may go out; clock, sleep and chance can be replaced in tests."""

    delay_s: float = DELAY_S
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    _last: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def turn(self, host: str, delay_s: float) -> Iterator[None]:
        """Make a request in this block: `delay_s` after the last one to the host was answered.

        After its answer, since a request may be on its way for longer than the next one.
        """
        if host in self._last and (left := self._last[host] + delay_s - self.clock()) > 0:
            self.sleep(left)
        try:
            yield
        finally:
            self._last[host] = self.clock()

    def back_off(self, attempt: int, asked_s: float | None) -> None:
        """Before trying again: as long as the server asks, or 1, 2, 4 seconds and some chance."""
        self.sleep(asked_s if asked_s is not None else 2**attempt * (1 + self.chance()))


class PoliteRequests:
    """Requests to one site.

    Args:
        private_hosts: hosts that the administrator named; these are not made to wait for.

    Attributes:
        silent: how many requests in a row got no answer.
    """

    def __init__(
        self, site: Site, fetcher: Fetcher, pace: Pace, private_hosts: frozenset[str]
    ) -> None:
        self._site = site
        self._fetcher = fetcher
        self._pace = pace
        self._private_hosts = private_hosts
        self._robots: dict[str, Robots] = {}
        self.silent = 0
        self._closed: set[str] = set()

    def begin(self) -> tuple[str, ...]:
        """Read the robots.txt of the start; gives the sitemaps that it names.

        Raises:
            Unreachable: the site does not give it.
            RefusedAddress: it lies on another site.
        """
        host = _netloc(self._site.start)
        self._robots[host] = self._read_robots(self._site.start)
        return self._robots[host].sitemaps

    def allows(self, url: str) -> bool:
        """Whether the robots.txt of its host lets the address be asked for."""
        host = _netloc(url)
        if host not in self._robots:
            try:
                self._robots[host] = self._read_robots(url)
            except IngestError:
                self._robots[host] = _KEEP_OUT
                self._closed.add(host)
        parts = urlsplit(url)
        return self._robots[host].allows(parts.path + (f"?{parts.query}" if parts.query else ""))

    def is_closed(self, url: str) -> bool:
        """Whether it is on a further host that gave no robots.txt."""
        return _netloc(url) in self._closed

    def ask(
        self,
        url: str,
        visit: Visit | None = None,
        *,
        cap_bytes: int | None = None,
        cut: bool = False,
    ) -> Reply | NotModified | Redirect:
        """One request, tried again where that may help; with what an earlier `visit` remembered.

        Raises:
            IngestError: what came of it instead.
        """
        known = visit.validators if visit is not None and visit.url == url else Validators()
        retries = MAX_RETRIES if not self.silent else 1
        host = _netloc(url)
        for attempt in range(retries + 1):
            try:
                with self._pace.turn(host, self._delay_s(host)):
                    got = self._fetcher.get(url, validators=known, cap_bytes=cap_bytes, cut=cut)
            except (Unreachable, BadStatus) as error:
                asked_s = error.retry_after_s if isinstance(error, BadStatus) else None
                hopeless = isinstance(error, BadStatus) and error.status not in _TRANSIENT
                too_long = asked_s is not None and asked_s > MAX_RETRY_AFTER_S
                if hopeless or too_long or attempt == retries:
                    self.silent = 0 if hopeless else self.silent + 1
                    raise
                self._pace.back_off(attempt, asked_s)
            else:
                self.silent = 0
                return got
        raise AssertionError("the last attempt returns or raises")

    def ask_through(
        self, url: str, visit: Visit | None, *, cap_bytes: int | None = None, cut: bool = False
    ) -> Reply | None:
        """One file of the site through its redirects; None if it is as it was.

        Raises:
            IngestError: it cannot be had, or lies on another site.
        """
        for _ in range(MAX_HOPS + 1):
            got = self.ask(url, visit, cap_bytes=cap_bytes, cut=cut)
            if isinstance(got, Reply):
                return got
            if isinstance(got, NotModified):
                return None
            following = self._site.own(got.to)
            if following is None:
                raise RefusedAddress(f"{url} redirects to another site.")
            url = got.to
        raise FetchError(f"{url} ends a chain of more than {MAX_HOPS} redirects.")

    def _delay_s(self, host: str) -> float:
        parts = urlsplit(f"//{host}")
        port = parts.port or DEFAULT_PORTS["https" if self._site.https else "http"]
        own = 0.0 if is_listed(parts.hostname or "", port, self._private_hosts) else None
        asked = self._robots.get(host, Robots()).crawl_delay_s or 0.0
        return max(self._pace.delay_s if own is None else own, min(asked, MAX_DELAY_S))

    def is_down(self) -> bool:
        """After several pages in a row without an answer: does the start still give one?"""
        if self.silent < DOWN_AFTER:
            return False
        host = _netloc(self._site.start)
        try:
            with self._pace.turn(host, self._delay_s(host)):
                self._fetcher.get(self._site.start)
        except (Unreachable, BadStatus) as error:
            return isinstance(error, Unreachable) or error.status in _TRANSIENT
        except IngestError:
            pass
        self.silent = 0
        return False

    def _read_robots(self, url: str) -> Robots:
        address = urlunsplit((*urlsplit(url)[:2], "/robots.txt", "", ""))
        try:
            got = self.ask_through(address, None, cap_bytes=MAX_ROBOTS_BYTES, cut=True)
        except BadStatus as error:
            if error.status in _TRANSIENT:  # RFC 9309: then nothing may be asked for
                raise Unreachable(f"The site does not give its robots.txt: {error}") from error
            return Robots()
        except RefusedAddress:
            if address_key(url) == address_key(self._site.start):
                raise
            return _KEEP_OUT
        except FetchError as error:
            if isinstance(error, Unreachable):
                raise
            return Robots()
        text = got.content.decode("utf-8", "replace") if got is not None else ""
        return parse_robots(text, PRODUCT.partition("/")[0])


def _netloc(url: str) -> str:
    return urlsplit(url).netloc.lower()
