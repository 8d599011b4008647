"""Learn the weights of `assistant.extract`, and say how well they do on articles not seen.

    python -m assistant.training.sentence_scorer --xquad DIR [--cache FILE] [--write]

`--xquad` holds `xquad-*.en.json` and `xquad-*.ar.json` (SQuAD 1.1 format, the same questions in the
same order). The folders of `sites/` hold pages and questions with marked evidence, all written for
this product. Both are ingested into temporary stores and searched as the product searches;
`--cache` keeps what was found. Without `--write` nothing is changed.
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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant import extract as extraction
from assistant import quote
from assistant.build import build_assistant
from assistant.confidence import CONFIDENCE_FEATURES, confidence_features, objections
from assistant.documents import turns_of
from assistant.evaluate import Task, read_task
from assistant.evidence import Evidence, Floats, kind_of
from assistant.extract import Weights
from assistant.features import FEATURES, features_of
from assistant.find import find
from assistant.pipeline import Assistant
from assistant.question import Asked, Question, language_of, read_question
from assistant.settings import Settings
from assistant.types import Turn
from vectorstore import analysis
from vectorstore.embed import PACKAGED, make_embedder
from vectorstore.types import Passage
from vectorstore.words import WordVectors

SITES = Path(__file__).with_name("sites")
FOLDS = 5  # a site and some five articles are left out at a time
# Of the questions of XQuAD every so manieth is taken, by whether question and pages are of one
# language, and by whether all pages or every second one is there: so that a run takes minutes. What
# the rest would change was not measured.
STEPS = {
    True: {"all": 1, "even": 2, "odd": 2},
    False: {"all": 3, "even": 8, "odd": 8},
}
SENTENCE_L2, SENTENCE_EPOCHS, SENTENCE_RATE = 0.01, 40, 0.05  # swept: 1e-4 to 3e-2 move top2 by 0.5
CONFIDENCE_L2 = 10.0  # on standardised features; 0.3 to 30 make no difference
# Swapped questions are made up: on bare texts they cost 0.005 of AUROC on the real ones. So do the
# questions of sites; a site has near misses of its own, and too few cases to learn from them alone.
SWAPPED_WEIGHT = {"text": 0.0, "site": 0.06}
CONFIDENCE_OTHER_KIND = {"text": 0.0, "site": 0.25}
CROSS_WEIGHT = 0.3
NEAR_MISS_WEIGHT = 2.0  # of a site's own questions, beside the same without their pages
OTHER_KIND_WEIGHT = 0.25  # of bare texts in the weights for sites, and the reverse
KINDS = ("text", "site")
FALSE_ANSWERS = 0.05  # of unanswerable questions on bare texts, at a confidence of one half
SITE_FALSE_ANSWERS = 0.31  # of near misses and matters out of scope on sites, all made to be hard
PAIRS_OF_LANGUAGES = (("en", "en"), ("ar", "ar"), ("ar", "en"), ("en", "ar"))


@dataclass(slots=True)
class Case:
    """A question with what was found for it.

    Attributes:
        setting: "xquad en-ar all", "xquad ar-ar even", "swapped en", "site": where it comes from.
        group: what must not be both learned from and tested on: an article, or a whole site.
        answerable: whether the page that answers is among those that were searched.
        holds: per passage and sentence, whether it holds the answer.
        shows: the same wherever the answer's words stand, whatever the page.
        task: what a right answer holds, where the question comes from a site.
    """

    setting: str
    group: str
    question: str
    passages: tuple[Passage, ...]
    answerable: bool
    holds: list[list[bool]]
    shows: list[list[bool]]
    task: Task | None = None


@dataclass(slots=True)
class Store:
    """A store of the training's own: understands questions and finds passages as the product."""

    assistant: Assistant

    def case_of(self, text: str, history: Sequence[Turn] = ()) -> tuple[str, tuple[Passage, ...]]:
        """The question as it is searched for, and what is found."""
        searcher = self.assistant.retriever.session()
        question = self.assistant.understand(text, history, searcher)
        return question.text, find(question, searcher).passages


# --- cases -----------------------------------------------------------------------------------


def gather(xquad: Path, sites: Sequence[Path]) -> list[Case]:
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
                store = _store(source, work / f"store-{lang}-{cut}")
                for asked, about in PAIRS_OF_LANGUAGES:
                    if about == lang:
                        cases += _xquad_cases(
                            _some(data, asked == about, cut), asked, about, cut, keeps, store
                        )
        for site in sites:
            store = _store(site / "pages.jsonl", work / f"store-{site.name}")
            cases += _site_cases(site, store)
    return cases


