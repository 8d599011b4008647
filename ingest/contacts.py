"""Ways to reach someone that a text names: telephone numbers, e-mail and web addresses, wallets.

Whoever gets a false one into a page speaks through us, so a refresh shows a person what is new.
Finding too much costs that person a look, finding too little costs a reader: where in doubt, found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundContact:
    """One of them.

    Attributes:
        kind: "phone", "email", "link", "handle" or "account" (a wallet, an IBAN).
        value: as it stands, but with digits 0-9 and without invisible characters.
        key: the same for every way of writing it.
        messenger: a messenger (WhatsApp, Telegram) is named beside it.
    """

    kind: str
    value: str
    key: str
    messenger: bool = False


_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"'،؛]{3,300}"
    r"|(?<![\w@.-])(?:t\.me|wa\.me|bit\.ly|tinyurl\.com|fb\.com|m\.me)/[^\s<>()\[\]\"'،؛]{1,200}"
)
_HANDLE = re.compile(r"(?<![\w@./-])@[A-Za-z]\w{3,31}")
_ACCOUNT = re.compile(
    r"(?<![A-Za-z0-9])(?:bc1[a-z0-9]{25,59}|0x[0-9a-fA-F]{40}|[13T][1-9A-HJ-NP-Za-km-z]{25,34}"
    r"|[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?)(?![A-Za-z0-9])"
)
_NUMBER = re.compile(
    r"(?<![0-9+])(?<![0-9][.,/-])\+?\(?[0-9](?:[ ()./\u2010-\u2015-]{0,3}[0-9]){2,17}(?![0-9])"
)
_DAY = re.compile(
    r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{2}){1,2}|[0-9]{4}[./-][0-9]{1,2}[./-][0-9]{1,2}"
)
_YEARS = re.compile(r"(?:19|20)[0-9]{2}(?:\s?[/\u2010-\u2015-]\s?(?:(?:19|20)?[0-9]{2}))?")
_CUE = re.compile(
    r"phone|\btel\b|\btel[.:]|hot\s?-?line|help\s?-?line|whats?\s?app|\bcall\b|\bdial|\bfax\b|\bsms\b"
    r"|telegram|viber|mobile|هاتف|تليفون|تلفون|موبايل|جوال|محمول|واتس|اتصل|اتصال|الخط|خط ساخن"
    r"|خط نجدة|فاكس|تليجرام|تلغرام",
    re.IGNORECASE,
)
_MESSENGER = re.compile(
    r"whats?\s?app|telegram|viber|\bsignal\b|\bimo\b|messenger|wechat"
    r"|واتس|وتس|تليجرام|تيليجرام|تلغرام|تيليغرام|فايبر|سيجنال|سيغنال|ماسنجر|إيمو|ايمو",
    re.IGNORECASE,
)
_CUE_CHARS = 40  # before a number
_MESSENGER_CHARS = 25  # after it
_LONG_DIGITS = 7  # a number of so many digits may be one to call by its form alone
_MOST_DIGITS = 15  # E.164
_FEWEST_DIGITS = 3


def find_contacts(text: str) -> list[FoundContact]:
    """What a text names, in order of kinds, each key once per kind."""
    plain = _plain(text)
    found: dict[tuple[str, str], FoundContact] = {}
    for contact in _found(plain):
        key = contact.kind, contact.key
        if key not in found or (contact.messenger and not found[key].messenger):
            found[key] = contact
    return list(found.values())


def _plain(text: str) -> str:
    """ASCII digits for those of every script, nothing invisible."""
    if text.isascii():
        return text
    table: dict[int, str] = {}
    for char in set(text):
        if char.isdecimal():
            table[ord(char)] = str(unicodedata.decimal(char))
        elif unicodedata.category(char) == "Cf":
            table[ord(char)] = ""
    return text.translate(table)


def _found(text: str) -> Iterator[FoundContact]:
    rest = text

    def claim(match: re.Match[str], value: str) -> None:  # a link's digits are no telephone number
        nonlocal rest
        end = match.start() + len(value)
        rest = rest[: match.start()] + " " * len(value) + rest[end:]

    for match in _EMAIL.finditer(text) if "@" in text else ():
        value = match.group().rstrip(".-")
        claim(match, value)
        yield FoundContact("email", value, value.lower())
    for match in _LINK.finditer(rest):
        value = match.group().rstrip(".,;:!?*_")
        claim(match, value)
        yield FoundContact("link", value, link_key(value))
    for match in _ACCOUNT.finditer(rest):
        value = match.group()
        claim(match, value)
        yield FoundContact("account", value, value.replace(" ", ""))
    for match in _HANDLE.finditer(rest):
        value = match.group()
        yield FoundContact("handle", value, value.lower(), _by_messenger(rest, match))
    for match in _NUMBER.finditer(rest):
        value = match.group()
        if _is_phone(value, rest[max(0, match.start() - _CUE_CHARS) : match.start()]):
            yield FoundContact("phone", value, _phone_key(value), _by_messenger(rest, match))


def _by_messenger(text: str, match: re.Match[str]) -> bool:
    """Whether a messenger is named beside it, in the same line."""
    before = text[max(0, match.start() - _CUE_CHARS) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + _MESSENGER_CHARS].partition("\n")[0]
    return bool(_MESSENGER.search(before) or _MESSENGER.search(after))


def _is_phone(value: str, before: str) -> bool:
    digits = re.sub(r"[^0-9]", "", value)
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return False
    if _DAY.fullmatch(value) or _YEARS.fullmatch(value):
        return False
    by_form = len(digits) >= _LONG_DIGITS and value.lstrip("(")[0] in "+0"
    return by_form or _CUE.search(before) is not None


def _phone_key(value: str) -> str:
    digits = re.sub(r"[^0-9]", "", value)
    return f"+{digits.removeprefix('00')}" if value[0] == "+" or digits[:2] == "00" else digits


def link_key(url: str) -> str:
    """A web address without scheme, `www.` and the final slash, its host in small letters."""
    plain = re.sub(r"^(?:https?://)?(?:www\.)?", "", url.strip(), flags=re.IGNORECASE)
    host, slash, path = plain.rstrip("/").partition("/")
    return host.lower() + slash + path
