"""Exchanges to the HTML the eye sees. Pure, and every inserted string is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assistant.types import Answer, AnswerSentence, Citation, Contact, Kind, Status
from ui.export import exchange_markdown
from ui.markup import dated, escape, label, outward, prose, quoted, tongue, web_address
from ui.sources import marker_id, more_words, source_id, sources
from ui.texts import Texts, texts_for
from ui.types import Exchange, Progress, Voice

SHOWN_QUESTION_CHARS = 2_000  # as much as is ever searched for; the rest is only echo
NOT_FOUND = (Status.UNANSWERABLE_NO_PASSAGES, Status.UNANSWERABLE_WEAK_EVIDENCE)


def header(name: str, voice: Voice) -> str:
    """Who is speaking and what this is."""
    return sheet(
        '<div class="masthead"><div class="sign" aria-hidden="true"></div>'
        f'<h1><span class="org">{label(name)}</span> '
        f'<span class="room">{escape(voice.texts.room)}</span></h1></div><p class="what">'
        f"<span>{escape(voice.fixed['what_this_is'])}</span> "
        f"<span>{escape(voice.fixed['what_it_is_not'])}</span></p>",
        voice.texts,
    )


def safety(voice: Voice) -> str:
    """Where to turn in danger, behind one press; what it holds is on the page from the start."""
    return sheet(
        f'<details class="danger"><summary>{escape(voice.texts.in_danger)}</summary>'
        f'<div class="lines" role="region" aria-label="{escape(voice.texts.in_danger)}">'
        f"{lines_to_call(voice)}</div></details>",
        voice.texts,
    )


def lines_to_call(voice: Voice) -> str:
    """The referral's words and every public line of the profile."""
    return (
        f"<p>{escape(voice.fixed['referral'])}</p>"
        f"{_contacts(voice.profile.contacts, voice.texts.tag)}"
    )


def opening(examples: Sequence[str], texts: Texts) -> str:
    """What an empty conversation shows: questions to try, and how answers are made."""
    tries = "".join(f"<li>{_ask_button(question)}</li>" for question in examples)
    how = "".join(f"<li>{escape(line)}</li>" for line in texts.how)
    return sheet(
        '<div class="opening"><section class="tries">'
        f"<h2>{escape(texts.ask_heading)}</h2>"
        + (f"<h3>{escape(texts.examples)}</h3><ul>{tries}</ul>" if tries else "")
        + f'</section><section class="how"><h2>{escape(texts.how_heading)}</h2>'
        f"<ol>{how}</ol></section></div>",
        texts,
    )


def conversation(exchanges: Sequence[Exchange], voice: Voice) -> str:
    """All exchanges, oldest first, each with its sources and, once it has ended, its tools."""
    last = exchanges[-1].number if exchanges else 0
    return sheet(
        "".join(
            _exchange(exchange, voice, tools=_tools(exchange, voice, exchange.number == last))
            for exchange in exchanges
        ),
        voice.texts,
    )


def single(exchange: Exchange, voice: Voice) -> str:
    """One exchange that nothing can be done with: for a page without scripts."""
    return _exchange(exchange, voice, tools="")


def sheet(inner: str, texts: Texts) -> str:
    """Says the interface's language and direction, which the frame around it does not."""
    return f'<div class="sheet" lang="{texts.tag}" dir="{texts.direction}">{inner}</div>'


def _exchange(exchange: Exchange, voice: Voice, tools: str) -> str:
    turn, texts = exchange.number, voice.texts
    busy = "true" if exchange.progress is Progress.SEARCHING else "false"
    supporting = {n for s in exchange.sentences if s.supporting for n in s.citations}
    evidence = sources(turn, exchange.citations, voice, brief=supporting)
    kind = "turn" if evidence else "turn plain"
    return (
        f'<section class="{kind} {exchange.progress.value}" id="turn-{turn}" '
        f'aria-labelledby="question-{turn}">'
        f'<h2 class="question" id="question-{turn}">'
        f'<span class="unseen">{escape(texts.you_asked)} </span>'
        f'<span class="asked" dir="auto">{escape(_shortened(exchange.question))}</span></h2>'
        f'<div class="answer" aria-busy="{busy}">{_answer(exchange, voice)}{tools}</div>'
        f"{evidence}</section>"
    )


def _shortened(question: str) -> str:
    if len(question) <= SHOWN_QUESTION_CHARS:
        return question
    return question[:SHOWN_QUESTION_CHARS] + "…"


