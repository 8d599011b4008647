"""The maintainers' desk: bring in, look, publish, go back, take out, switch off."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import gradio as gr
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.errors import InputError
from assistant.jobs import State
from assistant.profile import BankQuestion
from assistant.schedule import Refresh
from assistant.upkeep import PageRow, Upkeep
from assistant.uploads import ENDINGS, MAX_BYTES
from ui import changes, editor, shell, upkeep
from ui.access import session_of
from ui.markup import escape, label, language_name
from ui.rooms.frame import Frame, sent, text_of, texts_of
from ui.said import in_language
from ui.texts import texts_for

TABS = ("add", "release", "pages", "switch", "texts", "bank", "audit")
LOOK_S = 0.4  # between two looks at work under way
AUDITED = 100  # lines shown
FILES = "/maintain/files"


def frame(desk: Upkeep, language: str) -> Frame:
    """The desk's frame in one language."""
    return Frame("maintain", language, desk, TABS)


def build(desk: Upkeep, language: str) -> gr.Blocks:
    """The desk's page in one language."""
    room = _Maintain(desk, frame(desk, language))
    at = room.frame
    with at.page() as page:
        job = at.html("", "job")
        with at.panel("add"):
            form = at.html(room.add_form(), "add-form")
            schedule = at.html("", "schedule")
            schedule_said = at.html("", "schedule-said")
        with at.panel("release"):
            release = at.html("", "release")
        with at.panel("pages"):
            wanted = at.html(room.pages_form(), "pages-form")
            rows = at.html("", "pages")
            stored = at.html("", "stored")
        with at.panel("switch"):
            switch = at.html("", "power")
            switch_said = at.html("", "power-said")
        with at.panel("texts"):
            contacts = at.html("", "contacts")
            contacts_draft = at.html("", "contacts-draft")
            sentences = at.html("", "sentences")
            sentences_draft = at.html("", "sentences-draft")
        with at.panel("bank"):
            bank = at.html("", "bank")
            bank_said = at.html("", "bank-said")
        with at.panel("audit"):
            audit = at.html("", "audit")

        worked = [
            at.on([form.submit], room.preview, [], [job]),
            at.on(
                [job.click, release.click, release.submit, rows.submit, rows.apply],
                room.work,
                [],
                [job],
            ),
            at.on([page.load], room.follow, [], [job]),
        ]
        for event in worked:
            at.after(event, room.changed, [release, rows, audit])
        at.on([job.stop], room.cancel, [], [job])
        at.on([wanted.submit, rows.select], room.pages, [], [rows])
        at.on([rows.click], room.view, [], [stored]).then(
            None, None, None, js="() => window.desk.toStored()", api_visibility="private"
        )
        at.on([switch.submit, switch.click], room.switched, [], [switch, audit, switch_said])
        at.on([contacts.submit], room.preview_contacts, [], [contacts_draft])
        at.on([sentences.submit], room.preview_sentences, [], [sentences_draft])
        at.on([sentences.click], room.looked_through, [], [sentences, audit])
        at.on([contacts_draft.click], room.save_contacts, [], [contacts, audit, contacts_draft])
        at.on([sentences_draft.click], room.save_sentences, [], [sentences, audit, sentences_draft])
        at.on([bank.submit], room.save_bank, [], [bank, audit, bank_said])
        at.on([schedule.submit], room.save_schedule, [], [schedule, audit, schedule_said])
        for load, output in (
            (room.release, release),
            (room.first_pages, rows),
            (room.switch, switch),
            (room.contacts, contacts),
            (room.sentences, sentences),
            (room.bank, bank),
            (room.schedule, schedule),
            (room.audit, audit),
        ):
            at.on([page.load], load, [], [output])
    return page


