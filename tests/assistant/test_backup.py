"""A store in one file, and back."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.backup import back_up, restore
from assistant.doctor import examine
from assistant.errors import InputError
from assistant.settings import Settings
from benchmarks.durability import digest_of
from ingest.catalogue import Catalogue
from ingest.errors import RefusedArchive, StoreError
from tests.builders import page, published, stored
from vectorstore.errors import CorruptIndex, EmptyIndex
from vectorstore.versions import (
    held,
    hold_back,
    numbers,
    published_number,
    version_folder,
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two versions, the second held back, a file of another part, and its backup."""
    folder = tmp_path_factory.mktemp("kept")
    store = folder / "store"
    published(store, page("The office opened in Cairo.", url="https://example.org/cairo"))
    published(
        store,
        page("The office moved to Giza. It is open."),
        page("مكتب القاهرة.", language="ar", url="https://example.org/ar"),
    )
    (store / "keys.json").write_text('{"a": 1}')
    (store / "questions.sqlite").write_text("never kept")
    hold_back(store, 7, ("because",))
    shutil.copytree(version_folder(store, 2), version_folder(store, 7))
    back_up(store, folder / "backup.tar.gz")
    return folder


def test_what_was_kept_comes_back_equal(kept: Path, tmp_path: Path) -> None:
    number = restore(kept / "backup.tar.gz", tmp_path / "new")

    assert number == published_number(tmp_path / "new") == 2
    assert digest_of(tmp_path / "new") == digest_of(kept / "store")
    assert numbers(tmp_path / "new") == [2, 7]
    assert held(tmp_path / "new") == held(kept / "store")
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"catalogue.sqlite", "current", "held.json", "keys.json", "lock", "versions"}
    assert (kept / "backup.tar.gz").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_made_while_the_catalogue_is_written(tmp_path: Path) -> None:
    store = tmp_path / "store"
    published(store, page("The office opened in Cairo."))
    before = digest_of(store)
    stop = threading.Event()

    def write() -> None:
        catalogue = Catalogue.open(store / "catalogue.sqlite")
        count = 0
        while not stop.is_set():
            catalogue.add_vectors("other", {str(count): bytes(1_000)})
            count += 1
        catalogue.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(store, tmp_path / f"{number}.tar.gz")
    finally:
        stop.set()
        writer.join()

    for number in range(3):
        restore(tmp_path / f"{number}.tar.gz", tmp_path / str(number))
        assert digest_of(tmp_path / str(number)) == before


def test_a_store_that_is_not_empty_is_left_alone(kept: Path, tmp_path: Path) -> None:
    stored(tmp_path, page("Mine.")).close()

    with pytest.raises(InputError, match="is not empty"):
        restore(kept / "backup.tar.gz", tmp_path)

    assert published_number(tmp_path) == 0


