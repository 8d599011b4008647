"""The values that ingest passes on: Resource and other finds, Visit, Page, Reading, Chunk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ingest.errors import IngestError


def digest_of(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def page_key(url: str) -> str:
    """What the ids of a page's chunks begin with: 16 hex digits of its address's SHA-256."""
    return digest_of(url)[:16]


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask it later whether a resource has changed; None where it did not."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


_NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Resource:
    """The bytes that stand at one address, before anything is read out of them.

    Attributes:
        url: where it stands: the final `http(s)` address after redirects, or a `file://` address.
        content: the body, decoded from transfer encodings only.
        media_type: what it is, lower case without parameters ("text/html"); a key of `READERS`.
        charset: what the server said, or None.
        fetched_at: aware, UTC.
        links: addresses of the same site that a crawl found in it, in order.
    """

    url: str
    content: bytes
    media_type: str
    fetched_at: datetime
    charset: str | None = None
    validators: Validators = _NO_VALIDATORS
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An item of a source that gave no resource; the others go on.

    Attributes:
        url: its address, as a Resource of it would have had.
        error: what was wrong; its text is one sentence.
    """

    url: str
    error: IngestError


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A resource that is as it was when it was last read: the server said so."""

    url: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A resource read before that a whole crawl came upon no more, though it may still answer."""

    url: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A sitemap or a feed: nothing to read in it, but addresses to remember.

    Attributes:
        links: what it lists of its own site, in order.
    """

    url: str
    validators: Validators = _NO_VALIDATORS
    links: tuple[str, ...] = ()


Found = Resource | Failure | Unchanged | Absent | Listing
"""What a source yields, one by one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is remembered of a resource between two runs.

    Attributes:
        url: address of the resource.
        page: address of the page that was read from it, or None if none was kept.
        reason: why none was kept, or ""; a Listing has neither page nor reason.
        digest: of its bytes and of what decides how they are read.
        links: as in the Resource.
        misses: how many crawls in a row did not come upon it.
    """

    url: str
    page: str | None
    digest: str
    reason: str = ""
    validators: Validators = _NO_VALIDATORS
    links: tuple[str, ...] = ()
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Addresses that a person took out for good.

    Attributes:
        pattern: an address, in which each `*` stands for any run of characters.
        who: as they named themselves, or as the system knows them.
        since: aware, UTC.
    """

    pattern: str
    reason: str
    who: str
    since: datetime

    def matches(self, url: str) -> bool:
        """Whether an address is one of these."""
        first, *rest = self.pattern.split("*")
        if not rest:
            return url == first
        *middle, last = rest
        at = len(first)
        if not url.startswith(first):
            return False
        for part in middle:
            if (found := url.find(part, at)) < 0:
                return False
            at = found + len(part)
        return len(url) - at >= len(last) and url.endswith(last)


@dataclass(frozen=True, slots=True)
class Trusted:
    """A contact that a person vouches for.

    Attributes:
        key: as `vetting.key_of` gives it.
        value: as the person wrote it.
        since: aware, UTC.
    """

    key: str
    value: str
    who: str
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it is stored. `text` is what every offset in the product counts in.

    Attributes:
        url: the canonical address; identifies the page.
        text: NFC; paragraphs and headings separated by blank lines. Headings are Markdown (`## `),
            list items start with `- `, a table row is one line `- Header: cell; Header: cell`.
        language: BCP 47 primary tag, "en" or "ar" where known, else "und".
        fetched_at: aware, UTC.
        precision: how `published` is known: "day", "approximate" where the page says so, or
            "inferred" where its year was taken from the day on which the page was last changed.
        alternates: language tag to the address of the same page in that language.
        linked_from: of a document, the pages it hangs on, in the order of addresses.
        page_starts: for paged documents, the offset in `text` at which each page begins.
        kind: "page", or "site" for what the frame of a site says once on all of its pages.
        as_is: the text was handed in as it stands and is never cleaned.
        sample: one of the profile's starter pages.
    """

    url: str
    title: str
    text: str
    language: str
    fetched_at: datetime
    published: date | None = None
    modified: date | None = None
    alternates: Mapping[str, str] = field(default_factory=dict)
    page_starts: tuple[int, ...] = ()
    media_type: str = "text/plain"
    kind: str = "page"
    as_is: bool = False
    sample: bool = False
    precision: str = "day"
    linked_from: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the text, 64 hex digits."""
        return digest_of(self.text)

    def page_number(self, offset: int) -> int | None:
        """The 1-based number of the sheet on which `offset` stands; None without sheets."""
        number = sum(start <= offset for start in self.page_starts)
        return number or None


@dataclass(frozen=True, slots=True)
class PageOutline:
    """What is known of a stored page without its text."""

    url: str
    title: str
    language: str
    published: date | None = None
    alternates: Mapping[str, str] = field(default_factory=dict)
    kind: str = "page"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in one resource: the page, and apart from it the site's frame.

    Attributes:
        page: the page's own content.
        frame: prose that stands around the content (header, menus, footer), in order, as
            paragraphs in the page's language. Kept once per site, never in the page.
        links: absolute addresses the page links to, in order, no repeats.
    """

    page: Page
    frame: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range `[start, end)` of characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` in this range."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one page, the unit that is searched.

    `page.text[start:end] == text`, and every sentence span counts in the page's text too.

    Attributes:
        id: the page's digest of address and the position: stable while the page's shape is.
        headings: those above the chunk, outermost first.
        sentences: the spans of its sentences, in order, in offsets of the page's text.
        position: 0-based among the page's chunks.
    """

    id: str
    url: str
    title: str
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    sentences: tuple[Span, ...]
    language: str
    published: date | None
    position: int

    @property
    def digest(self) -> str:
        """SHA-256 of the text, 64 hex digits."""
        return digest_of(self.text)

    @property
    def embed_text(self) -> str:
        """What the indexes see: title and headings above the text."""
        return "\n".join([self.title, *self.headings, self.text])

    def sentence_text(self, span: Span) -> str:
        """The words of one of this chunk's sentences."""
        return self.text[span.start - self.start : span.end - self.start]
