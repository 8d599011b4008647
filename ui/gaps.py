"""What the pages lack: answers voted down, questions that found nothing. Pure HTML, CSV, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby

from assistant.gaps import Gap
from assistant.types import Disliked
from ui.controls import button, table
from ui.markup import dated, escape, label, language_name, outward, prose, tongue, web_address
from ui.types import Voice

Words = Mapping[str, str]

# What a spreadsheet may take for the beginning of a formula, full-width forms included.
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def disliked(entries: Sequence[Disliked], voice: Voice, words: Words) -> str:
    """The pages whose answers were voted down."""
    if not entries:
        return f'<p class="aside">{escape(words["no_gaps"])}</p>'
    rows = [
        f"<tr><th scope=row>{_page_name(entry.url, voice, words)}</th>"
        f"<td>{escape(language_name(entry.language, voice.texts))}</td>"
        f'<td class="number">{entry.votes}</td>'
        f"<td>{escape(_reasons(entry.reasons, voice))}</td>"
        f"<td>{dated(entry.last, voice.texts)}</td></tr>"
        for entry in entries
    ]
    return table([words[name] for name in _PAGE_HEADS], rows)


_PAGE_HEADS = ("gap_page", "gap_language", "gap_votes", "gap_reasons", "gap_last")
_TOPIC_HEADS = ("gap_topic", "gap_asked", "gap_not_found", "gap_votes", "gap_reasons", "gap_last")


def disliked_csv(entries: Sequence[Disliked], voice: Voice, words: Words) -> str:
    """The same as a table for a spreadsheet."""
    return csv(
        [words[name] for name in _PAGE_HEADS],
        (
            [e.url, e.language, str(e.votes), _reasons(e.reasons, voice), e.last.isoformat()]
            for e in entries
        ),
    )


def before_reading(voice: Voice, words: Words) -> str:
    """What is kept, and the button that reads it: each reading is recorded."""
    days = voice.profile.questions_kept_days
    kept = words["gaps_kept"].format(days=days) if days else words["gaps_not_kept"]
    read = button("read_questions", words["read_questions"], event="select")
    return f'<p class="facts">{escape(kept)}</p><div class="row">{read}</div>'


def topics(found: Sequence[Gap], voice: Voice, words: Words) -> str:
    """What was asked and not found or voted down, by language and topic."""
    if not found:
        return f'<p class="aside" data-say>{escape(words["no_questions"])}</p>'
    said = words["topics"].format(count=len(found), questions=sum(gap.count for gap in found))
    parts = [f'<h3 class="tally" data-say>{escape(said)}</h3>']
    heads = [words[name] for name in _TOPIC_HEADS]
    for language, group in groupby(sorted(found, key=_language), key=_language):
        rows = [_topic_row(gap, voice, words) for gap in group]
        name = language_name(language, voice.texts)
        parts.append(f"<h3>{escape(name)}</h3>{table(heads, rows)}")
    return "".join(parts)


def _language(gap: Gap) -> str:
    return gap.language


def _topic_row(gap: Gap, voice: Voice, words: Words) -> str:
    said = tongue(gap.language)
    wordings = "".join(
        f'<li><bdi {said}>{prose(text)}</bdi> <span class="facts">×{count}</span></li>'
        for text, count in gap.questions
    )
    more = ""
    if len(gap.questions) > 1:
        name = words["wordings"].format(count=len(gap.questions))
        more = (
            f'<details><summary>{escape(name)}</summary><ul class="list">{wordings}</ul></details>'
        )
    return (
        f"<tr><th scope=row><bdi {said}>{prose(gap.topic)}</bdi>{more}</th>"
        f'<td class="number">{gap.count}</td><td class="number">{gap.not_found}</td>'
        f'<td class="number">{gap.disliked}</td><td>{escape(_reasons(gap.reasons, voice))}</td>'
        f"<td>{dated(gap.last, voice.texts)}</td></tr>"
    )


def topics_csv(found: Sequence[Gap], voice: Voice, words: Words) -> str:
    """One line for each wording, for a spreadsheet."""
    names = ("gap_language", "gap_topic", "question", "gap_asked", "gap_votes", "gap_reasons")
    return csv(
        [words[name] for name in (*names, "gap_last")],
        (
            [
                gap.language,
                gap.topic,
                text,
                str(count),
                str(gap.disliked),
                _reasons(gap.reasons, voice),
                gap.last.isoformat(),
            ]
            for gap in found
            for text, count in gap.questions
        ),
    )


def as_json(entries: Sequence[Gap] | Sequence[Disliked]) -> str:
    """The same for a program."""
    rows = [asdict(entry) | {"last": entry.last.isoformat()} for entry in entries]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in which no cell is taken for a formula; the mark in front says it is UTF-8."""
    lines = (",".join(map(_cell, row)) + "\r\n" for row in (heads, *rows))
    return "\ufeff" + "".join(lines)


def _cell(text: str) -> str:
    first = next((c for c in text if c.isprintable() and not c.isspace() and c not in "\"'"), "")
    begins_oddly = text[:1] in ("\t", "\r", "\n")
    safe = f"'{text}" if first in _FORMULA or begins_oddly else text
    return '"' + safe.replace('"', '""') + '"'


def _reasons(counted: Sequence[tuple[str, int]], voice: Voice) -> str:
    names = voice.texts.reasons
    return ", ".join(f"{names.get(name, name)} ({count})" for name, count in counted) or "–"


def _page_name(url: str, voice: Voice, words: Words) -> str:
    if not url:
        return escape(words["nothing_found"])
    address = web_address(url)
    return outward(address, label(url), voice.texts) if address else label(url)
