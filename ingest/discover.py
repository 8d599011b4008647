"""One source as a person names it to the resources it holds, one by one.

Crawling a site (sitemaps, feeds, links) will be another way to feed the same iterator: whatever
finds addresses yields a Resource or a Failure for each, and goes on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from ingest.errors import (
    IngestError,
    NothingToKeep,
    RefusedAddress,
    SourceError,
    TooLarge,
    UnknownFormat,
    UnreadablePage,
)
from ingest.fetch import PRODUCT, fetch
from ingest.media import ENDINGS, HTML, PAGE_JSON, media_type_of
from ingest.robots import Robots, parse_robots
from ingest.types import Failure, Resource

__all__ = ["Failure", "SavedSite", "discover", "saved_site"]

MAX_FILE_BYTES = 30_000_000
MAX_LINE_BYTES = 30_000_000  # of a .jsonl, each line a page
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):")
_HEAD_BYTES = 65_536  # a canonical address stands in the head of a page
_LINK_TAG = re.compile(rb"<link\b[^>]{0,2000}>", re.IGNORECASE)
_REL = re.compile(rb"\brel\s*+=\s*+[\"']?[^\"'>]*\bcanonical\b", re.IGNORECASE)
_HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedSite:
    """A folder that mirrors a site: each page names the address that is its place in the folder.

    Attributes:
        origin: scheme and host, "https://host".
    """

    origin: str
    robots: Robots

    def url_of(self, relative: str) -> str:
        """The address of a file, by its path in the folder with forward slashes."""
        return self.origin + self.path_of(relative)

    def path_of(self, relative: str) -> str:
        """The path part of that address."""
        return "/" + quote(_page_path(relative), safe="/-._~!$&'()*+,;=:@")


def discover(
    source: str,
    *,
    private_hosts: frozenset[str] = frozenset(),
    contact: str = "",
) -> Iterator[Resource | Failure]:
    """The resources of one source: an http(s) page, a file, a folder, or a `.jsonl` of pages.

    Folders are read recursively and in sorted order; hidden files, unknown endings and links that
    lead out of the folder are passed over. The source as such is checked at once, its items as the
    iterator comes to them.

    Args:
        private_hosts: see `fetch`.
        contact: see `fetch`.

    Raises:
        RefusedAddress: it is an address of another kind than http and https.
        SourceError: there is no such file, it cannot be read, or the folder holds no pages.
    """
    scheme = _SCHEME.match(source)
    if scheme is not None and scheme[1].lower() in {"http", "https"}:
        return _fetched(source, private_hosts, contact)
    if scheme is not None and not Path(source).exists():
        raise RefusedAddress(
            f"The address {source!r} is not fetched: only http and https are. Name a file by its "
            "path."
        )
    if not source.strip() or "\x00" in source:
        raise SourceError("The source is empty. Name a page, a file, a folder or a .jsonl.")
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            return _folder(path.resolve())
        if not path.exists():
            raise SourceError(f"There is no file or folder {source}.")
        if not path.is_file():
            raise SourceError(f"{source} is neither a file nor a folder.")
        path = path.resolve()
        with path.open("rb"):
            pass
    except OSError as error:
        raise SourceError(f"{source} cannot be read: {error.strerror or error}.") from error
    return _file(path)


def _fetched(url: str, private_hosts: frozenset[str], contact: str) -> Iterator[Resource | Failure]:
    try:
        yield fetch(url, private_hosts=private_hosts, contact=contact)
    except IngestError as error:
        yield Failure(url, error)


# --- files and folders -----------------------------------------------------------------------


def _file(path: Path, url: str | None = None) -> Iterator[Resource | Failure]:
    address = url or path.as_uri()
    if path.suffix.lower() == ".jsonl":
        yield from _lines(path)
        return
    try:
        yield _resource(path, address)
    except IngestError as error:
        yield Failure(address, error)
    except OSError as error:
        reason = error.strerror or str(error)
        yield Failure(address, SourceError(f"{path.name} cannot be read: {reason}."))


def _resource(path: Path, url: str) -> Resource:
    if path.suffix.lower() not in ENDINGS:
        raise UnknownFormat(
            f"There is no reader for {path.name}. Known endings: {', '.join(ENDINGS)}, .jsonl."
        )
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise TooLarge(f"{path.name} is larger than the {MAX_FILE_BYTES // 1_000_000} MB read.")
    content = path.read_bytes()
    return Resource(
        url=url,
        content=content,
        media_type=media_type_of(content, shown=path.name),
        fetched_at=datetime.now(UTC),
    )


def _lines(path: Path) -> Iterator[Resource | Failure]:
    """One resource per line; a bad one is named by its number, the others go on."""
    now = datetime.now(UTC)
    uri = path.as_uri()
    found = False
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                content = line.removeprefix(b"\xef\xbb\xbf").strip()
                if not content:
                    continue
                found = True
                address = f"{uri}#line-{number}"
                if len(content) > MAX_LINE_BYTES:
                    yield Failure(address, TooLarge(f"Line {number} of {path.name} is too long."))
                    continue
                try:
                    row = json.loads(content)
                except (ValueError, RecursionError) as error:
                    message = f"Line {number} of {path.name} is no JSON: {error}."
                    yield Failure(address, UnreadablePage(message))
                    continue
                if not isinstance(row, dict):
                    message = f"Line {number} of {path.name} is no JSON object with url and text."
                    yield Failure(address, UnreadablePage(message))
                    continue
                yield Resource(address, content, PAGE_JSON, now)
    except OSError as error:
        reason = error.strerror or str(error)
        yield Failure(uri, SourceError(f"{path.name} cannot be read: {reason}."))
        return
    if not found:
        yield Failure(uri, UnreadablePage(f"{path.name} is empty."))


def _folder(folder: Path) -> Iterator[Resource | Failure]:
    files = list(_files(folder))
    if not files:
        known = ", ".join([*ENDINGS, ".jsonl"])
        raise SourceError(f"The folder {folder} holds no pages. Known endings: {known}.")
    return _items(folder, files)


def _items(folder: Path, files: list[Path]) -> Iterator[Resource | Failure]:
    site = saved_site(folder, files)
    for path in files:
        relative = path.relative_to(folder).as_posix()
        if site is not None and not site.robots.allows(site.path_of(relative)):
            url = site.url_of(relative)
            yield Failure(url, NothingToKeep(f"The site's robots.txt keeps {url} to itself."))
            continue
        yield from _file(path, None if site is None else site.url_of(relative))


def _files(folder: Path) -> Iterator[Path]:
    """The files with known endings, sorted by path; nothing hidden, nothing outside the folder."""
    found: list[tuple[str, Path]] = []
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts):
            continue
        if path.suffix.lower() not in ENDINGS and path.suffix.lower() != ".jsonl":
            continue
        if relative.as_posix().lower() == "robots.txt":
            continue
        if path.is_file() and path.resolve().is_relative_to(folder):
            found.append((relative.as_posix(), path))
    return (path for _, path in sorted(found))


def _page_path(relative: str) -> str:
    """The path of a page's address: folders stand for their index, `.html` may be left out."""
    name = relative.rpartition("/")[2].lower()
    if name in {"index.html", "index.htm"}:
        return relative[: -len(name)].rstrip("/")
    return relative


