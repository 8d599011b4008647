"""Index versions as they lie on the disk: which there are, which answers, which is held back.

A version is a folder that holds everything an answer needs, the pages' text included, so that no
answer mixes two states of the catalogue:

    store/current            the number of the published version, swapped with one rename
    store/held.json          why what the catalogue holds is not published, swapped likewise
    store/highest            the highest number ever given, where that version was dropped
    store/versions/000007/   manifest.json  pages.sqlite  chroma/  en/  ar/
    store/versions/.building being built, or left by a killed run; removed by the next one
    store/versions/.removing-000004   an old version on its way out, likewise

A version is never changed once it has its number. docs/decisions/0001-index-versions.md draws the
states.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vectorstore.errors import CorruptIndex, EmptyIndex, StaleIndex

FORMAT = 2  # of the version folder; another number is another layout
KEPT_VERSIONS = 3  # the published one, and two to roll back to
MEND = "Run `assistant rebuild`, or `assistant rollback` for the version before."
EMPTY = "The store at {} is empty. Run `assistant ingest SOURCE` first."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version was built from and with.

    Attributes:
        files: path within the folder of each file to its SHA-256.
    """

    number: int
    format: int
    embedder: str
    dimension: int
    chunking: str
    analysis: int
    content_digest: str
    pages: int
    chunks: int
    sentences: int
    languages: tuple[str, ...]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the published version stays although the catalogue holds something else.

    Attributes:
        version: what would be published instead; None where it was not built yet.
        since: when it was first held back, aware, UTC.
        reasons: sentences for a person, at least one.
        rolled_back: the first of the reasons where a person went back to the published version:
            whatever comes is then held back until a person publishes or discards it. Else "".
    """

    version: int | None
    since: datetime
    reasons: tuple[str, ...]
    rolled_back: str = ""


def version_folder(store: Path, number: int) -> Path:
    """Where a version lies, or would."""
    return store / "versions" / f"{number:06d}"


def numbers(store: Path) -> list[int]:
    """Of the versions that are there, oldest first."""
    folder = store / "versions"
    if not folder.is_dir():
        return []
    return sorted(int(entry.name) for entry in folder.iterdir() if entry.name.isdigit())


def versions(store: Path) -> list[Manifest]:
    """The versions that can be published, oldest first; those of another layout cannot.

    Raises:
        CorruptIndex: one of them does not say what it is.
    """
    found: list[Manifest] = []
    for number in numbers(store):
        with suppress(StaleIndex):
            found.append(read_manifest(store, number))
    return found


def published_number(store: Path) -> int:
    """The version that answers; 0 where nothing has been published.

    Raises:
        CorruptIndex: the pointer is damaged.
    """
    try:
        number, check = (store / "current").read_text(encoding="utf-8").split()
        if check != _check_of(number):
            raise ValueError(f"its check is {check}")
        return int(number)
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise CorruptIndex(
            f"{store / 'current'} does not name a version: {error}. Run `assistant rebuild`."
        ) from error


def published_manifest(store: Path) -> Manifest | None:
    """What the published version says of itself; None where nothing has been published."""
    number = published_number(store)
    return read_manifest(store, number) if number else None


def pages_path(store: Path) -> Path:
    """Where the published version keeps its pages.

    Raises:
        EmptyIndex: nothing has been published.
    """
    number = published_number(store)
    if not number:
        raise EmptyIndex(EMPTY.format(store))
    return version_folder(store, number) / "pages.sqlite"


def read_manifest(store: Path, number: int) -> Manifest:
    """What a version says of itself.

    Raises:
        CorruptIndex: it is not there, or does not say.
        StaleIndex: it has the layout of another release.
    """
    path = version_folder(store, number) / "manifest.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if (layout := document["format"]) != FORMAT:
            raise StaleIndex(
                f"The index version in {path.parent} has layout {layout}, this program reads "
                f"layout {FORMAT}. Run `assistant rebuild`."
            )
        fields = _unsealed(document)
        manifest = Manifest(**{**fields, "languages": tuple(fields["languages"])})
        if manifest.number != number:
            raise ValueError(f"it is of version {manifest.number}")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CorruptIndex(f"{path} is damaged: {error}. {MEND}") from error
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put it into the folder that it is about."""
    (folder / "manifest.json").write_text(_sealed(asdict(manifest)), encoding="utf-8")


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a version but its manifest, by path within the folder."""
    paths = [path for path in _tree(folder) if path.is_file() and path.name != "manifest.json"]
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        digests = list(pool.map(_digest_of_file, paths))
    return {
        str(path.relative_to(folder)): digest
        for path, digest in sorted(zip(paths, digests, strict=True))
    }


def verify_files(store: Path, number: int) -> None:
    """Whether a version's files are as they were built.

    Raises:
        CorruptIndex: one of them is not; the message names it and what to run.
    """
    folder = version_folder(store, number)
    wanted = read_manifest(store, number).files
    try:
        found = checksums(folder)
    except OSError as error:
        raise CorruptIndex(f"{error.filename} cannot be read: {error.strerror}. {MEND}") from error
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            raise CorruptIndex(f"{folder / name} is missing. {MEND}")
        if wanted.get(name) != found[name]:
            raise CorruptIndex(f"{folder / name} is damaged: it is not what was built. {MEND}")


def point_to(store: Path, number: int) -> None:
    """Make an existing version the published one, at once.

    Raises:
        CorruptIndex: there is no such version.
    """
    read_manifest(store, number)
    _replace(store, "current", f"{number} {_check_of(str(number))}\n")


def held(store: Path) -> Hold | None:
    """Why the published version stays; None where nothing is held back.

    Raises:
        CorruptIndex: the file that says so is damaged.
    """
    path = store / "held.json"
    try:
        fields = _unsealed(json.loads(path.read_text(encoding="utf-8")))
        hold = Hold(
            version=None if fields["version"] is None else int(fields["version"]),
            since=datetime.fromisoformat(fields["since"]),
            reasons=tuple(map(str, fields["reasons"])),
            rolled_back=str(fields["rolled_back"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CorruptIndex(
            f"{path} is damaged: {error}. Run `assistant discard` and ingest again."
        ) from error
    # a run that was killed between publishing and removing the file leaves it behind
    return None if hold.version is not None and hold.version == published_number(store) else hold


def hold_back(
    store: Path, version: int | None, reasons: tuple[str, ...], *, rolled_back: str = ""
) -> Hold:
    """Note that a version waits for a person; keeps the day of an earlier note."""
    try:
        before = held(store)
    except CorruptIndex:
        before = None
    since = before.since if before is not None else datetime.now(UTC).replace(microsecond=0)
    reasons = (rolled_back, *reasons) if rolled_back else reasons
    hold = Hold(version, since, reasons, rolled_back)
    _replace(store, "held.json", _sealed({**asdict(hold), "since": since.isoformat()}))
    return hold


def release(store: Path) -> None:
    """Nothing is held back any more."""
    if (store / "held.json").exists():
        (store / "held.json").unlink()
        fsync(store)


def remove_leftovers(store: Path) -> None:
    """What a killed run left behind."""
    for left in (store / "versions" / ".building", *(store / "versions").glob(".removing-*")):
        shutil.rmtree(left, ignore_errors=True)
    for name in (".current", ".held.json", ".highest"):
        (store / name).unlink(missing_ok=True)


def remove_old(store: Path) -> None:
    """Keep the published version, those to roll back to, and the one that is held back."""
    current = published_number(store)
    hold = held(store)
    earlier = [number for number in numbers(store) if number < current]
    kept = {current, *earlier[-(KEPT_VERSIONS - 1) :], hold.version if hold is not None else None}
    for number in numbers(store):
        if number not in kept:
            remove_version(store, number)


def next_number(store: Path) -> int:
    """For the next version: higher than that of any version there ever was.

    Who has opened a version would take another one of the same number for it.
    """
    try:
        highest = int((store / "highest").read_text())
    except (OSError, ValueError):
        highest = 0
    return 1 + max([highest, *numbers(store)])


def remove_version(store: Path, number: int) -> None:
    """Take a version away, at once for everyone who looks."""
    folder = version_folder(store, number)
    if folder.exists():
        if number == max(numbers(store)):
            _replace(store, "highest", f"{number}\n")
        # renamed first: a kill halfway must not leave half a version under its number
        removing = folder.rename(folder.with_name(f".removing-{folder.name}"))
        shutil.rmtree(removing, ignore_errors=True)


def fsync(path: Path) -> None:
    """Through to the disk: a file's content, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(folder: Path) -> None:
    """The same for a folder and everything in it."""
    for path in _tree(folder):
        fsync(path)


def _tree(folder: Path) -> Iterator[Path]:
    for directory, _, files in os.walk(folder):
        for name in files:
            yield Path(directory) / name
        yield Path(directory)


def _replace(store: Path, name: str, text: str) -> None:
    """Give a file of the store new content, at once and through to the disk."""
    temporary = store / f".{name}"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(store / name)
    fsync(store)


def _sealed(fields: Mapping[str, Any]) -> str:
    """Fields as JSON, with a checksum of them."""
    return json.dumps({**fields, "seal": _seal_of(fields)}, ensure_ascii=False, indent=1)


def _unsealed(document: Any) -> dict[str, Any]:
    fields = {name: value for name, value in document.items() if name != "seal"}
    if document["seal"] != _seal_of(fields):
        raise ValueError("it is not what was written")
    return fields


def _seal_of(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _check_of(number: str) -> str:
    """A few digits that a number must be followed by to be believed."""
    return hashlib.sha256(number.encode()).hexdigest()[:12]


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
