"""Changing a store: ingest, remove, exclude, publish, rebuild, roll back. Each holds its lock.

What the sources say is brought into the catalogue; a version of it is built; and it is published,
unless a person must look first: then the version waits, and what was published goes on answering.
docs/decisions/0001-index-versions.md draws the states.
"""

from __future__ import annotations

import getpass
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.backup import back_up
from assistant.bank import read_bank
from assistant.build import build_assistant, catalogue_path
from assistant.impact import Impact, compare_answers, compare_pages
from assistant.pipeline import Assistant
from assistant.store_writer import Step, StoreWriter
from assistant.types import Answer
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.crawl import crawl as crawl_site
from ingest.discover import discover
from ingest.errors import SourceError, StoreError
from ingest.fetch import Fetcher
from ingest.pipeline import READING_VERSION, Report, add_pages, ingest, matching, remove, settle
from ingest.readers.limited import LimitedReaders
from ingest.site import is_site, site_of
from ingest.types import Chunk, Exclusion, Found, Reading, Resource, Trusted
from ingest.vetting import key_of
from vectorstore.errors import (
    CorruptIndex,
    HoldPending,
    NoSuchVersion,
    NothingHeld,
    VectorStoreError,
)
from vectorstore.publish import Publication, load, make_current
from vectorstore.published import ChosenVersion, Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import (
    Hold,
    held,
    hold_back,
    numbers,
    point_to,
    published_manifest,
    published_number,
    read_manifest,
    release,
    remove_old,
    remove_version,
    version_folder,
)

