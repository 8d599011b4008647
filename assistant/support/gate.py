"""The gate: do the cited passages carry this written sentence?

The same reading and comparing as of claims, held to the passages that a sentence cites, and
stricter where a model likes to invent: every digit, address and quotation must stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.statement import Statement, read_statement
from assistant.support.additions import adds
from assistant.support.alignment import said_in
from assistant.support.candidates import Candidate, candidates_of
from assistant.support.closeness import Closeness, Encode
from assistant.support.names import translations_in
from assistant.support.numbers import ROUND_FROM, ROUND_TO
from assistant.support.verdict import Weighed, decide, weigh_all
from assistant.types import Finding
from ingest.types import Chunk, Page
from vectorstore.analysis import fold
from vectorstore.types import Passage, Sentence

Entails = Callable[[str, str], bool]  # (cited words, sentence)

_Cited = tuple[Chunk, tuple[tuple[int, int], ...], str]  # its sentences' spans, page's digest

COMPARED = 16  # pieces of evidence, nearest in meaning first, that are compared word by word
KEPT_PASSAGES = 500  # that are kept as read: the sentences of a reply cite the same ones
_QUOTED = re.compile(r"[“«„\"](?P<words>[^”»“\"]{3,})[”»“\"]")
_DIGITS = re.compile(r"\d+")
_GROUPING = re.compile(r"(?<=\d)[,٬.](?=\d{3}(?!\d))")
_LINKS = re.compile(r"https?://|www\.|\w@\w|\]\(|<\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a sentence may be shown.

    Attributes:
        reasons: why not: kinds of what is not carried, as "number", "name", "meaning".
        passage, sentences: what carries it, for the citations; where nothing does, what comes
            nearest to it in meaning.
    """

    carried: bool
    reasons: tuple[str, ...] = ()
    passage: Passage | None = None
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """A cited passage, read.

    Attributes:
        folded: its words, for comparing to the letter.
        runs, values, literals: digits, numbers and addresses in them.
    """

    pieces: tuple[Candidate, ...]
    folded: str
    runs: frozenset[str]
    values: frozenset[float]
    literals: frozenset[str]


class Gate:
    """Rules on written sentences; remembers what is cited, and the vectors of it."""

    def __init__(self, encode: Encode, entails: Entails | None = None) -> None:
        """`entails` is asked last, where there is such a model; nothing passes by it alone."""
        self._near = Closeness(encode)
        self._entails = entails
        self._sources: dict[_Cited, _Source] = {}

    def prepare(self, cited: Sequence[Passage], page_of: Callable[[str], Page]) -> None:
        """Read what will be cited, so that each ruling has only its sentence to read."""
        for passage in cited:
            self._read(passage, page_of)

    def rule(
        self, sentence: str, cited: Sequence[Passage], page_of: Callable[[str], Page]
    ) -> Ruling:
        """Whether the cited passages carry the sentence, and which of their words do."""
        sources = [self._read(passage, page_of) for passage in cited]
        candidates = self._compared(sentence, [p for source in sources for p in source.pieces])
        if not candidates:
            return Ruling(False, ("citation",))
        nearest = candidates[0]
        if invented := _invented(sentence, sources):
            return Ruling(False, invented, nearest.passage, nearest.sentences)
        statement = read_statement(sentence)
        weighed = weigh_all(statement, candidates, self._near)
        chosen = decide(weighed)
        if chosen is None or chosen.finding is not Finding.SUPPORTED:
            reasons = _reasons(chosen or _nearest(weighed))
            return Ruling(False, reasons, nearest.passage, nearest.sentences)
        if adds(statement, chosen.comparison):
            return Ruling(False, ("addition",), nearest.passage, nearest.sentences)
        words = chosen.candidate.evidence.text
        if self._entails is not None and not self._entails(words, sentence):
            return Ruling(False, ("entailment",), nearest.passage, nearest.sentences)
        return Ruling(True, (), chosen.candidate.passage, chosen.candidate.sentences)

    def rule_text(self, sentence: str, cited: str, title: str = "") -> Ruling:
        """The same for a text that stands by itself."""
        passage, page = _standing_alone(cited, title)
        return self.rule(sentence, (passage,), lambda url: page)

    def _read(self, passage: Passage, page_of: Callable[[str], Page]) -> _Source:
        """A passage in pieces, read and encoded once for each version of its page."""
        page = page_of(passage.chunk.url)
        key = (passage.chunk, tuple((s.start, s.end) for s in passage.sentences), page.digest)
        source = self._sources.get(key)  # threads share it: what is there may go at any time
        if source is None:
            source = _source(passage, page)
            texts = {t: None for p in source.pieces for t in (p.evidence.text, *p.evidence.around)}
            self._near.learn([*texts, *(word for text in texts for word in _said(text))])
            if len(self._sources) >= KEPT_PASSAGES:
                self._sources = {}
            self._sources[key] = source
        return source

    def _compared(self, sentence: str, pieces: Sequence[Candidate]) -> list[Candidate]:
        """Those nearest to the sentence, each with its cosine to it instead of to the question."""
        texts = [piece.evidence.text for piece in pieces]
        self._near.learn([sentence, *_asked(read_statement(sentence)), *texts])
        cosines = self._near([sentence], texts)[0]
        compared = [
            replace(piece, evidence=replace(piece.evidence, similarity=float(cosine)))
            for piece, cosine in zip(pieces, cosines, strict=True)
        ]
        return sorted(compared, key=lambda c: -c.evidence.similarity)[:COMPARED]


