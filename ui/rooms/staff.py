"""The staff desk: check a draft against the pages, search, read, see why, see what is missing."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

import gradio as gr

from assistant.errors import InputError
from assistant.factcheck import MAX_CLAIM_CHARS
from ui import bench, footnotes, gaps
from ui.markup import escape
from ui.rooms.frame import Frame, sent, text_of
from ui.types import StaffDesk
from ui.verdicts import verdicts
from vectorstore.types import SearchFilter

TABS = ("check", "search", "why", "gaps")
PASSAGES = 20


def frame(desk: StaffDesk, language: str) -> Frame:
    """The desk's frame in one language."""
    return Frame("staff", language, desk, TABS)


def build(desk: StaffDesk, language: str) -> gr.Blocks:
    """The desk's page in one language."""
    room = _Staff(desk, frame(desk, language))
    with room.frame.page() as page:
        with room.frame.panel("check"):
            draft = room.frame.html(room.draft_form(), "check-form")
            checked = room.frame.html("", "check-result")
        with room.frame.panel("search"):
            query = room.frame.html(room.search_form(), "search-form")
            with gr.Row(elem_id="pair"):
                found = room.frame.html("", "search-result")
                reading = room.frame.html("", "reader")
        with room.frame.panel("why"):
            asked = room.frame.html(room.why_form(), "why-form")
            why = room.frame.html("", "why-result")
        with room.frame.panel("gaps"):
            asked_for = room.frame.html(room.before_reading(), "questions")
            voted = room.frame.html("", "gaps")
        on = room.frame.on
        on([draft.submit], room.check, [], [checked])
        on([query.submit], room.search, [], [found])
        on([found.click, why.click], room.read, [], [reading]).then(
            None, None, None, js="() => window.desk.toReader()", api_visibility="private"
        )
        on([asked.submit], room.why, [], [why])
        on([page.load], room.gaps, [], [voted])
        on([asked_for.select], room.questions, [], [asked_for])
        on([page.load], room.search_form_filled, [], [query])
    return page


