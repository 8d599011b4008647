"""What maintainers look over: pages, switch, contacts, fixed sentences, record. Pure HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.audit import Entry
from assistant.switch import Off
from assistant.types import Contact
from assistant.upkeep import PageRow
from ingest.types import Page
from ui.controls import button, excluding, moment, table
from ui.editor import contacts_form, preview, review_state
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
from ui.said import said
from ui.texts import texts_for
from ui.types import Profile, Voice

Words = Mapping[str, str]

ROWS_SHOWN = 50


def pages(rows: Sequence[PageRow], start: int, voice: Voice, words: Words) -> str:
    """A stretch of the pages, with what can be done to each."""
    shown = rows[start : start + ROWS_SHOWN]
    said = words["rows"].format(first=start + 1 if shown else 0, last=start + len(shown))
    steps = ""
    if start > 0:
        steps += button("turn", words["back"], event="select", start=max(0, start - ROWS_SHOWN))
    if start + ROWS_SHOWN < len(rows):
        steps += button("turn", words["further"], event="select", start=start + ROWS_SHOWN)
    columns = ("page", "state_of", "language", "published", "fetched", "actions")
    body = [_page_row(number, row, voice, words) for number, row in enumerate(shown, start)]
    return (
        f'<h2 class="tally" data-say>{escape(said)} / {len(rows)}</h2>'
        f'{table([words[name] for name in columns], body)}<div class="row">{steps}</div>'
    )


def _page_row(number: int, row: PageRow, voice: Voice, words: Words) -> str:
    texts = voice.texts
    title = f"{label(row.title)}<br>" if row.title else ""
    fetched = ""
    if row.fetched_at:
        age = format_age(row.fetched_at.date(), voice.today, texts)
        fetched = (
            f'{dated(row.fetched_at.date(), texts)}<br><span class="facts">{escape(age)}</span>'
        )
    reason = f'<br><span class="facts">{said(row.reason, texts)}</span>' if row.reason else ""
    actions = ""
    if row.state == "published":
        actions += button("view", words["view"], "plainly", url=row.url)
    if web_address(row.url):
        actions += button(
            "fetch_again", words["fetch_again"], "plainly", event="apply", url=row.url
        )
    actions += excluding(f"exclude-{number}", row.url, words["exclude"], words, "plainly")
    return (
        f'<tr class="{escape(row.state)}"><th scope=row {tongue(row.language)}>{title}'
        f'<span class="facts address">{label(row.url)}</span></th>'
        f"<td>{escape(words[f'is_{row.state}'])}{reason}</td>"
        f"<td>{escape(language_name(row.language, texts))}</td>"
        f"<td>{dated(row.published, texts) if row.state == 'published' else ''}</td>"
        f"<td>{fetched}</td><td>{actions}</td></tr>"
    )


def stored(page: Page, voice: Voice, words: Words) -> str:
    """A page's text as it is stored."""
    address = web_address(page.url)
    link = outward(address, escape(voice.texts.open_page), voice.texts) if address else ""
    return (
        f'<article class="reader"><h2 {tongue(page.language)} data-say tabindex="-1">'
        f'{label(page.title)}</h2><p class="facts address">{label(page.url)}</p>'
        f'<p class="there">{link}</p><p class="context" dir="{direction(page.language)}">'
        f"{prose(page.text)}</p></article>"
    )


