"""The words of the desks and of signing in, in each language; one TOML file for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Words = Mapping[str, Mapping[str, str]]


@cache
def words_for(language: str) -> Words:
    """Room to name to words; every language has the same names."""
    path = Path(__file__).parent / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
