"""Sources to a report: what was added, updated, unchanged, removed, refused.

Two steps, each safe to kill. `bring_in` reads resources one by one and commits what each reader
found. `settle` then derives the stored pages from all readings together (what repeats across a
site is taken out and kept once) in one transaction. Pages depend on the set of readings alone, so
a run that was killed and run again ends where an undisturbed one does.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING, chunk_page
from ingest.discover import Failure
from ingest.errors import IngestError, NothingToKeep
from ingest.frame import site_pages, without_repeats
from ingest.types import Page, Reading, Resource

READING_VERSION = 1  # raise it when readers change what they find: everything is then read again


@dataclass(frozen=True, slots=True)
class SiteNames:
    """How the page is called that keeps what a site says on all of its pages.

    Attributes:
        home: the organisation's site, with a final slash; local files belong to it.
        titles: language to title.
    """

    home: str
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A resource that was left out on purpose."""

    url: str
    reason: str


@dataclass(slots=True)
class Report:
    """What one run did. The first four count pages."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    pages: int = 0
    chunks: int = 0
    seconds: float = 0.0
    index_version: int | None = None


def ingest(
    sources: Sequence[str],
    catalogue: Catalogue,
    *,
    discover: Callable[[str], Iterable[Resource | Failure]],
    read: Callable[[Resource], Reading],
    names: SiteNames,
    prune: bool = False,
    progress: Callable[[str, int], None] = lambda url, count: None,
) -> Report:
    """Bring every source into the catalogue and settle it.

    Args:
        sources: as named on the command line.
        discover: a source to its resources; what cannot be had comes as a Failure.
        read: a resource to what is in it.
        prune: take out pages that came from these sources before and no longer do. Not done for a
            source that had failures: a partial load must never empty the store.
        progress: called with each address and how many came so far.

    Raises:
        SourceError: a source cannot be used at all; nothing was changed.
        StoreError: the catalogue cannot be written.
    """
    started = time.monotonic()
    report = Report()
    before = {page.url: _fingerprint(page) for page in catalogue.pages()}
    samples = [page.url for page in catalogue.pages() if page.sample]
    touched: list[str] = []
    for source in sources:
        seen, failures = _bring_in(source, catalogue, discover(source), read, report, progress)
        touched.extend(url for url in seen if url not in touched)
        if prune and not failures:
            gone = [u for u, o in catalogue.origins().items() if o == source and u not in seen]
            catalogue.drop_readings(gone)
    if touched and samples:
        # the starter pages are stand-ins, in our words: they step aside for an organisation's own
        catalogue.drop_readings(url for url in samples if url not in touched)
    settle(catalogue, names)
    after = {page.url: _fingerprint(page) for page in catalogue.pages()}
    for url in touched:
        if url not in before:
            report.added += 1
        elif after.get(url) != before[url]:
            report.updated += 1
        else:
            report.unchanged += 1
    report.removed = len(before.keys() - after.keys())
    report.pages, report.chunks = catalogue.counts()
    report.seconds = time.monotonic() - started
    return report


def add_pages(pages: Iterable[Page], catalogue: Catalogue, names: SiteNames, origin: str) -> None:
    """Store pages that need no reading, such as the starter pages."""
    for page in pages:
        catalogue.put_reading(
            Reading(page), origin=origin, resource=page.url, resource_digest=page.digest
        )
    settle(catalogue, names)


def remove(urls: Sequence[str], catalogue: Catalogue, names: SiteNames) -> list[str]:
    """Take pages out; gives those that were not there."""
    known = catalogue.origins().keys()
    catalogue.drop_readings(url for url in urls if url in known)
    settle(catalogue, names)
    return [url for url in urls if url not in known]


def settle(catalogue: Catalogue, names: SiteNames) -> None:
    """Derive pages and chunks from the readings; writes only what differs, in one transaction."""
    wanted = {page.url: page for page in _derived(catalogue.readings(), names)}
    rechunk = catalogue.setting("chunking") != CHUNKING
    stored = {page.url: _fingerprint(page) for page in catalogue.pages()}
    changed = [
        (page, chunk_page(page))
        for url, page in wanted.items()
        if rechunk or stored.get(url) != _fingerprint(page)
    ]
    gone = stored.keys() - wanted.keys()
    if changed or gone:
        catalogue.replace_pages(changed, gone)
    if rechunk:
        catalogue.put_setting("chunking", CHUNKING)


def _bring_in(
    source: str,
    catalogue: Catalogue,
    found: Iterable[Resource | Failure],
    read: Callable[[Resource], Reading],
    report: Report,
    progress: Callable[[str, int], None],
) -> tuple[list[str], int]:
    """Read what changed; gives the addresses of the source's pages, and how many failed."""
    already = catalogue.read_already()
    seen: dict[str, None] = {}
    failures = 0
    for item in found:
        if isinstance(item, Failure):
            failures += _give_up(item, report)
            continue
        digest = _resource_digest(item)
        page_url, known_digest = already.get(item.url, ("", ""))
        if digest != known_digest:
            try:
                reading = read(item)
            except IngestError as error:
                failures += _give_up(Failure(item.url, error), report)
                continue
            page_url = reading.page.url
            if page_url in seen:
                reason = f"the same page as {page_url}, which is already in"
                report.skipped.append(Skipped(item.url, reason))
                continue
            catalogue.put_reading(reading, origin=source, resource=item.url, resource_digest=digest)
        seen[page_url] = None
        progress(item.url, len(seen))
    return list(seen), failures


def _give_up(failure: Failure, report: Report) -> int:
    """Report what did not come in; gives 1 if it failed, 0 if it was left out on purpose."""
    if isinstance(failure.error, NothingToKeep):
        report.skipped.append(Skipped(failure.url, str(failure.error)))
        return 0
    report.failed.append(failure)
    return 1


def _derived(readings: Iterable[Reading], names: SiteNames) -> Iterator[Page]:
    """The pages to store: each site's own without what repeats, and one for what does."""
    sites: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        sites[_site_of(reading.page, names)].append(reading)
    for home, members in sorted(sites.items()):
        yield from without_repeats(members)
        yield from site_pages(members, home=home, names=names.titles)


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
