"""A contacts file with one bad entry starts nothing, and the message names the entry."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.contacts import SITUATIONS, read_contacts, remarks
from assistant.errors import ProfileError
from assistant.guards.danger import RULES
from assistant.guards.patterns import load_table
from assistant.profile import PROFILES
from assistant.types import Contact

TODAY = date(2026, 6, 1)
ENTRY = """
[[contact]]
label = { en = "Help for children", ar = "مساعدة الأطفال" }
channel = "phone"
value = "+44 7700 900123"
situations = ["child"]
source = "a public page"
checked = 2026-05-20
expires = 2026-12-31
hours = { en = "day and night", ar = "ليلاً ونهاراً" }
reviewed = 2026-05-30
reviewed_by = "protection officer"
"""


def read(tmp_path: Path, text: str, today: date = TODAY) -> tuple[Contact, ...]:
    path = tmp_path / "contacts.toml"
    path.write_text(text, encoding="utf-8")
    return read_contacts(path, ("en", "ar"), today)


def test_a_whole_entry_is_read_to_the_letter(tmp_path: Path) -> None:
    (contact,) = read(tmp_path, ENTRY)

    assert contact.value == "+44 7700 900123"
    assert contact.hours == {"en": "day and night", "ar": "ليلاً ونهاراً"}
    assert contact.reviewed == date(2026, 5, 30)
    assert contact.situations == ("child",)


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        (', ar = "مساعدة الأطفال"', "", "has no 'label' in 'ar'"),
        ('ar = "مساعدة الأطفال"', 'ar = " "', "has no 'label' in 'ar'"),
        ('ar = "مساعدة الأطفال"', 'ar = "children"', "'label' in 'ar' that is not written in"),
        (', ar = "ليلاً ونهاراً"', "", "has no 'hours' in 'ar'"),
        ("for children", "for children 0100200", "has a number in its label"),
        ("for children", "for chi\\u202Eldren", r"hidden character U\+202E"),
        ("+44 7700 900123", "+44\\u200F7700900123", r"hidden character U\+200F"),
        ("a public page", "a \\u2066page", r"hidden character U\+2066"),
        ("+44 7700 900123", "٠١٠٠", "not written in ASCII"),
        ("+44 7700 900123", "call us", "has a value that is no phone"),
        ("+44 7700 900123", "12", "has a value that is no phone"),
        ("+44 7700 900123", "16000;99", "has a value that is no phone"),
        ('"phone"', '"email"', "has a value that is no email"),
        ('"phone"', '"fax"', "has the channel 'fax'"),
        ('["child"]', '["children"]', "is for 'children'"),
        ("expires = 2026-12-31", "expires = 2026-05-31", "expired on 2026-05-31"),
        ("expires = 2026-12-31", "", "does not say 'expires'"),
        ("expires = 2026-12-31", 'expires = "2026-12-31"', "'expires' that is not a day"),
        ("checked = 2026-05-20", "checked = 2026-06-02", "a day that is still to come"),
        ("reviewed = 2026-05-30", "reviewed = 2026-06-30", "a day that is still to come"),
        ('reviewed_by = "protection officer"', "", "together"),
        ('source = "a public page"', 'source = ""', "does not say 'source'"),
        ("source =", "sources =", "says sources, which nothing reads"),
        ('value = "+44', 'number = "+44', "number, which nothing reads"),
    ],
)
def test_a_bad_entry_is_refused_by_its_number_and_value(
    tmp_path: Path, find: str, put: str, says: str
) -> None:
    assert find in ENTRY

    with pytest.raises(ProfileError, match=f"contact 1 .*{says}"):
        read(tmp_path, ENTRY.replace(find, put, 1))


def test_the_same_number_twice_and_no_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"contact 2 .*stands there twice"):
        read(tmp_path, ENTRY + ENTRY)
    with pytest.raises(ProfileError, match=r"holds no \[\[contact\]\]"):
        read(tmp_path, "")
    with pytest.raises(ProfileError, match="cannot be read"):
        read(tmp_path, "[[contact")


def test_whoever_keeps_the_contacts_is_told_after_60_days_and_after_120(tmp_path: Path) -> None:
    contacts = read(tmp_path, ENTRY)
    looked = date(2026, 5, 30)

    def said(days: int) -> list[str]:
        return [r for r in remarks(contacts, looked + timedelta(days)) if "last checked" in r]

    assert said(60) == []
    assert said(61) == [
        "The contact +44 7700 900123 (Help for children) was last checked 61 days ago."
    ]
    assert not contacts[0].is_old(looked + timedelta(120))
    assert contacts[0].is_old(looked + timedelta(121))
    assert said(121)[0].endswith("121 days ago and is marked as old.")


def test_what_is_near_its_end_or_for_nobody_is_said(tmp_path: Path) -> None:
    said = remarks(read(tmp_path, ENTRY), date(2026, 12, 30))

    assert any("expires in 1 days" in remark for remark in said)
    assert said[-1].startswith("No contact is named for: self_harm, captivity")


def test_the_shipped_lines_are_public_and_await_review() -> None:
    contacts = read_contacts(PROFILES / "iom_egypt" / "contacts.toml", ("en", "ar"), TODAY)

    assert [contact.value for contact in contacts] == ["16000", "15115", "15508"]
    assert all(contact.reviewed is None and contact.source for contact in contacts)
    assert sum("awaits review" in remark for remark in remarks(contacts, TODAY)) == 3


def test_the_situations_are_those_of_the_danger_rules() -> None:
    table = load_table(RULES)

    assert {entry["situation"] for entry in (*table["always"], *table["matter"])} <= set(SITUATIONS)
