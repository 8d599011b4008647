from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from ingest.chunk import chunk_page
from ingest.errors import StoreError
from ingest.types import Reading
from tests.builders import page, stored


def test_pages_and_chunks_come_back_as_they_were_stored(tmp_path: Path) -> None:
    one = page(
        "مرحباً. كيف الحال؟",
        url="https://example.org/ar",
        language="ar",
        published=date(2022, 8, 7),
        alternates={"en": "https://example.org/en"},
        page_starts=(0, 8),
    )
    catalogue = stored(tmp_path, one)

    assert list(catalogue.pages()) == [one]
    assert list(catalogue.chunks()) == chunk_page(one)
    assert catalogue.counts() == (1, 1)


def test_replacing_a_page_leaves_none_of_its_old_chunks(tmp_path: Path) -> None:
    catalogue = stored(tmp_path, page("Old one.\n\n## H\n\nOld two."))

    new = page("New.")
    catalogue.replace_pages([(new, chunk_page(new))], [])

    assert [chunk.text for chunk in catalogue.chunks()] == ["New."]


def test_a_failed_replacement_changes_nothing(tmp_path: Path) -> None:
    catalogue = stored(tmp_path, page("Stays."))
    twice = page("Twice.", url="https://example.org/b")

    with pytest.raises(StoreError):
        catalogue.replace_pages([(twice, chunk_page(twice) * 2)], ["https://example.org/a"])

    assert [known.text for known in catalogue.pages()] == ["Stays."]


def test_the_content_digest_sees_every_change_but_the_time_of_fetching(tmp_path: Path) -> None:
    first = stored(tmp_path / "1", page("Same."))
    later = stored(tmp_path / "2", page("Same."))
    other = stored(tmp_path / "3", page("Same.", title="Other"))

    assert first.content_digest() == later.content_digest()
    assert first.content_digest() != other.content_digest()


def test_a_snapshot_holds_the_pages_of_its_moment(tmp_path: Path) -> None:
    catalogue = stored(tmp_path, page("Then."))
    catalogue.snapshot(tmp_path / "snapshot.sqlite")
    now = page("Now.")
    catalogue.replace_pages([(now, chunk_page(now))], [])

    snapshot = Catalogue.open_snapshot(tmp_path / "snapshot.sqlite")

    assert [known.text for known in snapshot.pages()] == ["Then."]


def test_a_file_that_is_no_catalogue_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"no database at all" * 100)

    with pytest.raises(StoreError, match=r"catalogue\.sqlite cannot be used: it is damaged"):
        Catalogue.open(path)


def test_readings_are_kept_with_where_they_came_from(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "catalogue.sqlite")
    reading = Reading(page("Text."), frame=("Since 1991.",), links=("https://example.org/b",))

    catalogue.put_reading(reading, origin="folder", resource="file:///a", resource_digest="d")

    assert list(catalogue.readings()) == [reading]
    assert catalogue.read_already() == {"file:///a": (reading.page.url, "d")}
    assert catalogue.origins() == {reading.page.url: "folder"}
