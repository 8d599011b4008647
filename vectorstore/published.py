"""The published version, opened for answering, and again when another one is published.

Readers open the folder that `current` names and never change it.
"""

from __future__ import annotations

import json
import logging
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ingest.types import Chunk, Page, PageOutline
from vectorstore.analysis import ANALYSIS_VERSION
from vectorstore.chroma import Collections, open_collections
from vectorstore.dense import DenseIndex
from vectorstore.errors import CorruptIndex, EmptyIndex, StaleIndex
from vectorstore.lexical import LexicalIndex
from vectorstore.versions import (
    EMPTY,
    Manifest,
    published_number,
    read_manifest,
    verify_files,
    version_folder,
)


class PageReader(Protocol):
    """What readers need of a version's snapshot."""

    def chunks_by_id(self, ids: Sequence[str]) -> list[Chunk]:
        """Chunks in the order asked for."""
        ...

    def page(self, url: str) -> Page | None:
        """One page."""
        ...

    def outline(self) -> Sequence[PageOutline]:
        """All pages without their texts."""
        ...

    def pages_after(self, url: str, count: int) -> list[Page]:
        """The first `count` pages whose addresses come after `url`."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


# The question that comes upon a new version waits for it so long: one of up to some thousand pages
# is open by then, and what a person has just published answers at once.
_WORTH_WAITING_S = 3.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One language's indexes; row i of both is `chunk_ids[i]`.

    Attributes:
        published: day of each row's page as a proleptic Gregorian ordinal, 0 where it has none.
        page_rows: page key to the rows of that page.
    """

    language: str
    chunk_ids: tuple[str, ...]
    published: npt.NDArray[np.int32]
    lexical: LexicalIndex
    dense: DenseIndex
    page_rows: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class IndexVersion:
    """An opened version; equal to itself alone, so that what is derived from it can be kept by it.

    Attributes:
        outline: address to what is known of every page but its text.
    """

    manifest: Manifest
    shelves: Mapping[str, Shelf]
    pages: PageReader
    outline: Mapping[str, PageOutline]

    @property
    def number(self) -> int:
        """The number it was published under."""
        return self.manifest.number


class Published:
    """The published version of a store, opened again whenever another one is published."""

    def __init__(
        self,
        store: Path,
        *,
        embedder_id: str,
        chunking: str,
        open_pages: Callable[[Path], PageReader],
        dimension: int | None = None,
        chroma: str = "",
    ) -> None:
        """The version must be built with these; a `dimension` of None takes any.

        Args:
            chroma: address of the Chroma server that holds the vectors, "" for none.
        """
        self._chroma = chroma
        self._store = store
        self._wanted = {
            "encoder": embedder_id,
            "dimension": dimension,
            "chunking": chunking,
            "text analysis": ANALYSIS_VERSION,
        }
        self._open_pages = open_pages
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._version: IndexVersion | None = None
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="opening")
        self._opening: Future[None] | None = None

    def current(self) -> IndexVersion:
        """The version to answer from now; costs one `stat` when nothing changed.

        Where a newer one turns out to be damaged, the last good one goes on answering; so it does
        while a large one is opened, which takes seconds for each GB.

        Raises:
            EmptyIndex: nothing has been published.
            StaleIndex: it was built with another encoder, chunking or analysis.
            CorruptIndex: its files are damaged, and none was opened before.
        """
        try:
            status = (self._store / "current").stat()
        except FileNotFoundError:
            raise EmptyIndex(EMPTY.format(self._store)) from None
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if self._version is None:  # there is nothing to answer from meanwhile
                self._take_up(stamp)
                assert self._version is not None
                return self._version
            opening, patience = self._opening, 0.0
            if opening is None:
                if stamp == self._stamp:
                    return self._version
                opening, patience = self._beside.submit(self._take_up, stamp), _WORTH_WAITING_S
                self._opening = opening
        try:
            opening.result(patience)
        except TimeoutError:
            return self._version
        finally:
            with self._lock:
                if self._opening is opening and opening.done():
                    self._opening = None
        return self._version

    def _take_up(self, stamp: tuple[int, int]) -> None:
        try:
            number = published_number(self._store)
            if self._version is None or self._version.number != number:
                # the old one stays open for answers under way, until nothing refers to it
                self._version = self.open(number)
        except CorruptIndex as error:
            if self._version is None:
                raise
            _LOG.error("Version %d goes on answering. %s", self._version.number, error)
        self._stamp = stamp

    def open(self, number: int) -> IndexVersion:
        """One version, published or not, for as long as it is referred to.

        Raises:
            StaleIndex: it was built with another encoder, chunking or analysis.
            CorruptIndex: its files are damaged or not there.
        """
        folder = version_folder(self._store, number)
        manifest = read_manifest(self._store, number)
        built_with = {
            "encoder": manifest.embedder,
            "dimension": manifest.dimension,
            "chunking": manifest.chunking,
            "text analysis": manifest.analysis,
        }
        for what, wanted in self._wanted.items():
            if wanted is not None and wanted != built_with[what]:
                raise StaleIndex(
                    f"The store at {self._store} was built with {what} {built_with[what]}, but "
                    f"this program is set to {wanted}. Run `assistant rebuild`, or set it back."
                )
        verify_files(self._store, number)
        with ExitStack() as opened:
            collections = open_collections(folder, self._chroma)
            opened.callback(collections.close)
            pages = self._open_pages(folder / "pages.sqlite")
            opened.callback(pages.close)
            shelves = {
                tag: _open_shelf(folder / tag, collections, tag) for tag in manifest.languages
            }
            outline = {page.url: page for page in pages.outline()}
            version = IndexVersion(manifest, shelves, pages, outline)
            weakref.finalize(version, opened.pop_all().close)
        return version


@dataclass(slots=True)
class ChosenVersion:
    """Gives the version that was put into it, published or not."""

    version: IndexVersion | None = None

    def current(self) -> IndexVersion:
        """That version."""
        assert self.version is not None, "no version was chosen"
        return self.version


def _open_shelf(folder: Path, collections: Collections, language: str) -> Shelf:
    try:
        chunk_ids = tuple(json.loads((folder / "chunks.json").read_text()))
        published = np.load(folder / "published.npy")
    except (OSError, ValueError) as error:
        raise CorruptIndex(f"The index in {folder} is unreadable: {error}") from error
    page_rows: dict[str, list[int]] = {}
    for row, chunk_id in enumerate(chunk_ids):
        page_rows.setdefault(chunk_id.rpartition("-")[0], []).append(row)
    return Shelf(
        language,
        chunk_ids,
        published,
        LexicalIndex.open(folder, len(chunk_ids)),
        DenseIndex(collections, language, folder),
        page_rows,
    )
