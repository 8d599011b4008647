"""Room on the disk: asked for before work that needs it."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.errors import DiskFull

_MB = 1_000_000


def free_bytes(folder: Path) -> int:
    """How much can be written where `folder` is, or would be."""
    while not folder.exists():
        folder = folder.absolute().parent
    return shutil.disk_usage(folder).free


def require(folder: Path, needed: int) -> None:
    """See to it that so many bytes can be written.

    Raises:
        DiskFull: they cannot.
    """
    if (free := free_bytes(folder)) < needed:
        raise disk_full(folder, needed, free)


def disk_full(folder: Path, needed: int, free: int) -> DiskFull:
    """What to tell a person."""
    return DiskFull(
        f"The disk of {folder} is too full: this needs ~{-(-needed // _MB)} MB, it has "
        f"{free // _MB} MB. Free some and run the same again; what was published still answers."
    )
