"""The page is there, the fact is not: what tells such an answer by what it plainly lacks.

Rules for English and Arabic that read folded text. `assistant.confidence` takes each off its
logit; what a learned weight can judge stands in `assistant.doubts`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.doubts import ASKS_WHAT_COMES, STILL_TO_COME
from assistant.evidence import Evidence
from assistant.facets import ordinal_of
from assistant.matching import SAME_WORD
from assistant.question import Asked
from assistant.quote import block_of
from assistant.signs import Sign, Word, words_of
from assistant.statement import read_statement
from assistant.statement.terms import is_spelt, within
from vectorstore import analysis

_ASKS_HOW_LONG = re.compile(
    r"\bhow long (?:does|do|did|will|would|is|are|was|were|must|can|may|should)\b"
    r"(?!.* (?:ago|metres?)\b)|"
    r"\bhow (?:many|much) (?:minutes|hours|days|weeks|months|years|time)\b|"
    r"\b(?:كم|قد ايه|قد ما|ما) (?:من )?(?:ال)?"
    r"(?:مده|وقت|وقتا|ساعه|يوم|يوما|اسبوع|اسبوعا|شهر|شهرا|سنه)\b|"
    r"\b(?:كم|قد ايه|قد ما|اد ايه) (?:[بتيس]+)?(?:ستغرق|اخذ|اخد|قعد|طول|دوم|ستمر)\w*|"
    r"\b(?:[بتيس]+)(?:ستغرق|اخذ|اخد|قعد|طول) (?:كم|قد)\b"
)
_HOW_LONG = re.compile(
    r"\b(?:minutes?|hours?|days?|weeks?|months?|years?|decades?|centur\w+|generations?|nights?|"
    r"fortnight|daily|all day|permanent\w*|until|till|fixed length|as long as|o'?clock|semesters?|"
    r"terms?)\b|\d[.:]\d\d|"
    r"(?:دقيق|دقايق|ساع|يوم|ايام|اسبوع|اسابيع|شهر|اشهر|شهور|سنه|سنت|سنوات|سنين|عام|اعوام|عقد|عقود|"
    r"قرن|قرون|جيل|ليل|ليال|"
    r"دايم|حتي|الي ان|مده)"
)

_ASKS_AGE = re.compile(r"\bhow old (?:is|was|are|were)\b|\bage of\b|\bكم عمر|\bعمر\w+ (?:كم|قد)\b")
_AGE = re.compile(
    r"\b(?:aged?|ages|old|older|born|birthday|under|over)\b|[,(،] ?\d{1,2} ?[,)،]|"
    r"\bmillion\b|مليون|\d{3}|عمر|البالغ|مواليد|ولد\b|ولدت|\d ?(?:عام|سنه|سنوات|ربيع|شهر|اشهر)"
)
_ASKS_PAY = re.compile(
    r"\b(?:salary|salaries|wages?|pay scale)\b|"
    r"\b(?:what|how much) (?:do|does|did) .*\bearn\b(?! (?:an?|the) )|"
    r"\bكم .*(?:راتب|مرتب|يتقاضي|تتقاضي)|^ما (?:هو )?(?:راتب|مرتب|متوسط (?:ال)?اجر)|"
    r"\b(?:راتب|مرتب)\w* .*كم\b"
)
_UNPAID = re.compile(
    r"\b(?:unpaid|not paid|without pay|no (?:pay|salary|wages?)|allowance|stipend)\b|"
    r"(?:دون|بلا|بدون|غير) (?:اجر|مرتب|راتب|مدفوع)|مكافا|\bبدل"
)
# By verbs: "ست" and "سي" begin many a foreign name.
_ARABIC_FUTURE = re.compile(
    r"\b[وف]?س[يت](?:توجه|نتقل|عود|زور|شمل|ستمر|شارك|ستضيف|جري|ضم|وزع|بدا|صل|نضم|تم|غادر|عقد|حصل|"
    r"تلقي|درب|نطلق|شهد|قدم|نفذ|جتمع|سافر|فتح)\w{0,3}\b|\bسوف\b"
)
_CLITICS = re.compile(r"^[وف]?[بلك]?(?:ال)?(?=\w{3})")
_FACTS = frozenset((Asked.NUMBER, Asked.TIME, Asked.PERSON, Asked.PLACE))


def lacks(evidence: Evidence, picked: Sequence[int]) -> bool:
    """Whether the picked candidates plainly lack what is asked for."""
    quoted = [index for start in picked for index in block_of(evidence, start)]
    return (
        lacks_how_long(evidence, quoted)
        or lacks_age(evidence, quoted)
        or lacks_pay(evidence, quoted)
        or only_announced(evidence, picked[0])
        or of_another_place(evidence, picked[0], quoted)
    )


def lacks_age(evidence: Evidence, quoted: Sequence[int]) -> bool:
    """Whether somebody's age is asked for and none is told."""
    return _asks(evidence, _ASKS_AGE) and not any(
        _AGE.search(analysis.fold(evidence.candidates[i].sentence.text)) for i in quoted
    )


