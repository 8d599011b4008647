"""The file of contacts for people in danger: read whole, or refused with the entry named.

Every line of it may be dialled by somebody who has one call, so nothing in it is guessed, mended or
left out: a file with one bad entry starts nothing.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.errors import ProfileError
from assistant.types import Contact

SITUATIONS = (
    "self_harm",
    "captivity",
    "documents",
    "forced",
    "violence",
    "kidnapping",
    "distress",
    "child",
    "medical",
    "removal",
    "aid_staff",
)
WARN_AFTER_DAYS = 60  # since a person last checked a line; it is marked as old after 120

_FORMS = {
    "phone": re.compile(r"\+?\d(?:[ -]?\d){2,14}"),
    "whatsapp": re.compile(r"\+\d(?:[ -]?\d){6,14}"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    "web": re.compile(r"https://[\w.-]+(?:/[\w./~%-]*)?", re.ASCII),
}
CHANNELS = tuple(_FORMS)
LETTERS = {"ar": "ARABIC", "en": "LATIN"}
_NUMBER = re.compile(r"\d(?:[ ./-]?\d){2,}")
_KEYS = frozenset(
    """label channel value situations source checked expires hours cost spoken reviewed
    reviewed_by""".split()
)


def read_contacts(path: Path, languages: Sequence[str], today: date) -> tuple[Contact, ...]:
    """The contacts of a file, in its order.

    Raises:
        ProfileError: the file or an entry cannot be used; the message names the entry.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["contact"]
    except FileNotFoundError as error:
        raise ProfileError(f"The profile lacks {path}.") from error
    except KeyError as error:
        raise ProfileError(f"{path} holds no [[contact]]: people in danger need one.") from error
    except (OSError, ValueError) as error:
        raise ProfileError(f"{path} cannot be read: {error}.") from error
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise ProfileError(f"{path}: each contact begins with a line [[contact]].")
    for wrong in faults(entries, languages, today):
        raise ProfileError(f"{path}: {wrong}")
    return contacts_of(entries)


def faults(
    entries: Sequence[Mapping[str, Any]], languages: Sequence[str], today: date
) -> Iterator[str]:
    """What is wrong with entries, one sentence each, which names the entry."""
    values: list[object] = []
    for number, entry in enumerate(entries, start=1):
        what = f"contact {number} ({entry.get('value', 'no value')!r})"
        if wrong := next(_wrong(entry, languages, today), None):
            yield f"{what} {wrong}."
        elif entry["value"] in values:
            yield f"{what} stands there twice."
        values.append(entry.get("value"))


def contacts_of(entries: Sequence[Mapping[str, Any]]) -> tuple[Contact, ...]:
    """Entries without a fault as contacts, in their order."""
    lists = ("situations", "spoken")
    return tuple(
        Contact(**{**entry, **{key: tuple(entry.get(key, ())) for key in lists}})
        for entry in entries
    )


def remarks(contacts: Sequence[Contact], today: date) -> list[str]:
    """What whoever keeps the contacts should do, one sentence each."""
    said: list[str] = []
    for contact in contacts:
        name = next(iter(contact.label.values()))
        if contact.reviewed is None:
            said.append(f"The contact {contact.value} ({name}) awaits review by the office.")
        days = (today - contact.last_looked_at).days
        if days > WARN_AFTER_DAYS:
            said.append(
                f"The contact {contact.value} ({name}) was last checked {days} days ago"
                f"{' and is marked as old' if contact.is_old(today) else ''}."
            )
        left = (contact.expires - today).days
        if left <= WARN_AFTER_DAYS:
            said.append(
                f"The contact {contact.value} ({name}) expires in {left} days; nothing starts then."
            )
    covered = {situation for contact in contacts for situation in contact.situations}
    if bare := [situation for situation in SITUATIONS if situation not in covered]:
        said.append(f"No contact is named for: {', '.join(bare)}.")
    return said


def _wrong(entry: Mapping[str, Any], languages: Sequence[str], today: date) -> Iterator[str]:
    """What is wrong with an entry, to be read after its name."""
    if unknown := entry.keys() - _KEYS:
        yield f"says {', '.join(sorted(unknown))}, which nothing reads"
    for key in ("label", "channel", "value", "situations", "source", "checked", "expires"):
        if key not in entry or not (entry[key] or key == "situations"):
            yield f"does not say {key!r}"
    for key in ("label", "hours", "cost"):
        yield from _wrong_words(key, entry.get(key), languages)
    for text in _strings(entry):
        if hidden := [c for c in text if unicodedata.category(c).startswith("C")]:
            yield f"holds the hidden character U+{ord(hidden[0]):04X}"
    form = _FORMS.get(entry["channel"])
    if form is None:
        yield f"has the channel {entry['channel']!r}, which is none of {', '.join(_FORMS)}"
    elif not (isinstance(entry["value"], str) and entry["value"].isascii()):
        yield "has a value that is not written in ASCII letters and digits"
    elif not form.fullmatch(entry["value"]):
        yield f"has a value that is no {entry['channel']}"
    for situation in entry["situations"]:
        if situation not in SITUATIONS:
            yield f"is for {situation!r}, which is none of {', '.join(SITUATIONS)}"
    for key in ("checked", "reviewed", "expires"):
        if key in entry and type(entry[key]) is not date:
            yield f"has a {key!r} that is not a day like 2026-01-31"
    for key in ("checked", "reviewed"):
        if key in entry and entry[key] > today:
            yield f"was {key} on {entry[key]}, a day that is still to come"
    if ("reviewed" in entry) != bool(entry.get("reviewed_by")):
        yield "must say 'reviewed' and 'reviewed_by' together"
    if entry["expires"] < today:
        yield f"expired on {entry['expires']}: have it reviewed, or take it out"


def _wrong_words(key: str, said: object, languages: Sequence[str]) -> Iterator[str]:
    """A word that is not said in every language, in that language's letters, without a number."""
    if said is None:
        return
    if not isinstance(said, dict):
        yield f"has a {key!r} that is not given by language"
        return
    for tag in languages:
        text = said.get(tag)
        if not (isinstance(text, str) and text.strip()):
            yield f"has no {key!r} in {tag!r}"
            continue
        script = LETTERS.get(tag)
        if script and not any(c.isalpha() and script in unicodedata.name(c, "") for c in text):
            yield f"has a {key!r} in {tag!r} that is not written in that language"
        if key == "label" and _NUMBER.search(text):
            yield "has a number in its label: only the value is a number"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
