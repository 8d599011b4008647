"""Building an index version beside the one that answers, and publishing it at once."""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from ingest.types import Chunk, digest_of
from vectorstore.analysis import ANALYSIS_VERSION
from vectorstore.chroma import Collections, build_collections
from vectorstore.dense import DenseIndex
from vectorstore.embed import Embedder, Vectors
from vectorstore.lexical import LexicalIndex
from vectorstore.versions import (
    FORMAT,
    Manifest,
    checksums,
    fsync,
    fsync_tree,
    next_number,
    numbers,
    point_to,
    published_number,
    read_manifest,
    release,
    remove_leftovers,
    remove_old,
    version_folder,
    write_manifest,
)

_EMBED_BATCH = 512  # sentences between two commits: a killed run loses seconds of work
_UNDER_WAY = 2  # batches: where one core is done with its share, it goes on with the next batch's

# What building a version takes, the catalogue's growth and journals included: rather too much. The
# version had 5.9, 21 and 99 MB at 250, 1,000 and 5,000 chunks of eight sentences (512 dimensions),
# the catalogue 4.5, 18 and 86.
_BASE_BYTES = 6_000_000
_BYTES_PER_NUMBER = 6  # of a vector: float16 in the version, the catalogue and its journal
_BYTES_PER_NUMBER_IN_CHROMA = 16  # float16 apart, float32 in Chroma's log and its graph
_BYTES_PER_TEXT_BYTE = 5

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class ChunkSource(Protocol):
    """What building needs of the catalogue."""

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


@dataclass(frozen=True, slots=True)
class Publication:
    """The version that says what the catalogue holds.

    Attributes:
        built: it had to be built for this.
        embedded: how many sentences were embedded for it.
    """

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
    chroma: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Publication:
    """Build what the catalogue holds and make it the published version, whatever it says.

    Raises:
        OSError: the disk is full or not writable; the published version is untouched.
    """
    publication = build(
        store,
        source,
        embedder,
        chunking=chunking,
        pages=pages,
        anew=anew,
        chroma=chroma,
        progress=progress,
    )
    make_current(store, publication.number)
    return publication


def load(embedder: Embedder) -> None:
    """Bring in what building needs (encoder, Chroma, BM25: about two seconds), ahead of it."""
    import bm25s  # noqa: F401
    import chromadb  # noqa: F401

    embedder.encode_documents(["The first text loads the weights."])


def make_current(store: Path, number: int) -> None:
    """Answer from this version from now on; nothing is held back any more."""
    point_to(store, number)
    release(store)
    remove_old(store)


def build(
    store: Path,
    source: ChunkSource,
    embedder: Embedder,
    *,
    chunking: str,
    pages: int,
    anew: bool = False,
    chroma: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
    need_room: Callable[[int], None] = lambda size: None,
) -> Publication:
    """A whole version of what the catalogue holds, in its place but not published.

    Nothing is built when the published version already says the same, or a newer one that is held
    back or that a killed run had finished, unless it is to be built `anew`. Sentences whose vectors
    are cached are not embedded again. The caller holds the store's lock.

    Args:
        chroma: address of the Chroma server that is to hold the vectors, "" for this process.
        need_room: called with about how many bytes the version will take, before anything is
            written; what it raises ends the build.

    Raises:
        ServerUnreachable: that server does not answer.
        OSError, BuildFailed: the disk is full or not writable; every finished version is untouched.
    """
    folder = store / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(store)
    building = folder / ".building"
    digest = source.content_digest()
    says = (digest, embedder.id, chunking, ANALYSIS_VERSION)
    current = 0 if anew else published_number(store)
    newest = max([current, *numbers(store)])
    for number in () if anew else dict.fromkeys(n for n in (current, newest) if n):
        manifest = read_manifest(store, number)
        built = (manifest.content_digest, manifest.embedder, manifest.chunking, manifest.analysis)
        if built == says:
            return Publication(number, built=False, embedded=0)
    number = next_number(store)
    shelves = {k: list(v) for k, v in groupby(source.chunks(), key=lambda chunk: chunk.language)}
    need_room(_size(shelves.values(), embedder.dimension))
    building.mkdir()
    try:
        place = partial(build_collections, building, store, number, chroma)
        embedded = _write_indexes(building, shelves, source, embedder, place, progress)
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
            sentences=sum(len(c.sentences) for chunks in shelves.values() for c in chunks),
            languages=tuple(shelves),
            files=checksums(building),
        )
        write_manifest(building, manifest)
        fsync_tree(building)
    except Exception:
        shutil.rmtree(building, ignore_errors=True)  # above all from a disk that is full
        raise
    building.rename(version_folder(store, number))
    fsync(folder)
    return Publication(number, built=True, embedded=embedded)


def _size(shelves: Iterable[Sequence[Chunk]], dimension: int) -> int:
    """About how many bytes a version takes, rather too many."""
    size = _BASE_BYTES
    for chunks in shelves:
        sentences = sum(len(chunk.sentences) for chunk in chunks)
        per_dimension = len(chunks) * _BYTES_PER_NUMBER_IN_CHROMA + sentences * _BYTES_PER_NUMBER
        text = sum(len(chunk.embed_text.encode()) for chunk in chunks)
        size += dimension * per_dimension + text * _BYTES_PER_TEXT_BYTE
    return size


