"""Contacts and fixed sentences to be edited, and how people would see them. Pure HTML.

Beside it the way back: what a form sent, as entries for the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.contacts import CHANNELS, SITUATIONS
from assistant.edits import MAX_SENTENCE_CHARS, Edited, as_day, entry_of
from assistant.profile import Profile as WholeProfile
from assistant.types import Contact
from assistant.upkeep import Draft
from ui.controls import button, table
from ui.markup import dated, escape, label, language_name, prose, tongue
from ui.render import lines_to_call
from ui.types import Profile, Voice

Words = Mapping[str, str]
Field = Callable[[str], str]
"""What a form sent under a name, as text."""

MAX_CONTACTS = 40
_BY_LANGUAGE = ("label", "hours", "cost")
_OPTIONAL = ("hours", "cost", "spoken", "reviewed", "reviewed_by")


def contacts_form(profile: Profile, voice: Voice, words: Words) -> str:
    """Every line with all that is said of it, and an empty one at the end."""
    lines = [
        _line(number, entry_of(contact), profile, voice, words)
        for number, contact in enumerate(profile.contacts)
    ]
    lines.append(_line(len(lines), {}, profile, voice, words))
    return (
        f'<form data-form="contacts" class="editor">{"".join(lines)}'
        f'<input type="hidden" name="lines" value="{len(lines)}">'
        f'<button type="submit" class="primary">{escape(words["preview_draft"])}</button></form>'
    )


def _line(
    number: int, entry: Mapping[str, Any], profile: Profile, voice: Voice, words: Words
) -> str:
    name = f"c{number}"
    titles = entry.get("label", {})
    title = titles.get(voice.texts.tag) or next(iter(titles.values()), "")
    head = f"{label(title)} <bdi dir=ltr>{escape(entry['value'])}</bdi>" if entry else ""
    fields = "".join(
        _input(
            f"{name}-{field}-{tag}",
            f"{words[f'field_{field}']}: {language_name(tag, voice.texts)}",
            entry.get(field, {}).get(tag, ""),
            tongue(tag),
        )
        for field in _BY_LANGUAGE
        for tag in profile.languages
    )
    options = "".join(
        f'<option value="{channel}"{" selected" if entry.get("channel") == channel else ""}>'
        f"{escape(words[f'channel_{channel}'])}</option>"
        for channel in CHANNELS
    )
    fields += (
        f'<div><label for="{name}-channel">{escape(words["field_channel"])}</label>'
        f'<select id="{name}-channel" name="{name}-channel">{options}</select></div>'
    )
    fields += _input(f"{name}-value", words["value"], entry.get("value", ""), 'dir="ltr"')
    fields += _input(f"{name}-source", words["source_of"], entry.get("source", ""), 'dir="auto"')
    for field in ("checked", "expires", "reviewed"):
        day = entry.get(field)
        value = day.isoformat() if day else ""
        fields += _input(f"{name}-{field}", words[f"field_{field}"], value, 'dir="ltr"', "date")
    fields += _input(
        f"{name}-reviewed_by",
        words["field_reviewed_by"],
        entry.get("reviewed_by", ""),
        'dir="auto"',
    )
    spoken = " ".join(entry.get("spoken", ()))
    fields += _input(f"{name}-spoken", words["field_spoken"], spoken, 'dir="ltr"')
    return (
        f'<details class="line"><summary>{head or escape(words["add_line"])}</summary>'
        f'<div class="fields">{fields}{_situations(name, entry, words)}'
        + (_take_out(name, words) if entry else "")
        + "</div></details>"
    )


def _input(name: str, words: str, value: str, attributes: str, kind: str = "text") -> str:
    return (
        f'<div><label for="{name}">{escape(words)}</label><input id="{name}" name="{name}" '
        f'type="{kind}" value="{escape(value)}" maxlength="300" autocomplete="off" {attributes}>'
        "</div>"
    )


def _situations(name: str, entry: Mapping[str, Any], words: Words) -> str:
    chosen = entry.get("situations", ())
    ticks = "".join(
        f'<label class="tick"><input type="checkbox" name="{name}-situations" value="{situation}"'
        f"{' checked' if situation in chosen else ''}> {escape(words[f'situation_{situation}'])}"
        "</label>"
        for situation in SITUATIONS
    )
    return (
        f'<fieldset class="whole"><legend>{escape(words["field_situations"])}</legend>'
        f'<div class="ticks">{ticks}</div></fieldset>'
    )


def _take_out(name: str, words: Words) -> str:
    return (
        f'<label class="tick whole out-of-it"><input type="checkbox" name="{name}-out" value="1"> '
        f"{escape(words['take_out'])}</label>"
    )


def entries_of(
    field: Field, several: Callable[[str], Sequence[str]], languages: Sequence[str]
) -> list[dict[str, Any]]:
    """What the form of the contacts sent, in its order; empty lines and those taken out are left.

    Args:
        several: what a form sent under a name that stands in it several times.
    """
    entries: list[dict[str, Any]] = []
    lines = field("lines")
    for number in range(min(int(lines) if lines.isdecimal() else 0, MAX_CONTACTS)):
        name = f"c{number}"
        if field(f"{name}-out"):
            continue
        entry: dict[str, Any] = {}
        for each in _BY_LANGUAGE:
            said = {tag: text for tag in languages if (text := field(f"{name}-{each}-{tag}"))}
            entry[each] = said
        for each in ("value", "source", "reviewed_by"):
            entry[each] = field(f"{name}-{each}")
        for each in ("checked", "expires", "reviewed"):
            text = field(f"{name}-{each}")
            entry[each] = as_day(text) if text else ""
        entry["spoken"] = field(f"{name}-spoken").replace(",", " ").split()
        if not any(entry.values()):
            continue
        entry["channel"] = field(f"{name}-channel")
        entry["situations"] = list(several(f"{name}-situations"))
        entries.append({k: v for k, v in entry.items() if v or k not in _OPTIONAL})
    return entries


def sentences_form(profile: Profile, edited: Edited, voice: Voice, words: Words) -> str:
    """Every fixed sentence in every language, when each was changed, when all were read."""
    fixed = {tag: profile.texts(tag) for tag in profile.languages}
    names = sorted(set.intersection(*(set(said) for said in fixed.values())))
    rows = []
    for name in names:
        fields = "".join(
            f'<textarea name="s-{tag}-{escape(name)}" rows="2" maxlength="{MAX_SENTENCE_CHARS}" '
            f'aria-label="{escape(f"{name}: {language_name(tag, voice.texts)}")}" {tongue(tag)}>'
            f"{escape(fixed[tag][name])}</textarea>"
            for tag in fixed
        )
        known = edited.changed.get(name)
        when = (
            f'<span class="facts">{escape(words["changed_by"])} {label(known.who)}, '
            f"{dated(known.day, voice.texts)}</span>"
            if known
            else ""
        )
        rows.append(
            f'<div class="sentence"><p><code dir="ltr">{escape(name)}</code> {when}</p>'
            f'<div class="pair">{fields}</div></div>'
        )
    looked = edited.looked
    last = (
        f"{escape(words['looked_last'])} {label(looked.who)}, {dated(looked.day, voice.texts)}"
        if looked.day
        else escape(words["looked_never"])
    )
    return (
        f'<p class="facts">{last}</p><div class="row">'
        f"{button('looked_through', words['looked_through'])}</div>"
        f'<details class="line"><summary>{escape(words["change_sentences"])}</summary>'
        f'<form data-form="sentences" class="editor">{"".join(rows)}'
        f'<button type="submit" class="primary">{escape(words["preview_draft"])}</button></form>'
        "</details>"
    )


def sentences_of(field: Field, profile: Profile) -> dict[str, dict[str, str]]:
    """What the form of the sentences sent, language to name to text."""
    return {
        tag: {name: field(f"s-{tag}-{name}") for name in profile.texts(tag)}
        for tag in profile.languages
    }


def draft(made: Draft, now: WholeProfile, voice: Voice, words: Words) -> str:
    """What would be said, beside what is said now where it differs, and the button that says it."""
    save = button("save_draft", words["save_draft"], "primary", draft=made.id)
    if made.kind == "contacts":
        body = preview(made.over(now), voice) + _coming_and_going(made.over(now), now, words)
    else:
        rows = [
            f'<tr><th scope=row><code dir="ltr">{escape(name)}</code></th>'
            f"<td {tongue(tag)}>{prose(now.texts(tag)[name])}</td>"
            f"<td {tongue(tag)}>{prose(text)}</td></tr>"
            for tag, said in made.sentences.items()
            for name, text in said.items()
        ]
        body = table([words["name_of"], words["before"], words["after"]], rows)
    return (
        f'<section class="draft"><h3 data-say>{escape(words["would_be"])}</h3>{body}'
        f'<p class="facts">{escape(words["draft_hint"])}</p><div class="row">{save}</div></section>'
    )


def preview(profile: Profile, voice: Voice) -> str:
    """The lines as people in danger see them, in every language."""
    shown = "".join(
        f'<div class="page preview" {tongue(tag)}><p class="facts">'
        f"{escape(language_name(tag, voice.texts))}</p>"
        f"{lines_to_call(Voice.of(profile, tag))}</div>"
        for tag in profile.languages
    )
    return f'<div class="pair">{shown}</div>'


def _coming_and_going(then: Profile, now: Profile, words: Words) -> str:
    before = {contact.value for contact in now.contacts}
    after = {contact.value for contact in then.contacts}
    parts = [
        f'<p><b>{escape(words[name])}</b> <mark class="differs"><bdi dir="ltr">'
        f"{escape(', '.join(sorted(values)))}</bdi></mark></p>"
        for name, values in (("numbers_new", after - before), ("numbers_gone", before - after))
        if values
    ]
    return "".join(parts)


def review_state(contact: Contact, voice: Voice, words: Words) -> str:
    """When a line has to be looked at, as a badge."""
    days = (voice.today - contact.last_looked_at).days
    state = "review_late" if days > 120 else "review_due" if days > 60 else "review_fine"
    return f'<span class="badge {state}">{escape(words[state].format(days=days))}</span>'
