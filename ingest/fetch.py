"""http(s) addresses to what stands there: addresses checked, redirects by hand, bodies capped."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urldefrag, urljoin, urlsplit

from ingest.addresses import Resolve, Target, check_address, resolve_host
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

PRODUCT = "IOMEgyptAssistant/0.1"
MAX_HOPS = 5
MAX_HTML_BYTES = 10_000_000
MAX_DOCUMENT_BYTES = 30_000_000  # PDF, DOCX
CONNECT_TIMEOUT_S = 5.0
READ_GAP_S = 15.0
TOTAL_TIMEOUT_S = 30.0
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


_T = TypeVar("_T")


def _run_until_stopped(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


class Fetcher:
    """Requests to checked addresses, one after the other, over connections that are kept open.

    Its event loop runs in a thread of its own, begun by the first request, so that it works where
    the caller's thread has a loop running already. Use it in a `with` block.
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
        # One per host, for connections are pooled by IP address: two names on one address must
        # not share what was proven to belong to one of them.
        self._clients: dict[Target, httpx.AsyncClient] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None:
            self._run(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Wait for a coroutine; when the wait is broken off, so is the coroutine."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_run_until_stopped, args=(self._loop,), daemon=True).start()
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

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
        return self._run(
            self._get(
                urldefrag(url).url, validators, timeout_s or self._total_timeout_s, cap_bytes, cut
            )
        )

    async def _get(
        self,
        address: str,
        validators: Validators,
        timeout_s: float,
        cap_bytes: int | None,
        cut: bool,
    ) -> Reply | NotModified | Redirect:
        import httpx

        try:
            async with asyncio.timeout(timeout_s):
                target = await asyncio.to_thread(
                    check_address,
                    address,
                    private_hosts=self._private_hosts,
                    resolve=self._resolve,
                )
                response = await _request(
                    self._client(target), address, target, self._contact, validators
                )
                try:
                    return await _read(response, address, cap_bytes, cut)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise Unreachable(
                f"{address} did not finish answering within {timeout_s:.3g} seconds."
            ) from error
        except httpx.TimeoutException as error:
            raise Unreachable(f"{address} did not answer in time.") from error
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{address} cannot be reached: {reason}.") from error

    def _client(self, target: Target) -> httpx.AsyncClient:
        """The client of one host: no proxy, no .netrc, no cookies, no redirects."""
        import httpx

        host = replace(target, addresses=())
        if host not in self._clients:
            self._clients[host] = httpx.AsyncClient(
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._read_gap_s, connect=self._connect_timeout_s),
                cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            )
        return self._clients[host]

    async def _close(self) -> None:
        for client in self._clients.values():
            await client.aclose()


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


async def _request(
    client: httpx.AsyncClient, address: str, target: Target, contact: str, validators: Validators
) -> httpx.Response:
    """One request to the checked address; its body is still to be read."""
    import httpx

    parts = urlsplit(address)
    standard = target.port == (443 if target.scheme == "https" else 80)
    shown = f"[{target.host}]" if ":" in target.host else target.host
    headers = {
        "Host": shown if standard else f"{shown}:{target.port}",
        "User-Agent": user_agent(contact),
        "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.5",
        "Accept-Encoding": "gzip",
    }
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    last_error: httpx.ConnectError | httpx.ConnectTimeout | None = None
    for ip in target.addresses:
        literal = f"[{ip}]" if ":" in ip else ip
        request = client.build_request(
            "GET",
            httpx.URL(f"{target.scheme}://{literal}:{target.port}").join(_rooted(path)),
            headers=headers,
            extensions={"sni_hostname": target.host},
        )
        try:
            return await client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            last_error = error
    assert last_error is not None, "check_address returns at least one address"
    raise last_error


def _rooted(path: str) -> str:
    """The path with one leading slash: `//host/x` joined to an address would change its host."""
    return "/" + path.lstrip("/")


async def _read(
    response: httpx.Response, address: str, cap_bytes: int | None, cut: bool
) -> Reply | NotModified | Redirect:
    status = response.status_code
    if status == 304:
        await response.aread()  # of no bytes; else the connection would not be used again
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
        content=await _body(response, address, cap, cut),
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


async def _body(response: httpx.Response, address: str, cap: int, cut: bool) -> bytes:
    """The decoded body, never more than `cap` bytes of it in memory; beyond, cut or refused."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", "gzip", "x-gzip"}:
        raise FetchError(
            f"{address} answered in the encoding {encoding!r}, which was not asked for."
        )
    too_large = TooLarge(f"{address} is larger than the {cap // 1_000_000} MB that are read.")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    body = bytearray()
    try:
        async for raw in response.aiter_raw():
            body += unpack.decompress(raw, cap + 1 - len(body)) if unpack else raw
            if len(body) > cap and cut:
                return bytes(body[:cap])
            if len(body) > cap:
                raise too_large
    except zlib.error as error:
        raise FetchError(f"{address} sent a broken gzip body.") from error
    if unpack and not unpack.eof:
        raise FetchError(f"{address} broke off in the middle of its body.")
    return bytes(body)