def switch(off: Off | None, profile: Profile, voice: Voice, words: Words) -> str:
    """Whether anybody is answered, and the way to change it."""
    if off is not None:
        said = "".join(
            f"<dt>{escape(language_name(tag, voice.texts))}</dt>"
            f"<dd {tongue(tag)}>{prose(text)}</dd>"
            for tag, text in off.message.items()
        )
        return (
            f'<section class="warning"><h2 data-say>{escape(words["is_off"])}</h2>'
            f"<p>{escape(words['since'])} {moment(off.since, voice)}</p><dl>{said}</dl>"
            f'<div class="row">{button("switch_on", words["switch_on"], "primary")}</div></section>'
        )
    fields = "".join(
        f'<label for="message-{tag}">{escape(words["message"])}: '
        f"{escape(language_name(tag, voice.texts))}</label>"
        f'<textarea id="message-{tag}" name="message-{tag}" rows="2" maxlength="400" {tongue(tag)} '
        f"required>{escape(texts_for_switch(tag))}</textarea>"
        for tag in profile.languages
    )
    return (
        f'<section><h2 data-say>{escape(words["is_on"])}</h2><p class="facts">'
        f'{escape(words["switch_hint"])}</p><form data-form="switch_off">{fields}'
        f'<button type="submit" class="danger-button">{escape(words["switch_off"])}</button></form>'
        "</section>"
    )


def texts_for_switch(language: str) -> str:
    """What to begin the message from."""
    return texts_for(language).switched_off


def contacts(profile: Profile, voice: Voice, words: Words) -> str:
    """The public lines, when each was last looked at, and how people see them."""
    rows = [_contact_row(contact, voice, words) for contact in profile.contacts]
    heads = [words[name] for name in ("contact", "value", "source_of", "checked", "review")]
    return (
        f'<section><h2>{escape(words["contacts"])}</h2><p class="facts">'
        f"{escape(words['contacts_hint'])}</p>{table(heads, rows)}</section>"
        f"<section><h2>{escape(words['preview_of'])}</h2>{preview(profile, voice)}</section>"
        f"<section><h2>{escape(words['change_contacts'])}</h2>"
        f"{contacts_form(profile, voice, words)}</section>"
    )


def _contact_row(contact: Contact, voice: Voice, words: Words) -> str:
    name = contact.label.get(voice.texts.tag) or next(iter(contact.label.values()), "")
    return (
        f'<tr><th scope=row>{label(name)}</th><td><bdi dir="ltr">{escape(contact.value)}</bdi></td>'
        f"<td>{label(contact.source)}</td><td>{dated(contact.last_looked_at, voice.texts)}</td>"
        f"<td>{review_state(contact, voice, words)}</td></tr>"
    )


def audit(entries: Sequence[Entry], voice: Voice, words: Words) -> str:
    """Who changed what and when, the newest first."""
    if not entries:
        return f'<p class="aside">{escape(words["no_audit"])}</p>'
    rows = [
        f"<tr><th scope=row>{moment(entry.moment, voice)}</th><td>{label(entry.who)}</td>"
        f"<td>{escape(words.get(f'do_{entry.what}', entry.what))}</td>"
        f'<td class="address">{_about(entry, words)}</td></tr>'
        for entry in entries
    ]
    return table([words[name] for name in ("when", "who", "what", "about")], rows)


def _about(entry: Entry, words: Words) -> str:
    """What it was done to and what came of it; of files of the server only the names."""
    said = [
        f"<span>{escape(words.get(f'about_{name}', name))}: {_value(name, value, words)}</span>"
        for name, value in entry.about.items()
        if value not in (None, "", [], False)
    ]
    return "<br>".join(said)


def _value(name: str, value: object, words: Words) -> str:
    if value is True:
        return escape(words["yes"])
    if name == "state":
        return escape(words.get(f"state_{value}", str(value)))
    if name == "error":
        return label(str(value))
    if isinstance(value, Mapping):
        parts = (f"{key}: {_short(each)}" for key, each in value.items())
        return label("; ".join(parts))
    if isinstance(value, list):
        return ", ".join(_value(name, each, words) for each in value)
    return label(_short(value))


def _short(value: object) -> str:
    """A digest by its beginning, a file of the server by its name."""
    text = str(value)
    if re.fullmatch("[0-9a-f]{64}", text):
        return f"{text[:12]}…"
    if text.startswith("/") and "/uploads/" in text:
        return text.rpartition("/")[2]
    return text