def _answer(exchange: Exchange, voice: Voice) -> str:
    """What is said, in an element of its own that the live region reads out."""
    texts = voice.texts
    below: dict[str, str] = {}  # what belongs right under a notice that announces it
    if answer := exchange.answer:
        if answer.status is Status.REFERRAL:
            return f'<div class="says">{_referral(answer, voice)}</div>'
        fixed = voice.profile.texts(exchange.language)
        below[fixed["nearest_pages"]] = _suggestions(answer, texts)
        below[fixed["matter_contacts"]] = _contacts(answer.contacts, exchange.language)
    parts = list(_sentences(exchange, below, texts))
    if answer:
        parts.extend(below.values())
        if answer.status in NOT_FOUND:
            parts.append(_further(exchange.language, voice))
    match exchange.progress:
        case Progress.SEARCHING:
            doing = texts.wording if exchange.sentences else texts.searching
            parts.append(
                f'<p class="pending">{escape(doing)}'
                '<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></p>'
            )
        case Progress.STOPPED:
            parts.append(f'<p class="aside">{escape(texts.stopped)}</p>')
        case Progress.FAILED if not exchange.sentences:
            parts.append(f'<p class="notice">{escape(texts.failed)}</p>')
    return f'<div class="says">{"".join(parts)}</div>'


def _referral(answer: Answer, voice: Voice) -> str:
    """To a person in danger: each language's words with its lines to press right below them.

    A line that is said as a sentence is one of those below; whatever else is said stays.
    """
    announced = {voice.profile.texts(tag)["referral"]: tag for tag in voice.profile.languages}
    lines = {
        f"{contact.label[tag]}: {contact.value}"
        for contact in answer.contacts
        for tag in contact.label
    }
    parts: list[str] = []
    for sentence in answer.sentences:
        tag = announced.get(sentence.text, answer.language)
        if sentence.text not in lines:
            parts.append(f'<p class="notice" {tongue(tag)}>{prose(sentence.text)}</p>')
        if sentence.text in announced:
            parts.append(_contacts(answer.contacts, tag))
    if not any(sentence.text in announced for sentence in answer.sentences):
        parts.append(_contacts(answer.contacts, answer.language))
    return f'<div class="referral">{"".join(parts)}</div>'


def _sentences(exchange: Exchange, below: dict[str, str], texts: Texts) -> Iterator[str]:
    """Quotes each on a line of their own, since they stand apart on their pages; the rest flows.

    What is put under a notice is taken out of `below`.
    """
    markers = _Markers(exchange)
    for (kind, supporting), group in groupby(
        exchange.sentences, key=lambda sentence: (sentence.kind, sentence.supporting)
    ):
        sentences = list(group)
        match kind:
            case Kind.QUOTE:
                quotes = "".join(_quote(sentence, markers) for sentence in sentences)
                quotes = f"<blockquote>{quotes}</blockquote>"
                yield _set_apart(quotes, exchange.citations, texts) if supporting else quotes
            case Kind.WRITTEN:
                said = " ".join(
                    f"<span>{prose(sentence.text)}{markers.after(sentence)}</span>"
                    for sentence in sentences
                )
                yield f'<p class="written" {tongue(exchange.language)}>{said}</p>'
                worded = texts_for(exchange.language).worded
                yield f'<p class="aside worded" {tongue(exchange.language)}>{escape(worded)}</p>'
            case Kind.NOTICE:
                for sentence in sentences:
                    yield (
                        f'<p class="notice" {tongue(exchange.language)}>{prose(sentence.text)}</p>'
                    ) + below.pop(sentence.text, "")


def _set_apart(quotes: str, citations: Sequence[Citation], texts: Texts) -> str:
    """What only supports the answer: quieter, and folded away by whoever has read enough."""
    words = escape(more_words(citations, texts))
    return f'<details class="more" open><summary>{words}</summary>{quotes}</details>'


def _quote(sentence: AnswerSentence, markers: _Markers) -> str:
    cited = markers.citations(sentence)
    said = f'<span class="said">{quoted(sentence.text)}</span>'
    language = cited[0].language if cited else ""
    return f'<p class="quote" {tongue(language)}>{said}{markers.after(sentence)}</p>'


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
        source = source_id(self._turn, number)
        own = "" if number in self._placed else f'id="{marker_id(self._turn, number)}" '
        self._placed.add(number)
        return f'<a class="marker" href="#{source}" {own}data-source="{source}">[{number}]</a>'


def _suggestions(answer: Answer, texts: Texts) -> str:
    """Pages below each other; what to ask next, below an answer, side by side."""
    items: list[str] = []
    for suggestion in answer.suggestions:
        if suggestion.question is not None:
            items.append(f'<li class="next">{_ask_button(suggestion.text)}</li>')
        elif (url := web_address(suggestion.url or "")) is not None:
            items.append(f"<li>{outward(url, label(suggestion.text), texts)}</li>")
        else:
            items.append(f"<li>{label(suggestion.text)}</li>")
    kind = "nearest chips" if answer.status is Status.ANSWERED else "nearest"
    return f'<ul class="{kind}">{"".join(items)}</ul>' if items else ""


