"""Hostile inputs, one to a line: `{id, kind, lang, input, must, must_not}`.

`input.channel` says which door they come to:

- `ask`: `text`, `turns` (asked one after the other) or `repeat` with `times`; optional `force`
  (what is broken meanwhile, see `rig.FAULTS`), `seed_other_session` (asked before by somebody else)
- `page`: `html`, optional `before` (what the page said when it was first read), `then_ask`
- `page_pdf`: `visible`, `invisible`, optional `how` it is hidden, `then_ask`
- `llm_reply`: `source`, `reply`, `then_ask`
- `raw_http`: `body_b64`

What each word of `must` and `must_not` means stands with its check in `checks.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHANNELS = ("ask", "page", "page_pdf", "llm_reply", "raw_http")
"""The doors that can be tried here."""


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile input, and what must come of it and must not."""

    id: str
    kind: str
    language: str
    input: Mapping[str, Any]
    must: tuple[str, ...]
    must_not: tuple[str, ...]

    @property
    def channel(self) -> str:
        """The door it comes to."""
        return str(self.input["channel"])

    @property
    def asked(self) -> list[str]:
        """The messages of whoever asks, in order."""
        said = self.input
        if "turns" in said:
            turns = said["turns"]
            return [turn if isinstance(turn, str) else str(turn["content"]) for turn in turns]
        if "repeat" in said:
            return [str(said["repeat"]) * int(said["times"])]
        return [str(said.get("text") or said.get("then_ask") or "")]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, in its order."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Case(
            str(row["id"]),
            str(row["kind"]),
            str(row["lang"]),
            row["input"],
            tuple(row["must"]),
            tuple(row["must_not"]),
        )
        for row in rows
    ]
