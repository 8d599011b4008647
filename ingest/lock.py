"""One writer per store: a kernel lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import StoreBusy, StoreError


@contextmanager
def hold_store(store: Path, run: str = "a run") -> Iterator[None]:
    """Hold the store for writing while the block runs; made when missing.

    Args:
        run: what others are told who want it meanwhile, such as "ingest of https://example.org".

    Raises:
        StoreBusy: another run holds it; the message names the run and when it began.
        StoreError: the folder cannot be made or written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(store / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"The store at {store} cannot be written: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 1_000).decode("utf-8", "replace").strip()
            raise StoreBusy(
                f"Another run holds the store at {store} ({holder or 'just started'}). "
                "Wait for it to end, then run this again."
            ) from None
        started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        with suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{run[:100]}, process {os.getpid()}, since {started}".encode())
        yield
    finally:
        os.close(descriptor)
