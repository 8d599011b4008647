"""What a question asks for: its kind, names, numbers and parts, in English and in Arabic.

Rules, no model. Arabic rules see folded text (one alef, yeh and heh, no diacritics) and know Modern
Standard Arabic and the question words of Egypt, Sudan and the Levant.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from assistant.facets import Facet, facets_of
from assistant.organisation import OfOrganisation
from assistant.recency import Newest, newest_of
from vectorstore import analysis

_ARABIC_LETTER = re.compile("[\u0621-\u064a\u0671-\u06d3]")
_LATIN_LETTER = re.compile(r"[A-Za-zÀ-ɏ]")


class Asked(StrEnum):
    """What a question wants to be told."""

    PERSON = "who"
    TIME = "when"
    PLACE = "where"
    NUMBER = "how many"
    REASON = "why"
    MANNER = "how"
    THING = "what"
    DEFINITION = "definition"
    LIST = "list"
    CONTACT = "contact"
    COMPARISON = "comparison"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    Attributes:
        text: as it was asked.
        language: "en" or "ar", by the script most of its letters are in.
        asked: everything asked for, the main thing first; never empty.
        stems: what it is about: stems without stop words and question words, in order, no repeats.
        names: skeletons of what may be a name: capitalised words, acronyms (themselves where they
            have too few consonants), of Arabic any content word without its article.
        numbers: the numbers it mentions, ASCII digits without separators; `years` are those of
            four digits that can be a year.
        quoted: what stands in quotation marks, folded.
        parts: the questions it consists of; one, or several for "where and when".
        facets: what it puts side by side; none where it asks about one thing.
        newest: what it wants the newest of, None where it does not ask for that.
        several: whether it asks for more than one thing, so that a list is best told whole.
        of_organisation: what it asks of the organisation itself, None for any other question.
    """

    text: str
    language: str
    asked: tuple[Asked, ...]
    stems: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    years: tuple[str, ...]
    quoted: tuple[str, ...]
    parts: tuple[str, ...]
    facets: tuple[Facet, ...] = ()
    newest: Newest | None = None
    several: bool = False
    of_organisation: OfOrganisation | None = None

    @property
    def kind(self) -> Asked:
        """The main thing asked for."""
        return self.asked[0]


def language_of(text: str) -> str:
    """Give "ar" where most letters are Arabic, else "en"."""
    arabic, latin = len(_ARABIC_LETTER.findall(text)), len(_LATIN_LETTER.findall(text))
    return "ar" if arabic > latin else "en"


def _rule(pattern: str) -> re.Pattern[str]:
    """A rule may be broken over lines; the breaks and the blanks around them do not count."""
    return re.compile("".join(line.strip() for line in pattern.splitlines()))


