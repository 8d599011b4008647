"""The langchain face of the retriever. The only place where its `Document` appears."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vectorstore.types import Passage, SearchFilter, SearchResult


@runtime_checkable
class Search(Protocol):
    """What is put behind the face."""

    def search(
        self, query: str, top_k: int = 10, held_to: SearchFilter | None = None
    ) -> SearchResult:
        """Ranked passages."""
        ...


class PassageRetriever(BaseRetriever):
    """Ranked passages as langchain Documents, best first.

    `page_content` is the passage's text; metadata holds `chunk_id`, `url`, `title`, `headings`,
    `start` and `end` in the page's text, `language`, `published` (ISO day or None) and `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Search
    top_k: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [document(p) for p in self.retriever.search(query, self.top_k).passages]


def document(passage: Passage) -> Document:
    """A passage as langchain knows one."""
    chunk = passage.chunk
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "chunk_id": chunk.id,
            "url": chunk.url,
            "title": chunk.title,
            "headings": list(chunk.headings),
            "start": chunk.start,
            "end": chunk.end,
            "language": chunk.language,
            "published": chunk.published.isoformat() if chunk.published else None,
            "score": passage.score,
        },
    )
