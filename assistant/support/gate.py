"""The gate: do the cited passages carry this written sentence?

The same reading and comparing as of claims, held to the passages that a sentence cites, and
stricter where a model likes to invent: every digit, address and quotation must stand there.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assistant.statement import read_statement
from assistant.support.additions import adds
from assistant.support.candidates import Candidate, candidates_of
from assistant.support.closeness import Closeness
from assistant.support.numbers import ROUND_FROM, ROUND_TO
from assistant.support.verdict import Weighed, decide, weigh_all
from assistant.types import Finding
from ingest.types import Chunk, Page
from vectorstore.analysis import fold
from vectorstore.types import Passage, Sentence

Vector = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vector]
Entails = Callable[[str, str], bool]  # (cited words, sentence)

COMPARED = 16  # pieces of evidence, nearest in meaning first, that are compared word by word
KEPT_VECTORS = 4_000  # of cited sentences: 2 kB each
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


class Gate:
    """Rules on written sentences; remembers the vectors of what is cited."""

    def __init__(self, encode: Encode, entails: Entails | None = None) -> None:
        """`entails` is asked last, where there is such a model; nothing passes by it alone."""
        self._encode = encode
        self._near = Closeness(encode)
        self._entails = entails
        self._vectors: OrderedDict[str, Vector] = OrderedDict()

    def rule(
        self, sentence: str, cited: Sequence[Passage], page_of: Callable[[str], Page]
    ) -> Ruling:
        """Whether the cited passages carry the sentence, and which of their words do."""
        candidates = self._compared(sentence, list(candidates_of(cited, page_of)))
        if not candidates:
            return Ruling(False, ("citation",))
        candidates.sort(key=lambda candidate: -candidate.evidence.similarity)
        nearest, candidates = candidates[0], candidates[:COMPARED]
        said = " ".join(s.text for passage in cited for s in passage.sentences)
        if invented := _invented(sentence, said):
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

    def _compared(self, sentence: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, each with its cosine to the sentence instead of to the question."""
        texts = [candidate.evidence.text for candidate in candidates]
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        vectors = self._encode([sentence, *new])
        for text, vector in zip(new, vectors[1:], strict=True):
            self._vectors[text] = vector
        compared = []
        for candidate, text in zip(candidates, texts, strict=True):
            self._vectors.move_to_end(text)
            cosine = float(vectors[0] @ self._vectors[text])
            compared.append(
                replace(candidate, evidence=replace(candidate.evidence, similarity=cosine))
            )
        while len(self._vectors) > KEPT_VECTORS:
            self._vectors.popitem(last=False)
        return compared


def _invented(sentence: str, said: str) -> tuple[str, ...]:
    """What must stand in the cited words letter by letter and does not."""
    reasons = []
    ours, theirs = read_statement(sentence), read_statement(said)
    if _LINKS.search(sentence) or not ours.literals <= theirs.literals:
        reasons.append("address")
    source = fold(said)
    known = set(_runs(source))
    values = {float(v) for n in theirs.numbers for v in (n.value, n.also) if v is not None}
    for number in ours.numbers:
        if number.value in values or _rounded(number.value, values):
            known.update(_runs(fold(number.text)))
    for day in ours.dates:  # compared with the page's own date as well, later
        known.update(_runs(fold(day.text)))
    if any(run not in known and float(run) not in values for run in _runs(fold(sentence))):
        reasons.append("number")
    for match in _QUOTED.finditer(sentence):
        if fold(match["words"]).strip(" .,،؛;") not in source:
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
