"""Pieces of evidence: sentences, clauses and neighbours of passages, each with where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.statement import Statement, read_statement
from assistant.support.comparison import Evidence
from ingest.sentences import sentence_spans
from ingest.types import Page
from vectorstore.types import Passage, Sentence

LOOKED_AT = 48  # pieces of evidence that are compared word by word
SHORTEST_CLAUSE = 3  # words; what is shorter says nothing alone
MAX_QUOTE_CHARS = 1_200  # two neighbours longer than this are not one piece of evidence


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence, one clause of it, or two neighbours, with where they stand.

    Attributes:
        compound: it has parts that are candidates themselves.
    """

    passage: Passage
    sentences: tuple[Sentence, ...]
    evidence: Evidence
    compound: bool


_ITEM = re.compile(r"\s*(?:[-*•–·▪]|\d{1,2}[.)])\s+(?:\d{1,2}[.)]\s+)?")


def candidates_of(
    passages: Sequence[Passage], page_of: Callable[[str], Page]
) -> Iterator[Candidate]:
    """Every sentence, and every two neighbours that belong together."""
    for passage in passages:
        chunk = passage.chunk
        page = page_of(chunk.url)
        first = next(iter(sentence_spans(page.text, 0, min(len(page.text), 1_500))), None)
        lead = first.of(page.text) if first else ""
        around = tuple(t for t in (chunk.title, *chunk.headings, lead) if t)
        intro: Sentence | None = None
        before: Sentence | None = None
        block: list[Sentence] = []
        for sentence in passage.sentences:
            item = _is_item(passage, sentence)
            clauses = _clauses(sentence.text)
            yield _candidate(passage, (sentence,), around, compound=bool(clauses))
            for clause in clauses:
                yield _candidate(passage, (sentence,), around, text=clause)
            neighbour = intro if item else before
            if neighbour and len(neighbour.text) + len(sentence.text) <= MAX_QUOTE_CHARS:
                yield _candidate(passage, (neighbour, sentence), around)
            if item and intro:
                block.append(sentence)
            if not item or sentence is passage.sentences[-1]:
                if intro and _is_plain_list(block):
                    yield _candidate(passage, (intro, *block), around)
                block = []
            if not item:
                intro = before = sentence


def most_promising(statement: Statement, candidates: list[Candidate]) -> list[Candidate]:
    """Those that share most with the statement: the others are not worth a close look."""
    wanted = statement.keys | {t.folded for t in statement.tokens if t.word}

    def promise(candidate: Candidate) -> float:
        read = read_statement(candidate.evidence.text)
        said = read.keys | {t.folded for t in read.tokens}
        return candidate.evidence.similarity + len(wanted & said) / (len(wanted) + 1)

    return sorted(candidates, key=promise, reverse=True)[:LOOKED_AT]


def _is_plain_list(items: Sequence[Sentence]) -> bool:
    """Whether a list can be read as one: rows with numbers belong to themselves only."""
    return (
        len(items) > 1
        and sum(len(item.text) for item in items) <= MAX_QUOTE_CHARS
        and not any(c.isdecimal() for item in items for c in item.text)
    )


_CLAUSE = re.compile(
    r"\s*[;؛]\s+|,\s+(?=(?:but|while|whereas)\s)|،\s+(?=(?:لكن|بينما|أما|غير أن)\s)"
)


def _clauses(text: str) -> list[str]:
    """The parts of a sentence that say something each; a row of a table is one."""
    if ": " in text.partition(";")[0]:
        return []
    parts = [part for part in _CLAUSE.split(text) if len(part.split()) >= SHORTEST_CLAUSE]
    return parts if len(parts) > 1 else []


def _candidate(
    passage: Passage,
    sentences: tuple[Sentence, ...],
    around: tuple[str, ...],
    *,
    text: str = "",
    compound: bool = False,
) -> Candidate:
    chunk = passage.chunk
    return Candidate(
        passage,
        sentences,
        Evidence(
            text=text or " ".join(s.text for s in sentences),
            around=around,
            published=chunk.published,
            similarity=max(s.similarity for s in sentences),
            language=chunk.language,
            sentences=tuple(s.text for s in sentences) if len(sentences) > 1 else (),
        ),
        compound or len(sentences) > 1,
    )


def _is_item(passage: Passage, sentence: Sentence) -> bool:
    """Whether a list marker stands before the sentence on its line."""
    begin = sentence.start - passage.chunk.start
    line = passage.chunk.text[max(0, begin - 6) : begin].rpartition("\n")[2]
    return bool(line) and bool(_ITEM.fullmatch(line))
