"""Words that say the same, in English and Arabic, by their stems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from vectorstore import analysis

_FILES = ("concepts.txt", "places.txt", "ordinals.txt")
_FLAG = re.compile(r"^(?:role|light|country|city) ")
_ARTICLE = re.compile(r"^(?:ال|لل)(?=\w{3})")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1)
def concepts() -> dict[str, frozenset[str]]:
    """Root of a word to the concepts that it can stand for by itself."""
    found: dict[str, set[str]] = {}
    for key, roots in _terms():
        if len(roots) == 1:
            found.setdefault(roots[0], set()).add(key)
    return {root: frozenset(keys) for root, keys in found.items()}


@lru_cache(maxsize=1)
def phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Root of a phrase's first word to (all its roots, the concept it stands for)."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for key, roots in _terms():
        if len(roots) > 1:
            found.setdefault(roots[0], []).append((roots, key))
    return found


EXPANSIONS = 3  # terms of one language that a concept adds to a search


def expansion(text: str) -> str:
    """Words that say the same as those of a text, in both languages, for finding pages.

    Lines of concepts.txt marked "usual" or "role" fit too many pages and add nothing.
    """
    words = [root_of(w) for w in _WORD.findall(analysis.fold(text))]
    keys: dict[str, None] = {}
    for at, root in enumerate(words):
        for key in sorted(concepts().get(root, ())):
            keys[key] = None
        for roots, key in phrases().get(root, ()):
            if tuple(words[at : at + len(roots)]) == roots:
                keys[key] = None
    known = set(words)
    added: dict[str, None] = {}
    for key in keys:
        for term in _expansions().get(key, ()):
            if not known.issuperset(root_of(w) for w in _WORD.findall(term)):
                added[term] = None
    return " ".join(added)


@lru_cache(maxsize=1)
def _expansions() -> dict[str, tuple[str, ...]]:
    """Concept to its first terms in each language, folded."""
    found: dict[str, tuple[str, ...]] = {}
    lines = Path(__file__).with_name("concepts.txt").read_text("utf-8").splitlines()
    for line in lines:
        if not line.strip() or line.startswith(("#", "light ", "usual ", "role ")):
            continue
        key, _, rest = _FLAG.sub("", line).partition(":")
        terms = [analysis.fold(term).strip() for term in rest.split(",")]
        latin = [t for t in terms if t.isascii()][:EXPANSIONS]
        arabic = [t for t in terms if not t.isascii()][:EXPANSIONS]
        found[key] = (*latin, *arabic)
    return found


def root_of(folded: str) -> str:
    """The stem of a folded word without its Arabic article."""
    return analysis.stem(_ARTICLE.sub("", folded))


def _terms() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Concept and roots of each term; lines marked "light" say too little and are left out."""
    for name in _FILES:
        for line in Path(__file__).with_name(name).read_text("utf-8").splitlines():
            if not line.strip() or line.startswith(("#", "light ")):
                continue
            key, _, terms = _FLAG.sub("", line).partition(":")
            for term in (key, *terms.split(",")):
                words = _WORD.findall(analysis.fold(term))
                if words:
                    yield key, tuple(root_of(word) for word in words)
