"""Learn the weights of `assistant.guards.scorer`, and say how well they do on messages not seen.

    python -m assistant.training.guard_scorer [--write] [--test FILE ...]

The examples are in guard_messages.txt, one to a line: kind, bar, message; and in the questions of
`sites/`, all of them ordinary. Each fifth is scored by what the other four taught; thresholds are
set on those scores. `--test` scores files of
the same form that nothing was learned from. Without `--write` nothing is changed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from assistant.guards.scorer import WEIGHTS, Floats, packed, pieces_of
from assistant.guards.wording import BUCKETS, wording
from vectorstore.analysis import fold
from vectorstore.embed import PackagedEmbedder

MESSAGES = Path(__file__).with_name("guard_messages.txt")
SITES = Path(__file__).with_name("sites")
SITE = "ordinary:site"  # kind of a question that somebody asks a site; none is written to mislead
WRONG_SITE = {"danger": 0.012}  # of those, taken over wrongly
WRONG_SITE_REFUSAL = 0.004
GUARDS = ("danger", "unsafe", "advice_legal", "advice_medical", "orders")
# Of ordinary questions, taken over wrongly. Most examples of these were written to be mistaken.
WRONG = {"danger": 0.050, "unsafe": 0.015, "orders": 0.005}
WRONG_BY_WORDS = {"danger": 0.05}  # where there is no encoder: rather one too many
WRONG_REFUSAL = 0.01
FOLDS = 5
WORDS_C, MEANING_C = 30.0, 27.0  # inverse strength of L2; 10 to 100 and 10 to 30 make no difference
MEANING_SHARE = 0.6  # 0.5 to 1.0 differ by less than half a point of recall
RARE_WEIGHT = 6.0  # at most, of a refused message against one that is not

Example = tuple[str, str]  # kind, message


def read_examples(path: Path) -> list[Example]:
    """The examples of a file, each message once."""
    found: dict[str, Example] = {}
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, message = line.split(" | ", 1)
            found.setdefault(fold(message), (kind, message))
    return list(found.values())


def read_site_questions() -> list[Example]:
    """The questions of the training sites."""
    rows = [
        json.loads(line)
        for path in sorted(SITES.glob("*/questions.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return [(SITE, row["question"]) for row in rows]


class Seen:
    """Examples as the two readings see them.

    Attributes:
        kinds: one per example, "danger:child" and the like with its situation.
        words: (n, BUCKETS).
        meanings: (n, 512).
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self.kinds = np.array([kind for kind, _ in examples])
        self.guards = np.array([kind.split(":")[0] for kind, _ in examples])
        texts = [" ".join(pieces_of(message)[:1]) for _, message in examples]
        rows = [wording(text) for text in texts]
        self.words = sparse.csr_matrix(
            (
                np.concatenate([strengths for _, strengths in rows]),
                np.concatenate([buckets for buckets, _ in rows]),
                np.cumsum([0, *(len(buckets) for buckets, _ in rows)]),
            ),
            shape=(len(rows), BUCKETS),
        )
        self.meanings = PackagedEmbedder().encode_queries(texts)


