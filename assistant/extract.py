"""Which verbatim sentences of the passages answer a question, and how sure that is.

Two small linear models over the numbers of `assistant.evidence`: one says which sentence holds the
answer, the other whether any does. Their weights stand in `extract_weights.json` with what they
were learned from; `python -m assistant.training.sentence_scorer` learns them anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.evidence import FEATURES, Alike, Candidate, Evidence, Floats, ordinals_of
from assistant.facets import Facet
from assistant.matching import SAME_WORD
from assistant.question import Asked, Question, content_stems, read_question
from assistant.rephrase import TOPIC_AFTER
from assistant.signs import Sign, wanted_signs, words_of
from vectorstore import analysis
from vectorstore.types import Passage, Sentence

WEIGHTS = Path(__file__).with_name("extract_weights.json")

# Found on the development halves of XQuAD by cross-validation over articles, where not said
# otherwise.
SURE, SURE_IF_SHORT = 0.96, 0.993  # above this belief in the best sentence no second one is added
# How long an answer that is not sure may grow, and to how many sentences: three short sentences of
# a site are as quickly read as one of an encyclopedia. Held out over sites, 64 words give 3 in a
# hundred answers more that hold every fact than 48 do; on XQuAD a third sentence costs the first.
SHORT_ANSWER_WORDS = {"text": 48, "site": 64}
FILLED_SENTENCES = {"text": 2, "site": 5}
WORTH_ADDING = 0.01  # below this belief a second sentence is noise
SAME_PAGE_BONUS = 1.5  # for the answer to a further part of the question on the page of the first
PART_EMPHASIS = 3.0  # a part's own words count so much more than the rest of the question
PART_TOLD = 0.5  # share of a part's own words from which it counts as answered already
SAME_WORDS = 0.7  # share of common stems from which two sentences say the same
SAME_NAMES = 0.5  # share of common names and numbers from which one translates the other
BLOCK_CHARS = 700  # a list is quoted whole up to here; two short paragraphs, chosen by eye
# A budget without money, an address without a street, three words, a prediction: set by hand.
OBJECTION, FRAGMENT_WORDS = 2.0, 4
# Where fewer passages than usual can be found at all, none can stand out from many, and few can be
# right by chance: by hand, on stores of one page.
USUAL_PASSAGES, TINY_STORE = 10, 2.2
NEAR_BONUS, BESIDE_BONUS = 0.3, 0.5  # for a further sentence of the same passage, and a neighbour
HEADING_ADDS = 0.3  # share of the question that only the heading says
BARE_WORDS = 5  # "Six months.", "No, it is free."
BARE_PART_STEMS = 1
LEAD_BONUS = 1.5  # for the first sentence of a page that is compared; by hand
FACETS_FOUND = 1.5  # in favour of an answer that has evidence for each; XQuAD has no such questions
LEAD_SENTENCES = 3  # of the newest page
FACET_NAMED = 0.6  # share of a thing's words from which a sentence or its title names it
ANTECEDENT_WORDS = 30  # a longer sentence is not worth its words as an antecedent; chosen by eye

_PRONOUN = re.compile(r"\b(?:his|her|hers|its|their|he|she|it|they|them)\b|\w{3,}(?:ها|هم|ه)\b")
# No page knows what tomorrow brings.
_SOON = re.compile(
    r"\b(?:tomorrow|tonight|next (?:week|month|year)|غدا|بكره|بكرا|الاسبوع القادم)\b"
)
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
        needs_heading: it only makes sense below the heading it stands under: "No.", or what a
            glossary says of a term.
    """

    passage: Passage
    sentence: Sentence
    score: float
    needs_heading: bool = False


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
    max_sentences: int = 6,
    publisher: str = "",
    alike: Alike | None = None,
) -> Extraction:
    """Choose the one to `max_sentences` sentences that answer, best passage first.

    `publisher` names whose pages these are: a page of IOM Egypt need not say "IOM" or "Egypt".
    """
    evidence = Evidence(question, passages, publisher, alike)
    if not evidence.candidates or max_sentences < 1:
        return Extraction((), 0.0)
    weights = load_weights()[kind_of(passages)]
    scores = evidence.matrix(question.asked) @ weights.sentence
    picked = pick(evidence, scores, weights, max_sentences)
    features = confidence_features(evidence, scores, picked)
    logit = (
        float(features @ weights.confidence)
        + weights.bias
        + FACETS_FOUND * _has_all_facets(evidence, picked)
        + TINY_STORE * math.log(USUAL_PASSAGES / min(USUAL_PASSAGES, len(passages)))
        - objections(evidence, features, picked)
    )
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    return Extraction(read(evidence, scores, picked), confidence)


