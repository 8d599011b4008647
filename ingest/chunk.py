"""One page to chunks: whole sentences, along its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.sentences import is_heading, sentence_spans
from ingest.types import Chunk, Page, Span, page_key

# Swept on the development halves of XQuAD (docs/decisions/0004-chunking.md): shorter chunks rank
# worse, longer ones bring less of the page per character read.
TARGET_CHARS = 1_000  # a chunk this long ends at the next paragraph
MAX_CHARS = 1_800  # and at the next sentence here, whatever the paragraph

# Names the rule; an index built by another is stale.
CHUNKING = f"sentences-2/{TARGET_CHARS}/{MAX_CHARS}"

_LINE = re.compile(r"[^\n]+")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class _Section:
    headings: tuple[str, ...]
    start: int
    end: int


def chunk_page(page: Page) -> list[Chunk]:
    """The page's chunks in order; `page.text[c.start:c.end] == c.text` for each.

    Every sentence of the page stands in exactly one chunk; headings stand in `headings` only.
    """
    prefix = page_key(page.url)
    chunks: list[Chunk] = []
    for section in _sections(page.text):
        for run in _runs(page.text, sentence_spans(page.text, section.start, section.end)):
            start, end = run[0].start, run[-1].end
            chunks.append(
                Chunk(
                    id=f"{prefix}-{len(chunks)}",
                    url=page.url,
                    title=page.title,
                    headings=section.headings,
                    text=page.text[start:end],
                    start=start,
                    end=end,
                    sentences=tuple(run),
                    language=page.language,
                    published=page.published,
                    position=len(chunks),
                )
            )
    return chunks


def _sections(text: str) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    begin = 0
    for match in _LINE.finditer(text):
        if not is_heading(match.group()):
            continue
        yield _Section(tuple(title for _, title in path), begin, match.start())
        line = match.group().strip()
        level = len(line) - len(line.lstrip("#"))
        while path and path[-1][0] >= level:
            path.pop()
        path.append((level, line[level:].strip()))
        begin = match.end()
    yield _Section(tuple(title for _, title in path), begin, len(text))


def _runs(text: str, spans: list[Span]) -> Iterator[list[Span]]:
    run: list[Span] = []
    for span in spans:
        if run:
            size = run[-1].end - run[0].start
            paragraph_ends = _PARAGRAPH_BREAK.search(text, run[-1].end, span.start) is not None
            if span.end - run[0].start > MAX_CHARS or (size >= TARGET_CHARS and paragraph_ends):
                yield run
                run = []
        run.append(span)
    if run:
        yield run
