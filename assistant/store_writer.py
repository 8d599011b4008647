"""Holding a store to write it: its lock, its encoder, room on the disk, and building a version."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.build import catalogue_path, lacks_catalogue, silence_telemetry, site_names
from assistant.profile import Profile
from assistant.settings import Settings
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.database import NO_CATALOGUE
from ingest.errors import Cancelled, DiskFull, StoreError
from ingest.lock import hold_store
from ingest.space import disk_full, free_bytes, require
from vectorstore.embed import Embedder, make_embedder
from vectorstore.errors import StaleIndex, VectorStoreError
from vectorstore.publish import ChunkSource, Publication, build
from vectorstore.versions import published_manifest, published_number, version_folder

_LEAST_ROOM = 4_000_000  # bytes: the smallest store
_GUESS_SHARE = 1.5
_ROOM_SHARE = 2.2  # of the version that answers: the next one, and the catalogue's growth


@dataclass(frozen=True, slots=True)
class Step:
    """Where long work stands.

    Attributes:
        what: "reading" pages, "embedding" sentences or "comparing" answers.
        total: of how many, None where nobody knows.
        url: the page that was read last.
    """

    what: str
    done: int
    total: int | None = None
    url: str = ""


class StoreWriter:
    """What every change of a store needs."""

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        *,
        progress: Callable[[Step], None] = lambda step: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """`cancelled` is asked at every step; once it says so, the work ends with Cancelled."""
        silence_telemetry()
        self._settings = settings
        self._store = settings.store
        self._profile = profile
        self._progress = progress
        self._cancelled = cancelled
        self._room_needed = _LEAST_ROOM
        self._names = site_names(profile)

    @cached_property
    def _embedder(self) -> Embedder:
        return make_embedder(self._settings.embedding, threads=len(os.sched_getaffinity(0)))

    @contextmanager
    def _writing(self, run: str, *, any_encoder: bool = False) -> Iterator[tuple[Catalogue, Path]]:
        """The catalogue, and where versions are built, while this process holds the store."""
        with hold_store(self._store, run):
            if not any_encoder:
                self._refuse_other_encoder()
            if lacks_catalogue(self._store):
                raise StoreError(f"{catalogue_path(self._store)} is missing. {NO_CATALOGUE}")
            self._room_needed = _LEAST_ROOM
            try:
                with closing(Catalogue.open(catalogue_path(self._store))) as catalogue:
                    if not any_encoder:
                        catalogue.remember_state_of(published_number(self._store))
                    yield catalogue, self._store
            except (OSError, StoreError, VectorStoreError) as error:
                free = free_bytes(self._store)
                if isinstance(error, DiskFull) or not _is_for_want_of_room(error, free):
                    raise
                # where it was full for all our guessing, the guess was too small
                needed = max(self._room_needed, int(_GUESS_SHARE * free))
                raise disk_full(self._store, needed, free) from error

    @contextmanager
    def _rehearsing(self) -> Iterator[tuple[Catalogue, Path]]:
        """A copy of the catalogue, and a folder elsewhere to build in; the store is only read."""
        self._refuse_other_encoder()
        with TemporaryDirectory(prefix="assistant-dry-run-") as name:
            folder = Path(name)
            if catalogue_path(self._store).exists():
                Catalogue.copy(catalogue_path(self._store), catalogue_path(folder))
            with closing(Catalogue.open(catalogue_path(folder))) as catalogue:
                catalogue.remember_state_of(published_number(self._store))
                yield catalogue, folder

    def _refuse_other_encoder(self) -> None:
        manifest = published_manifest(self._store)
        ours = (self._embedder.id, self._embedder.dimension)
        if manifest is not None and (manifest.embedder, manifest.dimension) != ours:
            raise StaleIndex(
                f"The store at {self._store} was built with encoder {manifest.embedder} "
                f"({manifest.dimension} dimensions), but the settings ask for {ours[0]} "
                f"({ours[1]} dimensions). Run `assistant rebuild` to change it, or set "
                "ASSISTANT_EMBEDDING back."
            )

    def _need_room(self, folder: Path, size: int) -> None:
        """See to it that a version of that size can be built there."""
        self._room_needed = max(size, _LEAST_ROOM)
        require(folder, self._room_needed)

    def _need_room_to_refresh(self) -> None:
        """See to it, before anything is fetched, that another version has its place."""
        number = published_number(self._store)
        folder = version_folder(self._store, number)
        files = (path for path in folder.rglob("*") if path.is_file()) if number else ()
        self._need_room(self._store, int(_ROOM_SHARE * sum(path.stat().st_size for path in files)))

    def _step(self, step: Step) -> None:
        self._progress(step)
        if self._cancelled():
            raise Cancelled("Stopped. What was stored before stays stored.")

    def _build_whole(
        self, catalogue: Catalogue, folder: Path, *, anew: bool = False
    ) -> Publication:
        """A version of all that the catalogue holds."""
        return self._build(catalogue, folder, pages=catalogue.counts()[0], anew=anew)

    def _build(
        self, source: ChunkSource, folder: Path, *, pages: int, anew: bool = False
    ) -> Publication:
        return build(
            folder,
            source,
            self._embedder,
            chunking=CHUNKING,
            pages=pages,
            anew=anew,
            # what is only built to be looked at leaves nothing on a server
            chroma=self._settings.chroma if folder == self._store else "",
            progress=lambda done, total: self._step(Step("embedding", done, total)),
            need_room=partial(self._need_room, folder),
        )


def _is_for_want_of_room(error: Exception, free: int) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    said = str(error)  # SQLite's words, Chroma's too
    return "disk is full" in said or (
        free < _LEAST_ROOM and ("disk I/O error" in said or "cannot be opened" in said)
    )