def _write_indexes(
    building: Path,
    shelves: Mapping[str, Sequence[Chunk]],
    source: ChunkSource,
    embedder: Embedder,
    place: Callable[[], Collections],
    progress: Callable[[int, int], None],
) -> int:
    """Write pages and indexes into a folder; gives how many sentences were embedded for it.

    Embedding takes most of the time: beside it the words are indexed, vectors are committed (which
    waits for the disk), and those of each language are laid out as soon as the last is there.
    """
    # What is laid out after the last sentence has nothing beside it: let that be the smallest.
    order = sorted(shelves, key=lambda name: -len(shelves[name]))
    missing = _missing({name: shelves[name] for name in order}, source, embedder)
    total = sum(map(len, missing.values()))
    embedded = 0
    batches = [batch for name in order for batch in _batches(missing[name])]
    with ThreadPoolExecutor(_UNDER_WAY) as encoding:
        encoded = _ahead(encoding, partial(_embed, embedder=embedder), batches)
        # closed on failure too: Chroma keeps one client per path, and the next build has the same
        with (
            closing(place()) as collections,
            ThreadPoolExecutor(1) as beside,
            ThreadPoolExecutor(1) as keeping,
        ):
            parts = [beside.submit(source.snapshot, building / "pages.sqlite")]
            parts += [beside.submit(_build_lexical, building / n, shelves[n]) for n in order]
            try:
                for name in order:
                    kept: Future[None] | None = None
                    for _ in _batches(missing[name]):
                        vectors = next(encoded)
                        if kept is not None:
                            kept.result()
                        kept = keeping.submit(source.add_vectors, embedder.id, vectors)
                        embedded += len(vectors)
                        progress(embedded, total)
                    if kept is not None:
                        kept.result()
                    shelf = (building / name, collections, name, shelves[name], source, embedder)
                    parts.append(beside.submit(_build_shelf, *shelf))
                for part in parts:
                    part.result()
            except BaseException:
                encoding.shutdown(wait=False, cancel_futures=True)
                beside.shutdown(cancel_futures=True)
                raise
    return embedded


def _ahead(
    pool: ThreadPoolExecutor, work: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Iterator[_Result]:
    """Results in order; `_UNDER_WAY` are, from this call on, and no more are kept."""
    waiting = iter(items)
    begun = deque(pool.submit(work, item) for item in islice(waiting, _UNDER_WAY))

    def results() -> Iterator[_Result]:
        while begun:
            result = begun.popleft().result()
            begun.extend(pool.submit(work, item) for item in islice(waiting, 1))
            yield result

    return results()


def _build_lexical(folder: Path, chunks: Sequence[Chunk]) -> None:
    folder.mkdir()
    LexicalIndex.build(folder, [chunk.embed_text for chunk in chunks])


def _build_shelf(
    folder: Path,
    collections: Collections,
    language: str,
    chunks: Sequence[Chunk],
    source: ChunkSource,
    embedder: Embedder,
) -> None:
    cached = source.vectors(
        embedder.id, {digest_of(text) for chunk in chunks for text in _embedded_texts(chunk)}
    )

    def rows(texts: Sequence[str]) -> Vectors:
        found = [np.frombuffer(cached[digest_of(text)], dtype=np.float16) for text in texts]
        return np.stack(found).astype(np.float32)

    texts = [_embedded_texts(chunk) for chunk in chunks]
    titles = rows([title for title, *_ in texts])
    DenseIndex.build(
        collections, language, folder, chunks, [rows(own) for _, *own in texts], titles
    )
    (folder / "chunks.json").write_text(json.dumps([chunk.id for chunk in chunks]))
    days = [chunk.published.toordinal() if chunk.published else 0 for chunk in chunks]
    np.save(folder / "published.npy", np.asarray(days, dtype=np.int32))


def _embedded_texts(chunk: Chunk) -> list[str]:
    """What is embedded of a chunk: its title and headings, then each sentence by itself."""
    title = " – ".join([chunk.title, *chunk.headings])
    return [title, *(chunk.sentence_text(span) for span in chunk.sentences)]


_Texts = Sequence[tuple[str, str]]
"""Texts to embed, each after its digest."""


def _missing(
    shelves: Mapping[str, Sequence[Chunk]], source: ChunkSource, embedder: Embedder
) -> dict[str, _Texts]:
    """What is not embedded yet of each language, and of none before it."""
    missing: dict[str, _Texts] = {}
    seen: set[str] = set()
    for name, chunks in shelves.items():
        texts = (text for chunk in chunks for text in _embedded_texts(chunk))
        wanted = {digest: text for text in texts if (digest := digest_of(text)) not in seen}
        known = source.vectors(embedder.id, wanted)
        missing[name] = [(digest, text) for digest, text in wanted.items() if digest not in known]
        seen |= wanted.keys()
    return missing


def _batches(texts: _Texts) -> Iterator[_Texts]:
    for start in range(0, len(texts), _EMBED_BATCH):
        yield texts[start : start + _EMBED_BATCH]


def _embed(batch: _Texts, embedder: Embedder) -> dict[str, bytes]:
    vectors = embedder.encode_documents([text for _, text in batch]).astype(np.float16)
    return {digest: row.tobytes() for (digest, _), row in zip(batch, vectors, strict=True)}
