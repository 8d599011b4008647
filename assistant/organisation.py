"""Questions about the organisation itself: what it is, what it is for, what it does.

Such a question has next to no words that its answer has too: "What does IOM do?" is answered by "It
helps migrants who are stranded", on the page "Who we are". So it is known by having no other words
than the organisation's names and those of `lexicon/organisation.toml`, and its answer by the page
it stands on and by how such sentences begin.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.types import PageOutline
from vectorstore import analysis

LEXICON = Path(__file__).with_name("lexicon") / "organisation.toml"


class Aspect(StrEnum):
    """What of the organisation is asked for."""

    PURPOSE = "purpose"
    WORK = "work"
    HISTORY = "history"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class OfOrganisation:
    """What is asked of the organisation, and the addresses of the pages that are about it."""

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
    migrants migrant people country egypt mission
    المهاجرين المهاجر المهاجرون الناس مصر بماذا بم لي لنا انتو انتم انتوا
    """
)
LANGUAGE_TAG = 2  # letters of "en", "ar"
_ON_ITS_PAGE, _SAYS, _BELOW_HEADING, _LEADS = 1.0, 2.0, 2.5, 0.5  # by hand, on five small sites


def aspect_of(
    text: str, stems: Iterable[str], names: Iterable[str], *, when: bool
) -> Aspect | None:
    """What of the organisation a question asks for; None for any other question.

    Args:
        stems: what the question is about, without stop words and question words.
        names: what the organisation is called.
        when: it asks for a time.
    """
    folded = analysis.fold(text)
    asked, own = frozenset(stems), _stems(" ".join(names))
    if not asked <= own.union(_ALSO, *_asks().values()):
        return None
    if not asked & (own | _CALLED) and not _YOU.search(folded):
        return None
    if when:
        return Aspect.HISTORY
    if re.search(_table()[Aspect.WORK]["phrases"], folded):
        return Aspect.WORK
    left = asked - own
    return next((aspect for aspect, asks in _asks().items() if left & asks), Aspect.IDENTITY)


def tells_of_it(url: str, title: str, names: Iterable[str]) -> bool:
    """Whether a page is about the organisation as a whole, by its address or its title."""
    return _step(url) or _titled(title, tuple(names))


def pages_about_it(outline: Mapping[str, PageOutline], names: Iterable[str]) -> list[str]:
    """The stored pages that are about the organisation as a whole."""
    own = tuple(names)
    return [
        page.url
        for page in outline.values()
        if page.kind == "site" or tells_of_it(page.url, page.title, own)
    ]


def tells(aspect: Aspect, text: str, headings: Iterable[str], *, leads: bool) -> float:
    """How well a sentence of a page about the organisation answers, from 0.

    Args:
        headings: what stands above it.
        leads: it is among the first of its page.
    """
    rule, folded = _rules()[aspect], analysis.fold(text)
    if re.search(_table()["pages"]["leads_on"], folded):
        return 0.0
    says = bool(rule["says"].search(folded))
    below = any(rule["headings"].search(analysis.fold(heading)) for heading in headings)
    if not says and not below:
        return 0.0
    return _ON_ITS_PAGE + _SAYS * says + _BELOW_HEADING * below + _LEADS * leads


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(LEXICON.read_text("utf-8"))


@lru_cache(maxsize=1)
def _asks() -> dict[Aspect, frozenset[str]]:
    return {aspect: _stems_in(_table()[aspect]["asks"]) for aspect in Aspect}


@lru_cache(maxsize=1)
def _rules() -> dict[Aspect, dict[str, re.Pattern[str]]]:
    return {
        aspect: {name: re.compile(_table()[aspect][name]) for name in ("says", "headings")}
        for aspect in Aspect
    }


@lru_cache(maxsize=64)
def _stems(text: str) -> frozenset[str]:
    return _stems_in(text)


@lru_cache(maxsize=50_000)
def _step(url: str) -> bool:
    """Whether a step of the address names such a page; a programme's own page is none."""
    parts = urlsplit(url)
    steps = [s for s in analysis.fold(unquote(parts.path)).split("/") if s]
    if not steps or (len(steps) == 1 and len(steps[0]) == LANGUAGE_TAG):  # the home page
        return True
    families, last = _table()["pages"]["families"], _table()["pages"]["steps"]
    if steps and re.fullmatch(rf"(?:{last})(?:\.\w+)?", steps[-1]):
        return True
    return any(re.fullmatch(rf"(?:{families})(?:\.\w+)?", step) for step in steps)


@lru_cache(maxsize=50_000)
def _titled(title: str, names: tuple[str, ...]) -> bool:
    folded = " ".join(analysis.fold(title).split()).strip(" .!?؟")
    if re.fullmatch(_table()["pages"]["titles"], folded):
        return True
    after = re.fullmatch(r"(?:about|عن) (?:the )?(.+)", folded)
    return after is not None and _stems(after[1]) <= _stems(" ".join(names)) | _ALSO
