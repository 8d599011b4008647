"""Learn the weights of `assistant.extract`, and say how well they do on articles not seen.

    python -m assistant.training.sentence_scorer --xquad DIR --site DIR [--cache FILE] [--write]

`--xquad` holds `xquad-*.en.json` and `xquad-*.ar.json` (SQuAD 1.1 format, the same questions in the
same order), `--site` the pages that `site_pairs.jsonl` asks about. Both are ingested into temporary
stores and searched with the product's own retriever; `--cache` keeps what was found. Without
`--write` nothing is changed.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from assistant import extract as extraction
from assistant.evidence import FEATURES, Evidence, Floats
from assistant.extract import CONFIDENCE_FEATURES, Weights, confidence_features
from assistant.question import language_of, read_question
from vectorstore import analysis
from vectorstore.types import Passage

PAIRS = Path(__file__).with_name("site_pairs.jsonl")
TOP_K = 10  # as many passages as the assistant looks at
FOLDS = 6  # of 24 articles: four are left out at a time
SENTENCE_L2, SENTENCE_EPOCHS, SENTENCE_RATE = 0.01, 60, 0.05  # swept: 1e-4 to 3e-2 move top2 by 0.5
CONFIDENCE_L2 = 10.0  # on standardised features; 0.3 to 30 make no difference
# Swapped questions are made up, and teach at the price of 0.003 of AUROC on the real ones.
SWAPPED_WEIGHT, CROSS_WEIGHT = 0.25, 0.3
SITE_WEIGHT = 3  # a site question counts as three of XQuAD, which has nearly eight times as many
FALSE_ANSWERS = 0.05  # of unanswerable questions, at a confidence of one half
PAIRS_OF_LANGUAGES = (("en", "en"), ("ar", "ar"), ("ar", "en"), ("en", "ar"))


@dataclass(slots=True)
class Case:
    """A question with what was found for it.

    Attributes:
        setting: "xquad en-ar all", "xquad ar-ar even", "swapped en", "site": where it comes from.
        group: what must not be both learned from and tested on.
        answerable: whether the page that answers is among those that were searched.
        holds: per passage and sentence, whether it holds the answer.
        shows: the same wherever the answer's words stand, whatever the page.
    """

    setting: str
    group: str
    question: str
    passages: tuple[Passage, ...]
    answerable: bool
    holds: list[list[bool]]
    shows: list[list[bool]]


# --- cases -----------------------------------------------------------------------------------


def gather(xquad: Path, site: Path) -> list[Case]:
    """Every case, from freshly built stores."""
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        data = {
            lang: _squad(next(iter(sorted(xquad.glob(f"xquad*.{lang}.json")))))
            for lang in ("en", "ar")
        }
        for lang, (pages, _) in data.items():
            for cut, keeps in (("all", (0, 1)), ("even", (0,)), ("odd", (1,))):
                source = work / f"{lang}-{cut}.jsonl"
                rows = [_page(lang, i, *page) for i, page in enumerate(pages) if i % 2 in keeps]
                source.write_text(
                    "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8"
                )
                search = _store(source, work / f"store-{lang}-{cut}")
                for asked, about in PAIRS_OF_LANGUAGES:
                    if about == lang:
                        cases += _xquad_cases(data, asked, about, cut, keeps, search)
        search = _store(site, work / "store-site")
        cases += _site_cases(search)
    return cases


def _squad(path: Path) -> tuple[list[tuple[str, str]], list[tuple[str, int, str, list[str]]]]:
    pages: list[tuple[str, str]] = []
    questions: list[tuple[str, int, str, list[str]]] = []
    for article, content in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        for paragraph in content["paragraphs"]:
            for asked in paragraph["qas"]:
                answers = [a["text"] for a in asked["answers"]]
                questions.append((asked["question"], len(pages), f"article {article}", answers))
            pages.append((content.get("title") or "", paragraph["context"]))
    return pages, questions


def _page(lang: str, number: int, title: str, text: str) -> dict[str, str]:
    title = (title or f"Page {number}").replace("_", " ")
    return {
        "url": f"https://{lang}.example.org/p/{number}",
        "title": title,
        "text": text,
        "language": lang,
    }


def _store(source: Path, store: Path) -> Callable[[str], tuple[Passage, ...]]:
    from assistant.build import build_retriever
    from assistant.settings import Settings

    command = [sys.executable, "-m", "assistant", "ingest", str(source), "--store", str(store)]
    subprocess.run(command, check=False, capture_output=True)
    retriever = build_retriever(Settings(store=store))
    return lambda query: retriever.search(query, TOP_K).passages


def _xquad_cases(
    data: dict[str, Any],
    asked: str,
    about: str,
    cut: str,
    keeps: Sequence[int],
    search: Callable[[str], tuple[Passage, ...]],
) -> Iterable[Case]:
    names = sorted({m for q, *_ in data[asked][1] for m in _inner_names(q)})
    chance = random.Random(7)
    for (text, gold, group, _), (*_, answers) in zip(data[asked][1], data[about][1], strict=True):
        passages = search(text)
        url = f"https://{about}.example.org/p/{gold}"
        yield _case(
            f"xquad {asked}-{about} {cut}", group, text, passages, gold % 2 in keeps, url, answers
        )
        if cut == "all" and asked == about:
            swapped = _swap(text, names, chance)
            if swapped:
                yield _case(f"swapped {asked}", group, swapped, search(swapped), False, "", [])


def _case(
    setting: str,
    group: str,
    text: str,
    passages: tuple[Passage, ...],
    answerable: bool,
    url: str,
    answers: Sequence[str],
) -> Case:
    shows = [[any(_has(s.text, a) for a in answers) for s in p.sentences] for p in passages]
    holds = [
        [shown and p.chunk.url.startswith(url) for shown in row]
        for p, row in zip(passages, shows, strict=True)
    ]
    return Case(setting, group, text, passages, answerable, holds, shows)


def _site_cases(search: Callable[[str], tuple[Passage, ...]]) -> Iterable[Case]:
    for line in PAIRS.read_text("utf-8").splitlines():
        pair = json.loads(line)
        passages = search(pair["question"])
        shows = [
            [
                any(part in p.chunk.url for part in pair["urls"])
                and any(_has(s.text, e) for e in pair["evidence"])
                for s in p.sentences
            ]
            for p in passages
        ]
        group = f"site {pair['urls'][0] if pair['urls'] else pair['question']}"
        answerable = bool(pair["evidence"])
        if answerable and not any(map(any, shows)):
            continue  # not found by the search: nothing to learn about choosing
        yield Case("site", group, pair["question"], passages, answerable, shows, shows)
        if answerable:  # the same question, had the page never been written
            without = [
                (p, row)
                for p, row in zip(passages, shows, strict=True)
                if not any(part in p.chunk.url for part in pair["urls"])
            ]
            empty = [[False] * len(p.sentences) for p, _ in without]
            left = tuple(p for p, _ in without)
            yield Case("site without", group, pair["question"], left, False, empty, empty)


def _fold(text: str) -> str:
    return re.sub(r"[^\w%]+", " ", analysis.fold(text)).strip()


def _has(text: str, answer: str) -> bool:
    return _fold(answer) in _fold(text)


_INNER_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?: [A-Z][a-z]+)*")
_ORDINALS = {
    "first": "fourth", "second": "fifth", "third": "sixth", "last": "seventh",
    "الأول": "الرابع", "الأولى": "الرابعة", "أول": "رابع", "الثاني": "الخامس", "الثانية": "الخامسة",
    "الثالث": "السادس", "الثالثة": "السادسة",
}  # fmt: skip


def _inner_names(text: str) -> list[str]:
    return _INNER_NAME.findall(text)


def _swap(text: str, names: Sequence[str], chance: random.Random) -> str | None:
    """The question about something else: another year, number, place in a row, or name."""
    number = re.search(r"\d{2,}", text)
    if number:
        other = str(int(number.group()) + chance.choice((-7, -4, 3, 6, 11)))
        return text.replace(number.group(), other)
    for word, other in _ORDINALS.items():
        if re.search(rf"\b{word}\b", text):
            return re.sub(rf"\b{word}\b", other, text, count=1)
    own = _inner_names(text)
    if own and language_of(text) == "en":
        return text.replace(own[0], chance.choice([n for n in names if n not in own]))
    return None


# --- learning --------------------------------------------------------------------------------


@dataclass(slots=True)
class Prepared:
    """A case as numbers."""

    case: Case
    evidence: Evidence
    features: Floats
    holds: np.typing.NDArray[np.bool_]


def prepare(case: Case) -> Prepared:
    """Compare the question with its passages."""
    question = read_question(case.question)
    evidence = Evidence(question, case.passages)
    holds = np.array([flag for row in case.holds for flag in row], dtype=bool)
    return Prepared(case, evidence, evidence.matrix(question.asked), holds)


def fit_sentences(cases: Sequence[Prepared], columns: Sequence[int] | None = None) -> Floats:
    """Weights under which the softmax over all sentences falls on those that hold the answer.

    Only the sum over the sentences that hold it counts. Adam on the log-likelihood, with a
    quadratic penalty on weights of standardised features.

    Returns:
        `(len(FEATURES),)`, for features as they are; 0 outside `columns`.
    """
    chosen = list(range(len(FEATURES))) if columns is None else list(columns)
    most = max(len(c.features) for c in cases)
    x = np.zeros((len(cases), most, len(chosen)))
    y = np.zeros((len(cases), most))
    real = np.zeros((len(cases), most), dtype=bool)
    for row, one in enumerate(cases):
        x[row, : len(one.features)] = one.features[:, chosen]
        y[row, : len(one.features)] = one.holds
        real[row, : len(one.features)] = True
    scale = x[real].std(0) + 1e-6
    x = (x - x[real].mean(0)) / scale * real[..., None]
    weights = np.zeros(len(chosen))
    first, second, step = np.zeros_like(weights), np.zeros_like(weights), 0
    order = np.random.default_rng(0)
    for epoch in range(SENTENCE_EPOCHS):
        rate = SENTENCE_RATE * 0.5 * (1 + np.cos(np.pi * epoch / SENTENCE_EPOCHS))
        shuffled = order.permutation(len(x))
        for begin in range(0, len(x), 128):
            batch = shuffled[begin : begin + 128]
            raw = np.where(real[batch], x[batch] @ weights, -np.inf)
            share = np.exp(raw - raw.max(1, keepdims=True))
            share /= share.sum(1, keepdims=True)
            right = share * y[batch]
            right /= right.sum(1, keepdims=True) + 1e-12
            slope = np.einsum("bn,bnf->f", share - right, x[batch]) / len(batch)
            slope += SENTENCE_L2 * weights
            step += 1
            first = 0.9 * first + 0.1 * slope
            second = 0.999 * second + 0.001 * slope**2
            weights -= (
                rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
            )
    full = np.zeros(len(FEATURES))
    full[chosen] = weights / scale
    return full


def fit_confidence(x: Floats, y: Floats, counts: Floats) -> tuple[Floats, float]:
    """Logistic regression by Newton's method; gives weights for features as they are, and bias."""
    mean, scale = x.mean(0), x.std(0) + 1e-6
    z = np.c_[(x - mean) / scale, np.ones(len(x))]
    penalty = np.diag([CONFIDENCE_L2] * x.shape[1] + [1e-6])
    w = np.zeros(z.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-z @ w))
        slope = z.T @ (counts * (p - y)) + penalty @ w
        curve = (z * (counts * p * (1 - p) + 1e-9)[:, None]).T @ z + penalty
        w -= np.linalg.solve(curve, slope)
    weights = w[:-1] / scale
    return weights, float(w[-1] - mean @ weights)


