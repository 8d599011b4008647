"""The public room: a question, an answer in the pages' own words, its sources beside it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.types import AnswerSentence, Kind, Status
from ingest.errors import IngestError
from ui import render, shell
from ui.markup import escape, web_address
from ui.texts import TEXTS, texts_for
from ui.types import Assistant, Exchange, Profile, Progress, Spokesman, Voice, Votes
from vectorstore.errors import VectorStoreError

MAX_EXCHANGES = 40  # shown and kept; the oldest go first, so that a page left open stays light
MEMORY_EXCHANGES = 6  # handed to the assistant as history
# Five times what is ever searched for: enough to be told "too long" rather than cut silently,
# little enough that no request nears the server's limit.
MAX_TYPED_CHARS = 10_000
STATE_SECONDS = 3_600  # a conversation nobody touches is forgotten after an hour

log = logging.getLogger(__name__)

Conversation = tuple[Exchange, ...]


def build(assistant: Assistant, votes: Votes) -> gr.Blocks:
    """The room's page. It keeps the transcript on the server, one per open page."""
    room = _Room(assistant, votes)
    first = room.languages[0]
    words = texts_for(first)
    with gr.Blocks(title=room.title(first), analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State((), time_to_live=STATE_SECONDS)
        language = gr.Textbox(first, visible="hidden", elem_id="language")
        with gr.Row(elem_id="bar"):
            # Filled in by the page's script before anything is shown, with the lines as they are.
            safety = gr.HTML("", elem_id="safety", apply_default_css=False)
            switch = gr.Button(
                room.switch_label(first), elem_id="switch", visible=len(room.languages) > 1
            )
            leave = gr.Button(words.leave, elem_id="leave")
        header = gr.HTML(
            render.header(room.name(first), room.voice(first)),
            elem_id="header",
            apply_default_css=False,
        )
        transcript = gr.HTML(
            room.shown((), first),
            elem_id="transcript",
            apply_default_css=False,
            js_on_load="window.assistantPage.transcript(element, trigger)",
        )
        # At the foot, where one has read to; the head has long been scrolled away by then.
        with gr.Row(elem_id="foot"):
            fresh = gr.Button(words.new, elem_id="new", visible=False)
            save = gr.Button(words.save, elem_id="save", visible=False)
            paper = gr.Button(words.print, elem_id="print", visible=False)
        with gr.Column(elem_id="composer"):
            hint = gr.HTML("", elem_id="hint", apply_default_css=False)
            with gr.Row(elem_id="line"):
                box = gr.Textbox(
                    label=words.question_label,
                    placeholder=words.placeholder,
                    lines=1,
                    max_lines=6,
                    max_length=MAX_TYPED_CHARS,
                    container=False,
                    autofocus=False,
                    elem_id="box",
                    html_attributes=gr.InputHTMLAttributes(
                        autocomplete="off", enterkeyhint="send", spellcheck=True
                    ),
                )
                send = gr.Button(words.send, elem_id="send", variant="primary")
                stop = gr.Button(words.stop, elem_id="stop", visible=False)

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        moving = [conversation, transcript, box, send, stop, fresh, save, paper, switch, hint]
        asked = gr.on(
            [box.submit, send.click, transcript.click],
            room.ask,
            [box, conversation, language],
            moving,
            concurrency_limit=4,
            trigger_mode="once",
            **quiet,
        )
        asked.failure(room.settle, [conversation, language], moving, queue=False, **quiet)
        stop.click(
            room.stop, [conversation, language], moving, cancels=[asked], queue=False, **quiet
        )
        fresh.click(room.start_anew, [language], moving, queue=False, **quiet)
        transcript.edit(room.edit, [conversation, language], moving, queue=False, **quiet).then(
            None, None, None, js="() => window.assistantPage.toBox()", **quiet
        )
        transcript.like(
            room.judge, [conversation, language], [conversation, transcript], queue=False, **quiet
        )
        for button, act in ((leave, "leave"), (save, "save"), (paper, "print")):
            button.click(None, None, None, js=f"() => window.assistantPage.{act}()", **quiet)
        labels = [safety, header, box, send, stop, fresh, save, paper, leave, switch, language]
        switch.click(
            None, None, labels, js="() => window.assistantPage.switchLanguage()", **quiet
        ).then(room.show, [conversation, language], [transcript, hint], queue=False, **quiet)
        page.load(
            None, None, [*labels, transcript], js="() => window.assistantPage.open()", **quiet
        )
    return page


def head(assistant: Spokesman) -> str:
    """What stands in the page's head: its description, and the script with all of its words."""
    room, profile = Speaker(assistant), assistant.profile
    first = room.languages[0]
    pages = {tag: room.labels(tag) for tag in room.languages}
    words = json.dumps(pages, ensure_ascii=False).replace("<", "\\u003c")
    script = shell.static("evidence.js") + shell.static("public.js")
    return (
        f'<meta name="description" content="{escape(profile.texts(first)["what_this_is"])}">'
        f'<meta property="og:title" content="{escape(room.title(first))}">'
        f'<style media="print">{shell.static("print.css")}</style>'
        '<noscript><meta http-equiv="refresh" content="0; url=/plain"></noscript>'
        f"<script>window.assistantWords = {words};\n{script}</script>"
    )


def css() -> str:
    """The style of the page."""
    return shell.room_style("public.css")


class Speaker:
    """What the room says in each language that both the profile and the interface speak."""

    def __init__(self, assistant: Spokesman) -> None:
        self._spokesman = assistant
        spoken = assistant.profile.languages
        self.languages = tuple(tag for tag in spoken if tag in TEXTS) or ("en",)

    @property
    def profile(self) -> Profile:
        """The profile as it is now."""
        return self._spokesman.profile

    def title(self, language: str) -> str:
        """The page's title."""
        return f"{self.name(language)}: {texts_for(language).room}"

    def name(self, language: str) -> str:
        """The organisation's name in a language, or in another where it has none."""
        return self.profile.name.get(language) or next(iter(self.profile.name.values()))

    def next_language(self, language: str) -> str:
        """The one that the switch leads to."""
        place = self.languages.index(language)
        return self.languages[(place + 1) % len(self.languages)]

    def switch_label(self, language: str) -> str:
        """The name of the next language, in itself."""
        return texts_for(self.next_language(language)).language_name

    def voice(self, language: str) -> Voice:
        """The profile's voice in a language."""
        return Voice.of(self.profile, language)

    def shown(self, conversation: Conversation, language: str) -> str:
        """The transcript, or the opening where there is none yet."""
        if not conversation:
            examples = self.profile.examples.get(language, ())
            return render.opening(examples, texts_for(language))
        return render.conversation(conversation, self.voice(language))

    def labels(self, language: str) -> dict[str, Any]:
        """Everything that changes with the language, as updates of the room's components.

        The browser applies them by itself: it knows the language before the server does.
        """
        texts = texts_for(language)
        voice = self.voice(language)
        return {
            "exit": web_address(self.profile.quick_exit) or "about:blank",
            "lost": texts.lost,
            "again": texts.again,
            "anew": texts.new,
            "savedOn": texts.saved_on,
            "direction": texts.direction,
            "title": self.title(language),
            "next": self.next_language(language),
            "updates": [
                _update(value=render.safety(voice)),
                _update(value=render.header(self.name(language), voice)),
                _update(label=texts.question_label, placeholder=texts.placeholder),
                _update(value=texts.send),
                _update(value=texts.stop),
                _update(value=texts.new),
                _update(value=texts.save),
                _update(value=texts.print),
                _update(value=texts.leave),
                _update(value=self.switch_label(language)),
                _update(value=language),
            ],
            "opening": _update(value=self.shown((), language)),
        }


class _Room(Speaker):
    """The handlers. What comes from the browser is a question, a language, nothing else."""

    def __init__(self, assistant: Assistant, votes: Votes) -> None:
        super().__init__(assistant)
        self._assistant = assistant
        self._votes = votes

    def ask(
        self, typed: str, conversation: Conversation, language: str, event: gr.EventData
    ) -> Iterator[list[Any]]:
        """Answer what stands in the box, or the question on the button that was pressed."""
        language = self._spoken(language)
        sent = event._data or {}
        pressed = sent.get("question")
        question = pressed if isinstance(pressed, str) else typed or ""
        if sent.get("again") and conversation:
            question = conversation[-1].question
            conversation = conversation[:-1]
        question = question[:MAX_TYPED_CHARS]
        if not question.strip():
            yield self._hint(texts_for(language).nothing_asked)
            return
        number = 1 + max((e.number for e in conversation), default=0)
        history = [e.turn for e in conversation if e.progress is Progress.ANSWERED]
        exchange = Exchange(number, question[: render.SHOWN_QUESTION_CHARS + 1], language)
        yield self._moved((*conversation, exchange), language)
        try:
            for told in self._assistant.stream(question, history[-MEMORY_EXCHANGES:]):
                if told.answer and told.answer.status is Status.BLOCKED_EMPTY_QUESTION:
                    yield self._hint(told.answer.text, (conversation, language))
                    return
                if told.answer:
                    exchange = replace(
                        exchange,
                        language=told.answer.language,
                        progress=Progress.ANSWERED,
                        sentences=told.answer.sentences,
                        citations=told.answer.citations,
                        answer=told.answer,
                    )
                elif told.sentence:
                    seen = {citation.number for citation in exchange.citations}
                    new = tuple(c for c in told.citations if c.number not in seen)
                    exchange = replace(
                        exchange,
                        sentences=_placed(exchange.sentences, told.sentence),
                        citations=(*exchange.citations, *new),
                    )
                yield self._moved((*conversation, exchange), language)
        except (AssistantError, VectorStoreError, IngestError) as error:
            log.error("no answer: %s", type(error).__name__)
            sorry = AnswerSentence(self.profile.texts(language)["store_error"], Kind.NOTICE)
            exchange = replace(exchange, progress=Progress.FAILED, sentences=(sorry,), citations=())
            yield self._moved((*conversation, exchange), language)

    def stop(self, conversation: Conversation, language: str) -> list[Any]:
        """End a running answer, keeping what has been said."""
        return self._ended(conversation, language, Progress.STOPPED)

    def settle(self, conversation: Conversation, language: str) -> list[Any]:
        """End an answer that broke, so that the next question can be asked."""
        return self._ended(conversation, language, Progress.FAILED)

    def edit(self, conversation: Conversation, language: str) -> list[Any]:
        """Take the last question back into the box."""
        moved = self._moved(conversation[:-1], self._spoken(language))
        if conversation:
            moved[2] = gr.update(interactive=True, value=conversation[-1].question)
        return moved

    def judge(
        self, conversation: Conversation, language: str, event: gr.EventData
    ) -> tuple[Conversation, str]:
        """Count what a person thinks of one answer; the question goes with it if they say so."""
        said = event._data or {}
        language = self._spoken(language)
        reasons = texts_for(language).reasons
        reason = next((name for name in reasons if name == said.get("reason")), "")
        judged = list(conversation)
        for place, exchange in enumerate(conversation):
            if exchange.number == said.get("turn") and exchange.answer and not exchange.judged:
                judged[place] = replace(exchange, judged=True)
                liked = said.get("liked") is True
                handed = said.get("hand") is True and not liked
                self._votes.add(exchange.answer, liked=liked, reason=reason, with_question=handed)
        conversation = tuple(judged)
        return conversation, self.shown(conversation, language)

    def start_anew(self, language: str) -> list[Any]:
        """Forget the conversation."""
        return self._moved((), self._spoken(language))

    def show(self, conversation: Conversation, language: str) -> list[Any]:
        """The transcript in another interface language."""
        return [self.shown(conversation, self._spoken(language)), ""]

    def _ended(self, conversation: Conversation, language: str, how: Progress) -> list[Any]:
        if conversation and conversation[-1].progress is Progress.SEARCHING:
            conversation = (*conversation[:-1], replace(conversation[-1], progress=how))
        return self._moved(conversation, self._spoken(language))

    def _moved(self, conversation: Conversation, language: str) -> list[Any]:
        """Every moving part of the page for a state of the conversation."""
        conversation = conversation[-MAX_EXCHANGES:]
        begun = bool(conversation)
        busy = begun and conversation[-1].progress is Progress.SEARCHING
        emptied = {"value": ""} if busy else {}
        return [
            conversation,
            self.shown(conversation, language),
            gr.update(interactive=not busy, **emptied),
            gr.update(visible=not busy),
            gr.update(visible=busy),
            *[gr.update(visible=begun, interactive=not busy)] * 3,
            gr.update(interactive=not busy),
            "",
        ]

    def _hint(
        self, words: str, restored: tuple[Sequence[Exchange], str] | None = None
    ) -> list[Any]:
        """One line at the question box; the conversation stays, or goes back to what it was."""
        hint = f'<p role="alert">{escape(words)}</p>'
        if restored is None:
            return [*[gr.skip()] * 9, hint]
        conversation, language = restored
        return [*self._moved(tuple(conversation), language)[:-1], hint]

    def _spoken(self, language: str) -> str:
        return language if language in self.languages else self.languages[0]


def _placed(
    sentences: tuple[AnswerSentence, ...], new: AnswerSentence
) -> tuple[AnswerSentence, ...]:
    """A sentence of an answer under way in its place: written ones stand above the evidence."""
    above = tuple(s for s in sentences if s.kind is Kind.WRITTEN)
    below = tuple(s for s in sentences if s.kind is not Kind.WRITTEN)
    return (*above, new, *below) if new.kind is Kind.WRITTEN else (*sentences, new)


def _update(**properties: Any) -> dict[str, Any]:
    """What `gr.update` gives, without needing a running event."""
    return {"__type__": "update", **properties}
