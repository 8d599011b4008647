from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from assistant.errors import ProfileError
from assistant.profile import PROFILES, TEXT_KEYS, load_profile
from ingest.chunk import chunk_page
from ingest.language import detect_language


def test_the_shipped_profile_is_whole_in_both_languages() -> None:
    profile = load_profile("iom_egypt")

    assert profile.languages == ("en", "ar")
    for language in profile.languages:
        texts = profile.texts(language)
        assert texts.keys() >= TEXT_KEYS
        assert {detect_language(text) for text in texts.values()} == {language}
        assert len(profile.examples[language]) >= 3


def test_a_language_that_is_not_spoken_falls_back_to_the_first() -> None:
    profile = load_profile("iom_egypt")

    assert profile.speaks("fr") == "en"
    assert profile.texts("fr") == profile.texts("en")


def test_starter_pages_are_marked_as_samples_and_name_their_public_source() -> None:
    pages = load_profile("iom_egypt").starter_pages()

    assert len(pages) >= 15
    assert all(page.sample and page.url.startswith("https://egypt.iom.int/") for page in pages)
    assert len({page.url for page in pages}) == len(pages)
    assert {page.language for page in pages} == {"en", "ar"}
    assert all(page.language == detect_language(page.text) for page in pages)
    assert all(chunk_page(page) for page in pages)
    known = {page.url for page in pages}
    assert all(url in known for page in pages for url in page.alternates.values())


def test_contacts_say_where_they_were_published() -> None:
    for contact in load_profile("iom_egypt").contacts:
        assert re.fullmatch(r"\d{3,5}", contact.value)
        assert contact.label.keys() == {"en", "ar"}
        assert contact.source
        assert contact.checked


@pytest.mark.parametrize(
    ("file", "find", "put", "says"),
    [
        ("texts.ar.toml", "not_found =", "not_found_ =", "texts.ar.toml.* does not say not_found"),
        ("profile.toml", "home =", "homes =", "does not say 'home'"),
        ("profile.toml", "languages = [", "languages = ", "cannot be read"),
    ],
)
def test_a_profile_that_misses_something_says_what(
    tmp_path: Path, file: str, find: str, put: str, says: str
) -> None:
    folder = tmp_path / "other"
    shutil.copytree(PROFILES / "iom_egypt", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert find in text
    (folder / file).write_text(text.replace(find, put, 1), encoding="utf-8")

    with pytest.raises(ProfileError, match=says):
        load_profile(str(folder))


def test_a_folder_without_a_profile_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"no profile\.toml.*iom_egypt"):
        load_profile(str(tmp_path))
