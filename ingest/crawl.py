"""A whole site to its resources: politely, within limits, never off the site.

What was remembered of an earlier crawl (Visit) is asked for with its validators, so that a page
that has not changed costs one short request. The crawl itself writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from urllib.parse import urljoin, urlsplit

from ingest.dates import parse_date
from ingest.errors import (
    FetchError,
    Gone,
    IngestError,
    Moved,
    NothingToKeep,
    SourceError,
    TooLarge,
    UnknownFormat,
    Unreachable,
)
from ingest.fetch import MAX_HOPS, Fetcher, NotModified, Redirect, Reply
from ingest.frontier import (
    Frontier,
    Limits,
    Stop,
    address_key,
    is_other_document,
    may_be_page,
)
from ingest.links import find_links
from ingest.media import HTML
from ingest.polite import Pace, PoliteRequests
from ingest.site import Site, is_site
from ingest.sitemap import MAX_PACKED_BYTES, SiteMap, parse_sitemap
from ingest.types import Absent, Failure, Found, Listing, Unchanged, Visit

MAX_SITEMAP_DEPTH = 2  # a sitemap index, and what it names
MAX_SITEMAPS = 200
_FEED_STARTS = (b"<rss", b"<feed", b"<rdf:RDF", b"<urlset", b"<sitemapindex")


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
        self._site = Site(start, hosts)
        self._requests = PoliteRequests(self._site, fetcher, pace, private_hosts)
        self._came = came
        self._since = since
        self._older: set[str] = set()  # keys of pages that did not change since
        self._limits = limits
        self._known = {
            address_key(url): visit for url, visit in known.items() if self._site.holds(url)
        }
        self._frontier = Frontier(limits)
        self._leads: dict[str, str] = {}  # redirects: from where to where
        self._for_good: set[str] = set()
        self._answered: set[str] = set()
        self._gone: dict[str, Gone] = {}
        self._asked = 0
        self._whole = True

    def run(self) -> Iterator[Found]:
        named = self._requests.begin()
        if not is_site(self._site.start):
            self._add(self._site.start, 0)
        yield from self._sitemaps(named)
        home = urljoin(self._site.start, "/")
        if is_site(self._site.start) or address_key(home) in self._known:
            self._add(home, 0)  # whichever page a later crawl is started from, it finds the same
        while stop := self._frontier.next():
            if self._asked >= self._limits.pages:
                yield self._incomplete(
                    TooLarge(f"Only {self._asked} addresses of the site were read; it has more.")
                )
                break
            yield from self._visit(stop)
            if self._requests.is_down():
                error = self._stopped()
                if not self._answered:
                    raise error
                yield self._incomplete(error)
                break
        if not self._answered and self._requests.silent:
            raise Unreachable(f"The site at {self._site.start} does not answer.")
        yield from self._lost()
        yield from self._settled_moves()
        for pattern in sorted(self._frontier.left_out):
            reason = "More addresses like this one were left out: a site can have them without end."
            yield Failure(urljoin(self._site.start, pattern), NothingToKeep(reason))

    def _stopped(self) -> Unreachable:
        return Unreachable(f"The site at {self._site.start} stopped answering.")

    def _incomplete(self, error: IngestError) -> Failure:
        self._whole = False
        return Failure(self._site.start, error)

    # -- what the site lists -----------------------------------------------------------------------

    def _sitemaps(self, named: Sequence[str]) -> Iterator[Found]:
        first = [self._site.start] if is_site(self._site.start) else []
        usual = urljoin(self._site.start, "/sitemap.xml")
        seen: set[str] = set()
        for url in [*first, *named, usual]:
            yield from self._sitemap(url, 1, seen, must_be=url != usual or url in named)

    def _sitemap(self, url: str, depth: int, seen: set[str], must_be: bool) -> Iterator[Found]:
        address = self._site.own(url)
        if address is None or address in seen or not self._requests.allows(address):
            return
        seen.add(address)
        if len(seen) > MAX_SITEMAPS:
            return
        visit = self._known.get(address_key(address))
        try:
            # with `since`, the days it lists are needed: they are not remembered
            asked = None if self._since else visit
            got = self._requests.ask_through(address, asked, cap_bytes=MAX_PACKED_BYTES)
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
            children = list(self._site.all_own(listed.sitemaps))
            self._older |= self._unchanged_since(listed)
            pages = list(
                filter(
                    may_be_page,
                    self._site.all_own(
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
        return {address_key(url) for url in self._site.all_own(older)}

    # -- one address -------------------------------------------------------------------------------

    def _visit(self, stop: Stop, *, follow: bool = True) -> Iterator[Found]:
        url = stop.url
        visit = self._known.get(address_key(url))
        if not self._requests.allows(url):
            if self._requests.is_closed(url):
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
            got = self._requests.ask(url, visit)
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
                links = tuple(self._site.all_own(entry.url for entry in entries))
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
        address = self._site.own(got.to)
        first = stop.depth == 0 and stop.number == 1
        if address is None:
            if first:
                raise SourceError(
                    f"{self._site.start} redirects to another site; name that one: {got.to}"
                )
            yield Failure(stop.url, NothingToKeep(f"{stop.url} redirects to another site."))
            return
        if stop.hops >= MAX_HOPS:
            reason = f"{stop.url} ends a chain of more than {MAX_HOPS} redirects."
            yield Failure(stop.url, FetchError(reason))
            return
        if first and urlsplit(got.to).scheme == "https":
            self._site.https = True
            address = self._site.own(got.to) or address
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
            if self._requests.is_down():
                yield self._incomplete(
                    Unreachable(f"The site at {self._site.start} stopped answering.")
                )
                return
        for visit in lost:
            yield Absent(visit.url)

    def _add(self, url: str, depth: int, *, listed: bool = False, hops: int = 0) -> bool:
        visit = self._known.get(address_key(url))
        # as it was written before: a page keeps its address when it is linked in another way
        literal = visit.url if visit is not None and not hops else url
        return self._frontier.add(literal, depth, listed=listed, hops=hops)

    def _links(self, got: Reply) -> tuple[str, ...]:
        if got.declared != HTML:
            return ()
        most_alike = self._limits.per_pattern + 1  # one more shows that there were too many
        found = find_links(got.content, got.url, got.charset, most_alike=most_alike)
        pages = filter(may_be_page, self._site.all_own(found.pages))
        return tuple(dict.fromkeys([*pages, *self._site.all_own(found.feeds)]))


def _is_feed(got: Reply) -> bool:
    start = got.content[:1_000].lstrip()
    return got.declared != HTML and any(tag in start for tag in _FEED_STARTS)