def learn(cases: Sequence[Prepared]) -> Weights:
    """Both models from these cases."""
    helpful = [
        c
        for c in cases
        if c.holds.any() and (c.case.setting == "site" or c.case.setting.endswith("all"))
    ]
    site = [c for c in helpful if c.case.setting == "site"]
    sentence = fit_sentences([*helpful, *site * (SITE_WEIGHT - 1)])
    told = [c for c in cases if not c.case.setting.endswith("all")]
    bare = Weights(sentence, np.zeros(len(CONFIDENCE_FEATURES)), 0.0)
    x = np.stack([confidence_of(c, bare) for c in told])
    y = np.array([float(c.case.answerable) for c in told])
    counts = np.array([_count(c.case.setting) for c in told])
    confidence, bias = fit_confidence(x, y, counts)
    return Weights(sentence, confidence, bias)


def _count(setting: str) -> float:
    if setting.startswith("site"):
        return float(SITE_WEIGHT) if setting == "site" else 1.0
    if setting.startswith("swapped"):
        return SWAPPED_WEIGHT
    return 1.0 if setting[6:8] == setting[9:11] else CROSS_WEIGHT


def confidence_of(one: Prepared, weights: Weights) -> Floats:
    """The features of the confidence under these sentence weights."""
    if not len(one.features):
        return np.zeros(len(CONFIDENCE_FEATURES))
    scores = one.features @ weights.sentence
    return confidence_features(one.evidence, scores, pick(one, weights))