def saved_site(folder: Path, files: list[Path]) -> SavedSite | None:
    """The site that the folder mirrors, or None.

    It is one when most of the pages that name a canonical address name, on one host, the one
    their place in the folder makes.
    """
    origins: Counter[str] = Counter()
    named = 0
    for path in files:
        if ENDINGS.get(path.suffix.lower()) != HTML:
            continue
        canonical = _canonical(path)
        if canonical is None:
            continue
        named += 1
        parts = urlsplit(canonical)
        place = _page_path(path.relative_to(folder).as_posix())
        stated = unquote(parts.path).strip("/")
        if stated in {place, re.sub(r"\.x?html?$", "", place, flags=re.IGNORECASE)}:
            origins[f"{parts.scheme}://{parts.netloc}"] += 1
    if not origins:
        return None
    origin, matching = min(origins.items(), key=lambda pair: (-pair[1], pair[0]))
    if 2 * matching < named:
        return None
    robots = Robots()
    try:
        text = (folder / "robots.txt").read_text("utf-8", "replace")
        robots = parse_robots(text, PRODUCT.partition("/")[0])
    except FileNotFoundError:
        pass
    except OSError as error:
        raise SourceError(f"The folder's robots.txt cannot be read: {error.strerror}.") from error
    return SavedSite(origin, robots)


def _canonical(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None  # the item itself will say so
    for tag in _LINK_TAG.findall(head):
        href = _HREF.search(tag)
        if href and _REL.search(tag):
            address: str = href[1].decode("utf-8", "replace").replace("&amp;", "&")
            try:
                parts = urlsplit(address)
            except ValueError:
                return None
            return address if parts.scheme in {"http", "https"} and parts.netloc else None
    return None
