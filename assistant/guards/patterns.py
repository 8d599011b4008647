"""Patterns that staff can read, and the readings of a message that they are held against.

A pattern is a run of words; danger.toml says how to read one. A message has a reading for each
script it uses: folded words between single blanks, and for Arabic in Latin letters the bones alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.guards.reading import (
    ARABIC,
    LATIN,
    bones,
    ends_of,
    is_arabizi,
    once,
    plain,
    without_and,
)
from vectorstore import analysis


def readings_of(text: str) -> dict[str, str]:
    """The message as the patterns of "en", "ar" and "arabizi" see it; only those that apply."""
    read = plain(ends_of(text))
    readings: dict[str, str] = {}
    if ARABIC.search(read):
        readings["ar"] = read
    if LATIN.search(read):
        readings["en"] = once(read)
        if is_arabizi(read):
            words = (bones(word) for word in read.split())
            readings["arabizi"] = " " + " ".join(word for word in words if word) + " "
    return readings


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
        pattern = re.sub(r"[a-z0-9]+", lambda m: bones(m.group()), pattern)
    else:
        pattern = without_and(analysis.fold(pattern))
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
        return self.read_in(readings_of(text))

    def read_in(self, readings: Mapping[str, str]) -> bool:
        """The same for readings that are there already."""
        return any(
            pattern.search(read)
            for tag, read in readings.items()
            for pattern in self._patterns.get(tag, ())
        )


class Combination:
    """Concepts that mean something together: all of the ones, none of the others."""

    def __init__(
        self, concepts: Mapping[str, Section], named: Iterable[str], absent: Iterable[str]
    ) -> None:
        self._named = tuple(concepts[name] for name in named)
        self._absent = tuple(concepts[name] for name in absent)

    def read_in(self, readings: Mapping[str, str]) -> bool:
        """Whether the readings name what they must, in any order, and nothing they must not."""
        return all(concept.read_in(readings) for concept in self._named) and not any(
            concept.read_in(readings) for concept in self._absent
        )


def load_table(path: Path) -> dict[str, Any]:
    """A rules file that ships beside its guard."""
    with path.open("rb") as file:
        return tomllib.load(file)
