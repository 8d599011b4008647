"""Proves store and indexes equal, and names the command that mends where they are not."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.build import catalogue_path
from assistant.settings import Settings
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.errors import StoreError
from vectorstore.embed import make_embedder
from vectorstore.errors import VectorStoreError
from vectorstore.published import Published


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and what to do about it."""

    what: str
    mend: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; an empty list means that all is well."""
    findings: list[Finding] = []
    try:
        catalogue = Catalogue.open(catalogue_path(settings.store))
        wrong = [c.id for c in catalogue.chunks() if not _stands(catalogue, c.id)]
        digest = catalogue.content_digest()
        catalogue.close()
    except StoreError as error:
        return [Finding(str(error), "Restore the store from a backup, or ingest anew.")]
    if wrong:
        findings.append(
            Finding(
                f"{len(wrong)} chunks do not stand where they say, the first is {wrong[0]}.",
                "Run `assistant rebuild`.",
            )
        )
    embedder = make_embedder(settings.embedding)
    published = Published(
        settings.store,
        embedder_id=embedder.id,
        dimension=embedder.dimension,
        chunking=CHUNKING,
        open_pages=Catalogue.open_snapshot,
    )
    try:
        version = published.current()
        listed = [chunk_id for shelf in version.shelves.values() for chunk_id in shelf.chunk_ids]
        version.pages.chunks_by_id(listed)
    except (VectorStoreError, StoreError) as error:
        return [*findings, Finding(str(error), "Run `assistant rebuild`.")]
    if version.manifest.content_digest != digest:
        findings.append(
            Finding(
                f"Version {version.number} is not what the catalogue holds: an ingest was stopped.",
                "Run the same ingest again, or `assistant rebuild`.",
            )
        )
    return findings


def _stands(catalogue: Catalogue, chunk_id: str) -> bool:
    [chunk] = catalogue.chunks_by_id([chunk_id])
    page = catalogue.page(chunk.url)
    return page is not None and page.text[chunk.start : chunk.end] == chunk.text
