"""Exchanges to the HTML the eye sees. Pure, and every inserted string is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from urllib.parse import unquote, urlsplit

from assistant.types import AnswerSentence, Citation, Contact, Kind, Suggestion
from ui.texts import Texts, texts_for
from ui.types import Exchange, Progress

SHOWN_QUESTION_CHARS = 2_000  # as much as is ever searched for; the rest is only echo

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ku", "ps", "ur"})
# Embeddings, overrides and isolates reorder what follows them; no page needs them to be read.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile("[\u200e\u200f\u061c]")  # harmless in running text, a way to flood a title
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# A number one would dial: it starts with + or 0 and has 7 to 16 digits, grouped or not. In
# Arabic text its groups would otherwise be read from the right.
_PHONE = re.compile(
    r"(?<![\w+])(?:\+|\(?0|\(?٠)\(?\d(?:[ ().\u00a0\u200e\u200f\u2011/-]{0,2}\d){5,14}(?!\d)"
)


def escape(text: str) -> str:
    """Text for element content or a quoted attribute, without controls that reorder its line."""
    return html.escape(_UNPRINTABLE.sub("", _BIDI_CONTROLS.sub("", text)), quote=True)


def label(text: str) -> str:
    """A title, name or address for element content, isolated from the direction around it."""
    return f'<bdi dir="auto">{escape(_MARKS.sub("", text))}</bdi>'


def prose(text: str) -> str:
    """Running text for element content; phone numbers keep their left-to-right order."""
    pieces: list[str] = []
    end = 0
    for number in _PHONE.finditer(text):
        pieces.append(escape(text[end : number.start()]))
        pieces.append(f'<bdi dir="ltr" class="phone">{escape(number.group())}</bdi>')
        end = number.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces)


def direction(language: str) -> str:
    """`rtl` or `ltr` for a language tag, `auto` (by first strong letter) where it is unknown."""
    primary = language.partition("-")[0].lower()
    if not primary:
        return "auto"
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"


def web_address(url: str) -> str | None:
    """The address if a link may lead there: http or https, with a host, nothing hidden in it."""
    if any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # such as an unclosed [ in the host
        return None
    return url if parts.scheme in ("http", "https") and host else None


def format_date(day: date | None, texts: Texts) -> str:
    """Day, month name and year, as both languages write it; digits are the pages' own."""
    return f"{day.day} {texts.months[day.month - 1]} {day.year}" if day else texts.no_date


def language_name(tag: str, texts: Texts) -> str:
    """The language's name, or its tag where the interface has no name for it."""
    return texts.languages.get(tag.partition("-")[0].lower(), tag)


def header(name: str, fixed: Mapping[str, str], texts: Texts) -> str:
    """Who is speaking and what this is."""
    return _sheet(
        '<div class="masthead"><div class="sign" aria-hidden="true"></div>'
        f'<h1><span class="org">{label(name)}</span> <span class="room">{escape(texts.room)}</span>'
        '</h1></div><p class="what">'
        f"<span>{escape(fixed['what_this_is'])}</span> "
        f"<span>{escape(fixed['what_it_is_not'])}</span></p>",
        texts,
    )


def opening(examples: Sequence[str], texts: Texts) -> str:
    """What an empty conversation shows: questions to try, and how answers are made."""
    tries = "".join(f"<li>{_ask_button(question)}</li>" for question in examples)
    how = "".join(f"<li>{escape(line)}</li>" for line in texts.how)
    return _sheet(
        '<div class="opening"><section class="tries">'
        f"<h2>{escape(texts.ask_heading)}</h2>"
        + (f"<h3>{escape(texts.examples)}</h3><ul>{tries}</ul>" if tries else "")
        + f'</section><section class="how"><h2>{escape(texts.how_heading)}</h2>'
        f"<ol>{how}</ol></section></div>",
        texts,
    )


def conversation(exchanges: Iterable[Exchange], fixed: Mapping[str, str], texts: Texts) -> str:
    """All exchanges, oldest first, each with its sources.

    Args:
        fixed: the profile's sentences in the interface's language.
        texts: the interface's labels.
    """
    return _sheet("".join(_exchange(exchange, fixed, texts) for exchange in exchanges), texts)


def _sheet(inner: str, texts: Texts) -> str:
    """Says the interface's language and direction, which the frame around it does not."""
    return f'<div class="sheet" lang="{texts.tag}" dir="{texts.direction}">{inner}</div>'