# Each rule sees the folded question between blanks. In every part of the question the rule whose
# match begins first says what is asked for; of several at one place, the first in the table.
_WHICH = r"\b(?:what|which|whose) (?:(?:is|was|are|were) )?(?:the |an? |its |their )?"
_EN_RULES = (
    (
        Asked.COMPARISON,
        _rule(
            r"""\b(?:compare|compared|comparison|differences?|differs?|distinguish(?:es)?|
            different (?:from|to|than))\b"""
        ),
    ),
    (
        Asked.CONTACT,
        _rule(
            r"""\b(?:phone|telephone|hotline|helpline|e-?mail|contact|fax|whatsapp)\b|
            \bwhom? (?:can|should|do|to) (?:\w+ )?(?:call|ring|turn|ask|report)\b"""
        ),
    ),
    (
        Asked.REASON,
        _rule(
            r"""\bwhy\b|\bfor what (?:reason|purpose)s?|\bhow come\b|
            \b(?:what|which) (?:\w+ ){0,2}
            (?:reasons?|causes?|caused|purpose|motivat\w+|led to|prompted)\b"""
        ),
    ),
    (
        Asked.NUMBER,
        _rule(
            r"""\bhow (?:many|much|old|long|far|large|big|high|tall|often|deep|fast|wide|heavy|few|
            late|frequently|soon)\b|
            \bhow (?:did|has|have|had|does|do)\b.{3,90}\b(?:change|changed|develop|developed|
            differ|evolve|evolved|grow|grown|rise|risen|fall|fallen)\b|"""
            + _WHICH
            + r"""(?:\w+ ){0,3}
            (?:percentage|per ?cent|proportion|share|number|amount|budget|cost|price|salary|fee|
            total|population|average|rate|height|length|width|size|age|distance|temperature|weight|
            speed|depth|score|capacity)s?\b"""
        ),
    ),
    (
        Asked.TIME,
        _rule(
            r"""\bwhen\b|\bhow long ago\b|\b(?:date|deadline|duration) of\b|"""
            + _WHICH
            + r"""(?:\w+ )?(?:years?|dates?|days?|months?|centur(?:y|ies)|decades?|season|time|
            deadline)\b"""
        ),
    ),
    (
        Asked.PLACE,
        _rule(
            r"\bwhere\b|"
            + _WHICH
            + r"""(?:\w+ )?(?:cit(?:y|ies)|countr(?:y|ies)|places?|towns?|locations?|states?|
            regions?|governorates?|continents?|villages?|provinces?|districts?|capitals?|venues?|
            islands?|address)\b"""
        ),
    ),
    (
        Asked.PERSON,
        _rule(
            r"\bwhom?\b|\bwhose\b|\bname of the person\b|"
            + _WHICH
            + r"""(?:\w+ )?(?:person|people|m[ae]n|wom[ae]n|physician|doctor|king|queen|leader|
            president|minister|ambassador|official|officer|expert|artist|architect|author|writer|
            player|actor|scientist|engineer|researcher|chief|head|director|judge|scholar|emperor|
            pope)s?\b"""
        ),
    ),
    (
        Asked.LIST,
        _rule(
            r"""\b(?:list|enumerate|give examples|name (?:the|two|three|four|five|some|all))\b|
            \b(?:what|which) (?:are |were )?(?:the )?
            (?:two|three|four|five|six|seven|several|some of)\b|
            \bwhat (?:are|were) (?:the|some|all)\b|
            \b(?:what|which) (?!(?:is|was|does|has) )(?:\w+ )?\w{2,}[^su\W]s\b"""
        ),
    ),
    (
        Asked.DEFINITION,
        _rule(
            r"""\b(?:stands? for|meaning of|definition of|define|abbreviation)\b|
            \bwhat (?:does|do|did|is) .{1,60} (?:mean|stand for)\b|
            ^ what (?:is|are) (?:an? |the )?[\w&'-]+(?: [\w&'-]+)? ?[?.!]* $"""
        ),
    ),
    (Asked.MANNER, _rule(r"\bhow\b|\bin what (?:way|manner)s?\b")),
    (Asked.THING, _rule(r"\b(?:what|which|wat)\b")),
    (
        Asked.YES_NO,
        _rule(
            r"""^ (?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must|
            am) """
        ),
    ),
)
_AR_WHICH = r"\b[وف]?(?:ماهو|ماهي|ما|باي|لاي|اي|ايه|وش|شنو|شو) (?:(?:هو|هي|هم|كان|كانت) )?(?:ال)?"
_AR_RULES = (
    (
        Asked.COMPARISON,
        _rule(r"\b(?:ال|و|ب)*(?:فرق|قارن|مقارنه|يختلف|تختلف|اختلف|اختلفت|اختلاف)\b"),
    ),
    (
        Asked.CONTACT,
        _rule(
            r"""\b(?:هاتف|الهاتف|تليفون|تلفون|التليفون|التلفون|موبايل|واتساب|الخط الساخن|خط ساخن|
            البريد الالكتروني|ايميل|الايميل|اتصل|نتصل|اتواصل|نتواصل|التواصل|اكلم|نكلم|ابلغ|
            اتكلم مع)\b"""
        ),
    ),
    (
        Asked.REASON,
        _rule(
            r"""\b[وف]?(?:لماذا|ليه|ليش|لييه|عشان ايه|علشان ايه|لشنو|لي شنو|عشان شنو)\b|
            \bلاي سبب\b|"""
            + _AR_WHICH
            + r"""(?:سبب|اسباب|دافع|دوافع|غرض|هدف)\b"""
        ),
    ),
    (
        Asked.NUMBER,
        _rule(
            r"""\b[وف]?ب?(?:كم|كام|قديش|قداش|اديش|قد ايه|اد ايه)\b|
            \bكيف (?:تغير|تغيرت|تطور|تطورت|اختلف|اختلفت|تراجع|تراجعت|ارتفع|ارتفعت)\b|"""
            + _AR_WHICH
            + r"""(?:\w+ )?(?:عدد|نسبه|مقدار|قيمه|ميزانيه|تكلفه|سعر|راتب|مرتب|معدل|متوسط|مسافه|طول|
            ارتفاع|عمر|حجم|سكان|درجه|سرعه|كميه|مساحه)\b"""
        ),
    ),
    (
        Asked.TIME,
        _rule(
            r"""\b[وف]?(?:متي|امتي|ايمتي|ايمتا|امتا|متين|وينتا)\b|"""
            + _AR_WHICH
            + r"(?:عام|سنه|تاريخ|يوم|شهر|قرن|عقد|موعد|ساعه|فتره|وقت)\b"
        ),
    ),
    (
        Asked.PLACE,
        _rule(
            r"""\b[وف]?(?:لوين|منين|اين|فين|وين)\b|"""
            + _AR_WHICH
            + r"""(?:مدينه|مدينتين|مدن|دوله|دول|بلد|بلدان|مكان|منطقه|مناطق|محافظه|محافظات|قاره|
            عنوان|موقع|عاصمه|ولايه|قريه)\b"""
        ),
    ),
    (
        Asked.PERSON,
        _rule(
            r"""^ [وف]?من\b(?! (?:اي|اين|متي|خلال|بين)\b)|\b[وف]?(?:مين|منو)\b|
            \b[وف]?من (?:هو|هي|هم|هما|الذي|الذين|اللي|كان|كانت)\b|\b(?:قبل|الي|مع|عن) من ?[؟?]"""
        ),
    ),
    (
        Asked.LIST,
        _rule(
            r"""\b(?:اذكر|اذكري|عدد لي|سم لي|عددي)\b|\bما (?:هي |كانت )?ال\w+ات\b|
            \bما (?:هي |هم )?(?:ال)?(?:اهم|ابرز|انواع|اسماء|شروط|خطوات|خطوه|مراحل|اهداف|مجالات|
            فوائد|عناصر|محاور)\b"""
        ),
    ),
    (
        Asked.DEFINITION,
        _rule(
            r"""\b(?:يعني ايه|ايه يعني|شو يعني|معني|المقصود|تعريف|اختصار|يرمز|ترمز)\b|
            ^ (?:ما|من|ايه|شو|شنو) (?:هو|هي|هم) (?:ال)?[\w&'-]+(?: [\w&'-]+){0,2} ?[؟?.!]* $"""
        ),
    ),
    (
        Asked.MANNER,
        _rule(r"\b[وف]?(?:كيف|ازاي|ازي|شلون|كيفاش|اعمل ايه|اعمل شنو|شو اعمل|ماذا افعل)\b"),
    ),
    (
        Asked.THING,
        _rule(r"\b[وف]?(?:ما|ماذا|اي|ايه|ايش|شو|شنو|وش|ماهو|ماهي|بماذا|بم|ماسم|مااسم)\b"),
    ),
    (Asked.YES_NO, _rule(r"^ هل ")),
)
_RULES = {"en": _EN_RULES, "ar": _AR_RULES}
_SAME_PLACE_CHARS = 12  # a question word and its noun: "which three", "what reason"
_GENERAL = frozenset({Asked.THING, Asked.MANNER, Asked.YES_NO})
_SPECIFIC = frozenset(
    {Asked.PERSON, Asked.TIME, Asked.PLACE, Asked.NUMBER, Asked.REASON, Asked.CONTACT}
)

