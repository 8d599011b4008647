"""What the office changed of the profile at its desk: contacts and fixed sentences, in the store.

The profile's own files stay as they were delivered; what stands in the store goes before them, and
has to pass the same checks. Every process that serves the store looks at the files once a second,
so that a changed number is the one shown without a restart.
"""

from __future__ import annotations

import json
import logging
import os
import string
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.contacts import LETTERS, contacts_of, faults
from assistant.errors import ProfileError
from assistant.profile import TEXT_KEYS, Profile
from assistant.types import Contact
from ingest.contacts import find_contacts

MAX_SENTENCE_CHARS = 600
MAX_REFERRAL_WORDS = 60  # somebody in danger reads it
_LOOK_AGAIN_S = 1.0
_JOINERS = frozenset("\u200c\u200d")  # part of how some words are written
_DAYS = ("checked", "reviewed", "expires")

Entries = Sequence[Mapping[str, Any]]
Sentences = Mapping[str, Mapping[str, str]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looked through the fixed sentences last, and when."""

    who: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """What stands in the store.

    Attributes:
        contacts: None where the profile's own are used.
        sentences: language to name to text; only those that were changed.
        changed: name of a sentence to who changed it and when.
    """

    contacts: tuple[Contact, ...] | None = None
    sentences: Sentences = field(default_factory=dict)
    changed: Mapping[str, Looked] = field(default_factory=dict)
    looked: Looked = field(default_factory=Looked)


class Edits:
    """A profile with what the store says instead.

    Args:
        dress: what is said besides, put on last.

    Raises:
        ProfileError: what stands in the store cannot be used.
    """

    def __init__(
        self,
        store: Path,
        shipped: Profile,
        dress: Callable[[Profile], Profile] = lambda profile: profile,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.shipped = shipped
        self._store = store
        self._dress = dress
        self._today = today
        self._lock = threading.Lock()
        self._looked_at = time.monotonic()
        self._stamp = self._stamps()
        self._edited = read_edits(store, shipped, today())
        self._profile = dress(laid_over(shipped, self._edited))

    def profile(self) -> Profile:
        """The profile as it is now; the last good one where the files have gone bad since."""
        now = time.monotonic()
        with self._lock:
            if now - self._looked_at >= _LOOK_AGAIN_S:
                self._look()
                self._looked_at = now
            return self._profile

    def texts(self, language: str) -> Mapping[str, str]:
        """The fixed sentences in a language as they are now."""
        return self.profile().texts(language)

    def edited(self) -> Edited:
        """What stands in the store, as it was read last."""
        self.profile()
        return self._edited

    def write_contacts(self, entries: Entries) -> None:
        """Put these in the place of all contacts.

        Raises:
            ProfileError: an entry cannot be used; the message names it.
        """
        for wrong in faults(entries, self.shipped.languages, self._today()):
            raise ProfileError(_sentence(wrong))
        _write(contacts_path(self._store), {"contacts": [_plain(entry) for entry in entries]})
        with self._lock:
            self._look()

    def write_sentences(self, who: str, sentences: Sentences) -> None:
        """Say these instead; one that is as shipped is no change any more.

        Raises:
            ProfileError: a sentence cannot be used; the message names it.
        """
        for wrong in sentence_faults(sentences, self.profile()):
            raise ProfileError(wrong)
        with self._lock:
            self._look()
            before = self._edited
            kept = {tag: dict(before.sentences.get(tag, {})) for tag in self.shipped.languages}
            changed = dict(before.changed)
            for tag, said in sentences.items():
                for name, text in said.items():
                    kept[tag].pop(name, None)
                    if text != self.shipped.texts(tag)[name]:
                        kept[tag][name] = text
                    changed[name] = Looked(who, self._today())
            self._keep_sentences(kept, changed, before.looked)

    def look_through(self, who: str) -> None:
        """Note that somebody read all fixed sentences today."""
        with self._lock:
            self._look()
            before = self._edited
            self._keep_sentences(before.sentences, before.changed, Looked(who, self._today()))

    def _keep_sentences(
        self, sentences: Sentences, changed: Mapping[str, Looked], looked: Looked
    ) -> None:
        content = {
            "sentences": sentences,
            "changed": {n: [by.who, by.day.isoformat()] for n, by in changed.items() if by.day},
            "looked": [looked.who, looked.day.isoformat() if looked.day else ""],
        }
        _write(sentences_path(self._store), content)
        self._look()

    def _look(self) -> None:
        stamp = self._stamps()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            edited = read_edits(self._store, self.shipped, self._today())
        except ProfileError as error:
            log.error("the office's contacts or sentences: %s", type(error).__name__)
            return
        self._edited = edited
        self._profile = self._dress(laid_over(self.shipped, edited))

    def _stamps(self) -> tuple[object, ...]:
        return tuple(_stamp(path(self._store)) for path in (contacts_path, sentences_path))


def read_edits(store: Path, shipped: Profile, today: date) -> Edited:
    """What stands in a store, checked.

    Raises:
        ProfileError: a file or an entry of it cannot be used; the message names it.
    """
    path = sentences_path(store)
    said = _read(path) or {}
    sentences: Sentences = said.get("sentences", {})
    for wrong in sentence_faults(sentences, shipped):
        raise ProfileError(f"{path}: {wrong}")
    path = contacts_path(store)
    kept = _read(path)
    contacts: tuple[Contact, ...] | None = None
    if kept is not None:
        entries = [_dated(entry) for entry in kept.get("contacts", ())]
        for wrong in faults(entries, shipped.languages, today):
            raise ProfileError(f"{path}: {wrong}")
        contacts = contacts_of(entries)
        if not contacts:
            raise ProfileError(f"{path} holds no contact: people in danger need one.")
    changed = {name: _looked(pair) for name, pair in said.get("changed", {}).items()}
    return Edited(contacts, sentences, changed, _looked(said.get("looked", ["", ""])))


def laid_over(shipped: Profile, edited: Edited) -> Profile:
    """The profile with what the store says instead."""
    fixed = {
        tag: {**texts, **edited.sentences.get(tag, {})} for tag, texts in shipped.fixed.items()
    }
    contacts = shipped.contacts if edited.contacts is None else edited.contacts
    return replace(shipped, fixed=fixed, contacts=contacts)


def sentence_faults(sentences: Sentences, profile: Profile) -> Iterator[str]:
    """What is wrong with sentences that are to be said instead, each named."""
    for tag, said in sentences.items():
        for name, text in said.items():
            if tag not in profile.languages or name not in TEXT_KEYS:
                yield f"{name} in {tag!r} is no fixed sentence."
            elif wrong := next(_wrong(name, tag, text, profile), None):
                yield f"{name} in {tag!r} {wrong}."


def _wrong(name: str, tag: str, text: str, profile: Profile) -> Iterator[str]:
    if not text.strip():
        yield "is empty"
    if len(text) > MAX_SENTENCE_CHARS:
        yield f"is longer than {MAX_SENTENCE_CHARS} characters"
    for c in text:
        if unicodedata.category(c).startswith("C") and c not in _JOINERS:
            yield f"holds the hidden character U+{ord(c):04X}"
    script = LETTERS.get(tag)
    if script and not any(c.isalpha() and script in unicodedata.name(c, "") for c in text):
        yield "is not written in that language"
    try:
        named = _places(text)
    except ValueError:
        named = {"{"}
    wanted = _places(profile.texts(tag)[name])
    if named != wanted:
        yield f"must hold exactly {', '.join(f'{{{n}}}' for n in sorted(wanted)) or 'no {}'}"
    if name == "months" and len(text.split()) != 12:
        yield "must hold twelve names"
    if name == "referral" and len(text.split()) > MAX_REFERRAL_WORDS:
        yield f"is longer than {MAX_REFERRAL_WORDS} words"
    known = {found.key for c in profile.contacts for found in find_contacts(f"call {c.value}")}
    for found in find_contacts(text):
        if found.key not in known:
            yield f"names {found.value}, which is none of the contacts"


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def entry_of(contact: Contact) -> dict[str, Any]:
    """A contact as an entry; what it does not say is left out."""
    said = {each.name: getattr(contact, each.name) for each in fields(contact)}
    return {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in said.items()
        if value or name == "situations"
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in entry.items()}


def _dated(entry: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(entry)
    for name in _DAYS:
        if isinstance(said.get(name), str):
            said[name] = as_day(said[name])
    return said


def as_day(text: str) -> date | str:
    """A day like 2026-01-31; the text itself where it is none, for the checks to refuse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _looked(pair: Sequence[str]) -> Looked:
    who, day = pair
    return Looked(who, date.fromisoformat(day) if day else None)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ProfileError(f"{path} cannot be read: {error}.") from error
    if not isinstance(said, dict):
        raise ProfileError(f"{path} cannot be read: it is no JSON object.")
    return said


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """In one step, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def contacts_path(store: Path) -> Path:
    """Where a store keeps its own contacts."""
    return store / "contacts.json"


def sentences_path(store: Path) -> Path:
    """Where a store keeps its own fixed sentences."""
    return store / "sentences.json"
