"""Which addresses are fetched: http and https, to hosts of the public internet only.

The name is resolved first, every record is judged, and the connection goes to the very address
that was judged; a list of forbidden spellings would miss one (`127.1`, `0x7f000001`, `①②⑦…`).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from ingest.errors import RefusedAddress, Unreachable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]

DEFAULT_PORTS = {"http": 80, "https": 443}
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # the only block from which addresses are handed out
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_RELAY = (  # Python 3.11 takes these for global
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv4Network("192.0.0.0/24"),
)
_FORBIDDEN_CHARS = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect for one address.

    Attributes:
        host: as the server must see it in Host and SNI, ASCII, lower case.
        addresses: checked IP addresses, in the resolver's order.
    """

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]


def unwrap(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped, 6to4, Teredo, NAT64 or compatible IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _NAT64) or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: str) -> bool:
    """Whether the address is a global unicast one, also once tunnels are unwrapped."""
    try:
        outer = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if "%" in address:  # a zone belongs to a link-local address
        return False
    inner = unwrap(outer)
    if inner.is_multicast or inner.is_reserved or inner.is_unspecified or not inner.is_global:
        return False
    if isinstance(inner, ipaddress.IPv4Address):
        return not any(inner in network for network in _RELAY)
    return inner in _GLOBAL_V6


def resolve_host(host: str, port: int) -> list[str]:
    """All addresses the system's resolver has for `host`, in its order.

    Raises:
        OSError: the name is not known, or the resolver does not answer.
        UnicodeError: the name cannot be written as a host name.
    """
    records = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(record[4][0]) for record in records))


def split_address(url: str) -> SplitResult:
    """The parts of an address that may be fetched as far as its spelling goes.

    Raises:
        RefusedAddress: other scheme than http and https, user name in it, no host, odd characters.
    """
    if _FORBIDDEN_CHARS.search(url):
        raise RefusedAddress(
            f"The address {url!r} holds spaces, control characters or backslashes."
        )
    try:
        parts = urlsplit(url)
        port_is_zero = parts.port == 0
    except ValueError as error:
        raise RefusedAddress(f"The address {url!r} cannot be read: {error}.") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedAddress(
            f"The address {url!r} is not fetched: only http and https are, not {parts.scheme!r}."
        )
    if parts.username is not None or parts.password is not None:
        raise RefusedAddress(f"The address {url!r} is not fetched: it carries a user name.")
    if not parts.hostname or port_is_zero or "%" in parts.hostname:  # % names a network card
        raise RefusedAddress(f"The address {url!r} names no host or port we can use.")
    return parts


def is_listed(host: str, port: int, private_hosts: frozenset[str]) -> bool:
    """Whether the administrator named the host, with this port or with none."""
    shown = f"[{host}]" if ":" in host else host
    listed = {entry.strip().lower() for entry in private_hosts}
    return bool(listed & {host, shown, f"{shown}:{port}"})


def check_address(
    url: str,
    *,
    private_hosts: frozenset[str] = frozenset(),
    resolve: Resolve = resolve_host,
) -> Target:
    """Resolve the host of `url` and judge every record.

    Args:
        private_hosts: `host` or `host:port` that the administrator named; these may be private
            and on any port.
        resolve: the resolver; every address it returns must pass.

    Raises:
        RefusedAddress: the spelling, the port or any of the records is not one we fetch. The
            sentence does not tell which, nor what stands behind the name.
        Unreachable: the name is not known.
    """
    parts = split_address(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    host = (parts.hostname or "").rstrip(".")
    listed = is_listed(host, port, private_hosts)
    refusal = RefusedAddress(
        f"The address {url} is not fetched: only hosts of the public internet on ports 80 and 443 "
        "are. An administrator can name others in ASSISTANT_PRIVATE_HOSTS."
    )
    if port not in (80, 443) and not listed:
        raise refusal
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
        addresses = resolve(ascii_host, port)
    except UnicodeError as error:
        raise RefusedAddress(f"The address {url!r} names no valid host.") from error
    except OSError as error:
        raise Unreachable(f"The host {host} of {url} is not known. Check the spelling.") from error
    if not addresses:
        raise Unreachable(f"The host {host} of {url} has no address.")
    if not listed and not all(is_public(address) for address in addresses):
        raise refusal
    return Target(parts.scheme, ascii_host, port, tuple(addresses))
