"""What a statement says that can be checked: its numbers, dates, places, names and plain words.

Pure rules over one text, in English or Arabic. Words that say the same in both languages stand in
`lexicon/concepts.txt`, places in `lexicon/places.txt`; so a claim in one language can be laid
beside evidence in the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.dates import MONTHS
from vectorstore import analysis

LEXICON = Path(__file__).with_name("lexicon")
MAX_PHRASE = 8  # words; the longest name in the lexicon has seven
NEGATION_REACH = 4  # words after "not" that it denies; counted on the development pages

_WEIGHTS = {"light": 0.1, "usual": 0.5}  # of words that fit many matters; chosen by eye

_TOKEN = re.compile(
    r"\d+(?:[.,٬٫]\d+)*(?:(?:st|nd|rd|th|s)\b)?|[^\W\d_]+(?:['’&][^\W\d_]+)*|[^\w\s]"
)
_MARKS = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_ARABIC = re.compile("[\u0621-\u064a]")
_ARTICLE = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل))(?=\w{2})")


def _folded(words: str) -> frozenset[str]:
    return frozenset(analysis.fold(words).split())


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign.

    Attributes:
        forms: stems by which it is compared; the first is its own.
        bones: consonants across scripts, "" where it cannot be a name.
    """

    text: str
    folded: str
    start: int
    end: int
    forms: tuple[str, ...]
    bones: str
    arabic: bool
    capital: bool

    @property
    def word(self) -> bool:
        """Whether it is a word or a number."""
        return self.folded[:1].isalnum()


