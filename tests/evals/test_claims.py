"""Claims about two sites, judged as a whole, with floors a little below what was measured.

The first site is tests/data/site; the pages of the others and all claims were written for this
product, those of the training sites mostly in other words than the pages. Run
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
from tests.places import PRODUCT

DATA = Path(__file__).parents[1] / "data"
SITES = PRODUCT / "assistant" / "training" / "sites"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "claims", "right", "passed"),
    [
        (DATA / "site", DATA / "claims.jsonl", 0.86, 0.0),
        (DATA / "elsewhere/pages.jsonl", DATA / "elsewhere/claims.jsonl", 0.74, 0.006),
        (SITES / "harbour/pages.jsonl", SITES / "harbour/claims.jsonl", 0.58, 0.02),
        (SITES / "cedar/pages.jsonl", SITES / "cedar/claims.jsonl", 0.72, 0.012),
        (SITES / "lantern/pages.jsonl", SITES / "lantern/claims.jsonl", 0.54, 0.02),
    ],
)
def test_claims_are_judged_right(
    tmp_path: Path, source: Path, claims: Path, right: float, passed: float
) -> None:
    settings = Settings(store=tmp_path / "store")
    Maintainer(settings, load_profile(settings.profile)).ingest([str(source)])
    check = build_fact_checker(settings).check
    judged = Counter(
        (claim["lang"], claim["label"], str(check(claim["claim"]).verdict))
        for claim in map(json.loads, claims.read_text("utf-8").splitlines())
    )
    total = sum(judged.values())
    print(json.dumps({" ".join(k): n for k, n in sorted(judged.items())}, indent=1))

    assert sum(n for (_, label, got), n in judged.items() if label == got) / total >= right
    wrongly = sum(
        n for (_, label, got), n in judged.items() if (label, got) == ("contradicted", "supported")
    )
    assert wrongly / total <= passed
