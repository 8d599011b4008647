"""Which verbatim sentences of the passages answer a question, and how sure that is.

Two small linear models over the numbers of `assistant.evidence`: one says which sentence holds the
answer, the other whether any does. Their weights stand in `extract_weights.json` with what they
were learned from; `python -m assistant.training.sentence_scorer` learns them anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.evidence import (
    FEATURES,
    SAME_WORD,
    Candidate,
    Evidence,
    Floats,
    Sign,
    ordinals_of,
    wanted_signs,
    words_of,
)
from assistant.question import Asked, Question, content_stems, read_question
from vectorstore import analysis
from vectorstore.types import Passage, Sentence

WEIGHTS = Path(__file__).with_name("extract_weights.json")

# Found on the development halves of XQuAD by cross-validation over articles, where not said
# otherwise.
SURE, SURE_IF_SHORT = 0.96, 0.993  # above this belief in the best sentence no second one is added
SHORT_ANSWER_WORDS = 48  # of both; longer answers have to be needed more
WORTH_ADDING = 0.01  # below this belief a second sentence is noise
SAME_PAGE_BONUS = 1.5  # for the answer to a further part of the question on the page of the first
PART_EMPHASIS = 3.0  # a part's own words count so much more than the rest of the question
PART_TOLD = 0.5  # share of a part's own words from which it counts as answered already
SAME_WORDS = 0.7  # share of common stems from which two sentences say the same
SAME_NAMES = 0.5  # share of common names and numbers from which one translates the other
BLOCK_CHARS = 700  # a list is quoted whole up to here; two short paragraphs, chosen by eye
# A budget without money, an address without a street, a label of three words: set by hand.
OBJECTION, FRAGMENT_WORDS = 2.0, 4
# Where fewer passages than usual can be found at all, none can stand out from many, and few can be
# right by chance: by hand, on stores of one page.
USUAL_PASSAGES, TINY_STORE = 10, 2.2
ANTECEDENT_WORDS = 30  # a longer sentence is not worth its words as an antecedent; chosen by eye

_CONDITIONS = tuple(
    analysis.fold(start)
    for start in (
        "except", "unless", "however", "but ", "only if", "provided", "this does not", "should you",
        "if you do not", "otherwise", "إلا", "بشرط", "ما لم", "باستثناء", "غير أن", "لكن", "ولكن",
        "وشرط", "على أن", "وإن لم", "إن لم",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence that belongs in the answer, with the passage it stands in.

    A list is one sentence with the line that leads to it: its text then runs over several lines.

    Attributes:
        score: 0 to 1, the share of belief that this sentence holds the answer.
    """

    passage: Passage
    sentence: Sentence
    score: float