def _some(data: dict[str, Any], one_language: bool, cut: str) -> dict[str, Any]:
    """The data with every so manieth question, others for each half of the pages."""
    step = STEPS[one_language][cut]
    return {
        lang: (pages, questions[int(cut == "odd") :: step])
        for lang, (pages, questions) in data.items()
    }


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


def _store(source: Path, store: Path) -> Store:
    command = [sys.executable, "-m", "assistant", "ingest", str(source), "--store", str(store)]
    subprocess.run(command, check=False, capture_output=True)
    return Store(build_assistant(Settings(store=store)))


def _xquad_cases(
    data: dict[str, Any],
    asked: str,
    about: str,
    cut: str,
    keeps: Sequence[int],
    store: Store,
) -> Iterable[Case]:
    names = sorted({m for q, *_ in data[asked][1] for m in _inner_names(q)})
    chance = random.Random(7)
    for (text, gold, group, _), (*_, answers) in zip(data[asked][1], data[about][1], strict=True):
        query, passages = store.case_of(text)
        url = f"https://{about}.example.org/p/{gold}"
        yield _case(
            f"xquad {asked}-{about} {cut}", group, query, passages, gold % 2 in keeps, url, answers
        )
        if cut == "all" and asked == about:
            swapped = _swap(text, names, chance)
            if swapped:
                yield _case(f"swapped {asked}", group, *store.case_of(swapped), False, "", [])


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
        [shown and p.chunk.url == url for shown in row]
        for p, row in zip(passages, shows, strict=True)
    ]
    return Case(setting, group, text, passages, answerable, holds, shows)


