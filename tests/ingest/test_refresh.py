"""A site crawled again and again: what a refresh costs, and what leaves the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from ingest.crawl import crawl
from ingest.errors import BadStatus, IngestError, Unreachable
from ingest.fetch import Fetcher
from ingest.pipeline import READING_VERSION, Report, SiteNames, ingest, remove
from ingest.readers import read
from ingest.site import site_of
from ingest.types import Reading, Resource
from tests.ingest.web import Answer, Time, Web, html, moved, serve, sitemap, xml

NAMES = SiteNames("https://example.org/", {})
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LETTERS = [f"/{letter}" for letter in "abcdefghij"]


class Refresh:
    """A site whose pages a test changes between crawls."""

    def __init__(self, web: Web, catalogue: Catalogue) -> None:
        self.web = web
        self.site: dict[str, Answer | str] = {}
        web.site = self.site.get
        self.catalogue = catalogue
        self.read_count = 0

    def crawl(self, start: str = "", *, prune: bool = False, since: date | None = None) -> Report:
        start = start or self.web.home
        private = frozenset({self.web.host})
        self.read_count = 0
        with Fetcher(private_hosts=private) as fetcher:
            return ingest(
                [start],
                self.catalogue,
                discover=lambda start: crawl(
                    start,
                    fetcher,
                    known=self.catalogue.visits(READING_VERSION),
                    private_hosts=private,
                    came=self.catalogue.came(site_of(start), since=LONG_AGO),
                    since=since,
                    pace=Time().pace(),
                ),
                read=self._read,
                names=NAMES,
                crawled={start: site_of(start)},
                prune=prune,
            )

    def _read(self, resource: Resource) -> Reading:
        self.read_count += 1
        return read(resource)

    def stored(self) -> list[str]:
        return [self.path(page.url) for page in self.catalogue.pages()]

    def path(self, url: str) -> str:
        return url.removeprefix(self.web.home[:-1])

    def changes(self, report: Report) -> dict[str, list[str]]:
        return {what: [*map(self.path, urls)] for what, urls in report.changes.items() if urls}

    def skipped(self, report: Report) -> list[str]:
        return [self.path(each.url) for each in report.skipped]

    def failed(self, report: Report) -> dict[str, type[IngestError]]:
        return {self.path(each.url): type(each.error) for each in report.failed}


@pytest.fixture
def refresh(tmp_path: Path) -> Iterator[Refresh]:
    with serve({}) as web:
        catalogue = Catalogue.open(tmp_path / "catalogue.sqlite")
        made = Refresh(web, catalogue)
        made.site |= {letter: html(f"Page {letter}.") for letter in LETTERS}
        made.site["/"] = html("Home.", *LETTERS)
        made.site["/sitemap.xml"] = sitemap(f"{web.home}a", f"{web.home}alone")
        made.site["/alone"] = html("Only the sitemap knows it.")
        yield made
        catalogue.close()


def test_a_second_crawl_of_an_unchanged_site_asks_reads_nothing_and_changes_nothing(
    refresh: Refresh,
) -> None:
    first = refresh.crawl()
    digest = refresh.catalogue.content_digest()
    refresh.web.log.clear()

    second = refresh.crawl()

    assert (first.added, second.unchanged) == (12, 12)
    assert (second.added, second.updated, second.removed) == (0, 0, 0)
    assert refresh.read_count == 0
    assert refresh.catalogue.content_digest() == digest
    assert [path for path, status in refresh.web.log if status != 304] == ["/robots.txt"]
    assert second.skipped == first.skipped == []


def test_only_what_changed_is_read_and_named(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/b"] = html("Another text.", "/new")
    refresh.site["/new"] = html("A new page.")

    report = refresh.crawl()

    assert refresh.changes(report) == {"added": ["/new"], "updated": ["/b"]}
    assert refresh.read_count == 2


def test_links_of_pages_that_nobody_keeps_are_followed_and_remembered(refresh: Refresh) -> None:
    noindex = '<meta name="robots" content="noindex">'
    refresh.site["/"] = html("Home.", "/list", head=noindex)
    refresh.site["/list"] = html("List.", *LETTERS, head=noindex)

    first, second = refresh.crawl(), refresh.crawl()

    assert (first.added, second.unchanged, refresh.read_count) == (11, 11, 0)
    assert refresh.skipped(first) == refresh.skipped(second) == ["/", "/list"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_leaves_at_once_though_it_is_linked(
    refresh: Refresh, status: int
) -> None:
    refresh.crawl()
    refresh.site["/b"] = Answer(status=status)

    report = refresh.crawl()

    assert refresh.changes(report) == {"removed": ["/b"]}
    assert refresh.skipped(report) == ["/b"]
    assert report.failed == []


def test_a_page_that_is_gone_leaves_at_once_though_nothing_links_to_it(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/"] = html("Home.", *LETTERS[1:])
    refresh.site["/sitemap.xml"] = sitemap(f"{refresh.web.home}alone")
    del refresh.site["/a"]

    assert refresh.changes(refresh.crawl()) == {"updated": ["/"], "removed": ["/a"]}


def test_a_page_that_asks_not_to_be_indexed_or_that_robots_txt_forbids_leaves_at_once(
    refresh: Refresh,
) -> None:
    refresh.crawl()
    refresh.site["/b"] = html("Page b.", head='<meta name="robots" content="noindex">')
    refresh.site["/robots.txt"] = "User-agent: *\nDisallow: /c"

    report = refresh.crawl()

    assert refresh.changes(report) == {"removed": ["/b", "/c"]}
    assert refresh.skipped(report) == ["/b", "/c"]


def test_a_page_that_nothing_leads_to_leaves_with_the_second_crawl(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/"] = html("Home.", *LETTERS[2:])

    assert refresh.changes(refresh.crawl()) == {"updated": ["/"]}
    assert refresh.changes(refresh.crawl()) == {"removed": ["/b"]}


def test_a_page_that_is_linked_again_is_not_missed_any_more(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/"] = html("Home.", *LETTERS[2:])
    refresh.crawl()
    refresh.site["/"] = html("Home.", *LETTERS)
    refresh.crawl()
    refresh.site["/"] = html("Home.", *LETTERS[2:])

    assert refresh.changes(refresh.crawl()) == {"updated": ["/"]}


def test_prune_takes_out_at_once_what_nothing_leads_to(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/"] = html("Home.", *LETTERS[2:])

    assert refresh.changes(refresh.crawl(prune=True)) == {"updated": ["/"], "removed": ["/b"]}


@pytest.mark.parametrize("trouble", [Answer(status=500), Answer(b"<broken")])
def test_where_the_sitemap_fails_nothing_leaves_for_being_absent(
    refresh: Refresh, trouble: Answer
) -> None:
    refresh.crawl()
    refresh.site["/sitemap.xml"] = trouble

    for _ in range(3):
        report = refresh.crawl(prune=True)

        assert refresh.changes(report) == {}
        assert list(refresh.failed(report)) == ["/sitemap.xml"]
    assert "/alone" in refresh.stored()


def test_a_page_that_fails_today_keeps_its_place_and_what_it_led_to(refresh: Refresh) -> None:
    refresh.site["/b"] = html("Page b.", "/below")
    refresh.site["/below"] = html("Below.")
    refresh.crawl()
    refresh.site["/b"] = Answer(status=500)

    for _ in range(2):
        report = refresh.crawl(prune=True)

        assert refresh.changes(report) == {}
        assert refresh.failed(report) == {"/b": BadStatus}


def test_a_site_that_is_down_changes_nothing(refresh: Refresh) -> None:
    refresh.crawl()
    digest = refresh.catalogue.content_digest()
    visits = refresh.catalogue.visits(READING_VERSION)
    refresh.web.site = lambda _: Answer(status=503)

    with pytest.raises(Unreachable):
        refresh.crawl(prune=True)

    assert refresh.catalogue.content_digest() == digest
    assert refresh.catalogue.visits(READING_VERSION) == visits


def test_a_page_that_moved_is_replaced_by_the_one_at_its_new_address(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/b"] = moved("/b-new")
    refresh.site["/b-new"] = html("Page b.")
    refresh.site["/c"] = moved("/c/")
    refresh.site["/c/"] = html("Page c.")

    report = refresh.crawl()

    assert refresh.changes(report) == {"added": ["/c/", "/b-new"], "removed": ["/b", "/c"]}
    assert refresh.changes(refresh.crawl()) == {}


def test_a_page_whose_redirect_leads_to_trouble_stays(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/b"] = moved("/maintenance")
    refresh.site["/maintenance"] = Answer(status=500)
    refresh.site["/c"] = moved("/d", 302)

    assert refresh.changes(refresh.crawl()) == {}


def test_a_copy_never_takes_the_place_of_the_page_it_names(refresh: Refresh) -> None:
    refresh.site["/"] = html("Home.", "/0copy", *LETTERS)
    refresh.site["/0copy"] = html("A copy.", head='<link rel="canonical" href="/a">')

    first, second = refresh.crawl(), refresh.crawl()
    refresh.site["/0copy"] = html("A new copy.", head='<link rel="canonical" href="/a">')
    third = refresh.crawl()
    refresh.site["/0copy"] = Answer(status=410)
    fourth = refresh.crawl()

    assert [*map(refresh.skipped, (first, second, third))] == [["/0copy"]] * 3
    page = refresh.catalogue.page(f"{refresh.web.home}a")
    assert page is not None
    assert page.text.startswith("Page /a.")
    assert [refresh.changes(report) for report in (second, third, fourth)] == [{}, {}, {}]


@pytest.mark.parametrize("path", ["b", "sitemap.xml", "?utm_source=x"])
def test_wherever_a_refresh_starts_it_is_the_same_site(refresh: Refresh, path: str) -> None:
    refresh.crawl()

    report = refresh.crawl(refresh.web.home + path, prune=True)

    assert (report.unchanged, refresh.changes(report), report.failed) == (12, {}, [])


def test_what_a_person_took_out_of_the_store_is_read_again(refresh: Refresh) -> None:
    refresh.crawl()
    url = f"{refresh.web.home}b"
    remove([url], refresh.catalogue, NAMES)

    assert refresh.changes(refresh.crawl()) == {"added": ["/b"]}


def test_a_page_keeps_its_address_when_it_is_linked_in_another_way(refresh: Refresh) -> None:
    refresh.crawl()
    refresh.site["/"] = html("Home.", *(f"{letter}?utm_source=x" for letter in LETTERS))

    assert refresh.changes(refresh.crawl(prune=True)) == {}


def test_a_crawl_that_was_broken_off_goes_on_without_asking_again_for_what_came(
    refresh: Refresh,
) -> None:
    class Killed(BaseException):
        pass

    took = 0

    def stop_reading(resource: Resource) -> Reading:
        nonlocal took
        took += 1
        if took == 6:
            raise Killed
        return read(resource)

    refresh._read = stop_reading  # type: ignore[method-assign]
    with pytest.raises(Killed):
        refresh.crawl()
    del refresh._read
    came = set(refresh.web.asked()) - {"/robots.txt", "/sitemap.xml"}
    assert len(came) == 6  # the sixth was not read

    report = refresh.crawl()

    assert (report.added, refresh.read_count) == (12, 7)
    again = came & set(refresh.web.asked())
    assert len(again) == 1
    refresh.web.log.clear()
    assert refresh.crawl().unchanged == 12  # and the next one asks for all
    assert sum(status == 304 for _, status in refresh.web.log) == 13


def test_what_came_too_long_ago_is_asked_for_again(refresh: Refresh) -> None:
    now = datetime.now(UTC)
    refresh.catalogue.put_came("site:a", "https://a.example/x", now - timedelta(hours=2))
    refresh.catalogue.put_came("site:b", "https://b.example/x", now)

    assert refresh.catalogue.came("site:a", since=now - timedelta(hours=3)) == {
        "https://a.example/x"
    }
    assert refresh.catalogue.came("site:a", since=now - timedelta(hours=1)) == set()


def test_with_since_only_pages_that_may_have_changed_are_asked_for(refresh: Refresh) -> None:
    def listed(**days: str) -> Answer:
        entries = "".join(
            f"<url><loc>{refresh.web.home}{name}</loc><lastmod>{day}</lastmod></url>"
            for name, day in days.items()
        )
        return xml(f"<urlset>{entries}</urlset>")

    refresh.site["/sitemap.xml"] = listed(a="2023-01-01", b="2023-01-01", alone="2023-01-01")
    refresh.crawl()
    refresh.site["/a"] = html("Changed, but the sitemap does not say so.")
    refresh.site["/b"] = html("Changed, and the sitemap says so.")
    refresh.site["/c"] = html("Changed, and the sitemap does not know it.")
    refresh.site["/old"] = html("New, but the sitemap says that it is old.")
    refresh.site["/sitemap.xml"] = listed(
        a="2023-01-01", b="2024-03-01T10:00:00Z", alone="2023-01-01", old="2023-12-31"
    )
    refresh.web.log.clear()

    report = refresh.crawl(since=date(2024, 1, 1), prune=True)

    assert refresh.changes(report) == {"updated": ["/b", "/c"]}
    assert refresh.skipped(report) == ["/old"]
    assert report.unchanged == 10
    assert not {"/a", "/alone", "/old"} & set(refresh.web.asked())


def test_a_document_that_no_reader_knows_is_left_out_with_a_reason(refresh: Refresh) -> None:
    refresh.site["/"] = html("Home.", "/film", "/table.xlsx", *LETTERS)
    refresh.site["/film"] = Answer(b"film", kind="video/mp4")

    report = refresh.crawl()

    assert refresh.skipped(report) == ["/film", "/table.xlsx"]
    assert report.failed == []
    assert all("no reader" in each.reason for each in report.skipped)
