"""A claim to a Verdict: search, lay it beside the evidence, say what the pages say.

Supported and contradicted need plain evidence; whatever is in doubt is not found.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.citations import CitationList
from assistant.errors import InputError
from assistant.pipeline import Retriever, Searcher
from assistant.question import language_of
from assistant.statement import Statement, read_statement
from assistant.support import Comparison, Evidence, compare
from assistant.types import Difference, Finding, Verdict
from ingest.sentences import sentence_spans
from vectorstore.types import Passage, SearchFilter, Sentence

MAX_CLAIM_CHARS = 10_000
PASSAGES = 12  # of all languages together
PASSAGES_PER_LANGUAGE = 6  # so that the other language always has a say
MAX_QUOTE_CHARS = 1_200  # two neighbours longer than this are not one piece of evidence


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on a text carries or contradicts a statement; all shares are 0 to 1.

    Attributes:
        own: what the text itself has to say of the statement.
        whole: the same with title and first sentence of the page.
        close: the whole that is enough where the cosine is at least `cosine`.
    """

    own: float
    whole: float
    close: float
    cosine: float


# By whether the claim is in the language of the evidence. Tuned on the 40 development claims and
# on the seen half of tests/data/claims.jsonl.
SUPPORT = {True: Threshold(0.50, 0.80, 0.66, 0.60), False: Threshold(0.45, 0.78, 0.62, 0.55)}
CONTRADICT = {True: Threshold(0.55, 0.82, 0.75, 0.55), False: Threshold(0.50, 0.82, 0.75, 0.50)}
FULLY = 0.95  # from here on the whole makes up for a text that says less by itself,
OWN_IF_FULLY = 0.35  # down to here
PAIR_CONTRADICTS = 0.9  # two sentences hold much else; so much of the statement must be theirs
LEAST_COSINE = 0.2  # below, a text that says less than this of the statement by itself
OWN_IF_FAR = 0.55  # agrees with it by chance and speaks of something else
UNLIKE = 0.1  # below, a text in the other language speaks of something else whatever its words
PATCHED = 0.6  # share of the plain words from which one of two sentences stands for itself
FLIPPED, FLIPPED_COSINE = 3, 0.6  # words denied on one side only that tell the same sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence, or two neighbours, with where they stand."""

    passage: Passage
    sentences: tuple[Sentence, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate laid beside the statement."""

    candidate: Candidate
    comparison: Comparison
    finding: Finding
    strength: float


class FactChecker:
    """Checks claims against the published pages."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def check(self, claim: str) -> Verdict:
        """The verdict on a sentence, or on every sentence of a paragraph.

        Raises:
            InputError: the claim is empty or too long.
            VectorStoreError: the store is empty, stale or damaged.
        """
        text = _readable(claim)
        if not any(c.isalnum() for c in text):
            raise InputError("The claim is empty. Give a sentence to check.")
        if len(text) > MAX_CLAIM_CHARS:
            raise InputError(
                f"The claim has {len(text):,} characters; at most {MAX_CLAIM_CHARS:,} are checked."
            )
        searcher = self._retriever.session()
        spans = [s for s in sentence_spans(text) if any(c.isalnum() for c in s.of(text))]
        if len(spans) < 2:
            return self._check_one(claim, text, searcher)
        parts = [self._check_one(s.of(text), s.of(text), searcher) for s in spans]
        worst = min(parts, key=lambda v: (_BADNESS.index(v.verdict), -v.confidence))
        return Verdict(
            claim=claim,
            verdict=worst.verdict,
            confidence=min(v.confidence for v in parts if v.verdict is worst.verdict),
            citations=worst.citations,
            differences=worst.differences,
            sentences=tuple(parts),
            index_version=worst.index_version,
        )

    def _check_one(self, claim: str, text: str, searcher: Searcher) -> Verdict:
        passages, version = _search(searcher, text)
        statement = read_statement(text)
        candidates = list(_candidates(passages, searcher))
        weighed = weigh_all(statement, candidates)
        chosen = decide(weighed)
        best = max((w.strength for w in weighed), default=0.0)
        if chosen is None:
            return Verdict(claim, Finding.NOT_FOUND, round(1 - best / 2, 4), index_version=version)
        citations = CitationList(searcher.page)
        for sentence in chosen.candidate.sentences:
            citations.cite(chosen.candidate.passage, sentence)
        differences: tuple[Difference, ...] = ()
        if chosen.finding is Finding.CONTRADICTED:
            differences = tuple(dict.fromkeys(chosen.comparison.differences))
        return Verdict(
            claim=claim,
            verdict=chosen.finding,
            confidence=round(chosen.strength, 4),
            citations=citations.all,
            differences=differences,
            index_version=version,
        )


_BADNESS = (Finding.CONTRADICTED, Finding.NOT_FOUND, Finding.SUPPORTED)


def _readable(text: str) -> str:
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") else " " for c in text)
    return " ".join("".join(kept).split())


def _search(searcher: Searcher, text: str) -> tuple[list[Passage], int]:
    """Passages of all languages, each language's best among them."""
    found = searcher.search(text, top_k=PASSAGES)
    passages = {p.chunk.id: p for p in found.passages}
    other = "en" if language_of(text) == "ar" else "ar"
    for language in (other, language_of(text)):
        more = searcher.search(
            text, top_k=PASSAGES_PER_LANGUAGE, held_to=SearchFilter(language=language)
        )
        for passage in more.passages:
            passages.setdefault(passage.chunk.id, passage)
    return list(passages.values()), found.index_version


# --- candidates ------------------------------------------------------------------------------

_ITEM = re.compile(r"\s*(?:[-*•–·▪]|\d{1,2}[.)])\s+(?:\d{1,2}[.)]\s+)?")


def _candidates(passages: Sequence[Passage], searcher: Searcher) -> Iterator[Candidate]:
    """Every sentence, and every two neighbours that belong together."""
    for passage in passages:
        chunk = passage.chunk
        page = searcher.page(chunk.url)
        first = next(iter(sentence_spans(page.text, 0, min(len(page.text), 1_500))), None)
        lead = first.of(page.text) if first else ""
        around = tuple(t for t in (chunk.title, *chunk.headings, lead) if t)
        intro: Sentence | None = None
        before: Sentence | None = None
        block: list[Sentence] = []
        for sentence in passage.sentences:
            item = _is_item(passage, sentence)
            yield _candidate(passage, (sentence,), around)
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


def _is_plain_list(items: Sequence[Sentence]) -> bool:
    """Whether a list can be read as one: rows with numbers belong to themselves only."""
    return (
        len(items) > 1
        and sum(len(item.text) for item in items) <= MAX_QUOTE_CHARS
        and not any(c.isdecimal() for item in items for c in item.text)
    )


def _candidate(
    passage: Passage, sentences: tuple[Sentence, ...], around: tuple[str, ...]
) -> Candidate:
    chunk = passage.chunk
    return Candidate(
        passage,
        sentences,
        Evidence(
            text=" ".join(s.text for s in sentences),
            around=around,
            published=chunk.published,
            similarity=max(s.similarity for s in sentences),
            language=chunk.language,
        ),
    )


def _is_item(passage: Passage, sentence: Sentence) -> bool:
    """Whether a list marker stands before the sentence on its line."""
    begin = sentence.start - passage.chunk.start
    line = passage.chunk.text[max(0, begin - 6) : begin].rpartition("\n")[2]
    return bool(line) and bool(_ITEM.fullmatch(line))


# --- the verdict -----------------------------------------------------------------------------


def weigh_all(statement: Statement, candidates: Sequence[Candidate]) -> list[Weighed]:
    """Lay the statement beside every candidate; how rare a word is counts among them."""
    single = [read_statement(c.evidence.text) for c in candidates if len(c.sentences) == 1]
    count = len(single)
    known: dict[frozenset[str], float] = {}

    def rarity(keys: frozenset[str]) -> float:
        if keys not in known:
            common = sum(1 for s in single if keys & s.keys)
            known[keys] = math.log(1 + count / (common + 0.5)) / math.log(1 + count / 5 + 1)
        return known[keys]

    weighed = []
    for candidate in candidates:
        comparison = compare(statement, candidate.evidence, rarity)
        pair = len(candidate.sentences) > 1
        finding, strength = judge(comparison, candidate.evidence, pair=pair)
        if pair and statement.denies and finding is Finding.SUPPORTED:
            finding = Finding.NOT_FOUND  # which of the two is denied?
        weighed.append(Weighed(candidate, comparison, finding, strength))
    return weighed


def judge(
    comparison: Comparison, evidence: Evidence, *, pair: bool = False
) -> tuple[Finding, float]:
    """What one text says to the statement, and how strongly, 0 to 1."""
    similarity = max(0.0, evidence.similarity)
    if not comparison.differences:
        strength = 0.6 * comparison.whole + 0.4 * similarity
        if comparison.missing:
            return Finding.NOT_FOUND, strength / 2
        if _enough(SUPPORT[comparison.same_language], comparison.own, comparison.whole, similarity):
            return Finding.SUPPORTED, strength
        return Finding.NOT_FOUND, strength / 2
    strength = 0.6 * comparison.rest + 0.4 * similarity
    kinds = {d.kind for d in comparison.differences}
    far = similarity < LEAST_COSINE and comparison.own_rest < OWN_IF_FAR
    far = far or (similarity < UNLIKE and not comparison.same_language)
    if comparison.missing or len(kinds) > 1 or far:
        return Finding.NOT_FOUND, strength / 2
    if pair and comparison.own_rest < PAIR_CONTRADICTS:
        return Finding.NOT_FOUND, strength / 2
    if comparison.flipped >= FLIPPED and similarity >= FLIPPED_COSINE:
        return Finding.CONTRADICTED, strength
    if _enough(
        CONTRADICT[comparison.same_language], comparison.own_rest, comparison.rest, similarity
    ):
        return Finding.CONTRADICTED, strength
    return Finding.NOT_FOUND, strength / 2


def _enough(threshold: Threshold, own: float, whole: float, similarity: float) -> bool:
    if own < (OWN_IF_FULLY if whole >= FULLY else threshold.own):
        return False
    if whole >= threshold.whole:
        return True
    return whole >= threshold.close and similarity >= threshold.cosine


def decide(weighed: Sequence[Weighed]) -> Weighed | None:
    """The candidate that decides; None where none does or where the pages leave a doubt.

    Support wins over a weaker contradiction: another page may speak of another year. A stronger
    contradiction leaves a doubt, and a doubt is not found.
    """
    supporting = [w for w in weighed if w.finding is Finding.SUPPORTED]
    against = [w for w in weighed if w.finding is Finding.CONTRADICTED]
    alone = {w.candidate.sentences[0] for w in supporting if len(w.candidate.sentences) == 1}
    against = [
        w
        for w in against
        if len(w.candidate.sentences) == 1 or alone.isdisjoint(w.candidate.sentences)
    ]
    best = max(supporting, key=_order, default=None)
    while best is not None and _patched(best, weighed):
        supporting = [w for w in supporting if w is not best]
        best = max(supporting, key=_order, default=None)
    if best is not None and (inner := _contradicted_inside(best, against)) is not None:
        return inner if inner.comparison.own_rest >= FULLY else None
    worst = max(against, key=_order, default=None)
    if best is None or worst is None:
        return best or worst
    return best if best.strength >= worst.strength else None


# A name may stand in the sentence before; its place, number or negation may not.
_SLOTS = frozenset({"number", "date", "place", "negation", "quantity"})


def _patched(best: Weighed, weighed: Sequence[Weighed]) -> bool:
    """Whether one of two sentences says it all but a checked slot, and the other only has that.

    "The roundtable took place in Egypt. Morocco came too." does not say that it was in Morocco.
    """
    if len(best.candidate.sentences) == 1:
        return False
    return any(
        len(w.candidate.sentences) == 1
        and w.candidate.sentences[0] in best.candidate.sentences
        and w.comparison.words >= PATCHED
        and bool(
            _SLOTS.intersection(w.comparison.missing)
            or _SLOTS.intersection(d.kind for d in w.comparison.differences)
        )
        for w in weighed
    )


def _contradicted_inside(best: Weighed, against: Sequence[Weighed]) -> Weighed | None:
    """The one of two supporting sentences that contradicts by itself."""
    if len(best.candidate.sentences) == 1:
        return None
    inside = [
        w
        for w in against
        if len(w.candidate.sentences) == 1 and w.candidate.sentences[0] in best.candidate.sentences
    ]
    return max(inside, key=_order, default=None)


def _order(weighed: Weighed) -> tuple[float, int]:
    published = weighed.candidate.passage.chunk.published
    day = published.toordinal() if published else 0
    single = len(weighed.candidate.sentences) == 1
    return (round(weighed.strength + 0.02 * single, 2), day)