def pick(one: Prepared, weights: Weights) -> list[int]:
    """What the assistant would choose under these weights."""
    scores = one.features @ weights.sentence
    return extraction.pick(one.evidence, scores, weights, 4)


# --- telling ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What came out for one case that was not learned from."""

    case: Case
    first: bool
    two: bool
    words: int
    logit: float


def cross_validate(cases: Sequence[Prepared]) -> list[Outcome]:
    """Every case, judged by weights that have not seen its article or page."""
    groups = sorted({c.case.group for c in cases})
    random.Random(0).shuffle(groups)
    outcomes: list[Outcome] = []
    for fold in range(FOLDS):
        left_out = set(groups[fold::FOLDS])
        weights = learn([c for c in cases if c.case.group not in left_out])
        outcomes += [judge(c, weights) for c in cases if c.case.group in left_out]
    return outcomes


def judge(one: Prepared, weights: Weights) -> Outcome:
    """What the assistant would have said."""
    if not len(one.features):
        return Outcome(one.case, False, False, 0, -30.0)
    scores = one.features @ weights.sentence
    picked = extraction.pick(one.evidence, scores, weights, 4)
    read = extraction.read(one.evidence, scores, picked)
    texts = [c.sentence.text for c in read]
    rank = {id(p): i for i, p in enumerate(one.case.passages)}
    shown = []
    for chosen in read:
        flags = one.case.shows[rank[id(chosen.passage)]]
        spans = chosen.passage.sentences
        inside = [
            flag
            for flag, s in zip(flags, spans, strict=True)
            if chosen.sentence.start <= s.start and s.end <= chosen.sentence.end
        ]
        shown.append(any(inside))
    features = confidence_features(one.evidence, scores, picked)
    logit = float(features @ weights.confidence)
    logit -= extraction.objections(one.evidence, features, picked)
    return Outcome(
        one.case,
        any(shown[:1]),
        any(shown[:2]),
        sum(len(t.split()) for t in texts),
        logit + weights.bias,
    )


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """The chance that an answerable question is trusted more than an unanswerable one."""
    a, b = np.array(yes)[:, None], np.array(no)[None]
    return float(((a > b) + 0.5 * (a == b)).mean())


