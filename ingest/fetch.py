"""http(s) addresses to what stands there: addresses checked, redirects by hand, bodies capped."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from ingest.addresses import Resolve, Target, check_address, resolve_host, split_address
from ingest.errors import (
    BadStatus,
    FetchError,
    Gone,
    NothingToKeep,
    RefusedAddress,
    TooLarge,
    Unreachable,
)
from ingest.media import PDF, media_type_of, normal_media_type
from ingest.types import Resource, Validators

if TYPE_CHECKING:
    import httpx

    from ingest.connections import CheckedNetwork, CheckedTransport

PRODUCT = "IOMEgyptAssistant/0.1"
MAX_HOPS = 5
MAX_HTML_BYTES = 10_000_000
MAX_DOCUMENT_BYTES = 30_000_000  # PDF, DOCX
MAX_UNPACKED_BYTES = 20_000_000  # of what is sent packed
MAX_RATIO = 100  # unpacked to sent; pages reach about 20
_RATIO_FROM_BYTES = 1_000_000  # small ones may be as repetitive as they like
CONNECT_TIMEOUT_S = 5.0
READ_GAP_S = 15.0
TOTAL_TIMEOUT_S = 30.0
CHECK_HOLDS_S = 300.0  # then a host's name is resolved and its addresses judged anew
_NO_VALIDATORS = Validators()
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DOCUMENTS = frozenset(
    {
        PDF,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/octet-stream",
    }
)
_REASONS = {
    401: "asks for a password",
    403: "refuses access",
    404: "has no such page",
    410: "says that the page is gone for good",
    429: "asks us to come back later",
}


def user_agent(contact: str = "") -> str:
    """The User-Agent: the product, and whom a site's owner can turn to."""
    return f"{PRODUCT} (+{contact})" if contact else PRODUCT


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer of a server to one request.

    Attributes:
        url: the address that was asked.
        content: the body, decoded from transfer encodings only.
        declared: the media type the server named, normalised.
        noindex: whether its headers ask that it not be indexed.
    """

    url: str
    content: bytes
    declared: str
    charset: str | None = None
    validators: Validators = _NO_VALIDATORS
    noindex: bool = False

    def resource(self) -> Resource:
        """What came, as one of the formats there are readers for.

        Raises:
            UnknownFormat: there is no reader for it.
            UnreadablePage: it is empty, or not what it says.
            NothingToKeep: the server asks that it not be indexed.
        """
        if self.noindex:
            raise NothingToKeep(f"{self.url} asks not to be indexed.")
        return Resource(
            url=self.url,
            content=self.content,
            media_type=media_type_of(self.content, shown=self.url, declared=self.declared),
            fetched_at=datetime.now(UTC),
            charset=self.charset,
            validators=self.validators,
        )


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server's word (304) that what stands at the address is what it was."""

    url: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """The server's word that something else is to be asked.

    Attributes:
        permanent: 301 or 308.
    """

    url: str
    to: str
    permanent: bool


