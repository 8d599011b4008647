"""Index versions: built beside, verified, published at once, rolled back.

A version is a folder that holds everything an answer needs, the pages' text included, so that no
answer mixes two states of the catalogue:

    store/current            the number of the published version, swapped with one rename
    store/versions/000007/   manifest.json  pages.sqlite  chroma/  en/  ar/
    store/versions/.building being built, or left by a killed run; removed by the next one
    store/versions/.removing-000004   an old version on its way out, likewise

Every reader opens the folder that `current` names and never writes to it.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ingest.types import Chunk, Page, digest_of
from vectorstore.analysis import ANALYSIS_VERSION
from vectorstore.dense import DenseIndex, open_client
from vectorstore.embed import Embedder, Vectors
from vectorstore.errors import CorruptIndex, EmptyIndex, StaleIndex
from vectorstore.lexical import LexicalIndex

FORMAT = 1  # of the version folder; another number is another layout
KEPT_VERSIONS = 3  # the published one, and two to roll back to
_EMPTY = "The store at {} is empty. Run `assistant ingest SOURCE` first."
_EMBED_BATCH = 512  # sentences between two commits: a killed run loses seconds of work


class ChunkSource(Protocol):
    """What publishing needs of the catalogue."""

    def chunks(self) -> Iterator[Chunk]:
        """All chunks, by language, address and position."""
        ...

    def content_digest(self) -> str:
        """Changes when any stored page or chunk does."""
        ...

    def snapshot(self, path: Path) -> None:
        """Write pages and chunks as they are now to a new file."""
        ...

    def vectors(self, model: str, digests: Iterable[str]) -> dict[str, bytes]:
        """Cached embeddings, float16 bytes by digest of the text."""
        ...

    def add_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Cache embeddings, committed."""
        ...


class PageReader(Protocol):
    """What readers need of a version's snapshot."""

    def chunks_by_id(self, ids: Sequence[str]) -> list[Chunk]:
        """Chunks in the order asked for."""
        ...

    def page(self, url: str) -> Page | None:
        """One page."""
        ...

    def pages_after(self, url: str, count: int) -> list[Page]:
        """The first `count` pages whose addresses come after `url`."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version was built from and with."""

    number: int
    format: int
    embedder: str
    dimension: int
    chunking: str
    analysis: int
    content_digest: str
    pages: int
    chunks: int
    sentences: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One language's indexes; row i of both is `chunk_ids[i]`."""

    language: str
    chunk_ids: tuple[str, ...]
    published: npt.NDArray[np.int32]
    lexical: LexicalIndex
    dense: DenseIndex


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """An opened version."""

    manifest: Manifest
    shelves: Mapping[str, Shelf]
    pages: PageReader
    client: Any

    @property
    def number(self) -> int:
        """The number it was published under."""
        return self.manifest.number


@dataclass(frozen=True, slots=True)
class Publication:
    """What one call of `publish` did."""

    number: int
    built: bool
    embedded: int


def publish(
    store: Path,
    source: ChunkSource,
    embedder: Embedder,
    *,
    chunking: str,
    pages: int,
    anew: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Publication:
    """Build a version of what the catalogue holds and make it the published one.

    Nothing is built when the published version already says the same, or a newer one that a killed
    run had finished but not yet published, unless it is to be built `anew`. Sentences whose vectors
    are cached are not embedded again. The caller holds the store's lock.

    Raises:
        OSError: the disk is full or not writable; the published version is untouched.
    """
    folder = store / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    building = folder / ".building"
    for left in (building, *folder.glob(".removing-*")):
        shutil.rmtree(left, ignore_errors=True)
    (store / ".current").unlink(missing_ok=True)
    digest = source.content_digest()
    says = (digest, embedder.id, chunking, ANALYSIS_VERSION)
    current = 0 if anew else _published_number(store)
    newest = max([current, *_numbers(folder)])
    for number in () if anew else dict.fromkeys(n for n in (current, newest) if n):
        manifest = _manifest(folder / _name(number))
        built = (manifest.content_digest, manifest.embedder, manifest.chunking, manifest.analysis)
        if built == says:
            if number != current:
                point_to(store, number)
            _remove_old(folder, keep=number)
            return Publication(number, built=False, embedded=0)
    number = 1 + newest
    building.mkdir()
    shelves = {k: list(v) for k, v in groupby(source.chunks(), key=lambda chunk: chunk.language)}
    with ThreadPoolExecutor(1) as beside:  # words are indexed while sentences are embedded
        lexical = [
            beside.submit(_build_lexical, building / name, chunks)
            for name, chunks in shelves.items()
        ]
        embedded = _embed_missing(shelves.values(), source, embedder, progress)
        for index in lexical:
            index.result()
    source.snapshot(building / "pages.sqlite")
    sentences = 0
    # closed on failure too: Chroma keeps one client per path, and the next build has the same
    with closing(open_client(building / "chroma")) as client:
        for name, chunks in shelves.items():
            sentences += _build_shelf(building / name, client, name, chunks, source, embedder)
    manifest = Manifest(
        number=number,
        format=FORMAT,
        embedder=embedder.id,
        dimension=embedder.dimension,
        chunking=chunking,
        analysis=ANALYSIS_VERSION,
        content_digest=digest,
        pages=pages,
        chunks=sum(map(len, shelves.values())),
        sentences=sentences,
        languages=tuple(shelves),
    )
    (building / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1))
    _fsync_tree(building)
    building.rename(folder / _name(number))
    _fsync(folder)
    point_to(store, number)
    _remove_old(folder, keep=number)
    return Publication(number, built=True, embedded=embedded)


