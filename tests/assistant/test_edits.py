"""What the office changes of the profile: held to the same checks, shown without a restart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.audit import Audit, audit_path
from assistant.cli import main
from assistant.edits import Edits, contacts_path, entry_of, sentence_faults, sentences_path
from assistant.errors import InputError, ProfileError
from assistant.profile import Profile, load_profile
from assistant.settings import Settings
from assistant.upkeep import Upkeep

TODAY = date(2026, 6, 1)
ENTRY: Mapping[str, Any] = {
    "label": {"en": "Help for children", "ar": "مساعدة الأطفال"},
    "channel": "phone",
    "value": "+44 7700 900123",
    "situations": ["child"],
    "source": "a public page",
    "checked": date(2026, 5, 20),
    "expires": date(2100, 12, 31),
}


@pytest.fixture(scope="module")
def shipped() -> Profile:
    return load_profile("iom_egypt")


@pytest.fixture
def edits(tmp_path: Path, shipped: Profile) -> Edits:
    return Edits(tmp_path, shipped, today=lambda: TODAY)


def test_without_edits_the_profile_is_as_shipped(edits: Edits, shipped: Profile) -> None:
    assert edits.profile() == shipped


def test_contacts_take_the_place_of_the_profiles_in_every_process(
    edits: Edits, tmp_path: Path, shipped: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.edits._LOOK_AGAIN_S", 0.0)
    other = Edits(tmp_path, shipped, today=lambda: TODAY)

    edits.write_contacts([ENTRY])

    for each in (edits, other):
        assert [contact.value for contact in each.profile().contacts] == ["+44 7700 900123"]
    assert shipped.contacts != edits.profile().contacts
    assert entry_of(edits.profile().contacts[0]) == {**ENTRY, "situations": ("child",)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label": {"en": "Help"}}, "has no 'label' in 'ar'"),
        ({"label": {"en": "Help", "ar": "help"}}, "'label' in 'ar' that is not written in"),
        ({"label": {"en": "Help 16000", "ar": "مساعدة"}}, "has a number in its label"),
        ({"hours": {"en": "always"}}, "has no 'hours' in 'ar'"),
        ({"channel": "pigeon"}, "has the channel 'pigeon'"),
        ({"value": "call us"}, "has a value that is no phone"),
        ({"value": "٠١٠٠"}, "not written in ASCII"),
        ({"value": "0100\u200f200"}, r"hidden character U\+200F"),
        ({"value": ""}, "does not say 'value'"),
        ({"situations": ["hunger"]}, "is for 'hunger'"),
        ({"source": ""}, "does not say 'source'"),
        ({"checked": "yesterday"}, "has a 'checked' that is not a day"),
        ({"checked": date(2026, 6, 2)}, "a day that is still to come"),
        ({"expires": date(2026, 5, 31)}, "expired on 2026-05-31"),
        ({"reviewed": date(2026, 5, 30)}, "must say 'reviewed' and 'reviewed_by' together"),
    ],
)
def test_a_bad_contact_is_neither_saved_nor_read_and_is_named(
    edits: Edits, tmp_path: Path, shipped: Profile, change: Mapping[str, Any], says: str
) -> None:
    bad = {**ENTRY, "value": "16000", **change}

    with pytest.raises(ProfileError, match=f"Contact 2 .*{says}"):
        edits.write_contacts([ENTRY, bad])

    assert not contacts_path(tmp_path).exists()
    plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in bad.items()}
    contacts_path(tmp_path).write_text(json.dumps({"contacts": [plain]}), encoding="utf-8")
    with pytest.raises(ProfileError, match=f"contact 1 .*{says}"):
        Edits(tmp_path, shipped, today=lambda: TODAY)


def test_a_file_that_goes_bad_while_serving_changes_nothing(
    edits: Edits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.edits._LOOK_AGAIN_S", 0.0)
    edits.write_contacts([ENTRY])

    contacts_path(tmp_path).write_text('{"contacts": []}', encoding="utf-8")
    assert [contact.value for contact in edits.profile().contacts] == ["+44 7700 900123"]
    contacts_path(tmp_path).write_text("{", encoding="utf-8")
    assert [contact.value for contact in edits.profile().contacts] == ["+44 7700 900123"]


def test_nothing_starts_on_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contacts_path(tmp_path).write_text('{"contacts": []}', encoding="utf-8")

    assert main(["ask", "Why?", "--store", str(tmp_path)]) == 2

    assert "holds no contact" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tag", "name", "text", "says"),
    [
        ("en", "not_found", " ", "is empty"),
        ("ar", "not_found", "Nothing", "is not written in that language"),
        ("en", "not_found", "Noth\u202eing", r"hidden character U\+202E"),
        ("en", "not_found", "Call 01000000000 instead", "names 01000000000, which is none"),
        ("en", "not_found", "See https://help.example/now", "which is none of the contacts"),
        ("en", "not_found", "Nothing for {name}", "must hold exactly no"),
        ("en", "questions_kept", "Kept for some days", r"must hold exactly \{days\}"),
        ("en", "questions_kept", "Kept for {days", r"must hold exactly \{days\}"),
        ("en", "months", "January February", "twelve names"),
        ("en", "referral", "call " * 61, "is longer than 60 words"),
        ("en", "not_found", "x" * 601, "is longer than 600 characters"),
        ("fr", "not_found", "Rien", "is no fixed sentence"),
        ("en", "anything", "Words", "is no fixed sentence"),
    ],
)
def test_a_bad_sentence_is_refused_and_named(
    edits: Edits, tmp_path: Path, tag: str, name: str, text: str, says: str
) -> None:
    with pytest.raises(ProfileError, match=f"{name} in '{tag}' .*{says}"):
        edits.write_sentences("mona", {tag: {name: text}})

    assert not sentences_path(tmp_path).exists()


def test_every_shipped_sentence_passes(shipped: Profile) -> None:
    assert list(sentence_faults(shipped.fixed, shipped)) == []


def test_a_sentence_is_said_otherwise_and_as_shipped_again(edits: Edits, shipped: Profile) -> None:
    edits.write_sentences("mona", {"en": {"not_found": "It is not there."}})

    assert edits.texts("en")["not_found"] == "It is not there."
    assert edits.texts("en")["referral"] == shipped.texts("en")["referral"]
    assert edits.edited().changed["not_found"].who == "mona"
    edits.write_sentences("sami", {"en": {"not_found": shipped.texts("en")["not_found"]}})
    assert edits.profile() == shipped
    assert edits.edited().changed["not_found"].who == "sami"


def test_only_what_was_looked_at_is_saved_and_a_line_says_who(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path)
    upkeep = Upkeep(settings, load_profile(settings.profile))
    made = upkeep.preview_contacts([ENTRY])

    assert [contact.value for contact in upkeep.profile.contacts] != ["+44 7700 900123"]
    with pytest.raises(InputError, match="Look at what would change first"):
        upkeep.save_draft("mona", "0" * 64)
    upkeep.save_draft("mona", made.id)
    with pytest.raises(InputError, match="Look at what would change first"):
        upkeep.save_draft("mona", made.id)

    assert [contact.value for contact in upkeep.profile.contacts] == ["+44 7700 900123"]
    [line] = Audit(audit_path(tmp_path)).last(9)
    assert (line.who, line.what, line.about["added"]) == ("mona", "contacts", ["+44 7700 900123"])
    assert line.about["removed"] == ["15115", "15508", "16000"]


def test_every_fault_of_a_draft_is_told_at_once(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path)
    upkeep = Upkeep(settings, load_profile(settings.profile))

    with pytest.raises(InputError) as told:
        upkeep.preview_contacts([{**ENTRY, "source": ""}, {**ENTRY, "value": "x"}])

    assert [line[:10] for line in str(told.value).splitlines()] == ["Contact 1 ", "Contact 2 "]
    with pytest.raises(InputError, match="Leave at least one line"):
        upkeep.preview_contacts([])
    with pytest.raises(InputError, match="No sentence was changed"):
        upkeep.preview_sentences({"en": {}, "ar": {}})
