"""Keys for programs that ask over HTTP: shown once, kept only as scrypt hashes in a file.

A key is `ask_<id>_<secret>`. The id finds the entry, so that a made-up key costs nothing to refuse;
the secret is 32 random characters, hashed with its own salt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import string
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import InputError

_KEY = re.compile(r"ask_([a-z0-9]{8})_([A-Za-z0-9]{32})")
_NAME = re.compile(r"[\w][\w .@-]{0,63}")
_N, _R, _P = 2**14, 8, 1  # RFC 7914's interactive parameters: about 30 ms, 16 MB


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """What is kept of a key."""

    id: str
    name: str
    salt: str
    hash: str
    added: str


def add_key(store: Path, name: str) -> str:
    """Make a key for a program; the only time it is seen whole.

    Raises:
        InputError: the name cannot be used, or another key has it.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name for a key: letters, digits, space and . @ - _ only.")
    entries = key_entries(store)
    if any(entry.name == name for entry in entries):
        raise InputError(f"There is a key named {name} already. `assistant key remove` takes it.")
    letters = string.ascii_letters + string.digits
    identity = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))
    secret = "".join(secrets.choice(letters) for _ in range(32))
    salt = secrets.token_hex(16)
    today = datetime.now(UTC).date().isoformat()
    entry = KeyEntry(identity, name, salt, _hash(secret, salt), today)
    _write(store, [*entries, entry])
    return f"ask_{identity}_{secret}"


def remove_key(store: Path, name: str) -> None:
    """Take a program's key away; a running server refuses it from then on.

    Raises:
        InputError: there is no key of this name.
    """
    entries = key_entries(store)
    kept = [entry for entry in entries if entry.name != name]
    if len(kept) == len(entries):
        named = ", ".join(entry.name for entry in entries) or "none"
        raise InputError(f"There is no key named {name}; there are: {named}.")
    _write(store, kept)


def key_entries(store: Path) -> list[KeyEntry]:
    """The keys there are, oldest first.

    Raises:
        InputError: the file of keys cannot be read.
    """
    path = _path(store)
    try:
        return [KeyEntry(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {type(error).__name__}.") from error


class Keys:
    """The keys a web process accepts; reads the file again when it has changed."""

    def __init__(self, store: Path) -> None:
        self._path = _path(store)
        self._store = store
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._entries: dict[str, KeyEntry] = {}
        self._pepper = secrets.token_bytes(32)
        self._known: dict[bytes, str] = {}  # keyed hash of a key that was right, to its name

    def known(self, key: str) -> str | None:
        """The name of a key that was right before and still is; hashes nothing slowly."""
        return self._known.get(self._digest(key)) if self._stamp_now() == self._stamp else None

    def name_of(self, key: str) -> str | None:
        """The name of the program whose key this is; None for a key that is not valid."""
        with self._lock:
            self._read_again()
            seen = self._digest(key)
            if (name := self._known.get(seen)) is not None:
                return name
            parts = _KEY.fullmatch(key)
            entry = self._entries.get(parts.group(1)) if parts else None
            if parts is None or entry is None:
                return None
            if not hmac.compare_digest(_hash(parts.group(2), entry.salt), entry.hash):
                return None
            self._known[seen] = entry.name
            return entry.name

    def _digest(self, key: str) -> bytes:
        return hashlib.blake2b(key.encode(), key=self._pepper, digest_size=32).digest()

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _read_again(self) -> None:
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._known.clear()
            self._entries = {e.id: e for e in key_entries(self._store)} if stamp else {}
            self._stamp = stamp


def _hash(secret: str, salt: str) -> str:
    key = hashlib.scrypt(secret.encode(), salt=bytes.fromhex(salt), n=_N, r=_R, p=_P, dklen=32)
    return key.hex()


def _write(store: Path, entries: list[KeyEntry]) -> None:
    store.mkdir(parents=True, exist_ok=True)
    temporary = store / ".keys"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(entry) for entry in entries], file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(_path(store))


def _path(store: Path) -> Path:
    return store / "keys.json"
