"""Takes out of a text what points to one person: numbers, addresses, places on a map.

Digits of every script count as digits (NFKC leaves Arabic-Indic ones as they are), and a number is
found wherever it stands, glued to a prefix like the Arabic "and" too: no pattern leans on the edge
of a word. What stays are numbers of laws, dates, years, amounts, short public lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Between the digits of one number: blanks, dashes, dots, brackets, slashes, and what nobody sees.
_GAP = r"[\s\-‐-―−.()/_ـ\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_NUMBER = re.compile(rf"\+?\(?\d(?:{_GAP}{{0,3}}\d)+")

_YEAR = r"(?:1[4-9]|20)\d\d"  # of either calendar
# Looked at first, and left alone.
_HARMLESS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}-\d\d?-\d\d?(?:T\d\d:\d\d(?::\d\d)?)?(?!\d)",  # 2023-05-16
        rf"(?<!\d)\d\d?([-/. ])\d\d?\1{_YEAR}(?!\d)",  # 16/05/2023
        rf"(?<!\d){_YEAR}/\d\d?/\d\d?(?!\d)",
        rf"(?<!\d){_YEAR}(?:\s*[-–—/,]\s*|\s+){_YEAR}(?!\d)",  # 2021-2025
        rf"(?<![\d/])\d{{1,4}}/{_YEAR}(?![\d/])",  # law 151/2020
        r"(?<![\d.,٬])\d{1,3}(?:[,٬]\d{3})+(?:[.٫]\d+)?(?!\d)",  # 1,250,000
        r"(?<![\d+(])(?<!\d[ -])(?!0)\d{1,3}(?: \d{3})+(?![ -]?\d)",  # 1 250 000
        r"(?<![\d.])\d+[.٫]\d{1,2}\s*%",
    )
)
_CUE = re.compile(
    r"(?:phone|mobile|cell|call|whats\s?app|viber|telegram|tel|file|case|passport|id|card|number|no\.?"
    r"|هاتف|تليفون|تلفون|موبايل|جوال|واتس\s?اب|واتساب|اتصل|رقم|رقمي|جواز|بطاقة|ملف|هوية)"
    r"[\s:#.ه-يا]{0,14}$",
    re.IGNORECASE,
)
_IDENTIFIER_DIGITS = 8  # no statistic or price in a question is written with so many in a row
_CUED_DIGITS = 6

_MAIL = re.compile(
    r"(?<![\w.+%\-])[\w.+%\-]+\s?(?:@|＠|\(at\)|\[at\])\s?[\w\-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w\-]+)+",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.])@[A-Za-z][\w.]{2,}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}(?![A-Za-z0-9])")
# Letters among at least seven digits: registration numbers, files.
_CODE = re.compile(
    r"(?<![A-Za-z0-9\-])(?=[\d\-]{0,19}[A-Za-z])(?=(?:[A-Za-z\-]{0,19}\d){7})[A-Za-z0-9\-]{8,20}"
)
# Passports, visas.
_LETTERED = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{1,3}[ -]?|[A-Za-z]{1,2})\d{6,10}(?!\d)")
_PLACE = re.compile(
    r"[-+]?\d{1,3}[.,٫]\d{3,}+\s*+(?:°\s*+)?(?:[NSns]\s*+)?(?:[,،;]\s*+|(?<=\s))"
    r"[-+]?\d{1,3}[.,٫]\d{3,}+(?:\s*+°)?(?:\s*+[EWew])?"
    r"|\d{1,3}\s*°\s*\d{1,2}\s*['′’]\s*(?:\d{1,2}(?:\.\d+)?\s*(?:\"|″|''|”)\s*)?[NSEWnsew]?"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that points to a person, and where."""

    kind: str
    start: int
    end: int


def redact(text: str) -> str:
    """The text with each identifier replaced by its kind in angle quotes."""
    parts: list[str] = []
    last = 0
    for found in identifiers(text):
        parts += [text[last : found.start], f"‹{found.kind}›"]
        last = found.end
    return "".join([*parts, text[last:]])


def identifiers(text: str) -> list[Found]:
    """What points to a person, in order, without overlaps."""
    read = _with_plain_digits(text)
    found: list[Found] = []
    for kind, pattern in (
        ("e-mail", _MAIL),
        ("place", _PLACE),
        ("account", _IBAN),
        ("document", _LETTERED),
        ("name", _HANDLE),
    ):
        for match in pattern.finditer(read):
            if kind == "account" and sum(c.isdigit() for c in match.group()) < 10:
                continue
            found.append(Found(kind, *match.span()))
            read = _blanked(read, *match.span())
    for pattern in _HARMLESS:
        for match in pattern.finditer(read):
            read = _blanked(read, *match.span())
    for match in _CODE.finditer(read):
        found.append(Found("document", *match.span()))
        read = _blanked(read, *match.span())
    found.extend(_numbers(read))
    return sorted(found, key=lambda each: each.start)


def _numbers(read: str) -> Iterator[Found]:
    for match in _NUMBER.finditer(read):
        digits = sum(c.isdigit() for c in match.group())
        cued = _CUE.search(read[max(0, match.start() - 40) : match.start()]) is not None
        dialled = match.group().startswith(("+", "00", "(0")) and digits >= 7
        local = re.fullmatch(r"\d{3}[-. ]\d{4}", match.group()) is not None
        if digits >= _IDENTIFIER_DIGITS or dialled or local or (cued and digits >= _CUED_DIGITS):
            yield Found("number", *match.span())


def _with_plain_digits(text: str) -> str:
    """The same length, each digit of any script as an ASCII one, full-width letters as letters."""
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else _narrow(c) if ord(c) > 0x7F else c
        for c in text
    )


def _narrow(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() else character


def _blanked(text: str, start: int, end: int) -> str:
    """Letters stand where something was looked at, so that no number is found across it."""
    return f"{text[:start]}{'x' * (end - start)}{text[end:]}"
