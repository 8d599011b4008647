"""Plain words: said by the text or its surroundings, or denied there."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.statement import Statement, Word
from assistant.support.alignment import SAID, align, same_word
from assistant.support.closeness import Closeness
from assistant.support.comparison import NAME_WEIGHT, Comparison, Score, Weigh
from assistant.support.opposites import excludes
from assistant.types import Difference

STRANGE = 0.15  # value below which a first word with a capital is taken for a name
SHORT = 6  # content words of a sentence that a negation speaks of whole


def compare_words(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    weigh: Weigh,
    near: Closeness | None,
    found: Comparison,
    score: Score,
) -> None:
    """Lay the plain words side by side, and what is denied of them."""
    mismatched: list[tuple[Word, Word]] = []
    agreed, plain = False, 0
    partners = align(claim.words, own, near)
    others = [align(claim.words, a, near) for a in around]
    for at, word in enumerate(claim.words):
        partner = partners[at]
        nearby = max([partner.value, *(o[at].value for o in others)])
        if word.body and partner.value < SAID:
            rivals = [
                w for w in own.words if w.body and not any(same_word(c, w) for c in claim.words)
            ]
            if rivals and nearby < SAID:
                found.differences.append(Difference("name", word.text, rivals[0].text))
                score.add(NAME_WEIGHT, 0.0, 0.0, different=True)
                continue
            titled = bool(others) and others[0][at].value >= SAID
            if (rivals and not titled) or nearby < SAID:
                found.missing.append("name")
        weight = word.weight if word.light else word.weight * weigh(word.keys)
        score.add(weight, partner.value, nearby)
        found.parts[word.first] = (weight, partner.value, nearby)
        if nearby < SAID and not word.light:
            found.uncovered.append(word.text)
            strange = word.first or (not word.known and partner.value <= STRANGE)
            if strange and word.text[:1].isupper() and not word.body and not excludes(word):
                found.missing.append("name")  # inside a sentence a capital makes a name
        if partner.value < SAID and nearby >= SAID and not word.light:
            near_by = [w for o in others if o[at].value >= SAID for w in o[at].words]
            if near_by and all(w.denied != word.denied for w in near_by):
                found.missing.append("negation")
        if partner.value < SAID or not partner.words or word.light:
            continue
        if any(word.denied and m.denied for m in partner.words):
            agreed = True
        elif all(m.denied != word.denied for m in partner.words):
            mismatched.append((word, partner.words[0]))
        else:
            plain += 1
    found.flipped = 0 if agreed else len(mismatched)
    if mismatched and agreed and any(ours.denied for ours, _ in mismatched[:1]):
        found.missing.append("negation")
    elif mismatched and not agreed:
        ours, theirs = mismatched[0]
        short = sum(not w.light for w in own.words) <= SHORT
        if ours.denied or len(mismatched) >= plain or short:
            found.differences.append(
                Difference("negation", _spelt(claim, ours), _spelt(own, theirs))
            )
        else:  # a negation elsewhere in a long sentence: a doubt
            found.missing.append("negation")
    elif claim.denies and not agreed and not mismatched:
        found.missing.append("negation")


def _spelt(statement: Statement, word: Word) -> str:
    """The word with what stands before it, where it is denied."""
    first = word.first
    if word.denied:
        first = max((i for i in statement.negations if i <= word.last), default=first)
    tokens = statement.tokens[min(first, word.first) : word.last + 1]
    return " ".join(t.text for t in tokens)