def _exchange(exchange: Exchange, fixed: Mapping[str, str], texts: Texts) -> str:
    turn = exchange.number
    busy = "true" if exchange.progress is Progress.SEARCHING else "false"
    sources = _sources(exchange, fixed, texts)
    kind = "turn" if sources else "turn plain"
    return (
        f'<section class="{kind} {exchange.progress.value}" id="turn-{turn}" '
        f'aria-labelledby="question-{turn}">'
        f'<h2 class="question" id="question-{turn}">'
        f'<span class="unseen">{escape(texts.you_asked)} </span>'
        f'<span class="asked" dir="auto">{escape(_shortened(exchange.question))}</span></h2>'
        f'<div class="answer" aria-live="polite" aria-busy="{busy}">'
        f"{_answer(exchange, texts)}</div>"
        f"{sources}</section>"
    )


def _shortened(question: str) -> str:
    if len(question) <= SHOWN_QUESTION_CHARS:
        return question
    return question[:SHOWN_QUESTION_CHARS] + "…"


def _answer(exchange: Exchange, texts: Texts) -> str:
    parts = list(_sentences(exchange))
    if exchange.answer:
        parts.append(_suggestions(exchange.answer.suggestions, exchange.language, texts))
        parts.append(_contacts(exchange.answer.contacts, exchange.language))
    match exchange.progress:
        case Progress.SEARCHING:
            parts.append(
                f'<p class="pending">{escape(texts.searching)}'
                '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></p>'
            )
        case Progress.STOPPED:
            parts.append(f'<p class="aside">{escape(texts.stopped)}</p>')
        case Progress.FAILED if not exchange.sentences:
            parts.append(f'<p class="notice">{escape(texts.failed)}</p>')
    return "".join(parts)


def _sentences(exchange: Exchange) -> Iterator[str]:
    """Quotes each on a line of their own, since they stand apart on their pages; the rest flows."""
    markers = _Markers(exchange)
    for kind, group in groupby(exchange.sentences, key=lambda sentence: sentence.kind):
        sentences = list(group)
        match kind:
            case Kind.QUOTE:
                quotes = "".join(_quote(sentence, markers) for sentence in sentences)
                yield f"<blockquote>{quotes}</blockquote>"
            case Kind.WRITTEN:
                said = " ".join(
                    f"<span>{prose(sentence.text)}{markers.after(sentence)}</span>"
                    for sentence in sentences
                )
                yield f'<p class="written" {_tongue(exchange.language)}>{said}</p>'
            case Kind.NOTICE:
                for sentence in sentences:
                    said = prose(sentence.text)
                    yield f'<p class="notice" {_tongue(exchange.language)}>{said}</p>'


def _quote(sentence: AnswerSentence, markers: _Markers) -> str:
    cited = markers.citations(sentence)
    tongue = _tongue(cited[0].language if cited else "")
    said = f'<span class="said">{prose(sentence.text)}</span>'
    return f'<p class="quote" {tongue}>{said}{markers.after(sentence)}</p>'


class _Markers:
    """`[1]`, each leading to its source; a source leads back to the first that names it."""

    def __init__(self, exchange: Exchange) -> None:
        self._turn = exchange.number
        self._by_number = {citation.number: citation for citation in exchange.citations}
        self._placed: set[int] = set()

    def citations(self, sentence: AnswerSentence) -> list[Citation]:
        return [self._by_number[n] for n in sentence.citations if n in self._by_number]

    def after(self, sentence: AnswerSentence) -> str:
        return "".join(self._marker(citation.number) for citation in self.citations(sentence))

    def _marker(self, number: int) -> str:
        source = _source_id(self._turn, number)
        own = "" if number in self._placed else f'id="{_marker_id(self._turn, number)}" '
        self._placed.add(number)
        return f'<a class="marker" href="#{source}" {own}data-source="{source}">[{number}]</a>'


def _sources(exchange: Exchange, fixed: Mapping[str, str], texts: Texts) -> str:
    """The cited pages in order; neighbours from one page share its title."""
    if not exchange.citations:
        return ""
    turn = exchange.number
    pages = "".join(
        _page(turn, list(citations), fixed, texts)
        for _, citations in groupby(exchange.citations, key=lambda citation: citation.url)
    )
    return (
        f'<aside class="sources" aria-labelledby="sources-{turn}">'
        f'<h3 id="sources-{turn}">{escape(texts.sources)}</h3><ol>{pages}</ol></aside>'
    )


