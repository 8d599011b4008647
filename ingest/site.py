"""Which addresses belong to a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ingest.addresses import DEFAULT_PORTS, split_address
from ingest.errors import IngestError
from ingest.frontier import clean_address


class Site:
    """The site that an address is of.

    Attributes:
        start: that address, without what makes no other page.
        https: whether its addresses are asked for by https; a first redirect can say so.
    """

    def __init__(self, start: str, hosts: Iterable[str] = ()) -> None:
        """`hosts` are further ones that belong to it.

        Raises:
            RefusedAddress: `start` is no address we fetch.
        """
        split_address(start)
        self.start = clean_address(start)
        self.https = urlsplit(start).scheme == "https"
        self._hosts = {host_of(start), *(host.lower().removeprefix("www.") for host in hosts)}

    def holds(self, url: str) -> bool:
        """Whether its host is one of the site's."""
        return host_of(url) in self._hosts

    def own(self, url: str) -> str | None:
        """The address in its plain form, if it is one of this site."""
        try:
            split_address(url)
            address = clean_address(url)
            if not self.holds(address):
                return None
        except (IngestError, ValueError):
            return None
        if self.https and address.startswith("http://") and urlsplit(address).port is None:
            return "https://" + address.removeprefix("http://")
        return address

    def all_own(self, urls: Iterable[str]) -> Iterator[str]:
        """Those of this site, each once, in their order."""
        return iter(dict.fromkeys(a for url in urls if (a := self.own(url)) is not None))


def is_site(source: str) -> bool:
    """Whether a source names a whole site by itself: the address of a sitemap."""
    parts = urlsplit(source) if "://" in source else None
    return parts is not None and parts.path.lower().endswith(("sitemap.xml", "sitemap.xml.gz"))


def site_of(source: str) -> str:
    """One name for a site, however its address is written.

    Raises:
        RefusedAddress: it is no address we fetch.
    """
    split_address(source)
    return f"site:{host_of(source)}"


def host_of(url: str) -> str:
    """Host and port without what a site answers to as well: `www.`, a default port."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, *DEFAULT_PORTS.values()) else f":{parts.port}"
    return (parts.hostname or "").rstrip(".").removeprefix("www.") + port
