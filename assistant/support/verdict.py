"""What pieces of evidence together say to a statement; whatever is in doubt is not found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.statement import Statement, read_statement
from assistant.support.alignment import Beside
from assistant.support.candidates import Candidate
from assistant.support.closeness import Closeness
from assistant.support.compare import compare
from assistant.support.comparison import Comparison, Evidence
from assistant.support.likelihood import features, likelihood, shipped
from assistant.types import Finding

# How strongly a text speaks for a statement: what it says of it with its page, by itself, and how
# close the two are. Weights and thresholds were chosen on claims about two sites and on 250
# sentences with their translations (docs/decisions).
WHOLE, OWN, COSINE = 0.41, 0.21, 0.38
SUPPORTS = {True: 0.66, False: 0.61}  # by whether both are in one language
CONTRADICTS = 0.56
LEAST_OWN = 0.30  # a text that says less by itself speaks of something else
LEAST_SAID = 0.15  # the same where the learned score decides
LEAST_COSINE = 0.13  # below, a text speaks of something else, unless it says it all
UNSURE_REST = 0.70  # so much of the rest must be said where some word is not said at all
UNSURE_PAIR = 0.75  # the same of two neighbours, one of which may be about another matter
UNSAID = 0.47  # cosine below which a word that is not said leaves a doubt
DENIED = 0.36  # cosine from which a text contradicts a statement that denies what it says
FAR = 0.25  # cosine below which even a text with all the words speaks of something else
LEAST_REST = 0.70  # a text that says less of the rest speaks of another event
ONE_SIDED = 0.51  # cosine below which a negation on one side only leaves a doubt
DOUBTED = 0.03  # by so much a contradiction must be stronger to win over support
PATCHED = 0.6  # share of the plain words from which one of two sentences stands for itself
UNHEARD = 0.8  # weight of a word in no candidate: more often a paraphrase than a new matter
MARGIN = 0.07  # by so much support must be stronger than a contradiction
PAIR = 0.0  # two sentences hold much else; to contradict they must speak so much more plainly
BY_ITSELF = 0.9  # so much of a statement a clause must say to stand without its sentence
UNLIKELY, UNHEARD_OF = 0.2, 0.27  # likelihood below which words alone carry nothing, some unsaid
FULLY = 0.95  # so much of a statement makes one of two sentences decide alone
FLIPPED, FLIPPED_COSINE = 3, 0.6  # words denied on one side only that tell the same sentence


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate laid beside the statement."""

    candidate: Candidate
    comparison: Comparison
    finding: Finding
    strength: float


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
    beside = Beside(statement.words, near)
    for candidate in candidates:
        comparison = compare(statement, candidate.evidence, rarity, near, beside)
        pair = candidate.compound
        several = len(candidate.sentences) > 1
        finding, strength = judge(comparison, candidate.evidence, pair=pair)
        if open_to_paraphrase(comparison):
            decided = finding is Finding.SUPPORTED
            likely = _likelihood(statement, candidate, comparison, decided=decided)
            if finding is Finding.NOT_FOUND and likely >= shipped().least:
                finding, strength = Finding.SUPPORTED, strength * 2
            elif finding is Finding.SUPPORTED and likely < (
                UNHEARD_OF if comparison.uncovered else UNLIKELY
            ):
                finding, strength = Finding.NOT_FOUND, strength / 2
        told = statement.denies or statement.quantifiers or statement.ordinals
        if several and told and finding is Finding.SUPPORTED:
            finding = Finding.NOT_FOUND  # which of the two is denied, which is "most"?
        weighed.append(Weighed(candidate, comparison, finding, strength))
    return weighed


def open_to_paraphrase(comparison: Comparison) -> bool:
    """Whether nothing differs and nothing is missing that is checked exactly."""
    return not (comparison.differences or comparison.missing) and comparison.own >= LEAST_SAID


def _likelihood(
    statement: Statement, candidate: Candidate, comparison: Comparison, *, decided: bool
) -> float:
    """`decided` where the rules found support: then only a "not" beside the statement counts."""
    text = read_statement(candidate.evidence.text)
    cosine = candidate.evidence.similarity
    values = features(statement, text, comparison, cosine, compound=candidate.compound)
    if decided and (comparison.own >= BY_ITSELF or len(candidate.sentences) == 1):
        return likelihood((*values[:-1], float(comparison.beside_a_not)))
    return likelihood(values)


def judge(
    comparison: Comparison, evidence: Evidence, *, pair: bool = False
) -> tuple[Finding, float]:
    """What one text says to the statement, and how strongly, 0 to 1."""
    cosine = COSINE * max(0.0, evidence.similarity)
    if not comparison.differences:
        strength = WHOLE * comparison.whole + OWN * comparison.own + cosine
        doubted = _doubted_support(comparison, evidence.similarity, pair)
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


def _doubted_support(comparison: Comparison, cosine: float, pair: bool) -> bool:
    elsewhere = not comparison.beside_a_not and (comparison.own >= BY_ITSELF or not pair)
    return bool(
        comparison.missing
        or comparison.own < LEAST_OWN
        or (comparison.one_sided and cosine < ONE_SIDED and not elsewhere)
        or (comparison.uncovered and cosine < UNSAID)
    )


def _doubted_contradiction(comparison: Comparison, cosine: float, pair: bool) -> bool:
    kinds = {d.kind for d in comparison.differences}
    vague = cosine < DENIED and (comparison.own_rest < FULLY or cosine < FAR)
    return bool(
        set(comparison.missing) - {"quantity"} - kinds
        or len(kinds) > 1
        or comparison.own_rest < LEAST_OWN
        or comparison.rest < LEAST_REST
        or (comparison.uncovered and comparison.rest < (UNSURE_PAIR if pair else UNSURE_REST))
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
    supporting = [w for w in supporting if not _cut_out(w, weighed)]
    alone = {
        w.candidate.sentences[0]
        for w in supporting
        if not w.candidate.compound and w.comparison.own >= BY_ITSELF
    }
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


def _cut_out(best: Weighed, weighed: Sequence[Weighed]) -> bool:
    """Whether a clause says it only with what surrounds it, and its whole sentence otherwise."""
    candidate = best.candidate
    if candidate.compound or best.comparison.own >= BY_ITSELF:
        return False
    return any(
        w.candidate.compound
        and w.candidate.sentences == candidate.sentences
        and (w.comparison.differences or w.comparison.missing)
        for w in weighed
    )


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
    candidate = best.candidate
    whole = len(candidate.sentences) == 1 and best.comparison.own >= FULLY
    if not candidate.compound or whole:
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
