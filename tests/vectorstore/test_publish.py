from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from tests.builders import WordsEmbedder, page, published, stored
from vectorstore import published as reading
from vectorstore.errors import CorruptIndex, EmptyIndex, StaleIndex
from vectorstore.publish import publish
from vectorstore.published import IndexVersion, Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import (
    KEPT_VERSIONS,
    point_to,
    published_manifest,
    published_number,
    versions,
)


def publish_again(store: Path, *pages: object, embedder: WordsEmbedder | None = None) -> int:
    catalogue = stored(store, *pages)  # type: ignore[arg-type]
    publication = publish(
        store, catalogue, embedder or WordsEmbedder(), chunking=CHUNKING, pages=len(pages)
    )
    catalogue.close()
    return publication.number


def test_what_was_published_is_found(tmp_path: Path) -> None:
    live = published(tmp_path, page("The office opened in Cairo.", url="https://example.org/cairo"))

    version = live.current()

    assert version.number == 1
    assert (version.manifest.pages, version.manifest.chunks, version.manifest.sentences) == (
        1,
        1,
        1,
    )
    assert list(version.shelves) == ["en"]


def test_publishing_the_same_again_builds_nothing(tmp_path: Path) -> None:
    assert publish_again(tmp_path, page("Same.")) == 1
    assert publish_again(tmp_path, page("Same.")) == 1


def test_only_new_sentences_are_embedded(tmp_path: Path) -> None:
    encoder = WordsEmbedder()
    publish_again(tmp_path, page("One stays. Two goes."), embedder=encoder)
    encoder.embedded.clear()

    publish_again(tmp_path, page("One stays. Three comes."), embedder=encoder)

    assert encoder.embedded == ["Three comes."]


