"""All, most, some, only, none."""

from __future__ import annotations

from assistant.statement import (
    Statement,
)
from assistant.support.comparison import Comparison
from assistant.types import Difference


def compare_quantity(claim: Statement, own: Statement, found: Comparison) -> None:
    """Lay all, most, some, only and none side by side."""
    ours, theirs = claim.quantifiers, own.quantifiers
    if "except" in ours and "except" not in theirs:
        if "all" in theirs:
            found.differences.append(Difference("quantity", "except", "all"))
        else:
            found.missing.append("quantity")
        return
    for name in ("only", "all", "most", "none"):
        if name == "none" and any(d.kind == "negation" for d in found.differences):
            continue
        if name in ours and name not in theirs:
            rival = next((q for q in ("all", "only", "most", "some") if q in theirs), None)
            if rival and name != "none":
                found.differences.append(Difference("quantity", name, rival))
            else:
                found.missing.append("quantity")
    if "only" in theirs and "only" not in ours and not ours:
        found.missing.append("quantity")
    if "some" in ours and "all" in theirs and "all" not in ours:
        found.differences.append(Difference("quantity", "some", "all"))
