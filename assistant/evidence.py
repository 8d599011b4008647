"""What speaks for a sentence as the answer to a question, as numbers.

Nothing here decides: `assistant.extract` weighs these numbers, `assistant.training` learns the
weights. Everything is computed from the passages at hand: how rare a word is counts within them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from assistant.lexicon import concepts, phrases, root_of
from assistant.question import Asked, Question, is_content
from vectorstore import analysis
from vectorstore.types import Passage, Sentence

Floats = npt.NDArray[np.float64]

SAME_WORD = 0.5  # Dice's coefficient of trigrams from which two words count as forms of one
SKELETON_ACROSS, SKELETON_WITHIN = 0.9, 0.8  # how much a name counts that agrees in consonants only
CONCEPT_ACROSS, CONCEPT_WITHIN = 0.95, 0.85  # how much a word counts that says the same
BONES = 2  # consonants that a name needs to be compared by them
NAME_RARITY = 1.3  # a name or number of the question weighs so much more than a common word


class Sign:
    """What a word can be a sign of: bits of an int (an enum's own are ten times slower)."""

    NONE = 0
    NUMBER = 1
    TIME = 2
    NAME = 4
    REASON = 8
    MANNER = 16
    DEFINITION = 32
    TITLE = 64
    MONEY = 128
    PERCENT = 256
    STREET = 512
    PHONE = 1024
    MAIL = 2048


def _set(words: str) -> frozenset[str]:
    return frozenset(analysis.fold(words).split())


_SIGNS: tuple[tuple[int, frozenset[str]], ...] = (
    (
        Sign.NUMBER,
        _set(
            """one two three four five six seven eight nine ten eleven twelve thirteen fourteen
            fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
            eighty ninety hundred thousand million billion half third quarter dozen hundreds
            thousands millions twice
            اثنان اثنين اثنتين اثنتان ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة ثماني ثمانية
            ثمان تسع تسعة عشر عشرة عشرين عشرون ثلاثين ثلاثون أربعين أربعون خمسين خمسون ستين ستون
            سبعين سبعون ثمانين ثمانون تسعين تسعون مائة مئة ألف آلاف مليون مليونان ملايين مليار نصف
            ثلث ربع مرتين عشرات مئات"""
        ),
    ),
    (
        Sign.TIME,
        _set(
            """january february march april may june july august september october november december
            monday tuesday wednesday thursday friday saturday sunday century decade spring summer
            autumn winter
            يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر كانون شباط
            آذار نيسان أيار حزيران تموز آب أيلول تشرين الأحد الاثنين الثلاثاء الأربعاء الخميس
            الجمعة السبت القرن عام سنة العام"""
        ),
    ),
    (
        Sign.REASON,
        _set(
            """because since due so order therefore cause caused causes result reason reasons thus
            لأن لأنها لأنه لأنهم بسبب نتيجة نظرا لذلك لكي كي أجل أدى أدت سبب السبب بهدف بغرض لكون
            بفعل"""
        ),
    ),
    (
        Sign.MANNER,
        _set("by through via using means طريق بواسطة خلال عبر باستخدام وسيلة"),
    ),
    (
        Sign.DEFINITION,
        _set(
            """is are was were means refers called known stands someone anyone هو هي تعني يعني يعرف
            تعرف عبارة يسمى تسمى يطلق"""
        ),
    ),
    (
        Sign.TITLE,
        _set(
            """mr mrs ms dr sir president king queen minister ambassador chief director professor
            head chairperson السيد السيدة الدكتور الدكتورة الرئيس الملك السفير السفيرة الوزير وزير
            مدير رئيس رئيسة المستشار قال قالت"""
        ),
    ),
    (
        Sign.MONEY,
        _set(
            """dollar dollars euro euros pound pounds usd eur egp cents دولار دولارا يورو جنيه جنيها
            جنيهات"""
        ),
    ),
    (Sign.PERCENT, _set("percent cent percentage % ٪ بالمئة بالمائة المئة المائة")),
    (Sign.STREET, _set("street road avenue square floor building شارع طريق ميدان طابق مبنى عمارة")),
)
_ALL_SIGNS: dict[str, int] = {}
for _sign, _words in _SIGNS:
    for _word_of in _words:
        _ALL_SIGNS[_word_of] = _ALL_SIGNS.get(_word_of, Sign.NONE) | _sign

# Which of a series: "the second roundtable" is another one than "the first".
_ORDINALS = {
    form: place
    for place, forms in enumerate(
        (
            _set("first 1st اول الاول اولي الاولي"),
            _set("second 2nd ثان ثاني الثاني ثانيه الثانيه"),
            _set("third 3rd ثالث الثالث ثالثه الثالثه"),
            _set("fourth 4th رابع الرابع رابعه الرابعه"),
            _set("fifth 5th خامس الخامس خامسه الخامسه"),
            _set("sixth 6th سادس السادس سادسه السادسه"),
        ),
        start=1,
    )
    for form in forms
}
_CLITIC = re.compile(r"^[وفبلك](?=ال)")
# What a sentence has to hold to answer each kind of question; other kinds have no outward sign.
_WANTED = {
    Asked.TIME: Sign.TIME,
    Asked.NUMBER: Sign.NUMBER,
    Asked.PERSON: Sign.NAME | Sign.TITLE,
    Asked.PLACE: Sign.NAME,
    Asked.REASON: Sign.REASON,
    Asked.MANNER: Sign.MANNER,
    Asked.DEFINITION: Sign.DEFINITION,
    Asked.CONTACT: Sign.PHONE | Sign.MAIL,
}
# Words of a question that narrow it to one sign, folded stems; nothing else will do then.
_STRICT = tuple(
    (sign, frozenset(analysis.stem(w) for w in words))
    for sign, words in (
        (
            Sign.MONEY,
            _set(
                "budget cost costs price salary fee fees rent wage ميزانية تكلفة سعر راتب مرتب كلفة"
            ),
        ),
        (Sign.PERCENT, _set("percentage percent share proportion نسبة")),
        (Sign.STREET, _set("address street عنوان عنوانها عنوانه")),
        (Sign.PHONE, _set("phone telephone hotline helpline fax هاتف تليفون تلفون")),
        (Sign.MAIL, _set("email mail e-mail إيميل ايميل الالكتروني الإلكتروني")),
    )
)
_PHONE_DIGITS = 5  # the shortest numbers people are told to call have five digits
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_TOKEN = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d+(?:[.,٬٫]\d+)*(?:st|nd|rd|th)?|[^\W_]+(?:['’][^\W_]+)*|[%٪$€£]"
)
_ARTICLE = re.compile(r"^[وف]?(?:[بك]?ال|لل)(?=\w{3})")
_PRONOUNS = _set(
    """he she it they this these that those his her their its both such
    هذا هذه وهو وهي هو هي هم ذلك تلك كما وقد ولها وله"""
)
_DATELINE = re.compile(r"(?:[^\W\d_]+[ /]?){1,4}(?:, [^–—.]{3,40})? [–—-] ")
_DEMONSTRATIVES = _set("this these such هذا هذه تلك ذلك")
_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text and all that can be said of it alone."""

    folded: str
    stem: str
    stop: bool
    arabic: bool
    grams: frozenset[str]
    bones: str
    root: str
    concepts: frozenset[str]
    signs: int


@lru_cache(maxsize=100_000)
def _word(raw: str) -> _Word:
    folded = analysis.fold(raw).replace("’", "'")
    arabic = bool(_ARABIC.match(folded))
    stop = analysis.is_stop_word(folded)
    padded = f" {folded} "
    capital = raw[:1].isupper()
    bare = _ARTICLE.sub("", folded) if arabic else folded
    forms = (folded, bare, folded[1:]) if arabic else (folded,)
    signs = Sign.NONE
    for form in forms:
        signs |= _ALL_SIGNS.get(form, Sign.NONE)
    digits = sum(c.isdigit() for c in folded)
    if digits and folded[:1] in "+0123456789":
        signs |= Sign.NUMBER
        if _YEAR.fullmatch(folded):
            signs |= Sign.TIME
        if digits >= _PHONE_DIGITS and "." not in folded and "," not in raw and "٬" not in raw:
            signs |= Sign.PHONE
    if raw in "$€£":
        signs |= Sign.MONEY
    if "@" in raw:
        signs |= Sign.MAIL
    if capital and not stop:
        signs |= Sign.NAME
    return _Word(
        folded=folded,
        stem=analysis.stem(folded),
        stop=stop,
        arabic=arabic,
        grams=frozenset(padded[i : i + 3] for i in range(len(padded) - 2)),
        bones=analysis.skeleton(bare) if (arabic or capital) and not stop else "",
        root=(root := root_of(folded)),
        concepts=frozenset() if stop else concepts().get(root, frozenset()),
        signs=signs,
    )


def words_of(text: str) -> list[_Word]:
    """The words of a text, numbers, addresses and currency signs among them."""
    words = [_word(raw) for raw in _TOKEN.findall(analysis.without_marks(text))]
    for at, word in enumerate(words):
        for roots, concept in phrases().get(word.root, ()):
            if tuple(w.root for w in words[at : at + len(roots)]) == roots:
                for i in range(at, at + len(roots)):
                    words[i] = replace(words[i], concepts=words[i].concepts | {concept})
    return words


def wanted_signs(asked: Sequence[Asked], stems: Sequence[str]) -> tuple[int, bool]:
    """What an answer has to hold, and whether nothing else will do."""
    strict = Sign.NONE
    for sign, triggers in _STRICT:
        if triggers.intersection(stems):
            strict |= sign
    if strict:
        return strict, True
    wanted = Sign.NONE
    for kind in asked:
        wanted |= _WANTED.get(kind, Sign.NONE)
    return wanted, False


class _Matcher:
    """How far words of the evidence are words of the question."""

    def __init__(self, words: Sequence[_Word]) -> None:
        self._words = words
        self._by_stem = {word.stem: i for i, word in enumerate(words)}
        self._by_gram: dict[str, list[int]] = {}
        self._by_bones: dict[str, list[int]] = {}
        self._by_concept: dict[str, list[int]] = {}
        for i, word in enumerate(words):
            for concept in word.concepts:
                self._by_concept.setdefault(concept, []).append(i)
            if len(word.bones) >= BONES:
                self._by_bones.setdefault(word.bones, []).append(i)
            if not word.folded[:1].isdigit():
                for gram in word.grams:
                    self._by_gram.setdefault(gram, []).append(i)
        self._known: dict[tuple[str, frozenset[str]], tuple[tuple[int, float], ...]] = {}

    def match(self, word: _Word) -> tuple[tuple[int, float], ...]:
        """Pairs of (index of a question word, 0 to 1)."""
        key = (word.folded, word.concepts)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = () if word.stop else self._compare(word)
        return found

    def _compare(self, word: _Word) -> tuple[tuple[int, float], ...]:
        values: dict[int, float] = {}
        common: dict[int, int] = {}
        for gram in word.grams:
            for i in self._by_gram.get(gram, ()):
                common[i] = common.get(i, 0) + 1
        for i, count in common.items():
            dice = 2 * count / (len(self._words[i].grams) + len(word.grams))
            if dice >= SAME_WORD:
                values[i] = dice
        for i in self._by_bones.get(word.bones, ()):
            if self._words[i].arabic != word.arabic:
                values[i] = max(values.get(i, 0.0), SKELETON_ACROSS)
            elif not word.arabic and len(word.bones) > BONES:
                values[i] = max(values.get(i, 0.0), SKELETON_WITHIN)
        for concept in word.concepts:
            for i in self._by_concept.get(concept, ()):
                translated = self._words[i].arabic != word.arabic
                value = CONCEPT_ACROSS if translated else CONCEPT_WITHIN
                values[i] = max(values.get(i, 0.0), value)
        same = self._by_stem.get(word.stem)
        if same is not None:
            values[same] = 1.0
        return tuple(values.items())


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
    words: list[_Word]
    new: list[tuple[int, _Word]]
    hits: list[tuple[int, int]]
    item: bool
    intro: int | None = None

    @property
    def asks(self) -> bool:
        """Whether it is itself a question, as teasers are."""
        return self.sentence.text.rstrip("\"'”’») ").endswith(("?", "؟"))

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
        self, question: Question, passages: Sequence[Passage], publisher: str = ""
    ) -> None:
        """Compare; `publisher` is whose pages these are, understood on each of them."""
        self.question = question
        self.passages = passages
        self.words = _question_words(question)
        self._matcher = _Matcher(self.words)
        self.candidates: list[Candidate] = []
        width = len(self.words)
        rows: list[list[float]] = []
        titles: list[list[float]] = []
        for rank, passage in enumerate(passages):
            chunk = passage.chunk
            title = self._cover(
                words_of(" ".join((chunk.title, *chunk.headings, publisher))), width
            )[0]
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
        count = len(self.candidates)
        self.covered = np.array(rows, dtype=float).reshape(count, width)
        self.titled = np.array(titles, dtype=float).reshape(count, width)
        named = np.array(
            [bool(w.signs & (Sign.NAME | Sign.NUMBER)) and not w.arabic for w in self.words],
            dtype=bool,
        )
        self.named = named.reshape(width)
        common = (self.covered >= SKELETON_WITHIN).sum(0)
        self.rarity = np.log(1 + count / (common + 0.5)) * np.where(self.named, NAME_RARITY, 1.0)

    def _cover(
        self, words: Sequence[_Word], width: int
    ) -> tuple[list[float], list[tuple[int, _Word]], list[tuple[int, int]]]:
        row = [0.0] * width
        new: list[tuple[int, _Word]] = []
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

    def matrix(self, asked: Sequence[Asked], weights: Floats | None = None) -> Floats:
        """The features of every candidate, `(candidates, len(FEATURES))`.

        Args:
            asked: what to look for: of the question, or of one of its parts.
            weights: (question words,): the rarity to use instead of `rarity`, for one part.
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
        foreign = np.array(
            [c.passage.chunk.language not in ("und", self.question.language) for c in candidates]
        )
        wanted, strict = wanted_signs(asked, self.question.stems)
        signed = self.signed(wanted) if wanted else np.zeros(count, dtype=bool)
        lengths = np.array([len(c.words) for c in candidates], dtype=float)
        first = np.array([c.position == 0 for c in candidates])
        local = _cover_within(own, begins, group)
        columns: dict[str, npt.ArrayLike] = {
            "cover": cover,
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
            "list_item": [c.item and Asked.LIST in asked for c in candidates],
            "list_leads_in": [c.leads_in and Asked.LIST in asked for c in candidates],
            "list_heading": [
                c.item and c.position == 0 and Asked.LIST in asked for c in candidates
            ],
            "definition_first": first if asked[0] is Asked.DEFINITION else np.zeros(count),
            "strict": signed if strict else np.zeros(count),
        }
        kind = asked[0] if asked[0] in _WANTED else Asked.THING
        for each in SIGNED_KINDS:
            columns[f"signed_{each.name.lower()}"] = (
                signed if each is kind and not strict else np.zeros(count)
            )
        return np.stack([np.asarray(columns[name], dtype=float) for name in FEATURES], axis=1)


def ordinals_of(words: Sequence[_Word]) -> frozenset[int]:
    """The places in a series that words name, counted from 1."""
    return frozenset(place for w in words if (place := _ORDINALS.get(_CLITIC.sub("", w.folded))))


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
    "list_item",
    "list_leads_in",
    "list_heading",
    "definition_first",
    "strict",
    *(f"signed_{kind.name.lower()}" for kind in SIGNED_KINDS),
)


def _question_words(question: Question) -> list[_Word]:
    """The words the question is about, once each, in order."""
    words: dict[str, _Word] = {}
    for word in words_of(question.text):
        if word.folded[0].isalnum() and not word.stop and is_content(word.folded):
            words.setdefault(word.stem, word)
    return list(words.values())


def _is_item(passage: Passage, sentence: Sentence) -> bool:
    """Whether a list marker stands before the sentence on its line."""
    begin = sentence.start - passage.chunk.start
    if begin <= 0:
        return False
    line = passage.chunk.text[max(0, begin - 6) : begin].rpartition("\n")[2]
    return bool(_MARKER.fullmatch(line))


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