class _SlowEmbedder(WordsEmbedder):
    """Counts the calls that are under way at once; fails at a text that says so."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = self.most = 0

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        time.sleep(0.02)
        self.under_way -= 1
        if "It fails." in texts:
            raise OSError("no more")
        return super().encode_documents(texts)


def test_two_batches_are_embedded_at_once_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vectorstore.publish._EMBED_BATCH", 1)
    encoder = _SlowEmbedder()

    live = published(
        tmp_path, page("One. Two. Three.", url="https://example.org/1"), embedder=encoder
    )

    assert encoder.most == 2
    assert sorted(encoder.embedded) == ["A page", "One.", "Three.", "Two."]
    assert HybridRetriever(live, encoder).search("Three").passages[0].chunk.text


def test_what_was_embedded_before_a_failure_is_not_embedded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vectorstore.publish._EMBED_BATCH", 1)
    with pytest.raises(OSError, match="no more"):
        published(tmp_path, page("One. Two. Three. It fails."), embedder=_SlowEmbedder())
    assert published_number(tmp_path) == 0
    assert list((tmp_path / "versions").iterdir()) == []

    again = WordsEmbedder()
    published(tmp_path, page("One. Two. Three. It fails."), embedder=again)

    assert "It fails." in again.embedded
    assert not {"One.", "Two."} & set(again.embedded)


def test_a_running_reader_sees_the_new_version_and_keeps_the_old_one_usable(tmp_path: Path) -> None:
    live = published(tmp_path, page("Old words."))
    retriever = HybridRetriever(live, WordsEmbedder())
    before = retriever.session()

    publish_again(tmp_path, page("New words."))

    assert retriever.search("words").passages[0].chunk.text == "New words."
    assert before.search("words").passages[0].chunk.text == "Old words."


def test_while_a_large_version_is_opened_the_one_before_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = published(tmp_path, page("Old words."))
    live.current()
    publish_again(tmp_path, page("New words."))
    goes_on, open_at_once = threading.Event(), live.open

    def open_slowly(number: int) -> IndexVersion:
        assert goes_on.wait(30)
        return open_at_once(number)

    monkeypatch.setattr(live, "open", open_slowly)
    monkeypatch.setattr(reading, "_WORTH_WAITING_S", 0.05)

    meanwhile = [live.current().number for _ in range(3)]
    goes_on.set()
    until = time.monotonic() + 30
    while live.current().number == 1 and time.monotonic() < until:
        time.sleep(0.01)

    assert meanwhile == [1, 1, 1]
    assert live.current().number == 2


def test_what_cannot_be_opened_is_told_to_whoever_asks_while_something_answers(
    tmp_path: Path,
) -> None:
    live = published(tmp_path, page("Words of one encoder."))
    live.current()
    publish_again(tmp_path, page("Words of another."))
    path = tmp_path / "versions/000002/manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))

    for _ in range(2):
        with pytest.raises(StaleIndex, match="layout 99"):
            live.current()

    point_to(tmp_path, 1)
    assert live.current().number == 1


def test_rolling_back_answers_from_the_version_before(tmp_path: Path) -> None:
    live = published(tmp_path, page("Old words."))
    publish_again(tmp_path, page("New words."))
    assert live.current().number == 2

    point_to(tmp_path, 1)

    assert live.current().number == 1
    assert (
        HybridRetriever(live, WordsEmbedder()).search("words").passages[0].chunk.text
        == "Old words."
    )


def test_a_version_that_is_not_there_cannot_be_published(tmp_path: Path) -> None:
    published(tmp_path, page("Words."))

    with pytest.raises(CorruptIndex, match="000009"):
        point_to(tmp_path, 9)

    assert published_number(tmp_path) == 1


def test_only_the_last_versions_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT_VERSIONS + 2):
        publish_again(tmp_path, page(f"Words number {number}."))

    kept = [manifest.number for manifest in versions(tmp_path)]

    assert kept == list(range(3, KEPT_VERSIONS + 3))


def test_an_empty_store_says_what_to_run(tmp_path: Path) -> None:
    live = Published(
        tmp_path, embedder_id="x", chunking=CHUNKING, open_pages=Catalogue.open_snapshot
    )

    with pytest.raises(EmptyIndex, match=r"is empty\. Run `assistant ingest SOURCE` first"):
        live.current()


@pytest.mark.parametrize(
    ("embedder", "chunking", "says"),
    [("other/2", CHUNKING, "encoder words/1"), ("words/1", "other", "chunking")],
)
def test_a_store_built_with_other_settings_says_so(
    tmp_path: Path, embedder: str, chunking: str, says: str
) -> None:
    published(tmp_path, page("Words."))
    live = Published(
        tmp_path, embedder_id=embedder, chunking=chunking, open_pages=Catalogue.open_snapshot
    )

    with pytest.raises(StaleIndex, match=says) as caught:
        live.current()

    assert "assistant rebuild" in str(caught.value)


def test_another_layout_is_refused(tmp_path: Path) -> None:
    live = published(tmp_path, page("Words."))
    path = tmp_path / "versions/000001/manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))

    with pytest.raises(StaleIndex, match="layout 99"):
        live.current()


@pytest.mark.parametrize(
    "name", ["manifest.json", "en/passages.npy", "en/chunks.json", "en/words/vocab.index.json"]
)
@pytest.mark.parametrize("damage", ["missing", "empty", "half"])
def test_a_damaged_file_is_reported_not_answered_from(
    tmp_path: Path, name: str, damage: str
) -> None:
    live = published(tmp_path, page("Words of one page. And more words."))
    path = tmp_path / "versions/000001" / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else content[: len(content) // 2])

    with pytest.raises(CorruptIndex):
        live.current()


def test_a_version_that_was_not_finished_is_never_seen(tmp_path: Path) -> None:
    live = published(tmp_path, page("Words."))
    leftover = tmp_path / "versions/.building"
    leftover.mkdir()
    (leftover / "manifest.json").write_text("{")

    assert live.current().number == 1
    assert [manifest.number for manifest in versions(tmp_path)] == [1]
    assert publish_again(tmp_path, page("Other words.")) == 2
    assert not leftover.exists()


def test_building_anew_gives_a_new_number_with_the_same_content(tmp_path: Path) -> None:
    catalogue = stored(tmp_path, page("Words."))
    encoder = WordsEmbedder()
    first = publish(tmp_path, catalogue, encoder, chunking=CHUNKING, pages=1)

    second = publish(tmp_path, catalogue, encoder, chunking=CHUNKING, pages=1, anew=True)

    assert (first.number, second.number, second.embedded) == (1, 2, 0)
    manifest = published_manifest(tmp_path)
    assert manifest is not None
    assert manifest.number == 2
