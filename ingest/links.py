"""The addresses a page links to, read from its bytes alone.

A crawl needs the links of every page, also of those that no reader keeps (listings). No tree is
built for that: hostile markup then costs no more than its length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

MAX_LINKS = 20_000
MOST_ALIKE = 1_000  # links of one page that differ in their numbers only
_MAX_TAG_CHARS = 4_000
_ENDS = {"<!--": "-->", "<script": "</script", "<style": "</style", "<template": "</template"}
_HIDDEN = re.compile(r"<!--|<(?:script|style|template)\b", re.IGNORECASE)
_TAG = re.compile(r"<(a|area|link|base|meta)\s([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_REFRESH = re.compile(r"\s*\d+(?:\.\d*)?\s*[;,]\s*url\s*=\s*[\"']?([^\"']{1,2000})", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml"})


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute http(s) addresses without fragments, each once, in order.

    Attributes:
        pages: what is linked, the page's canonical address and its other languages among it.
        feeds: RSS and Atom feeds the page names.
    """

    pages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


def find_links(
    content: bytes, url: str, charset: str | None = None, *, most_alike: int = MOST_ALIKE
) -> Links:
    """The links of an HTML page; none if it asks that they not be followed.

    Args:
        url: of the page; what relative links are relative to unless it names a base.
        charset: as the server said; links rarely depend on it.
        most_alike: of links that differ in their numbers only, so many count.
    """
    try:
        text = content.decode(charset or "utf-8", "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    pages: dict[str, None] = {}
    feeds: dict[str, None] = {}
    alike: Counter[str] = Counter()
    base = url
    for name, given in _tags(_visible(text)):
        rel = given.get("rel", "").lower().split()
        if name == "base":
            base = _absolute(url, given.get("href", "")) or base
        elif name == "meta":
            rules = re.split(r"[\s,;]+", given.get("content", "").lower())
            if given.get("name", "").lower() == "robots" and {"nofollow", "none"} & set(rules):
                return Links()
            if given.get("http-equiv", "").lower() == "refresh":
                onward = refresh_target(given.get("content", ""))
                if (address := _absolute(base, onward)) is not None:
                    pages[address] = None
        elif "nofollow" in rel or "href" not in given:
            continue
        elif name == "link":
            if (address := _absolute(base, given["href"])) is None:
                continue
            if given.get("type", "").lower() in _FEEDS and "alternate" in rel:
                feeds[address] = None
            elif "canonical" in rel or ("alternate" in rel and given.get("hreflang")):
                pages[address] = None
        else:
            pattern = _DIGITS.sub("0", given["href"].partition("?")[0])
            if alike[pattern] >= most_alike:  # judged before the address is made: it is quick
                continue
            address = _absolute(base, given["href"])
            if address is not None and address not in pages:
                alike[pattern] += 1
                pages[address] = None
        if len(pages) >= MAX_LINKS:
            break
    return Links(tuple(pages), tuple(feeds))


def refresh_target(content: str) -> str:
    """Where `<meta http-equiv=refresh>` with this content sends a reader; "" if nowhere."""
    match = _REFRESH.match(content)
    return match[1].strip() if match else ""


def _visible(text: str) -> str:
    """The markup without comments, scripts, styles and templates."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose lower case is two
        lower = text
    kept: list[str] = []
    position = 0
    while match := _HIDDEN.search(text, position):
        kept.append(text[position : match.start()])
        end = _ENDS[match[0].lower()]
        found = lower.find(end, match.end())
        if found < 0:
            return "".join(kept)
        position = found + len(end)
    kept.append(text[position:])
    return "".join(kept)


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _TAG.finditer(text):
        attributes: dict[str, str] = {}
        for name, *values in _ATTRIBUTE.findall(match[2][:_MAX_TAG_CHARS]):
            attributes.setdefault(name.lower(), unescape("".join(values)))
        yield match[1].lower(), attributes


def _absolute(base: str, href: str) -> str | None:
    if not href.strip() or href.strip().startswith("#"):
        return None
    try:
        address = urldefrag(urljoin(base, "".join(href.split("\n")).strip())).url
        parts = urlsplit(address)
    except ValueError:
        return None  # not an address at all ("http://[")
    return address if parts.scheme in {"http", "https"} and parts.hostname else None