def lacks_pay(evidence: Evidence, quoted: Sequence[int]) -> bool:
    """Whether it is asked what somebody earns, and no sum is told."""
    if not _asks(evidence, _ASKS_PAY):
        return False
    for candidate in (evidence.candidates[i] for i in quoted):
        signs = 0
        for word in candidate.words:
            signs |= word.signs
        number = signs & Sign.NUMBER and signs & (Sign.MONEY | Sign.PAY)
        if _UNPAID.search(analysis.fold(candidate.sentence.text)):
            return False
        if number and not (signs & Sign.PERCENT and not signs & Sign.MONEY):
            return False
    return True


def _asks(evidence: Evidence, rule: re.Pattern[str]) -> bool:
    return bool(rule.search(" ".join(analysis.fold(evidence.question.text).split())))


def lacks_how_long(evidence: Evidence, quoted: Sequence[int]) -> bool:
    """Whether it is asked how long something takes or lasts, and no time is told."""
    return _asks(evidence, _ASKS_HOW_LONG) and not any(
        _HOW_LONG.search(analysis.fold(evidence.candidates[i].sentence.text)) for i in quoted
    )


def only_announced(evidence: Evidence, best: int) -> bool:
    """Whether the page speaks of what is asked about only as of something still to come.

    "How many came to the second course?", where the page tells of the first and says that a second
    will follow: then the numbers on it are of the first.
    """
    question = evidence.question
    if question.asked[0] not in _FACTS or _asks(evidence, ASKS_WHAT_COMES):
        return False
    if _asks(evidence, _ARABIC_FUTURE):
        return False
    url = evidence.candidates[best].passage.chunk.url
    page = [i for i, c in enumerate(evidence.candidates) if c.passage.chunk.url == url]
    to_come = {i for i in page if _is_to_come(analysis.fold(evidence.candidates[i].sentence.text))}
    if not to_come or best in to_come:
        return False
    for place, word in enumerate(evidence.words):
        if not _tells_apart(word) or evidence.titled[best, place] >= SAME_WORD:
            continue
        said = {i for i in page if evidence.covered[i, place] >= SAME_WORD}
        if said and said <= to_come:
            return True
    return False


def of_another_place(evidence: Evidence, best: int, quoted: Sequence[int]) -> bool:
    """Whether a country or city is asked about that the page does not name, while it names others.

    What is understood on every page, the publisher's own country, need not be named.
    """
    if evidence.question.facets or evidence.of_service:  # "I have a visa for Qatar" tells who asks
        return False
    asked = {
        (place.key, place.kind)
        for place in read_statement(evidence.question.text).places
        if _is_spelt(place.text) and not _is_understood(evidence, best, place.text)
    }
    if not asked:
        return False
    chunk = evidence.candidates[best].passage.chunk
    page = [c for c in evidence.candidates if c.passage.chunk.url == chunk.url]
    around = {
        word
        for c in page
        for h in (c.passage.chunk.title, *c.passage.chunk.headings)
        for word in words_of(h)
    }
    named = {key for word in around.union(*(c.words for c in page)) for key in word.concepts}
    named |= {lies for key in named if (lies := within().get(key))}
    named |= {key for key, lies in within().items() if lies in named}
    told = " ".join((chunk.title, *(evidence.candidates[i].sentence.text for i in quoted)))
    others = {place.kind for place in read_statement(told).places}
    return any(key not in named and kind in others for key, kind in asked)


def _is_spelt(place: str) -> bool:
    """Whether the lexicon has the very word, not only its stem: "البحرية" is not Bahrain."""
    word = analysis.fold(place).split()[0]
    bare = _CLITICS.sub("", word)
    return any(
        is_spelt(form.removesuffix("ا")) or is_spelt(form) for form in (word, bare, "ال" + bare)
    )


def _is_understood(evidence: Evidence, best: int, place: str) -> bool:
    said = {word.folded for word in words_of(place)}
    at = [i for i, word in enumerate(evidence.words) if word.folded in said]
    return bool(at) and bool((evidence.titled[best, at] >= SAME_WORD).all())


def _is_to_come(folded: str) -> bool:
    return bool(STILL_TO_COME.search(folded) or _ARABIC_FUTURE.search(folded))


def _tells_apart(word: Word) -> bool:
    """Whether a word of a question says which one of several is meant."""
    article = word.arabic and word.folded.startswith(("ال", "بال", "لل", "وال"))
    return bool(word.signs & (Sign.NAME | Sign.NUMBER)) or article or bool(ordinal_of(word.folded))
