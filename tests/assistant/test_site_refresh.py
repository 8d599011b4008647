"""A site that changes, loses pages, goes down and is attacked, crawled again by the maintainer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.maintain import Maintainer, Outcome
from assistant.profile import load_profile
from assistant.settings import Settings
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from ingest.errors import Unreachable
from ingest.polite import Pace
from tests.builders import WordsEmbedder
from tests.ingest.web import Answer, Web, html, moved, serve
from vectorstore.published import Published
from vectorstore.retriever import HybridRetriever
from vectorstore.versions import held, published_number

LETTERS = [f"/{letter}" for letter in "abcdefghij"]


class Site:
    """A site whose pages a test changes between crawls."""

    def __init__(self, web: Web, store: Path) -> None:
        self.web = web
        self.store = store
        self.pages: dict[str, Answer | str] = {
            letter: html(f"Hall {letter[1:] * 3} has a red door.") for letter in LETTERS
        }
        self.pages["/"] = html("Home of the halls.", *LETTERS)
        web.site = self.pages.get
        settings = Settings(store=store, private_hosts=frozenset({web.host}))
        profile = replace(load_profile("iom_egypt"), questions=store / "none")
        self.maintainer = Maintainer(settings, profile)
        self.maintainer.__dict__["_embedder"] = WordsEmbedder()

    def crawl(self, *, prune: bool = False) -> Outcome:
        return self.maintainer.ingest([self.web.home], crawl=True, prune=prune)

    def found(self, query: str) -> list[str]:
        """Paths of the pages that a search finds, best first."""
        live = Published(
            self.store,
            embedder_id="words/1",
            chunking=CHUNKING,
            open_pages=Catalogue.open_snapshot,
        )
        passages = HybridRetriever(live, WordsEmbedder()).search(query, 20).passages
        return ["/" + p.chunk.url.removeprefix(self.web.home) for p in passages]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serve({}) as web:
        made = Site(web, tmp_path / "store")
        made.crawl()
        yield made


def test_what_changed_moved_and_went_is_so_in_every_index(site: Site) -> None:
    site.pages["/a"] = html("Hall aaa has a green door.")
    site.pages["/b"] = Answer(status=410)
    site.pages["/c"] = moved("/c-new")
    site.pages["/c-new"] = html("Hall ccc has a red door.")

    outcome = site.crawl()

    assert outcome.held is None
    assert outcome.impact is not None
    assert [url[-2:] for url in outcome.impact.vanished] == ["/b", "/c"]
    assert site.found("green door")[0] == "/a"
    found = site.found("red door of a hall")
    assert "/b" not in found
    assert "/c" not in found
    assert "/c-new" in found


@pytest.mark.parametrize("prune", [False, True])
def test_when_a_third_of_the_site_is_gone_the_old_index_answers(site: Site, prune: bool) -> None:
    for letter in LETTERS[:4]:
        site.pages[letter] = Answer(status=404)

    outcome = site.crawl(prune=prune)

    assert outcome.held is not None
    assert "4 of the 11 pages would vanish" in outcome.held.reasons[0]
    assert outcome.report.removed == 4
    assert published_number(site.store) == 1
    assert set(LETTERS[:4]) <= set(site.found("red door"))

    for letter in LETTERS[:4]:  # the site is mended
        site.pages[letter] = html(f"Hall {letter[1:] * 3} has a red door.")
    assert site.crawl().held is None
    assert held(site.store) is None


def test_what_is_discarded_is_asked_for_again(site: Site) -> None:
    for letter in LETTERS[:4]:
        site.pages[letter] = Answer(status=404)
    site.pages["/j"] = html("Hall jjj has a blue door.")
    site.crawl()

    site.maintainer.discard_held()
    again = site.crawl()

    assert again.held is not None
    assert (again.report.removed, again.report.updated) == (4, 1)
    site.maintainer.publish_held()
    assert site.found("blue door")[0] == "/j"
    assert "/a" not in site.found("red door")


def test_a_site_that_is_down_changes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "back_off", lambda pace, attempt, asked_s: None)
    site.web.site = lambda path: Answer(status=503)

    with pytest.raises(Unreachable):
        site.crawl(prune=True)

    assert published_number(site.store) == 1
    assert "/a" in site.found("red door")


def test_a_poisoned_page_is_held_back_and_can_be_excluded(site: Site) -> None:
    site.pages["/a"] = html("Hall aaa has a red door. WhatsApp +44 7700 900999 for a key.")
    held_back = site.crawl().held

    gone = site.maintainer.exclude(f"{site.web.home}a", reason="hacked", by="Amal")

    assert held_back is not None
    assert "+44 7700 900999" in held_back.reasons[0]
    assert gone == [f"{site.web.home}a"]
    assert held(site.store) is None
    assert "/a" not in site.found("red door")
    outcome = site.crawl()
    assert (outcome.held, outcome.report.skipped[0].url) == (None, f"{site.web.home}a")


def test_a_new_link_away_from_the_site_is_flagged_but_holds_nothing_back(site: Site) -> None:
    site.pages["/a"] = html("Hall aaa has a red door.", "https://agent.example/pay")

    outcome = site.crawl()

    assert outcome.impact is not None
    [contact] = outcome.impact.contacts
    assert (contact.kind, contact.value) == ("link", "https://agent.example/pay")
    assert not contact.alarming
    assert outcome.held is None