def _site_cases(site: Path, store: Store) -> Iterable[Case]:
    """A site's questions; those that are answered also as if their pages had not been written."""
    for number, line in enumerate((site / "questions.jsonl").read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        task = read_task(row, f"{site.name}, line {number}", turns_of)
        query, passages = store.case_of(task.question, task.history)
        evidence = row.get("evidence") or []
        holds = [
            [any(_is_evidence(p, s.text, e) for e in evidence) for s in p.sentences]
            for p in passages
        ]
        answerable = task.expect == "answer"
        if answerable and not any(map(any, holds)):
            holds = [[False] * len(p.sentences) for p in passages]
        group = f"site {site.name}"
        yield Case("site", group, query, passages, answerable, holds, holds, task)
        if answerable:
            named = {e["url"] for e in evidence} | set(task.urls)
            named |= {
                url for p in passages if p.chunk.url in named for url in p.alternates.values()
            }
            left = tuple(p for p in passages if p.chunk.url not in named)
            empty = [[False] * len(p.sentences) for p in left]
            yield Case("site without", group, query, left, False, empty, empty)


def _is_evidence(passage: Passage, sentence: str, evidence: Mapping[str, str]) -> bool:
    if passage.chunk.url != evidence["url"]:
        return False
    own, told = _fold(sentence), _fold(evidence["text"])
    return told in own or (len(own) > 20 and own in told)


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
    """A case as numbers.

    Attributes:
        kind: of the pages, as `assistant.evidence.kind_of` says.
    """

    case: Case
    kind: str
    evidence: Evidence
    features: Floats
    holds: np.typing.NDArray[np.bool_]


def prepare(case: Case) -> Prepared:
    """Compare the question with its passages."""
    question = read_question(case.question)
    evidence = Evidence(question, case.passages, alike=_words().alike)
    holds = np.array([flag for row in case.holds for flag in row], dtype=bool)
    kind = kind_of(case.passages)
    return Prepared(case, kind, evidence, features_of(evidence, question.asked), holds)


@lru_cache(maxsize=1)
def _words() -> WordVectors:
    return WordVectors(make_embedder(PACKAGED))


def fit_sentences(
    cases: Sequence[Prepared], counts: Floats, columns: Sequence[int] | None = None
) -> Floats:
    """Weights under which the softmax over all sentences falls on those that hold the answer.

    Only the sum over the sentences that hold it counts, each case for its count. Adam on the
    log-likelihood, with a quadratic penalty on weights of standardised features.

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
            off = (share - right) * counts[batch, None]
            slope = np.einsum("bn,bnf->f", off, x[batch]) / counts[batch].sum()
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


def learn(cases: Sequence[Prepared]) -> dict[str, Weights]:
    """Both models from these cases, for each kind of pages."""
    return {kind: _learn(cases, kind) for kind in KINDS}


def _learn(cases: Sequence[Prepared], kind: str) -> Weights:
    own = np.array([1.0 if c.kind == kind else OTHER_KIND_WEIGHT for c in cases])
    helpful = [
        i
        for i, c in enumerate(cases)
        if c.holds.any() and (c.case.setting == "site" or c.case.setting.endswith("all"))
    ]
    sentence = fit_sentences([cases[i] for i in helpful], own[helpful])
    bare = Weights(sentence, np.zeros(len(CONFIDENCE_FEATURES)), 0.0)
    told = [(c, count) for c in cases if (count := _count(c, kind)) > 0]
    x = np.stack([confidence_of(c, bare) for c, _ in told])
    y = np.array([float(c.case.answerable) for c, _ in told])
    counts = np.array([count for _, count in told])
    confidence, bias = fit_confidence(x, y, counts)
    return Weights(sentence, confidence, bias)


def _count(one: Prepared, kind: str) -> float:
    """How much a case counts for the confidence on pages of a kind; 0 where it does not."""
    setting = one.case.setting
    if setting.endswith("all"):
        return 0.0
    if setting.startswith("swapped"):
        return SWAPPED_WEIGHT[kind]
    count = 1.0 if one.kind == kind else CONFIDENCE_OTHER_KIND[kind]
    if setting.startswith("site"):
        return count * (NEAR_MISS_WEIGHT if setting == "site" else 1.0)
    return count if setting[6:8] == setting[9:11] else count * CROSS_WEIGHT


def confidence_of(one: Prepared, weights: Weights) -> Floats:
    """The features of the confidence under these sentence weights."""
    if not len(one.features):
        return np.zeros(len(CONFIDENCE_FEATURES))
    scores = one.features @ weights.sentence
    return confidence_features(one.evidence, scores, pick(one, weights).all)


def pick(one: Prepared, weights: Weights) -> quote.Picked:
    """What the assistant would choose under these weights."""
    scores = one.features @ weights.sentence
    return extraction.pick(one.evidence, scores, weights, extraction.MOST_SENTENCES)


# --- telling ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What came out for one case that was not learned from."""

    case: Case
    first: bool
    two: bool
    words: int
    logit: float
    right: bool = False


def cross_validate(cases: Sequence[Prepared]) -> list[Outcome]:
    """Every case, judged by weights that have not seen its article or page."""
    groups = sorted({c.case.group for c in cases if not c.case.group.startswith("site ")})
    random.Random(0).shuffle(groups)
    groups = sorted({c.case.group for c in cases} - set(groups)) + groups  # a fold each
    outcomes: list[Outcome] = []
    for fold in range(FOLDS):
        left_out = set(groups[fold::FOLDS])
        weights = learn([c for c in cases if c.case.group not in left_out])
        outcomes += [judge(c, weights) for c in cases if c.case.group in left_out]
    return outcomes


def judge(one: Prepared, by_kind: Mapping[str, Weights]) -> Outcome:
    """What the assistant would have said."""
    weights = by_kind[one.kind]
    if not len(one.features):
        return Outcome(one.case, False, False, 0, -30.0)
    scores = one.features @ weights.sentence
    picked = extraction.pick(one.evidence, scores, weights, extraction.MOST_SENTENCES)
    read = quote.read(one.evidence, scores, picked)
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
    features = confidence_features(one.evidence, scores, picked.all)
    logit = float(features @ weights.confidence)
    logit -= objections(one.evidence, features, picked.all)
    return Outcome(
        one.case,
        any(shown[:1]),
        any(shown[:2]),
        sum(len(t.split()) for t in texts),
        logit + weights.bias,
        one.case.task is not None and _tells_all(one.case.task, read, one.evidence.question),
    )


def _tells_all(task: Task, read: Sequence[quote.Chosen], question: Question) -> bool:
    """Whether the chosen sentences hold the facts and one of them stands on a page that should."""
    said = " ".join(c.sentence.text for c in read)
    if Asked.TIME in question.asked and read and (day := read[0].passage.chunk.published):
        said += f" {day.year}"
    told = [any(_has(said, w) for w in wordings) for wordings in task.facts]
    cited = {c.passage.chunk.url for c in read}
    enough = any(told) if task.any_fact else all(told)
    return enough and bool(cited.intersection(task.urls))


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """The chance that an answerable question is trusted more than an unanswerable one."""
    a, b = np.array(yes)[:, None], np.array(no)[None]
    return float(((a > b) + 0.5 * (a == b)).mean())


@dataclass(frozen=True, slots=True)
class Cuts:
    """The logits above which a question is answered, by kind of pages and language."""

    text: Mapping[str, float]
    site: Mapping[str, float]

    def passed(self, outcome: Outcome) -> bool:
        """Whether the question of this outcome is answered."""
        of_kind = self.site if outcome.case.setting.startswith("site") else self.text
        return outcome.logit > of_kind[language_of(outcome.case.question)]


def cuts(outcomes: Sequence[Outcome]) -> Cuts:
    """The logits that FALSE_ANSWERS of the unanswerable, SITE_FALSE_ANSWERS on sites, pass."""
    text: dict[str, float] = {}
    site: dict[str, float] = {}
    for lang in ("en", "ar"):
        halves = (f"xquad {lang}-{lang} even", f"xquad {lang}-{lang} odd")
        no = [o.logit for o in outcomes if o.case.setting in halves and not o.case.answerable]
        text[lang] = float(np.quantile(no, 1 - FALSE_ANSWERS))
        near = [
            o.logit
            for o in outcomes
            if o.case.setting == "site"
            and not o.case.answerable
            and language_of(o.case.question) == lang
        ]
        site[lang] = float(np.quantile(near, 1 - SITE_FALSE_ANSWERS))
    return Cuts(text, site)


def figures(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """The figures per setting."""
    passed = cuts(outcomes).passed
    told: dict[str, dict[str, float]] = {}
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
    for group in sorted({o.case.group for o in outcomes if o.case.setting == "site"}):
        for lang in ("en", "ar"):
            own = [
                o
                for o in outcomes
                if o.case.group == group and language_of(o.case.question) == lang
            ]
            yes = [o for o in own if o.case.setting == "site" and o.case.answerable]
            no = [o for o in own if o.case.setting == "site" and not o.case.answerable]
            without = [o for o in own if o.case.setting == "site without"]
            told[f"{group} {lang}"] = {
                "questions": len(yes) + len(no),
                "could_be_right": float(np.mean([o.right for o in yes])),
                "right": float(np.mean([o.right and passed(o) for o in yes])),
                "answered": float(np.mean([passed(o) for o in yes])),
                "unanswerable_answered": float(np.mean([passed(o) for o in no])),
                "page_removed_answered": float(np.mean([passed(o) for o in without])),
                "auroc": auroc([o.logit for o in yes], [o.logit for o in no]),
                "words": float(np.median([o.words for o in yes])),
            }
    return {k: {n: round(v, 4) for n, v in f.items()} for k, f in told.items()}


def write(by_kind: Mapping[str, Weights], outcomes: Sequence[Outcome], command: str) -> None:
    """Store the weights so that a confidence of one half is the shipped threshold."""
    limits = cuts(outcomes)
    stored = {}
    for kind, weights in by_kind.items():
        cut = limits.text if kind == "text" else limits.site
        confidence = dict(zip(CONFIDENCE_FEATURES, weights.confidence.tolist(), strict=True))
        confidence["arabic"] += cut["en"] - cut["ar"]
        confidence["bias"] = weights.bias - cut["en"]
        sentence = dict(zip(FEATURES, weights.sentence.tolist(), strict=True))
        stored[kind] = {
            "sentence": {name: round(value, 5) for name, value in sentence.items()},
            "confidence": {name: round(value, 5) for name, value in confidence.items()},
        }
    document = {
        "about": "Weights of assistant/extract.py",
        "data": "XQuAD (Artetxe, Ruder, Yogatama 2020, CC BY-SA 4.0), English and Arabic, first "
        "24 articles; and assistant/training/sites, written for this product.",
        "date": datetime.now(UTC).date().isoformat(),
        "command": command,
        "cross_validated": figures(outcomes),
        "protocol": f"{FOLDS} folds over articles and sites. With every second page of XQuAD left "
        f"out, {FALSE_ANSWERS:.0%} of unanswerable questions pass a confidence of 0.5; on sites "
        f"{SITE_FALSE_ANSWERS:.0%} of the near misses do",
        "weights": stored,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    extraction.WEIGHTS.write_text(text + "\n", "utf-8")


def main() -> None:
    """Gather, cross-validate, print; with `--write`, store weights learned from everything."""
    parser = argparse.ArgumentParser(description="Learn which sentence answers.")
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        cases: list[Case] = pickle.loads(options.cache.read_bytes())  # our own file
    else:
        cases = gather(options.xquad, sorted(path for path in SITES.iterdir() if path.is_dir()))
        if options.cache:
            options.cache.write_bytes(pickle.dumps(cases))
    prepared = [prepare(case) for case in cases]
    outcomes = cross_validate(prepared)
    for name, told in figures(outcomes).items():
        print(name, json.dumps(told))
    if options.write:
        command = "python -m assistant.training.sentence_scorer --xquad DIR --write"
        write(learn(prepared), outcomes, command)


if __name__ == "__main__":
    main()
