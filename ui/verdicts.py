"""Verdicts on the statements of a draft, with what differs and where it stands. Pure HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from assistant.types import Difference, Finding, Verdict
from ui.markup import escape, prose
from ui.sources import marker_id, source_id, sources
from ui.types import Voice


def statements(verdict: Verdict) -> tuple[Verdict, ...]:
    """One verdict for each statement of what was checked."""
    return verdict.sentences or (verdict,)


def verdicts(verdict: Verdict, voice: Voice, words: Mapping[str, str]) -> str:
    """Every statement in order, with its evidence beside it."""
    parts = statements(verdict)
    return _summary(parts, words) + "".join(
        _statement(number, part, voice, words) for number, part in enumerate(parts, start=1)
    )


def _summary(parts: tuple[Verdict, ...], words: Mapping[str, str]) -> str:
    counted = Counter(part.verdict for part in parts)
    said = " ".join(
        f'<span class="badge {finding}">{counted[finding]} {escape(words[f"n_{finding}"])}</span>'
        for finding in (Finding.CONTRADICTED, Finding.NOT_FOUND, Finding.SUPPORTED)
        if counted[finding]
    )
    return f'<h2 class="tally" data-say>{said}</h2>'


def _statement(number: int, part: Verdict, voice: Voice, words: Mapping[str, str]) -> str:
    evidence = sources(number, part.citations, voice)
    markers = "".join(
        f'<a class="marker" href="#{source_id(number, c.number)}" '
        f'id="{marker_id(number, c.number)}" data-source="{source_id(number, c.number)}">'
        f"[{c.number}]</a>"
        for c in part.citations
    )
    differences = "".join(f"<li>{_difference(d, words)}</li>" for d in part.differences)
    sure = words["sure"].format(percent=round(part.confidence * 100))
    return (
        f'<section class="turn statement {part.verdict}" aria-labelledby="statement-{number}">'
        f'<div class="answer"><h3 class="badge {part.verdict}" id="statement-{number}">'
        f"{escape(words[str(part.verdict)])}</h3>"
        f'<p class="quote" dir="auto"><span class="said">{_marked(part)}</span>{markers}</p>'
        + (f'<ul class="differences">{differences}</ul>' if differences else "")
        + f'<p class="facts">{escape(sure)}</p></div>{evidence}</section>'
    )


def _difference(difference: Difference, words: Mapping[str, str]) -> str:
    kind = words.get(f"kind_{difference.kind}", difference.kind)
    said = escape(words["differs"])
    for name, value, kind_of in (
        ("{claim}", difference.claim, "draft"),
        ("{source}", difference.source, "on-page"),
    ):
        said = said.replace(name, f'<bdi class="{kind_of}" dir="auto">{escape(value)}</bdi>')
    return f'{said} <span class="facts">{escape(kind)}</span>'


def _marked(part: Verdict) -> str:
    """The statement with the words that differ marked, where they stand in it as they are."""
    differing = [d.claim for d in part.differences if d.claim.strip()]
    if not differing:
        return prose(part.claim)
    pattern = "|".join(re.escape(text) for text in sorted(differing, key=len, reverse=True))
    pieces: list[str] = []
    end = 0
    for found in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", part.claim, re.IGNORECASE):
        pieces.append(prose(part.claim[end : found.start()]))
        pieces.append(f'<mark class="differs">{escape(found.group())}</mark>')
        end = found.end()
    pieces.append(prose(part.claim[end:]))
    return "".join(pieces)
