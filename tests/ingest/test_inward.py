"""No door of the crawl leads inward, and none off the site: watched at the socket.

Every spelling of an address that must not be fetched is put behind every door: named as a source,
linked, listed in a sitemap, in an index of sitemaps and in a feed, named as canonical or as another
language, redirected to.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli import main
from ingest.addresses import check_address
from ingest.crawl import crawl
from ingest.errors import IngestError, RefusedAddress, Unreachable
from ingest.fetch import Fetcher, fetch
from ingest.types import Failure, Resource
from tests.ingest.web import Answer, Time, html, moved, serve, sitemap, xml

INWARD = """http://127.0.0.1/ http://localhost/ http://127.1/ http://2130706433/ http://0x7f000001/
http://0177.0.0.1/ http://0/ http://0.0.0.0/ http://[::1]/ http://[::]/ http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/ http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[::127.0.0.1]/
http://[fe80::1%25lo]/ http://169.254.169.254/latest/meta-data/ http://100.64.0.1/ http://10.0.0.1/
http://172.16.0.1/ http://192.168.0.1/ http://[fc00::1]/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/
http://www.iom.int@127.0.0.1/ http://127.0.0.1\\@www.iom.int/ file:///etc/hostname gopher://a/
ftp://a/ dict://a/ data:text/html,x jar:http://a!/""".split()
ELSEWHERE = """http://elsewhere.example/ https://elsewhere.example/ http://www.elsewhere.example/x
http://elsewhere.example:8080/ http://127.0.0.1:9/ http://127.0.0.1:65000/ //elsewhere.example/x
https://harbour.example.elsewhere.example/ http://example/ http://1.1.1.1/ http://1.1.1.1:22/
http://[2606:4700::1111]/ https://user:secret@elsewhere.example/ http://elsewhere.example./
http://ELSEWHERE.example/ http://xn--e1afmkfd.example/ http://a.b.c.elsewhere.example/
https://elsewhere.example/sitemap.xml http://elsewhere.example/robots.txt
http://elsewhere.example/doc.pdf""".split()


