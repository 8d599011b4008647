"""Questions about the organisation itself: what it is and does, who leads it, where it is reached.

Such a question has next to no words that its answer has too: "What does IOM do?" is answered by "It
helps migrants who are stranded", on the page "Who we are". So it is known by having no other words
than the organisation's names and those of `lexicon/organisation.toml`, and its answer by the page
it stands on and by how such sentences begin.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ingest.types import PageOutline
from vectorstore import analysis

LEXICON = Path(__file__).with_name("lexicon") / "organisation.toml"


class Aspect(StrEnum):
    """What of the organisation is asked for; of several that fit a question the first counts."""

    CONTACT = "contact"
    HOURS = "hours"
    PLACE = "place"
    LEADER = "leader"
    JOBS = "jobs"
    PURPOSE = "purpose"
    WORK = "work"
    HISTORY = "history"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class OfOrganisation:
    """What is asked of the organisation, and the addresses of the pages that tell it."""

    aspect: Aspect
    pages: frozenset[str]


def _stems_in(words: str) -> frozenset[str]:
    return frozenset(analysis.stem(word) for word in analysis.words(words))


# Whom a question means where it does not name the organisation, and what else it may speak of.
_CALLED = _stems_in(
    """
    organisation organization office agency foundation
    منظمة المنظمة مكتب المكتب وكالة الوكالة مؤسسة المؤسسة بعثة البعثة
    """
)
_YOU = re.compile(r"\byour?s?\b|\bانت(?:و|م|وا)\b|\w{2}كم\b|\bب?ت\w+(?:وا|ون)\b")
_ALSO = _CALLED | _stems_in(
    """
    migrants migrant people country egypt mission main tell briefly short one sentence words
    المهاجرين المهاجر المهاجرون الناس مصر بماذا بم لي لنا انتو انتم انتوا
    باختصار جملة
    """
)
# Words of a name that mean something by themselves: "What is migration?" asks of no organisation.
_COMMON = _stems_in("international migration egypt un the الدولية للهجرة الهجرة هجرة مصر")
# What is asked of an organisation; "how many" and "compare" are not.
_KINDS = frozenset(
    ("who", "when", "where", "why", "how", "what", "definition", "list", "contact", "yes or no")
)
# Known by what is asked for or by a phrase, not by single words.
_ONLY = frozenset((Aspect.PLACE, Aspect.LEADER, Aspect.HOURS, Aspect.JOBS))
_TITLED_TOO = _stems_in("about home overview profile عن نبذة الرئيسية الصفحة")
_NEVER = "(?!)"
LANGUAGE_TAG = 2  # letters of "en", "ar"
_ON_ITS_PAGE, _SAYS, _BELOW_HEADING, _LEADS, _LISTS = (
    1.0,
    2.0,
    2.5,
    1.0,
    1.0,
)  # by hand, on five small sites


def aspect_of(
    text: str, stems: Iterable[str], kinds: Collection[str], names: Iterable[str]
) -> Aspect | None:
    """What of the organisation a question asks for; None for any other question.

    Args:
        stems: what the question is about, without stop words and question words.
        kinds: what it asks for, as `assistant.question.Asked`.
        names: what the organisation is called.
    """
    folded = analysis.fold(text)
    asked, own = frozenset(stems), _stems(" ".join(names))
    aspect = _aspect(folded, asked - own, kinds)
    if aspect is None or not asked <= own | _ALSO | _rules()[aspect].asks:
        return None
    said = asked & _rules()[aspect].asks
    if _rules()[aspect].bare and said:
        return aspect
    named = asked & ((own - _COMMON) | _CALLED)
    return aspect if named or _YOU.search(folded) else None


def _aspect(folded: str, asked: frozenset[str], kinds: Collection[str]) -> Aspect | None:
    rules = _rules()
    if not _KINDS.issuperset(kinds):
        return None
    for aspect, rule in rules.items():
        if rule.phrases.search(folded):
            return aspect
    if "when" in kinds:
        return Aspect.HISTORY
    if "where" in kinds:
        return Aspect.PLACE
    if "who" in kinds:
        return Aspect.LEADER if asked & rules[Aspect.LEADER].asks else None
    of_it = (aspect for aspect, rule in rules.items() if aspect not in _ONLY and asked & rule.asks)
    return next(of_it, None if asked - _ALSO else Aspect.IDENTITY)


def pages_that_tell(
    aspect: Aspect, outline: Mapping[str, PageOutline], names: Iterable[str]
) -> frozenset[str]:
    """The stored pages on which this of the organisation is told."""
    own, kinds = tuple(names), _rules()[aspect].pages
    return frozenset(
        page.url
        for page in outline.values()
        if ("about" in kinds and page.kind == "site")
        or not kinds.isdisjoint(_kinds_of(page.url, page.title, own))
    )


def tells(
    aspect: Aspect, text: str, headings: Iterable[str], *, leads: bool, lists: bool = False
) -> float:
    """How well a sentence of such a page answers, from 0.

    Args:
        headings: what stands above it.
        leads: it is among the first of its page.
        lists: it leads to a list, or belongs to one.
    """
    rule, folded = _rules()[aspect], analysis.fold(text)
    if _leads_on().search(folded):
        return 0.0
    says = bool(rule.says.search(folded))
    below = any(rule.headings.search(analysis.fold(heading)) for heading in headings)
    if not says and not below:
        return 0.0
    told = _ON_ITS_PAGE + _SAYS * says + _BELOW_HEADING * below + _LEADS * leads
    return told + _LISTS * (lists and aspect is Aspect.WORK)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What lexicon/organisation.toml says of one aspect."""

    asks: frozenset[str]
    phrases: re.Pattern[str]
    says: re.Pattern[str]
    headings: re.Pattern[str]
    pages: frozenset[str]
    bare: bool


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(LEXICON.read_text("utf-8"))


