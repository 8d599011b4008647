"""Exchanges as Markdown, to be pasted or kept: what was asked, what was said, where it stands."""

from __future__ import annotations

import re
from datetime import date

from assistant.types import Citation, Kind
from ui.markup import format_date, web_address
from ui.sources import more_words
from ui.types import Exchange, Voice

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def plain(text: str) -> str:
    """Text in which Markdown finds nothing to format."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def exchange_markdown(exchange: Exchange, voice: Voice) -> str:
    """One question with its answer and, below, the sources by their numbers."""
    lines = [f"## {plain(exchange.question)}", ""]
    supporting = False
    for sentence in exchange.sentences:
        if sentence.supporting and not supporting:
            lines += [f"{plain(more_words(exchange.citations, voice.texts))}:", ""]
        supporting = sentence.supporting
        markers = "".join(f" [{number}]" for number in sentence.citations)
        lead = "> " if sentence.kind is Kind.QUOTE else ""
        lines += [f"{lead}{plain(sentence.text)}{markers}", ""]
    lines += [source_line(citation, voice) for citation in exchange.citations]
    return "\n".join(lines).strip() + "\n"


def source_line(citation: Citation, voice: Voice) -> str:
    """`[1] Title, date. Address`, as under an answer."""
    said = [plain(citation.title), _day(citation.published, voice)]
    if citation.page is not None:
        said.append(f"{voice.texts.sheet} {citation.page}")
    link = web_address(citation.link) or ""
    return f"[{citation.number}] {', '.join(said)}. {link}".rstrip() + "  "


def _day(day: date | None, voice: Voice) -> str:
    return format_date(day, voice.texts)
