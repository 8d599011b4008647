"""Which addresses a crawl asks for, and in which order: one per page, and no trap for ever.

Addresses are compared by a key that folds what makes no other page (tracking parameters, slashes,
the case of the host); they are asked for as they were found.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit, urlunsplit

from ingest.addresses import DEFAULT_PORTS

MAX_PAGES = 5_000
MAX_DEPTH = 8  # links from where the crawl began
MAX_PER_PATTERN = 200
SECTION_TURN = 300  # pages of one section, then the other sections get their turn
MAX_PER_CALENDAR = 24  # views of one path that differ in their month, day or year
MAX_SAME_SEGMENT = 2  # /a/a/a is a link that was meant to be absolute
MAX_ADDRESS_CHARS = 2_000

_REMEMBERED = 32_768  # addresses; a page is asked about some fifteen times in one crawl
_TRACKING = re.compile(
    r"utm_\w+|os|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh"
    r"|mc_cid|mc_eid|_ga|_gl|_hs\w+|mkt_tok|ref_src|ref_url|spm|cmpid|trk|wt_mc|pk_\w+|mtm_\w+"
    r"|(?:php|asp\.net_|j)?sess(?:ion)?_?id|sid|s_id|cfid|cftoken|zenid|oscsid",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:sort|order)(?:_?(?:by|dir|direction|order|field|bef_combine))?|orderby|dir|direction"
    r"|asc|desc|items_per_page|per_page|pagesize|page_size|view_?mode|layout|print|replytocom",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(?:.*[_-])?(?:month|year|week|day|date|calendar|ical|eventdisplay|from|to|since|until"
    r"|start|end|time)(?:[_-].*)?",
    re.IGNORECASE,
)
_SESSION_IN_PATH = re.compile(r";j?sess(?:ion)?id=[^/?#]*", re.IGNORECASE)
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNRESERVED = re.compile(rb"[A-Za-z0-9\-._~]")
_INDEX = re.compile(r"/index\.x?html?$", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-zA-Z]{2,4})?")
_DIGITS = re.compile(r"\d+")
_ID = re.compile(
    r"(?<![0-9a-f])(?=[0-9a-f]{8})(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*", re.IGNORECASE
)
# What is no page and no document we could read, by its ending. The first are worth a word.
_OTHER_DOCUMENTS = frozenset(
    ".doc .xls .xlsx .ppt .pptx .odt .ods .odp .rtf .epub .csv .zip .rar .7z".split()
)
_NO_PAGES = frozenset(
    """.png .jpg .jpeg .gif .svg .webp .avif .ico .bmp .tif .tiff .mp3 .mp4 .m4a .m4v .ogg .webm
    .mov .avi .wmv .wav .css .js .mjs .json .woff .woff2 .ttf .eot .otf .ics .vcf .gz .tgz .tar .exe
    .dmg .apk .msi .iso .swf .rss .atom .xml .txt.gz .map""".split()
)


@lru_cache(_REMEMBERED)
def clean_address(url: str) -> str:
    """The address without fragment, tracking, session and order; its host in lower case.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url.strip())
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    fields = [field for field in parts.query.split("&") if field and not _folds(field)]
    path = _SESSION_IN_PATH.sub("", _escaped(parts.path)) or "/"
    query = _escaped("&".join(fields), safe="%/?:@!$&'()*+,;=-._~[]")
    return urlunsplit((parts.scheme, shown + port, path, query, ""))


