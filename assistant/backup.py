"""A store in one file, and back: what answers, what is held back, and what they were built from.

A backup can be made while an ingest runs. It is a gzipped tar whose last member, `backup.json`,
lists every other with its SHA-256; restoring believes nothing that is not listed there.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from assistant.build import catalogue_path
from assistant.errors import InputError
from ingest.catalogue import Catalogue
from ingest.errors import RefusedArchive, StoreError
from ingest.lock import hold_store
from ingest.space import require
from vectorstore.errors import EmptyIndex
from vectorstore.versions import (
    EMPTY,
    fsync,
    fsync_tree,
    held,
    published_number,
    verify_files,
    version_folder,
)

FORMAT = 1
_CONTENTS = "backup.json"
_TRIES = 5  # a publishing in between changes what belongs together
# Kept questions are deleted after their days; a backup would keep them for ever. Two stores of one
# name would delete each other's vectors from a Chroma server.
_LEFT_OUT = ("lock", "catalogue.sqlite", "questions.sqlite", "chroma-server-name")
_READ_BYTES = 1_000_000


def back_up(store: Path, file: Path) -> int:
    """Write a store to a file; gives the number of the version that answers in it.

    Older versions and kept questions stay behind. The file is readable by its owner alone:
    accounts may be in it.

    Raises:
        EmptyIndex: there is nothing to keep.
        CorruptIndex, StoreError: the store is damaged; a backup of it would be too.
        OSError: the file cannot be written.
    """
    if not published_number(store):
        raise EmptyIndex(EMPTY.format(store))
    part = file.with_name(f".{file.name}.part")
    try:
        with TemporaryDirectory(prefix="assistant-backup-") as name:
            staged = Path(name)
            number = _stage(store, staged)
            with (
                open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
                tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as archive,
            ):
                _write(archive, staged)
            fsync(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return number


def restore(file: Path, store: Path) -> int:
    """Make a store out of a backup; gives the number of the version that answers.

    Raises:
        InputError: the file is no backup of ours, or the store is not empty.
        RefusedArchive: it would write elsewhere than into the store.
        StoreError: it is damaged.
    """
    if store.exists() and any(entry.name != "lock" for entry in store.iterdir()):
        raise InputError(f"{store} is not empty. Name a new folder with --store.")
    with hold_store(store, f"restore of {file}"):
        staged = store / ".restoring"
        try:
            _unpack(file, staged)
            with closing(Catalogue.open(catalogue_path(staged))) as catalogue:
                catalogue.counts()
            number = published_number(staged)
            verify_files(staged, number)
            fsync_tree(staged)
            entries = sorted(staged.iterdir(), key=lambda entry: entry.name == "current")
            for entry in entries:  # what makes it a store that answers comes last
                entry.rename(store / entry.name)
            fsync(store)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return number


def _stage(store: Path, staged: Path) -> int:
    """Gather what belongs together; files that never change are linked or copied."""
    for _ in range(_TRIES):
        shutil.rmtree(staged)
        staged.mkdir()
        number = published_number(store)
        hold = held(store)
        Catalogue.copy(catalogue_path(store), catalogue_path(staged))
        try:
            for path in sorted(store.iterdir()):
                _stage_file(path, staged / path.name)
            for wanted in {number, hold.version if hold is not None else None} - {None}:
                folder = version_folder(store, int(wanted or 0))
                shutil.copytree(folder, version_folder(staged, int(wanted or 0)))
        except FileNotFoundError:
            continue  # it was replaced or removed meanwhile
        if (published_number(staged), held(staged)) == (number, hold):
            verify_files(staged, number)
            return number
    raise StoreError(f"The store at {store} changes too fast to be copied. Try again later.")


def _stage_file(path: Path, to: Path) -> None:
    """A file of the store's own folder; databases as they were last committed."""
    hidden = path.name.startswith(".") or path.name.endswith(("-wal", "-shm", "-journal"))
    if hidden or path.name in _LEFT_OUT or not path.is_file():
        return
    if path.suffix in (".sqlite", ".db"):
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
    else:
        shutil.copyfile(path, to)


def _write(archive: tarfile.TarFile, staged: Path) -> None:
    files = {}
    for path in _files(staged):
        name = path.relative_to(staged).as_posix()
        with path.open("rb") as content:
            files[name] = hashlib.file_digest(content, "sha256").hexdigest()
        archive.add(path, name)
    contents = staged / _CONTENTS
    made = datetime.now(UTC).replace(microsecond=0).isoformat()
    contents.write_text(json.dumps({"format": FORMAT, "made": made, "files": files}, indent=1))
    archive.add(contents, _CONTENTS)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _unpack(file: Path, staged: Path) -> None:
    """Put what the archive holds into a folder, if it is exactly what it says."""
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    digests: dict[str, str] = {}
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                digests[member.name] = _unpack_one(archive, member, staged)
        if _CONTENTS not in digests:
            raise InputError(f"{file} is no backup of a store: it lists no contents.")
        contents = json.loads((staged / _CONTENTS).read_text(encoding="utf-8"))
        if contents["format"] != FORMAT:
            raise InputError(
                f"{file} has format {contents['format']}, this program reads format {FORMAT}. "
                "Restore it with the release that made it."
            )
        wanted = dict(contents["files"])
    except FileNotFoundError as error:
        raise InputError(f"{file} is not there.") from error
    except tarfile.ReadError as error:
        if digests:
            raise StoreError(f"{file} is damaged: {error}.") from error
        raise InputError(f"{file} is no backup of a store: {error}.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{file} is damaged: {error}.") from error
    del digests[_CONTENTS]
    (staged / _CONTENTS).unlink()
    for name in sorted(wanted.keys() | digests.keys()):
        if wanted.get(name) != digests.get(name):
            raise StoreError(f"{file} is damaged: {name} is not what was kept.")


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, staged: Path) -> str:
    """Write one member; gives its SHA-256."""
    name = PurePosixPath(member.name)
    if not member.isreg() or name.is_absolute() or ".." in name.parts or "\\" in member.name:
        raise RefusedArchive(
            f"The archive holds {member.name!r}, which is no plain file of a store. It was not "
            "made by this program; nothing was restored."
        )
    path = staged / name
    require(staged, member.size)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    content = archive.extractfile(member)
    assert content is not None, "a plain file has content"
    with path.open("wb") as out:
        while block := content.read(_READ_BYTES):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()
