"""Counts, shares, amounts and laws, in digits and in words of both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.statement.terms import keys_of
from assistant.statement.tokens import CLITIC, Token, folded_set, surface
from vectorstore import analysis


@dataclass(frozen=True, slots=True)
class Number:
    """A count, a share or an amount.

    Attributes:
        unit: "", "percent", "money" or "law".
        bound: "more", "less", "about", "up to" or "".
        counted: concepts and stems of the words right after it.
        things: these words themselves.
        also: what else its digits may mean: "281.754" is a quarter of a million in some prints.
    """

    value: float
    unit: str
    bound: str
    text: str
    first: int
    last: int
    counted: frozenset[str] = frozenset()
    things: tuple[str, ...] = ()
    also: float | None = None


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
}  # fmt: skip
_FRACTIONS = {
    "half": "1/2", "quarter": "1/4", "quarters": "3/4", "نصف": "1/2", "ثلث": "1/3", "ثلثا": "2/3",
    "ثلثي": "2/3", "ربع": "1/4", "thirds": "2/3",
}  # fmt: skip
_PERCENT = folded_set("percent % ٪ بالمئة بالمائة")
_HUNDRED_AR = folded_set("المئة المائة")
_MONEY = folded_set(
    "$ € £ usd eur egp dollar dollars euro euros pound pounds دولار دولارا يورو جنيه"
)
_BOUNDS = (
    ("less", ("fewer than", "less than", "under", "below", "اقل من", "at most")),
    ("more", ("more than", "over", "above", "at least", "اكثر من", "يزيد علي", "لا يقل عن",
              "يزيد عن", "ما يزيد")),
    ("up to", ("up to", "as many as", "لما يصل الي", "ما يصل الي", "يصل الي")),
    ("about", ("about", "around", "almost", "nearly", "roughly", "some", "approximately", "نحو",
               "حوالي", "قرابه", "ما يقارب", "ما يقرب من", "زهاء")),
)  # fmt: skip
YEARS = (1900, 2100)
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_NTH = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11}
_TEN_MORE = ("عشر", "عشره")
_TENS_MORE = {"والعشرون": 20, "والعشرين": 20, "والثلاثون": 30, "والثلاثين": 30}


def number_word(token: Token, table: dict[str, int]) -> int | None:
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
            if scale is None or scale == 100:
                break
            value, end = value * scale, end + 1
        return value, end
    total, current, end = 0.0, 0.0, at - 1
    index = at
    while index < len(tokens):
        word = tokens[index]
        unit, scale = number_word(word, _UNITS), number_word(word, _SCALES)
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
            if not fresh and not word.arabic:
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


def fraction_at(tokens: Sequence[Token], at: int) -> str:
    """The fraction that begins here, as "1/2", or ""."""
    token = tokens[at]
    key = _FRACTIONS.get(token.folded) or _FRACTIONS.get(CLITIC.sub("", token.folded))
    if token.folded == "third" and at and tokens[at - 1].folded in ("one", "a"):
        return "1/3"
    if token.folded in ("two", "three") and at + 1 < len(tokens):
        following = tokens[at + 1].folded
        if following == "-" and at + 2 < len(tokens):
            following = tokens[at + 2].folded
        if following in ("thirds", "quarters"):
            return _FRACTIONS[following]
    return key or ""


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
            laws.append(Number(key, "law", "", surface(tokens, first, end), first, end))
    return laws


def number_of(tokens: Sequence[Token], value: float, first: int, last: int) -> Number:
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
    bound = ""
    for name, phrases in _BOUNDS:
        if any(re.search(rf"(?:^|\s)[وبل]?{p}$", before) for p in phrases):
            bound = name
            break
    if end + 1 < len(tokens) and tokens[end + 1].text == "+":
        bound = "more"
    counted: set[str] = set()
    things: list[str] = []
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
        things.append(token.text)
        if len(things) == 2 or token.arabic:  # Arabic puts the thing first, English its adjective
            break
    digits = tokens[first].folded
    dotted = first == last and _DOTTED.fullmatch(digits)
    return Number(
        value,
        unit,
        bound,
        surface(tokens, first, end),
        first,
        end,
        frozenset(counted),
        tuple(things),
        float(digits.replace(".", "")) if dotted else None,
    )
