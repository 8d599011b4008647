from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest

from ingest.addresses import Target, check_address, is_public
from ingest.connections import CheckedNetwork
from ingest.errors import (
    BadStatus,
    FetchError,
    Gone,
    NothingToKeep,
    RefusedAddress,
    TooLarge,
    UnknownFormat,
    Unreachable,
    UnreadablePage,
)
from ingest.fetch import Fetcher, NotModified, Redirect, Reply, fetch
from ingest.media import HTML
from ingest.types import Validators

PAGE = b"<html><body><p>The harbour opens at nine.</p></body></html>"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        getattr(self, "on_" + self.path.strip("/").partition("?")[0].partition("/")[0])()

    def answer(self, body: bytes = PAGE, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": "text/html", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def on_page(self) -> None:
        self.answer(Content_Type="text/html; charset=windows-1256")

    def on_status(self) -> None:
        self.answer(status=int(self.path.rpartition("/")[2]))

    def on_gzip(self) -> None:
        self.answer(gzip.compress(PAGE), Content_Encoding="gzip")

    def on_bomb(self) -> None:
        self.answer(gzip.compress(b" " * 60_000_000), Content_Encoding="gzip")

    def on_brotli(self) -> None:
        self.answer(b"\x0b\x02\x80", Content_Encoding="br")

    def on_endless(self) -> None:
        self.answer(b"<html>")
        try:
            while True:
                self.wfile.write(b"x" * 100_000)
        except OSError:
            pass

    def on_drip(self) -> None:
        self.answer(b"<html>")
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            pass

    def on_silence(self) -> None:
        time.sleep(2)

    def on_loop(self) -> None:
        number = int(self.path.rpartition("/")[2])
        self.answer(b"", 302, Location=f"/loop/{number + 1}")

    def on_hops(self) -> None:
        left = int(self.path.rpartition("/")[2])
        self.answer(b"", 302, Location=f"/hops/{left - 1}" if left else "/page#part")

    def on_known(self) -> None:
        same = self.headers.get("If-None-Match") == '"a"'
        same |= self.headers.get("If-Modified-Since") == "Mon, 01 Jan 2024 00:00:00 GMT"
        if same:
            self.send_response(304)
            self.end_headers()
        else:
            self.answer(
                ETag='"a"',
                Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT",
                Set_Cookie="visitor=1; Path=/",
                Content_Length=str(len(PAGE)),
            )

    def on_later(self) -> None:
        self.answer(status=429, Retry_After=self.path.rpartition("/")[2].replace("_", " "))

    def on_tagged(self) -> None:
        self.answer(X_Robots_Tag=self.path.rpartition("/")[2].replace("_", " "))

    def on_inward(self) -> None:
        self.answer(b"", 302, Location=self.server.inward)

    def on_empty(self) -> None:
        self.answer(b"")

    def on_picture(self) -> None:
        self.answer(b"\x89PNG\r\n", Content_Type="image/png")

    def on_lying(self) -> None:
        self.answer(b"%PDF-1.7 ...")

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    seen: list[tuple[str, dict[str, str]]]
    inward = ""
    daemon_threads = True

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), Handler)
    running.seen = []
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def get(server: Server, path: str, **options: float):
    return fetch(
        f"http://{server.host}{path}",
        private_hosts=frozenset({server.host}),
        contact="desk@harbour.example",
        **options,
    )


def test_a_page_comes_as_a_resource_with_the_charset_the_server_said(server: Server) -> None:
    got = get(server, "/page?a=b%20c#part")

    assert (got.url, got.content, got.media_type, got.charset) == (
        f"http://{server.host}/page?a=b%20c",
        PAGE,
        HTML,
        "windows-1256",
    )
    ((path, headers),) = server.seen
    assert path == "/page?a=b%20c"
    assert headers["Host"] == server.host
    assert headers["User-Agent"] == "IOMEgyptAssistant/0.1 (+desk@harbour.example)"


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "has no such page"), (410, "gone for good"), (500, "in trouble"), (403, "refuses")],
)
def test_what_is_not_200_is_no_page(server: Server, status: int, words: str) -> None:
    with pytest.raises(FetchError, match=rf"answered {status}: .*{words}"):
        get(server, f"/status/{status}")


def test_a_packed_page_is_unpacked(server: Server) -> None:
    assert get(server, "/gzip").content == PAGE


@pytest.mark.parametrize("path", ["/bomb", "/endless"])
def test_a_page_over_the_cap_is_cut_off_while_it_comes(server: Server, path: str) -> None:
    started = time.monotonic()

    with pytest.raises(TooLarge, match="larger than the 10 MB"):
        get(server, path)
    assert time.monotonic() - started < 5


