"""What speaks for a sentence as the answer to a question, as numbers.

Nothing here decides: `assistant.extract` weighs these numbers, `assistant.training` learns the
weights. Everything is computed from the passages at hand: how rare a word is counts within them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from assistant.facets import ordinal_of
from assistant.matching import SAME_WORD, SKELETON_WITHIN, Matcher
from assistant.organisation import tells
from assistant.question import Asked, Question, content_stems, is_content
from assistant.rephrase import TOPIC_AFTER
from assistant.signs import (
    WANTED,
    YEAR,
    Sign,
    Word,
    labels_asked_for,
    wanted_signs,
    word_set,
    words_of,
    years_of,
)
from vectorstore import analysis
from vectorstore.types import Passage, Sentence

Floats = npt.NDArray[np.float64]

TOPIC_RARITY = 0.5  # a word that a follow-up takes from the turns before weighs so much of its own
NAME_RARITY = 1.3  # a name or number of the question weighs so much more than a common word


NEAR_FROM, NEAR_AT = 0.35, 0.85  # cosines of words from which, and at which, they mean the same
NEAR_ENOUGH = 0.4  # on the scale between the two: a word may stand for the other
NEAR_COUNTS = 0.9  # a word of the same meaning counts a little less than the word itself
Alike = Callable[[Sequence[str], Sequence[str]], npt.NDArray[np.float32]]


_PRONOUNS = word_set(
    """he she it they this these that those his her their its both such
    هذا هذه وهو وهي هو هي هم ذلك تلك كما وقد ولها وله"""
)
_ROW = re.compile(r"[^:;]{1,60}: [^;]+(?:; [^:;]{1,60}: [^;]+)+$")
_DATELINE = re.compile(r"[^\W\d_]+(?:[ /][^\W\d_]+){0,3}[ /]?(?:, [^–—.]{3,40})? [–—-] ")
_DEMONSTRATIVES = word_set("this these such هذا هذه تلك ذلك")


@dataclass(slots=True)
class Candidate:
    """A sentence that may answer.

    Attributes:
        rank: of its passage, 0-based.
        position: of the sentence in the passage, 0-based.
        item: it is an item of a list or a row of a table.
        intro: index among the candidates of the sentence that the list hangs on, or None.
        new: its words that are not words of the question.
    """

    passage: Passage
    sentence: Sentence
    rank: int
    position: int
    words: tuple[Word, ...]
    new: list[tuple[int, Word]]
    hits: list[tuple[int, int]]
    item: bool
    intro: int | None = None

    @property
    def asks(self) -> bool:
        """Whether it is itself a question, as teasers are."""
        return self.sentence.text.rstrip("\"'”’») ").endswith(("?", "؟"))

    @property
    def row(self) -> bool:
        """Whether it is a row of a table: "Year: 1995; Step: …"."""
        return self.item and bool(_ROW.match(self.sentence.text))

    @property
    def picture(self) -> bool:
        """Whether it only says what a picture shows."""
        return self.sentence.text.startswith(PICTURE_MARKS)

    @property
    def leads_in(self) -> bool:
        """Whether it ends in a colon: what it announces follows."""
        return self.sentence.text.rstrip().endswith(":")

    @property
    def dateline(self) -> bool:
        """Whether it begins as a report does, with a place."""
        return bool(_DATELINE.match(self.sentence.text))

    @property
    def leans_back(self) -> bool:
        """Whether it needs the sentence before it to be understood."""
        start = [w.folded for w in self.words[:2]]
        if start and start[0] in _PRONOUNS:
            return True
        return any(w.folded in _DEMONSTRATIVES for w in self.words)


class Evidence:
    """All candidates for one question, compared with it once.

    Attributes:
        candidates: every sentence of every passage, in the order of the passages.
        covered: (candidates, question words), 0 to 1: how far a sentence has each word.
        titled: (candidates, question words): the same for title and headings of its page.
        rarity: (question words,): how much each word tells, from the sentences at hand.
    """

    def __init__(
        self,
        question: Question,
        passages: Sequence[Passage],
        publisher: str = "",
        alike: Alike | None = None,
    ) -> None:
        """Compare.

        Args:
            publisher: whose pages these are, understood on each of them.
            alike: how alike words are in meaning; without it only forms and the lexicon count.
        """
        self.question = question
        self.passages = passages
        self.words = _question_words(question)
        self._matcher = Matcher(self.words)
        self.candidates: list[Candidate] = []
        width = len(self.words)
        rows: list[list[float]] = []
        titles: list[list[float]] = []
        headings: list[list[float]] = []
        for rank, passage in enumerate(passages):
            chunk = passage.chunk
            title = self._cover(
                words_of(" ".join((chunk.title, *chunk.headings, publisher))), width
            )[0]
            heading = self._cover(words_of(" ".join(chunk.headings[-1:])), width)[0]
            intro: int | None = None
            for position, sentence in enumerate(passage.sentences):
                words = words_of(sentence.text)
                row, new, hits = self._cover(words, width)
                item = _is_item(passage, sentence)
                if not item:
                    intro = len(self.candidates)
                self.candidates.append(
                    Candidate(
                        passage,
                        sentence,
                        rank,
                        position,
                        words,
                        new,
                        hits,
                        item,
                        intro if item else None,
                    )
                )
                rows.append(row)
                titles.append(title)
                headings.append(heading)
        count = len(self.candidates)
        self.covered = np.array(rows, dtype=float).reshape(count, width)
        self.titled = np.array(titles, dtype=float).reshape(count, width)
        self.headed = np.array(headings, dtype=float).reshape(count, width)
        self.meant, self.meant_in_title = self._meant(alike)
        named = np.array(
            [bool(w.signs & (Sign.NAME | Sign.NUMBER)) and not w.arabic for w in self.words],
            dtype=bool,
        )
        self.named = named.reshape(width)
        common = (self.covered >= SKELETON_WITHIN).sum(0)
        self.rarity = np.log(1 + count / (common + 0.5)) * np.where(self.named, NAME_RARITY, 1.0)
        own = set(content_stems(question.text.partition(TOPIC_AFTER)[0]))
        self.rarity *= [1.0 if w.stem in own else TOPIC_RARITY for w in self.words]

    def _meant(self, alike: Alike | None) -> tuple[Floats, Floats]:
        """`covered` and `titled` where a word of near meaning counts too, as far as it is near."""
        self._places: dict[str, int] = {}
        self._near = np.zeros((1, len(self.words)))
        if alike is None or not self.words or not self.candidates:
            return self.covered, self.titled
        own = [_meaningful(c.sentence.text) for c in self.candidates]
        around = {
            c.rank: _meaningful(" ".join((c.passage.chunk.title, *c.passage.chunk.headings)))
            for c in self.candidates
        }
        all_words = sorted(frozenset().union(*own, *around.values()))
        place = {word: i for i, word in enumerate(all_words)}
        cosines = alike([w.surface for w in self.words], all_words)
        near = np.clip((cosines - NEAR_FROM) / (NEAR_AT - NEAR_FROM), 0.0, NEAR_COUNTS)
        near[[not _has_meaning(w) for w in self.words]] = 0.0
        near = np.vstack([near.T, np.zeros((1, len(self.words)))])  # a row for no words at all
        self._places, self._near = place, near
        sentences, titles = np.zeros_like(self.covered), np.zeros_like(self.titled)
        title = {r: near[[place[w] for w in ws] or [-1]].max(0) for r, ws in around.items()}
        for row, (candidate, words) in enumerate(zip(self.candidates, own, strict=True)):
            sentences[row] = near[[place[w] for w in words] or [-1]].max(0)
            titles[row] = title[candidate.rank]
        return np.maximum(self.covered, sentences), np.maximum(self.titled, titles)

    def _cover(
        self, words: Sequence[Word], width: int
    ) -> tuple[list[float], list[tuple[int, Word]], list[tuple[int, int]]]:
        row = [0.0] * width
        new: list[tuple[int, Word]] = []
        hits: list[tuple[int, int]] = []
        for place, word in enumerate(words):
            matches = self._matcher.match(word)
            if matches:
                for i, value in matches:
                    hits.append((place, i))
                    row[i] = max(row[i], value)
            elif not word.stop or word.signs:
                new.append((place, word))
        return row, new, hits

    def signed(self, wanted: int) -> npt.NDArray[np.bool_]:
        """Per candidate: whether it holds something of the wanted kind that the question has not.

        The first word of a sentence is capitalised anyway and counts as no name, unless it is the
        place of a dateline: "Cairo, 2 March –".
        """
        found = np.zeros(len(self.candidates), dtype=bool)
        for row, candidate in enumerate(self.candidates):
            for place, word in candidate.new:
                sign = word.signs & wanted
                if sign and not (sign == Sign.NAME and place == 0 and not candidate.dateline):
                    found[row] = True
                    break
        return found

    @cached_property
    def years(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Per candidate: whether it is of a year the question names, whether of another.

        A sentence is of the years it names, else of those its title or headings name, else of the
        year its page was published in. Both are False where the question names no year.
        """
        wanted = set(self.question.years)
        right = np.zeros(len(self.candidates), dtype=bool)
        wrong = np.zeros(len(self.candidates), dtype=bool)
        if not wanted:
            return right, wrong
        for row, candidate in enumerate(self.candidates):
            own = years_of(candidate.sentence.text)
            chunk = candidate.passage.chunk
            around = set(YEAR.findall(" ".join((chunk.title, *chunk.headings))))
            dated = {str(chunk.published.year)} if chunk.published else set()
            right[row] = bool(wanted & (own | around | dated))
            wrong[row] = bool(own or around or dated) and not right[row]
        return right, wrong

    @cached_property
    def labelled(self) -> npt.NDArray[np.bool_]:
        """Per candidate: its label names what is asked for: "Donors: …" for "who pays"."""
        wanted = labels_asked_for(self.question.text)
        found = np.zeros(len(self.candidates), dtype=bool)
        if wanted:
            for row, candidate in enumerate(self.candidates):
                text = _folded(candidate.sentence.text)
                found[row] = any(label.search(text) for label in wanted)
        return found

    @cached_property
    def counts(self) -> tuple[npt.NDArray[np.bool_], bool]:
        """Per candidate: it has a number of what the question counts; and whether it counts at all.

        "How many visitors" is answered by "1,800 spectators", not by any number.
        """
        counted = [
            i
            for i, word in enumerate(self.words)
            if word.folded in counted_words(self.question.text)
        ]
        found = np.zeros(len(self.candidates), dtype=bool)
        for row, candidate in enumerate(self.candidates) if counted else ():
            numbers = [p for p, w in enumerate(candidate.words) if w.signs & Sign.NUMBER]
            found[row] = any(
                self._near_words(candidate.words[at], counted)
                for place in numbers
                for at in range(max(0, place - COUNTED_WORDS), place + COUNTED_WORDS + 1)
                if at != place and at < len(candidate.words)
            )
        return found, bool(counted)

    def _near_words(self, word: Word, among: Sequence[int]) -> bool:
        """Whether a word says what one of these words of the question says."""
        if any(i in among and value >= SAME_WORD for i, value in self._matcher.match(word)):
            return True
        place = self._places.get(word.surface)
        return place is not None and bool(self._near[place, list(among)].max() >= NEAR_ENOUGH)

    @cached_property
    def clashes(self) -> npt.NDArray[np.bool_]:
        """Per candidate: it names another of a series than the question does, and not that one."""
        wanted = ordinals_of(words_of(self.question.text))
        clash = np.zeros(len(self.candidates), dtype=bool)
        if not wanted:
            return clash
        for row, candidate in enumerate(self.candidates):
            named = ordinals_of(candidate.words)
            clash[row] = bool(named) and not named & wanted
        return clash

    @cached_property
    def _expands(self) -> list[bool]:
        """Per candidate: it spells out an acronym of the question: "LIFT, in full Labour …"."""
        acronyms = re.findall(r"\b[A-Z][A-Za-z&-]*[A-Z]\b", self.question.text)
        found = []
        for candidate in self.candidates:
            initials = "".join(
                word[0] for word in re.findall(r"[^\W\d_]+", candidate.sentence.text)
            ).casefold()
            found.append(
                any(
                    a in candidate.sentence.text and re.sub(r"\W", "", a).casefold() in initials
                    for a in acronyms
                )
            )
        return found

    @cached_property
    def second_best(self) -> Floats:
        """Per candidate: what it loses for saying what a better page at hand says too.

        A page in the other language, more so where its version in the question's language is at
        hand.
        """
        loses = SISTER_LOSES * self._has_sister + FOREIGN_LOSES * self._foreign
        if _NOW.search(analysis.fold(self.question.text)):
            loses += AGE_LOSES * self._age
        return np.asarray(loses)

    @cached_property
    def of_organisation(self) -> Floats:
        """Per candidate: how well it tells what is asked of the organisation itself, from 0."""
        told = np.zeros(len(self.candidates))
        about = self.question.of_organisation
        if about is None:
            return told
        for row, candidate in enumerate(self.candidates):
            chunk = candidate.passage.chunk
            if chunk.url in about.pages and not candidate.asks:
                told[row] = tells(
                    about.aspect,
                    candidate.sentence.text,
                    chunk.headings[-1:],
                    leads=chunk.position == 0 and candidate.position < LEADS,
                    lists=candidate.item or candidate.leads_in,
                )
        own = told * ~self._foreign
        return own if own.any() else told

    @cached_property
    def asks_itself(self) -> npt.NDArray[np.bool_]:
        """Per candidate: its passage is mostly questions, or asks again what its heading asks.

        Teasers do the first, bait for whoever asks does both.
        """
        asking = Counter(c.rank for c in self.candidates if c.asks)
        sizes = Counter(c.rank for c in self.candidates)
        echoes = {
            c.rank
            for c in self.candidates
            if c.asks
            and analysis.fold(c.sentence.text) in map(analysis.fold, c.passage.chunk.headings)
        }
        return np.array(
            [
                c.rank in echoes or asking[c.rank] >= max(ASKING, ASKING_SHARE * sizes[c.rank])
                for c in self.candidates
            ],
            dtype=bool,
        )

    @cached_property
    def _foreign(self) -> npt.NDArray[np.bool_]:
        """Per candidate: it is in another language than the question."""
        own = ("und", self.question.language)
        return np.array([c.passage.chunk.language not in own for c in self.candidates], dtype=bool)

    @cached_property
    def _has_sister(self) -> npt.NDArray[np.bool_]:
        """Per candidate: its page's version in the question's language is at hand too."""
        language = self.question.language
        at_hand = {passage.chunk.url for passage in self.passages}
        return np.array(
            [
                c.passage.chunk.language != language
                and c.passage.alternates.get(language, "") in at_hand
                for c in self.candidates
            ],
            dtype=bool,
        )

    @cached_property
    def _age(self) -> Floats:
        """Per candidate: years, up to MOST_YEARS, that its page is older than the newest at hand.

        0 where the page has no date, and for questions that name a year themselves.
        """
        days = [p.chunk.published for p in self.passages if p.chunk.published]
        if not days or self.question.years:
            return np.zeros(len(self.candidates))
        newest = max(days)
        return np.array(
            [
                min(MOST_YEARS, (newest - c.passage.chunk.published).days / 365)
                if c.passage.chunk.published
                else 0.0
                for c in self.candidates
            ]
        )

    def matrix(
        self, asked: Sequence[Asked], weights: Floats | None = None, part: str = ""
    ) -> Floats:
        """The features of every candidate, `(candidates, len(FEATURES))`.

        Args:
            asked: what to look for: of the question, or of one of its parts.
            weights: (question words,): the rarity to use instead of `rarity`, for one part.
            part: its text, "" for the whole question.
        """
        candidates = self.candidates
        count = len(candidates)
        if not count:
            return np.zeros((0, len(FEATURES)))
        rarity = self.rarity if weights is None else weights
        total = float(rarity.sum()) or 1.0
        own, title = self.covered, self.titled
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
        of_page = _per_page(self.passages, [candidates[b].rank for b in begins], in_passage)
        untitled = rarity * (1 - title)
        cosine = np.array([c.sentence.similarity for c in candidates])
        best_cosine = np.maximum.reduceat(cosine, begins)[group]
        scores = np.array([candidates[b].passage.score for b in begins])
        lexical = np.array([candidates[b].passage.lexical_score for b in begins])
        foreign = self._foreign
        wanted, strict = wanted_signs(asked, part or self.question.text)
        signed = self.signed(wanted) if wanted else np.zeros(count, dtype=bool)
        right_year, wrong_year = self.years
        lengths = np.array([len(c.words) for c in candidates], dtype=float)
        first = np.array([c.position == 0 for c in candidates])
        local = _cover_within(own, begins, group)
        columns: dict[str, npt.ArrayLike] = {
            "cover": cover,
            "meant": (meant := self.meant @ rarity / total),
            "meant_below_best": meant - _best_of_language(meant, foreign),
            "meant_in_passage": _cover_within(self.meant, begins, group),
            "meant_with_title": np.maximum(self.meant, self.meant_in_title) @ rarity / total,
            "passage_means": np.maximum.reduceat(self.meant, begins, axis=0)[group]
            @ rarity
            / total,
            "headed": (headed := self.headed @ rarity / total),
            "headed_best": (headed >= max(HEADED_WELL, float(headed.max()) - 1e-9)),
            "headed_first": headed * np.array([c.position == 0 for c in candidates]),
            "headed_item": headed * np.array([c.item for c in candidates]),
            "expands": self._expands,
            "labelled": self.labelled,
            "counts": self.counts[0],
            "several_item": [c.item and self.question.several for c in candidates],
            "row": [c.row for c in candidates],
            "mail": self.signed(Sign.MAIL) * (Asked.CONTACT in asked),
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
            "leans_back": [bool(c.words) and c.words[0].folded in _PRONOUNS for c in candidates],
            "first": first,
            "second": [c.position == 1 for c in candidates],
            "item": [c.item for c in candidates],
            "leads_in": [c.leads_in for c in candidates],
            "asks": [c.asks for c in candidates],
            "lead": [c.position == 0 and c.passage.chunk.position == 0 for c in candidates],
            "sister": self._has_sister,
            "site_page": [c.passage.kind == "site" for c in candidates],
            "year_right": right_year,
            "year_wrong": wrong_year,
            "age": self._age,
            "list_item": [c.item and Asked.LIST in asked for c in candidates],
            "list_leads_in": [c.leads_in and Asked.LIST in asked for c in candidates],
            "list_heading": [
                c.item and c.position == 0 and Asked.LIST in asked for c in candidates
            ],
            "definition_first": first if asked[0] is Asked.DEFINITION else np.zeros(count),
            "strict": signed if strict else np.zeros(count),
        }
        kind = asked[0] if asked[0] in WANTED else Asked.THING
        for each in SIGNED_KINDS:
            columns[f"signed_{each.name.lower()}"] = (
                signed if each is kind and not strict else np.zeros(count)
            )
        return np.stack([np.asarray(columns[name], dtype=float) for name in FEATURES], axis=1)


