"""The evidence: cited pages with the quoted words in their surroundings. Pure HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from urllib.parse import unquote, urlsplit

from assistant.types import Citation
from ui.markup import (
    dated,
    direction,
    escape,
    format_age,
    label,
    language_name,
    outward,
    prose,
    tongue,
    web_address,
)
from ui.texts import Texts
from ui.types import Voice

NEIGHBOURS_CHARS = 90  # on each side of a quote, where several of one page are shown


def sources(
    turn: int, citations: Sequence[Citation], voice: Voice, brief: Set[int] = frozenset()
) -> str:
    """The cited pages by first appearance, each once with all that is quoted from it.

    Args:
        turn: what the ids on the page are made of, beside the citations' numbers.
        brief: numbers of the citations that are shown without the words around them.
    """
    if not citations:
        return ""
    cited: dict[str, list[Citation]] = {}
    for citation in citations:
        cited.setdefault(citation.url, []).append(citation)
    pages = "".join(_page(turn, of_page, voice, brief) for of_page in cited.values())
    return (
        f'<aside class="sources" aria-labelledby="sources-{turn}">'
        f'<h3 id="sources-{turn}">{escape(voice.texts.sources)}</h3><ol>{pages}</ol></aside>'
    )


def more_words(citations: Sequence[Citation], texts: Texts) -> str:
    """What stands above the supporting sentences of an answer with these citations."""
    return texts.more_here if len({c.url for c in citations}) == 1 else texts.more


def source_id(turn: int, number: int) -> str:
    """The id of a source on the page."""
    return f"source-{turn}-{number}"


def marker_id(turn: int, number: int) -> str:
    """The id of the first marker that names a source."""
    return f"marker-{turn}-{number}"


def _page(turn: int, citations: Sequence[Citation], voice: Voice, brief: Set[int]) -> str:
    first, texts = citations[0], voice.texts
    facts = [dated(first.published, texts)]
    if first.published:
        facts.append(escape(format_age(first.published, voice.today, texts)))
    facts.append(escape(language_name(first.language, texts)))
    if first.sample:
        facts.append(f'<b class="sample">{escape(texts.sample)}</b>')
    note = f'<p class="note">{escape(voice.fixed["sample_page"])}</p>' if first.sample else ""
    title = f"title-{turn}-{first.number}"
    return (
        f'<li class="page"><h4 id="{title}" {tongue(first.language)}>'
        f"{label(first.title)}</h4>"
        f'<p class="facts">{"".join(f"<span>{fact}</span>" for fact in facts)}</p>'
        + "".join(_source(turn, c, title, texts, _reach(c, citations, brief)) for c in citations)
        + _sisters(first, texts)
        + f"{note}</li>"
    )


def _reach(citation: Citation, of_page: Sequence[Citation], brief: Set[int]) -> int:
    """How many characters are shown on each side of a quote."""
    if citation.number in brief:
        return 0
    return NEIGHBOURS_CHARS if len(of_page) > 1 else len(citation.before) + len(citation.after)


def _sisters(citation: Citation, texts: Texts) -> str:
    """Links to the same page in other languages, each named in that language."""
    links: list[str] = []
    for language, url in citation.alternates.items():
        words = texts.sister.get(language)
        if language == citation.language or words is None or web_address(url) is None:
            continue
        inner = f'<span lang="{language}" dir="{direction(language)}">{escape(words)}</span>'
        links.append(f'<p class="there sister">{outward(url, inner, texts)}</p>')
    return "".join(links)


def _source(turn: int, citation: Citation, title: str, texts: Texts, reach: int) -> str:
    number = citation.number
    back = f"{texts.source} {number}, {texts.back_to_sentence}"
    sheet = (
        f'<p class="facts">{escape(texts.sheet)} {citation.page}</p>'
        if citation.page is not None
        else ""
    )
    return (
        f'<div class="source" id="{source_id(turn, number)}" tabindex="-1" role="group" '
        f'data-marker="{marker_id(turn, number)}" aria-labelledby="{title}">'
        f'<a class="number" href="#{marker_id(turn, number)}" aria-label="{escape(back)}">'
        f"{number}</a>{sheet}"
        f'<p class="context" {tongue(citation.language)}>{_context(citation, reach)}</p>'
        f"{_way_there(citation, texts)}</div>"
    )


def _context(citation: Citation, reach: int) -> str:
    """The quote in its place; line breaks stay, as they part headings and rows from sentences."""
    before = _last_words(_squeezed(citation.before), reach)
    after = _first_words(_squeezed(citation.after), reach)
    return (
        (prose(before) + (" " if before else ""))
        + f"<mark>{prose(_squeezed(citation.quote))}</mark>"
        + ((" " if after and after[0].isalnum() else "") + prose(after))
    )


def _squeezed(text: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t]+", " ", text)).strip()


def _first_words(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(' ')[0].rstrip('…')}…" if most else ""


def _last_words(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"…{text[-most:].partition(' ')[2].lstrip('…')}" if most else ""


def _way_there(citation: Citation, texts: Texts) -> str:
    link = web_address(citation.link)
    if link is None:
        name = unquote(urlsplit(citation.url).path).rpartition("/")[2] or citation.title
        return f'<p class="there">{escape(texts.not_on_the_web)} {label(name)}</p>'
    if ":~:text=" in link:
        words = texts.open_at_sentence
    elif "#page=" in link:
        words = texts.open_at_page
    else:
        words = texts.open_page
    return f'<p class="there">{outward(link, escape(words), texts)}</p>'
