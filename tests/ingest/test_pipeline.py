"""Sources to a report, with readers that are a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from ingest.errors import NothingToKeep, Unreachable
from ingest.pipeline import Report, SiteNames, Skipped, add_pages, ingest, remove, settle
from ingest.types import Failure, Page, Reading, Resource
from tests.builders import FETCHED, page

NAMES = SiteNames("https://example.org/", {"en": "About Example"})
BLURB = "Example has been present in the country since 1991."


class Web:
    """A site by address: text is a page, an exception is what its reader raises."""

    def __init__(self, **pages: str | Exception | Failure) -> None:
        self.pages = pages
        self.read_count = 0

    def discover(self, source: str) -> Iterator[Resource | Failure]:
        for name, content in self.pages.items():
            url = f"https://example.org/{name}"
            if isinstance(content, Failure):
                yield replace(content, url=url)
            else:
                yield Resource(url, str(content).encode(), "text/html", FETCHED)

    def read(self, resource: Resource) -> Reading:
        self.read_count += 1
        content = self.pages[resource.url.rsplit("/", 1)[1]]
        if isinstance(content, Exception):
            raise content
        assert isinstance(content, str)
        canonical, _, text = content.rpartition("|")
        return Reading(page(text, url=canonical or resource.url), frame=(BLURB,))

    def ingest(self, catalogue: Catalogue, *, prune: bool = False) -> Report:
        return ingest(
            ["the site"],
            catalogue,
            discover=self.discover,
            read=self.read,
            names=NAMES,
            prune=prune,
        )


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.open(tmp_path / "catalogue.sqlite")


def texts(catalogue: Catalogue) -> dict[str, str]:
    return {p.url.removeprefix("https://example.org/"): p.text for p in catalogue.pages()}


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed


def test_pages_come_in_and_the_frame_is_kept_once(catalogue: Catalogue) -> None:
    report = Web(a="One page.", b="Another page.").ingest(catalogue)

    assert counts(report) == (2, 0, 0, 0)
    assert (report.pages, report.chunks) == (3, 3)
    assert texts(catalogue) == {"a": "One page.", "b": "Another page.", "#about-en": BLURB}


def test_what_has_not_changed_is_not_read_again(catalogue: Catalogue) -> None:
    web = Web(a="One page.", b="Another page.")
    web.ingest(catalogue)
    digest = catalogue.content_digest()
    web.pages["b"] = "Another text."

    report = web.ingest(catalogue)

    assert counts(report) == (0, 1, 1, 0)
    assert web.read_count == 3
    assert catalogue.content_digest() != digest


def test_the_order_of_ingesting_leaves_no_trace(tmp_path: Path) -> None:
    pages = {name: f"Page {name}. It has its own words." for name in "abcdefgh"}
    forth, back = (Catalogue.open(tmp_path / name) for name in ("forth", "back"))

    Web(**pages).ingest(forth)
    for name in reversed(pages):
        Web(**{name: pages[name]}).ingest(back)

    assert forth.content_digest() == back.content_digest()


def test_a_copy_that_names_another_page_is_skipped(catalogue: Catalogue) -> None:
    report = Web(a="One page.", copy="https://example.org/a|One page.").ingest(catalogue)

    assert report.skipped == [
        Skipped(
            "https://example.org/copy",
            "the same page as https://example.org/a, which is already in",
        )
    ]
    assert counts(report) == (1, 0, 0, 0)


def test_what_is_not_meant_to_be_kept_is_skipped_and_what_breaks_has_failed(
    catalogue: Catalogue,
) -> None:
    gone = Failure("", Unreachable("nothing answers"))

    report = Web(a="One page.", b=NothingToKeep("lists other pages only"), c=gone).ingest(catalogue)

    assert report.skipped == [Skipped("https://example.org/b", "lists other pages only")]
    assert [(f.url, str(f.error)) for f in report.failed] == [
        ("https://example.org/c", "nothing answers")
    ]
    assert report.added == 1


def test_prune_takes_out_what_is_gone_but_never_after_a_failure(catalogue: Catalogue) -> None:
    Web(a="One page.", b="Another page.").ingest(catalogue)
    broken = Web(a="One page.", c=Failure("", Unreachable("nothing answers")))

    kept = broken.ingest(catalogue, prune=True)
    pruned = Web(a="One page.").ingest(catalogue, prune=True)

    assert kept.removed == 0
    assert pruned.removed == 1
    assert set(texts(catalogue)) == {"a", "#about-en"}


def test_starter_pages_step_aside_for_the_first_real_page(catalogue: Catalogue) -> None:
    sample = page("A sample page.", url="https://example.org/s", sample=True, as_is=True)
    add_pages([sample], catalogue, NAMES, "profile:x")
    assert set(texts(catalogue)) == {"s"}

    report = Web(a="One page.").ingest(catalogue)

    assert counts(report) == (1, 0, 0, 1)
    assert set(texts(catalogue)) == {"a", "#about-en"}


def test_starter_pages_stay_when_nothing_came(catalogue: Catalogue) -> None:
    sample = page("A sample page.", url="https://example.org/s", sample=True, as_is=True)
    add_pages([sample], catalogue, NAMES, "profile:x")

    Web(c=Failure("", Unreachable("nothing answers"))).ingest(catalogue)

    assert set(texts(catalogue)) == {"s"}


def test_removing_says_what_was_not_there(catalogue: Catalogue) -> None:
    Web(a="One page.").ingest(catalogue)

    missing = remove(["https://example.org/a", "https://example.org/x"], catalogue, NAMES)

    assert missing == ["https://example.org/x"]
    assert texts(catalogue) == {}


def test_text_handed_in_as_it_stands_is_stored_to_the_letter(catalogue: Catalogue) -> None:
    odd: Page = page("  Two  spaces.\r\nAnd e\u0301.\n\n", as_is=True)

    add_pages([odd], catalogue, NAMES, "pages.jsonl")

    assert catalogue.page(odd.url) == odd


def test_pages_are_derived_again_only_when_a_reading_came_or_went(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(a="One says this.", b="Two says that.")
    web.ingest(catalogue)
    looked: list[str] = []
    readings = catalogue.readings
    monkeypatch.setattr(catalogue, "readings", lambda: looked.append("all") or readings())

    assert web.ingest(catalogue).unchanged == 2
    assert looked == []
    web.pages["b"] = "Two says something else."
    assert web.ingest(catalogue).changes["updated"] == ("https://example.org/b",)
    assert looked == ["all"]
    remove(["https://example.org/b"], catalogue, NAMES)
    settle(catalogue, SiteNames("https://example.org/", {"en": "Another title"}))
    assert looked == ["all"] * 3
    assert catalogue.page("https://example.org/#about-en").title == "Another title"  # type: ignore[union-attr]
    settle(catalogue, SiteNames("https://example.org/", {"en": "Another title"}))
    settle(catalogue, SiteNames("https://example.org/", {"en": "Another title"}), anew=True)
    assert looked == ["all"] * 4
