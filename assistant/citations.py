"""Sentences and the pages they stand on to numbered Citations with exact spans."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit, urlunsplit

from assistant.types import Citation
from ingest.types import Page
from vectorstore.types import Passage, Sentence

CONTEXT_CHARS = 180  # shown on either side of a quote; about two lines
_FRAGMENT_WORDS = 6  # of the quote's beginning and end; short enough to survive small edits
_PDF = "application/pdf"


class CitationList:
    """Numbers citations from 1 by first appearance; the same span is cited once."""

    def __init__(self, page_of: Callable[[str], Page]) -> None:
        """`page_of` gives the stored page of an address, of the version that was searched."""
        self._page_of = page_of
        self._by_span: dict[tuple[str, int, int], Citation] = {}

    @property
    def all(self) -> tuple[Citation, ...]:
        """In order of their numbers."""
        return tuple(self._by_span.values())

    def cite(self, passage: Passage, sentence: Sentence) -> Citation:
        """The citation of a sentence.

        Raises:
            ValueError: the page does not hold these words at this place; nothing may be quoted.
        """
        key = (passage.chunk.url, sentence.start, sentence.end)
        if key not in self._by_span:
            page = self._page_of(passage.chunk.url)
            if page.text[sentence.start : sentence.end] != sentence.text:
                raise ValueError(
                    f"{page.url} does not hold the quoted words at {sentence.start}-{sentence.end}"
                )
            self._by_span[key] = _citation(len(self._by_span) + 1, page, passage, sentence)
        return self._by_span[key]


def _citation(number: int, page: Page, passage: Passage, sentence: Sentence) -> Citation:
    before, after = surroundings(page.text, sentence.start, sentence.end)
    sheet = page.page_number(sentence.start)
    return Citation(
        number=number,
        url=page.url,
        link=deep_link(page, sentence.text, sheet),
        title=page.title,
        headings=passage.chunk.headings,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        page=sheet,
        language=page.language,
        published=page.published,
        fetched_at=page.fetched_at,
        before=before,
        after=after,
        alternates=page.alternates,
        sample=page.sample,
    )


def surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    """The words before and after a span, up to `CONTEXT_CHARS` each, cut between words.

    A cut is marked by an ellipsis; headings keep their words without the Markdown signs.
    """
    before = text[max(0, start - CONTEXT_CHARS) : start]
    after = text[end : end + CONTEXT_CHARS]
    if start > CONTEXT_CHARS:
        before = "…" + re.sub(r"^\S*\s?", "", before, count=1)
    if end + CONTEXT_CHARS < len(text):
        after = re.sub(r"\s?\S*$", "", after, count=1) + "…"
    return _plain(before), _plain(after)


def _plain(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*(?:#{1,6}|-)[ \t]+", "", text)


def deep_link(page: Page, quote: str, sheet: int | None) -> str:
    """The page's address, opened at the quote.

    A text fragment (WICG "URL Fragment Text Directives") for web pages; `#page=` (RFC 8118) for
    PDF. Sample pages are in our own words, and table rows are put together by us: the address
    alone, since the words could not be found there.
    """
    parts = urlsplit(page.url)
    if page.media_type == _PDF:
        return urlunsplit(parts._replace(fragment=f"page={sheet}")) if sheet else page.url
    if page.sample or parts.scheme not in ("http", "https"):
        return page.url
    words = quote.split()
    if len(words) <= 2 * _FRAGMENT_WORDS:
        directive = _encode(" ".join(words))
    else:
        first, last = words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]
        directive = f"{_encode(' '.join(first))},{_encode(' '.join(last))}"
    return urlunsplit(parts._replace(fragment=f"{parts.fragment}:~:text={directive}"))


def _encode(words: str) -> str:
    # "-", "," and "&" have a meaning in a text directive and must be encoded there
    return percent_encode(words, safe="").replace("-", "%2D")