def test_an_encoding_that_was_not_asked_for_is_refused(server: Server) -> None:
    with pytest.raises(FetchError, match="'br'"):
        get(server, "/brotli")


@pytest.mark.parametrize("path", ["/drip", "/silence"])
def test_a_page_that_takes_too_long_is_unreachable(server: Server, path: str) -> None:
    started = time.monotonic()

    with pytest.raises(Unreachable):
        get(server, path, total_timeout_s=0.6)
    assert time.monotonic() - started < 1.5


def test_a_page_that_falls_silent_is_unreachable(server: Server) -> None:
    with pytest.raises(Unreachable, match="did not answer in time"):
        get(server, "/silence", read_gap_s=0.3)


def test_a_closed_port_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(Unreachable, match="cannot be reached"):
            fetch(f"http://{host}/", private_hosts=frozenset({host}))


def test_five_redirects_are_followed_and_a_sixth_is_not(server: Server) -> None:
    assert get(server, "/hops/4").url == f"http://{server.host}/page"
    with pytest.raises(FetchError, match="more than 5 times"):
        get(server, "/hops/5")
    with pytest.raises(FetchError, match="more than 5 times"):
        get(server, "/loop/0")


@pytest.mark.parametrize(
    "inward",
    ["http://localhost:1/", "http://10.0.0.1/", "file:///etc/hostname", "http://[::1]/", "//0/"],
)
def test_a_redirect_inward_is_refused(server: Server, inward: str) -> None:
    server.inward = inward

    with pytest.raises(RefusedAddress):
        get(server, "/inward")


