"""Where sentences begin and end, in English and Arabic, as spans of the text they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.types import Span

MAX_SENTENCE_CHARS = 2_000  # a run without a full stop is cut here, so that no input makes one huge

# Words that end in a full stop without ending a sentence. pysbd and syntok fail on mixed Arabic
# and English text; a short list of what institutional pages use does not.
_ABBREVIATIONS = frozenset(
    """mr mrs ms m mme dr prof amb gen col lt sgt capt rev hon h.e s.e st no nos art arts vol pp p
    fig figs ch sec para paras approx ca c cf vs etc e.g i.e al ed eds dept est inc ltd co corp
    jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k u.n e.u a.m p.m ph.d b.a m.a
    د أ م ص ج هـ ق.م أ.د""".split()
)
_TERMINATOR = re.compile(r"(?<![.!?؟…۔])[.!?؟…۔]++[\"'”’»)\]]*(?=\s|$)")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+$")
_INITIAL = re.compile(r"(?:[A-Z]|(?:[A-Z]\.)+[A-Z])$")
_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"[ \t]*(?:(?:[-*•–·▪]|\d{1,2}[.)])[ \t]+)+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+\S")
_SOFT_WRAP_CHARS = 60  # hard-wrapped text has lines at least this long
_BREAKABLE = re.compile(r"[؛;،,]\s|\s")


def is_heading(line: str) -> bool:
    """Whether the line is a Markdown heading."""
    return bool(_HEADING.match(line))


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]`, in order, without list markers and outer white space.

    Headings are no sentences. A line break ends a sentence unless the line is plainly wrapped:
    it is long, does not end in a full stop, and what follows is neither list item nor heading.

    Returns:
        spans in offsets of `text`; none is empty, none overlap.
    """
    spans: list[Span] = []
    for block in _blocks(text, start, len(text) if end is None else end):
        spans.extend(_split_block(text, block))
    return spans


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """Runs of lines that a sentence may stretch over."""
    open_from: int | None = None
    last = Span(start, start)
    for match in _LINE.finditer(text, start, end):
        line = match.group()
        if not line.strip():
            continue
        if is_heading(line):
            if open_from is not None:
                yield Span(open_from, last.end)
            open_from = None
            continue
        marker = _MARKER.match(line)
        if open_from is not None and (marker or not _wraps(last.of(text), text, last.end, match)):
            yield Span(open_from, last.end)
            open_from = None
        if open_from is None:
            open_from = match.start() + (marker.end() if marker else 0)
        last = Span(match.start(), match.end())
    if open_from is not None:
        yield Span(open_from, last.end)


def _wraps(line: str, text: str, line_end: int, following: re.Match[str]) -> bool:
    if following.start() - line_end > 1 or line.rstrip()[-1:] in ".!?؟…:۔":
        return False
    first = following.group().lstrip()[:1]
    return len(line) >= _SOFT_WRAP_CHARS or ("a" <= first <= "z" and len(line) >= 20)


def _split_block(text: str, block: Span) -> Iterator[Span]:
    begin = block.start
    for match in _TERMINATOR.finditer(text, block.start, block.end):
        if match.group()[0] == "." and _goes_on(text, begin, match, block.end):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, block.end)


def _goes_on(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    """Whether the full stop belongs to an abbreviation or to an unfinished sentence."""
    if match.group() != ".":
        following = text[match.end() : end].lstrip()[:1]
        return match.group().startswith("..") and "a" <= following <= "z"
    following = text[match.end() : end].lstrip()[:1]
    if not following:
        return False
    if "a" <= following <= "z":
        return True
    word = _LAST_WORD.search(text, max(begin, match.start() - 20), match.start())
    if not word:
        return False
    last = word.group()
    if last.casefold() in _ABBREVIATIONS:
        return True
    return bool(_INITIAL.match(last)) and following.isupper()


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_SENTENCE_CHARS:
        cuts = [m.end() for m in _BREAKABLE.finditer(text, start + 1, start + MAX_SENTENCE_CHARS)]
        cut = cuts[-1] if cuts else start + MAX_SENTENCE_CHARS
        yield Span(start, len(text[:cut].rstrip()) if text[start:cut].strip() else cut)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield Span(start, end)