# Words that only shape a question, beside the stop words of the index; folded.
QUESTION_WORDS = frozenset(
    """
    please tell give know want wat whats who's what's much many long old far often list name named
    called kind type sort following according also
    كام قديش مين امتي ازاي اعمل عايز عاوز عاوزه عايزه بدي حابب اعرف ممكن لو سمحت فضلك ارجو اذكر
    اسم هما دول دا دي هو فيه الي اللي شنو متين وينو كيفاش شلون دلوقتي يسمي تسمي عباره
    """.split()
)


# What is answered by a list, in questions that do not say so.
_SEVERAL = _rule(
    r"""\b(?:what|which)(?: \w+){0,2}
    \ (?:should|must|do|does|can|could|will|would|did|might|have|has)(?: \w+){1,6}
    \ (?:bring|need|have|show|submit|present|get|receive|include|offers?|provides?|cover|
    covers|contain|contains|do|help|take|pay for|consist)\b|
    \b(?:what|which) (?:kinds?|types?|sorts?|services|papers|documents|groups|steps|stages|reasons|
    conditions|requirements|topics|subjects|languages|countries|cities|items|things|tasks|duties|
    benefits|rights|partners|donors|organi[sz]ations|agencies|governorates|courses|jobs)\b|
    \bwho (?:can|may|is|are)(?: \w+){0,3}
    \ (?:apply|eligible|entitled|helped|partners|donors|get)\b|
    \b(?:ما|ماذا|ما الذي|ما هي|اي)(?: \w+){0,3}
    \ (?:احضر|احضار|احضره|احتاج|يحتاج|تحتاج|اقدم|يقدم|تقدم|يقدمها|تقدمها|يشمل|تشمل|تتضمن|يتضمن|
    يحصل|احصل|يتسلم|يفعل|يفعله|يضم|تضم|تتكون)\b|
    \b(?:ما|ما هي|اي|ما هم) (?:ال)?(?:اوراق|وثايق|مستندات|خدمات|خطوات|مراحل|شروط|انواع|فيات|
    اسباب|لغات|دول|مدن|محافظات|اشياء|مهام|مزايا|حقوق|شركاء|جهات|دورات|برامج|اهداف|اولويات|مواضيع|
    موضوعات)\b|
    \bمن (?:يمكنه|يستطيع|يحق له|هم)\b"""
)

