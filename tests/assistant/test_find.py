from __future__ import annotations

from datetime import date
from pathlib import Path

from assistant.clarify import choices
from assistant.find import find
from assistant.question import read_question
from ingest.types import Page
from tests.builders import WordsEmbedder, page, published
from vectorstore.retriever import HybridRetriever, Searcher

SITE = "https://example.org"


def searcher(store: Path, *pages: Page) -> Searcher:
    encoder = WordsEmbedder()
    return HybridRetriever(published(store, *pages, embedder=encoder), encoder).session()


def news(name: str, text: str, day: date, language: str = "en", **more: object) -> Page:
    section = "news" if language == "en" else "ar/news"
    return page(text, f"{SITE}/{section}/{name}", name, language, day, **more)


OLD = news("old", "A training of judges was held in Cairo.", date(2019, 5, 1))
NEW = news("new", "A workshop on statistics was held in Giza.", date(2023, 5, 1))


def test_the_latest_news_is_the_newest_page_of_the_section(tmp_path: Path) -> None:
    about = page("We have been here since 1991.", f"{SITE}/about", "About", "en", date(2024, 1, 1))
    found = find(read_question("What is the latest news?"), searcher(tmp_path, OLD, NEW, about))

    assert found.newest
    assert [p.chunk.url for p in found.passages] == [NEW.url, OLD.url]


def test_the_latest_of_a_topic_is_looked_for_among_pages_about_it(tmp_path: Path) -> None:
    question = read_question("Where was the latest training of judges?")
    found = find(question, searcher(tmp_path, OLD, NEW))

    assert found.newest
    assert [p.chunk.url for p in found.passages] == [OLD.url]


def test_pages_without_dates_have_no_newest(tmp_path: Path) -> None:
    undated = page("A training was held in Cairo.", f"{SITE}/news/x", "x")

    assert not find(read_question("What is the latest news?"), searcher(tmp_path, undated)).newest


def test_the_page_in_the_language_of_the_question_is_found_too(tmp_path: Path) -> None:
    english = news(
        "shelter", "The shelter has 30 beds.", date(2020, 1, 1), alternates={"ar": f"{SITE}/ar/x"}
    )
    arabic = page("نص آخر تماماً عن موضوع لا صلة له.", f"{SITE}/ar/x", "صفحة", "ar")
    others = [news(f"n{i}", f"Page {i} about shelter beds.", date(2020, 1, 1)) for i in range(30)]
    found = find(
        read_question("كم سريراً في shelter؟"), searcher(tmp_path, english, arabic, *others)
    )

    if english.url in {p.chunk.url for p in found.passages}:
        assert arabic.url in {p.chunk.url for p in found.passages}


def test_each_year_that_is_compared_brings_its_page(tmp_path: Path) -> None:
    days = [
        news(f"day-{year}", f"Migrants Day was marked with partner {year % 7}.", date(year, 12, 18))
        for year in (2016, 2017, 2022)
    ]
    crowd = [
        news(f"c{i}", f"Migrants Day partners, note {i}.", date(2020, 1, 1)) for i in range(40)
    ]
    question = read_question("How did the partners of Migrants Day differ in 2016, 2017 and 2022?")
    found = find(question, searcher(tmp_path, *days, *crowd))

    assert {p.url for p in days} <= {p.chunk.url for p in found.passages}


def test_the_training_is_asked_back_where_there_were_several(tmp_path: Path) -> None:
    trainings = [
        news(f"Training of {who}", f"The training of {who} took place.", date(2020, 1, 1))
        for who in ("judges", "journalists", "prosecutors")
    ]
    open_store = searcher(tmp_path, *trainings)

    def which(text: str) -> int:
        question = read_question(text)
        return len(choices(question, find(question, open_store).passages))

    assert which("Who attended the training?") == 3
    assert which("Who attended the training of judges?") == 0
    assert which("Who attended the training in 2020?") == 0
    assert which("How many trainings were there?") == 0
