"""Plain words: said by the text or its surroundings, or denied there."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.statement import Statement, Word
from assistant.support.alignment import SAID, Partner, align, same_word
from assistant.support.closeness import Closeness
from assistant.support.comparison import NAME_WEIGHT, Comparison, Score, Weigh
from assistant.support.denials import PLAIN, compare_denials
from assistant.support.opposites import excludes
from assistant.support.pairing import compare_pairs
from assistant.types import Difference
from assistant.wording import is_word
from vectorstore.analysis import fold

STRANGE = 0.15  # value below which a first word with a capital is taken for a name


def compare_words(
    claim: Statement,
    own: Statement,
    others: Sequence[Sequence[Partner]],
    weigh: Weigh,
    near: Closeness | None,
    found: Comparison,
    score: Score,
) -> None:
    """Lay the plain words side by side, and what is denied of them.

    Args:
        others: partners of the words in each of the texts around, the title first.
    """
    partners = align(claim.words, own, near)
    for at, word in enumerate(claim.words):
        partner = partners[at]
        if partner.value >= SAID and partner.words and not word.light:
            found.said_at.append(partner.words[0].first)
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
        if word.role and nearby < SAID:
            found.missing.append("role")
        if nearby < SAID and not word.light:
            found.uncovered.append(word.text)
            strange = word.first or _may_be_name(word, partner.value)
            if strange and word.text[:1].isupper() and not word.body and not excludes(word):
                found.missing.append("name")  # inside a sentence a capital makes a name
        elif partner.value < SAID and not word.light and not word.denied:
            beside = [w for o in others if o[at].value >= PLAIN for w in o[at].words]
            if beside and all(w.denied for w in beside):
                found.missing.append("negation")
    compare_denials(claim, own, partners, found)
    compare_pairs(claim, own, partners, found)


def _may_be_name(word: Word, said: float) -> bool:
    """Whether the first word of a sentence, which always has a capital, may be a name."""
    return not word.known and said <= STRANGE and not is_word(fold(word.text), "en")