def kind_of(passages: Sequence[Passage]) -> str:
    """What the passages are of: pages of a "site", with headings or dates, or bare "text".

    A site says things once, in short sentences below headings; an encyclopedia says them in long
    ones that repeat the words of whoever asks. One set of weights for both serves neither.
    """
    marked = sum(bool(p.chunk.published or p.chunk.headings) for p in passages)
    return "site" if 2 * marked >= len(passages) else "text"


@lru_cache(maxsize=1)
def load_weights() -> Mapping[str, Weights]:
    """The weights beside this file, by kind of pages."""
    stored = json.loads(WEIGHTS.read_text("utf-8"))
    return {
        kind: Weights(
            sentence=np.array([own["sentence"].get(name, 0.0) for name in FEATURES]),
            confidence=np.array([own["confidence"].get(name, 0.0) for name in CONFIDENCE_FEATURES]),
            bias=float(own["confidence"]["bias"]),
        )
        for kind, own in stored["weights"].items()
    }


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


# --- which sentences -------------------------------------------------------------------------


def pick(evidence: Evidence, scores: Floats, weights: Weights, most: int) -> list[int]:
    """Indexes of the chosen candidates, the most important first.

    `most` counts sentences; a list with the line that leads to it is one.
    """
    candidates = evidence.candidates
    open_to_choice = np.array([not (c.asks or c.picture) for c in candidates])
    open_to_choice &= ~evidence.clashes()
    if not open_to_choice.any():
        open_to_choice[:] = True
    scores = np.where(open_to_choice, scores - evidence.second_best(), -np.inf)
    if evidence.question.newest is not None:
        picked = _pick_newest(evidence, scores)
    elif evidence.question.facets:
        picked = _pick_facets(evidence, scores, weights)
    else:
        picked = _pick_parts(evidence, scores, weights)
    picked = picked[:most]
    _fill(evidence, scores, picked, most)
    picked += _on_page_of_its_own(evidence, scores, picked)
    for index in _context(evidence, picked):
        if len(picked) < most and index not in picked:
            picked.append(index)
    return picked


def _on_page_of_its_own(evidence: Evidence, scores: Floats, picked: Sequence[int]) -> list[int]:
    """A page that says by itself what the site says on all of its pages, if there is one."""
    candidates = evidence.candidates
    best = candidates[picked[0]]
    numbers = {w.folded for _, w in best.new if w.signs & Sign.NUMBER}
    if best.passage.kind != "site" or not numbers:
        return []
    pages = [
        i
        for i in (int(i) for i in np.argsort(-scores))
        if np.isfinite(scores[i])
        and i not in picked
        and candidates[i].passage.kind != "site"
        and candidates[i].passage.chunk.language == best.passage.chunk.language
        and numbers <= {w.folded for w in candidates[i].words}
    ]
    return pages[:1]


def _fill(evidence: Evidence, scores: Floats, picked: list[int], most: int) -> None:
    """Add what may hold the answer where what is picked is not sure to, while it stays short.

    One language is enough: what the other says is most often the same again.
    """
    candidates = evidence.candidates
    kind = kind_of(evidence.passages)
    most = min(most, max(len(picked), FILLED_SENTENCES[kind]))
    belief = _softmax(scores)
    best = candidates[picked[0]]
    language = best.passage.chunk.language
    near = np.array([c.passage.chunk.id == best.passage.chunk.id for c in candidates])
    beside = np.zeros(len(candidates), dtype=bool)
    beside[max(0, picked[0] - 1) : picked[0] + 2] = True
    order = np.argsort(-(scores + NEAR_BONUS * near + BESIDE_BONUS * (near & beside)))
    told = {i for start in picked for i in _block(evidence, start)}
    length = _length(candidates, told)
    for index in (int(i) for i in order):
        if len(picked) >= most or belief[index] < WORTH_ADDING:
            return
        if index in told or candidates[index].passage.chunk.language != language:
            continue
        longer = length + len(candidates[index].words)
        short = longer <= SHORT_ANSWER_WORDS[kind]
        if len(picked) > 1 and not short:
            continue
        if belief[picked].sum() >= (SURE_IF_SHORT if short else SURE):
            return
        if not any(_says_the_same(evidence, index, p) for p in picked):
            picked.append(index)
            told.update(_block(evidence, index))
            length = _length(candidates, told)


def _length(candidates: Sequence[Candidate], told: Set[int]) -> float:
    """Words to read; those of a list count half, it is read at a glance."""
    return sum(len(candidates[i].words) / (2 if candidates[i].item else 1) for i in told)


