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
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

import numpy as np

from assistant.candidate import Candidate
from assistant.confidence import CONFIDENCE_FEATURES, confidence_features, lacks, objections
from assistant.evidence import Alike, Evidence, Floats, kind_of, ordinals_of
from assistant.explained import explains_all
from assistant.facets import Facet
from assistant.features import FEATURES, features_of
from assistant.matching import SAME_WORD
from assistant.question import Asked, Question, content_stems, read_question
from assistant.quote import Chosen, Picked, block_of, read, softmax
from assistant.signs import Sign, wanted_signs, words_of
from vectorstore import analysis
from vectorstore.types import Passage

WEIGHTS = Path(__file__).with_name("extract_weights.json")

# Found on the development halves of XQuAD by cross-validation over articles, where not said
# otherwise.
SURE, SURE_IF_SHORT = 0.96, 0.993  # above this belief in the best sentence no second one is added
# How long an answer that is not sure may grow, and to how many sentences: three short sentences of
# a site are as quickly read as one of an encyclopedia. Held out over sites, 100 words give 5 in a
# hundred answers more that hold every fact than 64 do (.78 v .73); on XQuAD a third sentence costs
# the first.
SHORT_ANSWER_WORDS = {"text": 48, "site": 100}
FILLED_SENTENCES = {"text": 2, "site": 7}
# How long what is told as the answer may grow; the rest supports it, set apart. On five sites, of
# 672 answers (71 words, 80 % hold every fact) the part told as the answer holds them in 56 % where
# it is the likeliest sentence of each part alone (32 words), in 69 % with up to 48 words (43).
ANSWERING_WORDS = 48
MOST_SENTENCES = 8  # of an answer, with those that its parts, dates and conditions need
WORTH_ADDING = 0.01  # below this belief a second sentence is noise
OTHER_PAGE_BELIEF = (
    0.03  # share of that in the best, from which a sentence of another page is added
)
OTHER_LANGUAGE_BELIEF = 0.15  # the same for a sentence in another language than the best
SAME_PAGE_BONUS = 1.5  # for the answer to a further part of the question on the page of the first
PART_EMPHASIS = 3.0  # a part's own words count so much more than the rest of the question
THING_EMPHASIS = 0.2  # of what is compared, once its page is known
PART_TOLD = 0.5  # share of a part's own words from which it counts as answered already
SAME_WORDS = 0.7  # share of common stems from which two sentences say the same
SAME_NAMES = 0.5  # share of common names and numbers from which one translates the other
# Where fewer passages than usual can be found at all, none can stand out from many, and few can be
# right by chance: by hand, on stores of one page.
USUAL_PASSAGES, TINY_STORE = 10, 2.2
BARE_PART_STEMS = 1
# Of what a page about the organisation tells where it is asked about: by hand, on five small sites.
OF_ORGANISATION, OF_ORGANISATION_CONFIDENCE, MOST_OF_ORGANISATION = 2.0, 0.8, 4
FACETS_FOUND = 1.5  # in favour of an answer that has evidence for each; XQuAD has no such questions
# In favour of an answer to what somebody wants done from a page that speaks to the reader: of the
# questions of four sites that it lifts over the threshold 9 are answered by the pages, 1 is not.
ADDRESSED = 0.4
NOT_EXPLAINED = 6.0  # against one to "the difference between A and B" that only names both; by hand
LEAD_SENTENCES = 3  # of the newest page
HEADED_FIRST = 0.1  # for a heading that begins with the term
DEFINING_SENTENCES = 2  # of the passage below a term
FACET_NAMED = 0.6  # share of a thing's words from which a sentence or its title names it
ANTECEDENT_WORDS = 30  # a longer sentence is not worth its words as an antecedent; chosen by eye

