"""Phrases of the lexicon in a text: what says the same in both languages, and places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.statement.tokens import Token, tokens_of
from vectorstore import analysis

LEXICON = Path(__file__).parents[1] / "lexicon"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase of the lexicon stands for."""

    key: str
    kind: str


_SPELT: set[str] = set()  # words of the lexicon as they are written there


def is_spelt(folded: str) -> bool:
    """Whether the lexicon has the very word, not only its stem: "Manning" is no "man"."""
    concepts()
    return folded in _SPELT or folded.removesuffix("s") in _SPELT


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of a lexicon, by their stems.

    Attributes:
        reach: words of the longest phrase that begins with a stem.
    """

    entries: dict[tuple[str, ...], list[Entry]]
    reach: dict[str, int]


def _load(names: Sequence[str], kinds: Sequence[str]) -> Phrases:
    table: dict[tuple[str, ...], list[Entry]] = {}
    reach: dict[str, int] = {}
    for line in (line for n in names for line in (LEXICON / n).read_text("utf-8").splitlines()):
        if not line.strip() or line.startswith("#"):
            continue
        head, _, terms = line.partition(":")
        kind, _, key = head.partition(" ")
        if kind not in kinds:
            kind, key = "", head
        for term in terms.split(","):
            words = [t for t in tokens_of(term) if t.word]
            phrase = tuple(t.forms[0] for t in words)
            if phrase:
                _SPELT.update(t.folded for t in words)
                reach[phrase[0]] = max(reach.get(phrase[0], 0), len(phrase))
                if len(words) == 1:
                    _WRITTEN.setdefault(key, set()).add(words[0].folded)
                entries = table.setdefault(phrase, [])
                if not any(e.key == key for e in entries):
                    entries.append(Entry(key, kind))
    return Phrases(table, reach)


@lru_cache(maxsize=1)
def concepts() -> Phrases:
    """Phrases, by their stems, and the concepts they stand for."""
    return _load(("concepts.txt", "translations.txt"), ("role", "body", "usual", "light"))


_BEFORE_PLACE = re.compile(r"^(?:[وف]?(?:لل|[بلك]?ال|[بلك])|[وف])(?=\w{3})")


@lru_cache(maxsize=1)
def _place_forms() -> frozenset[str]:
    return frozenset(
        word
        for line in (LEXICON / "places.txt").read_text("utf-8").splitlines()
        for word in analysis.words(line.partition(":")[2])
    )


@lru_cache(maxsize=1)
def _place_stems() -> dict[str, frozenset[str]]:
    """Stem to the Arabic places of one word that have it, without article and last letter."""
    found: dict[str, set[str]] = {}
    for line in (LEXICON / "places.txt").read_text("utf-8").splitlines():
        for term in line.partition(":")[2].split(","):
            words = [t for t in tokens_of(term) if t.word]
            if len(words) == 1 and words[0].arabic:
                bare = words[0].folded.removeprefix("ال")
                found.setdefault(words[0].forms[0], set()).add(bare[: max(3, len(bare) - 1)])
    return {stem: frozenset(forms) for stem, forms in found.items()}


def is_place_form(token: Token) -> bool:
    """Whether an Arabic word is spelt as a place is: الرياض, not the sport الرياضة."""
    if not token.arabic:
        return True
    bare = _BEFORE_PLACE.sub("", token.folded)
    forms = _place_forms()
    alike = {s for form in token.forms for s in _place_stems().get(form, ())}
    if alike and not any(word.startswith(s) for word in (bare, token.folded) for s in alike):
        return False  # "فيروس" has the letters of Russia, "البحر" those of Bahrain
    if not bare.endswith("ه") or bare.endswith("يه") or not forms.isdisjoint({bare, "ال" + bare}):
        return True
    return forms.isdisjoint({bare[:-1], "ال" + bare[:-1]})


@lru_cache(maxsize=1)
def places_table() -> Phrases:
    """The same for places."""
    return _load(("places.txt",), ("country", "city"))


@lru_cache(maxsize=1)
def within() -> dict[str, str]:
    """City to the country that it lies in, by their keys."""
    found = {}
    for line in (LEXICON / "within.txt").read_text("utf-8").splitlines():
        country, _, cities = line.partition(":")
        if not line.startswith("#"):
            found.update({city.strip(): country for city in cities.split(",")})
    return found


_PEOPLE_LATIN = re.compile(r"(?:[ai]ns?|ese|ish|is?|ic|ch|ss)$")
_PEOPLE_ARABIC = re.compile(r"ي(?:ه|ين|ون|ا|ات)?$")


@lru_cache(maxsize=1)
def _country_names() -> frozenset[str]:
    """How each place itself is called: the first term of either script in its line."""
    names: set[str] = set()
    for line in (LEXICON / "places.txt").read_text("utf-8").splitlines():
        terms = [analysis.fold(t.strip()) for t in line.partition(":")[2].split(",")]
        for latin in (True, False):
            names.update([t for t in terms if t and t.isascii() == latin][:1])
    return frozenset(names)


def is_people(token: Token) -> bool:
    """Whether a form of a place's name says its people: Moroccan, مغربي, not Morocco."""
    bare = _BEFORE_PLACE.sub("", token.folded) if token.arabic else token.folded
    if not _country_names().isdisjoint({bare, "ال" + bare, token.folded}):
        return False
    return bool((_PEOPLE_ARABIC if token.arabic else _PEOPLE_LATIN).search(bare))


def longest(tokens: Sequence[Token], at: int, phrases: Phrases) -> tuple[int, list[Entry]]:
    """The longest phrase that begins here: its length in tokens and its entries."""
    reach = max(phrases.reach.get(form, 0) for form in tokens[at].forms)
    if not reach:
        return 0, []
    table = phrases.entries
    words: list[tuple[str, ...]] = []
    ends: list[int] = []
    for index in range(at, min(len(tokens), at + 2 * reach)):
        if tokens[index].folded == "no" and index > at:
            continue  # "takes no part" is "takes part", denied
        if tokens[index].word:
            words.append(tokens[index].forms)
            ends.append(index)
        elif tokens[index].text not in "-&/":
            break
        if len(words) == reach:
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
            if length == 1 and len(entries) > 1 and tokens[at].arabic:
                entries = _as_written(tokens[at], entries)
            return ends[length - 1] - at + 1, entries
    return 0, []


_WRITTEN: dict[str, set[str]] = {}  # key of an entry to the single words that stand for it


def _as_written(token: Token, entries: list[Entry]) -> list[Entry]:
    """Of entries with one stem those that have the very word: زار is "visited", no وزارة."""
    spelt = [e for e in entries if token.folded in _WRITTEN.get(e.key, ())]
    return spelt or entries


def keys_of(tokens: Sequence[Token], at: int) -> set[str]:
    """Concepts or places that begin at a token, else its stems."""
    keys = {e.key for e in longest(tokens, at, concepts())[1]}
    keys |= {e.key for e in longest(tokens, at, places_table())[1]}
    if keys & PEOPLE:
        keys.add("people")
    return keys or set(tokens[at].forms)


# Concepts of those whom "people" or "persons" may mean.
PEOPLE = frozenset(
    """migrant refugee victim woman man child participant delegate expert guest passenger returnee
    beneficiary professional prosecutor judge volunteer staff operator student egypt sudan
    specialist""".split()
)
