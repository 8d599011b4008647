"""Counts, shares, amounts and laws, in digits and in words of both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from assistant.statement.terms import keys_of
from assistant.statement.tokens import CLITIC, Token, folded_set, surface
from vectorstore import analysis

Value = TypeVar("Value", int, float)


@dataclass(frozen=True, slots=True)
class Number:
    """A count, a share or an amount.

    Attributes:
        unit: "", "percent", "money" or "law".
        bound: "more", "less", "about", "up to" or "".
        begins: the first token of "more than", else of the number.
        counted: concepts and stems of the words right after it.
        things: these words themselves.
        also: what else its digits may mean: "281.754" is a quarter of a million in some prints.
        hours: how long it is, where it counts time: "72 hours" and "three days" are equally long.
        fraction: it was said as a part, "half" or "one in three", not as a share in digits.
        whole: another number stands before it that is a part of it: 131 in "57 of the 131".
    """

    value: float
    unit: str
    bound: str
    text: str
    first: int
    last: int
    begins: int
    counted: frozenset[str] = frozenset()
    things: tuple[str, ...] = ()
    also: float | None = None
    hours: float | None = None
    fraction: bool = False
    whole: bool = False


_UNITS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
    "twice": 2, "مرتين": 2, "مرتان": 2,
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
_WHOLE = {"الفي": 2_000, "مءتي": 200, "ميتي": 200, "مايتي": 200, "مليوني": 2_000_000,
          "مئتين": 200, "مايتين": 200, "ميتين": 200, "الفين": 2_000, "مليونين": 2_000_000,
          "مليونان": 2_000_000, "الفان": 2_000}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "حادي": 1, "اول": 1, "اولي": 1, "ثاني": 2, "ثانيه": 2, "ثان": 2,
    "ثالث": 3, "ثالثه": 3, "رابع": 4, "رابعه": 4, "خامس": 5, "خامسه": 5, "سادس": 6, "سابع": 7,
    "ثامن": 8, "تاسع": 9, "عاشر": 10,
    "اولا": 1, "ثانيا": 2, "ثالثا": 3, "رابعا": 4, "خامسا": 5,
}  # fmt: skip
_ONES = {"واحد": 1, "واحده": 1, "احد": 1, "احدي": 1, "اثنا": 2, "اثنتا": 2}
_HOURS = (
    (1 / 3_600, ("second", "ثانيه", "ثواني", "ثوان")),
    (1 / 60, ("minute", "دقيقه", "دقايق")),
    (1, ("hour", "ساعه", "ساعات")),
    (24, ("day", "يوم", "ايام", "يوما")),
    (168, ("week", "اسبوع", "اسابيع", "اسبوعا")),
    (720, ("month", "شهر", "اشهر", "شهرا", "شهور")),
    (8_640, ("year", "سنه", "سنوات", "عام", "اعوام", "عاما", "سنين")),
    (86_400, ("decade", "عقد", "عقود")),
)  # a month counts thirty days and a year twelve months, as people reckon
_TWO_OF = {
    "دقيقتين": 1 / 30, "دقيقتان": 1 / 30, "ساعتين": 2, "ساعتان": 2, "يومين": 48, "يومان": 48,
    "اسبوعين": 336, "اسبوعان": 336, "شهرين": 1_440, "شهران": 1_440, "سنتين": 17_280,
    "سنتان": 17_280, "عامين": 17_280, "عامان": 17_280,
}  # fmt: skip
_KIND_OF_DAY = frozenset({"working", "calendar", "business", "consecutive", "school", "full"})
_FRACTIONS = {
    "half": "1/2", "quarter": "1/4", "quarters": "3/4", "نصف": "1/2", "ثلث": "1/3", "ثلثا": "2/3",
    "ثلثي": "2/3", "ربع": "1/4", "thirds": "2/3",
}  # fmt: skip
_PERCENT = folded_set("percent % ٪ بالمئة بالمائة")
_HUNDRED_AR = folded_set("المئة المائة")
_MONEY = folded_set(
    """$ € £ usd eur egp chf gbp sek nok dkk dollar dollars euro euros pound pounds dinar dinars
    franc francs krone kroner krona dirham dirhams riyal riyals lira shekel
    دولار دولارا دولارات يورو جنيه جنيها جنيهات دينار دينارا دنانير
    فرنك كرونة درهم درهما ريال ريالا ليرة"""
)
_BOUNDS = (
    ("up to", ("no more than", "not more than", "لا يتجاوز", "لا تتجاوز")),  # before their ends
    ("more", ("no fewer than", "no less than", "not less than")),
    ("less", ("fewer than", "less than", "under", "below", "اقل من")),
    ("more", ("more than", "over", "above", "at least", "exceeds", "exceeded", "exceeding",
              "surpassed", "تجاوز", "تجاوزت", "يتجاوز", "تتجاوز", "فاق", "فاقت", "اكثر من",
              "يزيد علي", "لا يقل عن", "لا تقل عن", "يزيد عن", "ما يزيد",
              "تزيد علي", "علي الاقل", "فوق")),
    ("up to", ("up to", "as many as", "at most", "no more than", "a maximum of", "لما يصل الي",
               "ما يصل الي", "يصل الي", "تصل الي", "تصل قيمتها الي", "لا يزيد علي", "لا تزيد علي",
               "بحد اقصي")),
    ("about", ("about", "around", "almost", "nearly", "roughly", "some", "approximately", "نحو",
               "حوالي", "قرابه", "ما يقارب", "ما يقرب من", "زهاء")),
)  # fmt: skip
_YEAR_WORDS = frozenset({"عام", "سنه", "لعام", "بعام", "year"})
_OUT_OF = frozenset({"اصل", "مجموع", "total"})
PARTITIVE_WORDS = 5  # at most between a part and its whole: "57 of the country's 131"
YEARS = (1900, 2100)
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_THEIR = re.compile(r"(?<=\w{3})(?:هم|هن|ها|ه)$")
_NTH = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11}
_TEN_MORE = ("عشر", "عشره")
_TENS_MORE = {"والعشرون": 20, "والعشرين": 20, "والثلاثون": 30, "والثلاثين": 30}


def number_word(token: Token, table: Mapping[str, Value]) -> Value | None:
    """The value of a number in words, its clitics taken off."""
    if token.folded in table:
        return table[token.folded]
    if token.arabic:
        bare = CLITIC.sub("", token.folded)
        return table.get(bare)
    return None


def numbers_of(tokens: Sequence[Token]) -> list[tuple[float, int, int]]:
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
    glued = at > 0 and tokens[at - 1].end == token.start
    if glued and tokens[at - 1].folded.isascii() and tokens[at - 1].folded.isalpha():
        return None, at  # "COP27" is a name
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
            if scale is None or scale == 100 or _is_year(tokens, at):
                break
            value, end = value * scale, end + 1
        return value, end
    if (part := _part_of_scale(tokens, at)) is not None:
        return part
    total, current, end = 0.0, 0.0, at - 1
    index = at
    while index < len(tokens):
        word = tokens[index]
        if index == at and number_word(word, _TWO_OF) is not None:
            return 2, at
        unit, scale = number_word(word, _UNITS), number_word(word, _SCALES)
        if unit is None and index == at:
            unit = _one_of_two(tokens, index)
        elif word.folded == "one" and current % 100 >= 20:
            unit = 1  # "thirty-one"; alone it is no count
        elif word.folded == "one" and index == at and _of_time(tokens, index + 1):
            unit = 1  # "one year"
        whole = number_word(word, _WHOLE)
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
            if not fresh and not word.arabic and not _one_before(tokens, index):
                break  # "thousands of", "hundred": no count by itself
            if scale == 100:
                current = (current or 1) * 100
            else:
                amount = (current or 1) * scale
                if index + 1 < len(tokens) and tokens[index + 1].folded == "ونصف":
                    amount, index = amount + scale / 2, index + 1  # "مليون ونصف المليون"
                    again = tokens[index + 1] if index + 1 < len(tokens) else None
                    if again and number_word(again, _SCALES) == scale:
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


def _part_of_scale(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """ "Half a million", نصف مليون, ربع مليون."""
    part = {"half": 0.5, "نصف": 0.5, "ربع": 0.25}.get(CLITIC.sub("", tokens[at].folded))
    end = at + 2 if [t.folded for t in tokens[at + 1 : at + 2]] == ["a"] else at + 1
    scale = _SCALES.get(tokens[end].folded) if part and end < len(tokens) else None
    return (part * scale, end) if part and scale and scale > 100 else None


def _is_year(tokens: Sequence[Token], at: int) -> bool:
    """Whether digits behind the word "year" are one: عام 2018 ألف شخص."""
    digits = tokens[at].folded
    return bool(
        at
        and tokens[at - 1].folded in _YEAR_WORDS
        and len(digits) == 4
        and digits.isdigit()
        and YEARS[0] <= int(digits) <= YEARS[1]
    )


def _one_of_two(tokens: Sequence[Token], at: int) -> int | None:
    """One or two where it begins a longer number: واحد وثلاثون, أحد عشر."""
    one = number_word(tokens[at], _ONES)
    if one is None or at + 1 >= len(tokens):
        return None
    following = tokens[at + 1]
    more = number_word(following, _UNITS)
    tens = following.folded.startswith("و") and more is not None and more >= 20
    return one if tens or following.folded in _TEN_MORE else None


def _one_before(tokens: Sequence[Token], at: int) -> bool:
    """Whether "one" or "a" stands before "hundred"; "a thousand times" counts nothing."""
    return (
        at > 0
        and tokens[at - 1].folded in ("one", "a")
        and tokens[at].folded in ("hundred", "thousand", "million", "billion")
    )


def ordinal_at(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """The place in a series that is named here, counted from 1, and its last token."""
    token = tokens[at]
    if nth := _NTH.fullmatch(token.folded):
        return int(nth[1]), at
    if token.text in _ROMAN and at and tokens[at - 1].capital:
        return _ROMAN[token.text], at
    place = number_word(token, _ORDINALS)
    if place is None:
        tens = {"twenty": 20, "thirty": 30}.get(token.folded)
        if tens and at + 2 < len(tokens) and tokens[at + 1].text == "-":
            unit = _ORDINALS.get(tokens[at + 2].folded)
            return (tens + unit, at + 2) if unit else (None, at)
        return None, at
    following = tokens[at + 1].folded if at + 1 < len(tokens) else ""
    if token.arabic and following in _TEN_MORE:
        return place + 10, at + 1
    if token.arabic and following in _TENS_MORE:
        return place + _TENS_MORE[following], at + 1
    return place, at


def fraction_at(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """The fraction that begins here, as "1/2", or "", and its last token."""
    token = tokens[at]
    bare = CLITIC.sub("", token.folded)
    if token.arabic:
        bare = _THEIR.sub("", bare)
    key = _FRACTIONS.get(token.folded) or _FRACTIONS.get(bare)
    if token.folded == "third" and at and tokens[at - 1].folded in ("one", "a"):
        return "1/3", at
    ahead = at + 1
    while ahead < len(tokens) and tokens[ahead].text == "-":
        ahead += 1
    if ahead < len(tokens):
        following = CLITIC.sub("", tokens[ahead].folded)
        if token.folded in ("two", "three") and following in ("thirds", "quarters"):
            return _FRACTIONS[following], ahead
        if number_word(token, _UNITS) == 3 and token.arabic and following == "ارباع":
            return "3/4", ahead
    return key or "", at


def laws_of(tokens: Sequence[Token], numbers: Sequence[tuple[float, int, int]]) -> list[Number]:
    """Law 64/2010, Law No. 12 of 2003, القانون 64 لسنة 2010: one number each."""
    laws: list[Number] = []
    for index, (value, first, last) in enumerate(numbers[:-1]):
        following, start, end = numbers[index + 1]
        joint = " ".join(t.folded for t in tokens[last + 1 : start])
        if joint in ("/", "لسنه", "of") and YEARS[0] <= following <= YEARS[1] and value < 1_000:
            if joint == "of" and not any(
                t.folded in ("law", "no") for t in tokens[max(0, first - 3) : first]
            ):
                continue
            key = value * 10_000 + following
            laws.append(Number(key, "law", "", surface(tokens, first, end), first, end, first))
    return laws


def number_of(
    tokens: Sequence[Token], value: float, first: int, last: int, *, fraction: bool = False
) -> Number:
    """A number with its unit, its bound and what it counts."""
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
    bound, begins = "", first
    for name, phrases in _BOUNDS:
        said = next((p for p in phrases if re.search(rf"(?:^|\s)[وبل]?{p}$", before)), None)
        if said is not None:
            bound, begins = name, first - len(said.split())
            break
    if end + 1 < len(tokens) and tokens[end + 1].text == "+":
        bound = "more"
    counted: set[str] = set()
    things: list[str] = []
    partitive = False
    for index in range(end + 1, min(len(tokens), end + 8)):
        token = tokens[index]
        if not token.word:
            if token.text in "-":
                continue
            break
        if token.folded[:1].isdigit() and partitive:
            counted.clear()  # "57 of the country's 131 agencies" counts agencies
            things.clear()
            continue
        if token.folded in ("and", "و") or token.folded[:1].isdigit():
            break
        if analysis.is_stop_word(token.folded) or token.folded in _OUT_OF:
            if token.folded in ("of", "من", "them", "منهم", "the", *_OUT_OF):
                partitive = partitive or token.folded in ("of", "من")
                continue
            break
        if token.folded.startswith("ال") and not (partitive or fraction):
            break  # what is counted has no article in Arabic: "وقّعت 57 من أصل 131 المدونة"
        counted.update(keys_of(tokens, index))
        things.append(token.text)
        if len(things) == 2 or token.arabic:  # Arabic puts the thing first, English its adjective
            break
    length: float = next((h for h, units in _HOURS if _is_time(tokens, end + 1, units)), 0)
    hours = value * length if length and unit == "" else number_word(tokens[first], _TWO_OF)
    digits = tokens[first].folded
    dotted = first == last and _DOTTED.fullmatch(digits)
    return Number(
        value,
        unit,
        bound,
        surface(tokens, first, end),
        first,
        end,
        begins,
        frozenset(counted),
        tuple(things),
        float(digits.replace(".", "")) if dotted else None,
        hours,
    )


def with_wholes(tokens: Sequence[Token], numbers: Sequence[Number]) -> list[Number]:
    """Numbers in order, with those marked of which the one before is a part."""
    marked = list(numbers[:1])
    for part, number in pairwise(numbers):
        between = tokens[part.last + 1 : number.first]
        joined = any(t.folded == "of" or t.folded in _OUT_OF for t in between)
        near = len(between) <= PARTITIVE_WORDS and all(t.word for t in between)
        more = number.value > part.value and number.unit == part.unit == ""
        marked.append(replace(number, whole=joined and near and more))
    return marked


def _of_time(tokens: Sequence[Token], at: int) -> bool:
    return any(_is_time(tokens, at, units) for _, units in _HOURS)


def unit_of_time(tokens: Sequence[Token], number: Number) -> int | None:
    """Place of the word that says in what a number counts time, where it stands apart."""
    at = _behind(tokens, number.last + 1)
    if at < len(tokens) and not _unit_hours(tokens[at]):
        return None
    apart = number.hours is not None and number_word(tokens[number.first], _TWO_OF) is None
    return at if apart and at < len(tokens) else None


def _behind(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and (tokens[at].text in "-–" or tokens[at].folded in _KIND_OF_DAY):
        at += 1
    return at


def _is_time(tokens: Sequence[Token], at: int, units: Sequence[str]) -> bool:
    """Whether a number's next word is one of these units of time, as in "three-day course"."""
    at = _behind(tokens, at)
    if at >= len(tokens):
        return False
    following = tokens[at].folded
    return following in units or following.removesuffix("s") in units


