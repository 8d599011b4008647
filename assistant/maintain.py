"""Changing a store: ingest, remove, rebuild, roll back. Each holds the store's lock."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from assistant.build import catalogue_path, silence_telemetry
from assistant.profile import Profile
from assistant.settings import Settings
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.crawl import crawl as crawl_site
from ingest.crawl import is_site, site_of
from ingest.discover import discover
from ingest.fetch import Fetcher
from ingest.lock import hold_store
from ingest.pipeline import (
    READING_VERSION,
    Report,
    SiteNames,
    add_pages,
    ingest,
    remove,
    settle,
)
from ingest.readers.limited import LimitedReaders
from ingest.types import Found
from vectorstore.embed import Embedder, make_embedder
from vectorstore.errors import CorruptIndex, StaleIndex
from vectorstore.publish import Publication, point_to, publish, published_manifest, versions

PageProgress = Callable[[str, int], None]
"""Called with each address read and how many came so far."""
SentenceProgress = Callable[[int, int], None]
"""Called with how many sentences are embedded, and of how many."""


class Maintainer:
    """The writing side of one store."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        *,
        page_progress: PageProgress = lambda url, count: None,
        sentence_progress: SentenceProgress = lambda done, total: None,
    ) -> None:
        """Raises EncoderError where the embedding model cannot be loaded."""
        silence_telemetry()
        self._settings = settings
        self._profile = profile
        self._page_progress = page_progress
        self._sentence_progress = sentence_progress
        self._names = SiteNames(home=f"{profile.home}/", titles=profile.site_page)
        cores = len(os.sched_getaffinity(0))
        self._embedder: Embedder = make_embedder(settings.embedding, threads=cores)

    def ingest(self, sources: Sequence[str], *, crawl: bool = False, prune: bool = False) -> Report:
        """Bring sources in and publish what the catalogue then holds.

        Args:
            crawl: addresses stand for the whole of their sites; those of sitemaps always do.
            prune: take out what a source no longer has.

        Raises:
            StaleIndex: the store was built with another encoder; nothing was changed.
            IngestError: a source cannot be used, or another ingest holds the store.
        """
        started = time.monotonic()
        sites = {
            source: site_of(source)
            for source in sources
            if is_site(source) or (crawl and source.lower().startswith(("http://", "https://")))
        }
        hosts = self._settings.private_hosts
        contact = self._settings.user_agent_contact or self._profile.home
        children = min(2, len(os.sched_getaffinity(0)))
        with self._writing() as catalogue:
            with (
                Fetcher(private_hosts=hosts, contact=contact) as fetcher,
                LimitedReaders(children) as readers,
            ):

                def find(source: str) -> Iterable[Found]:
                    if source not in sites:
                        return discover(source, private_hosts=hosts, contact=contact)
                    return crawl_site(
                        source,
                        fetcher,
                        known=catalogue.visits(READING_VERSION),
                        private_hosts=hosts,
                    )

                report = ingest(
                    sources,
                    catalogue,
                    discover=find,
                    read=readers.read,
                    names=self._names,
                    crawled=sites,
                    prune=prune,
                    ahead=children,
                    progress=self._page_progress,
                )
            if report.pages or published_manifest(self._settings.store) is not None:
                report.index_version = self._publish(catalogue).number
        report.seconds = time.monotonic() - started
        return report

    def fill_with_starter_pages(self) -> None:
        """Put the profile's starter pages into an empty store; leave any other as it is."""
        with self._writing() as catalogue:
            if catalogue.counts()[0] == 0:
                origin = f"profile:{self._profile.id}"
                add_pages(self._profile.starter_pages(), catalogue, self._names, origin)
            self._publish(catalogue)

    def remove(self, urls: Sequence[str]) -> list[str]:
        """Take pages out of the store and every index; gives the addresses that were not in it."""
        with self._writing() as catalogue:
            missing = remove(urls, catalogue, self._names)
            self._publish(catalogue)
        return missing

    def rebuild(self) -> Publication:
        """Build every index anew from the catalogue, with the encoder that is set now."""
        with self._writing(any_encoder=True) as catalogue:
            settle(catalogue, self._names, anew=True)
            return self._publish(catalogue, anew=True)

    def roll_back(self, number: int | None = None) -> int:
        """Publish an earlier version again: the one before, or the one named; gives its number.

        Raises:
            CorruptIndex: there is no such version.
        """
        store = self._settings.store
        with self._writing():
            kept = [manifest.number for manifest in versions(store)]
            current = published_manifest(store)
            earlier = [n for n in kept if current is not None and n < current.number]
            target = number if number is not None else max(earlier, default=None)
            if target is None or target not in kept:
                raise CorruptIndex(
                    f"There is no {'earlier version' if target is None else f'version {target}'} "
                    f"in {store}; it keeps {', '.join(map(str, kept)) or 'none'}."
                )
            point_to(store, target)
        return target

    @contextmanager
    def _writing(self, *, any_encoder: bool = False) -> Iterator[Catalogue]:
        """The catalogue, while this process holds the store."""
        with hold_store(self._settings.store):
            if not any_encoder:
                self._refuse_other_encoder()
            catalogue = Catalogue.open(catalogue_path(self._settings.store))
            try:
                yield catalogue
            finally:
                catalogue.close()

    def _refuse_other_encoder(self) -> None:
        manifest = published_manifest(self._settings.store)
        if manifest is not None and manifest.embedder != self._embedder.id:
            raise StaleIndex(
                f"The store at {self._settings.store} was built with encoder {manifest.embedder}, "
                f"but the settings ask for {self._embedder.id}. Run `assistant rebuild` to change "
                "it, or set ASSISTANT_EMBEDDING back."
            )

    def _publish(self, catalogue: Catalogue, *, anew: bool = False) -> Publication:
        return publish(
            self._settings.store,
            catalogue,
            self._embedder,
            chunking=CHUNKING,
            pages=catalogue.counts()[0],
            anew=anew,
            progress=self._sentence_progress,
        )