class _Staff:
    """The handlers; each gives HTML."""

    def __init__(self, desk: StaffDesk, frame: Frame) -> None:
        self._desk = desk
        self.frame = frame

    @property
    def words(self) -> Mapping[str, str]:
        return self.frame.words

    # -- forms -----------------------------------------------------------------------------------

    def draft_form(self) -> str:
        words = self.words
        return (
            f'<form data-form="check"><label for="draft">{escape(words["draft"])}</label>'
            f'<p class="facts">{escape(words["draft_hint"])}</p>'
            f'<textarea id="draft" name="draft" rows="7" dir="auto" maxlength="{MAX_CLAIM_CHARS}" '
            'autocomplete="off" required></textarea>'
            f'<button type="submit" class="primary">{escape(words["check"])}</button></form>'
        )

    def search_form(self, sections: tuple[str, ...] = ()) -> str:
        words = self.words
        languages = "".join(
            f'<option value="{tag}">{escape(name)}</option>'
            for tag, name in self.frame.texts.languages.items()
            if tag in self._desk.profile.languages
        )
        parts = "".join(f"<option>{escape(section)}</option>" for section in sections)
        every = f'<option value="">{escape(words["all"])}</option>'
        return (
            '<form data-form="search" class="fields"><div class="whole">'
            f'<label for="query">{escape(words["query"])}</label>'
            '<input id="query" name="query" dir="auto" autocomplete="off" maxlength="2000" '
            f'required></div><div><label for="in-language">{escape(words["language"])}</label>'
            f'<select id="in-language" name="language">{every}{languages}</select></div>'
            f'<div><label for="section">{escape(words["section"])}</label>'
            f'<select id="section" name="section">{every}{parts}</select></div>'
            f'<div><label for="since">{escape(words["since"])}</label>'
            '<input id="since" name="since" type="date"></div>'
            f'<div><label for="until">{escape(words["until"])}</label>'
            '<input id="until" name="until" type="date"></div>'
            f'<button type="submit" class="primary">{escape(words["search"])}</button></form>'
        )

    def why_form(self) -> str:
        words = self.words
        return (
            f'<form data-form="why"><label for="asked">{escape(words["question"])}</label>'
            f'<p class="facts">{escape(words["why_hint"])}</p>'
            '<input id="asked" name="question" dir="auto" autocomplete="off" maxlength="2000" '
            f'required><button type="submit" class="primary">{escape(words["why"])}</button></form>'
        )

    # -- handlers --------------------------------------------------------------------------------

    def search_form_filled(self) -> str:
        return self.search_form(tuple(self._desk.sections()))

    def check(self, event: gr.EventData) -> str:
        draft = text_of(sent(event), "draft", MAX_CLAIM_CHARS)
        if not any(c.isalnum() for c in draft):
            raise InputError(self.words["no_draft"])
        verdict = self._desk.check(draft)
        voice, words = self.frame.voice, self.words
        named = f"fact-check-{voice.today.isoformat()}"
        html = footnotes.as_html(verdict, voice, words)
        markdown = footnotes.as_markdown(verdict, voice, words)
        notes = escape(footnotes.footnotes(verdict, voice))
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return (
            '<div class="keep"><button type="button" class="tool" data-act="copy" '
            f'data-text="{notes}" data-done="{escape(self.frame.texts.copied)}">'
            f"{escape(words['footnotes'])}</button>"
            + _keep(f"{named}.md", "text/markdown", markdown.encode(), "Markdown")
            + _keep(f"{named}.html", "text/html", html.encode(), "HTML")
            + _keep(f"{named}.docx", word, footnotes.as_word(verdict, voice, words), "Word")
            + f"</div>{verdicts(verdict, voice, words)}"
        )

    def search(self, event: gr.EventData) -> str:
        fields = sent(event)
        query = text_of(fields, "query", 2_000)
        if not any(c.isalnum() for c in query):
            raise InputError(self.words["no_query"])
        language = text_of(fields, "language") or None
        held_to = SearchFilter(language, self._day(fields, "since"), self._day(fields, "until"))
        found = self._desk.search(query, PASSAGES, held_to, text_of(fields, "section"))
        return bench.passages(found, self.frame.voice, self.words)

    def read(self, event: gr.EventData) -> str:
        fields = sent(event)
        page, chunks = self._desk.read(text_of(fields, "url"))
        return bench.reader(
            page, chunks, self.frame.voice, self.words, lit=text_of(fields, "chunk")
        )

    def why(self, event: gr.EventData) -> str:
        question = text_of(sent(event), "question", 2_000)
        if not question:
            raise InputError(self.words["no_query"])
        return bench.trace(self._desk.trace(question), self.frame.voice, self.words)

    def gaps(self) -> str:
        words, voice = self.words, self.frame.voice
        disliked = self._desk.disliked()
        table = gaps.disliked_csv(disliked, voice, words)
        keep = self._exports("voted-down", table, gaps.as_json(disliked)) if disliked else ""
        return (
            f'<section><h2>{escape(words["gaps_title"])}</h2><p class="facts">'
            f"{escape(words['gaps_hint'])}</p>{keep}"
            f"{gaps.disliked(disliked, voice, words)}</section>"
            f"<section><h2>{escape(words['freshness'])}</h2>"
            f"{bench.freshness(self._desk.freshness(), voice, words)}</section>"
        )

    def before_reading(self) -> str:
        words = self.words
        return (
            f"<section><h2>{escape(words['questions_title'])}</h2>"
            f"{gaps.before_reading(self.frame.voice, words)}</section>"
        )

    def questions(self) -> str:
        words, voice = self.words, self.frame.voice
        found = self._desk.gaps()
        table = gaps.topics_csv(found, voice, words)
        keep = self._exports("not-found", table, gaps.as_json(found)) if found else ""
        return (
            f"<section><h2>{escape(words['questions_title'])}</h2>"
            f"{gaps.before_reading(voice, words)}{keep}"
            f"{gaps.topics(found, voice, words)}</section>"
        )

    def _exports(self, name: str, table: str, document: str) -> str:
        words, named = self.words, f"{name}-{self.frame.voice.today.isoformat()}"
        as_table = _keep(f"{named}.csv", "text/csv", table.encode(), words["as_table"])
        as_json = _keep(f"{named}.json", "application/json", document.encode(), words["as_json"])
        return f'<div class="keep">{as_table}{as_json}</div>'

    def _day(self, fields: Mapping[str, Any], name: str) -> date | None:
        value = text_of(fields, name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise InputError(self.words["no_date"].format(value=value[:40])) from error


def _keep(name: str, media: str, content: bytes, words: str) -> str:
    """A button that puts a file into the person's downloads; no address ever serves it."""
    return (
        f'<button type="button" class="tool" data-act="keep" data-name="{escape(name)}" '
        f'data-media="{media}" data-content="{base64.b64encode(content).decode()}">'
        f"{escape(words)}</button>"
    )