_PRONOUN = re.compile(r"\b(?:his|her|hers|its|their|he|she|it|they|them)\b|\w{3,}(?:ها|هم|ه)\b")
_DIFFER = frozenset(
    content_stems(
        "difference differences differ different distinguish compare فرق الفرق يختلف تختلف"
    )
)
# "date, number of passengers and who paid"
_ITEMS = re.compile(r"[,،;؛]\s*(?:and\s+|و\s*)?|\s+and\s+|\s+و(?=\w)")
_CONDITIONS = tuple(
    analysis.fold(start)
    for start in (
        "except", "unless", "however", "but ", "only if", "provided", "this does not", "should you",
        "if you do not", "otherwise", "إلا", "بشرط", "ما لم", "باستثناء", "غير أن", "لكن", "ولكن",
        "وشرط", "على أن", "وإن لم", "إن لم",
    )
)  # fmt: skip


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
    max_sentences: int = MOST_SENTENCES,
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
    scores = features_of(evidence, question.asked) @ weights.sentence
    scores += OF_ORGANISATION * evidence.of_organisation - evidence.aside
    picked = pick(evidence, scores, weights, max_sentences)
    features = confidence_features(evidence, scores, picked.all)
    logit = (
        float(features @ weights.confidence)
        + weights.bias
        + FACETS_FOUND * _has_all_facets(evidence, picked.all)
        + ADDRESSED * (evidence.of_service and evidence.addressed[picked.all[0]])
        - NOT_EXPLAINED * _leaves_unexplained(evidence, picked.all)
        + TINY_STORE * math.log(USUAL_PASSAGES / min(USUAL_PASSAGES, len(passages)))
        - objections(evidence, features, picked.all)
    )
    confidence = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    told = evidence.of_organisation[picked.all[0]] > 0
    if told and not lacks(features):  # next to no words in common, yet this is the place
        confidence = max(confidence, OF_ORGANISATION_CONFIDENCE)
    return Extraction(read(evidence, scores, picked), confidence)


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


# --- which sentences -------------------------------------------------------------------------


def pick(evidence: Evidence, scores: Floats, weights: Weights, most: int) -> Picked:
    """The chosen candidates.

    `most` counts sentences; a list with the line that leads to it is one.
    """
    candidates = evidence.candidates
    open_to_choice = np.array([not (c.asks or c.picture) for c in candidates])
    open_to_choice &= ~(evidence.clashes | evidence.asks_itself)
    if (told := evidence.of_organisation > 0).any():
        open_to_choice &= told
        most = min(most, MOST_OF_ORGANISATION)
    if not open_to_choice.any():
        open_to_choice[:] = True
    scores = np.where(open_to_choice, scores - evidence.second_best, -np.inf)
    if evidence.question.newest is not None:
        picked = _pick_newest(evidence, scores)
    elif evidence.question.facets:
        picked = _pick_facets(evidence, scores, weights)
    else:
        picked = _pick_parts(evidence, scores, weights)
    picked = picked[:most]
    sure = len(picked)
    _fill(evidence, scores, picked, most)
    answering = _answering(evidence, picked, sure)
    picked += _on_page_of_its_own(evidence, scores, picked)
    answers, supports = picked[:answering], picked[answering:]
    for index, beside in _context(evidence, picked):
        if beside in answers and index in supports:
            supports.remove(index)
        elif len(answers) + len(supports) >= most or index in picked:
            continue
        (answers if beside in answers else supports).append(index)
    return Picked(tuple(answers), tuple(supports))


def _on_page_of_its_own(evidence: Evidence, scores: Floats, picked: Sequence[int]) -> list[int]:
    """A page that says by itself what the site says on all of its pages, if there is one."""
    candidates = evidence.candidates
    best = candidates[picked[0]]
    numbers = {w.folded for _, w in best.new if w.signs & Sign.NUMBER}
    if best.passage.kind != "site" or not numbers:
        return []
    pages = [
        i
        for i in sorted(range(len(candidates)), key=lambda i: (candidates[i].row, -scores[i]))
        if np.isfinite(scores[i])
        and i not in picked
        and candidates[i].passage.kind != "site"
        and candidates[i].passage.chunk.language == best.passage.chunk.language
        and numbers <= {w.folded for w in candidates[i].words}
    ]
    return pages[:1]