@pytest.mark.parametrize(
    ("path", "error"),
    [("/empty", UnreadablePage), ("/picture", UnknownFormat), ("/lying", UnreadablePage)],
)
def test_what_no_reader_can_read_is_refused(
    server: Server, path: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        get(server, path)


def test_proxies_of_the_environment_are_ignored(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9/")

    assert get(server, "/page").content == PAGE


def test_the_connection_goes_to_the_address_that_was_checked(server: Server) -> None:
    port = server.server_address[1]
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    got = fetch(
        f"http://harbour.test:{port}/page",
        private_hosts=frozenset({f"harbour.test:{port}"}),
        resolve=rebinding,
    )

    assert got.url == f"http://harbour.test:{port}/page"
    assert asked == ["harbour.test"]
    assert server.seen[0][1]["Host"] == f"harbour.test:{port}"


FORBIDDEN = """http://127.0.0.1/ http://localhost/ http://127.1/ http://2130706433/ http://0x7f000001/
http://0177.0.0.1/ http://0/ http://0.0.0.0/ http://[::1]/ http://[::]/ http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/ http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[::127.0.0.1]/
http://[fe80::1%25lo]/ http://169.254.169.254/latest/meta-data/ http://100.64.0.1/ http://10.0.0.1/
http://172.16.0.1/ http://192.168.0.1/ http://[fc00::1]/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/
http://www.iom.int@127.0.0.1/ http://127.0.0.1\\@www.iom.int/ file:///etc/hostname gopher://a/
ftp://a/ dict://a/ data:text/html,x jar:http://a!/ http://localhost.:8000/admin http://[ff02::1]/
http://[fec0::1]/ http://224.0.0.1/ http://255.255.255.255/ http://1.1.1.1:22/ http://:80/
http://[::1 http://1.1.1.1:99999/ http://192.88.99.1/ http://[2001:0:7f00:1::]/""".split()


@pytest.mark.parametrize("url", FORBIDDEN)
def test_no_spelling_of_an_inward_address_gets_a_connection(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_connect(*_: object) -> None:
        pytest.fail("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", no_connect)
    with pytest.raises(RefusedAddress):
        fetch(url, private_hosts=frozenset({"127.0.0.1:8000", "other.example"}))


def test_one_bad_record_among_good_ones_refuses_the_name() -> None:
    for records in (["1.1.1.1", "10.0.0.1"], ["2606:4700::1", "::ffff:127.0.0.1"]):
        with pytest.raises(RefusedAddress):
            check_address("https://a.example/", resolve=lambda _h, _p, r=records: r)


def test_public_addresses_pass_and_keep_the_resolvers_order() -> None:
    records = ["2606:4700::1111", "1.1.1.1"]

    got = check_address("https://A.Example./x", resolve=lambda _h, _p: records)

    assert (got.host, got.port, got.addresses) == ("a.example", 443, tuple(records))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_global_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_named_host_counts_with_and_without_its_port() -> None:
    def loopback(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    for listed in ("intra.test", "intra.test:8080", "INTRA.test:8080"):
        check_address(
            "http://intra.test:8080/", private_hosts=frozenset({listed}), resolve=loopback
        )
    for listed in ("intra.test:80", "tra.test", "x.intra.test"):
        with pytest.raises(RefusedAddress):
            check_address(
                "http://intra.test:8080/", private_hosts=frozenset({listed}), resolve=loopback
            )


def test_an_unknown_name_is_unreachable() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(Unreachable, match="is not known"):
        check_address("http://nowhere.example/", resolve=unknown)


def test_what_is_known_already_is_not_sent_again(server: Server) -> None:
    url = f"http://{server.host}/known"
    with Fetcher(private_hosts=frozenset({server.host})) as fetcher:
        first = fetcher.get(url)
        assert isinstance(first, Reply)
        assert first.validators == Validators('"a"', "Mon, 01 Jan 2024 00:00:00 GMT")

        again = [
            fetcher.get(url, validators=known)
            for known in (
                first.validators,
                Validators(etag='"a"'),
                Validators(last_modified=first.validators.last_modified),
            )
        ]

        assert again == [NotModified(url)] * 3
        assert isinstance(fetcher.get(url, validators=Validators(etag='"b"')), Reply)
    assert not any("Cookie" in headers for _, headers in server.seen)


def test_a_fetcher_gives_each_redirect_to_its_caller(server: Server) -> None:
    with Fetcher(private_hosts=frozenset({server.host})) as fetcher:
        got = fetcher.get(f"http://{server.host}/hops/0")

    assert got == Redirect(
        f"http://{server.host}/hops/0", f"http://{server.host}/page", permanent=False
    )
    assert [path for path, _ in server.seen] == ["/hops/0"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("", None), ("soon", None), ("Mon,_01_Jan_2024_00:00:00_GMT", 0.0), ("-3", None)],
)
def test_the_time_a_server_asks_us_to_wait_is_told(
    server: Server, said: str, seconds: float | None
) -> None:
    with pytest.raises(BadStatus) as caught:
        get(server, f"/later/{said}")

    assert (caught.value.status, caught.value.retry_after_s) == (429, seconds)


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("noindex", False),
        ("nofollow,_NoIndex", False),
        ("iomegyptassistant:_noindex", False),
        ("otherbot:_noindex", True),
        ("noarchive", True),
    ],
)
def test_a_header_can_ask_that_a_page_is_not_indexed(
    server: Server, header: str, kept: bool
) -> None:
    if kept:
        assert get(server, f"/tagged/{header}").content == PAGE
    else:
        with pytest.raises(NothingToKeep, match="asks not to be indexed"):
            get(server, f"/tagged/{header}")


def test_of_a_file_that_is_too_large_the_beginning_can_be_kept(server: Server) -> None:
    with Fetcher(private_hosts=frozenset({server.host})) as fetcher:
        got = fetcher.get(f"http://{server.host}/endless", cap_bytes=1000, cut=True)

    assert isinstance(got, Reply)
    assert got.content == b"<html>" + b"x" * 994


def test_a_page_that_is_gone_is_told_from_one_that_is_refused(server: Server) -> None:
    for status in (404, 410):
        with pytest.raises(Gone):
            get(server, f"/status/{status}")
    with pytest.raises(BadStatus) as caught:
        get(server, "/status/403")
    assert not isinstance(caught.value, Gone)


def test_fetching_works_where_an_event_loop_is_running_already() -> None:
    async def in_a_notebook() -> None:
        with Fetcher() as fetcher, pytest.raises(RefusedAddress):
            fetcher.get("http://127.0.0.1:9/")

    asyncio.run(in_a_notebook())


def test_a_resolver_that_does_not_answer_is_left_behind() -> None:
    def asleep(_host: str, _port: int) -> list[str]:
        time.sleep(3)
        return ["1.1.1.1"]

    started = time.monotonic()
    with pytest.raises(Unreachable, match="not resolved in time"):
        fetch("http://harbour.example/", resolve=asleep, total_timeout_s=0.2)
    assert time.monotonic() - started < 1


def test_a_network_connects_to_nothing_that_was_not_checked(server: Server) -> None:
    network = CheckedNetwork()
    port = server.server_address[1]
    network.admit(Target("http", "harbour.test", port, ("127.0.0.1",)))

    network.connect_tcp("harbour.test", port, 1.0).close()
    for host, other in (("127.0.0.1", port), ("harbour.test", port + 1)):
        with pytest.raises(httpcore.ConnectError, match="was not checked"):
            network.connect_tcp(host, other, 1.0)