@dataclass(frozen=True, slots=True)
class Extraction:
    """The sentences of an answer in the order in which they are read.

    Attributes:
        confidence: 0 to 1, how sure it is that they answer; 0 where there are none.
    """

    sentences: tuple[Chosen, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The learned numbers, one per feature."""

    sentence: Floats
    confidence: Floats
    bias: float


def extract(
    question: Question,
    passages: Sequence[Passage],
    *,
    max_sentences: int = 4,
    publisher: str = "",
) -> Extraction:
    """Choose the one to `max_sentences` sentences that answer, best passage first.

    `publisher` names whose pages these are: a page of IOM Egypt need not say "IOM" or "Egypt".
    """
    evidence = Evidence(question, passages, publisher)
    if not evidence.candidates or max_sentences < 1:
        return Extraction((), 0.0)
    weights = load_weights()
    scores = evidence.matrix(question.asked) @ weights.sentence
    picked = pick(evidence, scores, weights, max_sentences)
    features = confidence_features(evidence, scores, picked)
    logit = (
        float(features @ weights.confidence)
        + weights.bias
        + TINY_STORE * math.log(USUAL_PASSAGES / min(USUAL_PASSAGES, len(passages)))
        - objections(evidence, features, picked)
    )
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    return Extraction(read(evidence, scores, picked), confidence)


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights beside this file."""
    stored = json.loads(WEIGHTS.read_text("utf-8"))
    return Weights(
        sentence=np.array([stored["sentence"].get(name, 0.0) for name in FEATURES]),
        confidence=np.array([stored["confidence"].get(name, 0.0) for name in CONFIDENCE_FEATURES]),
        bias=float(stored["confidence"]["bias"]),
    )


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


# --- which sentences -------------------------------------------------------------------------


def pick(evidence: Evidence, scores: Floats, weights: Weights, most: int) -> list[int]:
    """Indexes of the chosen candidates, the most important first.

    `most` counts sentences; a list with the line that leads to it is one.
    """
    candidates = evidence.candidates
    open_to_choice = np.array([not c.asks for c in candidates]) & ~evidence.clashes()
    if not open_to_choice.any():
        open_to_choice[:] = True
    scores = np.where(open_to_choice, scores, -np.inf)
    picked = _pick_parts(evidence, scores, weights)[:most]
    best = picked[0]
    belief = _softmax(scores)
    if len(evidence.question.parts) == 1 and most > 1:
        second = _second(evidence, scores, best)
        if second is not None and belief[second] >= WORTH_ADDING:
            length = len(evidence.candidates[best].words) + len(evidence.candidates[second].words)
            if belief[best] < (SURE_IF_SHORT if length <= SHORT_ANSWER_WORDS else SURE):
                picked.append(second)
    for index in _context(evidence, picked):
        if len(picked) < most and index not in picked:
            picked.append(index)
    return picked


def _pick_parts(evidence: Evidence, scores: Floats, weights: Weights) -> list[int]:
    """The best sentence of all, and the best for each further part of the question."""
    question = evidence.question
    picked = [int(scores.argmax())]
    if len(question.parts) == 1:
        return picked
    candidates = evidence.candidates
    page = candidates[picked[0]].passage.chunk.url
    here = np.array([c.passage.chunk.url == page for c in candidates])
    for part in question.parts:
        asked = read_question(part).asked
        stems = set(content_stems(part))
        own = np.array([w.stem in stems for w in evidence.words], dtype=bool)
        only_here = own & ~np.array([_in_all(w.stem, question) for w in evidence.words], dtype=bool)
        if _tells(evidence, picked, asked, only_here):
            continue
        emphasis = np.where(only_here, PART_EMPHASIS, 1.0)
        rated = evidence.matrix(asked, evidence.rarity * emphasis) @ weights.sentence
        rated = np.where(np.isfinite(scores), rated + SAME_PAGE_BONUS * here, -np.inf)
        for index in (int(i) for i in np.argsort(-rated)):
            if index not in picked and not any(_says_the_same(evidence, index, p) for p in picked):
                if np.isfinite(rated[index]):
                    picked.append(index)
                break
    return picked


def _in_all(stem: str, question: Question) -> bool:
    return all(stem in content_stems(part) for part in question.parts)


def _tells(
    evidence: Evidence,
    picked: Sequence[int],
    asked: Sequence[Asked],
    own: np.typing.NDArray[np.bool_],
) -> bool:
    """Whether what is picked has the words of a part and a sign of what it asks for."""
    wanted, _ = wanted_signs(asked, ())
    signed = not wanted or bool(evidence.signed(wanted)[list(picked)].any())
    covered = evidence.covered[list(picked)][:, own].max(0) if own.any() else np.ones(1)
    return signed and bool((covered >= SAME_WORD).mean() >= PART_TOLD)


def _second(evidence: Evidence, scores: Floats, best: int) -> int | None:
    """The sentence to add where the best one is not sure to hold the answer.

    One language is enough: what the other says is most often the same again.
    """
    rated = scores.copy()
    rated[best] = -np.inf
    language = evidence.candidates[best].passage.chunk.language
    rated[[c.passage.chunk.language != language for c in evidence.candidates]] = -np.inf
    for index in (int(i) for i in np.argsort(-rated)):
        if not np.isfinite(rated[index]):
            return None
        if not _says_the_same(evidence, index, best):
            return index
    return None


def _context(evidence: Evidence, picked: Sequence[int]) -> list[int]:
    """Sentences that the picked ones need beside them: conditions, a missing date, antecedents."""
    candidates = evidence.candidates
    needed: list[int] = []
    for index in picked:
        following = index + 1
        if (
            following < len(candidates)
            and candidates[following].rank == candidates[index].rank
            and analysis.fold(candidates[following].sentence.text).startswith(_CONDITIONS)
        ):
            needed.append(following)
    if Asked.TIME in evidence.question.asked:
        dated = evidence.signed(Sign.TIME) & ~evidence.clashes()
        if not any(dated[index] for index in picked):
            page = candidates[picked[0]].passage.chunk.url
            here = (int(i) for i in np.flatnonzero(dated))
            needed += [i for i in here if candidates[i].passage.chunk.url == page][:1]
    best = picked[0]
    if (
        len(picked) == 1
        and best
        and candidates[best].leans_back
        and candidates[best].words[0].folded in ("he", "she", "it", "they")
        and candidates[best - 1].rank == candidates[best].rank
        and len(candidates[best - 1].words) <= ANTECEDENT_WORDS
    ):
        needed.append(best - 1)
    return needed


def _says_the_same(evidence: Evidence, one: int, other: int) -> bool:
    """Whether two candidates are copies, or one is the translation of the other."""
    first, second = evidence.candidates[one], evidence.candidates[other]
    if first.passage.chunk.language == second.passage.chunk.language:
        a = {w.stem for w in first.words if not w.stop}
        b = {w.stem for w in second.words if not w.stop}
        return len(a & b) >= SAME_WORDS * max(1, len(a | b))
    numbers_a = {w.folded for w in first.words if w.signs & Sign.NUMBER and w.folded.isdigit()}
    numbers_b = {w.folded for w in second.words if w.signs & Sign.NUMBER and w.folded.isdigit()}
    names_a = set(analysis.skeletons(first.sentence.text))
    names_b = set(analysis.skeletons(second.sentence.text))
    latin = names_a if first.passage.chunk.language != "ar" else names_b
    common = names_a & names_b
    return bool(numbers_a) and numbers_a == numbers_b and len(common) >= SAME_NAMES * len(latin)


def _quote(evidence: Evidence, index: int, belief: float) -> Chosen:
    """The candidate as it is quoted: a list with its items and the line that leads to it."""
    candidate = evidence.candidates[index]
    block = _block(evidence, index)
    if len(block) < 2:
        return Chosen(candidate.passage, candidate.sentence, belief)
    chunk = candidate.passage.chunk
    start = evidence.candidates[block[0]].sentence.start
    end = evidence.candidates[block[-1]].sentence.end
    text = chunk.text[start - chunk.start : end - chunk.start]
    return Chosen(
        candidate.passage, replace(candidate.sentence, text=text, start=start, end=end), belief
    )


def _block(evidence: Evidence, index: int) -> range:
    """The run of candidates that is quoted as one with this one."""
    candidates = evidence.candidates
    candidate = candidates[index]
    alone = range(index, index + 1)
    if candidate.leads_in:
        first = index
    elif candidate.item and _wants_a_list(evidence.question):
        first = index
        while first and _follows(candidates, first) and candidates[first].item:
            first -= 1
        if not candidates[first].item and not candidates[first].leads_in:
            first += 1
    else:
        return alone
    last = index if candidate.item else index + 1
    if last >= len(candidates) or not candidates[last].item:
        return alone
    while (
        last + 1 < len(candidates) and _follows(candidates, last + 1) and candidates[last + 1].item
    ):
        last += 1
    while last > index and (
        candidates[last].sentence.end - candidates[first].sentence.start > BLOCK_CHARS
    ):
        last -= 1
    return range(first, last + 1)


def _follows(candidates: Sequence[Candidate], index: int) -> bool:
    return candidates[index].rank == candidates[index - 1].rank


def _wants_a_list(question: Question) -> bool:
    return Asked.LIST in question.asked


def read(evidence: Evidence, scores: Floats, picked: Sequence[int]) -> tuple[Chosen, ...]:
    """The picked candidates as they are quoted, in reading order."""
    belief = _softmax(scores)
    return _in_reading_order([_quote(evidence, i, float(belief[i])) for i in picked])


def _in_reading_order(chosen: Sequence[Chosen]) -> tuple[Chosen, ...]:
    """Page by page, that of the best sentence first, each page from top to bottom, none twice."""
    kept: list[Chosen] = []
    for one in sorted(chosen, key=lambda c: c.sentence.start - c.sentence.end):
        inside = any(
            other.passage.chunk.url == one.passage.chunk.url
            and other.sentence.start <= one.sentence.start
            and one.sentence.end <= other.sentence.end
            for other in kept
        )
        if not inside:
            kept.append(one)
    best: dict[str, float] = {}
    for one in kept:
        url = one.passage.chunk.url
        best[url] = max(best.get(url, 0.0), one.score)
    kept.sort(key=lambda c: (-best[c.passage.chunk.url], c.passage.chunk.url, c.sentence.start))
    return tuple(kept)


# --- whether they answer ---------------------------------------------------------------------

# What weighs more the more of it there is. Without the squares a third of the questions about
# another name, year or number than the pages' pass, with them a quarter.
_SQUARED = (
    "score",
    "margin",
    "cover",
    "cover_with_title",
    "page_covers",
    "rarest_missing",
    "cosine",
    "best_cosine",
    "passage_score",
    "passage_gap",
    "question_words",
)
CONFIDENCE_FEATURES: tuple[str, ...] = (
    "belief",
    "score",
    "margin",
    "cover",
    "cover_with_title",
    "page_covers",
    "rarest_missing",
    "names_missing",
    "numbers_missing",
    "years_missing",
    "sign_missing",
    "strict_missing",
    "strict_found",
    "cosine",
    "best_cosine",
    "passage_score",
    "passage_gap",
    "question_words",
    "foreign",
    "foreign_cover",
    "foreign_cosine",
    "foreign_score",
    "arabic",
    *(f"{name}_squared" for name in _SQUARED),
)


def confidence_features(evidence: Evidence, scores: Floats, picked: Sequence[int]) -> Floats:
    """What tells an answer from a near miss, `(len(CONFIDENCE_FEATURES),)`."""
    candidates = evidence.candidates
    best = candidates[picked[0]]
    url = best.passage.chunk.url
    rarity = evidence.rarity
    total = float(rarity.sum()) or 1.0
    quoted = [index for start in picked for index in _block(evidence, start)]
    own = evidence.covered[quoted].max(0)
    titled = np.maximum(own, evidence.titled[quoted].max(0))
    on_page = [i for i, c in enumerate(candidates) if c.passage.chunk.url == url]
    of_page = np.maximum(evidence.covered[on_page].max(0), titled)
    published = best.passage.chunk.published
    if published:
        for i, word in enumerate(evidence.words):
            if word.folded == str(published.year):
                of_page[i] = titled[i] = 1.0
    missing = rarity * (1 - of_page)
    numbers = np.array([bool(w.signs & Sign.NUMBER) for w in evidence.words], dtype=bool)
    years = np.array([w.folded in evidence.question.years for w in evidence.words], dtype=bool)
    named = evidence.named & ~numbers
    wanted, strict = wanted_signs(evidence.question.asked, evidence.question.stems)
    unsigned = bool(wanted) and not evidence.signed(wanted)[quoted].any()
    elsewhere = [scores[i] for i, c in enumerate(candidates) if c.passage.chunk.url != url]
    other_pages = [p.score for p in evidence.passages if p.chunk.url != url]
    foreign = float(best.passage.chunk.language not in ("und", evidence.question.language))
    cover = float(own @ rarity) / total
    with_title = float(titled @ rarity) / total
    cosine = best.sentence.similarity
    passage_score = best.passage.score / 3
    values = {
        "belief": float(_softmax(scores)[list(picked)[:2]].sum()),
        "score": float(scores[picked[0]]),
        "margin": min(6.0, float(scores[picked[0]]) - max(elsewhere)) if elsewhere else 6.0,
        "cover": cover,
        "cover_with_title": with_title,
        "page_covers": float(of_page @ rarity) / total,
        "rarest_missing": float(missing.max(initial=0.0))
        / max(float(rarity.max(initial=0.0)), 1e-6),
        "names_missing": _share(missing, rarity, named),
        "numbers_missing": _share(missing, rarity, numbers & ~years),
        "years_missing": _share(missing, rarity, years),
        "sign_missing": float(unsigned and not strict),
        "strict_missing": float(unsigned and strict),
        "strict_found": float(strict and not unsigned),
        "cosine": cosine,
        "best_cosine": max(c.sentence.similarity for c in candidates),
        "passage_score": passage_score,
        "passage_gap": min(1.0, passage_score - max(other_pages) / 3) if other_pages else 1.0,
        "question_words": math.log1p(len(evidence.words)),
        "foreign": foreign,
        "foreign_cover": foreign * with_title,
        "foreign_cosine": foreign * cosine,
        "foreign_score": foreign * passage_score,
        "arabic": float(evidence.question.language == "ar"),
    }
    for name in _SQUARED:
        values[f"{name}_squared"] = values[name] ** 2
    return np.array([values[name] for name in CONFIDENCE_FEATURES])


def objections(evidence: Evidence, features: Floats, picked: Sequence[int]) -> float:
    """What XQuAD has too few cases of to teach, taken off the logit."""
    best = evidence.candidates[picked[0]]
    fragment = len(best.words) < FRAGMENT_WORDS and not best.item
    lacks = features[CONFIDENCE_FEATURES.index("strict_missing")] > 0
    wanted = ordinals_of(words_of(evidence.question.text))
    chunk = best.passage.chunk
    around = " ".join((chunk.title, *chunk.headings, chunk.text))
    another = bool(wanted) and not wanted <= ordinals_of(words_of(around))
    return OBJECTION * (float(fragment) + float(lacks) + float(another))


def _share(missing: Floats, rarity: Floats, of: np.typing.NDArray[np.bool_]) -> float:
    """How much of some of the question's words the page lacks, 0 where there are none."""
    return float(missing[of].sum() / max(float(rarity[of].sum()), 1e-6)) if of.any() else 0.0
