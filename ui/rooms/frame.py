"""What both desks share: the bar, the tabs, forms and buttons of our own inside Gradio's page.

A desk is built once for each language, so that nothing on it has to be relabelled.
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr

from assistant.accounts import Role
from assistant.errors import AssistantError
from ingest.errors import IngestError
from ui import shell
from ui.access import session_of
from ui.markup import escape, label
from ui.said import said
from ui.sessions import Session
from ui.texts import TEXTS, Texts, texts_for
from ui.types import Profile, Spokesman, Voice
from ui.words import words_for
from vectorstore.errors import VectorStoreError

log = logging.getLogger(__name__)

QUIET: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": 4,
}
Handler = Callable[..., Any]
_EXPECTED = (AssistantError, VectorStoreError, IngestError)


class Frame:
    """One desk in one language: its words, its bar, its tabs.

    Args:
        room: "staff" or "maintain": the name of its words and its address.
    """

    def __init__(self, room: str, language: str, desk: Spokesman, tabs: Sequence[str]) -> None:
        self.room = room
        self.language = language
        self.tabs = tabs
        self._desk = desk

    @property
    def profile(self) -> Profile:
        """The profile as it is now."""
        return self._desk.profile

    @property
    def texts(self) -> Texts:
        """The labels that this desk shares with the public room."""
        return texts_for(self.language)

    @property
    def words(self) -> Mapping[str, str]:
        """The desk's own labels."""
        return words_for(self.language)[self.room]

    @property
    def voice(self) -> Voice:
        """The profile's voice, today."""
        return Voice.of(self.profile, self.language)

    @property
    def title(self) -> str:
        """The page's title."""
        name = self.profile.name.get(self.language) or next(iter(self.profile.name.values()))
        return f"{name}: {self.words['title']}"

    def head(self) -> str:
        """What stands in the page's head."""
        page = {"language": self.language, "direction": self.texts.direction, "title": self.title}
        said = json.dumps(page, ensure_ascii=False).replace("<", "\\u003c")
        script = shell.static("evidence.js") + shell.static("desk.js") + self._own_script()
        paper = f'<style media="print">{shell.static("print.css")}</style>'
        return f"{paper}<script>window.assistantDesk = {said};\n{script}</script>"

    def _own_script(self) -> str:
        path = shell.STATIC / f"{self.room}.js"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @contextmanager
    def page(self) -> Iterator[gr.Blocks]:
        """The desk's page; what is made inside stands below the tabs."""
        with gr.Blocks(title=self.title, analytics_enabled=False, fill_width=True) as page:
            bar = gr.HTML(self._bar(None), elem_id="deskbar", apply_default_css=False)
            yield page
            page.load(self._greet, None, [bar], queue=False, **QUIET).then(
                None, None, None, js="() => window.desk.open()", **QUIET
            )

    @contextmanager
    def panel(self, tab: str) -> Iterator[None]:
        """What one tab shows."""
        with gr.Column(elem_id=f"panel-{tab}"):
            yield

    def html(self, markup: str, name: str) -> gr.HTML:
        """A piece of our own HTML whose forms and buttons reach handlers."""
        return gr.HTML(
            self.sheet(markup),
            elem_id=name,
            apply_default_css=False,
            js_on_load="window.desk.panel(element, trigger)",
        )

    def on(
        self,
        events: Sequence[Any],
        handler: Handler,
        inputs: Sequence[Any],
        outputs: Sequence[gr.HTML],
    ) -> Any:
        """Call a handler on events of HTML; what breaks is said where its result would stand."""
        event = gr.on(
            list(events),
            self._told(handler, len(outputs)),
            list(inputs),
            list(outputs),
            trigger_mode="multiple",
            **QUIET,
        )
        event.then(None, None, None, js="() => window.desk.done()", **QUIET)
        return event

    def after(self, event: Any, handler: Handler, outputs: Sequence[gr.HTML]) -> None:
        """Show anew, once an event has ended, what it may have changed."""
        event.then(self._told(handler, len(outputs)), None, list(outputs), **QUIET)

    def sheet(self, markup: str) -> str:
        """Says the desk's language and direction."""
        return (
            f'<div class="sheet" lang="{self.language}" dir="{self.texts.direction}">{markup}</div>'
        )

    def trouble(self, words: str) -> str:
        """What went wrong, one sentence on each line."""
        lines = "<br>".join(
            said(" ".join(line.split()), self.texts) for line in words.splitlines() if line.strip()
        )
        return f'<p class="trouble" role="alert" data-say>{lines}</p>'

    def _told(self, handler: Handler, count: int) -> Handler:
        """The handler, its results as sheets and its errors as sentences in its last output."""

        def in_sheets(made: Any) -> Any:
            return self.sheet(made) if count == 1 else [self.sheet(each) for each in made]

        def sorry(error: Exception) -> Any:
            log.error("%s: %s", handler.__name__, type(error).__name__)
            said = self.sheet(self.trouble(str(error)))
            return said if count == 1 else [*[gr.skip()] * (count - 1), said]

        if inspect.isgeneratorfunction(handler):

            @wraps(handler)
            def telling(*inputs: Any) -> Iterator[Any]:
                try:
                    yield from map(in_sheets, handler(*inputs))
                except _EXPECTED as error:
                    yield sorry(error)

            return telling

        @wraps(handler)
        def told(*inputs: Any) -> Any:
            try:
                return in_sheets(handler(*inputs))
            except _EXPECTED as error:
                return sorry(error)

        return told

    def _greet(self, request: gr.Request) -> str:
        return self._bar(session_of(request))

    def _bar(self, session: Session | None) -> str:
        shared = words_for(self.language)["desk"]
        links = [("/", shared["public"], False)]
        links.append((f"/staff/{self.language}/", shared["staff"], self.room == "staff"))
        if session is not None and session.role is Role.MAINTAINER:
            there = self.room == "maintain"
            links.append((f"/maintain/{self.language}/", shared["maintain"], there))
        rooms = "".join(
            f'<a href="{address}"{" aria-current=page" if here else ""}>{escape(words)}</a>'
            for address, words, here in links
        )
        others = "".join(
            f'<a href="/{self.room}/{tag}/" lang="{tag}">{escape(texts.language_name)}</a>'
            for tag, texts in TEXTS.items()
            if tag != self.language and tag in self.profile.languages
        )
        name = label(session.name) if session else ""
        tabs = "".join(
            f'<button type="button" role="tab" id="tab-{tab}" data-tab="{tab}" '
            f'aria-controls="panel-{tab}" aria-selected="false" tabindex="-1">'
            f"{escape(self.words[f'tab_{tab}'])}</button>"
            for tab in self.tabs
        )
        return self.sheet(
            f'<div class="bar"><nav aria-label="{escape(shared["rooms"])}">{rooms}</nav>'
            f'<span class="who">{name}</span>{others}'
            f'<form method="post" action="/logout"><button type="submit">'
            f"{escape(shared['sign_out'])}</button></form></div>"
            f'<div class="deskhead"><h1>{escape(self.words["title"])}</h1>'
            f'<div role="tablist" aria-label="{escape(self.words["title"])}">{tabs}</div></div>'
        )


def sent(event: gr.EventData) -> Mapping[str, Any]:
    """What a form or a button sent; nothing of it is trusted."""
    data = event._data
    return data if isinstance(data, dict) else {}


def text_of(fields: Mapping[str, Any], name: str, most: int = 10_000) -> str:
    """A field as text, cut where it is longer than anyone types."""
    value = fields.get(name)
    return value[:most].strip() if isinstance(value, str) else ""


def texts_of(fields: Mapping[str, Any], name: str, most: int = 100) -> list[str]:
    """A field that may stand in a form several times."""
    value = fields.get(name)
    values = value if isinstance(value, list) else [value]
    return [each[:10_000] for each in values[:most] if isinstance(each, str)]