@dataclass(frozen=True, slots=True)
class Number:
    """A count, a share or an amount.

    Attributes:
        unit: "", "percent", "money" or "law".
        bound: "more", "less", "about", "up to" or "".
        counted: concepts and stems of the words right after it.
    """

    value: float
    unit: str
    bound: str
    text: str
    first: int
    last: int
    counted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is said; `until` closes a range of days."""

    year: int | None
    month: int | None
    day: int | None
    until: int | None
    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Place:
    """A country with its people, or a city."""

    key: str
    kind: str
    direction: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name that the lexicon does not know."""

    parts: tuple[Token, ...]
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Word:
    """A content word or a phrase of the lexicon.

    Attributes:
        keys: concepts it stands for, or its stems.
        parts: what the words of a phrase say one by one.
        weight: 0 to 1, how much it tells beside other words.
        denied: it stands in the reach of a negation.
        body: it names an organisation or a programme.
    """

    keys: frozenset[str]
    parts: frozenset[str]
    text: str
    first: int
    last: int
    role: bool
    body: bool
    weight: float
    denied: bool
    known: bool

    @property
    def light(self) -> bool:
        """Whether it says next to nothing."""
        return self.weight <= _WEIGHTS["light"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, read."""

    text: str
    arabic: bool
    tokens: tuple[Token, ...]
    words: tuple[Word, ...]
    numbers: tuple[Number, ...]
    dates: tuple[Day, ...]
    places: tuple[Place, ...]
    names: tuple[Name, ...]
    ordinals: frozenset[int]
    fractions: frozenset[str]
    quantifiers: frozenset[str]
    negations: tuple[int, ...]
    literals: frozenset[str]
    denies: bool
    keys: frozenset[str]


# --- tokens ----------------------------------------------------------------------------------


def tokens_of(text: str) -> tuple[Token, ...]:
    """Words, numbers and signs in order."""
    return tuple(_token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(_blank(text)))


def _blank(text: str) -> str:
    """The text with vowel signs and direction marks taken out: the offsets count within it."""
    return _MARKS.sub("", text)


def _token(raw: str, start: int, end: int) -> Token:
    folded = analysis.fold(raw).replace("’", "'")
    arabic = bool(_ARABIC.match(folded))
    bare = _ARTICLE.sub("", folded) if arabic else folded
    stop = analysis.is_stop_word(folded)
    capital = raw[:1].isupper()
    bones = analysis.skeleton(bare.replace("'s", "")) if (arabic or capital) and not stop else ""
    return Token(raw, folded, start, end, _forms(folded), bones, arabic, capital)


@lru_cache(maxsize=100_000)
def _forms(folded: str) -> tuple[str, ...]:
    """The stem, and for Arabic the stem without a verb's first letter: يمول, تمول → مول."""
    stem = analysis.stem(folded)
    if not _ARABIC.match(folded):
        return (stem,)
    forms = [stem]
    bare = folded[1:] if folded[:1] in "وفسل" and len(folded) > 4 else folded
    if bare[:1] in "يتن" and len(bare) > 3:
        forms.append(analysis.stem(bare[1:]))
    if bare != folded:
        forms.append(analysis.stem(bare))
    if stem.startswith("ال") and len(stem) > 4:
        forms.append(stem[2:])
    return tuple(dict.fromkeys(forms))


# --- the lexicon -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    kind: str


def _load(name: str, kinds: Sequence[str]) -> dict[tuple[str, ...], list[_Entry]]:
    table: dict[tuple[str, ...], list[_Entry]] = {}
    for line in (LEXICON / name).read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, _, terms = line.partition(":")
        kind, _, key = head.partition(" ")
        if kind not in kinds:
            kind, key = "", head
        for term in terms.split(","):
            phrase = tuple(t.forms[0] for t in tokens_of(term) if t.word)
            if phrase:
                entries = table.setdefault(phrase, [])
                if not any(e.key == key for e in entries):
                    entries.append(_Entry(key, kind))
    return table


@lru_cache(maxsize=1)
def _concepts() -> dict[tuple[str, ...], list[_Entry]]:
    return _load("concepts.txt", ("role", "body", "usual", "light"))


@lru_cache(maxsize=1)
def _places() -> dict[tuple[str, ...], list[_Entry]]:
    return _load("places.txt", ("country", "city"))


def _longest(
    tokens: Sequence[Token], at: int, table: dict[tuple[str, ...], list[_Entry]]
) -> tuple[int, list[_Entry]]:
    """The longest phrase of the table that begins here: its length in tokens and its entries."""
    words: list[tuple[str, ...]] = []
    ends: list[int] = []
    for index in range(at, min(len(tokens), at + 2 * MAX_PHRASE)):
        if tokens[index].folded == "no" and index > at:
            continue  # "takes no part" is "takes part", denied
        if tokens[index].word:
            words.append(tokens[index].forms)
            ends.append(index)
        elif tokens[index].text not in "-&/":
            break
        if len(words) == MAX_PHRASE:
            break
    for length in range(len(words), 0, -1):
        choices = words[:length]
        entries = table.get(tuple(w[0] for w in choices))
        if entries is None and length == 1:
            found = [table[(form,)] for form in choices[0] if (form,) in table]
            entries = [e for each in found for e in each] or None
        elif entries is None:
            # the first word may carry a clitic: والمجلس القومي
            for form in choices[0][1:]:
                entries = table.get((form, *(w[0] for w in choices[1:])))
                if entries:
                    break
        if entries:
            return ends[length - 1] - at + 1, entries
    return 0, []


# --- numbers ---------------------------------------------------------------------------------

_UNITS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
    "اثنان": 2, "اثنين": 2, "اثنتين": 2, "اثنا": 2, "اثني": 2, "ثلاث": 3, "ثلاثه": 3, "اربع": 4,
    "اربعه": 4, "خمس": 5, "خمسه": 5, "ست": 6, "سته": 6, "سبع": 7, "سبعه": 7, "ثماني": 8,
    "ثمانيه": 8, "ثمان": 8, "تسع": 9, "تسعه": 9, "عشر": 10, "عشره": 10, "عشرون": 20, "عشرين": 20,
    "ثلاثون": 30, "ثلاثين": 30, "اربعون": 40, "اربعين": 40, "خمسون": 50, "خمسين": 50, "ستون": 60,
    "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90, "تسعين": 90,
}  # fmt: skip
_SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000,
    "hundreds": 100, "thousands": 1_000, "millions": 1_000_000,
    "مائه": 100, "ميه": 100, "مئه": 100, "الف": 1_000, "الاف": 1_000, "الفا": 1_000,
    "مليون": 1_000_000, "ملايين": 1_000_000, "مليونا": 1_000_000, "مليار": 1_000_000_000,
}  # fmt: skip
_WHOLE = {"مئتين": 200, "مايتين": 200, "ميتين": 200, "الفين": 2_000, "مليونين": 2_000_000,
          "مليونان": 2_000_000, "الفان": 2_000}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "اول": 1, "اولي": 1, "ثاني": 2, "ثانيه": 2, "ثان": 2,
    "ثالث": 3, "ثالثه": 3, "رابع": 4, "رابعه": 4, "خامس": 5, "خامسه": 5, "سادس": 6, "سابع": 7,
    "ثامن": 8, "تاسع": 9, "عاشر": 10,
}  # fmt: skip
_FRACTIONS = {
    "half": "1/2", "quarter": "1/4", "quarters": "3/4", "نصف": "1/2", "ثلث": "1/3", "ثلثا": "2/3",
    "ثلثي": "2/3", "ربع": "1/4", "thirds": "2/3",
}  # fmt: skip
_CLITIC = re.compile(r"^(?:وال|بال|لل|ال|و|ب|ل)(?=\w{2})")
_PERCENT = _folded("percent % ٪ بالمئة بالمائة")
_HUNDRED_AR = _folded("المئة المائة")
_MONEY = _folded("$ € £ usd eur egp dollar dollars euro euros pound pounds دولار دولارا يورو جنيه")
_BOUNDS = (
    ("less", ("fewer than", "less than", "under", "below", "اقل من", "at most")),
    ("more", ("more than", "over", "above", "at least", "اكثر من", "يزيد علي", "لا يقل عن",
              "يزيد عن", "ما يزيد")),
    ("up to", ("up to", "as many as", "لما يصل الي", "ما يصل الي", "يصل الي")),
    ("about", ("about", "around", "almost", "nearly", "roughly", "some", "approximately", "نحو",
               "حوالي", "قرابه", "ما يقارب", "ما يقرب من", "زهاء")),
)  # fmt: skip
_YEARS = (1900, 2100)