# The encoder takes 2 ms for a word and 3 ms for ten: whatever comparing may ask it about is learned
# at one go, before.


def _asked(statement: Statement) -> list[str]:
    """The words of a statement that are compared by their meaning."""
    return [
        *(word.text for word in statement.words if not word.light and not word.body),
        *(part.text for name in statement.names for part in name.parts if not part.arabic),
        *(thing for number in statement.numbers for thing in number.things),
    ]


def _said(text: str) -> list[str]:
    """The words of a text that they are compared with."""
    read = read_statement(text)
    return [
        *(word for word, _ in said_in(text)),
        *(translations_in(read) if read.arabic else ()),
        *(thing for number in read.numbers for thing in number.things),
    ]


def _source(passage: Passage, page: Page) -> _Source:
    read = [read_statement(sentence.text) for sentence in passage.sentences]
    folded = fold(" ".join(sentence.text for sentence in passage.sentences))
    return _Source(
        tuple(candidates_of([passage], lambda url: page)),
        folded,
        frozenset(_runs(folded)),
        frozenset(
            float(v) for r in read for n in r.numbers for v in (n.value, n.also) if v is not None
        ),
        frozenset[str]().union(*(r.literals for r in read)),
    )


def _invented(sentence: str, sources: Sequence[_Source]) -> tuple[str, ...]:
    """What must stand in the cited words letter by letter and does not."""
    reasons = []
    ours = read_statement(sentence)
    literals = {literal for source in sources for literal in source.literals}
    if _LINKS.search(sentence) or not ours.literals <= literals:
        reasons.append("address")
    known = {run for source in sources for run in source.runs}
    values = {value for source in sources for value in source.values}
    for number in ours.numbers:
        if number.value in values or _rounded(number.value, values):
            known.update(_runs(fold(number.text)))
    for day in ours.dates:  # compared with the page's own date as well, later
        known.update(_runs(fold(day.text)))
    if any(run not in known and float(run) not in values for run in _runs(fold(sentence))):
        reasons.append("number")
    for match in _QUOTED.finditer(sentence):
        words = fold(match["words"]).strip(" .,،؛;")
        if not any(words in source.folded for source in sources):
            reasons.append("quotation")
            break
    return tuple(reasons)


def _runs(text: str) -> list[str]:
    """Runs of digits, with what groups thousands taken out."""
    return _DIGITS.findall(_GROUPING.sub("", text))


def _rounded(value: float, values: set[float]) -> bool:
    return value >= ROUND_FROM and any(abs(v - value) <= ROUND_TO * v for v in values)


def _nearest(weighed: Sequence[Weighed]) -> Weighed:
    return max(weighed, key=lambda w: w.comparison.own + w.candidate.evidence.similarity)


def _reasons(weighed: Weighed) -> tuple[str, ...]:
    found = weighed.comparison
    kinds = [d.kind for d in found.differences] + list(found.missing)
    return tuple(dict.fromkeys(kinds)) or ("meaning",)


def _standing_alone(text: str, title: str) -> tuple[Passage, Page]:
    from datetime import UTC, datetime

    from ingest.chunk import chunk_page
    from ingest.language import detect_language

    page = Page(
        "urn:text", title, text, detect_language(text), datetime(2000, 1, 1, tzinfo=UTC), None
    )
    chunks: list[Chunk] = list(chunk_page(page))
    sentences = tuple(
        Sentence(chunk.sentence_text(span), span.start, span.end, 0.0)
        for chunk in chunks
        for span in chunk.sentences
    )
    return Passage(chunks[0], 0.0, sentences=sentences), page
