"""What maintainers do from their desk. It reads here; whatever writes an index is a job of its own.

Every action is a line in the audit file: who, when, what, with the digests of files.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assistant.audit import Audit, Entry, audit_path
from assistant.bank import read_bank, write_bank
from assistant.build import catalogue_path
from assistant.contacts import contacts_of, faults
from assistant.edits import Edited, Edits, Entries, Sentences, laid_over, sentence_faults
from assistant.errors import AssistantError, InputError
from assistant.jobs import Job, Jobs
from assistant.profile import BankQuestion, Profile
from assistant.schedule import Refresh, Schedule, schedule_path
from assistant.settings import Settings
from assistant.switch import Off, read_switch, switch_off, switch_on
from assistant.uploads import Upload, Uploads, uploads_path
from ingest.catalogue import Catalogue
from ingest.pipeline import READING_VERSION, waits_for
from ingest.types import Exclusion, Page
from vectorstore.versions import Hold, Manifest, held, pages_path, published_number, versions

_LOOK_S = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page of the store, or an address that is none, and why.

    Attributes:
        state: "published", "left_out" (on purpose), "failed" (in the last run).
        reason: why it is not published.
    """

    url: str
    title: str = ""
    language: str = ""
    published: date | None = None
    fetched_at: datetime | None = None
    state: str = "published"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Releases:
    """The index versions there are.

    Attributes:
        current: number of the one that answers; 0 where none does.
        last: what the last ingest said of itself, if it is known.
        waiting: address of each new page that is held for review to the contacts it names.
    """

    current: int
    kept: tuple[Manifest, ...]
    hold: Hold | None
    last: Mapping[str, Any] | None
    waiting: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """Contacts or fixed sentences as somebody would have them; only what was looked at is saved."""

    kind: str
    entries: Entries = ()
    sentences: Sentences = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Names it by its content."""
        content = json.dumps([self.kind, self.entries, self.sentences], default=str, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def over(self, profile: Profile) -> Profile:
        """A profile as it would be."""
        if self.kind == "contacts":
            return replace(profile, contacts=contacts_of(self.entries))
        return laid_over(profile, Edited(sentences=self.sentences))


class Upkeep:
    """The maintainers' side of one store.

    Args:
        profile: as it was delivered.
    """

    def __init__(self, settings: Settings, profile: Profile, jobs: Jobs | None = None) -> None:
        self._edits = Edits(settings.store, profile)
        self._draft: Draft | None = None
        self._store = settings.store
        self._audit = Audit(audit_path(settings.store))
        self._uploads = Uploads(uploads_path(settings.store))
        self._jobs = jobs or Jobs(settings, self._ended)
        self._schedule = Schedule(schedule_path(settings.store))

    @property
    def profile(self) -> Profile:
        """Whom the assistant speaks for, with what the office changed."""
        return self._edits.profile()

    # -- work ------------------------------------------------------------------------------------

    def job(self) -> Job | None:
        """The job under way, or the last one of this process."""
        return self._jobs.current()

    def preview(
        self, who: str, sources: Sequence[str], files: Sequence[str], *, crawl: bool, prune: bool
    ) -> None:
        """Find out what bringing these in would change; nothing is changed.

        Args:
            files: ids of uploads.

        Raises:
            InputError: there is nothing to bring in, or other work is under way.
        """
        uploads = [self._uploads.get(upload_id) for upload_id in files]
        if not sources and not uploads:
            raise InputError("There is nothing to bring in: give an address or a file.")
        for source in sources:
            if not source.startswith(("http://", "https://")):
                raise InputError(f"{source} is no address: it starts with https:// or http://.")
        self._start(
            who,
            {
                "do": "ingest",
                "sources": [*sources, *(str(upload.path) for upload in uploads)],
                "crawl": crawl,
                "prune": prune,
                "dry_run": True,
                "files": [{"name": u.name, "sha256": u.digest} for u in uploads],
            },
        )

    def bring_in(self, who: str) -> None:
        """Do what was previewed last.

        Raises:
            InputError: nothing was, or other work is under way.
        """
        job = self._jobs.current()
        if job is None or job.result is None or not job.asked.get("dry_run"):
            raise InputError("Look at what would change first.")
        self._start(who, {**job.asked, "dry_run": False})

    def fetch_again(self, who: str, url: str) -> None:
        """Fetch one page anew; what must be looked at first is held back as ever."""
        self._start(who, {"do": "ingest", "sources": [url]})

    def exclude(self, who: str, pattern: str, reason: str) -> None:
        """Take addresses out for good, with a reason."""
        if not reason.strip():
            raise InputError("Say why: whoever comes later will ask.")
        self._start(who, {"do": "exclude", "pattern": pattern, "reason": reason, "by": who})

    def trust(self, who: str, contacts: Sequence[str]) -> None:
        """Vouch for contacts, so that pages which name them are let in."""
        self._start(who, {"do": "trust", "contacts": list(contacts), "by": who})

    def include(self, who: str, pattern: str) -> None:
        """Let excluded addresses in again."""
        self._start(who, {"do": "include", "pattern": pattern})

    def publish_held(self, who: str) -> None:
        """Answer from the version that was held back."""
        self._start(who, {"do": "publish"})

    def discard_held(self, who: str) -> None:
        """Drop the version that was held back."""
        self._start(who, {"do": "discard"})

    def roll_back(self, who: str, version: int) -> None:
        """Answer from an earlier version again."""
        self._start(who, {"do": "roll_back", "version": version})

    def cancel(self, who: str) -> None:
        """Stop the work under way."""
        self._audit.note(who, "cancel")
        self._jobs.cancel()

    def upload(self, who: str, name: str, content: bytes) -> Upload:
        """Keep a file to be brought in.

        Raises:
            InputError: it is not what can be read here.
        """
        upload = self._uploads.accept(name, content)
        self._audit.note(who, "upload", name=upload.name, sha256=upload.digest, bytes=upload.size)
        return upload

    # -- what there is ---------------------------------------------------------------------------

    def releases(self) -> Releases:
        """The versions, the one that answers, the one that waits."""
        last = self._last_result()
        kept = tuple(versions(self._store))
        current, hold = published_number(self._store), held(self._store)
        return Releases(current, kept, hold, last, self._waiting())

    def rows(self) -> list[PageRow]:
        """Every page and every address that was left out or failed, by address."""
        rows: list[PageRow] = []
        if published_number(self._store):
            with closing(Catalogue.open_snapshot(pages_path(self._store))) as pages:
                rows += [
                    PageRow(p.url, p.title, p.language, p.published, p.fetched_at)
                    for p in pages.pages()
                ]
        if catalogue_path(self._store).exists():
            with closing(Catalogue.open(catalogue_path(self._store))) as catalogue:
                visits = catalogue.visits(READING_VERSION)
            rows += [
                PageRow(url, state="left_out", reason=waits_for(contacts))
                for url, contacts in self._waiting().items()
            ]
            rows += [
                PageRow(visit.url, state="left_out", reason=visit.reason)
                for visit in visits.values()
                if visit.page is None and visit.reason
            ]
        last = self._last_result() or {}
        rows += [
            PageRow(failed["url"], state="failed", reason=failed["error"])
            for failed in last.get("failed", ())
        ]
        return rows

    def page(self, url: str) -> Page:
        """A stored page.

        Raises:
            InputError: it is not published.
        """
        with closing(Catalogue.open_snapshot(pages_path(self._store))) as pages:
            page = pages.page(url)
        if page is None:
            raise InputError(f"{url} is not in the store.")
        return page

    def exclusions(self) -> list[Exclusion]:
        """What stays out, with who, when and why."""
        if not catalogue_path(self._store).exists():
            return []
        with closing(Catalogue.open(catalogue_path(self._store))) as catalogue:
            return catalogue.exclusions()

    def audited(self, count: int) -> list[Entry]:
        """The newest lines of the audit file."""
        return self._audit.last(count)

    # -- without a job ---------------------------------------------------------------------------

    def switched_off(self) -> Off | None:
        """Why nobody is answered; None while everybody is."""
        return read_switch(self._store)

    def switch_off(self, who: str, message: Mapping[str, str]) -> None:
        """Answer nobody but people in danger, and say why in every language.

        Raises:
            InputError: a language has no message, or a message is too long.
        """
        if not all(message.get(tag, "").strip() for tag in self.profile.languages):
            raise InputError("Say why in every language.")
        off = switch_off(self._store, message)
        self._audit.note(who, "switch_off", message=dict(off.message))

    def switch_on(self, who: str) -> None:
        """Answer everybody again."""
        switch_on(self._store)
        self._audit.note(who, "switch_on")

    # -- what people are told --------------------------------------------------------------------

    def edited(self) -> Edited:
        """What the office changed of the profile, who and when."""
        return self._edits.edited()

    def preview_contacts(self, entries: Entries) -> Draft:
        """How the public would see these lines; nothing is changed.

        Raises:
            InputError: entries cannot be used; every one of them is named.
        """
        if not entries:
            raise InputError("Leave at least one line: people in danger need one.")
        wrong = list(faults(entries, self.profile.languages, datetime.now(UTC).date()))
        if wrong:
            raise InputError("\n".join(f"{line[0].upper()}{line[1:]}" for line in wrong))
        return self._drafted(Draft("contacts", entries=tuple(entries)))

    def preview_sentences(self, sentences: Sentences) -> Draft:
        """Which fixed sentences would be said otherwise; nothing is changed.

        Raises:
            InputError: sentences cannot be used, or none is another.
        """
        now = self.profile
        other = {
            tag: {name: text for name, text in said.items() if text != now.texts(tag).get(name)}
            for tag, said in sentences.items()
        }
        if not any(other.values()):
            raise InputError("No sentence was changed.")
        if wrong := list(sentence_faults(other, now)):
            raise InputError("\n".join(f"{line[0].upper()}{line[1:]}" for line in wrong))
        return self._drafted(Draft("sentences", sentences=other))

    def save_draft(self, who: str, draft_id: str) -> Draft:
        """Say from now on what was looked at last.

        Raises:
            InputError: something else was, or nothing.
            ProfileError: it cannot be used any more.
        """
        draft = self._draft
        if draft is None or draft.id != draft_id:
            raise InputError("Look at what would change first.")
        about: dict[str, Any] = {"sha256": draft.id}
        if draft.kind == "contacts":
            before = {contact.value for contact in self.profile.contacts}
            self._edits.write_contacts(draft.entries)
            after = {contact.value for contact in self.profile.contacts}
            about |= {"added": sorted(after - before), "removed": sorted(before - after)}
            about["contacts"] = [contact.value for contact in self.profile.contacts]
        else:
            self._edits.write_sentences(who, draft.sentences)
            about["sentences"] = [f"{n} ({tag})" for tag, s in draft.sentences.items() for n in s]
        self._audit.note(who, draft.kind, **about)
        self._draft = None
        return draft

    def look_through_sentences(self, who: str) -> None:
        """Note that somebody read all fixed sentences today."""
        self._edits.look_through(who)
        self._audit.note(who, "looked_through")

    def _drafted(self, draft: Draft) -> Draft:
        self._draft = draft
        return draft

    # -- questions and times ---------------------------------------------------------------------

    def bank(self) -> list[BankQuestion]:
        """The questions that a refresh is tried with."""
        return read_bank(self._store, self.profile)

    def save_bank(self, who: str, questions: Sequence[BankQuestion]) -> None:
        """Put others in their place.

        Raises:
            InputError: there are too many.
        """
        write_bank(self._store, questions)
        self._audit.note(who, "question_bank", questions=len(questions))

    def refreshes(self) -> list[Refresh]:
        """Which sites are fetched again by themselves, and how often."""
        return self._schedule.read()

    def save_refreshes(self, who: str, refreshes: Sequence[Refresh]) -> None:
        """Put others in their place."""
        self._schedule.write(refreshes)
        self._audit.note(who, "schedule", sources=[r.source for r in refreshes])

    def refresh_what_is_due(self) -> None:
        """Begin the refresh that has waited longest past its day; none while work is under way."""
        due = self._schedule.due(datetime.now(UTC))
        if due is not None:
            try:
                asked = {"do": "ingest", "sources": [due.source], "crawl": True}
                self._start("schedule", asked)
            except InputError:
                return  # a person's work came first; the next minute tries again
            self._schedule.done(due, datetime.now(UTC))

    def keep_schedule(self) -> None:
        """Look every minute, from now on, whether a refresh is due."""

        def look() -> None:
            while True:
                time.sleep(_LOOK_S)
                try:
                    self.refresh_what_is_due()
                except (AssistantError, OSError) as error:
                    log.error("no refresh: %s", type(error).__name__)

        threading.Thread(target=look, daemon=True, name="schedule").start()

    # -- parts -----------------------------------------------------------------------------------

    def _start(self, who: str, asked: Mapping[str, Any]) -> None:
        self._jobs.start(asked, who)
        about = {name: value for name, value in asked.items() if name != "do"}
        self._audit.note(who, str(asked["do"]), state="begun", **about)

    def _ended(self, job: Job) -> None:
        about: dict[str, Any] = {"state": str(job.state)}
        result = job.result or {}
        about |= {k: result[k] for k in _AUDITED if k in result}
        if job.error:
            about["error"] = job.error
        if "sources" in job.asked:
            about["sources"] = job.asked["sources"]
        self._audit.note(job.who, str(job.asked["do"]), **about)
        if job.asked["do"] == "ingest" and job.result is not None:
            path = _result_path(self._store)
            temporary = path.with_name(f".{path.name}")
            temporary.write_text(json.dumps(job.result, ensure_ascii=False), encoding="utf-8")
            temporary.replace(path)

    def _waiting(self) -> Mapping[str, Sequence[str]]:
        if not catalogue_path(self._store).exists():
            return {}
        with closing(Catalogue.open(catalogue_path(self._store))) as catalogue:
            return catalogue.waiting()

    def _last_result(self) -> dict[str, Any] | None:
        """What the last ingest said of itself, a dry run included."""
        try:
            said = json.loads(_result_path(self._store).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return said if isinstance(said, dict) else None


_AUDITED = ("dry_run", "added", "updated", "removed", "index_version")


def _result_path(store: Path) -> Path:
    return store / "last-ingest.json"
