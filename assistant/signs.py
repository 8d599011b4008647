"""The words of a text and what each is a sign of: a number, a date, a name, money, a phone line.

Pure rules for English and Arabic. `assistant.evidence` asks with them whether a sentence holds what
a question wants to be told.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from assistant.lexicon import concepts, phrases, root_of
from assistant.question import Asked
from vectorstore import analysis

LABELS = Path(__file__).with_name("lexicon") / "labels.toml"


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
    AGE = 4096
    PAY = 8192


def word_set(words: str) -> frozenset[str]:
    """The folded words of a text."""
    return frozenset(analysis.fold(words).split())


_SIGNS: tuple[tuple[int, frozenset[str]], ...] = (
    (
        Sign.NUMBER,
        word_set(
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
        word_set(
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
        word_set(
            """because since due so order therefore cause caused causes result reason reasons thus
            لأن لأنها لأنه لأنهم بسبب نتيجة نظرا لذلك لكي كي أجل أدى أدت سبب السبب بهدف بغرض لكون
            بفعل"""
        ),
    ),
    (
        Sign.MANNER,
        word_set("by through via using means طريق بواسطة خلال عبر باستخدام وسيلة"),
    ),
    (
        Sign.DEFINITION,
        word_set(
            """is are was were means refers called known stands someone anyone هو هي تعني يعني يعرف
            تعرف عبارة يسمى تسمى يطلق"""
        ),
    ),
    (
        Sign.TITLE,
        word_set(
            """mr mrs ms dr sir president king queen minister ambassador chief director professor
            head chairperson السيد السيدة الدكتور الدكتورة الرئيس الملك السفير السفيرة الوزير وزير
            مدير رئيس رئيسة المستشار قال قالت"""
        ),
    ),
    (
        Sign.MONEY,
        word_set(
            """dollar dollars euro euros pound pounds usd eur egp cents free charge yen dinar dinars
            دولار دولارا يورو جنيه جنيها جنيهات دينار دينارا دنانير ين مجانا مجاني مجانيه بالمجان
            مقابل"""
        ),
    ),
    (
        Sign.PAY,
        word_set(
            """salary salaries wage wages stipend remuneration earns راتب راتبا الراتب رواتب مرتب
            اجر اجرا اجور"""
        ),
    ),
    (Sign.AGE, word_set("aged age ages old عمر عمرها عمره اعمارهم عمرا سنه عاما اعوام سنوات")),
    (Sign.PERCENT, word_set("percent cent percentage % ٪ بالمئة بالمائة المئة المائة")),
    (
        Sign.STREET,
        word_set("street road avenue square floor building شارع طريق ميدان طابق مبنى عمارة"),
    ),
)
_ALL_SIGNS: dict[str, int] = {}
for _sign, _words in _SIGNS:
    for _word_of in _words:
        _ALL_SIGNS[_word_of] = _ALL_SIGNS.get(_word_of, Sign.NONE) | _sign

# What a sentence has to hold to answer each kind of question; other kinds have no outward sign.
WANTED = {
    Asked.TIME: Sign.TIME,
    Asked.NUMBER: Sign.NUMBER,
    Asked.PERSON: Sign.NAME | Sign.TITLE,
    Asked.PLACE: Sign.NAME,
    Asked.REASON: Sign.REASON,
    Asked.MANNER: Sign.MANNER,
    Asked.DEFINITION: Sign.DEFINITION,
    Asked.CONTACT: Sign.PHONE | Sign.MAIL,
}
# Questions that only one sign will answer; read folded.
_STRICT = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        (
            Sign.MONEY,
            r"\b(?:budget|costs?|price|fees?|rent)\b|\bhow much (?:money|\w+ \w+ (?:pay|charge))|"
            r"ميزاني|تكلف|كلفه|\bسعر|\bثمن|\bبكم\b|رسوم|اجره",
        ),
        (
            Sign.PAY,
            r"\b(?:salary|salaries|wages?|paid per|pay (?:scale|per)|"
            r"(?:monthly|yearly|annual|starting|what) pay)\b|راتب|مرتب",
        ),
        (Sign.PERCENT, r"\b(?:percentage|per ?cent|share of|proportion)\b|\bنسبه"),
        (Sign.AGE, r"\bhow old\b|\bage of\b|\bwhat age\b|\bعمر|كم سنه عمر"),
        (Sign.STREET, r"\baddress\b(?! \w+ed)|\bstreet\b|\bعنوان(?:ها|ه)?\b"),
        (Sign.PHONE, r"\b(?:phone|telephone|hotline|helpline|fax)\b|هاتف|تليفون|تلفون"),
        (Sign.MAIL, r"\be-?mail\b|ايميل|بريد\w* الالكتروني"),
    )
)
_PHONE_DIGITS = 5  # the shortest numbers people are told to call have five digits
# "+20 2 2736 5140": seven digits and more in groups; "2019-2021" is none.
_SPACED_PHONE = re.compile(r"\+?\(?\d(?:[ \u00a0()/.-]{0,2}\d){6,}")
YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_TOKEN = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d+(?:[.,٬٫]\d+)*(?:st|nd|rd|th)?|[^\W_]+(?:['’][^\W_]+)*|[%٪$€£]"
)
_ARTICLE = re.compile(r"^[وف]?(?:[بك]?ال|لل)(?=\w{3})")
_ARABIC = re.compile("[\u0621-\u064a]")
_YEARS_TO = re.compile(r"((?:19|20)\d\d)\D{1,24}?((?:19|20)\d\d)(?!\d)")
_RANGE = re.compile(r"[-–—]|\bto\b|\buntil\b|\bto:|الى|إلى|حتى")
_LONGEST_RANGE = 60


@lru_cache(maxsize=1)
def _labels() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Name of a label to how people ask for it, and how it stands before a colon; folded."""
    table = tomllib.loads(LABELS.read_text("utf-8"))
    return {
        name: (
            re.compile("|".join(entry["asks"])),
            re.compile(rf"(?:^|; )(?:\w+ )?(?:{'|'.join(entry['labels'])})(?: \w+)?: "),
        )
        for name, entry in table.items()
    }


