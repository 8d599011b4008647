"""Sites that misbehave: what is wrong is told page by page, and the rest of the site comes.

The numbers are those of the product (seconds are shortened, sizes are not) unless marked slow.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.crawl import crawl
from ingest.errors import (
    BadStatus,
    FetchError,
    Gone,
    IngestError,
    NothingToKeep,
    RefusedAddress,
    TooLarge,
    Unreachable,
    UnreadablePage,
)
from ingest.fetch import Fetcher
from ingest.readers import read
from ingest.types import Failure, Found, Resource
from tests.ingest.rude import (
    Behaviour,
    Rude,
    bomb,
    drip,
    endless,
    endless_headers,
    redirect,
    send,
    serve_rudely,
    silent,
    stall,
    status,
)
from tests.ingest.web import Answer, Time, html, serve, sitemap

GOOD = [f"/good{letter}" for letter in "abcdef"]
GAP_S, TOTAL_S = 0.25, 0.5
MEMORY_BYTES = 150_000_000


def come(server: Rude, *, gap_s: float = GAP_S, total_s: float = TOTAL_S) -> list[Found]:
    private = frozenset({server.host})
    with Fetcher(private_hosts=private, read_gap_s=gap_s, total_timeout_s=total_s) as fetcher:
        return list(crawl(server.home, fetcher, private_hosts=private, pace=Time().pace()))


def crawled(
    bad: Mapping[str, Behaviour], unlinked: Mapping[str, Behaviour] | None = None, **times: float
) -> dict[str, type[IngestError]]:
    """What is said of the bad pages; the good ones, linked between them, must all come."""
    order = [path for pair in zip(GOOD, [*bad, *GOOD], strict=False) for path in pair]
    links = dict.fromkeys([*order, *bad, *GOOD])
    behaviours = {
        "/": send(html("Home.", *links).encode()),
        "/robots.txt": status(404),
        **{path: send(html(f"Page {path}.").encode()) for path in GOOD},
        **bad,
        **(unlinked or {}),
    }
    with serve_rudely(behaviours) as server:
        found = come(server, **times)
        paths = {path: server.home[:-1] + path for path in [*behaviours]}
    came = {item.url for item in found if isinstance(item, Resource)}
    assert {paths[path] for path in ["/", *GOOD]} <= came
    failed = {item.url: item.error for item in found if isinstance(item, Failure)}
    assert all(url in str(error) for url, error in failed.items())
    return {url.removeprefix(paths["/"][:-1]): type(error) for url, error in failed.items()}


def peak_of(run: object) -> int:
    """By how many bytes the peak of this process's memory rose while something ran."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak()
    run()  # type: ignore[operator]
    return _peak() - before


def _peak() -> int:
    [found] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found) * 1024


# -- what a server answers -------------------------------------------------------------------------


def test_each_bad_status_is_told_and_no_error_page_is_read() -> None:
    codes = [401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 599]

    said = crawled({f"/{code}": status(code) for code in codes})

    assert said == {f"/{code}": Gone if code in (404, 410) else BadStatus for code in codes}


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Page not found", False),
        ("404 – Page not found", False),
        ("Oops! That page can’t be found.", False),
        ("الصفحة غير موجودة", False),
        ("Lost and not found: how papers are replaced", True),
    ],
)
def test_a_page_that_apologises_with_status_200_is_none(title: str, kept: bool) -> None:
    body = (
        f"<html lang=en><title>{title} | Harbour</title><main><h1>{title}</h1><p>The page you "
        "asked for may have moved. Try the search or go back to the front page.</p></main>"
    )
    resource = Resource("https://harbour.example/x", body.encode(), "text/html", _now(), "utf-8")

    if kept:
        assert read(resource).page.title == title
    else:
        with pytest.raises(NothingToKeep, match="says"):
            read(resource)


# -- slow servers ----------------------------------------------------------------------------------


def test_servers_that_are_slow_or_silent_cost_their_page_only() -> None:
    head = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n"
    started = time.monotonic()

    said = crawled(
        {
            "/silence": silent,
            "/slow-head": drip(b"HTTP/1.1 200 X\r\n", b"X-More: x\r\n"),
            "/slow-body": drip(head + b"Content-Length: 100000\r\n\r\n", b"x"),
            "/stall": stall,
        }
    )

    assert said == dict.fromkeys(["/silence", "/slow-head", "/slow-body", "/stall"], Unreachable)
    # four attempts at the first, two at each of the others, none longer than the total
    assert time.monotonic() - started < 10 * TOTAL_S + 5