def _number_word(token: Token, table: dict[str, int]) -> int | None:
    if token.folded in table:
        return table[token.folded]
    if token.arabic:
        bare = _CLITIC.sub("", token.folded)
        return table.get(bare)
    return None


def _numbers(tokens: Sequence[Token]) -> list[tuple[float, int, int]]:
    """Pairs of value and the tokens it runs over (first, last)."""
    found: list[tuple[float, int, int]] = []
    at = 0
    while at < len(tokens):
        value, end = _number_at(tokens, at)
        if value is not None:
            found.append((value, at, end))
            at = end + 1
        else:
            at += 1
    return found


def _number_at(tokens: Sequence[Token], at: int) -> tuple[float | None, int]:
    token = tokens[at]
    if token.folded[:1].isdigit():
        text = re.sub(r"(?:st|nd|rd|th|s)$", "", token.folded)
        text = re.sub(r"[,٬](?=\d{3}(?!\d))", "", text).replace("٫", ".").replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None, at
        end = at
        while end + 1 < len(tokens):
            scale = _SCALES.get(tokens[end + 1].folded)
            if scale is None or scale == 100:
                break
            value, end = value * scale, end + 1
        return value, end
    total, current, end = 0.0, 0.0, at - 1
    index = at
    while index < len(tokens):
        word = tokens[index]
        unit, scale = _number_word(word, _UNITS), _number_word(word, _SCALES)
        whole = _number_word(word, _WHOLE)
        fresh = index > at
        joined = word.folded.startswith("و") or scale is not None
        teen = unit == 10 and 0 < current < 10  # "ثلاثة عشر" goes on without "و"
        if fresh and word.arabic and not joined and not teen:
            break
        if unit is not None:
            if fresh and not word.arabic and not (current % 100 == 0 or 20 <= current % 100 < 100):
                break
            if fresh and not word.arabic and current % 100 >= 20 and unit >= 10:
                break
            current += unit
        elif whole is not None:
            total += whole
        elif scale is not None:
            if not fresh and not word.arabic:
                break  # "thousands of", "hundred": no count by itself
            if scale == 100:
                current = (current or 1) * 100
            else:
                amount = (current or 1) * scale
                if index + 1 < len(tokens) and tokens[index + 1].folded == "ونصف":
                    amount, index = amount + scale / 2, index + 1  # "مليون ونصف المليون"
                    again = tokens[index + 1] if index + 1 < len(tokens) else None
                    if again and _number_word(again, _SCALES) == scale:
                        index += 1
                total, current = total + amount, 0.0
        else:
            break
        end = index
        index += 1
        joint = tokens[index].folded if index < len(tokens) else ""
        if joint == "-" or (joint == "and" and current >= 100):
            index += 1
    if end < at:
        return None, at
    return total + current, end