class Watch:
    """Every address a socket was connected to, and every name that was resolved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connected: set[tuple[str, int]] = set()
        self.resolved: set[str] = set()
        connect, resolve = socket.socket.connect, socket.getaddrinfo

        def watched(this: socket.socket, address: tuple[str, int]) -> None:
            self.connected.add(address[:2])
            return connect(this, address)

        def looked_up(host: str, *more: object, **named: object) -> object:
            self.resolved.add(host)
            return resolve(host, *more, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(socket.socket, "connect", watched)
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.mark.parametrize("forms", [INWARD, ELSEWHERE], ids=["inward", "elsewhere"])
@pytest.mark.parametrize(
    "door", ["link", "sitemap", "index", "feed", "canonical", "alternate", "location", "refresh"]
)
def test_a_crawl_connects_to_its_site_and_to_nothing_else(
    door: str, forms: list[str], watch: Watch
) -> None:
    entries = "".join(f"<item><link>{url}</link></item>" for url in forms)
    head = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    paths = {f"/p{chr(97 + n // 26)}{chr(97 + n % 26)}": url for n, url in enumerate(forms)}
    within = {
        "canonical": '<link rel="canonical" href="{}">',
        "alternate": '<link rel="alternate" hreflang="ar" href="{}">',
        "refresh": '<meta http-equiv="refresh" content="0;url={}">',
    }
    site: dict[str, Answer | str] = {"/rss": xml(f"<rss><channel>{entries}</channel></rss>")}
    links = forms if door == "link" else list(paths)
    site["/"] = html("Home.", *links, head=head if door == "feed" else "")
    for path, url in paths.items():
        inner = within[door].format(url) if door in within else ""
        page = html(f"Page {path}.", head=inner)
        site[path] = (
            Answer(status=302, headers={"Location": ascii(url)[1:-1]})
            if (door == "location")
            else page
        )
    if door in ("sitemap", "index"):
        site["/sitemap.xml"] = sitemap(*forms, index=door == "index")

    with serve(site) as web:
        own = frozenset({web.host})
        with Fetcher(private_hosts=own) as fetcher:
            found = list(crawl(web.home, fetcher, private_hosts=own, pace=Time().pace()))

    assert any(isinstance(item, Resource) for item in found)
    assert watch.connected == {("127.0.0.1", int(web.host.rpartition(":")[2]))}
    assert watch.resolved <= {"127.0.0.1"}


@pytest.mark.parametrize("url", INWARD)
@pytest.mark.parametrize("whole", [False, True], ids=["page", "site"])
def test_a_source_that_leads_inward_is_refused_before_anything_is_opened(
    url: str, whole: bool, watch: Watch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["ingest", url, *(["--crawl"] if whole else []), "--store", str(tmp_path / "s")])

    told = capsys.readouterr().err
    assert (code, watch.connected) == (6, set())
    assert told.count("\n") == 1
    assert told.startswith("assistant: ")


def test_nobody_can_tell_whether_a_port_inside_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        opened = listening.getsockname()[1]
        told: list[str] = []
        took: list[float] = []
        for port in (opened, 9):
            times: list[float] = []
            for _ in range(5):
                started = time.monotonic()
                with pytest.raises(RefusedAddress) as caught:
                    fetch(f"http://127.0.0.1:{port}/")
                times.append(time.monotonic() - started)
            took.append(min(times))
            told.append(str(caught.value).replace(f":{port}/", ":PORT/"))

    assert told[0] == told[1]
    assert abs(took[0] - took[1]) < 0.05


# -- names that change their mind -----------------------------------------------------------------


@pytest.fixture
def canary() -> Iterator[tuple[str, int, list[object]]]:
    """A listener on another loopback address, and who connected to it."""
    hits: list[object] = []
    with socket.create_server(("127.0.0.2", 0)) as server:

        def listen() -> None:
            try:
                while True:
                    connection, peer = server.accept()
                    hits.append(peer)
                    connection.close()
            except OSError:
                pass

        threading.Thread(target=listen, daemon=True).start()
        yield "127.0.0.2", server.getsockname()[1], hits


@pytest.mark.parametrize("times", [5, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_is_bound_anew_leads_to_the_address_that_was_checked(
    scheme: str, times: int, canary: tuple[str, int, list[object]], watch: Watch
) -> None:
    address, port, hits = canary
    asked = 0

    def rebinding(_host: str, _port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["127.0.0.3"] if asked % 2 else [address]  # where nothing listens, then inward

    name = f"harbour.test:{port}"
    for _ in range(times):
        asked = 0
        with Fetcher(private_hosts=frozenset({name}), resolve=rebinding) as fetcher:
            url = f"{scheme}://{name}/"
            with pytest.raises(Unreachable):
                fetcher.get(url)

    assert watch.connected == {("127.0.0.3", port)}
    assert hits == []


def test_over_https_the_server_is_named_and_proven_by_the_name_not_the_address() -> None:
    hellos: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            connection, _ = server.accept()
            hellos.append(connection.recv(4_096))
            connection.close()

        threading.Thread(target=listen, daemon=True).start()
        name = f"harbour.test:{server.getsockname()[1]}"
        with pytest.raises(Unreachable):
            fetch(
                f"https://{name}/",
                private_hosts=frozenset({name}),
                resolve=lambda _h, _p: ["127.0.0.1"],
            )

    assert b"harbour.test" in hellos[0]


MIXED = [
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["::1"],
    ["192.168.1.1"],
    ["169.254.169.254"],
    ["1.1.1.1", "127.0.0.1"],
    ["127.0.0.1", "1.1.1.1"],
    ["2606:4700::1111", "fc00::1"],
    ["1.1.1.1", "2002:7f00:1::"],
    ["1.1.1.1", "64:ff9b::a9fe:a9fe"],
]


@pytest.mark.parametrize("records", MIXED, ids=",".join)
@pytest.mark.parametrize("host", ["www.iom.int", "alias.elsewhere.example"])
def test_a_name_with_any_inward_record_is_refused(records: list[str], host: str) -> None:
    with pytest.raises(RefusedAddress):
        check_address(f"https://{host}/", resolve=lambda _h, _p: records)


@pytest.mark.parametrize("port", [22, 25, 81, 3306, 6379, 8080, 8443, 11211])
def test_a_port_that_is_not_one_of_the_web_is_refused(port: int) -> None:
    with pytest.raises(RefusedAddress):
        check_address(f"http://www.iom.int:{port}/", resolve=lambda _h, _p: ["1.1.1.1"])


def test_what_the_environment_says_of_proxies_passwords_and_certificates_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    seen: list[dict[str, str]] = []

    def site(path: str) -> Answer:
        return Answer(html(path).encode(), headers={"Set-Cookie": "visitor=1; Path=/"})

    with serve(site) as web:
        handle = web.RequestHandlerClass.do_GET  # type: ignore[attr-defined]

        def noted(self: object) -> None:
            seen.append(dict(self.headers))  # type: ignore[attr-defined]
            handle(self)

        monkeypatch.setattr(web.RequestHandlerClass, "do_GET", noted)
        with Fetcher(private_hosts=frozenset({web.host})) as fetcher:
            fetcher.get(web.home)
            fetcher.get(web.home + "b")

    assert len(seen) == 2
    assert not {"Cookie", "Authorization", "Proxy-Authorization"} & {k for h in seen for k in h}
    assert watch.connected == {("127.0.0.1", int(web.host.rpartition(":")[2]))}
    assert os.environ["HTTP_PROXY"]


def test_a_redirect_inward_is_told_and_never_followed(watch: Watch) -> None:
    with serve({"/": html("Home.", "/a"), "/a": moved("http://localhost:9/")}) as web:
        own = frozenset({web.host})
        with Fetcher(private_hosts=own) as fetcher:
            found = list(crawl(web.home, fetcher, private_hosts=own, pace=Time().pace()))

    (failure,) = [item for item in found if isinstance(item, Failure)]
    assert isinstance(failure.error, IngestError)
    assert watch.connected == {("127.0.0.1", int(web.host.rpartition(":")[2]))}
