"""Sources to a report: what was added, updated, unchanged, removed, refused.

Two steps, each safe to kill. `bring_in` reads resources one by one and commits what each reader
found. `settle` then derives the stored pages from all readings together (what repeats across a
site is taken out and kept once) in one transaction. Pages depend on the set of readings alone, so
a run that was killed and run again ends where an undisturbed one does.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING, chunk_page
from ingest.errors import Excluded, Gone, IngestError, NothingToKeep
from ingest.frame import site_pages, without_repeats
from ingest.types import (
    Absent,
    Exclusion,
    Failure,
    Found,
    Listing,
    Page,
    Reading,
    Resource,
    Unchanged,
    Visit,
)
from ingest.vetting import NO_CONTACTS, OwnContacts, waiting

READING_VERSION = 4  # raise it when readers change what they find: everything is then read again
DERIVATION = 2  # raise it when what `frame` takes out changes: every page is then derived anew
_DOCUMENT_ENDINGS = (".pdf", ".docx")
MISSES_UNTIL_GONE = 2  # crawls in a row that did not come upon a page


@dataclass(frozen=True, slots=True)
class SiteNames:
    """How the page is called that keeps what a site says on all of its pages, and whose it is.

    Attributes:
        home: the organisation's site, with a final slash; local files belong to it.
        titles: language to title.
        own: by what the organisation's contacts are known.
    """

    home: str
    titles: Mapping[str, str]
    own: OwnContacts = NO_CONTACTS

    def rules(self) -> list[object]:
        """What of it the stored pages depend on."""
        own = [sorted(self.own.web), sorted(self.own.phones), sorted(self.own.keys)]
        return [self.home, sorted(self.titles.items()), own]


@dataclass(frozen=True, slots=True)
class Changes:
    """Addresses of the stored pages that a run changed."""

    added: frozenset[str] = frozenset()
    updated: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A resource that was left out on purpose."""

    url: str
    reason: str