class Learned:
    """The two linear readings of one kind."""

    def __init__(self, seen: Seen, rows: Any, wanted: Any) -> None:
        rare = min(len(rows) / (2 * wanted.sum()), RARE_WEIGHT)
        weights = {True: rare, False: len(rows) / (2 * (len(rows) - wanted.sum()))}

        def fit(data: Any, c: float) -> LogisticRegression:
            model = LogisticRegression(
                C=c, class_weight=weights, solver="liblinear", random_state=0, max_iter=500
            )
            return model.fit(data[rows], wanted)

        self._words, self._meaning = (
            fit(seen.words, WORDS_C),
            fit(seen.meanings, MEANING_C),
        )

    def scores(self, seen: Seen, rows: Any) -> tuple[Floats, Floats]:
        """By the wording alone, and by both readings."""
        worded = self._words.decision_function(seen.words[rows])
        meant = MEANING_SHARE * self._meaning.decision_function(seen.meanings[rows])
        return worded, worded + meant

    def document(self, words_threshold: float, threshold: float) -> dict[str, Any]:
        """What `Scorer` reads; the constants of both readings go into the thresholds."""
        words, scale = packed(self._words.coef_[0].astype(np.float32))
        constant = float(self._words.intercept_[0])
        both = constant + MEANING_SHARE * float(self._meaning.intercept_[0])
        return {
            "words": words,
            "words_scale": round(scale, 8),
            "words_threshold": round(words_threshold - constant, 4),
            "meaning": [round(float(w) * MEANING_SHARE, 3) for w in self._meaning.coef_[0]],
            "threshold": round(threshold - both, 4),
        }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="replace the weights that ship")
    parser.add_argument("--test", nargs="*", type=Path, default=[], help="files to score")
    asked = parser.parse_args()
    seen = Seen([*read_examples(MESSAGES), *read_site_questions()])
    tests = {path: Seen(read_examples(path)) for path in asked.test}
    kinds: dict[str, Any] = {}
    for kind in GUARDS:
        kinds[kind] = _learn(kind, seen, tests)
    in_danger = np.flatnonzero(np.char.find(seen.kinds, "danger:") == 0)
    for situation in sorted(set(seen.kinds[in_danger])):
        learned = Learned(seen, in_danger, seen.kinds[in_danger] == situation)
        kinds[str(situation)] = learned.document(0.0, 0.0)
    if asked.write:
        made = f"{datetime.now(UTC):%Y-%m-%d}, {len(seen.kinds)} messages"
        document = json.dumps({"version": made, "kinds": kinds}, indent=0)
        WEIGHTS.write_text(document + "\n", "ascii")
        print(f"wrote {WEIGHTS.stat().st_size:,} bytes: {made}")


def _learn(kind: str, seen: Seen, tests: dict[Path, Seen]) -> dict[str, Any]:
    """One kind against all others; prints what was found of messages that it had not seen."""
    wanted = seen.guards == kind
    every = np.arange(len(wanted))
    worded, both = np.zeros(len(every)), np.zeros(len(every))
    for fold_no in range(FOLDS):
        held = every % FOLDS == fold_no
        learned = Learned(seen, every[~held], wanted[~held])
        worded[held], both[held] = learned.scores(seen, every[held])
    asked = seen.kinds == SITE
    ordinary = (seen.guards == "ordinary") & ~asked
    wrong = WRONG.get(kind, WRONG_REFUSAL)
    wrong_asked = WRONG_SITE.get(kind, WRONG_SITE_REFUSAL)
    least_worded, least = (
        max(
            float(np.quantile(scores[ordinary], 1 - of_ordinary)),
            float(np.quantile(scores[asked], 1 - of_asked)),
        )
        for scores, of_ordinary, of_asked in (
            (worded, WRONG_BY_WORDS.get(kind, wrong), WRONG_BY_WORDS.get(kind, wrong_asked)),
            (both, wrong, wrong_asked),
        )
    )
    _report(f"{kind} cross-validated, words", wanted, worded > least_worded, ordinary)
    _report(f"{kind} cross-validated", wanted, both > least, ordinary)
    _report(f"{kind} cross-validated, sites", wanted, both > least, asked)
    learned = Learned(seen, every, wanted)
    for path, test in tests.items():
        rows = np.arange(len(test.kinds))
        words_said, said = learned.scores(test, rows)
        plain = test.guards == "ordinary"
        if (test.guards == kind).any() or plain.any():
            _report(
                f"{path.name} {kind}, words", test.guards == kind, words_said > least_worded, plain
            )
            _report(f"{path.name} {kind}", test.guards == kind, said > least, plain)
    return learned.document(least_worded, least)


def _report(what: str, wanted: Any, found: Any, ordinary: Any) -> None:
    recall = found[wanted].mean() if wanted.any() else float("nan")
    wrong = found[ordinary].mean() if ordinary.any() else float("nan")
    print(
        f"{what}: {recall:.3f} of {wanted.sum()} found, "
        f"{wrong:.3f} of {ordinary.sum()} ordinary taken"
    )


if __name__ == "__main__":
    main()
