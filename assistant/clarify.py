"""When a question points at several pages equally: "the training", of which there were five."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.question import Question
from vectorstore import analysis
from vectorstore.types import Passage

FEWEST, MOST = 3, 4  # pages from which to ask back, and how many to offer
AS_GOOD = 0.6  # how far below the best passage another may score and still be meant

# One of a series, named with nothing that tells it from the others. Two may be told in one answer.
_SERIES_EN = (
    "training|workshop|course|flight|charter|roundtable|meeting|conference|event|celebration|"
    "forum|agreement|session|visit|seminar|campaign"
)
_EN = re.compile(
    rf"\b(?:the|that|this) (?P<what>{_SERIES_EN})\b"
    r"(?! (?:of|for|on|in|at|about|that|which|with|to|from|between|held|organi[sz]ed|by|series)\b)"
    r"(?! [a-z]*\d)"
)
_AR = re.compile(
    r"\b[وفبل]{0,2}(?:ال|لل)(?P<what>تدريب|ورشه|دوره|رحله|مايده|اجتماع|موتمر|فعاليه|احتفال|منتدي|"
    r"اتفاق|اتفاقيه|جلسه|زياره|ندوه|حمله)(?=\s*(?:[؟?.!]|$|(?:متي|اين|من|كم|ما|هل)\b))"
)


def choices(question: Question, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Titles of the pages that a question may mean; empty where it is plain or hardly matters."""
    if question.numbers or question.newest or question.facets or len(question.parts) > 1:
        return ()
    folded = " ".join(analysis.fold(question.text).split())
    found = (_AR if question.language == "ar" else _EN).search(folded)
    if found is None or _says_which(question, found["what"]):
        return ()
    stem = analysis.stem(found["what"])
    own = [p for p in passages if p.chunk.language == question.language]
    if not own:
        return ()
    best = max(p.score for p in own)
    titles = dict.fromkeys(
        p.chunk.title
        for p in own
        if p.score >= best - AS_GOOD * abs(best) and stem in analysis.stems(p.chunk.title)
    )
    return tuple(titles)[:MOST] if len(titles) >= FEWEST else ()


def _says_which(question: Question, what: str) -> bool:
    """Whether a name or a further noun narrows it down; one verb ("attended") does not."""
    stems = [stem for stem in question.stems if stem != analysis.stem(what)]
    named = question.language == "en" and bool(question.names)
    return named or len(stems) > 1
