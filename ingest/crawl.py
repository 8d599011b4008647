"""A whole site to its resources: politely, within limits, never off the site.

What was remembered of an earlier crawl (Visit) is asked for with its validators, so that a page
that has not changed costs one short request. The crawl itself writes nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urljoin, urlsplit, urlunsplit

from ingest.addresses import DEFAULT_PORTS, is_listed, split_address
from ingest.dates import parse_date
from ingest.errors import (
    BadStatus,
    FetchError,
    Gone,
    IngestError,
    Moved,
    NothingToKeep,
    RefusedAddress,
    SourceError,
    TooLarge,
    UnknownFormat,
    Unreachable,
)
from ingest.fetch import MAX_HOPS, PRODUCT, Fetcher, NotModified, Redirect, Reply
from ingest.frontier import (
    Frontier,
    Limits,
    Stop,
    address_key,
    clean_address,
    is_other_document,
    may_be_page,
)
from ingest.links import find_links
from ingest.media import HTML
from ingest.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from ingest.robots import Robots, parse_robots
from ingest.sitemap import MAX_PACKED_BYTES, SiteMap, parse_sitemap
from ingest.types import Absent, Failure, Found, Listing, Unchanged, Validators, Visit

DELAY_S = 1.0  # between two requests to one host, unless its robots.txt asks for more
MAX_DELAY_S = 30.0  # a robots.txt that asks for more would make a crawl last for days
MAX_RETRIES = 3
MAX_RETRY_AFTER_S = 120.0
MAX_SITEMAP_DEPTH = 2  # a sitemap index, and what it names
MAX_SITEMAPS = 200
DOWN_AFTER = 5  # pages in a row without any answer: then it is asked whether the site still is
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_KEEP_OUT = Robots(rules=(("/", False),))
_FEED_STARTS = (b"<rss", b"<feed", b"<rdf:RDF", b"<urlset", b"<sitemapindex")


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


def is_site(source: str) -> bool:
    """Whether a source names a whole site by itself: the address of a sitemap."""
    parts = urlsplit(source) if "://" in source else None
    return parts is not None and parts.path.lower().endswith(("sitemap.xml", "sitemap.xml.gz"))


def site_of(source: str) -> str:
    """One name for a site, however its address is written.

    Raises:
        RefusedAddress: it is no address we fetch.
    """
    split_address(source)
    return f"site:{_host(source)}"


def crawl(
    start: str,
    fetcher: Fetcher,
    *,
    known: Mapping[str, Visit] | None = None,
    private_hosts: frozenset[str] = frozenset(),
    hosts: frozenset[str] = frozenset(),
    came: Set[str] = frozenset(),
    since: date | None = None,
    limits: Limits | None = None,
    pace: Pace | None = None,
) -> Iterator[Found]:
    """What a site holds, one by one: its sitemaps, feeds, pages and linked documents.

    A page that is known and neither linked nor listed any more is asked for once more; it comes
    as Absent where the crawl was whole, besides what it answered.

    Args:
        start: any page of the site, or its sitemap.
        known: what earlier runs remembered, by address.
        private_hosts: hosts that the administrator named; these are not made to wait for.
        hosts: further hosts that belong to the site.
        came: addresses that a crawl which was broken off a while ago got; where they are known,
            they are not asked for again.
        since: pages that the sitemap says were last changed before this day are not asked for:
            known ones stay as they are, others are left out.

    Raises:
        SourceError: the start is no address of a site.
        RefusedAddress: it is not one we fetch.
        Unreachable: the site does not answer; nothing came before.
    """
    return _Crawl(
        start,
        fetcher,
        known or {},
        private_hosts,
        hosts,
        came,
        since,
        limits or Limits(),
        pace or Pace(),
    ).run()


class _Crawl:
    def __init__(
        self,
        start: str,
        fetcher: Fetcher,
        known: Mapping[str, Visit],
        private_hosts: frozenset[str],
        hosts: frozenset[str],
        came: Set[str],
        since: date | None,
        limits: Limits,
        pace: Pace,
    ) -> None:
        split_address(start)
        self._start = clean_address(start)
        self._https = urlsplit(start).scheme == "https"
        self._hosts = {_host(start), *(host.lower().removeprefix("www.") for host in hosts)}
        self._fetcher = fetcher
        self._private_hosts = private_hosts
        self._came = came
        self._since = since
        self._older: set[str] = set()  # keys of pages that did not change since
        self._limits = limits
        self._pace = pace
        self._known = {
            address_key(url): visit for url, visit in known.items() if _host(url) in self._hosts
        }
        self._frontier = Frontier(limits)
        self._robots: dict[str, Robots] = {}
        self._leads: dict[str, str] = {}  # redirects: from where to where
        self._for_good: set[str] = set()
        self._closed: set[str] = set()  # further hosts that gave no robots.txt
        self._answered: set[str] = set()
        self._gone: dict[str, Gone] = {}
        self._asked = 0
        self._silent = 0
        self._whole = True

    def run(self) -> Iterator[Found]:
        self._robots[_netloc(self._start)] = self._read_robots(self._start)
        if not is_site(self._start):
            self._add(self._start, 0)
        yield from self._sitemaps()
        home = urljoin(self._start, "/")
        if is_site(self._start) or address_key(home) in self._known:
            self._add(home, 0)  # whichever page a later crawl is started from, it finds the same
        while stop := self._frontier.next():
            if self._asked >= self._limits.pages:
                yield self._incomplete(
                    TooLarge(f"Only {self._asked} addresses of the site were read; it has more.")
                )
                break
            yield from self._visit(stop)
            if self._is_down():
                error = Unreachable(f"The site at {self._start} stopped answering.")
                if not self._answered:
                    raise error
                yield self._incomplete(error)
                break
        if not self._answered and self._silent:
            raise Unreachable(f"The site at {self._start} does not answer.")
        yield from self._lost()
        yield from self._settled_moves()
        for pattern in sorted(self._frontier.left_out):
            reason = "More addresses like this one were left out: a site can have them without end."
            yield Failure(urljoin(self._start, pattern), NothingToKeep(reason))

    def _incomplete(self, error: IngestError) -> Failure:
        self._whole = False
        return Failure(self._start, error)

    # -- what the site lists -----------------------------------------------------------------------

    def _sitemaps(self) -> Iterator[Found]:
        named = self._robots[_netloc(self._start)].sitemaps
        first = [self._start] if is_site(self._start) else []
        usual = urljoin(self._start, "/sitemap.xml")
        seen: set[str] = set()
        for url in [*first, *named, usual]:
            yield from self._sitemap(url, 1, seen, must_be=url != usual or url in named)

    def _sitemap(self, url: str, depth: int, seen: set[str], must_be: bool) -> Iterator[Found]:
        address = self._on_site(url)
        if address is None or address in seen or not self._allows(address):
            return
        seen.add(address)
        if len(seen) > MAX_SITEMAPS:
            return
        visit = self._known.get(address_key(address))
        try:
            # with `since`, the days it lists are needed: they are not remembered
            asked = None if self._since else visit
            got = self._ask_on(address, asked, cap_bytes=MAX_PACKED_BYTES)
            listed = SiteMap() if got is None else parse_sitemap(got.content, address)
        except IngestError as error:
            if must_be or not isinstance(error, Gone):
                self._whole = False  # whom it lists is not known
                yield Failure(address, error)
            return
        if got is None:
            assert visit is not None, "only what is known can be unchanged"
            children = [link for link in visit.links if not may_be_page(link)]
            pages = [link for link in visit.links if may_be_page(link)]
        else:
            children = list(self._of_site(listed.sitemaps))
            self._older |= self._unchanged_since(listed)
            pages = list(
                filter(
                    may_be_page,
                    self._of_site(
                        a for entry in listed.pages for a in (entry.url, *entry.alternates)
                    ),
                )
            )
        for page in pages:
            self._add(page, 1, listed=True)
        for child in children if depth <= MAX_SITEMAP_DEPTH else []:
            yield from self._sitemap(child, depth + 1, seen, must_be=True)
        # after its children: once it is remembered, they are
        if got is None:
            yield Unchanged(address)
        elif any(may_be_page(child) for child in children):  # could not be told apart later
            yield Listing(address, links=())
        else:
            yield Listing(address, got.validators, (*children, *pages))

    def _unchanged_since(self, listed: SiteMap) -> set[str]:
        if self._since is None:
            return set()
        changed = {entry.url: parse_date(entry.lastmod[:10]) for entry in listed.pages}
        older = [url for url, day in changed.items() if day is not None and day < self._since]
        return {address_key(url) for url in self._of_site(older)}

    # -- one address -------------------------------------------------------------------------------

    def _visit(self, stop: Stop, *, follow: bool = True) -> Iterator[Found]:
        url = stop.url
        visit = self._known.get(address_key(url))
        if not self._allows(url):
            if _netloc(url) in self._closed:
                yield Failure(url, Unreachable(f"The host of {url} gives no robots.txt."))
            else:
                yield Failure(url, NothingToKeep(f"The site's robots.txt keeps {url} to itself."))
            return
        if is_other_document(url):
            yield Failure(url, NothingToKeep(f"There is no reader for {url}."))
            return
        is_older = address_key(url) in self._older
        if is_older and visit is None:
            reason = f"{url} was last changed before {self._since}, says the site."
            yield Failure(url, NothingToKeep(reason))
            return
        if visit is not None and (is_older or (visit.digest and visit.url in self._came)):
            self._answered.add(url)
            yield Unchanged(visit.url)
            for link in visit.links if follow else ():
                self._add(link, stop.depth + 1)
            return
        self._asked += 1
        links: tuple[str, ...] = ()
        try:
            got = self._ask(url, self._validators(visit, url))
            if isinstance(got, Redirect):
                yield from self._redirected(stop, got, follow)
                return
            if isinstance(got, NotModified):
                assert visit is not None, "only what is known can be unchanged"
                self._answered.add(url)
                links = visit.links
                yield Unchanged(url)
            elif _is_feed(got):
                entries = parse_sitemap(got.content, url).pages
                links = tuple(self._of_site(entry.url for entry in entries))
                self._answered.add(url)
                yield Listing(url, got.validators, links)
            else:
                self._answered.add(url)
                links = self._links(got)
                yield replace(got.resource(), links=links)
        except SourceError:
            raise
        except UnknownFormat as error:  # a picture or a film behind an address that did not tell
            yield Failure(url, NothingToKeep(str(error)))
        except IngestError as error:
            if isinstance(error, Gone):
                self._gone[url] = error
            elif isinstance(error, FetchError) and visit is not None:
                links = visit.links  # what it led to is not lost because it fails today
            yield Failure(url, error)
        for link in links if follow else ():
            self._add(link, stop.depth + 1)

    def _redirected(self, stop: Stop, got: Redirect, follow: bool) -> Iterator[Found]:
        address = self._on_site(got.to)
        first = stop.depth == 0 and stop.number == 1
        if address is None:
            if first:
                raise SourceError(
                    f"{self._start} redirects to another site; name that one: {got.to}"
                )
            yield Failure(stop.url, NothingToKeep(f"{stop.url} redirects to another site."))
            return
        if stop.hops >= MAX_HOPS:
            reason = f"{stop.url} ends a chain of more than {MAX_HOPS} redirects."
            yield Failure(stop.url, FetchError(reason))
            return
        if first and urlsplit(got.to).scheme == "https":
            self._https = True
            address = self._on_site(got.to) or address
        self._leads[stop.url] = address
        if got.permanent:
            self._for_good.add(stop.url)
        if address_key(address) == address_key(stop.url):  # a slash more, or https
            literal = replace(stop, url=got.to, hops=stop.hops + 1)
            self._leads[stop.url] = got.to
            yield from self._visit(literal, follow=follow)
        elif not self._add(address, stop.depth, listed=True, hops=stop.hops + 1) and (
            self._end_of(address) is None
        ):
            yield Failure(stop.url, FetchError(f"{stop.url} redirects in a circle."))

    def _end_of(self, url: str) -> str | None:
        """Where a chain of redirects ends; None if it never does."""
        passed: set[str] = set()
        while url in self._leads:
            if url in passed:
                return None
            passed.add(url)
            url = self._leads[url]
        return url

    def _settled_moves(self) -> Iterator[Found]:
        """Known addresses that led elsewhere for good, now that it is known what stands there."""
        for url in self._leads:
            if url not in self._for_good or address_key(url) not in self._known:
                continue
            end = self._end_of(url)
            if end in self._answered:
                yield Failure(url, Moved(f"{url} has moved to {end}."))
            elif end in self._gone:
                yield Failure(url, self._gone[end])

    def _lost(self) -> Iterator[Found]:
        """Pages known from before that nothing led to: asked for once more, then named."""
        lost = [
            visit
            for visit in self._known.values()
            if visit.page is not None and not self._frontier.knows(visit.url)
        ]
        if not self._whole:
            return
        for number, visit in enumerate(lost):
            if self._asked >= self._limits.pages:
                return
            yield from self._visit(Stop(0, 1, number, visit.url), follow=False)
            if self._is_down():
                yield self._incomplete(Unreachable(f"The site at {self._start} stopped answering."))
                return
        for visit in lost:
            yield Absent(visit.url)

    # -- requests ----------------------------------------------------------------------------------

    def _ask(
        self,
        url: str,
        validators: Validators,
        *,
        cap_bytes: int | None = None,
        cut: bool = False,
    ) -> Reply | NotModified | Redirect:
        """One request, tried again where that may help."""
        retries = MAX_RETRIES if not self._silent else 1
        host = _netloc(url)
        for attempt in range(retries + 1):
            try:
                with self._pace.turn(host, self._delay_s(host)):
                    got = self._fetcher.get(
                        url, validators=validators, cap_bytes=cap_bytes, cut=cut
                    )
            except (Unreachable, BadStatus) as error:
                asked_s = error.retry_after_s if isinstance(error, BadStatus) else None
                hopeless = isinstance(error, BadStatus) and error.status not in _TRANSIENT
                too_long = asked_s is not None and asked_s > MAX_RETRY_AFTER_S
                if hopeless or too_long or attempt == retries:
                    self._silent = 0 if hopeless else self._silent + 1
                    raise
                self._pace.back_off(attempt, asked_s)
            else:
                self._silent = 0
                return got
        raise AssertionError("the last attempt returns or raises")

    def _ask_on(
        self, url: str, visit: Visit | None, *, cap_bytes: int | None = None, cut: bool = False
    ) -> Reply | None:
        """One file of the site through its redirects; None if it is as it was."""
        for _ in range(MAX_HOPS + 1):
            got = self._ask(url, self._validators(visit, url), cap_bytes=cap_bytes, cut=cut)
            if isinstance(got, Reply):
                return got
            if isinstance(got, NotModified):
                return None
            following = self._on_site(got.to)
            if following is None:
                raise RefusedAddress(f"{url} redirects to another site.")
            url = got.to
        raise FetchError(f"{url} ends a chain of more than {MAX_HOPS} redirects.")

    def _validators(self, visit: Visit | None, url: str) -> Validators:
        return visit.validators if visit is not None and visit.url == url else Validators()

    def _delay_s(self, host: str) -> float:
        parts = urlsplit(f"//{host}")
        port = parts.port or DEFAULT_PORTS["https" if self._https else "http"]
        own = 0.0 if is_listed(parts.hostname or "", port, self._private_hosts) else None
        asked = self._robots.get(host, Robots()).crawl_delay_s or 0.0
        return max(self._pace.delay_s if own is None else own, min(asked, MAX_DELAY_S))

    def _is_down(self) -> bool:
        """After several pages in a row without an answer: does the start still give one?"""
        if self._silent < DOWN_AFTER:
            return False
        host = _netloc(self._start)
        try:
            with self._pace.turn(host, self._delay_s(host)):
                self._fetcher.get(self._start)
        except (Unreachable, BadStatus) as error:
            return isinstance(error, Unreachable) or error.status in _TRANSIENT
        except IngestError:
            pass
        self._silent = 0
        return False

    # -- what may be asked for ---------------------------------------------------------------------

    def _read_robots(self, url: str) -> Robots:
        address = urlunsplit((*urlsplit(url)[:2], "/robots.txt", "", ""))
        try:
            got = self._ask_on(address, None, cap_bytes=MAX_ROBOTS_BYTES, cut=True)
        except BadStatus as error:
            if error.status in _TRANSIENT:  # RFC 9309: then nothing may be asked for
                raise Unreachable(f"The site does not give its robots.txt: {error}") from error
            return Robots()
        except RefusedAddress:
            if address_key(url) == address_key(self._start):
                raise
            return _KEEP_OUT
        except FetchError as error:
            if isinstance(error, Unreachable):
                raise
            return Robots()
        text = got.content.decode("utf-8", "replace") if got is not None else ""
        return parse_robots(text, PRODUCT.partition("/")[0])

    def _allows(self, url: str) -> bool:
        host = _netloc(url)
        if host not in self._robots:
            try:
                self._robots[host] = self._read_robots(url)
            except IngestError:
                self._robots[host] = _KEEP_OUT
                self._closed.add(host)
        parts = urlsplit(url)
        return self._robots[host].allows(parts.path + (f"?{parts.query}" if parts.query else ""))

    def _add(self, url: str, depth: int, *, listed: bool = False, hops: int = 0) -> bool:
        visit = self._known.get(address_key(url))
        # as it was written before: a page keeps its address when it is linked in another way
        literal = visit.url if visit is not None and not hops else url
        return self._frontier.add(literal, depth, listed=listed, hops=hops)

    def _on_site(self, url: str) -> str | None:
        """The address in its plain form, if it is one of this site."""
        try:
            split_address(url)
            address = clean_address(url)
            if _host(address) not in self._hosts:
                return None
        except (IngestError, ValueError):
            return None
        if self._https and address.startswith("http://") and urlsplit(address).port is None:
            return "https://" + address.removeprefix("http://")
        return address

    def _of_site(self, urls: Iterable[str]) -> Iterator[str]:
        return iter(dict.fromkeys(a for url in urls if (a := self._on_site(url)) is not None))

    def _links(self, got: Reply) -> tuple[str, ...]:
        if got.declared != HTML:
            return ()
        most_alike = self._limits.per_pattern + 1  # one more shows that there were too many
        found = find_links(got.content, got.url, got.charset, most_alike=most_alike)
        pages = filter(may_be_page, self._of_site(found.pages))
        return tuple(dict.fromkeys([*pages, *self._of_site(found.feeds)]))


def _is_feed(got: Reply) -> bool:
    start = got.content[:1_000].lstrip()
    return got.declared != HTML and any(tag in start for tag in _FEED_STARTS)


def _netloc(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _host(url: str) -> str:
    """Host and port without what a site answers to as well: `www.`, a default port."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, *DEFAULT_PORTS.values()) else f":{parts.port}"
    return (parts.hostname or "").rstrip(".").removeprefix("www.") + port
