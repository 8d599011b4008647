"""The address that is served; taken before anything is loaded, so that trouble is said at once."""

from __future__ import annotations

import errno
import socket

from ui.errors import PortTaken, UiError


def listen(host: str, port: int) -> socket.socket:
    """A socket that already takes connections in; they wait until they are served.

    Raises:
        PortTaken: another program listens there.
        UiError: the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} on {host} is taken by another program. "
                f"Stop it, or choose another port: assistant serve --port {_other(port)}."
            ) from error
        raise UiError(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    except OverflowError as error:
        raise UiError(f"{port} is no port: it must be between 0 and 65535.") from error


def _other(port: int) -> int:
    return port + 1 if port < 65535 else 7860


def address_of(host: str, listener: socket.socket) -> str:
    """What to type into a browser."""
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"
