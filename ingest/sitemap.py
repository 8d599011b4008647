"""What a site says about its own pages: sitemaps and feeds, to addresses.

Their XML comes from outside: no entities, no network, no document type at all.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.errors import TooLarge, UnreadablePage

MAX_PACKED_BYTES = 10_000_000
MAX_BYTES = 20_000_000  # unpacked; a sitemap may have 50 MB, but then far more than we read
MAX_RATIO = 100
MAX_ADDRESSES = 50_000  # of one sitemap, as the protocol has it

_SITEMAP_TAGS = frozenset({"sitemapindex", "urlset"})
_FEED_TAGS = frozenset({"rss", "RDF", "feed"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of a sitemap or feed.

    Attributes:
        lastmod: as written there (W3C datetime), or "".
        alternates: the same page in other languages.
    """

    url: str
    lastmod: str = ""
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteMap:
    """What one file lists: pages, newest first as far as it tells, and further sitemaps."""

    pages: tuple[Entry, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(content: bytes, shown: str) -> SiteMap:
    """A sitemap, a sitemap index, an RSS or an Atom feed; packed with gzip or not.

    Args:
        shown: its address, for messages.

    Raises:
        TooLarge: it unpacks to more than is read.
        UnreadablePage: it is none of these, or not well-formed from its beginning.
    """
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(content, shown)
    if len(content) > MAX_BYTES:
        raise TooLarge(f"The sitemap {shown} is larger than {MAX_BYTES // 1_000_000} MB.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content[:200]:
        raise UnreadablePage(f"The sitemap {shown} declares a document type; it is not read.")
    pages: dict[str, Entry] = {}
    sitemaps: dict[str, None] = {}
    for kind, entry in _entries(content, shown):
        if kind == "sitemap":
            sitemaps[entry.url] = None
        else:
            pages.setdefault(entry.url, entry)
        if len(pages) + len(sitemaps) >= MAX_ADDRESSES:
            break
    newest_first = sorted(pages.values(), key=lambda entry: entry.lastmod, reverse=True)
    return SiteMap(tuple(newest_first), tuple(sitemaps))


def _entries(content: bytes, shown: str) -> Iterator[tuple[str, Entry]]:
    from lxml import etree

    events = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    root = ""
    found = 0
    try:
        for event, element in events:
            name = str(element.tag).rpartition("}")[2]
            if not root:
                root = name
                if root not in _SITEMAP_TAGS | _FEED_TAGS:
                    raise UnreadablePage(f"{shown} is no sitemap and no feed (<{root}>).")
            if event == "start" or name not in {"url", "sitemap", "item", "entry"}:
                continue
            entry = _entry(element)
            element.clear()
            while element.getprevious() is not None:  # else the finished ones stay in memory
                del element.getparent()[0]
            if entry.url:
                found += 1
                yield ("sitemap" if name == "sitemap" else "page"), entry
    except etree.XMLSyntaxError as error:
        if not found:  # of a list that breaks off, the beginning still counts
            raise UnreadablePage(f"The sitemap {shown} is broken XML.") from error


def _entry(element) -> Entry:  # type: ignore[no-untyped-def]
    url = lastmod = guid = ""
    alternates: list[str] = []
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        text = (child.text or "").strip()
        if name == "loc":
            url = url or text
        elif name == "lastmod" or name == "updated":
            lastmod = lastmod or text
        elif name == "guid" and (child.get("isPermaLink") or "true").lower() == "true":
            guid = text
        elif name == "link" and child.get("hreflang"):
            alternates.append((child.get("href") or "").strip())
        elif name == "link" and child.get("rel", "alternate") == "alternate":
            url = url or text or (child.get("href") or "").strip()
    return Entry(url or guid, lastmod, tuple(filter(None, alternates)))


def _unpacked(content: bytes, shown: str) -> bytes:
    cap = min(MAX_BYTES, MAX_RATIO * len(content))
    unpack = zlib.decompressobj(wbits=31)
    try:
        body = unpack.decompress(content, cap + 1)
    except zlib.error as error:
        raise UnreadablePage(f"The sitemap {shown} is broken gzip.") from error
    if len(body) > cap:
        raise TooLarge(f"The sitemap {shown} unpacks to more than is read.")
    return body