def labels_asked_for(text: str) -> list[re.Pattern[str]]:
    """What finds, in a folded line, the labels that a question asks for: "Donors: …"."""
    folded = f" {analysis.fold(text)} "
    return [label for asks, label in _labels().values() if asks.search(folded)]


@lru_cache(maxsize=50_000)
def years_of(text: str) -> frozenset[str]:
    """The years a sentence names, and those between the ends of a period that it names."""
    folded = analysis.fold(text)
    years = set(re.findall(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)", folded))
    for first, last in _YEARS_TO.findall(folded):
        between = folded[folded.index(first) + 4 : folded.index(last, folded.index(first) + 4)]
        if _RANGE.search(between) and 0 < int(last) - int(first) <= _LONGEST_RANGE:
            years.update(str(y) for y in range(int(first), int(last) + 1))
    return frozenset(years)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and all that can be said of it alone."""

    surface: str
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
def _word(raw: str) -> Word:
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
        if YEAR.fullmatch(folded):
            signs |= Sign.TIME
        if digits >= _PHONE_DIGITS and "." not in folded and "," not in raw and "٬" not in raw:
            signs |= Sign.PHONE
    if raw in "$€£":
        signs |= Sign.MONEY
    if "@" in raw:
        signs |= Sign.MAIL
    if capital and not stop:
        signs |= Sign.NAME
    return Word(
        surface=raw.casefold(),
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


def _are_years(digits: str) -> bool:
    groups = re.findall(r"\d+", digits)
    return len(groups) > 1 and all(YEAR.fullmatch(group) for group in groups)


@lru_cache(maxsize=50_000)  # sentences of the store come again and again
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, numbers, addresses and currency signs among them."""
    plain = analysis.without_marks(text)
    phones = [m.span() for m in _SPACED_PHONE.finditer(plain) if not _are_years(m.group())]
    words = []
    for token in _TOKEN.finditer(plain):
        word = _word(token.group())
        if any(begin <= token.start() < end for begin, end in phones):
            word = replace(word, signs=word.signs | Sign.PHONE)
        words.append(word)
    for at, word in enumerate(words):
        for roots, concept in phrases().get(word.root, ()):
            if tuple(w.root for w in words[at : at + len(roots)]) == roots:
                for i in range(at, at + len(roots)):
                    words[i] = replace(words[i], concepts=words[i].concepts | {concept})
    return tuple(words)


def wanted_signs(asked: Sequence[Asked], text: str) -> tuple[int, bool]:
    """What an answer to a question has to hold, and whether nothing else will do."""
    strict = Sign.NONE
    folded = " ".join(analysis.fold(text).split())
    for sign, asks in _STRICT:
        if asks.search(folded):
            strict |= sign
    if strict:
        return strict, True
    wanted = Sign.NONE
    for kind in asked:
        wanted |= WANTED.get(kind, Sign.NONE)
    return wanted, False
