"""Connections that go to checked addresses only, and end when their time is up.

This is the one place in the product from which the network is reached for pages. httpx does HTTP;
what it is given to connect with is a network in which a name stands for the addresses that were
checked for it and for no other, however the name is resolved a moment later.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from ingest.addresses import Target


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects to the addresses of admitted targets; every wait ends at the deadline.

    Attributes:
        deadline: on the monotonic clock; what is read or written later fails.
    """

    def __init__(self) -> None:
        self.deadline = float("inf")
        self._admitted: dict[tuple[str, int], Target] = {}
        self._sockets = httpcore.SyncBackend()

    def admit(self, target: Target) -> None:
        """Let connections be made to the addresses that were checked for this host and port."""
        self._admitted[target.host, target.port] = target

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Try the addresses in the resolver's order; each may take `timeout`."""
        target = self._admitted.get((host, port))
        last_error: Exception = httpcore.ConnectError(f"{host}:{port} was not checked")
        for address in target.addresses if target else ():
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last_error = error
            else:
                return _Stream(stream, self)
        raise last_error

    def left(self, timeout: float | None) -> float:
        """How long the next step may take."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A connection of which every step keeps to the deadline of its network."""

    def __init__(self, stream: httpcore.NetworkStream, network: CheckedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._network.left(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class CheckedTransport(httpx.HTTPTransport):
    """httpx's own transport over a checked network.

    It is used without httpx's client: there is then no proxy, no .netrc and no cookie, and nobody
    makes a request out of a redirect (which for some addresses is an error by itself).
    """

    def __init__(self, network: CheckedNetwork) -> None:
        super().__init__(trust_env=False)
        # httpx has no parameter for it; its pool is httpcore's, which has
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=network
        )
