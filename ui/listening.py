"""The address and the open files of a server; had before anything is loaded, so that trouble is
said at once.
"""

from __future__ import annotations

import errno
import resource
import socket

from ui.errors import PortTaken, UiError

LEAST_FILES = 128  # 50 are open when nobody asks; each visitor's connection is one more
USUAL_FILES = 4_096


def allow_files() -> None:
    """Let this process open as many files as a server needs, where the system lets it.

    Raises:
        UiError: too few are allowed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    allowed = USUAL_FILES if unlimited else min(hard, USUAL_FILES)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    if soft != resource.RLIM_INFINITY and soft < LEAST_FILES:
        raise UiError(
            f"The system lets this process open {soft} files; a server needs {LEAST_FILES} at "
            f"least. Allow more, as with `ulimit -n {USUAL_FILES}`."
        )


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
