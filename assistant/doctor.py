"""Proves store and indexes equal, and names the command that mends where they are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from assistant.build import catalogue_path, lacks_catalogue, site_names
from assistant.profile import load_profile
from assistant.settings import Settings
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.database import NO_CATALOGUE
from ingest.errors import StoreError
from ingest.pipeline import not_derived
from ingest.types import digest_of
from vectorstore.embed import Embedder, make_embedder
from vectorstore.errors import CorruptIndex, EmptyIndex, StaleIndex, VectorStoreError
from vectorstore.published import IndexVersion, Published
from vectorstore.versions import (
    EMPTY,
    MEND,
    held,
    numbers,
    published_number,
    verify_files,
    version_folder,
)

_REBUILD = "Run `assistant rebuild`."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and what to do about it."""

    what: str
    mend: str


def examine(settings: Settings, embedder: Embedder | None = None) -> list[Finding]:
    """Look at everything; an empty list means that all is well.

    Args:
        embedder: what the store should be built with, if not what the settings name.
    """
    return list(dict.fromkeys(_findings(settings, embedder)))


def _findings(settings: Settings, embedder: Embedder | None) -> Iterator[Finding]:
    store = settings.store
    path = catalogue_path(store)
    for check in (partial(published_number, store), partial(held, store)):
        yield from _told(check)
    for number in numbers(store):
        yield from _told(partial(_whole, store, number))
    if lacks_catalogue(store):
        yield Finding(f"{path} is missing.", NO_CATALOGUE)
        return
    if not path.exists():
        yield _finding(EmptyIndex(EMPTY.format(store)))
        return
    try:
        catalogue = Catalogue.open(path)
    except StoreError as error:
        yield _finding(error)
        return
    with closing(catalogue):
        yield from _told(catalogue.check)
        yield from _told(partial(_same_as_readings, settings, catalogue))
        yield from _told(partial(_same_as_published, settings, embedder, catalogue))


def _whole(store: Path, number: int) -> None:
    """A version's files are as they were built; one of another release serves nobody."""
    try:
        verify_files(store, number)
    except StaleIndex:
        return
    except CorruptIndex as error:
        hold = held(store)
        if number in (published_number(store), hold.version if hold is not None else None):
            raise
        said = str(error).removesuffix(f" {MEND}")
        raise CorruptIndex(
            f"{said} It only serves going back; later versions take its place."
        ) from error


def _told(check: Callable[[], object]) -> Iterator[Finding]:
    """What a check raises, as a finding."""
    try:
        check()
    except (VectorStoreError, StoreError) as error:
        yield _finding(error)


def _finding(error: Exception) -> Finding:
    """The sentences of an error up to the command that mends, and from there on."""
    text = " ".join(str(error).split())
    at = re.search(r"(?<=\.) (?:Run|Restore|It only) ", text)
    return Finding(text[: at.start()], text[at.start() + 1 :]) if at else Finding(text, _REBUILD)


def _same_as_published(settings: Settings, embedder: Embedder | None, catalogue: Catalogue) -> None:
    """The version that answers holds in every index what its pages say, and so the catalogue."""
    embedder = embedder or make_embedder(settings.embedding)
    version = Published(
        settings.store,
        embedder_id=embedder.id,
        dimension=embedder.dimension,
        chunking=CHUNKING,
        open_pages=Catalogue.open_snapshot,
        chroma=settings.chroma,
    ).current()
    folder = version_folder(settings.store, version.number)
    with closing(Catalogue.open_snapshot(folder / "pages.sqlite")) as pages:
        pages.check()
        _same_chunks(version, pages)
        _same_vectors(version, pages, catalogue, embedder.id)
    stopped = version.manifest.content_digest != catalogue.content_digest()
    if stopped and held(settings.store) is None:
        raise StoreError(
            f"Version {version.number} is not what the catalogue holds: an ingest was stopped. "
            "Run the same ingest again, or `assistant rebuild`."
        )


def _same_chunks(version: IndexVersion, pages: Catalogue) -> None:
    """Every chunk of the pages is in each index of its language, and nothing else is."""
    stored: dict[str, set[str]] = {tag: set() for tag in version.manifest.languages}
    for chunk in pages.chunks():
        stored.setdefault(chunk.language, set()).add(chunk.id)
    for tag, ids in stored.items():
        shelf = version.shelves.get(tag)
        listed = shelf.chunk_ids if shelf is not None else ()
        if len(listed) != len(ids) or set(listed) != ids:
            odd = sorted(ids ^ set(listed)) or ["one that is listed twice"]
            raise CorruptIndex(f"Pages and index of {tag} differ by {odd[0]}. {MEND}")
        if shelf is not None:
            chunks = pages.chunks_by_id(shelf.chunk_ids)
            try:
                shelf.dense.verify(chunks)
                shelf.lexical.verify([chunk.embed_text for chunk in chunks])
            except CorruptIndex as error:
                raise CorruptIndex(f"The index of {tag} differs. {error} {MEND}") from error


def _same_vectors(
    version: IndexVersion, pages: Catalogue, catalogue: Catalogue, model: str
) -> None:
    """The vectors that the catalogue keeps for the next version are those of this one."""
    for shelf in version.shelves.values():
        for row, chunk in enumerate(pages.chunks_by_id(shelf.chunk_ids)):
            digests = [digest_of(chunk.sentence_text(span)) for span in chunk.sentences]
            cached = catalogue.vectors(model, digests)
            for digest, vector in zip(digests, shelf.dense.sentence_rows(row), strict=True):
                kept = cached.get(digest)
                if kept is not None and not np.array_equal(np.frombuffer(kept, np.float16), vector):
                    raise StoreError(
                        f"{catalogue.path} keeps another vector for a sentence of {chunk.url}. "
                        f"{_REBUILD}"
                    )


def _same_as_readings(settings: Settings, catalogue: Catalogue) -> None:
    """Pages are what follows from what was read."""
    if catalogue.settled() is None:
        return  # an ingest was stopped in between
    odd = not_derived(catalogue, site_names(load_profile(settings.profile)))
    if odd:
        raise StoreError(
            f"{len(odd)} pages in {catalogue.path} are not what was read, the first is {odd[0]}. "
            "Run the same ingest again; if that does not help, `assistant remove` them first."
        )
