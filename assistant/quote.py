"""How chosen sentences are quoted: lists whole, headings where needed, in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.candidate import Candidate
from assistant.evidence import Evidence, Floats
from assistant.matching import SAME_WORD
from ingest.notes import speaks_to_machines
from vectorstore import analysis
from vectorstore.types import Passage, Sentence

BLOCK_CHARS = 700  # a list is quoted whole up to here; two short paragraphs, chosen by eye
HEADING_ADDS = 0.3  # share of the question that only the heading says
BARE_WORDS = 5  # "Six months.", "No, it is free."
_GLOSSARY = re.compile(
    r"\b(?:glossary|(?:key|\w+) terms(?! of\b)|definitions|acronyms|abbreviations)\b|"
    r"مصطلحات|مسرد|معجم|تعريفات"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence that belongs in the answer, with the passage it stands in.

    A list is one sentence with the line that leads to it: its text then runs over several lines.

    Attributes:
        score: 0 to 1, the share of belief that this sentence holds the answer.
        needs_heading: it only makes sense below the heading it stands under: "No.", or what a
            glossary says of a term.
        supporting: it was added in case the others do not hold the answer.
    """

    passage: Passage
    sentence: Sentence
    score: float
    needs_heading: bool = False
    supporting: bool = False


@dataclass(frozen=True, slots=True)
class Picked:
    """Indexes of the chosen candidates.

    Attributes:
        answering: those that answer, each part and each thing compared, with what these need
            beside them; the most important first.
        supporting: added where it is not sure that the others hold the answer, likeliest first.
    """

    answering: tuple[int, ...]
    supporting: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        """Both, the most important first."""
        return self.answering + self.supporting


def softmax(scores: Floats) -> Floats:
    """Shares of belief, from scores: `(candidates,)`, summing to 1."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def quote(evidence: Evidence, index: int, belief: float) -> Chosen:
    """The candidate as it is quoted: a list with its items and the line that leads to it."""
    candidate = evidence.candidates[index]
    block = block_of(evidence, index)
    headed = _needs_heading(evidence, index)
    if len(block) < 2:
        return Chosen(candidate.passage, candidate.sentence, belief, headed)
    chunk = candidate.passage.chunk
    start = evidence.candidates[block[0]].sentence.start
    end = evidence.candidates[block[-1]].sentence.end
    text = chunk.text[start - chunk.start : end - chunk.start]
    quoted = replace(candidate.sentence, text=text, start=start, end=end)
    return Chosen(candidate.passage, quoted, belief, headed)


def _needs_heading(evidence: Evidence, index: int) -> bool:
    """Whether the heading says what the sentence is about, and the sentence does not.

    What a glossary says is about the term above it: "A person who has been subjected to it."
    """
    candidate = evidence.candidates[index]
    if not candidate.passage.chunk.headings:
        return False
    if _GLOSSARY.search(analysis.fold(candidate.passage.chunk.title)):
        return True
    headed, own = evidence.headed[index], evidence.covered[index]
    total = float(evidence.rarity.sum()) or 1.0
    adds = float((np.maximum(headed - own, 0) @ evidence.rarity) / total)
    return adds >= HEADING_ADDS or (len(candidate.words) <= BARE_WORDS and bool((headed > 0).any()))


def block_of(evidence: Evidence, index: int) -> range:
    """The run of candidates that is quoted as one with this one."""
    candidates = evidence.candidates
    candidate = candidates[index]
    alone = range(index, index + 1)
    if candidate.leads_in:
        first = index
    elif (
        candidate.item
        and evidence.question.several
        and (not candidate.row or evidence.of_organisation[index])
        and _list_is_asked_for(evidence, index)
    ):
        first = index
        while first and _follows(candidates, first) and candidates[first].item:
            first -= 1
        if not candidates[first].item and not candidates[first].leads_in:
            first += 1
    else:
        return alone
    last = index if candidate.item else index + 1
    if last >= len(candidates) or not candidates[last].item:
        return alone
    while (
        last + 1 < len(candidates) and _follows(candidates, last + 1) and candidates[last + 1].item
    ):
        last += 1
    while last > index and (
        candidates[last].sentence.end - candidates[first].sentence.start > BLOCK_CHARS
    ):
        last -= 1
    return range(first, last + 1)


def _list_is_asked_for(evidence: Evidence, index: int) -> bool:
    """Whether the line that leads to the list, its heading or title has a word of the question.

    A glossary is a list too, of things that have nothing to do with each other.
    """
    if evidence.of_organisation[index]:
        return True
    intro = evidence.candidates[index].intro
    around = np.maximum(evidence.meant_in_title[index], evidence.titled[index])
    if intro is not None:
        around = np.maximum(around, evidence.meant[intro])
    return bool((around >= SAME_WORD).any())


def _follows(candidates: Sequence[Candidate], index: int) -> bool:
    """Whether a candidate stands right behind the one before it, with no words left out."""
    this, last = candidates[index], candidates[index - 1]
    if this.rank != last.rank:
        return False
    chunk = this.passage.chunk
    between = chunk.text[last.sentence.end - chunk.start : this.sentence.start - chunk.start]
    return not speaks_to_machines(between)


def read(evidence: Evidence, scores: Floats, picked: Picked) -> tuple[Chosen, ...]:
    """The picked candidates as they are quoted, in reading order."""
    belief = softmax(scores)
    answering = _with_rest_of_lists(evidence, picked)
    return _in_reading_order(
        [
            replace(quote(evidence, i, float(belief[i])), supporting=i not in answering)
            for i in picked.all
        ]
    )


def _with_rest_of_lists(evidence: Evidence, picked: Picked) -> frozenset[int]:
    """What answers, and the picked items of the same lists: a list is not torn apart."""
    candidates = evidence.candidates
    lists = {(candidates[i].rank, candidates[i].intro) for i in picked.answering}
    items = (i for i in picked.all if candidates[i].item)
    return frozenset(picked.answering).union(
        i for i in items if (candidates[i].rank, candidates[i].intro) in lists
    )


def _in_reading_order(chosen: Sequence[Chosen]) -> tuple[Chosen, ...]:
    """What answers, then what supports it; none twice.

    Each page by page, that of the best sentence first, each page from top to bottom.
    """
    kept: list[Chosen] = []
    for one in sorted(chosen, key=lambda c: c.sentence.start - c.sentence.end):
        around = [
            place
            for place, other in enumerate(kept)
            if other.passage.chunk.url == one.passage.chunk.url
            and other.sentence.start <= one.sentence.start
            and one.sentence.end <= other.sentence.end
        ]
        if not around:
            kept.append(one)
        elif not one.supporting:
            kept[around[0]] = replace(kept[around[0]], supporting=False)
    best: dict[str, float] = {}
    for one in kept:
        url = one.passage.chunk.url
        best[url] = max(best.get(url, 0.0), one.score)
    kept.sort(
        key=lambda c: (
            c.supporting,
            -best[c.passage.chunk.url],
            c.passage.chunk.url,
            c.sentence.start,
        )
    )
    return tuple(kept)
