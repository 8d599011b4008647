"""What publishing a new index version would change, and whether a person must look at it first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol
from urllib.parse import urlsplit

from assistant.profile import BankQuestion
from assistant.types import Answer, Citation, Kind
from ingest.contacts import find_contacts, link_key
from ingest.types import Page

BRAKE_SHARE = 0.2  # of the pages that answer; more vanishing looks like a site in trouble,
BRAKE_PAGES = 3  # but so many may always vanish
BRAKE_ANSWERS_SHARE = 0.1  # of the question bank
BRAKE_ANSWERS = 2
_NAMED = 3  # so many examples stand in a reason

Ask = Callable[[str], Answer]


class Pages(Protocol):
    """The pages of one version."""

    def pages(self) -> Iterable[Page]:
        """All of them, by address."""
        ...

    def page(self, url: str) -> Page | None:
        """The page at one address."""
        ...


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question of the bank that is answered differently now; the answers as a person reads them.

    Attributes:
        counts: it ends otherwise or begins with another sentence, and not merely because a source
            came in that was not there before.
    """

    question: str
    language: str
    before: str
    after: str
    status_before: str
    status_after: str
    counts: bool


@dataclass(frozen=True, slots=True)
class BrokenCitation:
    """A quote of an answer of before that no longer stands on its page."""

    question: str
    url: str
    quote: str
    page_is_gone: bool


@dataclass(frozen=True, slots=True)
class NewContact:
    """A way to reach someone that no page named or linked to before.

    Attributes:
        url: the first page that does now.
        kind: "phone", "email", "link", "handle" or "account".
        alarming: it stands in the text of a page that was there before.
        pages: how many do.
    """

    url: str
    kind: str
    value: str
    alarming: bool
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Impact:
    """The difference between the published version and a new one.

    Attributes:
        before, after: their numbers.
        pages: how many the published one has; starter pages do not count.
        vanished: those of them that the new one has not.
        asked: how many questions of the bank were asked.
    """

    before: int
    after: int
    pages: int = 0
    vanished: tuple[str, ...] = ()
    asked: int = 0
    answers: tuple[AnswerChange, ...] = ()
    citations: tuple[BrokenCitation, ...] = ()
    contacts: tuple[NewContact, ...] = ()

    def reasons_to_hold(self) -> tuple[str, ...]:
        """Why a person must look first, in sentences; none if nobody must."""
        reasons: list[str] = []
        if len(self.vanished) > max(BRAKE_PAGES, BRAKE_SHARE * self.pages):
            reasons.append(
                f"{len(self.vanished)} of the {self.pages} pages would vanish, "
                f"among them {_some(self.vanished)}."
            )
        changed = [change.question for change in self.answers if change.counts]
        if len(changed) > max(BRAKE_ANSWERS, BRAKE_ANSWERS_SHARE * self.asked):
            reasons.append(
                f"{len(changed)} of the {self.asked} questions of the bank would be answered "
                f"differently, among them {_some(changed)}."
            )
        for contact in self.contacts:
            if contact.alarming:
                reasons.append(f"{contact.url} names a new {contact.kind}: {contact.value}.")
        return tuple(reasons)


def compare_pages(
    before: Pages,
    after: Pages,
    *,
    numbers: tuple[int, int],
    links_before: Mapping[str, Sequence[str]],
    links_after: Mapping[str, Sequence[str]],
    newcomers: Set[str] = frozenset(),
) -> Impact:
    """What becomes of the pages.

    Args:
        links_before, links_after: address of a page to what it links to.
        newcomers: pages of sources that the version before knows nothing of; what they name is
            shown and alarms nobody.
    """
    known = {page.url: page for page in before.pages() if not page.sample}
    now = {page.url: page for page in after.pages() if not page.sample}
    contacts: dict[Key, NewContact] = {}
    for url, page in now.items():
        old = known.get(url)
        found = {} if old is not None and old.text == page.text else _contacts_of(page)
        in_text = dict.fromkeys(found, old is not None and url not in newcomers)
        own = links_after.get(url, ())
        links = {} if own == links_before.get(url) else _foreign_links(url, own)
        for key, value in {**links, **found}.items():
            if (seen := contacts.get(key)) is None:
                contacts[key] = NewContact(url, key[0], value, in_text.get(key, False))
            else:
                alarming = seen.alarming or in_text.get(key, False)
                contacts[key] = replace(seen, alarming=alarming, pages=seen.pages + 1)
    for key in _named(contacts.keys(), known.values(), links_before.values()):
        del contacts[key]
    return Impact(
        *numbers,
        pages=len(known),
        vanished=tuple(sorted(known.keys() - now.keys())),
        contacts=tuple(contacts.values()),
    )


def compare_answers(
    impact: Impact,
    bank: Iterable[BankQuestion],
    ask_before: Ask,
    ask_after: Ask,
    after: Pages,
    *,
    newcomers: Set[str] = frozenset(),
    progress: Callable[[int], None] = lambda asked: None,
) -> Impact:
    """The same with what becomes of the answers to the bank's questions.

    Args:
        newcomers: as for `compare_pages`.
        progress: called with how many were asked so far.
    """
    answers: list[AnswerChange] = []
    citations: list[BrokenCitation] = []
    asked = 0
    for asked, entry in enumerate(bank, start=1):
        old, new = ask_before(entry.question), ask_after(entry.question)
        citations.extend(_broken(entry.question, old.citations, after))
        if (old.status, _words(old)) != (new.status, _words(new)):
            answers.append(
                AnswerChange(
                    entry.question,
                    entry.language,
                    before=old.text,
                    after=new.text,
                    status_before=str(old.status),
                    status_after=str(new.status),
                    counts=(old.status, _words(old)[:1]) != (new.status, _words(new)[:1])
                    and not any(citation.url in newcomers for citation in new.citations),
                )
            )
        progress(asked)
    return replace(impact, asked=asked, answers=tuple(answers), citations=tuple(citations))


Key = tuple[str, str]
"""Kind and key of a contact."""


def _contacts_of(page: Page) -> dict[Key, str]:
    return {(c.kind, c.key): c.value for c in find_contacts(page.text)}


def _named(wanted: Set[Key], pages: Iterable[Page], links: Iterable[Sequence[str]]) -> Set[Key]:
    """Those of the contacts that the pages name or link to; looks no further than it must."""
    missing = set(wanted)
    linked = (_foreign_links("", own).keys() for own in links)
    there = chain(linked, (_contacts_of(page).keys() for page in pages))
    while missing and (keys := next(there, None)) is not None:
        missing -= keys
    return wanted - missing


def _foreign_links(url: str, links: Iterable[str]) -> dict[Key, str]:
    """Links that lead away from the page's own site."""
    own = urlsplit(url).netloc
    return {("link", link_key(link)): link for link in links if urlsplit(link).netloc != own}


def _broken(question: str, citations: Sequence[Citation], after: Pages) -> Iterable[BrokenCitation]:
    for citation in citations:
        page = after.page(citation.url)
        if page is None or citation.quote not in page.text:
            yield BrokenCitation(question, citation.url, citation.quote, page is None)


def _words(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences if sentence.kind is not Kind.NOTICE]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED])