def _fill(evidence: Evidence, scores: Floats, picked: list[int], most: int) -> None:
    """Add what may hold the answer where what is picked is not sure to, while it stays short.

    What the other language says is most often the same again, unless it is as likely as the first.
    """
    candidates = evidence.candidates
    kind = kind_of(evidence.passages)
    most = min(most, max(len(picked), FILLED_SENTENCES[kind]))
    belief = softmax(scores)
    best = candidates[picked[0]]
    language = best.passage.chunk.language
    order = np.argsort(-scores)
    told = {i for start in picked for i in block_of(evidence, start)}
    pages = {candidates[i].passage.chunk.url for i in picked}
    length = _length(candidates, told)
    for index in (int(i) for i in order):
        if len(picked) >= most or belief[index] < WORTH_ADDING:
            return
        if index in told:
            continue
        if candidates[index].passage.chunk.language != language and (
            belief[index] < OTHER_LANGUAGE_BELIEF * belief[picked[0]]
        ):
            continue
        if candidates[index].passage.chunk.url not in pages and (
            belief[index] < OTHER_PAGE_BELIEF * belief[picked[0]]
        ):
            continue
        longer = length + len(candidates[index].words)
        short = longer <= SHORT_ANSWER_WORDS[kind]
        if len(picked) > 1 and not short:
            continue
        if belief[picked].sum() >= (SURE_IF_SHORT if short else SURE):
            return
        if not any(_says_the_same(evidence, index, p) for p in picked):
            picked.append(index)
            told.update(block_of(evidence, index))
            length = _length(candidates, told)


def _answering(evidence: Evidence, picked: Sequence[int], sure: int) -> int:
    """How many of the picked are told as the answer: `sure` ones, and the next while it is short.

    What the other language says only supports.
    """
    candidates = evidence.candidates
    told = {i for start in picked[:sure] for i in block_of(evidence, start)}
    language = candidates[picked[0]].passage.chunk.language
    for count, index in enumerate(picked[sure:], start=sure):
        told.update(block_of(evidence, index))
        foreign = candidates[index].passage.chunk.language != language
        if foreign or _length(candidates, told) > ANSWERING_WORDS:
            return count
    return len(picked)


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
    """For each of the things put side by side, what answers each of the things asked of it."""
    aspects = _aspects(evidence.question)
    rated = [_for_aspect(evidence, aspect, weights) for aspect in aspects]
    per_facet: list[list[int]] = []
    question = evidence.question
    pages: set[str] = set()
    of_terms = _asks_only_what_differs(question)
    leads = np.array(
        [c.position == 0 and c.passage.chunk.position == 0 for c in evidence.candidates]
    )
    for facet in question.facets:
        fits = _of_facet(evidence, facet) & np.isfinite(scores)
        if facet == Facet() or facet.version:  # each from a page of its own
            fits &= [c.passage.chunk.url not in pages for c in evidence.candidates]
        if not fits.any():
            continue
        first = int(np.where(fits, scores, -np.inf).argmax())
        url = evidence.candidates[first].passage.chunk.url
        here = fits & [c.passage.chunk.url == url for c in evidence.candidates]
        if facet == Facet() and (leads & here).any():  # a page's beginning says what it is
            first = int(np.flatnonzero(leads & here)[0])
        pages.update((url, *evidence.candidates[first].passage.alternates.values()))
        if of_terms and evidence.candidates[first].passage.chunk.headings:
            per_facet.append(_begins(evidence, first, here))
            continue
        of_facet = [first]
        for aspect, values in zip(aspects, rated, strict=True):
            told = _tells(evidence, of_facet, read_question(aspect).asked, aspect)
            if not told or len(aspects) == 1:
                beside = np.where(here, values, -np.inf)
                beside[of_facet] = -np.inf
                if np.isfinite(beside.max()):
                    of_facet.append(int(beside.argmax()))
        per_facet.append(of_facet)
    in_turn = (i for each in zip_longest(*per_facet) for i in each if i is not None)
    return list(dict.fromkeys(in_turn)) or [int(scores.argmax())]


def _asks_only_what_differs(question: Question) -> bool:
    """Whether nothing else is asked of two terms: "the difference between A and B"."""
    named = {stem for facet in question.facets for stem in content_stems(facet.text)}
    return bool(named) and set(content_stems(question.text)) <= named | _DIFFER


def _begins(evidence: Evidence, index: int, here: np.typing.NDArray[np.bool_]) -> list[int]:
    """The first sentences of a passage, which say what the term above them means."""
    rank = evidence.candidates[index].rank
    of_passage = [i for i in np.flatnonzero(here) if evidence.candidates[i].rank == rank]
    return [int(i) for i in of_passage[:DEFINING_SENTENCES]]


def _aspects(question: Question) -> tuple[str, ...]:
    """What is asked of each thing: the items after a colon, "date and who paid", or the parts."""
    told = question.text.partition(":")[2].strip(" ?؟.")
    if not told:
        return question.parts
    return tuple(item for item in _ITEMS.split(told) if content_stems(item)) or (told,)


