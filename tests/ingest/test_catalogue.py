from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from ingest.chunk import chunk_page
from ingest.errors import StoreError
from ingest.types import Reading, Validators, Visit
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

    visit = Visit("file:///a", reading.page.url, "d", "", Validators('"1"'), ("file:///b",))

    catalogue.put_reading(reading, origin="folder", visit=visit, reader=1)

    assert list(catalogue.readings()) == [reading]
    assert catalogue.visits(reader=1) == {"file:///a": visit}
    assert catalogue.origins() == {reading.page.url: "folder"}


def test_another_version_of_the_readers_knows_the_links_but_reads_again(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "catalogue.sqlite")
    left_out = Visit("https://example.org/", None, "d", "a listing", Validators('"1"'), ("x",))
    catalogue.put_visit(left_out, reader=1)

    assert catalogue.visits(reader=2) == {
        left_out.url: replace(left_out, digest="", validators=Validators())
    }


def test_a_forgotten_page_takes_what_is_remembered_of_its_resources_along(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "catalogue.sqlite")
    url = page("Text.").url
    visits = [Visit(url, url, "d"), Visit("https://example.org/copy", url, "d")]
    catalogue.put_reading(Reading(page("Text.")), origin="site", visit=visits[0], reader=1)
    catalogue.put_visit(visits[1], reader=1)
    catalogue.put_misses({url: 1})
    assert catalogue.visits(1)[url].misses == 1

    catalogue.drop_readings([url])

    assert catalogue.visits(1) == {}


def test_a_vector_takes_little_more_room_than_its_bytes(tmp_path: Path) -> None:
    with closing(stored(tmp_path)) as catalogue:
        empty = catalogue.path.stat().st_size
        catalogue.add_vectors("m", {f"{n:064}": bytes(1_024) for n in range(400)})
    size = (tmp_path / "catalogue.sqlite").stat().st_size - empty

    assert 400 * 1_024 < size < 400 * 2_000


def test_vectors_of_a_store_of_an_earlier_release_are_kept_and_added_to(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as before:
        before.execute(
            "CREATE TABLE vectors(model TEXT NOT NULL, digest TEXT NOT NULL, vector BLOB NOT NULL, "
            "PRIMARY KEY(model, digest)) WITHOUT ROWID"
        )
        before.execute("INSERT INTO vectors VALUES('m', 'old', x'01')")
        before.commit()

    with closing(stored(tmp_path)) as catalogue:
        catalogue.add_vectors("m", {"new": b"2"})

        assert catalogue.vectors("m", ["old", "new"]) == {"old": b"\x01", "new": b"2"}