@dataclass(slots=True)
class Report:
    """What one run did. The first four count pages; `changes` names them, but for the unchanged.

    Attributes:
        waiting: pages that came but wait for a person, with the contacts they name. They stand
            among the skipped as well.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pages: int = 0
    chunks: int = 0
    seconds: float = 0.0
    index_version: int | None = None


def ingest(
    sources: Sequence[str],
    catalogue: Catalogue,
    *,
    discover: Callable[[str], Iterable[Found]],
    read: Callable[[Resource], Reading],
    names: SiteNames,
    crawled: Mapping[str, str] = MappingProxyType({}),
    prune: bool = False,
    ahead: int = 0,
    progress: Callable[[str, int], None] = lambda url, count: None,
) -> Report:
    """Bring every source into the catalogue and settle it.

    Args:
        sources: as named on the command line.
        discover: a source to its resources; what cannot be had comes as a Failure.
        read: a resource to what is in it.
        crawled: those of the sources that are whole sites, and one name for each, however its
            address was written. Pages that such a source finds Absent leave after
            MISSES_UNTIL_GONE crawls in a row.
        prune: take out pages that came from these sources before and no longer do. Not done for a
            source that had failures: a partial load must never empty the store. A crawl knows by
            itself what is Absent; then the first time suffices.
        ahead: so many resources are read beside each other, in threads, while more come in; what
            becomes of them is decided in the order in which they came.
        progress: called with each address and how many came so far.

    Raises:
        SourceError: a source cannot be used at all; nothing was changed.
        StoreError: the catalogue cannot be written.
    """
    started = time.monotonic()
    report = Report()
    samples = catalogue.samples()
    touched: dict[str, None] = {}  # in order; a list is gone through for each of its pages
    for source in sources:
        origin = crawled.get(source, source)
        visits = catalogue.visits(READING_VERSION)
        came = _Intake(
            origin, catalogue, read, report, visits, catalogue.exclusions(), source in crawled
        )
        came.take_all(discover(source), ahead, progress)
        catalogue.end_crawl(origin)
        touched.update(dict.fromkeys(came.pages))
        own = {url for url, whose in catalogue.origins().items() if whose == origin}
        gone = came.gone - came.pages.keys() | came.missed(own, at_once=prune)
        if prune and source not in crawled and not came.failures:
            gone |= own - came.pages.keys()
        catalogue.drop_readings(sorted(gone))
    if touched and samples:
        # the starter pages are stand-ins, in our words: they step aside for an organisation's own
        catalogue.drop_readings(url for url in samples if url not in touched)
    changes = settle(catalogue, names)
    origins = catalogue.origins()
    for url, contacts in catalogue.waiting().items():
        if url in touched or url not in origins:  # a site's own page comes from all of its pages
            report.waiting[url] = contacts
            report.skipped.append(Skipped(url, waits_for(contacts)))
    stored = catalogue.addresses()
    kept = [url for url in touched if url in stored]
    report.changes = {
        "added": tuple(url for url in kept if url in changes.added),
        "updated": tuple(url for url in kept if url in changes.updated),
        "removed": tuple(sorted(changes.removed)),
    }
    report.added, report.updated, report.removed = map(len, report.changes.values())
    report.unchanged = len(kept) - report.added - report.updated
    report.pages, report.chunks = catalogue.counts()
    report.seconds = time.monotonic() - started
    return report


def waits_for(contacts: Sequence[str]) -> str:
    """Why a page is held for review, in one sentence."""
    return (
        f"held for review: it names {', '.join(contacts)}, which nothing vouches for; "
        "`assistant trust` lets it in"
    )


def add_pages(pages: Iterable[Page], catalogue: Catalogue, names: SiteNames, origin: str) -> None:
    """Store pages that need no reading, such as the starter pages."""
    for page in pages:
        visit = Visit(page.url, page.url, page.digest)
        catalogue.put_reading(Reading(page), origin=origin, visit=visit, reader=READING_VERSION)
    settle(catalogue, names)


def matching(pattern: Exclusion, catalogue: Catalogue) -> list[str]:
    """Addresses of the pages that were read and that an exclusion takes out."""
    return sorted(filter(pattern.matches, catalogue.origins()))


def remove(urls: Sequence[str], catalogue: Catalogue, names: SiteNames) -> list[str]:
    """Take pages out; gives those that were not there."""
    known = catalogue.origins().keys()
    catalogue.drop_readings(url for url in urls if url in known)
    settle(catalogue, names)
    return [url for url in urls if url not in known]


def settle(catalogue: Catalogue, names: SiteNames, *, anew: bool = False) -> Changes:
    """Derive pages and chunks from the readings; writes only what differs, in one transaction.

    Nothing is derived where no reading came or went since the last time; `anew` does it all the
    same.
    """
    rules = json.dumps([DERIVATION, CHUNKING, *names.rules()])
    if not anew and catalogue.settled() == rules:
        return Changes()
    wanted = {page.url: page for page in _derived(catalogue.readings(), names)}
    known = catalogue.addresses()
    new = [page for url, page in wanted.items() if url not in known]
    trusted = {each.key for each in catalogue.trusted()}
    waits = waiting(new, catalogue.readings, names.own, trusted)
    for url in waits:
        del wanted[url]
    rechunk = catalogue.setting("chunking") != CHUNKING
    # what is stored is not even looked at for deriving it anew: it may be damaged
    stored = {} if anew else {page.url: _fingerprint(page) for page in catalogue.pages()}
    differ = {url for url, page in wanted.items() if stored.get(url) != _fingerprint(page)}
    written = [(page, chunk_page(page)) for url, page in wanted.items() if rechunk or url in differ]
    gone = known - wanted.keys()
    catalogue.replace_pages(written, gone, settled=rules, waiting=waits)
    if rechunk:
        catalogue.put_setting("chunking", CHUNKING)
    return Changes(
        added=frozenset(wanted.keys() - known),
        updated=frozenset(differ & known),
        removed=frozenset(gone),
    )


def not_derived(catalogue: Catalogue, names: SiteNames) -> list[str]:
    """Addresses whose stored pages are not what the readings give, in order."""
    waits = catalogue.waiting()
    wanted = {
        page.url: _fingerprint(page)
        for page in _derived(catalogue.readings(), names)
        if page.url not in waits
    }
    stored = {page.url: _fingerprint(page) for page in catalogue.pages()}
    both = wanted.keys() | stored.keys()
    return sorted(url for url in both if wanted.get(url) != stored.get(url))


@dataclass(slots=True)
class _Intake:
    """What comes of one source: read what changed, and remember every resource.

    Attributes:
        known: what is remembered from before, by address of the resource.
        resumes: note what came, so that it need not be asked for again if this run is broken off.
        pages: address of each page that came to that of the resource it stands in, in order.
        gone: pages whose resources say that they are to be had no more.
        absent: resources that a crawl came upon no more.
        failures: how many items failed.
    """

    origin: str
    catalogue: Catalogue
    reader: Callable[[Resource], Reading]
    report: Report
    known: Mapping[str, Visit]
    exclusions: Sequence[Exclusion] = ()
    resumes: bool = False
    pages: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    absent: list[Visit] = field(default_factory=list)
    failures: int = 0

    def take_all(
        self, items: Iterable[Found], ahead: int, progress: Callable[[str, int], None]
    ) -> None:
        """Bring items in, in order; `ahead` and `progress` as of `ingest`."""
        waiting: deque[tuple[Found, Future[Reading] | None]] = deque()

        def take_until(left: int) -> None:
            while len(waiting) > left:
                item, begun = waiting.popleft()
                self.take(item, begun)
                progress(item.url, len(self.pages))

        pool = ThreadPoolExecutor(ahead) if ahead else None
        try:
            for item in items:
                begun = None
                if pool is not None and isinstance(item, Resource) and self._is_new(item):
                    begun = pool.submit(self.reader, item)
                waiting.append((item, begun))
                take_until(ahead)
            take_until(0)
        except IngestError:
            take_until(0)  # what came before counts
            raise
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)

    def take(self, item: Found, begun: Future[Reading] | None = None) -> None:
        """Bring one item in; `begun` is its reading, where that is under way."""
        visit = self.known.get(item.url)
        if (why := self._excluded(item.url)) is not None:
            self._leave_out(item, why)
        elif isinstance(item, Failure):
            self._give_up(item, visit)
        elif isinstance(item, Absent):
            self.absent.extend([visit] if visit is not None else [])
        elif isinstance(item, Listing):
            self._remember(Visit(item.url, None, "", "", item.validators, item.links))
        elif isinstance(item, Unchanged):
            if visit is not None:
                self._keep(visit)
        else:
            self._resource(item, visit, begun)
            if self.resumes:
                self.catalogue.put_came(self.origin, item.url, item.fetched_at)

    def missed(self, own: Set[str], *, at_once: bool) -> set[str]:
        """The pages among `own` that crawls did not come upon often enough; counts this one."""
        missed: set[str] = set()
        misses: dict[str, int] = {}
        for visit in self.absent:
            if (page := self._own_page(visit)) in own:
                misses[visit.url] = visit.misses + 1
                if at_once or misses[visit.url] >= MISSES_UNTIL_GONE:
                    missed.add(page or "")
        self.catalogue.put_misses(misses)
        return missed

    def _is_new(self, item: Resource) -> bool:
        before = self.known.get(item.url)
        return before is None or before.digest != _resource_digest(item)

    def _resource(
        self, item: Resource, before: Visit | None, begun: Future[Reading] | None
    ) -> None:
        visit = Visit(item.url, None, _resource_digest(item), "", item.validators, item.links)
        if before is not None and visit.digest == before.digest:
            visit = replace(visit, page=before.page, reason=before.reason)
            if visit != before:
                self._remember(visit)
            self._keep(visit)
            return
        try:
            reading = begun.result() if begun else self.reader(item)
        except IngestError as error:
            self._give_up(Failure(item.url, error), before)
            if isinstance(error, NothingToKeep):
                self._remember(replace(visit, reason=str(error)))
            return
        if (why := self._excluded(reading.page.url)) is not None:
            self._leave_out(item, why)
            return
        visit = replace(visit, page=reading.page.url)
        if (old := self._own_page(before)) is not None and old != visit.page:
            self.gone.add(old)  # it names another address as its page's now
        if self._is_in(visit):
            self.catalogue.put_reading(
                reading, origin=self.origin, visit=visit, reader=READING_VERSION
            )
        else:
            self._remember(visit)

    def _excluded(self, url: str) -> Excluded | None:
        for each in self.exclusions:
            if each.matches(url):
                day = each.since.date().isoformat()
                return Excluded(f"excluded by {each.who} on {day}: {each.reason}")
        return None

    def _leave_out(self, item: Found, why: Excluded) -> None:
        """Report what a person took out; a page's links are followed all the same."""
        self.report.skipped.append(Skipped(item.url, str(why)))
        if isinstance(item, Resource):  # without digest: let in again, it is read again
            self._remember(Visit(item.url, None, "", str(why), links=item.links))

    def _keep(self, visit: Visit) -> None:
        """A resource that is as it was: its page is in, or it is left out as before."""
        if visit.misses:
            self.catalogue.put_misses({visit.url: 0})
        if visit.page is not None:
            self._is_in(visit)
        elif visit.reason:
            self.report.skipped.append(Skipped(visit.url, visit.reason))

    def _is_in(self, visit: Visit) -> bool:
        """Count the page of a resource as in; False if the resource is a mere copy of it.

        Where a page stands under its own address, that is where it is read from.
        """
        page = visit.page or ""
        if visit.url != page and (page in self.pages or self._own_page(visit) is None):
            self._skip_copy(visit.url, page)
            return False
        if page in self.pages:  # a copy came before the page itself
            self._skip_copy(self.pages[page], page)
        self.pages[page] = visit.url
        return True

    def _own_page(self, visit: Visit | None) -> str | None:
        """The page that stands or falls with a resource; None for a mere copy, too."""
        page = visit.page if visit is not None else None
        if visit is None or page is None or visit.url == page:
            return page
        itself = self.known.get(page)
        return None if itself is not None and itself.page == page else page

    def _skip_copy(self, url: str, page: str) -> None:
        reason = f"the same page as {page}, which is already in"
        self.report.skipped.append(Skipped(url, reason))

    def _give_up(self, failure: Failure, visit: Visit | None) -> None:
        """Report what did not come in: left out on purpose, gone, or failed."""
        page = self._own_page(visit)
        left_out = isinstance(failure.error, NothingToKeep)
        if page is not None and isinstance(failure.error, NothingToKeep | Gone):
            self.gone.add(page)
            left_out = True
        if left_out:
            self.report.skipped.append(Skipped(failure.url, str(failure.error)))
        else:
            self.report.failed.append(failure)
            self.failures += 1

    def _remember(self, visit: Visit) -> None:
        self.catalogue.put_visit(visit, READING_VERSION)