def _pick_newest(evidence: Evidence, scores: Floats) -> list[int]:
    """The first sentences of the newest page, which stands first among the passages."""
    candidates = evidence.candidates
    page = candidates[0].passage.chunk.url
    here = [i for i, c in enumerate(candidates) if c.passage.chunk.url == page]
    told = [i for i in here if np.isfinite(scores[i])] or here
    return told[:LEAD_SENTENCES]


def _pick_facets(evidence: Evidence, scores: Floats, weights: Weights) -> list[int]:
    """Two sentences for each of the things that the question puts side by side."""
    by_aspect = _by_aspect(evidence, scores, weights)
    picked: list[int] = []
    question = evidence.question
    pages: set[str] = set()
    leads = np.array(
        [c.position == 0 and c.passage.chunk.position == 0 for c in evidence.candidates]
    )
    for facet in question.facets:
        fits = _of_facet(evidence, facet)
        unnamed = facet == Facet()  # a page's first sentence says when, where and how many
        rated = np.where(fits, scores + LEAD_BONUS * leads * unnamed, -np.inf)
        if unnamed:  # each from a page of its own
            rated[[c.passage.chunk.url in pages for c in evidence.candidates]] = -np.inf
        first = int(rated.argmax())
        if not np.isfinite(rated[first]) or first in picked:
            continue
        url = evidence.candidates[first].passage.chunk.url
        pages.add(url)
        picked.append(first)
        beside = np.where(fits & np.isfinite(scores), by_aspect, -np.inf)
        beside[[c.passage.chunk.url != url for c in evidence.candidates]] = -np.inf
        beside[picked] = -np.inf
        if np.isfinite(beside.max()):
            picked.append(int(beside.argmax()))
    return picked or [int(scores.argmax())]


def _by_aspect(evidence: Evidence, scores: Floats, weights: Weights) -> Floats:
    """The scores for what is to be compared, where the question says it: "…: date and who paid"."""
    aspects = evidence.question.text.partition(":")[2]
    stems = set(content_stems(aspects))
    if not stems:
        return scores
    emphasis = np.where([w.stem in stems for w in evidence.words], PART_EMPHASIS, 1.0)
    asked = read_question(aspects).asked
    return evidence.matrix(asked, evidence.rarity * emphasis, aspects) @ weights.sentence


def _has_all_facets(evidence: Evidence, picked: Sequence[int]) -> bool:
    """Whether each of the things put side by side has evidence of its own."""
    facets = evidence.question.facets
    if len({evidence.candidates[i].passage.chunk.url for i in picked}) < min(2, len(facets)):
        return False
    return bool(facets) and all(_of_facet(evidence, facet)[list(picked)].any() for facet in facets)


def _of_facet(evidence: Evidence, facet: Facet) -> np.typing.NDArray[np.bool_]:
    """Per candidate: whether it is about this one of the things put side by side."""
    fits = np.ones(len(evidence.candidates), dtype=bool)
    headed = np.zeros(len(evidence.candidates), dtype=bool)
    stems = set(content_stems(facet.text))
    for row, candidate in enumerate(evidence.candidates):
        chunk = candidate.passage.chunk
        around = words_of(" ".join((chunk.title, *chunk.headings)))
        if facet.year:
            said = {w.folded for w in (*candidate.words, *around)}
            dated = str(chunk.published.year) if chunk.published else ""
            fits[row] = facet.year in said or facet.year == dated
        elif facet.ordinal:
            own = ordinals_of(candidate.words)
            fits[row] = facet.ordinal in (own or ordinals_of(around))
        elif stems:
            said = {w.stem for w in (*candidate.words, *around)}
            fits[row] = len(stems & said) >= FACET_NAMED * len(stems)
            heading = {w.stem for w in words_of(" ".join(chunk.headings[-1:]))}
            headed[row] = len(stems & heading) >= FACET_NAMED * len(stems)
    return headed if headed.any() else fits  # below its own heading nothing else is spoken of


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
        if _tells(evidence, picked, asked, part, only_here):
            continue
        emphasis = np.where(only_here, PART_EMPHASIS, 1.0)
        rated = evidence.matrix(asked, evidence.rarity * emphasis, part) @ weights.sentence
        open_to_choice = np.isfinite(scores) & (here | (not _leans_on_first(part, stems)))
        rated = np.where(open_to_choice, rated + SAME_PAGE_BONUS * here, -np.inf)
        for index in (int(i) for i in np.argsort(-rated)):
            if index not in picked and not any(_says_the_same(evidence, index, p) for p in picked):
                if np.isfinite(rated[index]):
                    picked.append(index)
                break
    return picked


def _leans_on_first(part: str, stems: Set[str]) -> bool:
    """Whether a part has next to no words of its own: "and what is his post?"."""
    return len(stems) <= BARE_PART_STEMS and bool(_PRONOUN.search(analysis.fold(part)))