_AND_A_PART = {"ونصف": 0.5, "ونصفا": 0.5, "وربع": 0.25, "وربعا": 0.25, "وثلث": 1 / 3}
_HALVES = {"half": 0.5, "quarter": 0.25}
_ARTICLES = ("a", "an", "one")


def lengths_of(tokens: Sequence[Token], numbers: Sequence[tuple[float, int, int]]) -> list[Number]:
    """Lengths of time with parts: "an hour and a half", "half a year", ساعة ونصف, نصف ساعة."""
    by_last = {last: (value, first) for value, first, last in numbers}
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        said = _length_at(tokens, at, by_last)
        if said is None:
            at += 1
            continue
        hours, first, last = said
        text = surface(tokens, first, last)
        found.append(Number(hours, "", "", text, first, last, first, hours=hours))
        at = last + 1
    return found


def _length_at(
    tokens: Sequence[Token], at: int, by_last: Mapping[int, tuple[float, int]]
) -> tuple[float, int, int] | None:
    """Hours, first and last token of a length with a part that has its unit or its part here."""
    said = [t.folded for t in tokens[at : at + 5]]
    unit = _unit_hours(tokens[at])
    two = number_word(tokens[at], _TWO_OF)
    if (unit or two) and len(said) > 1 and said[1] in _AND_A_PART:
        part = _AND_A_PART[said[1]]
        last = at + 1
        if last + 1 < len(tokens) and _unit_hours(tokens[last + 1]):
            last += 1  # "ساعة ونصف الساعة"
        if two:
            return two + part * two / 2, at, last
        count, first = by_last.get(at - 1, (1.0, at))
        return (count + part) * unit, first, last
    if unit and said[1:3] == ["and", "a"] and said[3:4] and said[3] in _HALVES:
        count, first = by_last.get(at - 1, (1.0, at))
        if first == at and at and tokens[at - 1].folded in _ARTICLES:
            first -= 1
        elif first == at:
            return None
        return (count + _HALVES[said[3]]) * unit, first, at + 3
    if at in by_last and said[1:3] == ["and", "a"] and said[3:4] and said[3] in _HALVES:
        length = _unit_hours(tokens[at + 4]) if at + 4 < len(tokens) else 0
        count, first = by_last[at]
        return ((count + _HALVES[said[3]]) * length, first, at + 4) if length else None
    if said[0] in _HALVES:
        ahead = 2 if said[1:2] == ["of"] else 1
        if said[ahead : ahead + 1] and said[ahead] in ("a", "an", "-"):
            ahead += 1
        length = _unit_hours(tokens[at + ahead]) if at + ahead < len(tokens) else 0
        begun = at and tokens[at - 1].folded in _ARTICLES
        if length and ahead > 1:
            return _HALVES[said[0]] * length, at - 1 if begun else at, at + ahead
        return None
    key, end = fraction_at(tokens, at)
    following = tokens[end + 1] if end + 1 < len(tokens) else None
    if key and tokens[at].arabic and not tokens[at].folded.startswith("و") and following:
        length = _unit_hours(following)
        over, under = key.split("/")
        return (int(over) / int(under) * length, at, end + 1) if length else None
    return None