@pytest.mark.slow
@pytest.mark.parametrize("again", range(5))
@pytest.mark.parametrize("kind", ["silence", "head", "body", "stall"])
def test_the_real_limits_of_time_hold(kind: str, again: int) -> None:
    head = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n"
    behaviours: dict[str, tuple[Behaviour, float]] = {
        "silence": (silent, 15),
        "head": (drip(b"HTTP/1.1 200 X\r\n", b"X-More: x\r\n"), 30),
        "body": (drip(head + b"Content-Length: 100000\r\n\r\n", b"x"), 30),
        "stall": (stall, 15),
    }
    behaviour, limit_s = behaviours[kind]
    with serve_rudely({"/": behaviour}) as server, Fetcher(private_hosts=_own(server)) as fetcher:
        started = time.monotonic()
        with pytest.raises(Unreachable):
            fetcher.get(server.home)
    assert limit_s - 1 < time.monotonic() - started < limit_s + 2


# -- redirects -------------------------------------------------------------------------------------


def test_redirects_without_end_off_the_site_and_inward_are_told() -> None:
    hops = {f"/hop/{n}": redirect(f"/hop/{n + 1}") for n in range(25)}
    onward = '<meta http-equiv="refresh" content="0; url=/gooda">'

    said = crawled(
        {
            "/loop": redirect("/loop2"),
            "/loop2": redirect("/loop"),
            "/self": redirect("/self"),
            "/hop/0": redirect("/hop/1"),
            "/off": redirect("https://elsewhere.example/"),
            "/inward": redirect("http://10.0.0.1/"),
            "/file": redirect("file:///etc/hostname"),
            "/broken": redirect("http://[::1"),
            "/nowhere": send(b"", 302),
            "/onward": send(html("Moved.", head=onward).encode()),
        },
        unlinked=hops,
    )

    assert said == {
        "/loop2": FetchError,
        "/self": FetchError,
        "/hop/5": FetchError,
        "/off": NothingToKeep,
        "/inward": NothingToKeep,
        "/file": NothingToKeep,
        "/broken": RefusedAddress,
        "/nowhere": BadStatus,
    }


def test_a_page_that_sends_its_readers_on_is_left_and_its_target_is_found() -> None:
    onward = '<meta http-equiv="Refresh" content="3; URL=\'/target\'">'
    behaviours = {
        "/": send(html("Home.", head=onward).encode()),
        "/robots.txt": status(404),
        "/target": send(html("The target.").encode()),
    }
    with serve_rudely(behaviours) as server:
        found = [item for item in come(server) if isinstance(item, Resource)]

    assert [item.url.removeprefix(server.home) for item in found] == ["", "target"]
    with pytest.raises(NothingToKeep, match=r"sends its readers on to http://.*/target"):
        read(found[0])


# -- too much --------------------------------------------------------------------------------------


def test_bodies_without_end_and_bombs_are_cut_off_early_and_in_little_memory() -> None:
    packed = bomb()
    assert 0.2e6 < len(packed) < 0.3e6
    chunked = {"Transfer-Encoding": "chunked"}
    bad = {
        "/endless": endless,
        "/headers": endless_headers,
        "/huge": send(b"<p>" + b"x" * 12_000_000),
        "/promise": send(b"<p>short", length=50_000_000),
        "/bomb": send(packed, Content_Encoding="gzip"),
        "/small-bomb": send(bomb(9), Content_Encoding="gzip"),
        "/nested": send(bomb(50, times=5), Content_Encoding=", ".join(["gzip"] * 5)),
        "/br": send(b"\x0b\x02\x80x", Content_Encoding="br"),
        "/zstd": send(b"\x28\xb5\x2f\xfdx", Content_Encoding="zstd"),
        "/no-gzip": send(b"<p>plain", Content_Encoding="gzip"),
        "/bad-chunks": send(b"zz\r\n<p>plain\r\n", **chunked),
        "/no-http": lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"),
    }
    said: dict[str, type[IngestError]] = {}
    started = time.monotonic()

    rose = peak_of(lambda: said.update(crawled(bad, gap_s=5, total_s=10)))

    assert said == {
        "/endless": TooLarge,
        "/headers": Unreachable,
        "/huge": TooLarge,
        "/promise": Unreachable,
        "/bomb": TooLarge,
        "/small-bomb": TooLarge,
        "/nested": FetchError,
        "/br": FetchError,
        "/zstd": FetchError,
        "/no-gzip": FetchError,
        "/bad-chunks": Unreachable,
        "/no-http": Unreachable,
    }
    assert rose < MEMORY_BYTES
    assert time.monotonic() - started < 30


def test_the_body_of_a_redirect_is_not_read() -> None:
    bad = {"/moved": redirect("/gooda", bomb(), Content_Encoding="gzip")}
    started = time.monotonic()

    assert crawled(bad) == {}
    assert time.monotonic() - started < 5


