"""Crawling small sites on loopback, with a clock that does not wait."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Mapping

import pytest

from ingest.crawl import crawl
from ingest.errors import (
    BadStatus,
    FetchError,
    Gone,
    IngestError,
    NothingToKeep,
    RefusedAddress,
    SourceError,
    TooLarge,
    Unreachable,
    UnreadablePage,
)
from ingest.fetch import Fetcher
from ingest.frontier import Limits
from ingest.site import is_site, site_of
from ingest.types import Failure, Found, Resource
from tests.ingest.web import Answer, Site, Time, Web, html, moved, serve, sitemap, xml


def come(
    web: Web, start: str = "", *, limits: Limits | None = None, clock: Time | None = None
) -> list[Found]:
    private = frozenset({web.host})
    with Fetcher(private_hosts=private, contact="desk@harbour.example", read_gap_s=0.3) as fetcher:
        return list(
            crawl(
                start or web.home,
                fetcher,
                private_hosts=private,
                limits=limits,
                pace=(clock or Time()).pace(),
            )
        )


def pages(found: list[Found]) -> list[str]:
    return ["/" + item.url.split("/", 3)[3] for item in found if isinstance(item, Resource)]


def failures(found: list[Found]) -> dict[str, type[IngestError]]:
    return {
        "/" + item.url.split("/", 3)[3]: type(item.error)
        for item in found
        if isinstance(item, Failure)
    }


def crawled(site: Site | Mapping[str, Answer | str], **options: object) -> list[Found]:
    with serve(site) as web:
        return come(web, **options)  # type: ignore[arg-type]


def test_pages_come_through_links_sitemaps_and_feeds_each_once() -> None:
    feed = "<rss><channel><item><link>/from-feed</link></item></channel></rss>"
    head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    site: dict[str, Answer | str] = {
        "/": html("Home.", "/a", "/a/?utm_source=x", "/doc.pdf", "/x.png", head=head),
        "/a": html("A.", "/", "/a#b", "https://elsewhere.example/", "/old.doc"),
        "/listed": html("Listed."),
        "/ar/listed": html("Listed."),
        "/deep": html("Deep."),
        "/from-feed": html("From the feed."),
        "/doc.pdf": Answer(b"%PDF-1.7 x", kind="application/pdf"),
        "/robots.txt": Answer(b"Sitemap: /index.xml", kind="text/plain"),
    }
    with serve(site) as web:
        home = web.home
        site["/robots.txt"] = Answer(f"Sitemap: {home}index.xml".encode(), kind="text/plain")
        site["/index.xml"] = sitemap(f"{home}index.xml", f"{home}nested.xml", index=True)
        site["/nested.xml"] = sitemap(f"{home}more.xml.gz", index=True)
        more = sitemap(f"{home}deep", f"{home}listed", "https://elsewhere.example/x")
        site["/more.xml.gz"] = Answer(gzip.compress(more.body), kind="application/gzip")
        site["/rss.xml"] = xml(feed.replace("/from-feed", f"{home}from-feed"))
        got = come(web)

        assert sorted(pages(got)) == ["/", "/a", "/deep", "/doc.pdf", "/from-feed", "/listed"]
        assert failures(got) == {"/old.doc": NothingToKeep}
        asked = web.asked()
    assert len(asked) == len(set(asked))


def test_sitemaps_are_followed_to_the_third_level_and_no_further() -> None:
    site: dict[str, Answer | str] = {"/": html("Home.")}
    with serve(site) as web:
        for level in range(9):
            following = f"{web.home}{level + 1}.xml"
            site[f"/{level}.xml"] = sitemap(following, index=True)
        site["/robots.txt"] = Answer(f"Sitemap: {web.home}0.xml".encode())
        come(web)
        asked = web.asked()

    assert [path for path in asked if path.endswith(".xml")] == [
        "/0.xml",
        "/1.xml",
        "/2.xml",
        "/sitemap.xml",
    ]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (gzip.compress(b" " * 30_000_000), TooLarge),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset/>", UnreadablePage),
        (b"<html>Not found</html>", UnreadablePage),
    ],
)
def test_a_hostile_sitemap_is_listed_as_failed_and_the_site_still_comes(
    body: bytes, error: type[IngestError]
) -> None:
    got = crawled({"/": html("Home.", "/a"), "/a": html("A."), "/sitemap.xml": Answer(body)})

    assert pages(got) == ["/", "/a"]
    assert failures(got) == {"/sitemap.xml": error}


def test_robots_txt_is_obeyed() -> None:
    rules = b"User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /*?print"
    site = {
        "/robots.txt": Answer(rules, kind="text/plain"),
        "/": html("Home.", "/private/a", "/private/open", "/b?printed=1"),
        "/private/open": html("Open."),
    }
    with serve(site) as web:
        got = come(web)
        asked = web.asked()

    assert pages(got) == ["/", "/private/open"]
    assert failures(got) == {"/private/a": NothingToKeep, "/b?printed=1": NothingToKeep}
    assert "/private/a" not in asked


def test_without_robots_txt_all_is_allowed_but_not_while_it_cannot_be_had() -> None:
    assert pages(crawled({"/": html("Home.")})) == ["/"]
    assert pages(crawled({"/": html("Home."), "/robots.txt": Answer(status=403)})) == ["/"]
    with pytest.raises(Unreachable, match=r"robots\.txt"):
        crawled({"/": html("Home."), "/robots.txt": Answer(status=503)})


def test_only_the_beginning_of_an_endless_robots_txt_is_read() -> None:
    rules = b"User-agent: *\nDisallow: /a\n" + b"# more\n" * 1_000_000

    got = crawled({"/robots.txt": Answer(rules), "/": html("Home.", "/a"), "/a": html("A.")})

    assert pages(got) == ["/"]


def test_each_status_is_told_and_the_others_come() -> None:
    codes = [401, 403, 404, 410, 429, 500, 503]
    site = {f"/{code}": Answer(status=code) for code in codes} | {
        "/": html("Home.", *(f"/{code}" for code in codes), "/a"),
        "/a": html("A."),
    }
    with serve(site) as web:
        got = come(web)
        asked = web.asked()

    assert pages(got) == ["/", "/a"]
    assert failures(got) == {
        **{f"/{code}": BadStatus for code in codes},
        "/404": Gone,
        "/410": Gone,
    }
    assert [asked.count(f"/{code}") for code in codes] == [1, 1, 1, 1, 4, 2, 2]  # the first fully


def test_what_fails_for_a_moment_is_tried_again_after_a_growing_pause() -> None:
    left = [503, 429]
    clock = Time()

    def site(path: str) -> Answer | str | None:
        if path == "/a" and left:
            return Answer(status=left.pop(0))
        return {"/": html("Home.", "/a"), "/a": html("A.")}.get(path)

    assert pages(crawled(site, clock=clock)) == ["/", "/a"]
    assert clock.slept == [1, 2]


@pytest.mark.parametrize(("said", "slept", "came"), [("90", [90], True), ("121", [], False)])
def test_retry_after_is_honoured_up_to_two_minutes(said: str, slept: list[int], came: bool) -> None:
    answers = [Answer(status=429, headers={"Retry-After": said})]
    clock = Time()

    def site(path: str) -> Answer | str | None:
        if path == "/a" and answers:
            return answers.pop()
        return {"/": html("Home.", "/a"), "/a": html("A.")}.get(path)

    assert ("/a" in pages(crawled(site, clock=clock))) is came
    assert clock.slept == slept


def test_a_page_that_stays_silent_does_not_keep_the_others_waiting_for_long() -> None:
    def site(path: str) -> Answer | str | None:
        if path in ("/b", "/c"):
            time.sleep(1)
        return {"/": html("Home.", "/b", "/c", "/d"), "/d": html("D.")}.get(path)

    started = time.monotonic()
    got = crawled(site)

    assert pages(got) == ["/", "/d"]
    assert failures(got) == {"/b": Unreachable, "/c": Unreachable}
    assert time.monotonic() - started < 6


def test_redirects_are_followed_within_the_site_and_nowhere_else() -> None:
    site = {
        "/": html("Home.", "/old", "/away", "/inward", "/slash"),
        "/old": moved("/new"),
        "/new": html("New."),
        "/away": moved("https://elsewhere.example/"),
        "/inward": moved("http://127.0.0.1:9/"),
        "/slash": moved("/slash/"),
        "/slash/": html("Slash."),
    }
    with serve(site) as web:
        got = come(web)
        asked = web.asked()

    assert sorted(pages(got)) == ["/", "/new", "/slash/"]
    assert failures(got) == {"/away": NothingToKeep, "/inward": NothingToKeep}
    assert len(asked) == len(set(asked)) == 9


@pytest.mark.parametrize("status", [301, 302])
def test_redirects_in_a_circle_or_without_end_are_given_up(status: int) -> None:
    def site(path: str) -> Answer | str | None:
        if path.startswith("/hop/"):
            return moved(f"/hop/{int(path.rpartition('/')[2]) + 1}", status)
        return {
            "/": html("Home.", "/circle", "/self", "/hop/0"),
            "/circle": moved("/round", status),
            "/round": moved("/circle", status),
            "/self": moved("/self?os=a", status),
        }.get(path.partition("?")[0])

    got = crawled(site)

    assert pages(got) == ["/"]
    assert failures(got) == {"/round": FetchError, "/self?os=a": FetchError, "/hop/5": FetchError}


def test_a_start_that_redirects_to_another_site_is_no_source() -> None:
    with pytest.raises(SourceError, match=r"https://elsewhere\.example/"):
        crawled({"/": moved("https://elsewhere.example/")})


def test_traps_end_and_all_real_pages_come() -> None:
    real = [f"/real/{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(120)]

    def site(path: str) -> Answer | str | None:
        plain, _, query = path.partition("?")
        if plain.startswith("/day/"):
            day = int(plain.rpartition("/")[2])
            return html("A day.", f"/day/{day + 1}", f"/day/{day + 1000}", f"{plain}?sid={day}")
        if plain == "/events":
            month = int(query.partition("=")[2] or 0)
            return html("Events.", *(f"/events?month={month + n}" for n in range(1, 9)))
        if plain.startswith("/a"):
            return html("Deeper.", *(f"{plain}/{c}" for c in "abc"), f"{plain}?sort=up&page=1")
        if plain in real or plain == "/":
            position = real.index(plain) if plain in real else -1
            many = [f"/p{number}" for number in range(100_000)] if plain == "/" else []
            return html(
                "Real.", *many, "/day/0", "/events", "/a", *real[position + 1 : position + 40]
            )
        return None

    with serve(site) as web:
        got = come(web, limits=Limits(pages=500, per_pattern=50))
        asked = web.asked()

    assert set(real) <= set(pages(got))
    assert len(asked) <= 502
    assert sum(path.startswith("/day/") for path in asked) <= 50
    assert sum(path.startswith("/events?") for path in asked) == 24
    assert sum(path.startswith("/p") for path in asked) == 50
    assert not any("sid=" in path or "sort=" in path for path in asked)
    assert {"/p0", "/events"} <= failures(got).keys()


def test_a_site_with_more_pages_than_are_read_says_so() -> None:
    words = ["ant", "bee", "cat", "dog"]
    site = {f"/{word}": html(word) for word in words} | {"/": html("Home.", *words)}

    got = crawled(site, limits=Limits(pages=3))

    assert pages(got) == ["/", "/ant", "/bee"]
    assert failures(got) == {"/": TooLarge}


def test_one_request_a_second_and_more_time_where_the_site_asks_for_it() -> None:
    site = {"/": html("Home.", "/a", "/b"), "/a": html("A."), "/b": html("B.")}
    clock = Time()
    with serve(site) as web:
        port = web.server_address[1]
        with Fetcher(private_hosts=frozenset({web.host}), contact="desk@harbour.example") as f:
            list(crawl(web.home, f, pace=clock.pace()))
        assert clock.slept == [1.0] * 4  # five requests: robots, sitemap, three pages
        assert set(web.agents) == {"IOMEgyptAssistant/0.1 (+desk@harbour.example)"}

        site["/robots.txt"] = "User-agent: *\nCrawl-delay: 7"
        clock = Time()
        come(web, clock=clock)
        assert clock.slept == [7.0] * 4
        assert port == web.server_address[1]


def test_a_host_the_administrator_named_is_not_made_to_wait_for() -> None:
    clock = Time()

    crawled({"/": html("Home.", "/a"), "/a": html("A.")}, clock=clock)

    assert clock.slept == []


def test_a_site_that_does_not_answer_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        private = frozenset({host})
        with (
            Fetcher(private_hosts=private) as fetcher,
            pytest.raises(Unreachable, match="cannot be reached"),
        ):
            list(crawl(f"http://{host}/", fetcher, private_hosts=private, pace=Time().pace()))
    with pytest.raises(Unreachable, match="does not answer"):
        crawled({"/": Answer(status=503), "/robots.txt": "", "/sitemap.xml": Answer(status=404)})


def test_a_site_that_goes_down_on_the_way_ends_the_crawl() -> None:
    names = [f"/{chr(97 + n)}" for n in range(20)]
    served: list[str] = []

    def site(path: str) -> Answer | str | None:
        served.append(path)
        if len(served) > 5:
            return Answer(status=503)
        return html("A page.", *names) if path in [*names, "/"] else None

    got = crawled(site)

    assert len(pages(got)) == 3
    assert failures(got)["/"] is Unreachable
    assert len(served) < 30


def test_pages_in_trouble_do_not_end_the_crawl_of_a_site_that_answers() -> None:
    bad = {f"/b{chr(97 + n)}": Answer(status=500) for n in range(12)}
    site = {**bad, "/": html("Home.", *bad, "/z"), "/z": html("Z.")}

    got = crawled(site)

    assert pages(got) == ["/", "/z"]
    assert failures(got) == dict.fromkeys(bad, BadStatus)


@pytest.mark.parametrize("start", ["http://127.0.0.1:1/", "http://[::1]/", "file:///etc/hostname"])
def test_a_start_that_is_not_fetched_is_refused(start: str) -> None:
    with Fetcher() as fetcher, pytest.raises(RefusedAddress):
        list(crawl(start, fetcher, pace=Time().pace()))


def test_nothing_but_the_site_gets_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[object] = set()
    connect = socket.socket.connect

    def noted(self: socket.socket, address: object) -> None:
        reached.add(address)
        return connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", noted)
    away = ["http://127.0.0.1:9/", "http://localhost/", "//10.0.0.1/x", "https://a.example/"]
    head = "".join(f'<link rel="canonical" href="{url}">' for url in away)
    feed = '<link rel="alternate" type="application/rss+xml" href="http://127.0.0.1:9/rss">'
    with serve({}) as web:
        site: dict[str, Answer | str] = {
            "/": html("Home.", *away, "/moved", head=head + feed),
            "/moved": moved("http://127.0.0.1:9/"),
            "/robots.txt": "".join(f"Sitemap: {url}\n" for url in [*away, f"{web.home}s.xml"]),
            "/s.xml": sitemap(*away, index=True),
            "/sitemap.xml": sitemap(*away),
        }
        web.site = site.get
        come(web)

        assert reached == {("127.0.0.1", web.server_address[1])}


def test_a_site_has_one_name_however_its_address_is_written() -> None:
    names = {
        site_of(start)
        for start in (
            "https://www.harbour.example",
            "http://harbour.example/en/news?x=1",
            "https://HARBOUR.example:443/sitemap.xml",
        )
    }

    assert names == {"site:harbour.example"}
    assert site_of("http://127.0.0.1:8000/") == "site:127.0.0.1:8000"
    assert [is_site(s) for s in ("https://a.example/en/sitemap.xml", "https://a.example/")] == [
        True,
        False,
    ]