# --- dates -----------------------------------------------------------------------------------

_UNSURE_MONTHS = frozenset({"may", "mar", "march", "اب", "ماي", "اوت", "sep", "dec", "jan", "جوان"})
_YEAR_WORDS = frozenset({"year", "عام", "سنه", "لعام", "بعام"})
_RANGE = frozenset({"-", "–", "—", "/", "and", "to", "الي", "until", "و"})
_BETWEEN = frozenset({"of", "the", "من", "on"})
_MONTH = {analysis.fold(name): number for name, number in MONTHS.items() if " " not in name}


def _month(tokens: Sequence[Token], at: int) -> int | None:
    token = tokens[at]
    number = _MONTH.get(token.folded)
    if number is None and token.arabic:
        number = _MONTH.get(re.sub(r"^[ولب](?=\w{4})", "", token.folded))
    if number is None:
        return None
    if token.folded in _UNSURE_MONTHS:
        beside = [tokens[i].folded[:1] for i in (at - 1, at + 1) if 0 <= i < len(tokens)]
        day_of = at > 1 and tokens[at - 1].folded in _BETWEEN and tokens[at - 2].folded.isdigit()
        named = token.capital and at > 0 and tokens[at - 1].folded in ("in", "since", "until")
        if not any(c.isdigit() for c in beside) and not day_of and not named:
            return None
    return number


def _dates(tokens: Sequence[Token], numbers: Sequence[tuple[float, int, int]]) -> list[Day]:
    by_last = {last: (value, first) for value, first, last in numbers}
    by_first = {first: (value, last) for value, first, last in numbers}
    days: list[Day] = []
    taken: set[int] = set()
    for at in range(len(tokens)):
        month = _month(tokens, at)
        if month is None or at in taken:
            continue
        first = last = at
        day = until = year = None
        back = at - 1
        while back >= 0 and tokens[back].folded in _BETWEEN:
            back -= 1
        if back in by_last and by_last[back][0] <= 31:
            day, first = int(by_last[back][0]), by_last[back][1]
            further = first - 1
            if further >= 1 and tokens[further].folded in _RANGE and further - 1 in by_last:
                start = by_last[further - 1]
                if start[0] <= 31:
                    until, day, first = day, int(start[0]), start[1]
        elif back >= 0 and back < at - 1 and (ordinal := _ordinal(tokens[back])):
            day, first = ordinal, back
        elif back >= 0 and tokens[back].folded in _RANGE and back - 1 in by_last:
            pass
        ahead = at + 1
        if day is None and ahead in by_first and by_first[ahead][0] <= 31:
            day, last = int(by_first[ahead][0]), by_first[ahead][1]
            if (
                last + 2 < len(tokens)
                and tokens[last + 1].folded in ("-", "–", "to")
                and last + 2 in by_first
                and by_first[last + 2][0] <= 31
            ):
                until, last = int(by_first[last + 2][0]), by_first[last + 2][1]
            ahead = last + 1
        while ahead < len(tokens) and tokens[ahead].folded in (
            ",",
            "،",
            "عام",
            "سنه",
            "لعام",
            "of",
        ):
            ahead += 1
        if ahead in by_first and _YEARS[0] <= by_first[ahead][0] <= _YEARS[1]:
            year, last = int(by_first[ahead][0]), by_first[ahead][1]
        first = _with_year_word(tokens, first)
        taken.update(range(first, last + 1))
        days.append(Day(year, month, day, until, _surface(tokens, first, last), first, last))
    for value, first, last in numbers:
        if first in taken or first != last or not _YEARS[0] <= value <= _YEARS[1]:
            continue
        if re.fullmatch(r"\d{4}", tokens[first].folded) is None or "," in tokens[first].text:
            continue
        if first and tokens[first - 1].text == "/":
            continue
        text, first = tokens[first].text, _with_year_word(tokens, first)
        taken.update(range(first, last + 1))
        days.append(Day(int(value), None, None, None, text, first, last))
    return days


def _with_year_word(tokens: Sequence[Token], first: int) -> int:
    """The place of the word "year" before a date, which says nothing beside it."""
    return first - 1 if first and tokens[first - 1].folded in _YEAR_WORDS else first


def _ordinal(token: Token) -> int | None:
    return _number_word(token, _ORDINALS)