def _for_aspect(evidence: Evidence, aspect: str, weights: Weights) -> Floats:
    """The scores of the candidates for one of the things asked."""
    stems = set(content_stems(aspect))
    emphasis = np.where([w.stem in stems for w in evidence.words], PART_EMPHASIS, THING_EMPHASIS)
    asked = read_question(aspect).asked
    rated = features_of(evidence, asked, evidence.rarity * emphasis, aspect) @ weights.sentence
    return rated - evidence.second_best - evidence.aside


def _has_all_facets(evidence: Evidence, picked: Sequence[int]) -> bool:
    """Whether each of the things put side by side has evidence of its own."""
    facets = evidence.question.facets
    if any(facet.text for facet in facets):  # two terms may stand on one page, each by itself
        return explains_all(evidence, picked)
    urls = {evidence.candidates[i].passage.chunk.url for i in picked}
    if len(urls) < min(2, len(facets)):
        return False
    return bool(facets) and all(_of_facet(evidence, facet)[list(picked)].any() for facet in facets)


def _leaves_unexplained(evidence: Evidence, picked: Sequence[int]) -> bool:
    """Whether nothing but what differs is asked, and what is picked does not say it."""
    return _asks_only_what_differs(evidence.question) and not explains_all(evidence, picked)


def _of_facet(evidence: Evidence, facet: Facet) -> np.typing.NDArray[np.bool_]:
    """Per candidate: whether it is about this one of the things put side by side."""
    fits = np.ones(len(evidence.candidates), dtype=bool)
    headed = np.zeros(len(evidence.candidates))
    stems = set(content_stems(facet.text))
    arabic = any(w.arabic for w in words_of(facet.text))
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
            of_heading = words_of(" ".join(chunk.headings[-1:]))
            heading = [w.stem for w in of_heading if w.arabic == arabic and not w.stop]
            if len(stems.intersection(heading)) >= FACET_NAMED * len(stems):
                headed[row] = len(stems.intersection(heading)) / len(heading)
                headed[row] += HEADED_FIRST * (heading[0] in stems)
    # Below its own heading nothing else is spoken of; "Trafficking" heads it more than "Victims of
    # trafficking" does.
    return headed == headed.max() if headed.any() else fits


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
        rated = features_of(evidence, asked, evidence.rarity * emphasis, part) @ weights.sentence
        rated -= evidence.second_best + evidence.aside
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
    own: np.typing.NDArray[np.bool_] | None = None,
) -> bool:
    """Whether what is picked has the words of a part and a sign of what it asks for.

    `own` marks the question's words that belong to the part; without it, those of `text` do.
    """
    if own is None:
        stems = set(content_stems(text))
        own = np.array([w.stem in stems for w in evidence.words], dtype=bool)
    wanted, _ = wanted_signs(asked, text)
    signed = not wanted or bool(evidence.signed(wanted)[list(picked)].any())
    covered = evidence.covered[list(picked)][:, own].max(0) if own.any() else np.ones(1)
    return signed and bool((covered >= SAME_WORD).mean() >= PART_TOLD)


def _context(evidence: Evidence, picked: Sequence[int]) -> list[tuple[int, int]]:
    """What the picked ones need beside them: conditions, a missing date, antecedents.

    Each as the index of the sentence and of the picked one that it belongs to.
    """
    candidates = evidence.candidates
    needed: list[tuple[int, int]] = []
    for index in picked:
        following = index + 1
        if (
            following < len(candidates)
            and candidates[following].rank == candidates[index].rank
            and analysis.fold(candidates[following].sentence.text).startswith(_CONDITIONS)
        ):
            needed.append((following, index))
    if Asked.TIME in evidence.question.asked:
        dated = evidence.signed(Sign.TIME) & ~evidence.clashes
        if not any(dated[index] for index in picked):
            page = candidates[picked[0]].passage.chunk.url
            here = (int(i) for i in np.flatnonzero(dated))
            needed += [(i, picked[0]) for i in here if candidates[i].passage.chunk.url == page][:1]
    best = picked[0]
    if (
        len(picked) == 1
        and best
        and candidates[best].leans_back
        and candidates[best].words[0].folded in ("he", "she", "it", "they")
        and candidates[best - 1].rank == candidates[best].rank
        and len(candidates[best - 1].words) <= ANTECEDENT_WORDS
    ):
        needed.append((best - 1, best))
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