def _in_all(stem: str, question: Question) -> bool:
    return all(stem in content_stems(part) for part in question.parts)


def _tells(
    evidence: Evidence,
    picked: Sequence[int],
    asked: Sequence[Asked],
    text: str,
    own: np.typing.NDArray[np.bool_],
) -> bool:
    """Whether what is picked has the words of a part and a sign of what it asks for."""
    wanted, _ = wanted_signs(asked, text)
    signed = not wanted or bool(evidence.signed(wanted)[list(picked)].any())
    covered = evidence.covered[list(picked)][:, own].max(0) if own.any() else np.ones(1)
    return signed and bool((covered >= SAME_WORD).mean() >= PART_TOLD)


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
    headed = _needs_heading(evidence, index)
    if len(block) < 2:
        return Chosen(candidate.passage, candidate.sentence, belief, headed)
    chunk = candidate.passage.chunk
    start = evidence.candidates[block[0]].sentence.start
    end = evidence.candidates[block[-1]].sentence.end
    text = chunk.text[start - chunk.start : end - chunk.start]
    quoted = replace(candidate.sentence, text=text, start=start, end=end)
    return Chosen(candidate.passage, quoted, belief, headed)


def _needs_heading(evidence: Evidence, index: int) -> bool:
    """Whether the heading says what the sentence is about, and the sentence does not."""
    candidate = evidence.candidates[index]
    if not candidate.passage.chunk.headings:
        return False
    headed, own = evidence.headed[index], evidence.covered[index]
    total = float(evidence.rarity.sum()) or 1.0
    adds = float((np.maximum(headed - own, 0) @ evidence.rarity) / total)
    return adds >= HEADING_ADDS or (len(candidate.words) <= BARE_WORDS and bool(headed.max() > 0))


def _block(evidence: Evidence, index: int) -> range:
    """The run of candidates that is quoted as one with this one."""
    candidates = evidence.candidates
    candidate = candidates[index]
    alone = range(index, index + 1)
    if candidate.leads_in:
        first = index
    elif candidate.item and _wants_a_list(evidence.question) and not candidate.row:
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
    return question.several


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
    "meant_with_title",
    "page_means",
    "rarest_not_meant",
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
    "meant",
    "meant_with_title",
    "page_means",
    "rarest_not_meant",
    "rarest_not_on_page",
    "uncounted",
    "counted",
    "page_belief",
    "several_pages",
    "follows_up",
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
    meant = np.maximum(evidence.meant[quoted].max(0), evidence.meant_in_title[quoted].max(0))
    on_page = [i for i, c in enumerate(candidates) if c.passage.chunk.url == url]
    of_page = np.maximum(evidence.covered[on_page].max(0), titled)
    published = best.passage.chunk.published
    if published:
        for i, word in enumerate(evidence.words):
            if word.folded == str(published.year):
                of_page[i] = titled[i] = 1.0
    missing = rarity * (1 - of_page)
    meant_on_page = np.maximum(np.maximum(evidence.meant[on_page].max(0), meant), of_page)
    not_meant = rarity * (1 - np.maximum(meant, titled))
    most = max(float(rarity.max(initial=0.0)), 1e-6)
    numbers = np.array([bool(w.signs & Sign.NUMBER) for w in evidence.words], dtype=bool)
    years = np.array([w.folded in evidence.question.years for w in evidence.words], dtype=bool)
    named = evidence.named & ~numbers
    wanted, strict = wanted_signs(evidence.question.asked, evidence.question.text)
    counts, counting = evidence.counts()
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
        "meant": float(evidence.meant[quoted].max(0) @ rarity) / total,
        "meant_with_title": float(meant @ rarity) / total,
        "page_means": float(meant_on_page @ rarity) / total,
        "rarest_not_meant": float(not_meant.max(initial=0.0)) / most,
        "rarest_not_on_page": float((rarity * (1 - meant_on_page)).max(initial=0.0)) / most,
        "uncounted": float(counting and not counts[quoted].any()),
        "counted": float(counting and bool(counts[quoted].any())),
        "page_belief": float(_softmax(scores)[on_page].sum()),
        "several_pages": float(len({candidates[i].passage.chunk.url for i in picked}) > 1),
        "follows_up": float(TOPIC_AFTER in evidence.question.text),
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
    predicts = bool(_SOON.search(analysis.fold(evidence.question.text)))
    return OBJECTION * (float(fragment) + float(lacks) + float(another) + float(predicts))


def _share(missing: Floats, rarity: Floats, of: np.typing.NDArray[np.bool_]) -> float:
    """How much of some of the question's words the page lacks, 0 where there are none."""
    return float(missing[of].sum() / max(float(rarity[of].sum()), 1e-6)) if of.any() else 0.0