def _page(turn: int, citations: Sequence[Citation], fixed: Mapping[str, str], texts: Texts) -> str:
    first = citations[0]
    facts = [_date(first.published, texts), escape(language_name(first.language, texts))]
    if first.sample:
        facts.append(f'<span class="sample">{escape(texts.sample)}</span>')
    note = f'<p class="note">{escape(fixed["sample_page"])}</p>' if first.sample else ""
    return (
        f'<li class="page"><h4 id="{_title_id(turn, first.number)}" {_tongue(first.language)}>'
        f"{label(first.title)}</h4>"
        f'<p class="facts">{"".join(f"<span>{fact}</span>" for fact in facts)}</p>'
        + "".join(_source(turn, c, _title_id(turn, first.number), texts) for c in citations)
        + f"{note}</li>"
    )


def _source(turn: int, citation: Citation, title: str, texts: Texts) -> str:
    number = citation.number
    back = f"{texts.source} {number}, {texts.back_to_sentence}"
    sheet = (
        f'<p class="facts">{escape(texts.sheet)} {citation.page}</p>'
        if citation.page is not None
        else ""
    )
    return (
        f'<div class="source" id="{_source_id(turn, number)}" tabindex="-1" role="group" '
        f'data-marker="{_marker_id(turn, number)}" aria-labelledby="{title}">'
        f'<a class="number" href="#{_marker_id(turn, number)}" aria-label="{escape(back)}">'
        f"{number}</a>{sheet}"
        f'<p class="context" {_tongue(citation.language)}>{_context(citation)}</p>'
        f"{_way_there(citation, texts)}</div>"
    )


def _context(citation: Citation) -> str:
    """The quote in its place; line breaks stay, as they part headings and rows from sentences."""
    before, after = _squeezed(citation.before), _squeezed(citation.after)
    return (
        (prose(before) + (" " if before else ""))
        + f"<mark>{prose(citation.quote)}</mark>"
        + ((" " if after and after[0].isalnum() else "") + prose(after))
    )


def _squeezed(text: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t]+", " ", text)).strip()


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
    return f'<p class="there">{_outward(link, escape(words), texts)}</p>'


def _outward(url: str, inner: str, texts: Texts) -> str:
    return (
        f'<a class="out" href="{escape(url)}" target="_blank" '
        f'rel="noopener noreferrer nofollow">{inner}'
        f'<span class="unseen"> ({escape(texts.new_tab)})</span></a>'
    )


def _suggestions(suggestions: Sequence[Suggestion], language: str, texts: Texts) -> str:
    items: list[str] = []
    for suggestion in suggestions:
        if suggestion.question is not None:
            items.append(f"<li>{_ask_button(suggestion.text)}</li>")
        elif (url := web_address(suggestion.url or "")) is not None:
            items.append(f"<li>{_outward(url, label(suggestion.text), texts)}</li>")
        else:
            items.append(f"<li>{label(suggestion.text)}</li>")
    return f'<ul class="nearest">{"".join(items)}</ul>' if items else ""


def _contacts(contacts: Sequence[Contact], language: str) -> str:
    items: list[str] = []
    texts = texts_for(language)
    for contact in contacts:
        name = contact.label.get(language) or next(iter(contact.label.values()), "")
        dial = re.sub(r"[^\d+]", "", contact.value)
        value = f'<bdi dir="ltr">{escape(contact.value)}</bdi>'
        if contact.channel == "phone" and dial:
            value = f'<a class="dial" href="tel:{dial}">{value}</a>'
        items.append(
            f'<li>{label(name)} {value} <span class="facts">{label(contact.source)}</span>'
            f'<span class="facts">{escape(texts.checked)} {_date(contact.checked, texts)}</span>'
            "</li>"
        )
    return f'<ul class="contacts" {_tongue(language)}>{"".join(items)}</ul>' if items else ""


def _ask_button(question: str) -> str:
    return (
        f'<button type="button" class="ask" dir="auto" data-question="{escape(question)}">'
        f"{escape(question)}</button>"
    )


def _date(day: date | None, texts: Texts) -> str:
    words = escape(format_date(day, texts))
    return f'<time datetime="{day.isoformat()}">{words}</time>' if day else words


def _tongue(language: str) -> str:
    """The attributes that say a text's language and direction."""
    lang = f'lang="{escape(language)}" ' if language else ""
    return f'{lang}dir="{direction(language)}"'


def _source_id(turn: int, number: int) -> str:
    return f"source-{turn}-{number}"


def _marker_id(turn: int, number: int) -> str:
    return f"marker-{turn}-{number}"


def _title_id(turn: int, number: int) -> str:
    return f"title-{turn}-{number}"