def ordinals_of(words: Sequence[Word]) -> frozenset[int]:
    """The places in a series that words name, counted from 1."""
    return frozenset(place for w in words if (place := ordinal_of(w.folded)))


HEADED_WELL = 0.25  # share of the question from which a heading counts as about it
PICTURE_MARKS = ("Picture: ", "صورة: ")  # as the readers mark what a picture shows
MOST_YEARS = 5.0
# Of a sentence's score, by hand; age per year, where a question asks how things are now.
SISTER_LOSES, FOREIGN_LOSES, AGE_LOSES = 3.0, 0.5, 2.0
LEADS = 3  # sentences at the head of a page about the organisation
_NOW = re.compile(r"\b(?:now|currently|at present|at the moment|today|الان|حاليا|حالي|اليوم)\b")
ASKING, ASKING_SHARE = 3, 0.4  # questions from which a passage is mostly that
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


@lru_cache(maxsize=1_000)
def counted_words(text: str) -> frozenset[str]:
    """The folded words of what a question counts: "visitors" of "how many visitors came"."""
    found = _COUNTED.search(" ".join(analysis.fold(text).split()))
    if found is None:
        return frozenset()
    words = [w for w in analysis.words(found["english"] or found["arabic"]) if is_content(w)]
    return frozenset(words[: 2 if found["english"] else 1])