@lru_cache(_REMEMBERED)
def address_key(url: str) -> str:
    """What two addresses of one page have in common.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(clean_address(url))
    path = unicodedata.normalize("NFC", unquote(_INDEX.sub("/", parts.path))).rstrip("/")
    query = "&".join(sorted(unicodedata.normalize("NFC", unquote(parts.query)).split("&")))
    return urlunsplit(("", parts.netloc, path or "/", query, "")).removeprefix("//")


def path_pattern(url: str) -> str:
    """The path with its numbers and ids folded; what a program wrote shares few of them."""
    segments = [_ID.sub("0", segment) for segment in urlsplit(url).path.split("/")]
    return _DIGITS.sub("0", "/".join(segments))


def is_other_document(url: str) -> bool:
    """Whether the address ends like a document for which there is no reader."""
    return _ending(url) in _OTHER_DOCUMENTS


def may_be_page(url: str) -> bool:
    """Whether the address can be one of a page or of a document that is read."""
    return _ending(url) not in _NO_PAGES


def _ending(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower()


def _folds(field: str) -> bool:
    name = unquote(field.partition("=")[0])
    return bool(_TRACKING.fullmatch(name) or _ORDER.fullmatch(name))


def _escaped(text: str, safe: str = "%/:@!$&'()*+,;=-._~") -> str:
    """Percent-encoded in one way: capital digits, and nothing that needs no encoding."""
    return quote(_ESCAPES.sub(_same_escapes, text), safe=safe)


def _same_escapes(match: re.Match[str]) -> str:
    raw = unquote_to_bytes(match[0])
    return "".join(
        chr(byte) if _UNRESERVED.match(bytes([byte])) else f"%{byte:02X}" for byte in raw
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a site is read at most."""

    pages: int = MAX_PAGES
    depth: int = MAX_DEPTH
    per_pattern: int = MAX_PER_PATTERN
    per_calendar: int = MAX_PER_CALENDAR
    per_section_turn: int = SECTION_TURN


@dataclass(frozen=True, slots=True, order=True)
class Stop:
    """An address to ask for. They sort in the order in which they are asked for.

    Attributes:
        turn: how often `per_pattern` addresses of its pattern, or `per_section_turn` of its
            section, were taken already.
        depth: links from where the crawl began.
        number: how many were found before it.
        hops: redirects that led here.
    """

    turn: int
    depth: int
    number: int
    url: str
    hops: int = 0


class Frontier:
    """The addresses found so far: nearest first, and every section and pattern gets its turn.

    What the site lists in its sitemap is taken beyond the limit of a pattern, but after the
    others, so that a long list of one kind never keeps the other pages out.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: list[Stop] = []
        self._met: set[str] = set()
        self._left: set[str] = set()
        self._counts: Counter[str] = Counter()
        self.left_out: set[str] = set()
        """Patterns that had more addresses than are taken."""

    def add(self, url: str, depth: int, *, listed: bool = False, hops: int = 0) -> bool:
        """Take an address if it is a new one and within the limits.

        Args:
            listed: the site names it in a sitemap or feed, or it was a page before.
        """
        try:
            key = address_key(url)
        except ValueError:
            return False
        if key in self._met:
            return False
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        if (
            depth > self._limits.depth
            or len(url) > MAX_ADDRESS_CHARS
            or any(count > MAX_SAME_SEGMENT for count in Counter(segments).values())
        ):
            self._left.add(key)
            return False
        pattern = path_pattern(url)
        turn = self._counts[pattern] // self._limits.per_pattern
        names = [field.partition("=")[0] for field in parts.query.split("&")]
        calendar = f"{parts.path}?" if any(map(_CALENDAR.fullmatch, names)) else ""
        too_many = turn > 0 or (calendar and self._counts[calendar] >= self._limits.per_calendar)
        if too_many and not listed:
            self.left_out.add(pattern)
            self._left.add(key)
            return False
        section = _section(segments)
        turn += self._counts[section] // self._limits.per_section_turn
        self._counts[pattern] += 1
        self._counts[section] += 1
        self._counts[calendar] += bool(calendar)
        self._met.add(key)
        self._left.discard(key)
        heapq.heappush(self._waiting, Stop(turn, depth, len(self._met), url, hops))
        return True

    def next(self) -> Stop | None:
        """The address to ask for now."""
        return heapq.heappop(self._waiting) if self._waiting else None

    def knows(self, url: str) -> bool:
        """Whether the address was taken, or left out for a limit: it is not absent then."""
        key = address_key(url)
        return key in self._met or key in self._left


def _section(segments: list[str]) -> str:
    """What the address begins with, after a language."""
    own = segments[1:] if segments and _LANGUAGE.fullmatch(segments[0]) else segments
    return f"section {own[0]}" if len(own) > 1 else "section"