class Fetcher:
    """Requests to checked addresses, one after the other, over connections that are kept open.

    Use it in a `with` block, from one thread.
    """

    def __init__(
        self,
        *,
        private_hosts: frozenset[str] = frozenset(),
        contact: str = "",
        resolve: Resolve = resolve_host,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        read_gap_s: float = READ_GAP_S,
        total_timeout_s: float = TOTAL_TIMEOUT_S,
    ) -> None:
        """See `fetch`."""
        self._private_hosts = private_hosts
        self._contact = contact
        self._resolve = resolve
        self._connect_timeout_s = connect_timeout_s
        self._read_gap_s = read_gap_s
        self._total_timeout_s = total_timeout_s
        self._network: CheckedNetwork | None = None
        self._transport: CheckedTransport | None = None
        self._checked: dict[tuple[str, str], tuple[float, Target]] = {}

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def get(
        self,
        url: str,
        *,
        validators: Validators = _NO_VALIDATORS,
        timeout_s: float | None = None,
        cap_bytes: int | None = None,
        cut: bool = False,
    ) -> Reply | NotModified | Redirect:
        """One request, to this address and no other.

        Args:
            validators: of what is known already; lets the server answer that nothing changed.
            timeout_s: from resolving the name to the last byte; by default the total.
            cap_bytes: the most that is read; by default what a page or a document may have.
            cut: beyond that, keep the beginning instead of refusing the whole.

        Raises:
            RefusedAddress: this address is not fetched.
            Unreachable: nothing answered, or not in time.
            BadStatus: the server gave no page; Gone, if it says that there is none.
            FetchError: what came was broken.
            TooLarge: more bytes than are read.
        """
        address = urldefrag(url).url
        limit_s = timeout_s or self._total_timeout_s
        deadline = time.monotonic() + limit_s
        target = self._target(address, deadline)  # before any library that could connect is there
        import httpx

        network, transport = self._open()
        network.admit(target)
        network.deadline = deadline
        request = self._request(address, target, validators)
        try:
            response = transport.handle_request(request)
            try:
                return _read(response, address, cap_bytes, cut)
            finally:
                response.close()
        except httpx.TransportError as error:
            if time.monotonic() >= deadline:
                reason = f"did not finish answering within {limit_s:.3g} seconds"
            elif isinstance(error, httpx.TimeoutException):
                reason = "did not answer in time"
            elif isinstance(error, httpx.ProtocolError):
                reason = f"broke off or does not speak HTTP: {error}"
            else:
                reason = f"cannot be reached: {str(error) or type(error).__name__}"
            raise Unreachable(f"{address} {reason}.") from error

    def _open(self) -> tuple[CheckedNetwork, CheckedTransport]:
        if self._network is None or self._transport is None:
            from ingest.connections import CheckedNetwork, CheckedTransport

            self._network = CheckedNetwork()
            self._transport = CheckedTransport(self._network)
        return self._network, self._transport

    def _request(self, address: str, target: Target, validators: Validators) -> httpx.Request:
        import httpx

        parts = urlsplit(address)
        shown = f"[{target.host}]" if ":" in target.host else target.host
        headers = {
            "User-Agent": user_agent(self._contact),
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip",
        }
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        url = httpx.URL(f"{target.scheme}://{shown}:{target.port}").join(_rooted(path))
        timeout = httpx.Timeout(self._read_gap_s, connect=self._connect_timeout_s)
        return httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout.as_dict()})

    def _target(self, address: str, deadline: float) -> Target:
        """Where to connect: checked now, or a short while ago, for the same host and port."""
        parts = split_address(address)
        host = parts.scheme, parts.netloc.lower()
        now = time.monotonic()
        if host in self._checked and now - self._checked[host][0] < CHECK_HOLDS_S:
            return self._checked[host][1]
        target = _in_time(
            lambda: check_address(
                address, private_hosts=self._private_hosts, resolve=self._resolve
            ),
            deadline - now,
            address,
        )
        self._checked[host] = now, target
        return target


def _in_time(check: Callable[[], Target], timeout_s: float, address: str) -> Target:
    """What the check finds; a resolver that does not answer cannot be stopped, only left behind."""
    found: Future[Target] = Future()

    def look() -> None:
        try:
            found.set_result(check())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            found.set_exception(error)

    threading.Thread(target=look, daemon=True).start()
    try:
        return found.result(timeout_s)
    except TimeoutError as error:
        raise Unreachable(f"The name in {address} was not resolved in time.") from error


def fetch(
    url: str,
    *,
    private_hosts: frozenset[str] = frozenset(),
    contact: str = "",
    resolve: Resolve = resolve_host,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
    read_gap_s: float = READ_GAP_S,
    total_timeout_s: float = TOTAL_TIMEOUT_S,
) -> Resource:
    """Fetch one page or document, wherever its address redirects to.

    Args:
        private_hosts: `host[:port]` that may be private (ASSISTANT_PRIVATE_HOSTS).
        contact: address or mailbox named in the User-Agent.
        resolve: replaces the system's resolver in tests.
        connect_timeout_s: for each address of the host.
        read_gap_s: the longest silence of the server.
        total_timeout_s: from resolving the name to the last byte, redirects included.

    Raises:
        RefusedAddress: this address, or one it redirects to, is not fetched.
        Unreachable: nothing answered, or not in time.
        FetchError: something else than a page came (404, 500, an endless redirect).
        TooLarge: more bytes than are read.
        UnknownFormat: no reader for what came.
        UnreadablePage: what came is empty or not what it says.
    """
    with Fetcher(
        private_hosts=private_hosts,
        contact=contact,
        resolve=resolve,
        connect_timeout_s=connect_timeout_s,
        read_gap_s=read_gap_s,
        total_timeout_s=total_timeout_s,
    ) as fetcher:
        address = url
        deadline = time.monotonic() + total_timeout_s
        for _ in range(MAX_HOPS + 1):
            got = fetcher.get(address, timeout_s=max(0.001, deadline - time.monotonic()))
            if isinstance(got, Reply):
                return got.resource()
            if isinstance(got, NotModified):  # nothing was said to be known
                raise FetchError(f"{address} answered 304 to a request that named no version.")
            address = got.to
    raise FetchError(f"{url} redirects more than {MAX_HOPS} times.")