@lru_cache(maxsize=1)
def _leads_on() -> re.Pattern[str]:
    return re.compile(_table()["leads_on"]["says"])


@lru_cache(maxsize=1)
def _rules() -> dict[Aspect, _Rule]:
    rules = {}
    for aspect in Aspect:
        row = _table()[aspect]
        rules[aspect] = _Rule(
            asks=_stems_in(row["asks"]),
            phrases=re.compile(row.get("phrases", _NEVER)),
            says=re.compile(row["says"]),
            headings=re.compile(row["headings"]),
            pages=frozenset(row["pages"]),
            bare=row["bare"],
        )
    return rules


@lru_cache(maxsize=64)
def _stems(text: str) -> frozenset[str]:
    return _stems_in(text)


@dataclass(frozen=True, slots=True)
class _PageRule:
    """By what a page of one kind is known: its last step, any step, or its title."""

    steps: re.Pattern[str]
    families: re.Pattern[str]
    titles: re.Pattern[str]


@lru_cache(maxsize=1)
def _page_rules() -> dict[str, _PageRule]:
    return {
        kind: _PageRule(
            steps=re.compile(rf"(?:{row['steps']})(?:\.\w+)?"),
            families=re.compile(rf"(?:{row['families']})(?:\.\w+)?"),
            titles=re.compile(row["titles"]),
        )
        for kind, row in _table()["pages"].items()
    }


@lru_cache(maxsize=50_000)  # each aspect asks for all pages, and the next version has them too
def _kinds_of(url: str, title: str, names: tuple[str, ...]) -> frozenset[str]:
    """Of which kinds a page is, by its address or its title; a programme's own page is of none."""
    steps = [s for s in analysis.fold(unquote(urlsplit(url).path)).split("/") if s]
    folded = " ".join(analysis.fold(title).split()).strip(" .!?؟")
    kinds = {
        kind
        for kind, rule in _page_rules().items()
        if (steps and rule.steps.fullmatch(steps[-1]))
        or any(rule.families.fullmatch(step) for step in steps)
        or rule.titles.fullmatch(folded)
    }
    at_home = not steps or (len(steps) == 1 and len(steps[0]) == LANGUAGE_TAG)
    words = {word for word in analysis.words(title) if not analysis.is_stop_word(word)}
    named = {analysis.stem(word) for word in words} - _TITLED_TOO
    if at_home or (named and named <= _stems(" ".join(names)) | _ALSO):
        kinds.add("about")
    return frozenset(kinds)
