from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest

from assistant import impact
from assistant.impact import Impact, NewContact, compare_pages
from ingest.contacts import FoundContact, find_contacts
from ingest.types import Page
from tests.builders import page

HOME = "https://example.org"
OFFICE = page("Call the office: +20 2 2736 5140.", url=f"{HOME}/office")
STAFF = page("Nobody is named here.", url=f"{HOME}/staff")


class Stored:
    """Pages of one version."""

    def __init__(self, *pages: Page) -> None:
        self._pages = {each.url: each for each in pages}

    def pages(self) -> Iterable[Page]:
        return self._pages.values()

    def page(self, url: str) -> Page | None:
        return self._pages.get(url)


def compared(
    before: Stored,
    after: Stored,
    links_before: Mapping[str, Sequence[str]] | None = None,
    links_after: Mapping[str, Sequence[str]] | None = None,
) -> Impact:
    return compare_pages(
        before,
        after,
        numbers=(1, 2),
        links_before=links_before or {},
        links_after=links_after or {},
    )


def changed(text: str) -> Page:
    return page(text, url=STAFF.url)


def test_a_contact_is_new_where_no_page_named_it() -> None:
    after = Stored(OFFICE, changed("Call +20 2 2736 5140 or +20 2 5555 0000."))

    [new] = compared(Stored(OFFICE, STAFF), after).contacts

    assert new == NewContact(STAFF.url, "phone", "+20 2 5555 0000", alarming=True)


def test_a_link_is_new_where_no_page_linked_to_it_or_named_it() -> None:
    before = Stored(OFFICE, changed("Read https://named.example/a."))
    was = {OFFICE.url: ["https://linked.example/b"], STAFF.url: []}
    now = {**was, STAFF.url: ["https://linked.example/b", "https://named.example/a"]}

    assert compared(before, before, was, now).contacts == ()
    now[STAFF.url].append("https://new.example/c")
    [new] = compared(before, before, was, now).contacts
    assert new == NewContact(STAFF.url, "link", "https://new.example/c", alarming=False)


def test_pages_of_before_are_read_no_further_than_to_the_contacts_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def reading(text: str) -> list[FoundContact]:
        read.append(text)
        return find_contacts(text)

    monkeypatch.setattr(impact, "find_contacts", reading)
    others = [page(f"Page {n}.", url=f"{HOME}/{n}") for n in range(9)]
    before = Stored(OFFICE, STAFF, *others)

    compared(before, Stored(OFFICE, changed("Nothing to call."), *others))
    assert read == ["Nothing to call."]

    read.clear()
    compared(before, Stored(OFFICE, changed("Call +20 2 2736 5140."), *others))
    assert read == ["Call +20 2 2736 5140.", OFFICE.text]