def test_an_empty_or_damaged_store_is_not_backed_up(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(EmptyIndex):
        back_up(tmp_path / "none", tmp_path / "file")
    shutil.copytree(kept / "store", tmp_path / "store")
    (version_folder(tmp_path / "store", 2) / "en/chunks.json").write_text("[]")

    with pytest.raises(CorruptIndex, match=r"chunks\.json is damaged"):
        back_up(tmp_path / "store", tmp_path / "file")

    assert [path.name for path in tmp_path.iterdir()] == ["store"]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_a_backup_that_is_cut_short_is_refused(kept: Path, tmp_path: Path, share: float) -> None:
    content = (kept / "backup.tar.gz").read_bytes()
    (tmp_path / "file").write_bytes(content[: int(share * len(content))])

    with pytest.raises((StoreError, InputError)):
        restore(tmp_path / "file", tmp_path / "store")

    assert [path.name for path in (tmp_path / "store").iterdir()] == ["lock"]


@pytest.mark.parametrize("at", range(20))
def test_a_backup_with_another_byte_is_refused_or_whole(
    kept: Path, tmp_path: Path, at: int
) -> None:
    content = bytearray((kept / "backup.tar.gz").read_bytes())
    content[10 + (len(content) - 20) * at // 19] ^= 0x55
    (tmp_path / "file").write_bytes(content)

    try:
        restore(tmp_path / "file", tmp_path / "store")
    except (StoreError, InputError, RefusedArchive):
        assert [path.name for path in (tmp_path / "store").iterdir()] == ["lock"]
    else:  # bits that say nothing, such as the padding of the tar
        assert digest_of(tmp_path / "store") == digest_of(kept / "store")


def _archive(folder: Path, add: Callable[[tarfile.TarFile], None]) -> Path:
    with tarfile.open(folder / "file", "w:gz") as archive:
        add(archive)
    return folder / "file"


def _file(archive: tarfile.TarFile, name: str, content: bytes = b"x") -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _link(archive: tarfile.TarFile, kind: bytes) -> None:
    member = tarfile.TarInfo("current")
    member.type, member.linkname = kind, "/etc/hostname"
    archive.addfile(member)


@pytest.mark.parametrize(
    "add",
    [
        lambda archive: _file(archive, "../outside"),
        lambda archive: _file(archive, "versions/../../outside"),
        lambda archive: _file(archive, "/tmp/outside"),
        lambda archive: _file(archive, "..\\outside"),
        lambda archive: _link(archive, tarfile.SYMTYPE),
        lambda archive: _link(archive, tarfile.LNKTYPE),
        lambda archive: _link(archive, tarfile.FIFOTYPE),
    ],
)
def test_an_archive_that_would_write_elsewhere_is_refused(
    tmp_path: Path, add: Callable[[tarfile.TarFile], None]
) -> None:
    file = _archive(tmp_path, add)

    with pytest.raises(RefusedArchive):
        restore(file, tmp_path / "in" / "store")

    assert not list(tmp_path.rglob("*outside*"))
    assert [path.name for path in (tmp_path / "in" / "store").iterdir()] == ["lock"]


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive at all")
    other = _archive(tmp_path, lambda archive: _file(archive, "readme"))
    later = json.dumps({"format": 99, "files": {}}).encode()

    for file in (tmp_path / "text", tmp_path / "none", other):
        with pytest.raises(InputError):
            restore(file, tmp_path / "store")
    with pytest.raises(InputError, match="format 99"):
        restore(_archive(tmp_path, lambda a: _file(a, "backup.json", later)), tmp_path / "store")


def test_what_the_list_does_not_name_is_refused(kept: Path, tmp_path: Path) -> None:
    def add(archive: tarfile.TarFile) -> None:
        _file(archive, "smuggled")
        with tarfile.open(kept / "backup.tar.gz") as whole:
            for member in whole:
                archive.addfile(member, whole.extractfile(member))

    with pytest.raises(StoreError, match="smuggled is not what was kept"):
        restore(_archive(tmp_path, add), tmp_path / "store")


@pytest.mark.slow
def test_backups_made_while_an_ingest_runs_are_of_one_whole_version(tmp_path: Path) -> None:
    """Five ingests by the command, each with as many backups beside it as there is time for."""
    store, source = tmp_path / "store", tmp_path / "pages.jsonl"
    states, backups = [], []
    for number in range(6):
        rows = [
            {
                "url": f"https://example.org/{n}",
                "title": f"Hall {n}",
                "text": f"Hall {n} is {word}.",
            }
            for n, word in enumerate(["old", "new", "red", "big"] * 10)
            if n % 7 != number
        ]
        source.write_text("\n".join(map(json.dumps, rows)))
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "assistant", "ingest", str(source), "--prune"),
                *("--store", str(store)),
            ],
            cwd=Path(__file__).parent.parent.parent,
        )
        while process.poll() is None:
            if number:
                file = tmp_path / f"{len(backups)}.tar.gz"
                back_up(store, file)
                backups.append(file)
        assert process.returncode == 0
        states.append(digest_of(store))

    for file in backups:
        restore(file, tmp_path / file.stem)
        assert digest_of(tmp_path / file.stem) in states
        said = {finding.what for finding in examine(Settings(store=tmp_path / file.stem))}
        assert all("an ingest was stopped" in what for what in said)
    assert len(backups) >= 5
    print(f"{len(backups)} backups beside 5 ingests")