def _surface(tokens: Sequence[Token], first: int, last: int) -> str:
    out, end = "", tokens[first].start
    for token in tokens[first : last + 1]:
        out += (" " if token.start > end else "") + token.text
        end = token.end
    return out


# --- polarity and quantity -------------------------------------------------------------------

_NEGATIONS = _folded(
    """not no never without nobody none neither nor cannot don't doesn't didn't isn't aren't wasn't
    weren't won't can't couldn't hasn't haven't لا لم لن ليس ليست ليسوا غير بدون دون عدم"""
)
_QUANTIFIERS = {
    "only": _folded("only solely exclusively just فقط سوى وحدها"),
    "all": _folded("all every everyone each entire whole جميع كل كافة كلها جميعها"),
    "except": _folded("except but excluding unless إلا باستثناء عدا ماعدا"),
    "most": _folded("most majority معظم أغلب غالبية"),
    "some": _folded("few بعض"),
    "none": _folded("none nobody neither"),
}
_FROM = ("from", "left", "leaving", "departed", "من", "اقلعت", "غادرت", "غادر", "قادمه", "قادما")
_TO = (
    "to",
    "into",
    "landed",
    "arrived",
    "reached",
    "reaching",
    "towards",
    "الي",
    "هبطت",
    "وصلت",
    "وصل",
)
_NOT_NAMES = _folded("mr mrs ms dr h.e and the a an for of in on his her under")
_PARTICLES = _folded("de el al van von bin ibn abu دي بن ابو ال")


def read_statement(text: str) -> Statement:
    """Read one statement or one sentence of a page; the same text is read once."""
    return _read(text)


@lru_cache(maxsize=8_192)
def _read(text: str) -> Statement:
    tokens = tokens_of(text)
    raw_numbers = _numbers(tokens)
    laws = _laws(tokens, raw_numbers)
    in_law = {i for law in laws for i in range(law.first, law.last + 1)}
    dates = [d for d in _dates(tokens, raw_numbers) if d.first not in in_law]
    taken = set(in_law)
    for day in dates:
        taken.update(range(day.first, day.last + 1))
    numbers = list(laws)
    for value, first, last in raw_numbers:
        if first not in taken and not _fraction_at(tokens, first):
            # what was taken with a number ("8.7 في المئة") is no number of its own
            number = _number(tokens, value, first, last)
            numbers.append(number)
            taken.update(range(first, number.last + 1))
    denied, negations = _denied(tokens)
    places, words, names, ordinals, fractions = [], [], [], set(), set()
    at = 0
    run: list[Token] = []
    run_at = 0

    def close() -> None:
        if run and any(len(t.bones) > 1 for t in run):
            names.append(Name(tuple(run), " ".join(t.text for t in run), run_at))
        elif run:
            for offset, token in enumerate(run):
                words.append(_plain(token, run_at + offset, denied))
        run.clear()

    while at < len(tokens):
        token = tokens[at]
        if not token.word:
            if token.text not in "-’'.&":
                close()
            at += 1
            continue
        if at in taken:
            close()
            at += 1
            continue
        length, entries = _longest(tokens, at, _places())
        phrase, about = _longest(tokens, at, _concepts())
        in_name = phrase > length and any(e.kind == "body" for e in about)
        if length and not in_name and (token.arabic or token.capital) and token.text != "Us":
            close()
            for entry in entries:
                places.append(
                    Place(
                        entry.key,
                        entry.kind,
                        _direction(tokens, at),
                        _surface(tokens, at, at + length - 1),
                        at,
                    )
                )
            at += length
            continue
        ordinal = _ordinal(token)
        if ordinal is not None:
            close()
            ordinals.add(ordinal)
            at += 1
            continue
        fraction = _fraction_at(tokens, at)
        if fraction:
            close()
            fractions.add(fraction)
            at += 1
            continue
        length, entries = _longest(tokens, at, _concepts())
        if entries:
            close()
            span = range(at, at + length)
            words.append(
                Word(
                    keys=frozenset(e.key for e in entries),
                    text=_surface(tokens, at, at + length - 1),
                    first=at,
                    last=at + length - 1,
                    parts=_parts(tokens, at, length),
                    role=any(e.kind == "role" for e in entries),
                    body=any(e.kind == "body" for e in entries),
                    weight=min(_WEIGHTS.get(e.kind, 1.0) for e in entries),
                    denied=any(i in denied for i in span),
                    known=True,
                )
            )
            at += length
            continue
        if analysis.is_stop_word(token.folded) or token.folded in _STOP or _quantifies(token):
            if not (run and token.folded in _PARTICLES):
                close()
            at += 1
            continue
        if token.capital and token.folded not in _NOT_NAMES and (at or _next_capital(tokens, at)):
            if not run:
                run_at = at
            run.append(token)
        elif run and token.folded in _PARTICLES:
            pass
        else:
            close()
            words.append(_plain(token, at, denied))
        at += 1
    close()
    quantifiers = {
        name for name, forms in _QUANTIFIERS.items() if any(_is_one_of(t, forms) for t in tokens)
    }
    return Statement(
        text=text,
        arabic=sum(t.arabic for t in tokens) * 2 > sum(t.word for t in tokens),
        tokens=tokens,
        words=tuple(words),
        numbers=tuple(numbers),
        dates=tuple(dates),
        places=tuple(places),
        names=tuple(names),
        ordinals=frozenset(ordinals),
        fractions=frozenset(fractions),
        quantifiers=frozenset(quantifiers),
        negations=tuple(negations),
        literals=_literals(text),
        denies=bool(denied),
        keys=frozenset(k for w in words for k in w.keys | w.parts),
    )


