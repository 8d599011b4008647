"""Claims about two sites, judged as a whole, with floors a little below what was measured.

The first site is tests/data/site; the pages of the second and all claims were written for this
file, in batches, each judged once before anything was changed for it (docs/decisions/0006). Run
with `pytest -m slow -s tests/evals/test_claims.py` to see the table.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.build import build_fact_checker
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "claims", "right", "passed"),
    [
        ("site", "claims.jsonl", 0.84, 0.01),
        ("elsewhere/pages.jsonl", "elsewhere/claims.jsonl", 0.69, 0.02),
    ],
)
def test_claims_are_judged_right(
    tmp_path: Path, source: str, claims: str, right: float, passed: float
) -> None:
    settings = Settings(store=tmp_path / "store")
    Maintainer(settings, load_profile(settings.profile)).ingest([str(DATA / source)])
    check = build_fact_checker(settings).check
    judged = Counter(
        (claim["lang"], claim["label"], str(check(claim["claim"]).verdict))
        for claim in map(json.loads, (DATA / claims).read_text("utf-8").splitlines())
    )
    total = sum(judged.values())
    print(json.dumps({" ".join(k): n for k, n in sorted(judged.items())}, indent=1))

    assert sum(n for (_, label, got), n in judged.items() if label == got) / total >= right
    wrongly = sum(
        n for (_, label, got), n in judged.items() if (label, got) == ("contradicted", "supported")
    )
    assert wrongly / total <= passed
