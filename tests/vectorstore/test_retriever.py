from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.builders import WordsEmbedder, page, published
from vectorstore.langchain_retriever import PassageRetriever
from vectorstore.retriever import HybridRetriever
from vectorstore.types import SearchFilter

CAIRO = page(
    "The office in Cairo opened in 1991. It has a clinic.",
    url="https://example.org/cairo",
    published=date(2019, 3, 2),
)
RABAT = page(
    "The roundtable met in Rabat. Five people spoke.",
    url="https://example.org/rabat",
    published=date(2023, 5, 22),
)
ARABIC = page("افتتح المكتب في القاهرة. وفيه عيادة.", url="https://example.org/ar", language="ar")


def retriever(store: Path) -> HybridRetriever:
    encoder = WordsEmbedder()
    return HybridRetriever(published(store, CAIRO, RABAT, ARABIC, embedder=encoder), encoder)


def urls(found: HybridRetriever, query: str, held_to: SearchFilter | None = None) -> list[str]:
    return [p.chunk.url for p in found.search(query, held_to=held_to).passages]


def test_the_passage_with_the_words_comes_first_with_its_ranks(tmp_path: Path) -> None:
    result = retriever(tmp_path).search("Who spoke at the roundtable in Rabat?")

    best = result.passages[0]
    assert best.chunk.url == RABAT.url
    assert (best.dense_rank, best.lexical_rank) == (1, 1)
    assert [p.score for p in result.passages] == sorted(
        (p.score for p in result.passages), reverse=True
    )
    assert result.language == "en"
    assert result.index_version == 1


def test_each_sentence_says_where_it_stands_and_how_near_it_is(tmp_path: Path) -> None:
    best = retriever(tmp_path).search("opened in 1991").passages[0]

    assert [s.text for s in best.sentences] == [
        "The office in Cairo opened in 1991.",
        "It has a clinic.",
    ]
    assert all(CAIRO.text[s.start : s.end] == s.text for s in best.sentences)
    assert best.sentences[0].similarity > best.sentences[1].similarity
    assert best.similarity == best.sentences[0].similarity


def test_pages_of_the_other_language_are_searched_too(tmp_path: Path) -> None:
    assert ARABIC.url in urls(retriever(tmp_path), "office in Cairo")
    assert urls(retriever(tmp_path), "المكتب في القاهرة")[0] == ARABIC.url


def test_a_filter_holds_language_and_both_ends_of_a_date_range(tmp_path: Path) -> None:
    found = retriever(tmp_path)

    assert urls(found, "office", SearchFilter(language="ar")) == [ARABIC.url]
    assert urls(found, "office", SearchFilter(since=date(2023, 5, 22))) == [RABAT.url]
    assert urls(found, "office", SearchFilter(since=date(2023, 5, 23))) == []
    assert urls(found, "office", SearchFilter(until=date(2019, 3, 2))) == [CAIRO.url]
    assert urls(found, "office", SearchFilter(until=date(2019, 3, 1))) == []


def test_the_same_text_on_two_pages_is_one_passage(tmp_path: Path) -> None:
    encoder = WordsEmbedder()
    copy = page(CAIRO.text, url="https://example.org/copy")
    found = HybridRetriever(published(tmp_path, CAIRO, copy, embedder=encoder), encoder)

    assert len(found.search("office in Cairo").passages) == 1


def test_top_k_bounds_the_list(tmp_path: Path) -> None:
    assert len(retriever(tmp_path).search("office", top_k=1).passages) == 1


def test_a_query_without_a_known_word_still_gives_a_ranking(tmp_path: Path) -> None:
    assert len(urls(retriever(tmp_path), "zzz ؟؟")) == 3


def test_langchain_sees_documents_with_their_source(tmp_path: Path) -> None:
    face = PassageRetriever(retriever=retriever(tmp_path), top_k=1)

    [document] = face.invoke("Who spoke in Rabat?")

    assert document.page_content == RABAT.text
    assert document.metadata["url"] == RABAT.url
    assert document.metadata["published"] == "2023-05-22"
    start, end = document.metadata["start"], document.metadata["end"]
    assert RABAT.text[start:end] == document.page_content
