"""Who may sign in to the desks: a file of names, roles and scrypt hashes, kept by the command.

Passwords are never stored and cannot be read back; whoever forgot one gets a new one from the
command `assistant user password`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import stat
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from assistant.errors import AccountError

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1_000  # hashing a megabyte would be somebody's way to keep us busy
_LEAST_DISTINCT = 5
# scrypt, as OWASP's password storage guide weighs it: 16 MB and about 0.2 s on one core
_N, _R, _P = 2**14, 8, 5
_COMMON = frozenset(
    """password passwort administrator changeme letmein welcome qwerty qwertyuiop 1234567890
    0123456789 iloveyou maintainer assistant secret default كلمةالسر كلمةالمرور""".split()
)


class Role(StrEnum):
    """What an account may enter. A maintainer may enter the staff desk as well."""

    STAFF = "staff"
    MAINTAINER = "maintainer"

    def may(self, needed: Role) -> bool:
        """Whether this role opens what `needed` opens."""
        return self is Role.MAINTAINER or self is needed


@dataclass(frozen=True, slots=True)
class Account:
    """One person's way in.

    Attributes:
        hash: scrypt of password and salt, both base64.
        changed: ISO 8601; when the password was set. Sessions from before it end.
    """

    name: str
    role: Role
    salt: str
    hash: str
    n: int
    r: int
    p: int
    changed: str


class Accounts:
    """The accounts of one file; read anew whenever the file was changed."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self._now = now
        self._seen: tuple[int, int, int] | None = None
        self._known: Mapping[str, Account] = {}

    def all(self) -> list[Account]:
        """Every account, by name.

        Raises:
            AccountError: the file cannot be read.
        """
        return sorted(self._accounts().values(), key=lambda account: account.name)

    def get(self, name: str) -> Account | None:
        """The account of a name, however it is written."""
        return self._accounts().get(_key(name))

    def verify(self, name: str, password: str) -> Account | None:
        """The account if this is its password. An unknown name takes as long as a known one."""
        account = self.get(name)
        against = account or _NOBODY
        if len(password) > MAX_PASSWORD_CHARS:
            password = ""
        digest = _scrypt(password, base64.b64decode(against.salt), against.n, against.r, against.p)
        right = hmac.compare_digest(digest, base64.b64decode(against.hash))
        return account if right else None

    def add(self, name: str, role: Role, password: str) -> Account:
        """Make an account.

        Raises:
            AccountError: the name is taken or unusable, or the password too weak.
        """
        name = _usable(name)
        known = dict(self._accounts())
        if _key(name) in known:
            raise AccountError(
                f"There is already an account {known[_key(name)].name}. To give it a new password: "
                f"assistant user password {name}"
            )
        account = self._with_password(name, role, password)
        self._write({**known, _key(name): account})
        return account

    def set_password(self, name: str, password: str) -> Account:
        """Give an account a new password; its sessions end and it is no longer locked out.

        Raises:
            AccountError: there is no such account, or the password is too weak.
        """
        account = self._existing(name)
        changed = self._with_password(account.name, account.role, password)
        self._write({**self._accounts(), _key(name): changed})
        return changed

    def set_role(self, name: str, role: Role) -> Account:
        """Let an account enter other rooms; its sessions end.

        Raises:
            AccountError: there is no such account.
        """
        changed = replace(self._existing(name), role=role, changed=self._now().isoformat())
        self._write({**self._accounts(), _key(name): changed})
        return changed

    def remove(self, name: str) -> None:
        """Take an account away; its sessions end.

        Raises:
            AccountError: there is no such account.
        """
        self._existing(name)
        known = {key: account for key, account in self._accounts().items() if key != _key(name)}
        self._write(known)

    def fit_for_others(self) -> None:
        """Refuse to be reached from other machines while the desks are not well locked.

        Raises:
            AccountError: no maintainer, a file that others can read, or a hash of older strength.
        """
        accounts = self.all()
        if not any(account.role is Role.MAINTAINER for account in accounts):
            raise AccountError(
                "Nobody could switch the assistant off: there is no maintainer account. Make one "
                "with `assistant user add NAME --role maintainer`, or serve without the desks: "
                "assistant serve --no-desks."
            )
        if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            raise AccountError(
                f"Others on this machine can read {self.path}. Close it: chmod 600 {self.path}"
            )
        weak = [a.name for a in accounts if (a.n * a.r * a.p) < _N * _R * _P]
        if weak:
            raise AccountError(
                f"The password of {weak[0]} is hashed too weakly. Set it anew: "
                f"assistant user password {weak[0]}"
            )

    def _existing(self, name: str) -> Account:
        account = self.get(name)
        if account is None:
            there = ", ".join(a.name for a in self.all()) or "none"
            raise AccountError(f"There is no account {name}. There are: {there}.")
        return account

    def _with_password(self, name: str, role: Role, password: str) -> Account:
        refuse_weak(password, name)
        salt = secrets.token_bytes(16)
        return Account(
            name=name,
            role=role,
            salt=base64.b64encode(salt).decode(),
            hash=base64.b64encode(_scrypt(password, salt, _N, _R, _P)).decode(),
            n=_N,
            r=_R,
            p=_P,
            changed=self._now().isoformat(),
        )

    def _accounts(self) -> Mapping[str, Account]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._seen, self._known = None, {}
            return self._known
        seen = (status.st_mtime_ns, status.st_ino, status.st_size)
        if seen != self._seen:
            self._known = self._read()
            self._seen = seen
        return self._known

    def _read(self) -> dict[str, Account]:
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))["accounts"]
            accounts = [Account(**{**entry, "role": Role(entry["role"])}) for entry in entries]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AccountError(f"{self.path} cannot be read: {error}.") from error
        return {_key(account.name): account for account in accounts}

    def _write(self, accounts: Mapping[str, Account]) -> None:
        document = {"accounts": [asdict(account) for account in accounts.values()]}
        temporary = self.path.with_name(f".{self.path.name}")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)


