"""Learn the weights of `assistant.support.likelihood`, and say how well they do on sites not seen.

    python -m assistant.training.claim_scorer SITE=PAGES:CLAIMS ... [--write]

SITE names a site, PAGES is what to ingest, CLAIMS a file of claims about it: JSON Lines with
`claim`, `lang` and `label` (supported, contradicted, not_found). Each site is judged by what the
others taught; a contradicted claim that would pass weighs three times. Without `--write` nothing
is changed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from assistant.build import build_fact_checker
from assistant.factcheck import FactChecker
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.statement import read_statement
from assistant.support.likelihood import FEATURES, WEIGHTS, features
from assistant.support.verdict import COSINE, OWN, WHOLE, Weighed, open_to_paraphrase

C = 0.3  # inverse strength of L2; 0.1 to 1 make no difference
PASSED_WEIGHT = 3.0  # of a contradicted claim beside any other
WRONG_SHOWN = 2  # texts per claim that is not supported, against one of a claim that is
LEAST = 0.5  # probability from which a text carries a statement; 0.4 passes one claim more

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examples:
    """Features of texts beside claims, whether each carries its claim, and how much it weighs."""

    x: Floats
    y: npt.NDArray[np.bool_]
    weight: Floats


def gather(pages: Path, claims: Path) -> Examples:
    """The texts that come nearest to each claim and are open to paraphrase."""
    rows: list[tuple[float, ...]] = []
    labels: list[bool] = []
    weights: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(store=Path(folder) / "store")
        Maintainer(settings, load_profile(settings.profile)).ingest([str(pages)])
        checker = build_fact_checker(settings)
        for line in claims.read_text("utf-8").splitlines():
            row = json.loads(line)
            carried = row["label"] == "supported"
            for values in _nearest(checker, row["claim"], 1 if carried else WRONG_SHOWN):
                rows.append(values)
                labels.append(carried)
                weights.append(PASSED_WEIGHT if row["label"] == "contradicted" else 1.0)
    return Examples(np.array(rows), np.array(labels), np.array(weights))


def _nearest(checker: FactChecker, claim: str, count: int) -> Iterator[tuple[float, ...]]:
    statement = read_statement(claim)
    told = statement.denies or statement.quantifiers or statement.ordinals
    fitting = [
        w
        for w in checker.weigh(claim)
        if open_to_paraphrase(w.comparison) and not (w.candidate.compound and told)
    ]
    for w in sorted(fitting, key=_strength, reverse=True)[:count]:
        evidence = w.candidate.evidence
        text = read_statement(evidence.text)
        yield features(
            statement, text, w.comparison, evidence.similarity, compound=w.candidate.compound
        )


def _strength(w: Weighed) -> float:
    cosine = w.candidate.evidence.similarity
    return WHOLE * w.comparison.whole + OWN * w.comparison.own + COSINE * cosine


def fit(examples: Sequence[Examples]) -> dict[str, object]:
    """Weights over standardised features."""
    x = np.concatenate([e.x for e in examples])
    mean, spread = x.mean(0), x.std(0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=C, max_iter=5_000).fit(
        (x - mean) / spread,
        np.concatenate([e.y for e in examples]),
        sample_weight=np.concatenate([e.weight for e in examples]),
    )
    return {
        "mean": [round(float(v), 5) for v in mean],
        "spread": [round(float(v), 5) for v in spread],
        "weight": [round(float(v), 5) for v in model.coef_[0]],
        "bias": round(float(model.intercept_[0]), 5),
        "least": LEAST,
    }


def _judge(learned: dict[str, object], seen: Examples) -> tuple[int, int, int]:
    mean, spread = np.array(learned["mean"]), np.array(learned["spread"])
    score = (seen.x - mean) / spread @ np.array(learned["weight"]) + float(str(learned["bias"]))
    shown = 1 / (1 + np.exp(-score)) >= LEAST
    wrong = shown & ~seen.y
    return int((shown & seen.y).sum()), int(seen.y.sum()), int(wrong.sum())


def main() -> None:
    """Learn, report by sites not seen, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", nargs="+")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    found: dict[str, Examples] = {}
    for given in args.sites:
        site, _, files = given.partition("=")
        pages, _, claims = files.partition(":")
        found[site] = gather(Path(pages), Path(claims))
    for site, seen in found.items():
        right, total, wrong = _judge(fit([e for s, e in found.items() if s != site]), seen)
        print(f"{site}: {right} of {total} supported texts, {wrong} wrong ones")
    if args.write:
        learned = {
            "about": "Weights of assistant/support/likelihood.py",
            "data": "Claims written for this product about sites written for this product: "
            + ", ".join(found),
            "date": datetime.now(UTC).date().isoformat(),
            "features": list(FEATURES),
            **fit(list(found.values())),
        }
        WEIGHTS.write_text(json.dumps(learned, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
