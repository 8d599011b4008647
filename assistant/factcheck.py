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
from assistant.support.closeness import Closeness
from assistant.types import Difference, Finding, Verdict
from ingest.sentences import sentence_spans
from vectorstore.types import Passage, SearchFilter, Sentence

MAX_CLAIM_CHARS = 10_000
PASSAGES = 12  # of all languages together
PASSAGES_PER_LANGUAGE = 6  # so that the other language always has a say
LOOKED_AT = 48  # pieces of evidence that are compared word by word
SHORTEST_CLAUSE = 3  # words; what is shorter says nothing alone
MAX_QUOTE_CHARS = 1_200  # two neighbours longer than this are not one piece of evidence


# How strongly a text speaks for a statement: what it says of it with its page, by itself, and how
# close the two are. Weights and thresholds were chosen on claims about two sites and on 250
# sentences with their translations (docs/decisions).
WHOLE, OWN, COSINE = 0.41, 0.21, 0.38
SUPPORTS = {True: 0.66, False: 0.61}  # by whether both are in one language
CONTRADICTS = 0.56
LEAST_OWN = 0.30  # a text that says less by itself speaks of something else
LEAST_COSINE = 0.13  # below, a text speaks of something else, unless it says it all
UNSURE_REST = 0.70  # so much of the rest must be said where some word is not said at all
UNSAID = 0.47  # cosine below which a word that is not said leaves a doubt
DENIED = 0.36  # cosine from which a text contradicts a statement that denies what it says
LEAST_REST = 0.70  # a text that says less of the rest speaks of another event
ONE_SIDED = 0.51  # cosine below which a negation on one side only leaves a doubt
DOUBTED = 0.03  # by so much a contradiction must be stronger to win over support
PATCHED = 0.6  # share of the plain words from which one of two sentences stands for itself
UNHEARD = 0.8  # weight of a word in no candidate: more often a paraphrase than a new matter
MARGIN = 0.07  # by so much support must be stronger than a contradiction
PAIR = 0.0  # two sentences hold much else; to contradict they must speak so much more plainly
FULLY = 0.95  # so much of a statement makes one of two sentences decide alone
FLIPPED, FLIPPED_COSINE = 3, 0.6  # words denied on one side only that tell the same sentence


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


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate laid beside the statement."""

    candidate: Candidate
    comparison: Comparison
    finding: Finding
    strength: float


class FactChecker:
    """Checks claims against the published pages."""

    def __init__(self, retriever: Retriever, near: Closeness | None = None) -> None:
        """`near` tells words that mean the same; without it only the lexicon does."""
        self._retriever = retriever
        self._near = near

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
        candidates = _most_promising(statement, list(_candidates(passages, searcher)))
        weighed = weigh_all(statement, candidates, self._near)
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


def _most_promising(statement: Statement, candidates: list[Candidate]) -> list[Candidate]:
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
        ),
        compound or len(sentences) > 1,
    )


def _is_item(passage: Passage, sentence: Sentence) -> bool:
    """Whether a list marker stands before the sentence on its line."""
    begin = sentence.start - passage.chunk.start
    line = passage.chunk.text[max(0, begin - 6) : begin].rpartition("\n")[2]
    return bool(line) and bool(_ITEM.fullmatch(line))


# --- the verdict -----------------------------------------------------------------------------


def weigh_all(
    statement: Statement, candidates: Sequence[Candidate], near: Closeness | None = None
) -> list[Weighed]:
    """Lay the statement beside every candidate; how rare a word is counts among them."""
    single = [read_statement(c.evidence.text) for c in candidates if not c.compound]
    count = len(single)
    known: dict[frozenset[str], float] = {}

    def rarity(keys: frozenset[str]) -> float:
        if keys not in known:
            common = sum(1 for s in single if keys & s.keys)
            rare = math.log(1 + count / (common + 0.5)) / math.log(1 + count / 5 + 1)
            known[keys] = rare if common else min(rare, UNHEARD)
        return known[keys]

    weighed = []
    for candidate in candidates:
        comparison = compare(statement, candidate.evidence, rarity, near)
        pair = candidate.compound
        finding, strength = judge(comparison, candidate.evidence, pair=pair)
        told = statement.denies or statement.quantifiers or statement.ordinals
        if pair and told and finding is Finding.SUPPORTED:
            finding = Finding.NOT_FOUND  # which of the two is denied, which is "most"?
        weighed.append(Weighed(candidate, comparison, finding, strength))
    return weighed


def judge(
    comparison: Comparison, evidence: Evidence, *, pair: bool = False
) -> tuple[Finding, float]:
    """What one text says to the statement, and how strongly, 0 to 1."""
    cosine = COSINE * max(0.0, evidence.similarity)
    if not comparison.differences:
        strength = WHOLE * comparison.whole + OWN * comparison.own + cosine
        doubted = _doubted_support(comparison, evidence.similarity)
        if not doubted and strength >= SUPPORTS[comparison.same_language] + PAIR * pair:
            return Finding.SUPPORTED, strength
        return Finding.NOT_FOUND, strength / 2
    strength = WHOLE * comparison.rest + OWN * comparison.own_rest + cosine
    if _doubted_contradiction(comparison, evidence.similarity, pair):
        return Finding.NOT_FOUND, strength / 2
    if comparison.flipped >= FLIPPED and evidence.similarity >= FLIPPED_COSINE:
        return Finding.CONTRADICTED, strength
    if strength >= CONTRADICTS + PAIR * pair:
        return Finding.CONTRADICTED, strength
    return Finding.NOT_FOUND, strength / 2


def _doubted_support(comparison: Comparison, cosine: float) -> bool:
    return bool(
        comparison.missing
        or comparison.own < LEAST_OWN
        or (comparison.one_sided and cosine < ONE_SIDED)
        or (comparison.uncovered and cosine < UNSAID)
    )


def _doubted_contradiction(comparison: Comparison, cosine: float, pair: bool) -> bool:
    kinds = {d.kind for d in comparison.differences}
    vague = cosine < DENIED and comparison.own_rest < FULLY
    return bool(
        set(comparison.missing) - {"quantity"}
        or len(kinds) > 1
        or comparison.own_rest < LEAST_OWN
        or comparison.rest < LEAST_REST
        or (comparison.uncovered and comparison.rest < UNSURE_REST)
        or (cosine < LEAST_COSINE and comparison.own_rest < FULLY)
        or (comparison.denies and "negation" in kinds and (pair or vague))
    )


def decide(weighed: Sequence[Weighed]) -> Weighed | None:
    """The candidate that decides; None where none does or where the pages leave a doubt.

    Support wins over a weaker contradiction: another page may speak of another year. A stronger
    contradiction leaves a doubt, and a doubt is not found.
    """
    supporting = [w for w in weighed if w.finding is Finding.SUPPORTED]
    against = [w for w in weighed if w.finding is Finding.CONTRADICTED]
    alone = {w.candidate.sentences[0] for w in supporting if not w.candidate.compound}
    against = [
        w for w in against if not w.candidate.compound or alone.isdisjoint(w.candidate.sentences)
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
    named = all(d.kind == "name" for d in worst.comparison.differences)
    lead = worst.strength - best.strength + (-DOUBTED if named else MARGIN)
    if lead <= 0:  # another's deed denies nobody's
        return best
    return worst if lead >= DOUBTED else None


# A name may stand in the sentence before; its place, number or negation may not.
_SLOTS = frozenset({"number", "date", "place", "negation", "quantity"})


def _patched(best: Weighed, weighed: Sequence[Weighed]) -> bool:
    """Whether one of two sentences says it all but a checked slot, and the other only has that.

    "The roundtable took place in Egypt. Morocco came too." does not say that it was in Morocco.
    """
    if not best.candidate.compound:
        return False
    return any(
        not w.candidate.compound
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
    if not best.candidate.compound:
        return None
    inside = [
        w
        for w in against
        if not w.candidate.compound and w.candidate.sentences[0] in best.candidate.sentences
    ]
    return max(inside, key=_order, default=None)


def _order(weighed: Weighed) -> tuple[float, int]:
    published = weighed.candidate.passage.chunk.published
    day = published.toordinal() if published else 0
    single = len(weighed.candidate.sentences) == 1
    return (round(weighed.strength + 0.02 * single, 2), day)
