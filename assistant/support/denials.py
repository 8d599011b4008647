"""Denials: what one side denies and the other does not.

A "not" is laid beside a "not", but also beside a word that denies by itself: who "turns down money"
"accepts no money". Only cues in the clauses that speak of the same matter count; where the two
sides may still mean the same, nothing is said, and where they may not, it is a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from assistant.statement import Statement, Word
from assistant.statement.polarity import is_one_of, quantifier_at
from assistant.statement.tokens import folded_set
from assistant.support.alignment import SAID, Partner, same_word
from assistant.support.comparison import Comparison
from assistant.support.dates import all_closed
from assistant.support.numbers import same_number
from assistant.types import Difference
from vectorstore.analysis import is_stop_word

PLAIN = 1.0  # value of a partner from which two words say the same beyond doubt
FORGIVEN = 5  # of so many words one may be unsaid
SHORT = 6  # content words of a sentence that a negation speaks of whole
SHORT_CLAUSE = 4  # the same of a clause
_MAY = folded_set(
    """allow allowed permit permitted able entitled may can could يحق يجوز يسمح تسمح يمكن يستطيع
    تستطيع يستطيعون يمكنهم مسموح"""
)  # who is "not allowed to open" it "cannot open" it
_JOINTS = frozenset({"and", "ولا", "ولم", "ولن", "وليس", "وليست"})
_BREAKS = frozenset({"but", "while", "whereas", "because", "لكن", "ولكن", "بينما", "اما", "لان"})
_WHO = folded_set("who whose whom which where الذي التي الذين اللواتي اللاتي ممن حيث")
_WHY = folded_set("because as since although لان لانه لانها لانهم اذ")


def compare_denials(
    claim: Statement, own: Statement, partners: Sequence[Partner], found: Comparison
) -> None:
    """Lay what the statement denies beside what the text denies.

    Args:
        partners: what each word of the statement has in the text, in order.
    """
    if claim.denies and not own.denies and claim.weekdays and all_closed(claim, own):
        return  # "nobody answers on Fridays", "every day except Friday"
    pairs = [
        (word, partner)
        for word, partner in zip(claim.words, partners, strict=True)
        if partner.value >= SAID and partner.words and not word.light
    ]
    agreed = any(w.denied and any(m.denied for m in p.words) for w, p in pairs)
    apart = [
        (w, p.words[0])
        for w, p in pairs
        if all(m.denied != w.denied for m in p.words) and _plain(w, p)
    ]
    ours_only = [(w, m) for w, m in apart if w.denied]
    theirs_only = [(w, m) for w, m in apart if not w.denied]
    found.flipped = 0 if agreed else len(apart)
    theirs_only = [pair for pair in theirs_only if not _by_the_way(pair[1], own, pairs)]
    found.beside_a_not = found.one_sided and _near_a_not(own, pairs)
    cues = _cues_beside(claim, own, pairs)
    implied = _unshared(claim, own)
    theirs = set(_unshared(own, claim)) | set(own.negations)
    alone = [i for i in cues if i in theirs]
    if agreed:
        more = bool(theirs_only) and sum(i in own.negations for i in cues) > len(claim.negations)
        if more or _heads_apart(claim, own, pairs):
            found.missing.append("negation")  # "A, not B" is not "B, not A"
    elif claim.denies:
        if _implied(claim, own) and not any(i in own.negations for i in cues):
            found.missing.append("negation")  # "not excluded" is not "excluded"
        elif ours_only and not _denied_in_clause(ours_only, own, cues):
            _differ(claim, own, ours_only[0], found)
        elif not cues:
            found.missing.append("negation")
    elif theirs_only and not implied:
        most = len(theirs_only) >= len(pairs) - len(apart)
        short = _is_short(own) or _denies_in_short(own, pairs, theirs_only)
        if own.denies and (most or short or _excepted(claim, own, partners, theirs_only)):
            _differ(claim, own, theirs_only[0], found)
        else:  # a negation elsewhere in a long sentence
            found.missing.append("negation")
    elif ours_only and not cues:
        _differ(claim, own, ours_only[0], found)
    elif bool(implied) != bool(alone):
        found.missing.append("negation")
    elif own.denies and not implied and _is_short(own):
        plain = [p for w, p in zip(claim.words, partners, strict=True) if not w.light]
        if any(p.value < SAID for p in plain):
            found.missing.append("negation")  # it may be what the text denies


def _is_short(text: Statement) -> bool:
    return sum(not w.light for w in text.words) <= SHORT


def _denies_in_short(
    own: Statement,
    pairs: Sequence[tuple[Word, Partner]],
    theirs_only: Sequence[tuple[Word, Word]],
) -> bool:
    """Whether a short clause denies all that it says of the statement: "no appointment needed"."""
    clause = _clauses(own)
    here = clause[theirs_only[0][1].first]
    size = sum(clause[w.first] == here for w in own.words if not w.light)
    said = [m for _, p in pairs for m in p.words[:1] if clause[m.first] == here]
    return size <= SHORT_CLAUSE and len(theirs_only) > 1 and all(m.denied for m in said)


def _excepted(
    claim: Statement,
    own: Statement,
    partners: Sequence[Partner],
    theirs_only: Sequence[tuple[Word, Word]],
) -> bool:
    """Whether the text says all of it and denies one thing: "paid in goods, not in cash"."""
    plain = [(w, p) for w, p in zip(claim.words, partners, strict=True) if not w.light]
    said = sum(p.value >= SAID for _, p in plain)
    heads, sentence = _heads(own), _sentences(own)
    at = [sentence[p.words[0].first] for _, p in plain if p.value >= SAID and p.words]
    beside = any(
        m.first in heads and _follows_at_once(m, own) and at.count(sentence[m.first]) * 2 >= len(at)
        for _, m in theirs_only
    )
    return beside and len(plain) > 1 and said >= len(plain) - len(plain) // FORGIVEN


def _sentences(text: Statement) -> list[int]:
    """Per token the number of its sentence."""
    return [*accumulate(int(t.text == ".") for t in text.tokens)]


def _follows_at_once(word: Word, own: Statement) -> bool:
    between = (i for i in own.negations if i < word.first)
    at = max(between, default=-1)
    return at >= 0 and all(is_stop_word(t.folded) for t in own.tokens[at + 1 : word.first])


def _heads_apart(claim: Statement, own: Statement, pairs: Sequence[tuple[Word, Partner]]) -> bool:
    """Whether what one side denies first of all is what the other side says."""
    ours, theirs = _heads(claim), _heads(own)
    return any(
        (w.first in ours and all(not m.denied for m in p.words))
        or (not w.denied and all(m.first in theirs for m in p.words))
        for w, p in pairs
    )


def _heads(text: Statement) -> set[int]:
    """The first word of each denial that says something: "not covered by the card"."""
    heads: set[int] = set()
    for at in text.negations:
        after = [w.first for w in text.words if w.first > at and w.denied and not w.light]
        after = [i for i in after if not is_one_of(text.tokens[i], _MAY)]
        heads.update(after[:1])
    return heads


def _plain(word: Word, partner: Partner) -> bool:
    return partner.value >= PLAIN or any(same_word(word, m) for m in partner.words)


def _clauses(text: Statement) -> list[int]:
    """Per token the number of its clause."""
    result, count = [], 0
    for token in text.tokens:
        if token.text in ",;:.،؛" or token.folded in _BREAKS:
            count += 1
        result.append(count)
    return result


def _cues_beside(
    claim: Statement, own: Statement, pairs: Sequence[tuple[Word, Partner]]
) -> list[int]:
    """Places of the words that deny in the clauses of a text that speak of the statement."""
    clause = _clauses(own)
    said: dict[int, float] = {}
    for _, partner in pairs:
        for word in partner.words[:1]:
            said[clause[word.first]] = said.get(clause[word.first], 0.0) + partner.value
    relevant = {c for c, value in said.items() if value * 3 >= sum(said.values())}
    part = _parts(own)
    said_in = {part[m.first] for _, p in pairs for m in p.words[:1]}
    nots = [i for i in own.negations if part[i] in said_in]  # "has 23 aims and is not binding"
    implied = [i for i in own.implied if not _leaves_out_else(i, claim, own, pairs)]
    return [i for i in (*nots, *implied) if clause[i] in relevant]


_INSTEAD = folded_set("instead rather place بدلا بدل عوضا")


def _leaves_out_else(
    at: int, claim: Statement, own: Statement, pairs: Sequence[tuple[Word, Partner]]
) -> bool:
    """Whether an "instead of" leaves out what the statement does not speak of: four, not three."""
    if not any(t.folded in _INSTEAD for t in own.tokens[at : at + 2]):
        return False
    clause = _clauses(own)
    said = [m.first for _, p in pairs for m in p.words]
    said += [n.first for n in own.numbers if any(same_number(c, n) for c in claim.numbers)]
    said += [d.first for d in own.dates if claim.dates]
    said += [p.at for p in own.places if any(p.key == c.key for c in claim.places)]
    said += [at for n in claim.names for p in n.parts for at in _spelt_at(p.folded, own)]
    return not any(i > at and clause[i] == clause[at] for i in said)


def _spelt_at(folded: str, own: Statement) -> list[int]:
    return [at for at, token in enumerate(own.tokens) if token.folded == folded]


def _near_a_not(own: Statement, pairs: Sequence[tuple[Word, Partner]]) -> bool:
    """Whether a clause with a "not" says anything of the statement."""
    clause = _clauses(own)
    said = {clause[m.first] for w, p in pairs for m in p.words if _plain(w, p)}
    return any(clause[i] in said for i in own.negations)


def _by_the_way(word: Word, own: Statement, pairs: Sequence[tuple[Word, Partner]]) -> bool:
    """Whether a denied word stands in a "because …" that says nothing else of the statement."""
    clause = _clauses(own)
    here = clause[word.first]
    start = clause.index(here)
    begins = {t.folded for t in own.tokens[start : start + 2]}
    said = sum(clause[m.first] == here for _, p in pairs for m in p.words[:1])
    return bool(begins & _WHY) and said == 1 and len(pairs) > 2


def _parts(text: Statement) -> list[int]:
    """Per token the number of its clause or of what an "and" hangs on it."""
    result, count = [], 0
    for token in text.tokens:
        if token.text in ",;:.،؛" or token.folded in _BREAKS | _JOINTS | _WHO:
            count += 1
        result.append(count)
    return result


def _denied_in_clause(
    pairs: Sequence[tuple[Word, Word]], own: Statement, cues: Sequence[int]
) -> bool:
    """Whether the clause of a word that the statement denies has a cue: "X is not required"."""
    clause = _clauses(own)
    return any(clause[theirs.first] == clause[i] for _, theirs in pairs for i in cues)


def _unshared(one: Statement, other: Statement) -> list[int]:
    """Words of one side that deny by themselves and do not stand on the other as well."""
    theirs = {form for i in other.implied for form in other.tokens[i].forms}
    return [i for i in _implied(one, other) if theirs.isdisjoint(one.tokens[i].forms)]


def _implied(one: Statement, other: Statement) -> list[int]:
    """Words that deny by themselves, without an "unless" that both sides have, in any language."""
    if "except" not in one.quantifiers & other.quantifiers:
        return list(one.implied)
    last = len(one.tokens)
    return [
        i
        for i in one.implied  # "ما لم" is of two words
        if "except" not in {quantifier_at(one.tokens, at) for at in range(i, min(i + 2, last))}
    ]


def _differ(claim: Statement, own: Statement, pair: tuple[Word, Word], found: Comparison) -> None:
    ours, theirs = pair
    found.differences.append(Difference("negation", _spelt(claim, ours), _spelt(own, theirs)))


def _spelt(statement: Statement, word: Word) -> str:
    """The word with what stands before it, where it is denied."""
    first = word.first
    if word.denied:
        first = max((i for i in statement.negations if i <= word.last), default=first)
    tokens = statement.tokens[min(first, word.first) : word.last + 1]
    return " ".join(t.text for t in tokens)
