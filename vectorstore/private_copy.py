"""A folder of one's own for files that a library writes to even when it only reads.

Chroma rewrites its files whenever it opens them. A version must stay as it was built: then its
checksums hold, it can be read from a read-only disk, and no reader disturbs another.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "assistant-index-"


class PrivateCopy:
    """A copy of a folder, for this process, until `close`.

    Attributes:
        path: where it lies.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError where the copy cannot be made."""
        _remove_abandoned()
        made = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}"))
        self._lock = os.open(made / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # under this name only once it is locked: another process would take it for abandoned
        self._folder = made.rename(made.with_name(made.name.removeprefix(".")))
        self.path = self._folder / folder.name
        try:
            shutil.copytree(folder, self.path, copy_function=shutil.copyfile)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


def _remove_abandoned() -> None:
    """What killed processes left: the lock of such a folder is held by nobody."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / "lock", os.O_RDWR)
        except OSError:  # just being made, or another user's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
