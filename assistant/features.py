"""Evidence as a table: a row for each sentence, a column for each feature that is weighed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assistant.candidate import Candidate
from assistant.evidence import COUNTED_WORDS, Evidence, Floats
from assistant.matching import SAME_WORD, SKELETON_WITHIN
from assistant.question import Asked
from assistant.signs import WANTED, Sign, wanted_signs
from vectorstore.types import Passage

HEADED_WELL = 0.25  # share of the question from which a heading counts as about it
SHORT_WORDS = 6  # a sentence below this is a caption, a label or an item
LONG_WORDS = 40
SIGNED_KINDS = (
    Asked.PERSON,
    Asked.TIME,
    Asked.PLACE,
    Asked.NUMBER,
    Asked.REASON,
    Asked.MANNER,
    Asked.DEFINITION,
    Asked.CONTACT,
)
FEATURES: tuple[str, ...] = (
    "cover",
    "meant",
    "meant_below_best",
    "meant_in_passage",
    "meant_with_title",
    "passage_means",
    "headed",
    "headed_best",
    "headed_first",
    "headed_item",
    "expands",
    "labelled",
    "counts",
    "several_item",
    "row",
    "mail",
    "cover_below_best",
    "cover_in_passage",
    "matches",
    "cover_untitled",
    "title_adds",
    "before_adds",
    "after_adds",
    "passage_covers",
    "page_covers",
    "cosine",
    "cosine_below_best",
    "cosine_in_passage",
    "cosine_first",
    "passage_score",
    "passage_gap",
    "passage_first",
    "passage_second",
    "passage_lexical",
    "foreign",
    "foreign_cover",
    "foreign_cosine",
    "foreign_passage",
    "length",
    "short",
    "long",
    "new_words",
    "new_names",
    "new_numbers",
    "counted",
    "leans_back",
    "first",
    "second",
    "item",
    "leads_in",
    "asks",
    "lead",
    "sister",
    "site_page",
    "year_right",
    "year_wrong",
    "age",
    "list_item",
    "list_leads_in",
    "list_heading",
    "definition_first",
    "strict",
    *(f"signed_{kind.name.lower()}" for kind in SIGNED_KINDS),
)


def features_of(
    evidence: Evidence, asked: Sequence[Asked], weights: Floats | None = None, part: str = ""
) -> Floats:
    """The features of every candidate, `(candidates, len(FEATURES))`.

    Args:
        asked: what to look for: of the question, or of one of its parts.
        weights: (question words,): the rarity to use instead of `rarity`, for one part.
        part: its text, "" for the whole question.
    """
    candidates = evidence.candidates
    count = len(candidates)
    if not count:
        return np.zeros((0, len(FEATURES)))
    rarity = evidence.rarity if weights is None else weights
    total = float(rarity.sum()) or 1.0
    own, title = evidence.covered, evidence.titled
    ranks = np.array([c.rank for c in candidates])
    begins = np.flatnonzero(np.r_[True, ranks[1:] != ranks[:-1]])
    group = np.cumsum(np.r_[False, ranks[1:] != ranks[:-1]])
    before, after = np.zeros_like(own), np.zeros_like(own)
    same = ranks[1:] == ranks[:-1]
    before[1:][same] = own[:-1][same]
    after[:-1][same] = own[1:][same]
    for row, candidate in enumerate(candidates):
        if candidate.intro is not None:
            before[row] = np.maximum(before[row], own[candidate.intro])
            if candidates[candidate.intro].leads_in:
                after[candidate.intro] = np.maximum(after[candidate.intro], own[row])
    known = np.maximum(own, title)
    cover = own @ rarity / total
    in_passage = np.maximum.reduceat(own, begins, axis=0)
    of_page = _per_page(evidence.passages, [candidates[b].rank for b in begins], in_passage)
    untitled = rarity * (1 - title)
    cosine = np.array([c.sentence.similarity for c in candidates])
    best_cosine = np.maximum.reduceat(cosine, begins)[group]
    scores = np.array([candidates[b].passage.score for b in begins])
    lexical = np.array([candidates[b].passage.lexical_score for b in begins])
    foreign = evidence.foreign
    wanted, strict = wanted_signs(asked, part or evidence.question.text)
    signed = evidence.signed(wanted) if wanted else np.zeros(count, dtype=bool)
    right_year, wrong_year = evidence.years
    lengths = np.array([len(c.words) for c in candidates], dtype=float)
    first = np.array([c.position == 0 for c in candidates])
    local = _cover_within(own, begins, group)
    columns: dict[str, npt.ArrayLike] = {
        "cover": cover,
        "meant": (meant := evidence.meant @ rarity / total),
        "meant_below_best": meant - _best_of_language(meant, foreign),
        "meant_in_passage": _cover_within(evidence.meant, begins, group),
        "meant_with_title": np.maximum(evidence.meant, evidence.meant_in_title) @ rarity / total,
        "passage_means": np.maximum.reduceat(evidence.meant, begins, axis=0)[group]
        @ rarity
        / total,
        "headed": (headed := evidence.headed @ rarity / total),
        "headed_best": (headed >= max(HEADED_WELL, float(headed.max()) - 1e-9)),
        "headed_first": headed * np.array([c.position == 0 for c in candidates]),
        "headed_item": headed * np.array([c.item for c in candidates]),
        "expands": evidence.expands,
        "labelled": evidence.labelled,
        "counts": evidence.counts[0],
        "several_item": [c.item and evidence.question.several for c in candidates],
        "row": [c.row for c in candidates],
        "mail": evidence.signed(Sign.MAIL) * (Asked.CONTACT in asked),
        "cover_below_best": cover - _best_of_language(cover, foreign),
        "cover_in_passage": local,
        "matches": np.minimum((own >= SAME_WORD).sum(1), 8) / 4,
        "cover_untitled": (own * untitled).sum(1) / np.maximum(untitled.sum(1), 1e-6),
        "title_adds": (known - own) @ rarity / total,
        "before_adds": np.maximum(before - known, 0) @ rarity / total,
        "after_adds": np.maximum(after - known, 0) @ rarity / total,
        "passage_covers": in_passage[group] @ rarity / total,
        "page_covers": np.maximum(of_page[group], title) @ rarity / total,
        "cosine": cosine,
        "cosine_below_best": cosine - _best_of_language(cosine, foreign),
        "cosine_in_passage": cosine - best_cosine,
        "cosine_first": cosine >= best_cosine,
        "passage_score": scores[group] / 3,
        "passage_gap": (scores - scores.max())[group],
        "passage_first": ranks == 0,
        "passage_second": ranks == 1,
        "passage_lexical": (lexical / max(float(lexical.max()), 1e-6))[group],
        "foreign": foreign,
        "foreign_cover": foreign * cover,
        "foreign_cosine": foreign * cosine,
        "foreign_passage": foreign * scores[group] / 3,
        "length": np.log1p(lengths) / 3,
        "short": lengths < SHORT_WORDS,
        "long": np.maximum(lengths - LONG_WORDS, 0) / 20,
        "new_words": np.log1p([len(c.new) for c in candidates]),
        "new_names": np.log1p(
            [sum(1 for p, w in c.new if p and w.signs & Sign.NAME) for c in candidates]
        ),
        "new_numbers": [
            min(3, sum(1 for _, w in c.new if w.signs & Sign.NUMBER)) for c in candidates
        ],
        "counted": _counted(candidates) if Asked.NUMBER in asked else np.zeros(count),
        "leans_back": [c.begins_with_pronoun for c in candidates],
        "first": first,
        "second": [c.position == 1 for c in candidates],
        "item": [c.item for c in candidates],
        "leads_in": [c.leads_in for c in candidates],
        "asks": [c.asks for c in candidates],
        "lead": [c.position == 0 and c.passage.chunk.position == 0 for c in candidates],
        "sister": evidence.has_sister,
        "site_page": [c.passage.kind == "site" for c in candidates],
        "year_right": right_year,
        "year_wrong": wrong_year,
        "age": evidence.age,
        "list_item": [c.item and Asked.LIST in asked for c in candidates],
        "list_leads_in": [c.leads_in and Asked.LIST in asked for c in candidates],
        "list_heading": [c.item and c.position == 0 and Asked.LIST in asked for c in candidates],
        "definition_first": first if asked[0] is Asked.DEFINITION else np.zeros(count),
        "strict": signed if strict else np.zeros(count),
    }
    kind = asked[0] if asked[0] in WANTED else Asked.THING
    for each in SIGNED_KINDS:
        columns[f"signed_{each.name.lower()}"] = (
            signed if each is kind and not strict else np.zeros(count)
        )
    return np.stack([np.asarray(columns[name], dtype=float) for name in FEATURES], axis=1)


def _cover_within(own: Floats, begins: npt.NDArray[np.intp], group: npt.NDArray[np.intp]) -> Floats:
    """How much of what its passage has of the question a sentence has, rarity counted there."""
    has = np.add.reduceat(own >= SKELETON_WITHIN, begins, axis=0)
    sizes = np.diff(np.r_[begins, len(own)])[:, None]
    weight = np.log(1 + sizes / (has + 0.5)) * (has > 0)
    total = np.maximum(weight.sum(1), 1e-6)
    return np.asarray((own * weight[group]).sum(1) / total[group])


def _per_page(passages: Sequence[Passage], ranks: Sequence[int], covered: Floats) -> Floats:
    """The question's words on all the passages of the same page."""
    best: dict[str, Floats] = {}
    urls = [passages[rank].chunk.url for rank in ranks]
    for url, row in zip(urls, covered, strict=True):
        best[url] = np.maximum(best[url], row) if url in best else row
    return np.stack([best[url] for url in urls])


def _best_of_language(values: Floats, foreign: npt.NDArray[np.bool_]) -> Floats:
    """The best value among the candidates of the same language as each."""
    best = np.zeros(len(values))
    for side in (foreign, ~foreign):
        if side.any():
            best[side] = values[side].max()
    return best


def _counted(candidates: Sequence[Candidate]) -> list[bool]:
    """Whether a number stands right before a word of the question: "150 hygiene kits"."""
    result = []
    for candidate in candidates:
        numbers = [p for p, w in candidate.new if w.signs & Sign.NUMBER]
        result.append(
            any(0 < place - n <= COUNTED_WORDS for place, _ in candidate.hits for n in numbers)
        )
    return result
