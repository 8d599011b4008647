"""Vectors on a Chroma server: the same answers, nothing left over, no silence when it is down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import chromadb
import httpx
import pytest

from assistant.build import build_assistant
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.types import Answer
from tests.builders import WordsEmbedder, page, published
from tests.chroma_server import chroma_server
from vectorstore import chroma, publish
from vectorstore import published as reading
from vectorstore.errors import ServerUnreachable, StaleIndex
from vectorstore.published import Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import KEPT_VERSIONS

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as address:
        yield address


@pytest.fixture(autouse=True)
def _as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here each test says where vectors go, whatever `--chroma-server` says."""
    monkeypatch.setattr(publish, "build_collections", chroma.build_collections)
    monkeypatch.setattr(reading, "open_collections", chroma.open_collections)


def collections(server: str) -> set[str]:
    port = int(server.rpartition(":")[2])
    return {each.name for each in chromadb.HttpClient(port=port).list_collections()}


def _read(answer: Answer) -> tuple[object, ...]:
    """All that a person reads, and where it stands."""
    places = [(each.url, each.start, each.end) for each in answer.citations]
    return (answer.status, answer.language, answer.text, places)


def test_answers_are_the_same_as_from_chroma_in_the_own_process(
    server: str, tmp_path: Path
) -> None:
    questions = [
        json.loads(line)["question"]
        for line in (TESTS / "evals" / "site_questions.jsonl").read_text("utf-8").splitlines()
    ]
    said: list[list[tuple[object, ...]]] = []
    for place in ("", server):
        settings = Settings(store=tmp_path / (place and "server"), chroma=place)
        pages = Maintainer(settings, load_profile(settings.profile))
        pages.ingest([str(TESTS / "data" / "site")])
        assistant = build_assistant(settings)
        said.append([_read(assistant.ask(question, min_confidence=0.0)) for question in questions])

    assert len(questions) > 50
    assert said[0] == said[1]
    assert not (tmp_path / "server" / "versions" / "000001" / "chroma").exists()


def test_what_belongs_to_versions_that_are_gone_is_deleted(server: str, tmp_path: Path) -> None:
    others = collections(server)
    for number in range(KEPT_VERSIONS + 3):
        published(tmp_path, page(f"The office opened in {2000 + number}."), chroma=server)

    mine = collections(server) - others
    # of those that are kept, and of the one that went when the last was published
    assert {name.split("-")[1] for name in mine} == {f"{n:06d}" for n in (3, 4, 5, 6)}
    assert {name.split("-", 2)[2] for name in mine} == {"passages-en"}


def test_when_the_server_is_down_answers_go_on_and_a_start_says_so(tmp_path: Path) -> None:
    encoder = WordsEmbedder()
    pages = [page(f"Word{n} is said here.", url=f"https://example.org/{n}") for n in range(60)]
    (tmp_path / "chroma").mkdir()
    with chroma_server(tmp_path / "chroma") as address:
        live = published(tmp_path / "store", *pages, embedder=encoder, chroma=address)
        retriever = HybridRetriever(live, encoder)
        before = [p.chunk.url for p in retriever.search("word7").passages]

    after = [p.chunk.url for p in retriever.search("word7").passages]

    assert before[0] == after[0] == "https://example.org/7"
    again = Published(
        tmp_path / "store",
        embedder_id=encoder.id,
        chunking=live.current().manifest.chunking,
        open_pages=live._open_pages,
        chroma=address,
    )
    with pytest.raises(ServerUnreachable, match=r"^The Chroma server at 127"):
        again.current()


def test_without_the_setting_the_message_names_it(server: str, tmp_path: Path) -> None:
    encoder = WordsEmbedder()
    live = published(tmp_path, page("Some words."), embedder=encoder, chroma=server)
    unset = Published(
        tmp_path,
        embedder_id=encoder.id,
        chunking=live.current().manifest.chunking,
        open_pages=live._open_pages,
    )

    with pytest.raises(StaleIndex, match="Set ASSISTANT_CHROMA"):
        unset.current()


def test_a_database_of_its_own_is_named_in_the_address(server: str, tmp_path: Path) -> None:
    with httpx.Client(base_url=f"{server}/api/v2", trust_env=False) as admin:
        admin.post("tenants", json={"name": "office"}).raise_for_status()
        admin.post("tenants/office/databases", json={"name": "pages"}).raise_for_status()
    others = collections(server)
    encoder = WordsEmbedder()
    address = f"{server.replace('//', '//a-token@')}/office/pages"

    live = published(tmp_path, page("Some words."), embedder=encoder, chroma=address)

    assert HybridRetriever(live, encoder).search("words").passages
    assert collections(server) == others
