"""Whether pages say what each of two terms means, or how the two differ: naming them is not it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assistant.evidence import Evidence
from assistant.matching import SAME_WORD
from assistant.question import content_stems
from assistant.signs import Word, words_of
from vectorstore import analysis

TERM_NAMED = 0.6  # share of a term's words from which they name it
HEADING_IS_TERM = 0.5  # share of a heading's words from which it is the term: "Refugee (UNHCR)"
TERM_WITHIN = 7  # words at the beginning of a sentence that says what a term means
_STAND_IN = frozenset(content_stems("one ones"))  # "an unaccompanied child and a separated one"
CLAUSE_BEGINS = 3  # words of a clause among which a term stands that it is about
_MEANS = re.compile(
    r"\b(?:(?:is|are) (?:an?|any|some|someone|anyone|people|persons|those|the|when|defined)|means?|"
    r"refers? to|describes?|covers?|(?:has|have) no|, (?:in|by) contrast)\b|[:–—]|"
    r"\b(?:هو|هي|هم|يعني|تعني|يقصد|عباره عن|يشمل|تشمل|يطلق)\b"
)
_DIFFERS = re.compile(
    r"\b(?:differs?|different from|unlike|whereas|in contrast|by contrast|not the same|"
    r"distinguish\w*|as opposed to|rather than)\b|"
    r"(?:يختلف|تختلف|بخلاف|خلافا|علي عكس|بينما|في حين|الفرق|يتميز|تتميز)"
)


def explains_all(evidence: Evidence, picked: Sequence[int]) -> bool:
    """Whether each of the terms put side by side is explained by one of the picked candidates.

    What stands below a heading that is the term explains it, as does a sentence that begins with it
    and says what it is; one sentence that says how they differ explains both.
    """
    terms = [_places(evidence, facet.text) for facet in evidence.question.facets if facet.text]
    if not all(terms):
        return False
    if all(any(_explains(evidence, i, term) for i in picked) for term in terms):
        return bool(terms)
    if any(_tells_apart(evidence, i, terms) for i in picked):
        return True
    return any(
        _DIFFERS.search(analysis.fold(evidence.candidates[i].sentence.text))
        and all(_named(evidence.covered[i], term) for term in terms)
        for i in picked
    )


def _places(evidence: Evidence, term: str) -> list[int]:
    """Which of the question's words are the term's."""
    stems = set(content_stems(term)) - _STAND_IN
    return [i for i, word in enumerate(evidence.words) if word.stem in stems]


def _tells_apart(evidence: Evidence, index: int, terms: Sequence[Sequence[int]]) -> bool:
    """Whether each term begins a clause of its own: "A has no relative; B is with one"."""
    clauses = re.split("[;؛]", evidence.candidates[index].sentence.text)
    begun = [{w.stem for w in words_of(clause)[:CLAUSE_BEGINS]} for clause in clauses]
    return len(clauses) >= len(terms) and all(
        any(
            sum(evidence.words[i].stem in said for i in term) >= TERM_NAMED * len(term)
            for said in begun
        )
        for term in terms
    )


def _named(covered: npt.NDArray[np.float64], term: Sequence[int]) -> bool:
    return bool((covered[list(term)] >= SAME_WORD).mean() >= TERM_NAMED)


def _explains(evidence: Evidence, index: int, term: Sequence[int]) -> bool:
    """Whether a candidate says what a term means."""
    candidate = evidence.candidates[index]
    chunk = candidate.passage.chunk
    if _named(evidence.headed[index], term) and chunk.headings:
        heading = _of_one_script(words_of(chunk.headings[-1]), evidence.question.language)
        stems = {evidence.words[i].stem for i in term}
        if len(term) >= HEADING_IS_TERM * len(heading) or stems.issuperset(heading):
            return True
    begins = " ".join(candidate.sentence.text.split()[:TERM_WITHIN])
    means = _MEANS.search(analysis.fold(begins))
    if means is None:
        return False
    before = analysis.fold(begins)[: means.start()]
    said = {word.stem for word in words_of(before)}
    named = sum(evidence.words[i].stem in said for i in term)
    return named >= TERM_NAMED * len(term) and means.start() != 0


def _of_one_script(words: Sequence[Word], language: str) -> list[str]:
    """The stems of a heading: of "Refugee (لاجئ)" those in the question's script, if there are."""
    told = [word for word in words if not word.stop]
    own = [word.stem for word in told if word.arabic == (language == "ar")]
    return own or [word.stem for word in told]