def _remove_old(folder: Path, *, keep: int) -> None:
    for old in sorted(_numbers(folder))[:-KEPT_VERSIONS]:
        if old != keep:
            # renamed first: a kill halfway must not leave half a version under its number
            removing = (folder / _name(old)).rename(folder / f".removing-{_name(old)}")
            shutil.rmtree(removing, ignore_errors=True)


def point_to(store: Path, number: int) -> None:
    """Make an existing version the published one, at once.

    Raises:
        CorruptIndex: there is no such version.
    """
    _manifest(store / "versions" / _name(number))
    temporary = store / ".current"
    with temporary.open("w") as file:
        file.write(f"{number}\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(store / "current")
    _fsync(store)


def versions(store: Path) -> list[Manifest]:
    """The versions that are there, oldest first."""
    folder = store / "versions"
    return [_manifest(folder / _name(n)) for n in sorted(_numbers(folder))]


def published_manifest(store: Path) -> Manifest | None:
    """What the published version says of itself; None where nothing has been published."""
    number = _published_number(store)
    return _manifest(store / "versions" / _name(number)) if number else None


def pages_path(store: Path) -> Path:
    """Where the published version keeps its pages.

    Raises:
        EmptyIndex: nothing has been published.
    """
    number = _published_number(store)
    if not number:
        raise EmptyIndex(_EMPTY.format(store))
    return store / "versions" / _name(number) / "pages.sqlite"


class Published:
    """The published version of a store, opened again whenever another one is published."""

    def __init__(
        self,
        store: Path,
        *,
        embedder_id: str,
        chunking: str,
        open_pages: Callable[[Path], PageReader],
    ) -> None:
        self._store = store
        self._embedder_id = embedder_id
        self._chunking = chunking
        self._open_pages = open_pages
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._version: IndexVersion | None = None

    def current(self) -> IndexVersion:
        """The version to answer from now; costs one `stat` when nothing changed.

        Raises:
            EmptyIndex: nothing has been published.
            StaleIndex: it was built with another encoder, chunking or analysis.
            CorruptIndex: its files are damaged.
        """
        try:
            status = (self._store / "current").stat()
        except FileNotFoundError:
            raise EmptyIndex(_EMPTY.format(self._store)) from None
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if self._version is None or stamp != self._stamp:
                number = _published_number(self._store)
                if self._version is None or self._version.number != number:
                    # the old one stays open for answers under way, until nothing refers to it
                    self._version = self._open(number)
                self._stamp = stamp
            return self._version

    def _open(self, number: int) -> IndexVersion:
        folder = self._store / "versions" / _name(number)
        manifest = _manifest(folder)
        asked = {
            "encoder": (manifest.embedder, self._embedder_id),
            "chunking": (manifest.chunking, self._chunking),
            "text analysis": (manifest.analysis, ANALYSIS_VERSION),
        }
        for what, (built, wanted) in asked.items():
            if built != wanted:
                raise StaleIndex(
                    f"The store at {self._store} was built with {what} {built}, but this program "
                    f"is set to {wanted}. Run `assistant rebuild`, or set it back."
                )
        client = open_client(folder / "chroma")
        shelves = {name: _open_shelf(folder / name, client, name) for name in manifest.languages}
        return IndexVersion(manifest, shelves, self._open_pages(folder / "pages.sqlite"), client)


def _build_lexical(folder: Path, chunks: Sequence[Chunk]) -> None:
    folder.mkdir()
    LexicalIndex.build(folder, [chunk.embed_text for chunk in chunks])


def _build_shelf(
    folder: Path,
    client: Any,
    language: str,
    chunks: Sequence[Chunk],
    source: ChunkSource,
    embedder: Embedder,
) -> int:
    cached = source.vectors(
        embedder.id, {digest_of(text) for chunk in chunks for text in _embedded_texts(chunk)}
    )

    def rows(texts: Sequence[str]) -> Vectors:
        found = [np.frombuffer(cached[digest_of(text)], dtype=np.float16) for text in texts]
        return np.stack(found).astype(np.float32)

    texts = [_embedded_texts(chunk) for chunk in chunks]
    titles = rows([title for title, *_ in texts])
    DenseIndex.build(client, language, folder, chunks, [rows(own) for _, *own in texts], titles)
    (folder / "chunks.json").write_text(json.dumps([chunk.id for chunk in chunks]))
    days = [chunk.published.toordinal() if chunk.published else 0 for chunk in chunks]
    np.save(folder / "published.npy", np.asarray(days, dtype=np.int32))
    return sum(len(chunk.sentences) for chunk in chunks)


def _open_shelf(folder: Path, client: Any, language: str) -> Shelf:
    try:
        chunk_ids = tuple(json.loads((folder / "chunks.json").read_text()))
        published = np.load(folder / "published.npy")
    except (OSError, ValueError) as error:
        raise CorruptIndex(f"The index in {folder} is unreadable: {error}") from error
    return Shelf(
        language,
        chunk_ids,
        published,
        LexicalIndex.open(folder, len(chunk_ids)),
        DenseIndex(client, language, folder),
    )


def _embedded_texts(chunk: Chunk) -> list[str]:
    """What is embedded of a chunk: its title and headings, then each sentence by itself."""
    title = " – ".join([chunk.title, *chunk.headings])
    return [title, *(chunk.sentence_text(span) for span in chunk.sentences)]


def _embed_missing(
    shelves: Iterable[Sequence[Chunk]],
    source: ChunkSource,
    embedder: Embedder,
    progress: Callable[[int, int], None],
) -> int:
    wanted = {
        digest_of(text): text
        for chunks in shelves
        for chunk in chunks
        for text in _embedded_texts(chunk)
    }
    known = source.vectors(embedder.id, wanted)
    missing = [(digest, text) for digest, text in wanted.items() if digest not in known]
    for start in range(0, len(missing), _EMBED_BATCH):
        batch = missing[start : start + _EMBED_BATCH]
        vectors = embedder.encode_documents([text for _, text in batch]).astype(np.float16)
        source.add_vectors(
            embedder.id,
            {digest: row.tobytes() for (digest, _), row in zip(batch, vectors, strict=True)},
        )
        progress(start + len(batch), len(missing))
    return len(missing)


def _name(number: int) -> str:
    return f"{number:06d}"


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return [int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()]


def _published_number(store: Path) -> int:
    try:
        return int((store / "current").read_text())
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise CorruptIndex(
            f"{store / 'current'} does not name a version: {error}. Run `assistant rebuild`."
        ) from error


def _manifest(folder: Path) -> Manifest:
    try:
        fields = json.loads((folder / "manifest.json").read_text())
        manifest = Manifest(**{**fields, "languages": tuple(fields["languages"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CorruptIndex(
            f"The index version in {folder} is unreadable ({error}). Run `assistant rebuild`."
        ) from error
    if manifest.format != FORMAT:
        raise StaleIndex(
            f"The index version in {folder} has layout {manifest.format}, this program reads "
            f"layout {FORMAT}. Run `assistant rebuild`."
        )
    return manifest


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_tree(folder: Path) -> None:
    for directory, _, files in os.walk(folder):
        for name in files:
            _fsync(Path(directory) / name)
        _fsync(Path(directory))
