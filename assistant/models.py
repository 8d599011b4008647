"""A chat model by `provider:name`, kept on a leash: time, tokens, failures, days.

Any provider of langchain's `init_chat_model`; its package is an extra, its key comes from the
environment and is never held here. `local:FILE.gguf` runs llama.cpp in a process of its own.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import ModelError, SettingsError

ATTEMPTS = 2  # a second try only where nothing has come yet and time is left
OPENS_AFTER, STAYS_OPEN_S = 5, 30.0  # failures in a row, seconds
MOST_CHARS = 8_000  # of one reply; the longest good one has a tenth of it
_DAY_S = 86_400.0
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model; `role` is "system" or "user"."""

    role: str
    text: str


@dataclass(slots=True)
class Reply:
    """What is known of a reply once it has ended: tokens in and out as the provider counts."""

    tokens_in: int = 0
    tokens_out: int = 0
    finished: str = ""


class ChatModel(Protocol):
    """Streams a reply in pieces."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def stream(self, messages: Sequence[Message], *, seconds: float, reply: Reply) -> Iterator[str]:
        """Pieces of text as they come; `reply` is filled in on the way.

        Raises:
            ModelError: the model failed, was too slow, said too much, or may not be asked now.
        """
        ...


@dataclass(slots=True)
class Breaker:
    """Stops asking a model that keeps failing."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _open_until: float = 0.0

    def check(self) -> None:
        """Refuse while it is open.

        Raises:
            ModelError: the model failed too often just now.
        """
        if self.clock() < self._open_until:
            raise ModelError("The model failed several times in a row and is left alone for now.")

    def failed(self) -> None:
        """Count a failure."""
        self._failures += 1
        if self._failures >= OPENS_AFTER:
            self._open_until = self.clock() + STAYS_OPEN_S
            self._failures = OPENS_AFTER - 1  # one try decides after the pause

    def worked(self) -> None:
        """Forget the failures."""
        self._failures = 0


