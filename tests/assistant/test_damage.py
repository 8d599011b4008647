"""Every file of a store, damaged in every way: found and named, and never answered from."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from assistant.build import catalogue_path
from assistant.doctor import examine
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from benchmarks.durability import digest_of
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.errors import StoreError
from tests.builders import WordsEmbedder
from vectorstore.errors import VectorStoreError
from vectorstore.published import Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import published_number, version_folder

TEXTS = {
    "en": [
        f"Berth {n} of the harbour opened in {1950 + n}. It lies on quay {n}." for n in range(8)
    ],
    "ar": [f"افتتح الرصيف رقم {n} في الميناء عام {1950 + n}." for n in range(4)],
}
QUERIES = ["When did berth 3 open?", "متى افتتح الرصيف رقم 2؟", "quay 7"]


def _maintainer(store: Path) -> Maintainer:
    made = Maintainer(Settings(store=store), load_profile("iom_egypt"))
    made.__dict__["_embedder"] = WordsEmbedder()
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two versions."""
    folder = tmp_path_factory.mktemp("whole")
    for count in (6, 8):
        rows = [
            json.dumps(
                {"url": f"https://example.org/{tag}/{n}", "title": f"{tag} {n}", "text": text}
            )
            for tag, texts in TEXTS.items()
            for n, text in enumerate(texts[:count])
        ]
        (folder / "pages.jsonl").write_text("\n".join(rows))
        _maintainer(folder / "store").ingest([str(folder / "pages.jsonl")])
    return folder / "store"


def _findings(store: Path) -> list[str]:
    return [
        f"{finding.what} {finding.mend}"
        for finding in examine(Settings(store=store), WordsEmbedder())
    ]


def _answers(store: Path) -> list[tuple[str, ...]]:
    """What every query finds, each passage held against its page."""
    live = Published(
        store, embedder_id="words/1", chunking=CHUNKING, open_pages=Catalogue.open_snapshot
    )
    session = HybridRetriever(live, WordsEmbedder()).session()
    found = []
    for query in QUERIES:
        passages = session.search(query, 3).passages
        for passage in passages:
            chunk = passage.chunk
            assert session.page(chunk.url).text[chunk.start : chunk.end] == chunk.text
        found.append(tuple(passage.chunk.text for passage in passages))
    return found


def _files(store: Path) -> list[str]:
    """Every file that answers or is built from, of the newest version only."""
    newest = version_folder(store, published_number(store)).relative_to(store)
    kept = (path.relative_to(store) for path in sorted(store.rglob("*")) if path.is_file())
    return [
        str(path)
        for path in kept
        if path.name != "lock" and (path.parts[0] != "versions" or path.is_relative_to(newest))
    ]


def _kind(name: str) -> str:
    """The files that Chroma names at random count as one, and so do those of the other language."""
    parts = Path(name).parts
    return "/".join("ID" if len(part) == 36 else part for part in parts)


@cache
def _expected(whole: Path) -> tuple[list[tuple[str, ...]], str, str]:
    """What a whole store answers, and the digests of what answers and of its catalogue."""
    with closing(Catalogue.open(catalogue_path(whole))) as catalogue:
        return _answers(whole), digest_of(whole), catalogue.content_digest()


Damage = Callable[[Path, random.Random], None]


def _cut(share: float) -> Damage:
    def damage(path: Path, draw: random.Random) -> None:
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])

    return damage


def _flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(content)


