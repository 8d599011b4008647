"""What the durability benchmarks share: the digest by which two stores are the same."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path

import numpy as np

from ingest.catalogue import Catalogue
from vectorstore.versions import published_manifest, version_folder

_DECIMALS = 5  # of an embedding; what is stored has three


def digest_of(store: Path) -> str:
    """SHA-256 over what answers: each chunk with its page's and its own digest, and its vectors.

    Order, numbers of versions and Chroma's own files do not count; Chroma draws names at random.
    """
    manifest = published_manifest(store)
    assert manifest is not None, f"nothing is published in {store}"
    folder = version_folder(store, manifest.number)
    rows: list[str] = []
    with closing(Catalogue.open_snapshot(folder / "pages.sqlite")) as pages:
        digests = {page.url: page.digest for page in pages.pages()}
        for language in manifest.languages:
            ids = json.loads((folder / language / "chunks.json").read_text())
            sentences = np.load(folder / language / "sentences.npy").astype(np.float32)
            offsets = np.load(folder / language / "offsets.npy")
            for row, chunk in enumerate(pages.chunks_by_id(ids)):
                vectors = sentences[offsets[row] : offsets[row + 1]].round(_DECIMALS) + 0.0
                digest = hashlib.sha256(vectors.tobytes()).hexdigest()
                rows.append(
                    f"{chunk.url} {digests[chunk.url]} {chunk.position} {chunk.digest} {digest}"
                )
    rows.sort()
    counts = f"{manifest.embedder} {len(digests)} {len(rows)} {manifest.sentences}"
    return hashlib.sha256("\n".join([counts, *rows]).encode()).hexdigest()
