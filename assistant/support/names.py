"""Names, in either script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.statement import (
    Name,
    Statement,
    Token,
)
from assistant.statement.tokens import ARTICLE
from assistant.support.alignment import BONES
from assistant.support.closeness import Closeness
from assistant.support.comparison import NAME_WEIGHT, Comparison, Score
from assistant.types import Difference
from vectorstore.analysis import skeleton

TRANSLATED = 0.75  # cosine from which a word of a name counts as its translation
LONG_BONES = 4  # consonants of which one may differ across scripts
LONG_NAME = 3  # parts of a name of which one may be left out


def compare_names(
    claim: Statement,
    own: Statement,
    around: Sequence[Statement],
    near: Closeness | None,
    found: Comparison,
    score: Score,
) -> None:
    """Lay names side by side, and addresses to the last sign."""
    claimed = claim.names
    if _names_turned_round(claim, own):
        found.missing.append("name")
    if not claim.literals <= own.literals:
        found.missing.append("literal")
    for place, name in enumerate(claimed):
        before = sum(1 for n in claimed[:place] if _same_name(n, name))
        if (
            before
            and len(name.parts) > 1
            and sum(1 for n in people_of(own) if _same_name(name, n)) <= before
        ):
            found.missing.append("name")  # said of two, where the text names two others
        if name_carried(name, own, near):
            score.add(NAME_WEIGHT, 1.0, 1.0)
        elif any(name_carried(name, a, near) for a in around) and (
            len(name.parts) == 1
            or any(part_in(part, own) for part in name.parts)
            or not people_of(own)
        ):
            score.add(NAME_WEIGHT, 0.0, 1.0)
        else:
            rivals = [n for n in people_of(own) if not any(_same_name(c, n) for c in claimed)]
            person = len(name.parts) > 1 and not any(t.text.isupper() for t in name.parts)
            score.add(NAME_WEIGHT, 0.0, 0.0, bool(rivals) and person and found.same_language)
            if rivals and person and found.same_language:
                found.differences.append(Difference("name", name.text, rivals[0].text))
            else:
                found.missing.append("name")


def _names_turned_round(claim: Statement, own: Statement) -> bool:
    """Whether two persons stand in the other order than in the text: who did it to whom?"""
    found: list[int] = []
    for name in claim.names:
        at = [i for i, t in enumerate(own.tokens) if any(is_part(part, t) for part in name.parts)]
        if len(name.parts) > 1 and at:
            found.append(at[0])
    return any(a > b for a, b in pairwise(found))


def name_carried(name: Name, text: Statement, near: Closeness | None = None) -> bool:
    """Whether a name stands in the text, in either script.

    Every part must; of a long name one may be left out, where no other stands in its place. Parts
    that are words ("Civil War") may be translated.
    """
    lacking = [part for part in name.parts if not part_in(part, text)]
    if lacking and near is not None and not name.parts[0].arabic and text.arabic:
        others = translations_in(text)
        rows = near([part.text for part in lacking], others)
        lacking = [p for p, row in zip(lacking, rows, strict=True) if not (row >= TRANSLATED).any()]
    if len(name.parts) > len(lacking) > 0 and any(
        part.arabic != t.arabic for part in name.parts for t in text.tokens[:1]
    ):  # too few consonants to be known in the other script: Heidi
        lacking = [part for part in lacking if len(part.bones) >= BONES]
    if not lacking:
        return True
    if len(lacking) > 1 or len(name.parts) < LONG_NAME:
        return False
    held = {i for i, t in enumerate(text.tokens) if any(is_part(p, t) for p in name.parts)}
    beside = {i + step for i in held for step in (-1, 1)} - held
    return not any(0 <= i < len(text.tokens) and text.tokens[i].capital for i in beside)


def translations_in(text: Statement) -> list[str]:
    """Words of a text that may translate parts of a name."""
    return [t.text for t in text.tokens if t.word and len(t.text) > 1]


def part_in(part: Token, text: Statement) -> bool:
    """Whether a part of a name stands in the text."""
    return any(is_part(part, token) for token in text.tokens)


def _same_name(one: Name, other: Name) -> bool:
    bones = {t.bones for t in other.parts}
    return any(t.bones in bones for t in one.parts)


def people_of(text: Statement) -> list[Name]:
    """Names of two words and more; in Arabic, words that the lexicon does not know in a row."""
    if not text.arabic:
        return [n for n in text.names if len(n.parts) > 1]
    found: list[Name] = []
    run: list[Token] = []
    plain = {w.first for w in text.words if not w.known}
    for index, token in enumerate(text.tokens):
        if index in plain and not token.folded.startswith(("ال", "وال", "لل", "بال")):
            run.append(token)
            continue
        if len(run) > 1:
            found.append(Name(tuple(run), " ".join(t.text for t in run), index - len(run)))
        run = []
    known = {n.at for n in found}
    return found + [n for n in text.names if len(n.parts) > 1 and n.at not in known]


_TITLES = frozenset({"mr", "mrs", "ms", "dr"})  # not a name: "Mr" has the consonants of عمرو


def is_part(part: Token, token: Token) -> bool:
    """Whether two words are spellings of one name: Naela, Naila, نائلة; but not CARE and Cairo."""
    if token.folded in _TITLES:
        return False
    if part.forms[0] == token.forms[0]:
        return part.arabic or not part.capital or token.capital  # CARE is not care
    if part.arabic != token.arabic and not (part.text.isupper() or token.text.isupper()):
        latin, arabic = (token, part) if part.arabic else (part, token)
        if "ch" in latin.folded and _alike(
            skeleton(latin.folded.replace("ch", "k")), arabic.bones
        ):  # Bianchi, Munich
            return True
        return _alike(latin.bones, arabic.bones) or _spelt_alike(latin.folded, arabic)
    if len(part.bones) < BONES or token.bones != part.bones or part.arabic != token.arabic:
        return False
    if part.text.isupper() != token.text.isupper():
        return False
    return len(part.bones) > BONES or (
        part.folded[0] == token.folded[0] and part.folded[-1] == token.folded[-1]
    )


_WEAK_LATIN = re.compile(r"((?<![sktdgcp])h|y|w)")
_WEAK_ARABIC = re.compile("([هحيو])")
_WEAK_SOUNDS = str.maketrans("هحيو", "hhyw")


def _spelt_alike(latin: str, arabic: Token) -> bool:
    """Two spellings that the consonants alone do not tell: Hasaya, حصايا; Najat, نجاة."""
    closed = arabic.text.endswith("ة")
    if closed and latin.endswith("t"):
        return len(latin) > BONES and skeleton(latin) == f"{arabic.bones}t"
    if len(arabic.bones) >= BONES:
        return False
    bare = ARTICLE.sub("", arabic.folded)
    ours = _frame(_WEAK_LATIN, latin).removesuffix("h")
    theirs = _frame(_WEAK_ARABIC, bare.removesuffix("ه") if closed else bare).removesuffix("h")
    return len(ours) >= BONES and ours == theirs


@lru_cache(maxsize=20_000)
def _frame(weak: re.Pattern[str], word: str) -> str:
    """Consonants of a word with the weak ones among them: "hsy" of Hasaya."""
    parts = weak.split(word)
    sounds = [
        part.translate(_WEAK_SOUNDS) if at % 2 else skeleton(part) for at, part in enumerate(parts)
    ]
    return re.sub(r"(.)\1+", r"\1", "".join(sounds))


def _alike(one: str, other: str) -> bool:
    """Whether two runs of consonants may be one name in two scripts: فيكتوريا, Victoria."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < BONES:
        return False
    if one == other:
        return True
    if len(longer) < LONG_BONES:
        return False
    if len(longer) == len(shorter):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    if len(longer) - len(shorter) > 1:
        return False
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