def _further(language: str, voice: Voice) -> str:
    """How to ask again, and whom to ask instead, in the question's language."""
    texts = texts_for(language)
    offices = [
        outward(url, label(titles.get(language) or next(iter(titles.values()))), texts)
        for url, titles in voice.profile.service_pages
        if web_address(url)
    ]
    ask = f"{escape(texts.ask_office)} {' · '.join(offices)}" if offices else ""
    return f'<p class="aside" {tongue(language)}>{escape(texts.rephrase)} {ask}</p>'


def _contacts(contacts: Iterable[Contact], language: str) -> str:
    items: list[str] = []
    texts = texts_for(language)
    for contact in contacts:
        name = contact.label.get(language) or next(iter(contact.label.values()), "")
        dial = re.sub(r"[^\d+]", "", contact.value)
        value = f'<bdi dir="ltr">{escape(contact.value)}</bdi>'
        if contact.channel == "phone" and dial:
            value = f'<a class="dial" href="tel:{dial}">{value}</a>'
        known = [fact[language] for fact in (contact.hours, contact.cost) if language in fact]
        facts = "".join(f'<span class="facts">{label(fact)}</span>' for fact in known)
        items.append(
            f'<li>{label(name)} {value} {facts}<span class="facts">{label(contact.source)}</span>'
            f'<span class="facts">{escape(texts.checked)} {dated(contact.checked, texts)}</span>'
            "</li>"
        )
    return f'<ul class="contacts" {tongue(language)}>{"".join(items)}</ul>' if items else ""


def _tools(exchange: Exchange, voice: Voice, is_last: bool) -> str:
    """Copy, ask again, change, judge. None under a referral: nothing there is to be worked on."""
    answer, texts = exchange.answer, voice.texts
    if exchange.progress is Progress.SEARCHING:
        return ""
    if answer is not None and answer.status is Status.REFERRAL:
        return ""
    buttons: list[str] = []
    if exchange.sentences:
        whole = escape(exchange_markdown(exchange, voice))
        done = f'data-text="{whole}" data-done="{escape(texts.copied)}"'
        buttons.append(_tool("copy", texts.copy, done))
    if is_last:
        buttons.append(_tool("again", texts.again))
        buttons.append(_tool("edit", texts.edit))
    said = ""
    if exchange.judged:
        said = f'<p class="aside thanks">{escape(texts.thanks)}</p>'
    elif answer is not None and exchange.progress is Progress.ANSWERED:
        thumbs = _tool("up", texts.helpful)
        thumbs += _tool("down", texts.not_helpful, 'aria-expanded="false"')
        buttons.append(f'<span class="thumbs">{thumbs}</span>')
        said = _reasons(exchange.number, voice)
    return (
        f'<div class="tools" role="group" aria-label="{escape(texts.tools)}" '
        f'data-turn="{exchange.number}">{"".join(buttons)}{said}</div>'
    )


def _tool(act: str, words: str, attributes: str = "") -> str:
    return (
        f'<button type="button" class="tool" data-act="{act}" {attributes}>'
        f"<span>{escape(words)}</span></button>"
    )


def _reasons(turn: int, voice: Voice) -> str:
    """What was wrong, to be chosen from; shown once "not helpful" is pressed.

    Below it what is kept of it, and the box by which a person leaves the question as well.
    """
    texts, days = voice.texts, voice.profile.questions_kept_days
    kept = texts.text_kept.format(days=days) if days else texts.no_text_kept
    choices = "".join(
        f'<label><input type="radio" name="why-{turn}" value="{escape(name)}"> '
        f"{escape(words)}</label>"
        for name, words in texts.reasons.items()
    )
    return (
        f'<fieldset class="why" hidden><legend>{escape(texts.why)}</legend>{choices}'
        f'<label class="hand"><input type="checkbox" name="hand-{turn}"> '
        f"<span>{escape(texts.hand_question)}"
        f'<span class="facts">{escape(texts.hand_hint)}</span></span></label>'
        f'<p class="facts">{escape(kept)}</p>'
        f"{_tool('tell', texts.tell)}</fieldset>"
    )


def _ask_button(question: str) -> str:
    """A question to be asked by pressing it: by the page's script, or by the plain form."""
    return (
        f'<button type="submit" form="plain" name="pressed" value="{escape(question)}" '
        f'class="ask" dir="auto">'
        f"{escape(question)}</button>"
    )