def put_on(app: FastAPI, desk: Upkeep) -> None:
    """Add the one route by which files come in; the gate stands before it."""

    async def accept(request: Request) -> Response:
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > MAX_BYTES:
                return JSONResponse({"error": "too_large"}, 413)
        name = unquote(request.headers.get("x-file-name", ""))
        who = session_of(request).name
        try:
            upload = await run_in_threadpool(desk.upload, who, name, bytes(content))
        except InputError as error:
            language = shell.spoken(request)
            told = in_language(str(error), language) or texts_for(language).not_done
            return JSONResponse({"error": told}, 422)
        return JSONResponse({"id": upload.id, "name": upload.name, "size": upload.size})

    app.add_api_route(FILES, accept, methods=["POST"], response_model=None)


class _Maintain:
    """The handlers; each gives HTML."""

    def __init__(self, desk: Upkeep, frame: Frame) -> None:
        self._desk = desk
        self.frame = frame

    @property
    def words(self) -> Mapping[str, str]:
        return self.frame.words

    # -- bringing in -----------------------------------------------------------------------------

    def add_form(self) -> str:
        words = self.words
        endings = ",".join(ENDINGS)
        return (
            f'<form data-form="preview"><label for="sources">{escape(words["sources"])}</label>'
            f'<p class="facts">{escape(words["sources_hint"])}</p>'
            '<textarea id="sources" name="sources" rows="3" dir="ltr" spellcheck="false" '
            'placeholder="https://"></textarea>'
            f'<label class="tick"><input type="checkbox" name="crawl" value="1"> '
            f"{escape(words['crawl'])}</label>"
            f'<label class="tick"><input type="checkbox" name="prune" value="1"> '
            f"{escape(words['prune'])}</label>"
            f'<div class="drop" data-drop data-too-large="{escape(words["too_large"])}">'
            f'<p class="name" id="files-name">{escape(words["files"])}</p>'
            f'<p class="facts" id="files-hint">{escape(words["files_hint"])}</p>'
            f'<input id="files" type="file" multiple accept="{endings}" class="unseen" '
            'aria-describedby="files-hint">'
            f'<label for="files" class="choose">{escape(words["choose_files"])}</label>'
            '<ul class="list" data-files></ul></div>'
            f'<button type="submit" class="primary">{escape(words["preview"])}</button>'
            f'<p class="facts">{escape(words["preview_hint"])}</p></form>'
        )

    def preview(self, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        fields = sent(event)
        self._desk.preview(
            session_of(request).name,
            text_of(fields, "sources").split(),
            texts_of(fields, "files"),
            crawl=text_of(fields, "crawl") == "1",
            prune=text_of(fields, "prune") == "1",
        )
        yield from self.follow()

    def follow(self) -> Iterator[str]:
        """The work under way as it goes on, until it has ended."""
        while True:
            job = self._desk.job()
            yield changes.job(job, self.frame.voice, self.words)
            if job is None or job.state is not State.RUNNING:
                return
            time.sleep(LOOK_S)

    def work(self, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        """Begin what a button or a form asks for, and follow it."""
        fields, who, desk = sent(event), session_of(request).name, self._desk
        match text_of(fields, "act") or text_of(fields, "form"):
            case "bring_in":
                desk.bring_in(who)
            case "fetch_again":
                desk.fetch_again(who, text_of(fields, "url"))
            case "exclude":
                desk.exclude(who, text_of(fields, "pattern"), text_of(fields, "reason", 300))
            case "include":
                desk.include(who, text_of(fields, "pattern"))
            case "trust":
                desk.trust(who, [text_of(fields, "contact", 300)])
            case "publish":
                desk.publish_held(who)
            case "discard":
                desk.discard_held(who)
            case "roll_back":
                desk.roll_back(who, _number(fields, "version"))
            case _:
                return
        yield from self.follow()

    def cancel(self, request: gr.Request) -> str:
        self._desk.cancel(session_of(request).name)
        return changes.job(self._desk.job(), self.frame.voice, self.words)

    # -- what there is ---------------------------------------------------------------------------

    def changed(self) -> tuple[str, str, str]:
        """What work may have changed."""
        return self.release(), self.first_pages(), self.audit()

    def release(self) -> str:
        desk = self._desk
        return changes.releases(desk.releases(), desk.exclusions(), self.frame.voice, self.words)

    def pages_form(self) -> str:
        words, texts = self.words, self.frame.texts
        every = f'<option value="">{escape(words["all"])}</option>'
        states = "".join(
            f'<option value="{state}">{escape(words[f"is_{state}"])}</option>'
            for state in ("published", "left_out", "failed")
        )
        languages = "".join(
            f'<option value="{tag}">{escape(language_name(tag, texts))}</option>'
            for tag in self._desk.profile.languages
        )
        return (
            '<form data-form="pages" class="fields"><div class="whole">'
            f'<label for="with">{escape(words["with_words"])}</label>'
            '<input id="with" name="with" dir="auto" autocomplete="off" maxlength="200"></div>'
            f'<div><label for="state">{escape(words["state_of"])}</label>'
            f'<select id="state" name="state">{every}{states}</select></div>'
            f'<div><label for="page-language">{escape(words["language"])}</label>'
            f'<select id="page-language" name="language">{every}{languages}</select></div>'
            f'<div><label for="older">{escape(words["older"])}</label>'
            '<input id="older" name="older" type="number" min="0" max="9999" inputmode="numeric">'
            f'</div><button type="submit" class="primary">{escape(words["show"])}</button></form>'
        )

    def first_pages(self) -> str:
        return upkeep.pages(self._desk.rows(), 0, self.frame.voice, self.words)

    def pages(self, event: gr.EventData) -> str:
        fields = sent(event)
        rows = [row for row in self._desk.rows() if self._wanted(row, fields)]
        return upkeep.pages(rows, _number(fields, "start"), self.frame.voice, self.words)

    def _wanted(self, row: PageRow, fields: Mapping[str, Any]) -> bool:
        with_words = text_of(fields, "with", 200).casefold()
        older, fetched = text_of(fields, "older"), row.fetched_at
        oldest = (
            self.frame.voice.today - timedelta(days=min(int(older), 99_999))
            if (older.isdecimal())
            else None
        )
        return (
            (with_words in f"{row.title} {row.url} {unquote(row.url)}".casefold())
            and text_of(fields, "state") in ("", row.state)
            and text_of(fields, "language") in ("", row.language)
            and (oldest is None or (fetched is not None and fetched.date() <= oldest))
        )

    def view(self, event: gr.EventData) -> str:
        page = self._desk.page(text_of(sent(event), "url"))
        return upkeep.stored(page, self.frame.voice, self.words)

    def audit(self) -> str:
        return upkeep.audit(self._desk.audited(AUDITED), self.frame.voice, self.words)

    # -- without a job ---------------------------------------------------------------------------

    def switch(self) -> str:
        desk = self._desk
        return upkeep.switch(desk.switched_off(), desk.profile, self.frame.voice, self.words)

    def switched(self, event: gr.EventData, request: gr.Request) -> tuple[str, str, str]:
        fields, who = sent(event), session_of(request).name
        if text_of(fields, "act") == "switch_on":
            self._desk.switch_on(who)
        else:
            message = {
                tag: text_of(fields, f"message-{tag}", 400) for tag in self._desk.profile.languages
            }
            self._desk.switch_off(who, message)
        return self.switch(), self.audit(), ""

    # -- what people are told --------------------------------------------------------------------

    def contacts(self) -> str:
        return upkeep.contacts(self._desk.profile, self.frame.voice, self.words)

    def sentences(self) -> str:
        desk, words = self._desk, self.words
        form = editor.sentences_form(desk.profile, desk.edited(), self.frame.voice, words)
        return f"<section><h2>{escape(words['fixed'])}</h2>{form}</section>"

    def preview_contacts(self, event: gr.EventData) -> str:
        fields, profile = sent(event), self._desk.profile
        entries = editor.entries_of(
            lambda name: text_of(fields, name, 300),
            lambda name: texts_of(fields, name),
            profile.languages,
        )
        made = self._desk.preview_contacts(entries)
        return editor.draft(made, profile, self.frame.voice, self.words)

    def preview_sentences(self, event: gr.EventData) -> str:
        fields, profile = sent(event), self._desk.profile
        said = editor.sentences_of(lambda name: text_of(fields, name, 1_000), profile)
        made = self._desk.preview_sentences(said)
        return editor.draft(made, profile, self.frame.voice, self.words)

    def save_contacts(self, event: gr.EventData, request: gr.Request) -> tuple[str, str, str]:
        self._desk.save_draft(session_of(request).name, text_of(sent(event), "draft"))
        return self.contacts(), self.audit(), self._saved(self.words["saved_draft"])

    def save_sentences(self, event: gr.EventData, request: gr.Request) -> tuple[str, str, str]:
        self._desk.save_draft(session_of(request).name, text_of(sent(event), "draft"))
        return self.sentences(), self.audit(), self._saved(self.words["saved_draft"])

    def looked_through(self, request: gr.Request) -> tuple[str, str]:
        self._desk.look_through_sentences(session_of(request).name)
        return self.sentences(), self.audit()

    # -- questions and times ---------------------------------------------------------------------

    def bank(self) -> str:
        words, texts = self.words, self.frame.texts
        questions = self._desk.bank()
        fields = "".join(
            f'<label for="bank-{tag}">{escape(language_name(tag, texts))}</label>'
            f'<textarea id="bank-{tag}" name="bank-{tag}" rows="9" lang="{tag}" dir="auto">'
            f"{escape(''.join(q.question + chr(10) for q in questions if q.language == tag))}"
            "</textarea>"
            for tag in self._desk.profile.languages
        )
        return (
            f'<section><h2>{escape(words["bank"])}</h2><p class="facts">'
            f'{escape(words["bank_hint"])}</p><form data-form="bank">{fields}'
            f'<button type="submit" class="primary">{escape(words["save"])}</button></form>'
            "</section>"
        )

    def save_bank(self, event: gr.EventData, request: gr.Request) -> tuple[str, str, str]:
        fields = sent(event)
        questions = [
            BankQuestion(line.strip()[:500], tag)
            for tag in self._desk.profile.languages
            for line in text_of(fields, f"bank-{tag}", 60_000).splitlines()
            if line.strip()
        ]
        self._desk.save_bank(session_of(request).name, questions)
        saved = self._saved(self.words["saved_bank"].format(count=len(questions)))
        return self.bank(), self.audit(), saved

    def schedule(self) -> str:
        words = self.words
        refreshes = self._desk.refreshes()
        rows = "".join(
            f"<li>{label(refresh.source)} · {escape(words['every'].format(days=refresh.days))}"
            f' <span class="facts">{escape(words["last_run"])} '
            f"{label(refresh.last or '–')}</span></li>"
            for refresh in refreshes
        )
        lines = "".join(f"{refresh.source} {refresh.days}\n" for refresh in refreshes)
        return (
            f"<section><h2>{escape(words['schedule'])}</h2>"
            + (f'<ul class="list">{rows}</ul>' if rows else "")
            + '<form data-form="schedule">'
            f'<label for="refreshes">{escape(words["refreshes"])}</label>'
            f'<p class="facts">{escape(words["schedule_hint"])}</p>'
            f'<textarea id="refreshes" name="refreshes" rows="2" dir="ltr" spellcheck="false">'
            f"{escape(lines)}</textarea>"
            f'<button type="submit" class="secondary">{escape(words["save"])}</button></form>'
            "</section>"
        )

    def save_schedule(self, event: gr.EventData, request: gr.Request) -> tuple[str, str, str]:
        refreshes: list[Refresh] = []
        for line in text_of(sent(event), "refreshes").splitlines():
            source, _, days = line.strip().partition(" ")
            if not source:
                continue
            if not days.strip().isdecimal():
                raise InputError(self.words["no_days"].format(line=line.strip()[:100]))
            refreshes.append(Refresh(source, int(days)))
        self._desk.save_refreshes(session_of(request).name, refreshes)
        return self.schedule(), self.audit(), self._saved(self.words["saved"])

    def _saved(self, words: str) -> str:
        return f'<p class="yes" data-say>{escape(words)}</p>'


def _number(fields: Mapping[str, Any], name: str) -> int:
    value = text_of(fields, name, 9)
    return int(value) if value.isdecimal() else 0
