"""All, most, some, only, none."""

from __future__ import annotations

from assistant.statement import Number, Statement
from assistant.support.alignment import SAID, align
from assistant.support.closeness import Closeness
from assistant.support.comparison import Comparison
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
    if ("every other" in ours) != ("every other" in theirs):
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
    if "only" in ours and "only" in theirs:
        plain = [w for w in own.words if not w.light]
        said = sum(min(1.0, p.value / SAID) for p in align(plain, claim, near))
        if said < ALONE * len(plain):
            found.missing.append("quantity")  # "only A" is not "only A and B"
    for name in ("many", "some"):
        rivals = [q for q in _SHARES if q in theirs and q != name and (name, q) not in _AGREE]
        if name in ours and name not in theirs and rivals and not ours & theirs & set(_SHARES):
            found.differences.append(Difference("quantity", name, rivals[0]))


def _greatest_share(own: Statement) -> Number | None:
    """The greatest share that the text names, where "most" may stand for it."""
    shares = [n for n in own.numbers if n.unit == "percent"]
    return max(shares, key=lambda n: n.value, default=None)
