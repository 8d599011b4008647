"""How sure it is that the chosen sentences answer: numbers for a learned model, and objections."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from assistant import near_misses
from assistant.doubts import DOUBTS, doubts
from assistant.evidence import HAPPENED_LOSES, Evidence, Floats, kind_of, ordinals_of
from assistant.matching import SKELETON_WITHIN
from assistant.quote import block_of, softmax
from assistant.rephrase import TOPIC_AFTER
from assistant.signs import Sign, wanted_signs, words_of
from vectorstore import analysis

# A budget without money, an address without a street, three words, a prediction: set by hand.
OBJECTION, FRAGMENT_WORDS = 2.0, 4
# No page knows what tomorrow brings, nor a year that was still ahead when this was written.
_SOON = re.compile(
    r"\b(?:tomorrow|tonight|next (?:week|month|year)|غدا|بكره|بكرا|الاسبوع القادم)\b"
)
_FORECAST = re.compile(
    r"\b(?:will|be)\b.{0,60}\b(?:by|in) (?:20(?:2[7-9]|[3-9]\d)|(?:five|ten|twenty|a few) years)\b|"
    r"\b(?:predict|forecast|in the future)\b|"
    r"\b(?:بعد (?:خمس|عشر|عشرين) سن|في المستقبل|تتوقع|توقعاتك)|"
    r"\bس[يتن]\w{2,}.{0,60}\b20(?:2[7-9]|[3-9]\d)\b"
)
# Nor what this assistant thinks of it.
_OPINION = re.compile(
    r"\b(?:do you (?:think|believe|agree)|your (?:opinion|view)|in your view|who is to blame|"
    r"is it (?:right|fair|wrong|moral|good|bad) (?:that|to|of)|"
    r"should (?:egypt|europe|the (?:government|state|eu|un)|we|countries|people|migrants|refugees)|"
    r"(?:good|bad|dangerous) for (?:egypt|the (?:country|economy)|society)|"
    r"(?:best|worst|better|worse) (?:country|government|president|minister|ngo|agency))\b|"
    r"\b(?:ما رايك|رايك|برايك|رايكم|هل تعتقد|هل تري|تفتكر|بتفكر|شو رايك|ايه رايك)\b|"
    r"\bهل (?:يجب|ينبغي|من الافضل|من العدل|المفروض) |"
    r"\b(?:احسن|افضل|اسوا) (?:دوله|بلد|حكومه|رئيس|منظمه)\b"
)

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
    *DOUBTS,
)


def confidence_features(evidence: Evidence, scores: Floats, picked: Sequence[int]) -> Floats:
    """What tells an answer from a near miss, `(len(CONFIDENCE_FEATURES),)`."""
    candidates = evidence.candidates
    best = candidates[picked[0]]
    url = best.passage.chunk.url
    rarity = evidence.rarity
    total = float(rarity.sum()) or 1.0
    quoted = [index for start in picked for index in block_of(evidence, start)]
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
    counts, counting = evidence.counts
    unsigned = bool(wanted) and not evidence.signed(wanted)[quoted].any()
    elsewhere = [scores[i] for i, c in enumerate(candidates) if c.passage.chunk.url != url]
    other_pages = [p.score for p in evidence.passages if p.chunk.url != url]
    foreign = float(best.passage.chunk.language not in ("und", evidence.question.language))
    cover = float(own @ rarity) / total
    with_title = float(titled @ rarity) / total
    cosine = best.sentence.similarity
    passage_score = best.passage.score / 3
    values = {
        "belief": float(softmax(scores)[list(picked)[:2]].sum()),
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
        "page_belief": float(softmax(scores)[on_page].sum()),
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
    values.update(zip(DOUBTS, doubts(evidence, picked).tolist(), strict=True))
    return np.array([values[name] for name in CONFIDENCE_FEATURES])


def objections(evidence: Evidence, features: Floats, picked: Sequence[int]) -> float:
    """What XQuAD has too few cases of to teach, taken off the logit."""
    best = evidence.candidates[picked[0]]
    fragment = len(best.words) < FRAGMENT_WORDS and not best.item
    wanted = ordinals_of(words_of(evidence.question.text))
    chunks = [evidence.candidates[i].passage.chunk for i in picked]
    around = " ".join(text for c in chunks for text in (c.title, *c.headings, c.text))
    another = bool(wanted) and not wanted <= ordinals_of(words_of(around))
    # A single word that no sentence has: near in meaning is then a name for a name.
    quoted = [index for start in picked for index in block_of(evidence, start)]
    alone = len(evidence.words) == 1 and not evidence.of_organisation[picked[0]]
    unheard = alone and bool(evidence.covered[quoted].max() < SKELETON_WITHIN)
    asked = analysis.fold(evidence.question.text)
    predicts = bool(_SOON.search(asked) or _FORECAST.search(asked))
    opines = bool(_OPINION.search(asked))
    of_site = kind_of(evidence.passages) == "site"  # told on a site by rules written on sites
    aside = float(evidence.aside[picked[0]]) / HAPPENED_LOSES
    return OBJECTION * (
        float(fragment)
        + float(lacks(features))
        + float(unheard)
        + 2 * float(another)
        + float(predicts)
        + aside
        + 2 * float(of_site and near_misses.lacks(evidence, picked))
        + 2 * float(opines)
    )


def lacks(features: Floats) -> bool:
    """Whether what is asked for has a sign, and no sentence of the answer has it."""
    return bool(features[CONFIDENCE_FEATURES.index("strict_missing")] > 0)


def _share(missing: Floats, rarity: Floats, of: np.typing.NDArray[np.bool_]) -> float:
    """How much of some of the question's words the page lacks, 0 where there are none."""
    return float(missing[of].sum() / max(float(rarity[of].sum()), 1e-6)) if of.any() else 0.0