_STOP = _folded(
    """mr mrs ms there one s كان كانت تم يتم قام قامت هم هي هو عبر حسب التي الذي وهو وهي كانوا الا
    قد لقد الى واحد واحدة ضمن اطار إطار عن عند عندما according fewer less than nearly
    almost around roughly أقل أكثر نحو حوالي قرابة"""
)


_PHONE = re.compile(r"\+\d[\d \u00a0().-]{5,}\d")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w|(?:https?://|www\.)[^\s<>\"]*[\w/]")


def _literals(text: str) -> frozenset[str]:
    """Telephone numbers with their country code, mail and web addresses: to the last sign."""
    plain = _blank(text)
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in plain)
    phones = (re.sub(r"\D", "", m.group()) for m in _PHONE.finditer(digits))
    return frozenset(phones) | {m.group().casefold() for m in _ADDRESS.finditer(plain)}


def _is_one_of(token: Token, forms: frozenset[str]) -> bool:
    return token.folded in forms or (token.arabic and _CLITIC.sub("", token.folded) in forms)


def _quantifies(token: Token) -> bool:
    return any(_is_one_of(token, forms) for forms in _QUANTIFIERS.values())


def _plain(token: Token, at: int, denied: set[int]) -> Word:
    keys = frozenset(token.forms)
    return Word(keys, frozenset(), token.text, at, at, False, False, 1.0, at in denied, False)


def _parts(tokens: Sequence[Token], at: int, length: int) -> frozenset[str]:
    if length == 1:
        return frozenset()
    found: set[str] = set()
    for token in tokens[at : at + length]:
        if token.word and not analysis.is_stop_word(token.folded) and token.folded not in _STOP:
            entries = _longest((token,), 0, _concepts())[1]
            found.update((e.key for e in entries) if entries else token.forms[:1])
    return frozenset(found)


def _next_capital(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at].text.isupper() and len(tokens[at].text) > 1:
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return bool(following and (following.capital or following.folded in ("'s", *_PARTICLES)))


def _fraction_at(tokens: Sequence[Token], at: int) -> str:
    token = tokens[at]
    key = _FRACTIONS.get(token.folded) or _FRACTIONS.get(_CLITIC.sub("", token.folded))
    if token.folded == "third" and at and tokens[at - 1].folded in ("one", "a"):
        return "1/3"
    if token.folded in ("two", "three") and at + 1 < len(tokens):
        following = tokens[at + 1].folded
        if following == "-" and at + 2 < len(tokens):
            following = tokens[at + 2].folded
        if following in ("thirds", "quarters"):
            return _FRACTIONS[following]
    return key or ""