def _rooted(path: str) -> str:
    """The path with one leading slash: `//host/x` joined to an address would change its host."""
    return "/" + path.lstrip("/")


def _read(
    response: httpx.Response, address: str, cap_bytes: int | None, cut: bool
) -> Reply | NotModified | Redirect:
    status = response.status_code
    if status == 304:
        response.read()  # of no bytes; else the connection would not be used again
        return NotModified(address)
    if status in _REDIRECTS and (location := response.headers.get("location")):
        return Redirect(address, _next_hop(address, location), permanent=status in (301, 308))
    if status != 200:
        what = _REASONS.get(status, "is in trouble" if status >= 500 else "gave no page")
        kind = Gone if status in (404, 410) else BadStatus
        retry_after_s = _seconds(response.headers.get("retry-after", ""))
        raise kind(f"{address} answered {status}: the server {what}.", status, retry_after_s)
    declared, charset = _content_type(response.headers.get("content-type", ""))
    cap = cap_bytes or (MAX_DOCUMENT_BYTES if declared in _DOCUMENTS else MAX_HTML_BYTES)
    return Reply(
        url=address,
        content=_body(response, address, cap, cut),
        declared=declared,
        charset=charset,
        validators=Validators(response.headers.get("etag"), response.headers.get("last-modified")),
        noindex=_is_noindex(response.headers.get_list("x-robots-tag")),
    )


def _seconds(retry_after: str) -> float | None:
    """Retry-After in either of its forms, counted from now; never below 0."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _is_noindex(headers: Iterable[str]) -> bool:
    """Whether a header without a crawler's name, or with ours, says so."""
    for header in headers:
        name, colon, rules = header.lower().rpartition(":")
        if colon and name.strip() not in PRODUCT.lower():
            continue
        if {"noindex", "none"} & {rule.strip() for rule in rules.split(",")}:
            return True
    return False


def _next_hop(address: str, location: str) -> str:
    try:
        following = urldefrag(urljoin(address, location)).url
    except ValueError as error:
        raise RefusedAddress(f"{address} redirects to an address that cannot be read.") from error
    if urlsplit(address).scheme == "https" and urlsplit(following).scheme == "http":
        raise RefusedAddress(f"{address} redirects from https to http, which is not followed.")
    return following


def _content_type(header: str) -> tuple[str, str | None]:
    message = Message()
    message["content-type"] = header or "application/octet-stream"
    charset = message.get_param("charset")
    return normal_media_type(message.get_content_type()), charset if isinstance(
        charset, str
    ) else None


def _body(response: httpx.Response, address: str, cap: int, cut: bool) -> bytes:
    """The decoded body, never more than `cap` bytes of it in memory; beyond, cut or refused."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", "gzip", "x-gzip"}:
        raise FetchError(
            f"{address} answered in the encoding {encoding!r}, which was not asked for."
        )
    unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    if unpack:
        cap = min(cap, MAX_UNPACKED_BYTES)
    body = bytearray()
    received = 0
    try:
        for raw in response.iter_raw():
            received += len(raw)
            body += unpack.decompress(raw, cap + 1 - len(body)) if unpack else raw
            if len(body) > cap and cut:
                return bytes(body[:cap])
            if len(body) > cap:
                raise TooLarge(f"{address} is larger than the {cap // 1_000_000} MB that are read.")
            if len(body) > max(_RATIO_FROM_BYTES, MAX_RATIO * received):
                raise TooLarge(f"{address} unpacks to more than {MAX_RATIO} times what was sent.")
    except zlib.error as error:
        raise FetchError(f"{address} sent a broken gzip body.") from error
    if unpack and not unpack.eof:
        raise FetchError(f"{address} broke off in the middle of its body.")
    return bytes(body)
