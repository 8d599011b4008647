"""A question laid beside every sentence of the passages found: what speaks for each.

Nothing here decides: `assistant.features` makes numbers of it, `assistant.extract` weighs them,
`assistant.training` learns the weights. Everything is computed from the passages at hand: how rare
a word is counts within them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from assistant.candidate import Candidate, is_item
from assistant.facets import ordinal_of
from assistant.matching import SAME_WORD, SKELETON_WITHIN, Matcher
from assistant.organisation import tells
from assistant.question import Asked, Question, content_stems, is_content
from assistant.rephrase import TOPIC_AFTER
from assistant.service import addresses_reader, asks_for_oneself, tells_what_happened
from assistant.signs import (
    YEAR,
    Sign,
    Word,
    labels_asked_for,
    words_of,
    years_of,
)
from vectorstore import analysis
from vectorstore.types import Passage

Floats = npt.NDArray[np.float64]

TOPIC_RARITY = 0.5  # a word that a follow-up takes from the turns before weighs so much of its own
NAME_RARITY = 1.3  # a name or number of the question weighs so much more than a common word
NEAR_FROM, NEAR_AT = 0.35, 0.85  # cosines of words from which, and at which, they mean the same
NEAR_ENOUGH = 0.4  # on the scale between the two: a word may stand for the other
NEAR_COUNTS = 0.9  # a word of the same meaning counts a little less than the word itself

Alike = Callable[[Sequence[str], Sequence[str]], npt.NDArray[np.float32]]


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
                item = is_item(passage, sentence)
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
    def expands(self) -> list[bool]:
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
        hand; a glossary, where neither a meaning is asked for nor the term it explains.
        """
        loses = SISTER_LOSES * self.has_sister + FOREIGN_LOSES * self.foreign
        if _NOW.search(analysis.fold(self.question.text)):
            loses += AGE_LOSES * self.age
        if not _WORDS_ASKED.intersection(self.question.asked):
            named = self.headed @ self.rarity / (float(self.rarity.sum()) or 1.0)
            loses += GLOSSARY_LOSES * (self.of_glossary & (named < GLOSSARY_NAMED))
        return np.asarray(loses)

    @cached_property
    def of_glossary(self) -> npt.NDArray[np.bool_]:
        """Per candidate: it is of a page that says what words mean, not what is done for whom."""
        return np.array(
            [bool(_GLOSSARY.search(analysis.fold(c.passage.chunk.title))) for c in self.candidates],
            dtype=bool,
        )

    @cached_property
    def aside(self) -> Floats:
        """Per candidate: what it loses for not being meant for whoever asks for something."""
        if not self.of_service:
            return np.zeros(len(self.candidates))
        meaning = _WORDS_ASKED.intersection(self.question.asked) or len(self.question.parts) > 1
        terms = self.of_glossary & (not meaning)
        return np.asarray(HAPPENED_LOSES * self.happened + TERMS_LOSE * terms, dtype=float)

    @cached_property
    def of_service(self) -> bool:
        """Whether the question asks what the asker can get or do, or on what terms."""
        if kind_of(self.passages) != "site" or self.question.of_organisation is not None:
            return False
        return asks_for_oneself(self.question.text)

    @cached_property
    def happened(self) -> npt.NDArray[np.bool_]:
        """Per candidate: it is of a page of news, a story or a report."""
        told = [tells_what_happened(passage) for passage in self.passages]
        return np.array([told[c.rank] for c in self.candidates], dtype=bool)

    @cached_property
    def addressed(self) -> npt.NDArray[np.bool_]:
        """Per candidate: its page speaks to the reader, and tells no news."""
        pages = {p.chunk.url for p in self.passages if addresses_reader(p.chunk.text)}
        told = np.array([c.passage.chunk.url in pages for c in self.candidates], dtype=bool)
        return told & ~self.happened

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
        own = told * ~self.foreign
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
    def foreign(self) -> npt.NDArray[np.bool_]:
        """Per candidate: it is in another language than the question."""
        own = ("und", self.question.language)
        return np.array([c.passage.chunk.language not in own for c in self.candidates], dtype=bool)

    @cached_property
    def has_sister(self) -> npt.NDArray[np.bool_]:
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
    def age(self) -> Floats:
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


def kind_of(passages: Sequence[Passage]) -> str:
    """What the passages are of: pages of a "site", with headings or dates, or bare "text".

    A site says things once, in short sentences below headings; an encyclopedia says them in long
    ones that repeat the words of whoever asks. One set of weights for both serves neither.
    """
    marked = sum(bool(p.chunk.published or p.chunk.headings) for p in passages)
    return "site" if 2 * marked >= len(passages) else "text"


def ordinals_of(words: Sequence[Word]) -> frozenset[int]:
    """The places in a series that words name, counted from 1."""
    return frozenset(place for w in words if (place := ordinal_of(w.folded)))


MOST_YEARS = 5.0
# Of a sentence's score, by hand; age per year, where a question asks how things are now.
SISTER_LOSES, FOREIGN_LOSES, AGE_LOSES = 3.0, 0.5, 2.0
_GLOSSARY = re.compile(
    r"\b(?:glossary|terminology|abbreviations|acronyms|definitions)\b|"
    r"\b(?:key|common|migration)(?: \w+)? terms\b|"
    r"\b(?:ال)?(?:مسرد|مصطلحات|معجم|تعريفات|اختصارات)\b"
)
_WORDS_ASKED = frozenset({Asked.DEFINITION, Asked.COMPARISON})
GLOSSARY_LOSES = 2.5  # by hand, on five sites
# Where somebody asks for a service: a page of news; a glossary, where no word is asked about. By
# hand, on four sites: 1 to 4 and 0 to 1 make a difference of 2 in 900 questions.
HAPPENED_LOSES, TERMS_LOSE = 2.0, 0.5
GLOSSARY_NAMED = 0.5  # share of a question from which a term is what it is about
LEADS = 3  # sentences at the head of a page about the organisation
_NOW = re.compile(r"\b(?:now|currently|at present|at the moment|today|الان|حاليا|حالي|اليوم)\b")
ASKING, ASKING_SHARE = 3, 0.4  # questions from which a passage is mostly that


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


COUNTED_WORDS = 3  # "150 new hygiene kits"