def test_a_page_that_packs_well_and_is_small_comes() -> None:
    behaviours = {"/": send(bomb(1), Content_Encoding="gzip"), "/robots.txt": status(404)}
    with serve_rudely(behaviours) as server:
        (failure,) = come(server)

    assert isinstance(failure, Failure)
    assert type(failure.error) is UnreadablePage  # it came, and is blank
    assert "is empty" in str(failure.error)


# -- politeness ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_host_is_asked_once_a_second_by_the_clock_of_the_server() -> None:
    moments: list[float] = []

    def noted(behaviour: Behaviour) -> Behaviour:
        def behave(connection: object) -> None:
            moments.append(time.monotonic())
            behaviour(connection)  # type: ignore[arg-type]

        return behave

    pages = {f"/{n}": noted(send(html(f"Page {n}.").encode())) for n in "abcdefgh"}
    behaviours = {
        "/": noted(send(html("Home.", *pages).encode())),
        "/robots.txt": noted(send(b"User-agent: *\nDisallow: /h\n", Content_Type="text/plain")),
        "/sitemap.xml": noted(status(404)),
        **pages,
    }
    with serve_rudely(behaviours) as server:
        with Fetcher(private_hosts=_own(server), contact="desk@harbour.example") as fetcher:
            list(crawl(server.home, fetcher))
        assert "/h" not in server.asked
        assert all("desk@harbour.example" in head for head in server.heads)
    gaps = [after - before for before, after in pairwise(moments)]
    assert len(gaps) == 9
    assert min(gaps) > 0.95


def _own(server: Rude) -> frozenset[str]:
    return frozenset({server.host})


def _now() -> datetime:
    return datetime.now(UTC)


# -- traps -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("again", range(3))
def test_traps_of_every_kind_end_and_all_real_pages_come(again: int) -> None:
    real = [f"/real/{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(120)]
    follow = {page: real[n + 1 : n + 25] for n, page in enumerate(real)}

    def site(path: str) -> Answer | str | None:
        plain, _, query = path.partition("?")
        number = int(re.sub(r"\D", "", query or plain)[-9:] or 0)
        if plain in follow:
            return html(f"Page {plain}.", *follow[plain])
        if plain == "/":
            crowd = [f"/p{n}" for n in range(100_000)]
            traps = ["/day/0", "/events", "/list", "/a", "/s/0", "/tree"]
            return html("Home.", *traps, real[0], *crowd)
        if plain.startswith("/day/"):
            return html("A day.", *(f"/day/{number + n}" for n in (1, 31, 365)))
        if plain == "/events":
            return html("Events.", *(f"/events?month={number + n}" for n in range(1, 9)))
        if plain == "/list":
            orders = ("title", "date", "author", "size")
            return html(
                "List.", *(f"/list?sort={one}&view={two}" for one in orders for two in orders)
            )
        if plain.startswith("/s/"):
            return html("Session.", f"/s/{number + 1}?sid={number}", f"/s/1;jsessionid={number}a")
        if plain.startswith("/a"):
            return html("Deeper.", f"{plain}/a", f"{plain}/b")
        if plain.startswith("/tree"):
            return html("A tree.", *(f"{plain}/{letter}" for letter in "klmnopqrst"))
        if plain == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /admin\n" + b"# more\n" * 7_000_000)
        if plain == "/sitemap.xml":
            return sitemap(f"{home}sitemap.xml", f"{home}big.xml", f"{home}in.xml", index=True)
        if plain == "/in.xml":
            return sitemap(f"{home}in.xml", f"{home}sitemap.xml", index=True)
        if plain == "/big.xml":
            return Answer(b"<urlset>" + b" " * 50_000_000 + b"</urlset>", kind="application/xml")
        return html(f"Page {plain}.") if plain.startswith("/p") else None

    home = ""
    with serve(site) as web:
        home = web.home
        own = frozenset({web.host})
        with Fetcher(private_hosts=own) as fetcher:
            found = list(crawl(web.home, fetcher, private_hosts=own, pace=Time().pace()))
        asked = web.asked()

    came = {item.url.removeprefix(web.home[:-1]) for item in found if isinstance(item, Resource)}
    assert set(real) <= came
    assert len(asked) <= 5_000 + 5
    assert len(asked) == len(set(asked))
    patterns = Counter(re.sub(r"\d+", "0", path.partition("?")[0]) for path in asked)
    assert max(patterns.values()) <= 200  # of each path, digits apart
    assert max(path.count("/") for path in asked) <= 9
    assert sum(path.endswith(".xml") for path in asked) == 3