_NAME = re.compile(
    r"(?<![\w'’])(?:[A-ZÀ-Þ][\w&'’-]*[A-Z0-9][\w&-]*|[A-ZÀ-Þ][^\W\d_]+(?:-[A-ZÀ-Þ][^\W\d_]+)*)"
)
_NAME_LETTERS = 2  # a skeleton of one consonant fits anything
_AR_ARTICLE = re.compile(r"^[وف]?(?:[بك]?ال|لل)(?=\w{3})")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")
_QUOTED = re.compile(r"[\"“«„]([^\"”»“]{2,80})[\"”»“]")
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
# The joints of a double question; read with one alef and yeh.
_JOINED = re.compile(
    "".join(
        line.strip()
        for line in r"""
        ,? (?:and|or|as well as)(?: also)?\ (?=
        (?:(?:to|for|with|from|by|on|in|at|of|until|till|since|under|after|before)\ )?
        (?:who|whom|whose|what|which|when|where|why|how|do|does|did|is|are|was|were|can)\b)|
        ,\ (?=
        (?:which (?!is|was|are|were|ha|can|will|would|do)\w+|how|what|who|when|where|why)\b)|
        [?؟!]\s+(?=\w)|
        [،,;؛]?\ و(?=
        (?:متي|امتي|اين|فين|وين|كم|كام|بكم|لكم|
        من (?:شركا|شارك|مول|يمول|تمول|دفع|حضر|افتتح|تراس|يدير|نظم|وقع|قاد)\w*|
        من هو|من هي|من هم|من الذي|من ال|مين|ما|ماذا|بماذا|لماذا|ليه|كيف|ازاي|هل|ايه|باي|لاي|
        في اي|الي اي|الي اين|من اي|من اين|منذ متي|حتي متي|مع من|لمن|علي من|عن اي|الي متي)\b)|
        [،,;؛]\ و(?=\w+\ (?:كم|متي|اين|كيف|ماذا|لماذا)\b)
        """.splitlines()
    ),
    re.IGNORECASE,
)
_EN_ASKS = "(who|what|when|where|why|how)"
_AR_ASKS = "(اين|متي|من|كيف|لماذا|فين|امتي|وين)"
_TWO_WORDS = re.compile(
    rf"^\W*(?:{_EN_ASKS} (?:and|or|&) {_EN_ASKS}|{_AR_ASKS} و ?{_AR_ASKS})\b(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ONE_LETTER = str.maketrans("أإآى", "اااي")  # keeps the length


def read_question(text: str) -> Question:
    """Understand a question; any text is one, also an empty one."""
    text = unicodedata.normalize("NFC", text)
    language = language_of(text)
    folded = " " + " ".join(analysis.fold(text).split()) + " "
    numbers = tuple(dict.fromkeys(_NUMBER.findall(folded)))
    parts = _parts(text)
    asked = _asked(parts, language)
    if _compares(folded, language):  # "…: date, number and who paid" is asked of each thing
        asked = (Asked.COMPARISON, *(kind for kind in asked if kind is not Asked.COMPARISON))
        parts = (text.strip(),)
    return Question(
        text=text,
        language=language,
        asked=asked,
        stems=tuple(content_stems(text)),
        names=tuple(dict.fromkeys(_names(text, language))),
        numbers=numbers,
        years=tuple(n for n in numbers if _YEAR.fullmatch(n)),
        quoted=tuple(analysis.fold(q).strip() for q in _QUOTED.findall(text)),
        parts=parts,
        facets=facets_of(text, compares=Asked.COMPARISON in asked),
        newest=next((found for part in parts if (found := newest_of(part))), None),
        several=Asked.LIST in asked or bool(_SEVERAL.search(folded)),
    )


def _compares(folded: str, language: str) -> bool:
    return any(
        kind is Asked.COMPARISON and rule.search(folded) is not None
        for kind, rule in _RULES[language]
    )


def is_content(word: str) -> bool:
    """Whether a folded word of a question says what it is about."""
    for bare in (word, word[1:]) if word[:1] in "وف" else (word,):
        if analysis.is_stop_word(bare) or bare in QUESTION_WORDS:
            return False
    return True


def content_stems(text: str) -> list[str]:
    """Stems of what the text is about, in order, without stop words, question words and repeats."""
    return list(dict.fromkeys(analysis.stem(w) for w in analysis.words(text) if is_content(w)))


def _asked(parts: tuple[str, ...], language: str) -> tuple[Asked, ...]:
    kinds: list[Asked] = []
    for part in parts:
        folded = " " + " ".join(analysis.fold(part).split()) + " "
        found: list[tuple[int, int, Asked]] = []
        for order, (asked, rule) in enumerate(_RULES[language]):
            match = rule.search(folded)
            if match:
                found.append((match.start(), order, asked))
        found.sort()
        # what comes later in a part is a clause ("... when the shelter opened"), not a question
        kinds += [asked for start, _, asked in found if start <= found[0][0] + _SAME_PLACE_CHARS]
    if _SPECIFIC.intersection(
        kinds
    ):  # "what" and "how" in "what year", "how many" say nothing more
        kinds = [k for k in kinds if k not in _GENERAL]
    elif Asked.LIST in kinds or Asked.DEFINITION in kinds or Asked.COMPARISON in kinds:
        kinds = [k for k in kinds if k is not Asked.THING]
    return tuple(dict.fromkeys(kinds)) or (Asked.THING,)


def _names(text: str, language: str) -> list[str]:
    found: list[str] = []
    for match in _NAME.finditer(text):
        for word in analysis.words(match.group()):
            if is_content(word):
                bones = analysis.skeleton(word)
                found.append(bones if len(bones) >= _NAME_LETTERS else word)
    if language == "ar":
        for word in analysis.words(text):
            if is_content(word) and not word.isascii():
                bare = _AR_ARTICLE.sub("", word)
                if len(bones := analysis.skeleton(bare)) >= _NAME_LETTERS:
                    found.append(bones)
    return found


def _parts(text: str) -> tuple[str, ...]:
    evened = text.translate(_ONE_LETTER)
    if both := _TWO_WORDS.match(evened):
        first, second, third, fourth, _ = both.groups()
        rest = text[both.start(5) :]
        return ((first or third) + rest, (second or fourth) + rest)
    parts: list[str] = []
    begin = 0
    for match in _JOINED.finditer(evened):
        if _asks(text[begin : match.start()]):  # else it only leads to the question that follows
            parts.append(text[begin : match.start()].strip())
            begin = match.end()
    parts.append(text[begin:].strip())
    whole = [_whole(p, parts[0]) for p in parts if analysis.words(p)]
    return tuple(whole) or (text.strip(),)


def _whole(part: str, first: str) -> str:
    """A part of one word ("... and where?") asks about what the first part is about."""
    rest = first.split(maxsplit=1)[1:]
    if len(analysis.words(part)) > 1 or part == first or not rest:
        return part
    return f"{part.rstrip('?؟!. ')} {rest[0]}"


def _asks(part: str) -> bool:
    folded = " " + " ".join(analysis.fold(part).split()) + " "
    return any(rule.search(folded) for _, rule in _RULES[language_of(part)])