_RESUMES = timedelta(days=1)  # a crawl that was broken off longer ago begins anew


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an ingest did.

    Attributes:
        report: what became of the sources' pages.
        impact: what the new version changes; None on a first fill, or where nothing changed.
        held: set where the new version waits for a person; `report.index_version` is the one that
            goes on answering.
        dry_run: nothing was changed; `report` and `impact` say what would be, and `held.reasons`
            why a person would have to look first.
    """

    report: Report
    impact: Impact | None = None
    held: Hold | None = None
    dry_run: bool = False


class Maintainer(StoreWriter):
    """The writing side of one store."""

    # -- bringing in -----------------------------------------------------------------------------

    def ingest(
        self,
        sources: Sequence[str],
        *,
        crawl: bool = False,
        prune: bool = False,
        since: date | None = None,
        dry_run: bool = False,
    ) -> Outcome:
        """Bring sources in and publish what the catalogue then holds, or hold it back.

        Args:
            crawl: addresses stand for the whole of their sites; those of sitemaps always do.
            prune: take out what a source no longer has.
            since: of crawled sites, ask only for pages that their sitemaps do not say are older.
            dry_run: work on a copy, and say what would change.

        Raises:
            StaleIndex: the store was built with another encoder; nothing was changed.
            Cancelled: a person stopped it; what was read so far stays in the catalogue.
            IngestError: a source cannot be used, or another run holds the store.
        """
        started = time.monotonic()
        sites = {
            source: site_of(source)
            for source in sources
            if is_site(source) or (crawl and source.lower().startswith(("http://", "https://")))
        }
        if since is not None:
            for source in sources:
                if source not in sites:
                    raise SourceError(_no_days(source))
        hosts = self._settings.private_hosts
        contact = self._settings.user_agent_contact or self._profile.home
        work = self._rehearsing() if dry_run else self._writing(f"ingest of {', '.join(sources)}")
        children = min(2, len(os.sched_getaffinity(0)))
        with work as (catalogue, folder):
            if not dry_run:
                self._need_room_to_refresh()
            with (
                Fetcher(private_hosts=hosts, contact=contact) as fetcher,
                LimitedReaders(children) as readers,
                ThreadPoolExecutor(1) as beside,
            ):

                @cache
                def get_ready() -> None:
                    # what is read is going to be embedded; what fails here fails again, and is
                    # told, where it is needed
                    beside.submit(load, self._embedder)

                def read(resource: Resource) -> Reading:
                    get_ready()
                    return readers.read(resource)

                def find(source: str) -> Iterable[Found]:
                    if source not in sites:
                        return discover(source, private_hosts=hosts, contact=contact)
                    return crawl_site(
                        source,
                        fetcher,
                        known=catalogue.visits(READING_VERSION),
                        private_hosts=hosts,
                        came=catalogue.came(sites[source], since=datetime.now(UTC) - _RESUMES),
                        since=since,
                    )

                origins = {sites.get(source, source) for source in sources}
                known = sum(origin in origins for origin in catalogue.origins().values())
                report = ingest(
                    sources,
                    catalogue,
                    discover=find,
                    read=read,
                    names=self._names,
                    crawled=sites,
                    prune=prune,
                    # a commit waits for the disk: the readers have their next pages by then; of
                    # what was fetched, a kill should lose little
                    ahead=children if sites else 4 * children,
                    progress=lambda url, count: self._step(
                        Step("reading", count, known if known > count else None, url)
                    ),
                )
            impact, hold = None, None
            if report.pages or report.waiting or published_manifest(self._store) is not None:
                impact, hold = self._bring_out(catalogue, folder, dry_run=dry_run)
            report.index_version = published_number(self._store) or None
        report.seconds = time.monotonic() - started
        return Outcome(report, impact, hold, dry_run)

    def fill_with_starter_pages(self) -> None:
        """Put the profile's starter pages into an empty store; leave any other as it is."""
        with self._writing("filling with starter pages") as (catalogue, folder):
            if catalogue.counts()[0] == 0:
                origin = f"profile:{self._profile.id}"
                add_pages(self._profile.starter_pages(), catalogue, self._names, origin)
            self._bring_out(catalogue, folder)

    # -- taking out ------------------------------------------------------------------------------

    def remove(self, urls: Sequence[str]) -> list[str]:
        """Take pages out of the store and every index; gives the addresses that were not in it.

        What is held back stays so, without these pages.
        """
        with self._writing("remove") as (catalogue, folder):
            return self._take_out(urls, catalogue, folder)

    def exclude(self, pattern: str, *, reason: str, by: str = "") -> list[str]:
        """Take addresses out for good; gives those of the pages that left.

        Args:
            pattern: an address, in which each `*` stands for any run of characters.
            reason: for those who come later.
            by: who decides; the user of the system unless told otherwise.

        Raises:
            SourceError: the pattern is empty or would take everything out, or no reason is given.
        """
        if not pattern.strip().strip("*"):
            raise SourceError(f"The pattern {pattern!r} would take out everything.")
        if not reason.strip():
            raise SourceError("Say why with a reason: whoever comes later will ask.")
        now = datetime.now(UTC).replace(microsecond=0)
        exclusion = Exclusion(pattern.strip(), reason.strip(), by or _user(), now)
        with self._writing(f"exclude {pattern}") as (catalogue, folder):
            catalogue.exclude(exclusion)
            urls = matching(exclusion, catalogue)
            if urls or published_number(self._store):
                self._take_out(urls, catalogue, folder)
            return urls

    def include(self, pattern: str) -> None:
        """Let in again, from the next ingest on, what a pattern keeps out.

        Raises:
            SourceError: there is no such exclusion.
        """
        with self._writing(f"include {pattern}") as (catalogue, _):
            if not catalogue.include(pattern):
                raise SourceError(f"{pattern} is not excluded. `assistant exclusions` lists them.")

    def exclusions(self) -> list[Exclusion]:
        """What stays out, with who, when and why."""
        if not catalogue_path(self._store).exists():
            return []
        with closing(Catalogue.open(catalogue_path(self._store))) as catalogue:
            return catalogue.exclusions()

    # -- what a person must look at --------------------------------------------------------------

    def trust(self, values: Sequence[str], *, by: str = "", reason: str = "") -> list[str]:
        """Vouch for contacts, and let in the pages that wait for nothing else; gives those pages.

        Args:
            values: telephone numbers, e-mail or web addresses (a host stands for all below it),
                handles or accounts.
            by: who vouches; the user of the system unless told otherwise.

        Raises:
            SourceError: one of them is none of these.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        contacts = [Trusted(key_of(v), v.strip(), by or _user(), now, reason) for v in values]
        with self._writing(f"trust {', '.join(values)}") as (catalogue, folder):
            waited, in_step = catalogue.waiting(), self._is_in_step(catalogue)
            catalogue.trust(contacts)
            settle(catalogue, self._names)
            if in_step:  # nothing else comes along: a person has just looked at these pages
                self._answer_from(self._build_whole(catalogue, folder).number, catalogue)
            else:
                self._bring_out(catalogue, folder)
            return sorted(waited.keys() - catalogue.waiting().keys())

    def review(self) -> tuple[dict[str, tuple[str, ...]], list[Trusted]]:
        """The pages that wait, each with the contacts it waits for, and whom a person trusts."""
        if not catalogue_path(self._store).exists():
            return {}, []
        with closing(Catalogue.open(catalogue_path(self._store))) as catalogue:
            return catalogue.waiting(), catalogue.trusted()

    # -- what answers ----------------------------------------------------------------------------

    def held(self) -> Hold | None:
        """What waits for a person, and why; None where nothing does. Needs no lock."""
        return held(self._store)

    def publish_held(self) -> int:
        """Answer from the version that was held back; gives its number.

        Raises:
            NothingHeld: there is none.
        """
        with self._writing("publish") as (catalogue, _):
            hold = held(self._store)
            if hold is None:
                raise NothingHeld("Nothing is held back; the newest version answers.")
            number = hold.version
            if number is None or number not in numbers(self._store):
                number = self._build_whole(catalogue, self._store).number
            self._answer_from(number, catalogue)
            return number

    def discard_held(self) -> int:
        """Drop the version that was held back; gives the one that goes on answering.

        The catalogue goes back to what that one was built from, and the next ingest looks at the
        sources anew: what they still say is held back again.

        Raises:
            NothingHeld: there is none.
        """
        with self._writing("discard") as (catalogue, _):
            try:
                hold = held(self._store)
                if hold is None:
                    raise NothingHeld("Nothing is held back; the newest version answers.")
            except CorruptIndex:  # nobody can say any more what was held: all of it goes
                hold = None
            current = published_number(self._store)
            catalogue.go_back_to(current)
            settle(catalogue, self._names)
            release(self._store)
            for number in numbers(self._store):
                if number > current:
                    remove_version(self._store, number)
            return current

    def roll_back(self, number: int | None = None) -> int:
        """Publish an earlier version again, the one before or the one named; gives the number.

        Later ingests are held back until a person publishes or discards what they bring. Where the
        version has pages that were excluded since, one without them is published instead.

        Raises:
            NoSuchVersion: it is not there, or there is none to go back to.
        """
        with self._writing("rollback") as (catalogue, _):
            kept = numbers(self._store)
            current = published_number(self._store)
            earlier = [n for n in kept if n < current]
            target = number if number is not None else max(earlier, default=None)
            if target is None or target not in kept:
                raise NoSuchVersion(
                    f"There is no {'earlier version' if target is None else f'version {target}'} "
                    f"in {self._store}; it keeps {', '.join(map(str, kept)) or 'none'}."
                )
            if target < current:
                day = datetime.now(UTC).date().isoformat()
                said = f"{_user()} went back from version {current} to {target} on {day}."
                hold_back(self._store, current, (), rolled_back=said)
                point_to(self._store, target)
            else:
                self._answer_from(target, catalogue)
            return self._without_excluded(target, catalogue)

    def rebuild(self) -> tuple[Publication, Hold | None]:
        """Build every index anew from the catalogue, with the encoder that is set now.

        It is published, unless the catalogue holds more than what was published: that is compared
        and perhaps held back, as after an ingest.

        Raises:
            HoldPending: something is held back; publish or discard it first.
        """
        with self._writing("rebuild", any_encoder=True) as (catalogue, folder):
            if held(self._store) is not None:
                raise HoldPending(
                    "A version is held back. Run `assistant publish` or `assistant discard` first."
                )
            settle(catalogue, self._names, anew=True)
            catalogue.forget_vectors()  # they may be damaged, or another encoder's
            publication = self._build_whole(catalogue, folder, anew=True)
            try:
                impact = self._compare(catalogue, folder, publication.number)
            except (VectorStoreError, StoreError):  # nothing is left to compare with
                impact = None
            return publication, self._decide(catalogue, publication.number, impact)

    def backup(self, file: Path) -> int:
        """Write the store to a file, also while another run holds it.

        Gives the number of the version that answers in it.

        Raises:
            VectorStoreError, StoreError: the store is empty or damaged.
            OSError: the file cannot be written.
        """
        return back_up(self._store, file)

    # -- the parts -------------------------------------------------------------------------------

    def _answer_from(self, number: int, catalogue: Catalogue) -> None:
        make_current(self._store, number)
        catalogue.forget_states_before(min(numbers(self._store)))

    def _is_in_step(self, catalogue: Catalogue) -> bool:
        """Whether the published version says what the catalogue does."""
        manifest = published_manifest(self._store)
        return manifest is None or manifest.content_digest == catalogue.content_digest()

    def _bring_out(
        self, catalogue: Catalogue, folder: Path, *, dry_run: bool = False
    ) -> tuple[Impact | None, Hold | None]:
        """Build what the catalogue holds, compare, and publish it or hold it back."""
        before = published_number(self._store)
        if before and self._is_in_step(catalogue) and not dry_run:
            release(self._store)
        if before and self._is_in_step(catalogue):
            return None, None
        publication = self._build_whole(catalogue, folder)
        impact = self._compare(catalogue, folder, publication.number)
        if dry_run:
            reasons = self._reasons(impact)
            return impact, Hold(None, datetime.now(UTC), reasons) if reasons else None
        return impact, self._decide(catalogue, publication.number, impact)

    def _decide(self, catalogue: Catalogue, number: int, impact: Impact | None) -> Hold | None:
        """Publish a version that was built, or hold it back."""
        hold = held(self._store)
        rolled_back = hold.rolled_back if hold is not None else ""
        reasons = impact.reasons_to_hold() if impact is not None else ()
        if reasons or rolled_back:
            hold = hold_back(self._store, number, reasons, rolled_back=rolled_back)
            remove_old(self._store)
            return hold
        self._answer_from(number, catalogue)
        return None

    def _reasons(self, impact: Impact | None) -> tuple[str, ...]:
        hold = held(self._store)
        rolled_back = (hold.rolled_back,) if hold is not None and hold.rolled_back else ()
        return (*rolled_back, *(impact.reasons_to_hold() if impact is not None else ()))

    def _compare(self, catalogue: Catalogue, folder: Path, number: int) -> Impact | None:
        """What a version that was built changes; None where nothing but starter pages answered."""
        current = published_number(self._store)
        if not current:
            return None
        with ExitStack() as opened:
            before, after = (
                opened.enter_context(closing(Catalogue.open_snapshot(path / "pages.sqlite")))
                for path in (version_folder(self._store, current), version_folder(folder, number))
            )
            answering = {page.url for page in before.pages() if not page.sample}
            if not answering:
                return None
            origins = catalogue.origins()
            known = {origins[url] for url in answering & origins.keys()}
            newcomers = {url for url, origin in origins.items() if origin not in known}
            impact = compare_pages(
                before,
                after,
                numbers=(current, number),
                links_before=catalogue.links_at(current),
                links_after=catalogue.links_at(),
                newcomers=newcomers,
            )
            bank = read_bank(self._store, self._profile)
            if not bank or read_manifest(self._store, current).embedder != self._embedder.id:
                return impact
            return compare_answers(
                impact,
                bank,
                self._asking(self._store, current),
                self._asking(folder, number),
                after,
                newcomers=newcomers,
                progress=lambda asked: self._step(Step("comparing", asked, len(bank))),
            )

    def _asking(self, folder: Path, number: int) -> Callable[[str], Answer]:
        """Questions to answers from one version."""
        published = Published(
            folder,
            embedder_id=self._embedder.id,
            dimension=self._embedder.dimension,
            chunking=CHUNKING,
            open_pages=Catalogue.open_snapshot,
            chroma=self._settings.chroma,
        )
        version = published.open(number)
        chosen, assistant = self._assistant

        def ask(question: str) -> Answer:
            chosen.version = version
            return assistant.ask(question)

        return ask

    @cached_property
    def _assistant(self) -> tuple[ChosenVersion, Assistant]:
        """An assistant that answers from any version; to build its guards takes half a second."""
        chosen = ChosenVersion()
        plain = replace(self._settings, model="")  # pages are compared, not a model
        return chosen, build_assistant(plain, HybridRetriever(chosen, self._embedder))

    def _take_out(self, urls: Sequence[str], catalogue: Catalogue, folder: Path) -> list[str]:
        """Take pages out of the catalogue and of what answers; gives those that were in neither."""
        in_step = self._is_in_step(catalogue)
        missing = remove(urls, catalogue, self._names)
        if in_step:
            self._answer_from(self._build_whole(catalogue, folder).number, catalogue)
            return missing
        # what waits for a person must not come along: what answers is built without the pages
        current = published_number(self._store)
        there = self._answer_without(urls, current, catalogue)
        self._bring_out(catalogue, folder)
        return [url for url in missing if url not in there]

    def _without_excluded(self, number: int, catalogue: Catalogue) -> int:
        """Answer from a version without its pages that were excluded since; gives its number."""
        exclusions = catalogue.exclusions()
        path = version_folder(self._store, number) / "pages.sqlite"
        with closing(Catalogue.open_snapshot(path)) as snapshot:
            urls = [
                page.url
                for page in snapshot.pages()
                if any(exclusion.matches(page.url) for exclusion in exclusions)
            ]
        self._answer_without(urls, number, catalogue)
        return published_number(self._store)

    def _answer_without(self, urls: Sequence[str], number: int, catalogue: Catalogue) -> list[str]:
        """Publish a version as it is but without some pages; gives those of them that it had."""
        with TemporaryDirectory(prefix="assistant-without-") as name:
            copy = Path(name) / "pages.sqlite"
            shutil.copyfile(version_folder(self._store, number) / "pages.sqlite", copy)
            with closing(Catalogue.open(copy)) as pages:
                there = [url for url in urls if pages.page(url) is not None]
                if there:
                    pages.replace_pages([], there)
                    source = _PagesApart(pages, catalogue)
                    built = self._build(source, self._store, pages=pages.counts()[0]).number
                    catalogue.carry_state(number, built, without=there)
                    point_to(self._store, built)
        return there


@dataclass(frozen=True, slots=True)
class _PagesApart:
    """Pages that are not the catalogue's, to build from, with the catalogue's vectors."""

    pages: Catalogue
    cache: Catalogue

    def chunks(self) -> Iterator[Chunk]:
        return self.pages.chunks()

    def content_digest(self) -> str:
        return self.pages.content_digest()

    def snapshot(self, path: Path) -> None:
        self.pages.snapshot(path)

    def vectors(self, model: str, digests: Iterable[str]) -> dict[str, bytes]:
        return self.cache.vectors(model, digests)

    def add_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        self.cache.add_vectors(model, vectors)


def _no_days(source: str) -> str:
    """Why `since` says nothing of a source that is no site."""
    if source.lower().startswith(("http://", "https://")):
        return f"--since is for sites, and {source} is one page. Add --crawl, or leave --since out."
    return f"--since is for sites, and {source} is none. Leave it out: files are read as they are."


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return f"user {os.getuid()}"
