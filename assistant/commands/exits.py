"""How a command ends: its exit code, and one line about what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import AssistantError
from ingest.errors import (
    IngestError,
    RefusedAddress,
    RefusedArchive,
    StoreBusy,
    StoreError,
    TooLarge,
    Unreachable,
)
from vectorstore.errors import BuildFailed, CorruptIndex, EmptyIndex, VectorStoreError

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_SOME_FAILED = 3
EXIT_BUSY = 4
EXIT_STORAGE = 5
EXIT_REFUSED = 6
EXIT_UNREACHABLE = 7

# The first match counts.
EXIT_CODES: Sequence[tuple[type[BaseException], int]] = (
    (StoreBusy, EXIT_BUSY),
    (StoreError, EXIT_STORAGE),
    (CorruptIndex, EXIT_STORAGE),
    (EmptyIndex, EXIT_STORAGE),
    (BuildFailed, EXIT_STORAGE),
    (RefusedAddress, EXIT_REFUSED),
    (RefusedArchive, EXIT_REFUSED),
    (TooLarge, EXIT_REFUSED),
    (Unreachable, EXIT_UNREACHABLE),
    (IngestError, EXIT_USAGE),
    (VectorStoreError, EXIT_USAGE),
    (AssistantError, EXIT_USAGE),
    (OSError, EXIT_STORAGE),
)


def exit_code(error: BaseException) -> int:
    """The exit code of an error that `EXIT_CODES` names."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def one_line(error: BaseException) -> str:
    """What an error says, in one line."""
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}."
    return " ".join(str(error).split())
