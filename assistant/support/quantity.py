"""All, most, some, only, none."""

from __future__ import annotations

from assistant.statement import Number, Statement
from assistant.statement.polarity import is_one_of, quantifier_at
from assistant.statement.tokens import folded_set
from assistant.support.alignment import SAID, align
from assistant.support.closeness import Closeness
from assistant.support.comparison import HOME, Comparison
from assistant.types import Difference

ALONE = 0.6  # share of a text's words that a statement with "only" must have
HALF = 50  # per cent
_STRICT = ("only", "all", "most", "none", "few")  # the text must say the same
_SHARES = ("all", "most", "many", "some", "few", "none")  # one excludes the others
_AGREE = {("many", "most"), ("many", "all"), ("some", "few"), ("some", "many")}


def compare_quantity(
    claim: Statement, own: Statement, near: Closeness | None, found: Comparison
) -> None:
    """Lay all, most, some, only and none side by side."""
    ours, theirs = claim.quantifiers, own.quantifiers
    if "except" in ours and "except" not in theirs:
        if "all" in theirs:
            found.differences.append(Difference("quantity", "except", "all"))
        else:
            found.missing.append("quantity")
        return
    if "every other" in theirs and "every other" not in ours and (said := _how_often(claim)):
        found.differences.append(Difference("quantity", said, "every other"))
    elif "every other" in ours and "every other" not in theirs:
        found.missing.append("quantity")
    denied = any(d.kind == "negation" for d in found.differences)
    for name in _STRICT:
        if name not in ours or name in theirs or (name == "none" and (denied or own.denies)):
            continue
        if name == "most" and (share := _greatest_share(own)) is not None:
            if share.value <= HALF:
                found.differences.append(Difference("quantity", name, share.text))
            continue
        rival = next((q for q in (*_SHARES, "only") if q in theirs), None)
        if rival and name not in ("none", "only"):
            found.differences.append(Difference("quantity", name, rival))
        else:
            found.missing.append("quantity")
    if ("not only" in ours) != ("not only" in theirs) and "only" in ours | theirs:
        found.differences.append(Difference("quantity", "not only", "only"))
    if "only" in theirs and "only" not in ours and (claim.denies or {"all", "most"} & ours):
        found.missing.append("quantity")  # else "only A" says "A" as well
    if "only" in ours and "only" in theirs and not _same_only(claim, own, near):
        found.missing.append("quantity")  # "only A" is not "only A and B"
    for name in ("many", "some"):
        rivals = [q for q in _SHARES if q in theirs and q != name and (name, q) not in _AGREE]
        if name in ours and name not in theirs and rivals and not ours & theirs & set(_SHARES):
            found.differences.append(Difference("quantity", name, rivals[0]))


def _same_only(claim: Statement, own: Statement, near: Closeness | None) -> bool:
    """Whether one of the stretches of the text that hold an "only" is what the statement says."""
    stretches = _stretches_with_only(own)
    places = {p.key for p in claim.places}
    for first, last in stretches:
        plain = [w for w in own.words if not w.light and first <= w.first < last]
        said = sum(min(1.0, p.value / SAID) for p in align(plain, claim, near))
        inside = {p.key for p in own.places if first <= p.at < last}
        elsewhere = places and inside and not inside & places  # "only in Egypt", of Jordan
        if said >= ALONE * len(plain) and inside <= places | HOME and not elsewhere:
            return True
    return False


def _stretches_with_only(own: Statement) -> list[tuple[int, int]]:
    found, start = [], 0
    for at, token in enumerate((*own.tokens, None)):
        if token is None or token.text in ",;:.،؛":
            if any(quantifier_at(own.tokens, i) == "only" for i in range(start, at)):
                found.append((start, at))
            start = at + 1
    return found


_EVERY = folded_set("every each annual annually yearly كل سنوي سنويا سنوية")


def _how_often(text: Statement) -> str:
    return next((t.text for t in text.tokens if is_one_of(t, _EVERY)), "")


def _greatest_share(own: Statement) -> Number | None:
    """The greatest share that the text names, where "most" may stand for it."""
    shares = [n for n in own.numbers if n.unit == "percent"]
    return max(shares, key=lambda n: n.value, default=None)
