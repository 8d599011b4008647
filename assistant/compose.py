"""What a model wrote and the evidence to one answer: written sentences above, evidence below.

Where a written sentence was not carried, the verbatim sentences that say what it was about stand
in its place, moved up from the evidence; whatever belongs to them (a heading, the next sentence of
the page with its "unless") moves with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.citations import CitationList
from assistant.types import Answer, AnswerSentence, Citation, Event, Kind
from ingest.types import Page
from vectorstore.types import Passage, Sentence

_NEXT = 3  # characters at most between two neighbours on a page

Span = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a draft.

    Attributes:
        text: as written, "" where the evidence among `sentences` stands in its place.
        passage, sentences: what carries it, or comes nearest to it.
    """

    text: str
    passage: Passage
    sentences: tuple[Sentence, ...]

    @property
    def spans(self) -> set[Span]:
        """Where its sentences stand."""
        return {(self.passage.chunk.url, s.start, s.end) for s in self.sentences}


def is_evidence(answer: Answer, line: Line) -> bool:
    """Whether what comes nearest to a line was found to answer the question."""
    return any(_span(citation) in line.spans for citation in answer.citations)


def event_of(answer: Answer, lines: Sequence[Line], page_of: Callable[[str], Page]) -> Event:
    """The latest line with its citations, numbered after those of the evidence."""
    citations = CitationList(page_of)
    numbers = {_span(c): c.number for c in answer.citations}
    cited: list[Citation] = []
    for line in lines:
        cited = []
        for sentence in line.sentences if line.text else ():
            citation = citations.cite(line.passage, sentence)
            number = numbers.setdefault(_span(citation), len(numbers) + 1)
            cited.append(replace(citation, number=number))
    said = AnswerSentence(lines[-1].text, Kind.WRITTEN, tuple(c.number for c in cited))
    return Event(sentence=said, citations=tuple(cited))


def composed(
    answer: Answer, lines: Sequence[Line], page_of: Callable[[str], Page], model: str
) -> Answer:
    """The answer with its written sentences, citations numbered by first appearance."""
    citations = CitationList(page_of)
    by_number = {c.number: c for c in answer.citations}
    known = {_span(c): c for c in answer.citations}
    below = _together(answer)
    sentences: list[tuple[AnswerSentence, list[Span]]] = []

    def put(group: Sequence[AnswerSentence]) -> None:
        for said in group:
            sentences.append((said, [_span(by_number[n]) for n in said.citations]))

    for line in lines:
        if line.text:
            cited = [citations.cite(line.passage, s) for s in line.sentences]
            known.update((_span(c), c) for c in cited if _span(c) not in known)
            written = AnswerSentence(line.text, Kind.WRITTEN)
            sentences.append((written, [_span(c) for c in cited]))
            continue
        for group in below:
            if any(_span(by_number[n]) in line.spans for said in group for n in said.citations):
                put([replace(said, supporting=False) for said in group])
                below.remove(group)
                break
    for group in below:
        put(group)
    numbers: dict[Span, int] = {}
    for _, spans in sentences:
        for span in spans:
            numbers.setdefault(span, len(numbers) + 1)
    return replace(
        answer,
        sentences=tuple(
            replace(said, citations=tuple(numbers[span] for span in spans))
            for said, spans in sentences
        ),
        citations=tuple(replace(known[span], number=n) for span, n in numbers.items()),
        model=model,
    )


def _together(answer: Answer) -> list[list[AnswerSentence]]:
    """The evidence in groups that are not taken apart; a notice is a group of its own."""
    by_number = {c.number: c for c in answer.citations}
    groups: list[list[AnswerSentence]] = []
    before: Citation | None = None
    for said in answer.sentences:
        first = by_number[said.citations[0]] if said.citations else None
        if groups and before and first and _belongs(before, first):
            groups[-1].append(said)
        else:
            groups.append([said])
        before = by_number[said.citations[-1]] if said.citations else None
    return groups


def _belongs(before: Citation, citation: Citation) -> bool:
    """Whether a quote is the heading of the next, or the sentence right before it."""
    if before.url != citation.url:
        return False
    heads = bool(citation.headings) and before.quote == citation.headings[-1]
    return heads or 0 <= citation.start - before.end <= _NEXT


def _span(citation: Citation) -> Span:
    return citation.url, citation.start, citation.end