def accounts_path(store: Path) -> Path:
    """Where a store keeps its accounts."""
    return store / "accounts.json"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_weak(password: str, name: str) -> None:
    """Refuse a password that a guesser would find.

    Raises:
        AccountError: it is too short, too plain, or known to everybody.
    """
    if len(password) < MIN_PASSWORD_CHARS:
        raise AccountError(
            f"The password is too short: at least {MIN_PASSWORD_CHARS} characters. "
            "Three or four words that do not belong together do well."
        )
    if len(password) > MAX_PASSWORD_CHARS:
        raise AccountError(f"The password is too long: at most {MAX_PASSWORD_CHARS} characters.")
    letters = "".join(c for c in password.casefold() if c.isalnum())
    left = letters
    for word in sorted({*_COMMON, _key(name)}, key=len, reverse=True):
        left = left.replace("".join(c for c in word if c.isalnum()), "")
    if len(set(letters)) < _LEAST_DISTINCT or len(left) < _LEAST_DISTINCT:
        raise AccountError(
            "The password is too easy to guess: it is made of the account's name, of a common "
            "password or of a few characters again and again. Choose another."
        )


def _usable(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    if not 1 <= len(name) <= 64 or not all(c.isalnum() or c in "._-@" for c in name):
        raise AccountError(
            f"{name!r} cannot be the name of an account: 1 to 64 letters, digits and . _ - @"
        )
    return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    words = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


# What an unknown name is checked against, so that it takes as long; no password gives this hash.
_NOBODY = Account(
    "",
    Role.STAFF,
    base64.b64encode(secrets.token_bytes(16)).decode(),
    base64.b64encode(secrets.token_bytes(32)).decode(),
    _N,
    _R,
    _P,
    "",
)