def _laws(tokens: Sequence[Token], numbers: Sequence[tuple[float, int, int]]) -> list[Number]:
    """Law 64/2010, Law No. 12 of 2003, القانون 64 لسنة 2010: one number each."""
    laws: list[Number] = []
    for index, (value, first, last) in enumerate(numbers[:-1]):
        following, start, end = numbers[index + 1]
        joint = " ".join(t.folded for t in tokens[last + 1 : start])
        if joint in ("/", "لسنه", "of") and _YEARS[0] <= following <= _YEARS[1] and value < 1_000:
            if joint == "of" and not any(
                t.folded in ("law", "no") for t in tokens[max(0, first - 3) : first]
            ):
                continue
            key = value * 10_000 + following
            laws.append(Number(key, "law", "", _surface(tokens, first, end), first, end))
    return laws


def _number(tokens: Sequence[Token], value: float, first: int, last: int) -> Number:
    unit = ""
    after = [t.folded for t in tokens[last + 1 : last + 3]]
    end = last
    if after and after[0] in _PERCENT:
        unit, end = "percent", last + 1
    elif after[:2] in (["per", "cent"],) or (
        len(after) == 2 and after[0] == "في" and after[1] in _HUNDRED_AR | {"الميه", "الماءه"}
    ):
        unit, end = "percent", last + 2
    elif (after and after[0] in _MONEY) or (first and tokens[first - 1].folded in _MONEY):
        unit = "money"
    before = " ".join(t.folded for t in tokens[max(0, first - 4) : first])
    bound = ""
    for name, phrases in _BOUNDS:
        if any(re.search(rf"(?:^|\s)[وبل]?{p}$", before) for p in phrases):
            bound = name
            break
    if end + 1 < len(tokens) and tokens[end + 1].text == "+":
        bound = "more"
    counted: set[str] = set()
    words = 0
    for index in range(end + 1, min(len(tokens), end + 6)):
        token = tokens[index]
        if not token.word:
            if token.text in "-":
                continue
            break
        if token.folded in ("and", "و") or token.folded[:1].isdigit():
            break
        if analysis.is_stop_word(token.folded):
            if token.folded in ("of", "من", "them", "منهم", "the"):
                continue
            break
        counted.update(keys_of(tokens, index))
        words += 1
        if words == 2:
            break
    return Number(value, unit, bound, _surface(tokens, first, end), first, end, frozenset(counted))


def keys_of(tokens: Sequence[Token], at: int) -> set[str]:
    """Concepts or places that begin at a token, else its stems."""
    keys = {e.key for e in _longest(tokens, at, _concepts())[1]}
    keys |= {e.key for e in _longest(tokens, at, _places())[1]}
    if keys & PEOPLE:
        keys.add("people")
    return keys or set(tokens[at].forms)


# Concepts of those whom "people" or "persons" may mean.
PEOPLE = frozenset(
    """migrant refugee victim woman man child participant delegate expert guest passenger returnee
    beneficiary professional prosecutor judge volunteer staff operator student egypt sudan
    specialist""".split()
)


def _denied(tokens: Sequence[Token]) -> tuple[set[int], list[int]]:
    """Places of the words that are denied, and of the words that deny them."""
    denied: set[int] = set()
    negations: list[int] = []
    for at, token in enumerate(tokens):
        bare = token.folded[1:] if token.arabic and token.folded[:1] in "وفب" else token.folded
        if token.folded not in _NEGATIONS and bare not in _NEGATIONS:
            continue
        if _longest(tokens, at, _concepts())[0] > 1:  # "غير نظامية", "no charge": a word of its own
            continue
        if token.folded in ("no", "not") and at + 1 < len(tokens):
            following = tokens[at + 1].folded
            numbered = token.folded == "no" and following[:1].isdigit()
            if following in (".", "only") or numbered:
                continue
        negations.append(at)
        reach = 0
        for index in range(at + 1, len(tokens)):
            if not tokens[index].word:
                if tokens[index].text in "-’'\"“”«»":
                    continue
                break
            if tokens[index].folded in ("but", "بل", "لكن", "ولكن"):
                break
            denied.add(index)
            if not analysis.is_stop_word(tokens[index].folded):
                reach += 1
            if reach == NEGATION_REACH:
                break
    return denied, negations


def _direction(tokens: Sequence[Token], at: int) -> str:
    """Whether a place is where a way begins or where it ends."""
    for back in range(at - 1, max(-1, at - 4), -1):
        folded = tokens[back].folded
        if not tokens[back].word:
            return ""
        if folded in _TO:
            return "to"
        if folded in _FROM:
            return "from"
        if folded not in ("in", "في", "the"):
            return ""
    return ""