def _derived(readings: Iterable[Reading], names: SiteNames) -> Iterator[Page]:
    """The pages to store: each site's own without what repeats, and one for what does."""
    sites: defaultdict[str, list[Reading]] = defaultdict(list)
    links: defaultdict[str, set[str]] = defaultdict(set)
    for reading in readings:
        sites[_site_of(reading.page, names)].append(reading)
        for link in filter(_is_document, reading.links):
            links[link].add(reading.page.url)
    for home, members in sorted(sites.items()):
        for page in without_repeats(members):
            yield replace(page, linked_from=tuple(sorted(links[page.url])))
        yield from site_pages(members, home=home, names=names.titles)


def _is_document(url: str) -> bool:
    return url.partition("?")[0].lower().endswith(_DOCUMENT_ENDINGS)


def _site_of(page: Page, names: SiteNames) -> str:
    parts = urlsplit(page.url)
    if parts.scheme not in ("http", "https"):
        return names.home
    return f"{parts.scheme}://{parts.netloc}/"


def _resource_digest(resource: Resource) -> str:
    digest = hashlib.sha256(f"{READING_VERSION} {resource.media_type} {resource.charset} ".encode())
    digest.update(resource.content)
    return digest.hexdigest()


def _fingerprint(page: Page) -> Page:
    """The page without what changes when nothing has: the time of fetching."""
    return replace(page, fetched_at=_NEVER, alternates=dict(page.alternates))


_NEVER = datetime.min.replace(tzinfo=UTC)