_COUNTED = re.compile(
    r"\b(?:how many|number of)(?: of (?:the|them|those|these))? "
    r"(?P<english>(?!in |of |are |were |did ).{3,60})|"
    r"\b[وف]?كم (?:عدد )?(?P<arabic>\w{3,})"
)


_folded = lru_cache(maxsize=50_000)(analysis.fold)


def _has_meaning(word: Word) -> bool:
    """Whether a word can be near another in meaning: no number, no address, no stop word."""
    return not word.stop and len(word.surface) > 2 and word.surface.isalpha()


@lru_cache(maxsize=50_000)
def _meaningful(text: str) -> frozenset[str]:
    """The words of a text that can be near another in meaning."""
    return frozenset(word.surface for word in words_of(text) if _has_meaning(word))


def _question_words(question: Question) -> list[Word]:
    """The words the question is about, once each, in order."""
    words: dict[str, Word] = {}
    for word in words_of(question.text):
        if word.folded[0].isalnum() and not word.stop and is_content(word.folded):
            words.setdefault(word.stem, word)
    return list(words.values())


def _is_item(passage: Passage, sentence: Sentence) -> bool:
    """Whether a list marker stands before the sentence on its line."""
    begin = sentence.start - passage.chunk.start
    if begin <= 0:  # a passage that begins with a list begins behind its first marker
        rest = passage.chunk.text[sentence.end - passage.chunk.start :]
        return bool(_NEXT_ITEM.match(rest)) and not sentence.text.rstrip().endswith(_ENDS)
    line = passage.chunk.text[max(0, begin - 6) : begin].rpartition("\n")[2]
    return bool(_MARKER.fullmatch(line))


_NEXT_ITEM = re.compile(r" *\n[-*•–·▪] ")
_ENDS = (".", ":", "!", "?", "؟", "…")
_MARKER = re.compile(r"\s*(?:[-*•–·▪]|\d{1,2}[.)])\s+(?:\d{1,2}[.)]\s+)?")


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


COUNTED_WORDS = 3  # "150 new hygiene kits"