@dataclass(slots=True)
class Budget:
    """Tokens per day, counted in this process; 0 means no limit."""

    daily_tokens: int = 0
    clock: Callable[[], float] = time.time
    _day: int = -1
    _spent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Refuse when today's tokens are spent.

        Raises:
            ModelError: they are.
        """
        with self._lock:
            self._turn()
            if self.daily_tokens and self._spent >= self.daily_tokens:
                raise ModelError("The tokens for today are spent.")

    def spend(self, tokens: int) -> None:
        """Count tokens."""
        with self._lock:
            self._turn()
            self._spent += tokens

    def _turn(self) -> None:
        day = int(self.clock() // _DAY_S)
        if day != self._day:
            self._day, self._spent = day, 0


class LangchainModel:
    """A langchain chat model with a deadline for every reply."""

    def __init__(
        self, name: str, make: Callable[[], Any], budget: Budget, breaker: Breaker | None = None
    ) -> None:
        """`make` builds the langchain model at the first question."""
        self.name = name
        self._make = make
        self._model: Any = None
        self._budget = budget
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Load the provider's package, and a local model, before anybody waits for it.

        Raises:
            ModelError: that fails.
        """
        with self._lock:
            if self._model is not None:
                return
            try:
                self._model = self._make()
            except ModelError:
                raise
            except Exception as error:
                raise ModelError(f"The model cannot be used: {type(error).__name__}.") from error

    def stream(self, messages: Sequence[Message], *, seconds: float, reply: Reply) -> Iterator[str]:
        """See `ChatModel`."""
        self._breaker.check()
        self._budget.check()
        try:
            self.prepare()
            until = time.monotonic() + seconds
            yield from self._tried(messages, until, reply)
        except ModelError:
            self._breaker.failed()
            raise
        finally:
            self._budget.spend(reply.tokens_in + reply.tokens_out)
        self._breaker.worked()

    def _tried(self, messages: Sequence[Message], until: float, reply: Reply) -> Iterator[str]:
        for attempt in range(1, ATTEMPTS + 1):
            said = 0
            try:
                for piece in self._pieces(messages, until, reply):
                    said += len(piece)
                    if said > MOST_CHARS:
                        raise ModelError("The model said far too much.")
                    yield piece
                return
            except _Failed as error:
                late = time.monotonic() > until - 1.0
                if said or late or attempt == ATTEMPTS or not error.again:
                    raise ModelError(str(error)) from error
                time.sleep(min(0.3, max(0.0, until - time.monotonic())))

    def _pieces(self, messages: Sequence[Message], until: float, reply: Reply) -> Iterator[str]:
        """The pieces, read by a thread so that no silence outlasts the deadline."""
        pieces: queue.Queue[Any] = queue.Queue(maxsize=64)
        stopped = threading.Event()
        thread = threading.Thread(
            target=self._read, args=(messages, pieces, stopped), daemon=True, name="model"
        )
        thread.start()
        try:
            while True:
                left = until - time.monotonic()
                if left <= 0:
                    raise _Failed("The model took too long.", again=False)
                try:
                    piece = pieces.get(timeout=left)
                except queue.Empty:
                    raise _Failed("The model took too long.", again=False) from None
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise _Failed(f"The model failed: {type(piece).__name__}.") from piece
                _count(piece, reply)
                if piece.tool_call_chunks:
                    raise _Failed("The model called a tool; it has none.", again=False)
                if text := str(piece.text):
                    yield text
        finally:
            stopped.set()

    def _read(
        self, messages: Sequence[Message], pieces: queue.Queue[Any], stopped: threading.Event
    ) -> None:
        try:
            for chunk in self._model.stream([(m.role, m.text) for m in messages]):
                while not stopped.is_set():
                    try:
                        pieces.put(chunk, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if stopped.is_set():
                    return
            pieces.put(None)
        except Exception as error:  # noqa: BLE001 - whatever a provider's package raises
            if not stopped.is_set():
                pieces.put(error)


class _Failed(Exception):
    def __init__(self, text: str, again: bool = True) -> None:
        super().__init__(text)
        self.again = again


def _count(chunk: Any, reply: Reply) -> None:
    usage = getattr(chunk, "usage_metadata", None) or {}
    reply.tokens_in = max(reply.tokens_in, int(usage.get("input_tokens", 0)))
    reply.tokens_out = max(reply.tokens_out, int(usage.get("output_tokens", 0)))
    reason = (getattr(chunk, "response_metadata", None) or {}).get("finish_reason")
    if reason:
        reply.finished = str(reason)


def make_model(
    setting: str, *, url: str = "", seconds: float, answer_tokens: int, daily_tokens: int = 0
) -> LangchainModel:
    """The model that `provider:name` says.

    Args:
        url: of a server that speaks the provider's protocol, "" for the provider's own.

    Raises:
        SettingsError: there is no such provider, or its package is not installed.
    """
    provider, colon, name = setting.partition(":")
    if not colon or not name:
        raise SettingsError(
            f"ASSISTANT_MODEL is {setting}; give provider:name, such as openai:gpt-4.1-mini, "
            "ollama:llama3.2 or local:FILE.gguf."
        )
    budget = Budget(daily_tokens)
    if provider == LOCAL:
        from assistant.local_model import LocalServer

        server = LocalServer(Path(name))
        return LangchainModel(
            f"{LOCAL}:{Path(name).name}",
            lambda: _chat("openai", "local", *server.start(), seconds, answer_tokens),
            budget,
        )
    _known(provider)
    return LangchainModel(
        setting, lambda: _chat(provider, name, url, "", seconds, answer_tokens), budget
    )


def _known(provider: str) -> None:
    """Refuse a provider that langchain does not know or whose package is missing, at once."""
    from importlib.util import find_spec

    from langchain.chat_models.base import _BUILTIN_PROVIDERS

    entry = _BUILTIN_PROVIDERS.get(provider)
    if entry is None:
        raise SettingsError(
            f"ASSISTANT_MODEL names the provider {provider}; langchain knows "
            f"{', '.join(sorted(_BUILTIN_PROVIDERS))}."
        )
    module = entry[0]
    if find_spec(module.split(".")[0]) is None:
        package = module.split(".")[0].replace("_", "-")
        raise SettingsError(f"The provider {provider} needs a package: pip install {package}")


def _chat(provider: str, name: str, url: str, key: str, seconds: float, answer_tokens: int) -> Any:
    import os

    from langchain.chat_models import init_chat_model

    more: dict[str, Any] = {"base_url": url} if url else {}
    if key:
        more["api_key"] = key
    elif url and provider == "openai" and "OPENAI_API_KEY" not in os.environ:
        more["api_key"] = "none"  # servers of one's own want none, the package wants some
    if provider == "openai":
        more["stream_usage"] = True
    return init_chat_model(
        f"{provider}:{name}",
        temperature=0,
        timeout=seconds,
        max_retries=0,  # retried above, where the deadline is known
        max_tokens=answer_tokens,
        **more,
    )