def cuts(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """The logits of English and of Arabic questions that FALSE_ANSWERS of the unanswerable pass."""
    found = []
    for lang in ("en", "ar"):
        no = [
            o.logit
            for o in outcomes
            if o.case.setting in (f"xquad {lang}-{lang} even", f"xquad {lang}-{lang} odd")
            and not o.case.answerable
        ]
        found.append(float(np.quantile(no, 1 - FALSE_ANSWERS)))
    return found[0], found[1]


def figures(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """The figures per setting."""
    english, arabic = cuts(outcomes)
    told: dict[str, dict[str, float]] = {}

    def passed(o: Outcome) -> bool:
        return o.logit > (arabic if language_of(o.case.question) == "ar" else english)

    for pair in ("en-en", "ar-ar", "ar-en", "en-ar"):
        every = [o for o in outcomes if o.case.setting == f"xquad {pair} all"]
        halves = [
            o for o in outcomes if o.case.setting in (f"xquad {pair} even", f"xquad {pair} odd")
        ]
        yes = [o for o in halves if o.case.answerable]
        no = [o for o in halves if not o.case.answerable]
        told[f"xquad {pair}"] = {
            "top1": float(np.mean([o.first for o in every])),
            "top2": float(np.mean([o.two for o in every])),
            "words": float(np.median([o.words for o in every])),
            "auroc": auroc([o.logit for o in yes], [o.logit for o in no]),
            "answerable_answered": float(np.mean([passed(o) for o in yes])),
            "unanswerable_answered": float(np.mean([passed(o) for o in no])),
        }
    for setting in ("swapped en", "swapped ar"):
        some = [o for o in outcomes if o.case.setting == setting]
        told[setting] = {"answered": float(np.mean([passed(o) for o in some]))}
    for lang in ("en", "ar"):
        site = [o for o in outcomes if language_of(o.case.question) == lang]
        yes = [o for o in site if o.case.setting == "site" and o.case.answerable]
        no = [o for o in site if o.case.setting == "site" and not o.case.answerable]
        without = [o for o in site if o.case.setting == "site without"]
        told[f"site {lang}"] = {
            "right_sentence": float(np.mean([o.two for o in yes])),
            "answerable_answered": float(np.mean([passed(o) for o in yes])),
            "unanswerable_answered": float(np.mean([passed(o) for o in no])),
            "page_removed_answered": float(np.mean([passed(o) for o in without])),
            "auroc": auroc([o.logit for o in yes], [o.logit for o in no]),
        }
    return {k: {n: round(v, 4) for n, v in f.items()} for k, f in told.items()}


def write(weights: Weights, outcomes: Sequence[Outcome], command: str) -> None:
    """Store the weights so that a confidence of one half is the shipped threshold."""
    english, arabic = cuts(outcomes)
    confidence = dict(zip(CONFIDENCE_FEATURES, weights.confidence.tolist(), strict=True))
    confidence["arabic"] += english - arabic
    confidence["bias"] = weights.bias - english
    document = {
        "about": "Weights of assistant/extract.py",
        "data": "XQuAD (Artetxe, Ruder, Yogatama 2020, CC BY-SA 4.0), English and Arabic, first "
        "24 articles; and assistant/training/site_pairs.jsonl, written for this product.",
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "cross_validated": figures(outcomes),
        "protocol": f"{FOLDS} folds over articles and pages. With every second page of XQuAD left "
        f"out, {FALSE_ANSWERS:.1%} of unanswerable questions pass a confidence of 0.5",
        "sentence": {
            n: round(v, 5) for n, v in zip(FEATURES, weights.sentence.tolist(), strict=True)
        },
        "confidence": {n: round(v, 5) for n, v in confidence.items()},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    extraction.WEIGHTS.write_text(text + "\n", "utf-8")


def main() -> None:
    """Gather, cross-validate, print; with `--write`, store weights learned from everything."""
    parser = argparse.ArgumentParser(description="Learn which sentence answers.")
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        cases: list[Case] = pickle.loads(options.cache.read_bytes())  # our own file
    else:
        cases = gather(options.xquad, options.site)
        if options.cache:
            options.cache.write_bytes(pickle.dumps(cases))
    prepared = [prepare(case) for case in cases]
    outcomes = cross_validate(prepared)
    for name, told in figures(outcomes).items():
        print(name, json.dumps(told))
    if options.write:
        command = "python -m assistant.training.sentence_scorer --xquad DIR --site DIR --write"
        write(learn(prepared), outcomes, command)


if __name__ == "__main__":
    main()
