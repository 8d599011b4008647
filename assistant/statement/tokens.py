"""Words, numbers and signs of a text, each with the forms by which it is compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from vectorstore import analysis

_TOKEN = re.compile(
    r"\d+(?:[.,٬٫]\d+)*(?:(?:st|nd|rd|th|s)\b)?|[^\W\d_]+(?:['’&][^\W\d_]+)*|[^\w\s]"
)
_MARKS = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
ARABIC = re.compile("[\u0621-\u064a]")
ARTICLE = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل))(?=\w{2})")
CLITIC = re.compile(r"^(?:وال|فال|بال|لل|ال|و|ف|ب|ل)(?=\w{2})")


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


def tokens_of(text: str) -> tuple[Token, ...]:
    """Words, numbers and signs in order."""
    return tuple(
        _token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(without_marks(text))
    )


def without_marks(text: str) -> str:
    """The text with vowel signs and direction marks taken out: the offsets count within it."""
    return _MARKS.sub("", text)


def _token(raw: str, start: int, end: int) -> Token:
    folded = analysis.fold(raw).replace("’", "'")
    arabic = bool(ARABIC.match(folded))
    bare = ARTICLE.sub("", folded) if arabic else folded
    stop = analysis.is_stop_word(folded)
    capital = raw[:1].isupper()
    bones = analysis.skeleton(bare.replace("'s", "")) if (arabic or capital) and not stop else ""
    return Token(raw, folded, start, end, _forms(folded), bones, arabic, capital)


@lru_cache(maxsize=100_000)
def _forms(folded: str) -> tuple[str, ...]:
    """The stem, and for Arabic the stem without a verb's first letter: يمول, تمول → مول."""
    stem = analysis.stem(folded)
    if not ARABIC.match(folded):
        return (stem,)
    forms = [stem]
    bare = folded[1:] if folded[:1] in "وفسل" and len(folded) > 4 else folded
    if bare[:1] in "يتن" and len(bare) > 3:
        forms.append(analysis.stem(bare[1:]))
    if bare != folded:
        forms.append(analysis.stem(bare))
    if stem.startswith("ال") and len(stem) > 4:
        forms.append(stem[2:])
    if (plain := ARTICLE.sub("", folded)) != folded:
        forms.append(analysis.stem(plain))  # الفرنسي keeps less of its end than فرنسي
    return tuple(dict.fromkeys(forms))


def folded_set(words: str) -> frozenset[str]:
    """Folded words of a list."""
    return frozenset(analysis.fold(words).split())


def surface(tokens: Sequence[Token], first: int, last: int) -> str:
    """The text of some tokens, with its blanks."""
    out, end = "", tokens[first].start
    for token in tokens[first : last + 1]:
        out += (" " if token.start > end else "") + token.text
        end = token.end
    return out
