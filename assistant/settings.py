"""The one place that reads the environment."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from assistant.errors import SettingsError
from vectorstore.embed import PACKAGED

PREFIX = "ASSISTANT_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator can set; each field is the environment variable `ASSISTANT_<FIELD>`.

    Attributes:
        store: folder that holds everything.
        embedding: "packaged", or a sentence-transformers folder or id.
        profile: folder of the profile, or the name of one that ships.
        chroma: `http[s]://[TOKEN@]HOST[:PORT][/TENANT/DATABASE]` of a Chroma server for the
            vectors, "" for Chroma in the own process.
        private_hosts: `host` or `host:port` names that may be fetched although they are private.
        user_agent_contact: address or page named in the User-Agent when pages are fetched.
        keep_questions_days: how long redacted questions are kept, 0 to 30; 0 keeps none.
        log_level: of a serving process: debug, info, warning or error.
        embed_origins: `https://host` of the sites that may show the chat in a frame.
        model: `provider:name` of a chat model that words answers, "" for none.
        model_url: of a server that speaks its provider's protocol, "" for the provider's own.
        model_seconds: from a question to the whole answer; nobody waits longer for the model.
        model_tokens: the longest reply.
        model_source_tokens: of the passages that the model reads, about.
        model_daily_tokens: read and written in a day by one process, 0 for no limit.
        model_daily_replies: asked for in a day by one process, 0 for no limit.
        model_price_input: money per million tokens read, 0 where it is not known.
        model_price_output: money per million tokens written.
        entailment: a sentence-transformers cross-encoder that the gate asks last, "" for none.
        trusted_proxies: networks of reverse proxies whose X-Forwarded-For is believed.
        today: the day that "last year" is held against; None for the machine's own.
    """

    store: Path = Path("store")
    embedding: str = PACKAGED
    profile: str = "iom_egypt"
    chroma: str = ""
    private_hosts: frozenset[str] = frozenset()
    user_agent_contact: str = ""
    keep_questions_days: int = 0
    log_level: str = "info"
    model: str = ""
    model_url: str = ""
    model_seconds: float = 8.0
    model_tokens: int = 400
    model_source_tokens: int = 1_500
    model_daily_tokens: int = 0
    model_daily_replies: int = 0
    model_price_input: float = 0.0
    model_price_output: float = 0.0
    entailment: str = ""
    trusted_proxies: tuple[Network, ...] = ()
    embed_origins: tuple[str, ...] = ()
    today: date | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read `ASSISTANT_…` variables; empty ones count as unset.

        Raises:
            SettingsError: a variable looks like a misspelt setting.
        """
        known = {PREFIX + name.upper(): name for name in cls.__slots__}
        values: dict[str, object] = {}
        for variable, value in environment.items():
            if not variable.startswith(PREFIX) or not value.strip():
                continue
            if variable not in known:
                # Other programs' variables may share the prefix; a near miss is a slip.
                near = difflib.get_close_matches(variable, known, n=1, cutoff=0.87)
                if near:
                    raise SettingsError(f"{variable} is no setting. Did you mean {near[0]}?")
                continue
            values[known[variable]] = _READ.get(known[variable], str)(value.strip())
        return cls(**values)  # type: ignore[arg-type]


def _hosts(value: str) -> frozenset[str]:
    return frozenset(host.strip().lower() for host in value.split(",") if host.strip())


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(part for part in re.split(r"[,\s]+", value) if part)
    for origin in origins:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(?::\d+)?", origin, re.IGNORECASE):
            raise SettingsError(
                f"ASSISTANT_EMBED_ORIGINS: {origin} is no origin. Give https://host, no path."
            )
    return origins


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(
            ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()
        )
    except ValueError as error:
        raise SettingsError(
            f"ASSISTANT_TRUSTED_PROXIES: {error}. Give addresses or networks, like 10.0.0.0/8."
        ) from error


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise SettingsError(f"ASSISTANT_TODAY is {value}; write it as 2024-03-01.") from error


def _days(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or int(value) > 30:
        raise SettingsError(
            f"ASSISTANT_KEEP_QUESTIONS_DAYS is {value}; give a whole number from 0 (none) to 30."
        )
    return int(value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 600:
        raise SettingsError(f"ASSISTANT_MODEL_SECONDS is {value}; give 1 to 600.")
    return seconds


def _tokens(value: str) -> int:
    if not value.isascii() or not value.isdecimal():
        raise SettingsError(f"A number of tokens is {value}; give a whole number.")
    return int(value)


def _price(value: str) -> float:
    try:
        price = float(value)
    except ValueError:
        price = -1.0
    if not 0 <= price < 1_000_000:
        raise SettingsError(f"A price of the model is {value}; give money per million tokens.")
    return price


def _server(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise SettingsError(f"ASSISTANT_CHROMA is {value}; give an address: http://HOST:PORT.")
    return value.rstrip("/")


def _level(value: str) -> str:
    if value.lower() not in ("debug", "info", "warning", "error"):
        raise SettingsError(f"ASSISTANT_LOG_LEVEL is {value}; give debug, info, warning or error.")
    return value.lower()


_READ: Mapping[str, Callable[[str], object]] = {
    "store": Path,
    "private_hosts": _hosts,
    "trusted_proxies": _networks,
    "embed_origins": _origins,
    "keep_questions_days": _days,
    "log_level": _level,
    "chroma": _server,
    "model_seconds": _seconds,
    "model_tokens": _tokens,
    "model_source_tokens": _tokens,
    "model_daily_tokens": _tokens,
    "model_daily_replies": _tokens,
    "model_price_input": _price,
    "model_price_output": _price,
    "today": _day,
}
