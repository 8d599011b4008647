"""Patterns that staff can read, and the readings of a message that they are held against.

A pattern is a run of words; danger.toml says how to read one. A message has a reading for each
script it uses: folded words between single blanks, and for Arabic in Latin letters (Arabizi) the
consonants alone, since its vowels are spelt as one likes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from vectorstore import analysis

SCANNED_CHARS = 4_000  # of the beginning and of the end of a longer message
_WORD_CHARS = 40  # bounds the work on one "word" of thousands of letters

_ARABIC = re.compile("[\u0621-\u064a]")
_LATIN = re.compile("[a-z]")
_LATIN_TWICE = re.compile(r"([a-z])\1+")
_STRETCHED = re.compile(r"(\w)\1{2,}|([يوا])\2+\b")
_APOSTROPHE = re.compile("['’`´‘]")
_WORD = re.compile(r"[^\W_]+")
_AND = re.compile(
    r"(?<![\w*])و(?=\w{3}|(?:مش|ما|لا|مو|عم|كل|لو|بس)\b)"
)  # "and" stands before any Arabic word
_SPOKEN = {
    "im": "i am",
    "iam": "i am",
    "ive": "i have",
    "hes": "he is",
    "shes": "she is",
    "theyre": "they are",
    "u": "you",
    "plz": "please",
}
_LOOK_ALIKES = str.maketrans("аеорсухіѕԁһ", "aeopcyxisdh")  # Cyrillic letters that pass for Latin
_ARABIZI_DIGITS = str.maketrans({"2": "", "3": "", "5": "k", "6": "t", "7": "", "8": "g", "9": "k"})
_DIGIT_IN_WORD = re.compile(r"(?=\w*[a-z])\w*[235678]\w*")
_ARABIZI_WORDS = frozenset(
    """ana enta enty e7na howa heya el w fe fi fel men 3al mesh msh mish mafeesh mafish 3ayez ayez
    3ayza badde biddi law kol ya wallah khalas beta3y fein wein shu eih eh leh emta kam bas kda keda
    elly yalli 3am jozi gozy benty ibni akhoya 7ad had bel da di dol ma ba3d 3ashan
    salam shokran shukran ezayak ezayek ahlan marhaba tamam keefak kifak sabah""".split()
)


def readings_of(text: str) -> dict[str, str]:
    """The message as the patterns of "en", "ar" and "arabizi" see it; only those that apply."""
    if len(text) > 2 * SCANNED_CHARS:
        text = text[:SCANNED_CHARS] + " " + text[-SCANNED_CHARS:]
    plain = _plain(text)
    readings: dict[str, str] = {}
    if _ARABIC.search(plain):
        readings["ar"] = plain
    if _LATIN.search(plain):
        readings["en"] = once(plain)
        if _is_arabizi(plain):
            readings["arabizi"] = _bare(plain)
    return readings


def once(text: str) -> str:
    """The text with no Latin letter twice in a row: doubling is what people misspell most."""
    return _LATIN_TWICE.sub(r"\1", text)


def _plain(text: str) -> str:
    """Folded words between single blanks, one blank at either end."""
    folded = _APOSTROPHE.sub("", analysis.fold(text)).translate(_LOOK_ALIKES)
    folded = _STRETCHED.sub(lambda m: m.group(1) or m.group(2), folded)
    words = (_SPOKEN.get(word, word)[:_WORD_CHARS] for word in _WORD.findall(folded))
    return " " + _AND.sub("", " ".join(words)) + " "


def _is_arabizi(plain: str) -> bool:
    """Whether Latin letters spell Arabic: digits inside words, or its smallest words."""
    words = plain.split()
    telling = sum(w in _ARABIZI_WORDS or bool(_DIGIT_IN_WORD.fullmatch(w)) for w in words)
    return telling >= 2 or (telling == 1 and len(words) <= 5)


def _bare(plain: str) -> str:
    """Words reduced to what all spellings of Arabic in Latin letters share: the consonants."""
    return " " + " ".join(bones for w in plain.split() if (bones := _bones(w))) + " "


@lru_cache(maxsize=10_000)
def _bones(word: str) -> str:
    if word.isdigit():
        return word
    return analysis.skeleton(word.translate(_ARABIZI_DIGITS))


def compiled(
    patterns: Iterable[str], lists: Mapping[str, str], tag: str
) -> tuple[re.Pattern[str], ...]:
    """Patterns as regular expressions over one reading; `{name}` stands for a list."""
    return tuple(re.compile(_regex(pattern, lists, tag)) for pattern in patterns)


_LIST = re.compile(r"\{(\w+)\}")


def _regex(pattern: str, lists: Mapping[str, str], tag: str) -> str:
    """A pattern of danger.toml as a regular expression over a reading."""
    while _LIST.search(pattern):
        pattern = _LIST.sub(lambda m: f"({lists[m.group(1)]})", pattern)
    if tag == "arabizi":
        pattern = re.sub(r"[a-z0-9]+", lambda m: _bones(m.group()), pattern)
    else:
        pattern = _AND.sub("", analysis.fold(pattern))
        pattern = re.sub(r"(?<!\\)([a-z])\1+", r"\1", pattern)
    pattern = re.sub(r" +", " ", pattern)
    end = "$" if pattern.endswith("$") else ""
    pattern = pattern.removesuffix("$").strip() + " "
    begin = "^ " if pattern.startswith("^") else "(?<= )"
    pattern = pattern.removeprefix("^").lstrip()
    pattern = pattern.replace(" .... ", " \2").replace(" ... ", " \0").replace(" .. ", " \1")
    grouped = _groups(pattern)
    for mark, words in (("\0", 5), ("\1", 2), ("\2", 14)):
        grouped = grouped.replace(mark, rf"(?:\S+ ){{0,{words}}}")
    return begin + grouped + end


def _groups(pattern: str) -> str:
    """Groups that do not capture, and stars.

    A group that may be missing or repeated takes the blank after it along, unless it begins with
    a blank of its own.
    """
    out: list[str] = []
    opened: list[tuple[int, bool]] = []
    at = 0
    while at < len(pattern):
        char, after = pattern[at], pattern[at + 1 : at + 3]
        if char == "(":
            opened.append((len(out), after[:1] == " "))
            out.append("(?:")
        elif char == ")":
            first, own_blank = opened.pop()
            out.append(")")
            if own_blank and after[:1] == "*":
                out.append("{0,3}")
                at += 1
            elif not own_blank and after in ("? ", "+ "):
                out[first:] = ["(?:", *out[first:], " )", "?" if after == "? " else "{1,4}"]
                at += 2
        elif char == "*":
            out.append(r"\w*")
        else:
            out.append(char)
        at += 1
    return "".join(out)


class Section:
    """Patterns of one matter, by reading."""

    def __init__(self, patterns: Mapping[str, Iterable[str]], lists: Mapping[str, str]) -> None:
        self._patterns = {tag: compiled(p, lists, tag) for tag, p in patterns.items()}

    def found_in(self, text: str) -> bool:
        """Whether any reading of the text holds one of the patterns."""
        return any(
            pattern.search(read)
            for tag, read in readings_of(text).items()
            for pattern in self._patterns.get(tag, ())
        )


def load_table(path: Path) -> dict[str, Any]:
    """A rules file that ships beside its guard."""
    with path.open("rb") as file:
        return tomllib.load(file)
