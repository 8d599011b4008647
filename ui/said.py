"""What the other packages say in English (errors, reasons to wait), for a room in Arabic.

Sentences are looked up by their pattern, as gettext does; a test holds the desks' ones to be there.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from ui.markup import escape, prose
from ui.texts import Texts

_PLACE = re.compile(r"\{(\w+)\}")


def in_language(text: str, language: str) -> str | None:
    """The sentence in a language; None where it is not known in it."""
    if language == "en":
        return text
    for pattern, said in _known(language):
        if found := pattern.fullmatch(text):
            values = found.groupdict()
            if (wrong := values.get("wrong")) is not None:
                inner = in_language(wrong, language)
                if inner is None:
                    continue
                values["wrong"] = inner
            pieces = _PLACE.split(said)
            return "".join(values[p] if n % 2 else p for n, p in enumerate(pieces))
    return None


def said(text: str, texts: Texts) -> str:
    """HTML of a sentence in the room's language; below its own words where it is not known."""
    known = in_language(text, texts.tag)
    if known is not None:
        return f'<bdi dir="{texts.direction}">{prose(known)}</bdi>'
    return f'{escape(texts.not_done)} <bdi lang="en" dir="ltr">{prose(text)}</bdi>'


@cache
def _known(language: str) -> list[tuple[re.Pattern[str], str]]:
    path = Path(__file__).parent / "words" / f"{language}.said.toml"
    if not path.exists():
        return []
    pairs = tomllib.loads(path.read_text(encoding="utf-8")).items()
    return [(_pattern(template), said) for template, said in pairs]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PLACE.split(template)
    parts = [f"(?P<{p}>.+?)" if n % 2 else re.escape(p) for n, p in enumerate(pieces)]
    return re.compile("".join(parts), re.DOTALL)