def _unit_hours(token: Token) -> float:
    """How many hours a unit of time has, 0 for any other word."""
    bare = CLITIC.sub("", token.folded) if token.arabic else token.folded.removesuffix("s")
    forms = (token.folded, bare)
    return next((hours for hours, units in _HOURS if any(f in units for f in forms)), 0)


_RATIO_JOINTS = {"in": (), "of": ("every",), "out": ("of",), "من": ("كل", "اصل"), "بين": ("كل",)}
_SMALL = {"one": 1.0, "a": 1.0, "واحد": 1.0, "واحده": 1.0}
_GAP = 2  # words between the parts of a ratio: "one family in four"


def ratios_of(tokens: Sequence[Token], numbers: Sequence[tuple[float, int, int]]) -> list[Number]:
    """Shares said in other words, as percentages: "one in three", "سبع من كل عشر", "half"."""
    by_first = {first: (value, last) for value, first, last in numbers}
    found: list[Number] = []
    for at, token in enumerate(tokens):
        if token.folded not in _RATIO_JOINTS:
            continue
        ahead = at + 1
        joints = _RATIO_JOINTS[token.folded]
        if joints:
            if ahead >= len(tokens) or tokens[ahead].folded not in joints:
                continue
            ahead += 1
        if ahead < len(tokens) and tokens[ahead].folded == "every":
            ahead += 1  # "out of every forty"
        if ahead not in by_first:
            continue
        whole, last = by_first[ahead]
        part, first = _part_before(tokens, at, by_first)
        if part is not None and part < whole <= 100 and whole >= 2:
            found.append(_share(tokens, 100 * part / whole, first, last))
    for at in range(len(tokens)):
        key, last = fraction_at(tokens, at)
        joined = tokens[at].folded.startswith("ونصف") or any(
            first <= at <= end and first < end for _, first, end in numbers
        )  # "مليون ونصف", "ساعة ونصف", "half a million"
        if key and not joined and not any(n.first <= at <= n.last for n in found):
            over, under = key.split("/")
            found.append(_share(tokens, 100 * int(over) / int(under), at, last))
    return found


def _part_before(
    tokens: Sequence[Token], at: int, by_first: dict[int, tuple[float, int]]
) -> tuple[float | None, int]:
    for back in range(at - 1, max(-1, at - 2 - _GAP), -1):
        if back in by_first and by_first[back][1] < at:
            return by_first[back][0], back
        if tokens[back].folded in _SMALL and tokens[back].folded != "a":
            return _SMALL[tokens[back].folded], back
        if not tokens[back].word:
            break
    return None, at


def _share(tokens: Sequence[Token], value: float, first: int, last: int) -> Number:
    plain = number_of(tokens, value, first, last, fraction=True)
    return replace(plain, unit="percent", hours=None, fraction=True)
