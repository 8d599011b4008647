"""One http(s) address to one Resource: checked address, by-hand redirects, caps while streaming."""

from __future__ import annotations

import asyncio
import zlib
from datetime import UTC, datetime
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from ingest.addresses import Resolve, Target, check_address, resolve_host
from ingest.errors import FetchError, RefusedAddress, TooLarge, Unreachable
from ingest.media import PDF, media_type_of, normal_media_type
from ingest.types import Resource

if TYPE_CHECKING:
    import httpx

PRODUCT = "IOMEgyptAssistant/0.1"
MAX_HOPS = 5
MAX_HTML_BYTES = 10_000_000
MAX_DOCUMENT_BYTES = 30_000_000  # PDF, DOCX
CONNECT_TIMEOUT_S = 5.0
READ_GAP_S = 15.0
TOTAL_TIMEOUT_S = 30.0
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
    """Fetch one page or document.

    Runs an event loop of its own: call it from a thread that has none running.

    Args:
        private_hosts: `host[:port]` that may be private (ASSISTANT_PRIVATE_HOSTS).
        contact: address or mailbox named in the User-Agent.
        resolve: replaces the system's resolver in tests.

    Raises:
        RefusedAddress: this address, or one it redirects to, is not fetched.
        Unreachable: nothing answered, or not in time.
        FetchError: something else than a page came (404, 500, an endless redirect).
        TooLarge: more bytes than are read.
        UnknownFormat: no reader for what came.
        UnreadablePage: what came is empty or not what it says.
    """
    return asyncio.run(
        _fetch(
            url,
            private_hosts=private_hosts,
            contact=contact,
            resolve=resolve,
            connect_timeout_s=connect_timeout_s,
            read_gap_s=read_gap_s,
            total_timeout_s=total_timeout_s,
        )
    )


async def _fetch(
    url: str,
    *,
    private_hosts: frozenset[str],
    contact: str,
    resolve: Resolve,
    connect_timeout_s: float,
    read_gap_s: float,
    total_timeout_s: float,
) -> Resource:
    import httpx

    address = urldefrag(url).url
    timeout = httpx.Timeout(read_gap_s, connect=connect_timeout_s)
    # trust_env=False: no proxy, no .netrc; a new client per page keeps no cookies either.
    client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout)
    try:
        async with asyncio.timeout(total_timeout_s), client:
            for _ in range(MAX_HOPS + 1):
                target = await asyncio.to_thread(
                    check_address, address, private_hosts=private_hosts, resolve=resolve
                )
                got = await _request(client, address, target, contact)
                if isinstance(got, Resource):
                    return got
                address = got
    except TimeoutError as error:
        raise Unreachable(
            f"{address} did not finish answering within {total_timeout_s:g} seconds."
        ) from error
    except httpx.TimeoutException as error:
        raise Unreachable(f"{address} did not answer in time.") from error
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__
        raise Unreachable(f"{address} cannot be reached: {reason}.") from error
    raise FetchError(f"{url} redirects more than {MAX_HOPS} times.")


async def _request(
    client: httpx.AsyncClient, address: str, target: Target, contact: str
) -> Resource | str:
    """One request to the checked address: the resource, or the address it redirects to."""
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
            response = await client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            last_error = error
            continue
        try:
            return await _read(response, address)
        finally:
            await response.aclose()
    assert last_error is not None, "check_address returns at least one address"
    raise last_error


def _rooted(path: str) -> str:
    """The path with one leading slash: `//host/x` joined to an address would change its host."""
    return "/" + path.lstrip("/")


async def _read(response: httpx.Response, address: str) -> Resource | str:
    status = response.status_code
    if status in _REDIRECTS and (location := response.headers.get("location")):
        return _next_hop(address, location)
    if status != 200:
        what = _REASONS.get(status, "is in trouble" if status >= 500 else "gave no page")
        raise FetchError(f"{address} answered {status}: the server {what}.")
    declared, charset = _content_type(response.headers.get("content-type", ""))
    cap = MAX_DOCUMENT_BYTES if declared in _DOCUMENTS else MAX_HTML_BYTES
    content = await _body(response, address, cap)
    return Resource(
        url=address,
        content=content,
        media_type=media_type_of(content, shown=address, declared=declared),
        fetched_at=datetime.now(UTC),
        charset=charset,
    )


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


async def _body(response: httpx.Response, address: str, cap: int) -> bytes:
    """The decoded body, never more than `cap` bytes of it in memory."""
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
            if len(body) > cap:
                raise too_large
    except zlib.error as error:
        raise FetchError(f"{address} sent a broken gzip body.") from error
    if unpack and not unpack.eof:
        raise FetchError(f"{address} broke off in the middle of its body.")
    return bytes(body)