def _zero_page(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    start = 4096 * draw.randrange(1 + len(content) // 4096)
    content[start : start + 4096] = bytes(len(content[start : start + 4096]))
    path.write_bytes(content)


def _delete(path: Path, draw: random.Random) -> None:
    path.unlink()


def _unreadable(path: Path, draw: random.Random) -> None:
    path.unlink()  # mode bits mean nothing to root, a folder in its place does
    path.mkdir()


def _swap(path: Path, draw: random.Random) -> None:
    others = [p for p in sorted(path.parent.iterdir()) if p.is_file() and p != path]
    other = draw.choice(others or [path.parent.parent / "manifest.json"])
    shutil.copyfile(other, path)


DAMAGES: dict[str, Damage] = {
    "empty": _cut(0.0),
    "half": _cut(0.5),
    "flip": _flip,
    "zero page": _zero_page,
    "delete": _delete,
    "unreadable": _unreadable,
    "swap": _swap,
}


def _try(whole: Path, store: Path, name: str, damage: Damage, draw: random.Random) -> str:
    """Damage one file; say what came of it, or fail."""
    shutil.copytree(whole, store)
    before = (store / name).read_bytes()
    damage(store / name, draw)
    path = store / name
    same = path.is_file() and path.read_bytes() == before
    try:
        answers = _answers(store)
    except (VectorStoreError, StoreError) as error:
        said = str(error)
        assert "`assistant " in said, said
        assert Path(name).name in said or "empty" in said, (name, said)
        outcome = "refused"
    else:
        assert answers == _expected(whole)[0], name
        outcome = "answered"
    findings = _findings(store)
    if findings:
        assert all("`assistant " in finding or "going back" in finding for finding in findings)
        assert any(Path(name).name in finding for finding in findings) or name == "current"
        return f"{outcome}, found"
    assert outcome == "answered"
    if same:
        return "as it was"  # it was empty, or all zeros, before
    # the damage says nothing: what follows from the store is what it was
    assert digest_of(store) == _expected(whole)[1]
    with closing(Catalogue.open(catalogue_path(store))) as catalogue:
        assert catalogue.content_digest() == _expected(whole)[2]
    return "harmless"


def _kinds(whole: Path) -> Iterator[tuple[str, str]]:
    seen = set()
    for name in _files(whole):
        if (kind := _kind(name)) not in seen:
            seen.add(kind)
            yield kind, name


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_is_found_and_never_answered_from(
    whole: Path, tmp_path: Path, how: str
) -> None:
    draw = random.Random(how)
    outcomes = {
        kind: _try(whole, tmp_path / str(number), name, DAMAGES[how], draw)
        for number, (kind, name) in enumerate(_kinds(whole))
    }

    # nothing of a version may pass unseen
    assert [k for k, o in outcomes.items() if k.startswith("versions") and o == "harmless"] == []
    assert len(outcomes) > 20


@pytest.mark.slow
def test_every_file_in_every_way_twenty_offsets_each(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tells its tally file by file: `pytest -m slow tests/assistant/test_damage.py`."""
    tally: Counter[str] = Counter()
    draw = random.Random(1)
    for name in _files(whole):
        for how, damage in DAMAGES.items():
            for _ in range({"flip": 20, "zero page": 5}.get(how, 3)):
                store = tmp_path / "store"
                outcome = _try(whole, store, name, damage, draw)
                shutil.rmtree(store)
                tally[f"{how}: {outcome}"] += 1
        with capsys.disabled():
            print(f"\n{tally.total()} trials, after {name}", end="", flush=True)
    with capsys.disabled():
        print("", *(f"{what:28} {count}" for what, count in sorted(tally.items())), sep="\n")


def test_a_whole_store_is_well(whole: Path) -> None:
    assert _findings(whole) == []


def test_a_running_server_goes_on_with_the_last_good_version(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    live = Published(
        store, embedder_id="words/1", chunking=CHUNKING, open_pages=Catalogue.open_snapshot
    )
    assert live.current().number == 2
    _maintainer(store).remove(["https://example.org/en/1"])
    (version_folder(store, 3) / "en/chunks.json").write_text("[]")

    assert live.current().number == 2
    assert live.current().pages.page("https://example.org/en/2") is not None


@pytest.mark.parametrize("name", ["en/sentences.npy", "pages.sqlite", "vectors"])
def test_rebuilding_mends_a_damaged_version(whole: Path, tmp_path: Path, name: str) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    version = version_folder(store, 2)
    if name == "vectors":
        here = (version / "chroma").exists()
        name = "chroma/chroma.sqlite3" if here else "chroma-server.json"
    (version / name).write_bytes(b"damaged")

    _maintainer(store).rebuild()

    assert digest_of(store) == digest_of(whole)
    assert all("going back" in finding for finding in _findings(store))


def test_rebuilding_mends_pages_and_vectors_of_the_catalogue(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    with closing(Catalogue.open(catalogue_path(store))) as catalogue:
        connection = catalogue._connection
        connection.execute("UPDATE pages SET text=replace(text, '1953', '1935')")
        connection.execute("UPDATE vectors SET vector=zeroblob(length(vector))")
    [page, *others] = _findings(store)
    assert "/3 is not what was stored" in page
    assert others

    _maintainer(store).rebuild()

    assert _findings(store) == []
    assert digest_of(store) == digest_of(whole)


def test_a_page_that_changed_on_the_disk_is_not_quoted(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it changed after its checksum had been verified, before it was read."""
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    monkeypatch.setattr("vectorstore.published.verify_files", lambda store, number: None)
    live = Published(
        store, embedder_id="words/1", chunking=CHUNKING, open_pages=Catalogue.open_snapshot
    )
    path = version_folder(store, 2) / "pages.sqlite"
    path.write_bytes(path.read_bytes().replace(b"opened in 1953", b"opened in 1935"))

    with pytest.raises(StoreError, match="is not what was stored"):
        HybridRetriever(live, WordsEmbedder()).search("berth 3")


def test_what_an_index_lacks_or_has_too_much_is_found(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it had been built so: the checksums are right."""
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    monkeypatch.setattr("vectorstore.published.verify_files", lambda store, number: None)
    ids = json.loads((version_folder(store, 2) / "en/chunks.json").read_text())
    (version_folder(store, 2) / "en/chunks.json").write_text(json.dumps([ids[1], ids[0], *ids[2:]]))

    assert any("of another chunk" in finding for finding in _findings(store))

    (version_folder(store, 2) / "en/chunks.json").write_text(json.dumps([ids[1], *ids[1:]]))

    assert any("Pages and index of en differ by" in finding for finding in _findings(store))


def test_a_store_of_another_release_asks_for_a_rebuild(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    path = version_folder(store, 2) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 1}))

    with pytest.raises(VectorStoreError, match=r"has layout 1.*Run `assistant rebuild`"):
        _answers(store)
    _maintainer(store).rebuild()

    assert digest_of(store) == digest_of(whole)


def test_a_catalogue_that_is_gone_is_not_made_anew_beside_what_answers(
    whole: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(whole, store)
    catalogue_path(store).unlink()

    with pytest.raises(StoreError, match=r"is missing\. Restore a backup"):
        _maintainer(store).ingest([str(whole.parent / "pages.jsonl")])

    assert "is missing" in _findings(store)[0]
    assert _answers(store) == _answers(whole)
