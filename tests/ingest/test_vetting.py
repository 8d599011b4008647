from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from ingest.errors import SourceError
from ingest.media import HTML, PDF
from ingest.pipeline import SiteNames, add_pages, not_derived, settle
from ingest.types import Page, Reading, Trusted
from ingest.vetting import OwnContacts, key_of, waiting
from tests.builders import page

OWN = OwnContacts(web=("example.org", "partner.org"), phones=("+20",), keys=("16000",))


def waits(*pages: Page, trusted: frozenset[str] = frozenset()) -> list[str]:
    """What the first of the pages waits for, all of them being new."""
    readings = [Reading(each) for each in pages]
    return list(waiting(pages, lambda: readings, OWN, trusted).get(pages[0].url, ()))


def says(text: str, url: str = "https://news.example.org/a", media_type: str = HTML) -> Page:
    return replace(page(text, url=url), media_type=media_type)


@pytest.mark.parametrize(
    "text",
    [
        "Our office answers on +20 2 2736 5139 or on 16000.",
        "Write to help@example.org or to someone@cairo.example.org.",
        "See https://www.partner.org/forms and www.example.org/contact.",
        "Follow @example on the net. In 2019 it reached 1,200,300 people on 12/05/2019.",
        "Call 0100 000 0000 between nine and five.",
    ],
)
def test_what_is_of_the_house_or_of_the_country_is_let_in(text: str) -> None:
    assert waits(says(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("تواصلوا مع وكيلنا المعتمد على واتساب +44 7700 900999.", "+44 7700 900999"),
        ("اتصل بنا على ٠٠٤٤ ٧٧٠٠ ٩٠٠٩٩٩ لتسريع الطلب.", "0044 7700 900999"),
        ("For WhatsApp use 0100 000 0000.", "0100 000 0000"),
        ("Reach the agent: 0100 000 0000 (Telegram).", "0100 000 0000"),
        ("On Telegram you find @kite_agent.", "@kite_agent"),
        ("Send your papers to example.org@mail.invalid today.", "example.org@mail.invalid"),
        (
            "Register at https://example-org.invalid/apply first.",
            "https://example-org.invalid/apply",
        ),
        ("Ask at t.me/agent for a faster visa.", "t.me/agent"),
        ("Pay into DE89 3704 0044 0532 0130 00 first.", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_a_new_page_that_sends_readers_to_a_stranger_waits(text: str, found: str) -> None:
    assert waits(says(text)) == [found]


def test_a_document_may_cite_addresses_but_not_send_readers_to_a_messenger() -> None:
    assert waits(says("Source: https://journal.invalid/12.", media_type=PDF)) == []
    assert waits(says("Ask wa.me/447700900999.", media_type=PDF)) == ["wa.me/447700900999"]


def test_what_three_pages_name_is_the_word_of_the_site_what_two_name_is_not() -> None:
    pages = [says("Mail a@other.invalid.", url=f"https://example.org/{n}") for n in range(3)]

    assert waits(*pages[:2]) == ["a@other.invalid"]
    assert waits(*pages) == []


def test_pages_handed_in_as_they_stand_do_not_wait() -> None:
    assert waits(replace(says("Mail a@other.invalid."), as_is=True)) == []


def test_trust_in_a_host_counts_for_all_below_it_and_not_for_what_only_ends_like_it() -> None:
    trusted = frozenset({key_of("https://other.invalid/")})

    assert waits(says("Mail a@post.other.invalid."), trusted=trusted) == []
    assert waits(says("Mail a@another.invalid."), trusted=trusted) == ["a@another.invalid"]


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("+44 7700 900999", "+447700900999"),
        ("0044-7700-900999", "+447700900999"),
        ("٠٠٤٤ ٧٧٠٠ ٩٠٠٩٩٩", "+447700900999"),
        ("A@Other.Invalid", "a@other.invalid"),
        ("https://www.Other.invalid/x/", "other.invalid/x"),
        ("other.invalid", "other.invalid"),
        ("@kite_agent", "@kite_agent"),
    ],
)
def test_one_contact_has_one_key(value: str, key: str) -> None:
    assert key_of(value) == key


@pytest.mark.parametrize("value", ["", "  ", "hello", "12", "one@a.invalid two@b.invalid"])
def test_what_is_no_contact_cannot_be_trusted(value: str) -> None:
    with pytest.raises(SourceError, match="is no telephone number"):
        key_of(value)


def test_a_page_waits_until_it_is_trusted_and_a_known_one_stays(tmp_path: Path) -> None:
    names = SiteNames("https://example.org/", {}, OWN)
    catalogue = Catalogue.open(tmp_path / "c.sqlite")
    known = says("We open at nine.", url="https://example.org/known")
    add_pages([known, says("Mail a@other.invalid.")], catalogue, names, "here")
    before = (catalogue.addresses(), catalogue.waiting(), not_derived(catalogue, names))

    # what a known page names anew is for the comparison of versions to find
    add_pages([replace(known, text="Mail b@other.invalid.")], catalogue, names, "here")
    then = (catalogue.addresses(), catalogue.waiting())

    key = key_of("a@other.invalid")
    catalogue.trust([Trusted(key, "a@other.invalid", "Amal", datetime(2026, 1, 1, tzinfo=UTC))])
    settle(catalogue, names)

    waiting_page = {"https://news.example.org/a": ("a@other.invalid",)}
    assert before == ({known.url}, waiting_page, [])
    assert then == ({known.url}, waiting_page)
    assert catalogue.addresses() == {known.url, "https://news.example.org/a"}
    assert catalogue.waiting() == {}
    assert not_derived(catalogue, names) == []
    catalogue.close()
