"""A chat model by `provider:name`, kept on a leash: time, tokens, failures, days.

Any provider of langchain's `init_chat_model`; its package is an extra, its key comes from the
environment and is never held here. `local:FILE.gguf` runs llama.cpp in a process of its own.
"""

from __future__ import annotations

import os
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from assistant.errors import ModelError, SettingsError
from assistant.model_limits import Breaker, Budget, Price

ATTEMPTS = 2  # a second try only where nothing has come yet and time is left
MOST_CHARS_PER_TOKEN = 8  # a reply longer than this has ignored how long it may be
CHARS_PER_TOKEN = 3  # where a provider does not count: between Arabic's 2.2 and English's 4
_WHY_IT_ENDED = ("finish_reason", "stop_reason", "done_reason")  # OpenAI, Anthropic, Ollama
EXTRAS = {  # that bring a provider's package
    "openai": "openai",
    "anthropic": "anthropic",
    "google_genai": "google",
    "mistralai": "mistral",
    "ollama": "ollama",
}
_KEYS = {  # from which variable a provider's package takes its key
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
}
LOCAL, OLLAMA = "local", "ollama"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model; `role` is "system" or "user"."""

    role: str
    text: str


@dataclass(slots=True)
class Reply:
    """What is known of a reply once it has ended.

    Attributes:
        tokens_in, tokens_out: read and written, as the provider counts; reckoned from the
            characters where it does not.
        cost: money, None where no price is set.
        finished: why it ended, in the provider's word.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    finished: str = ""

    @property
    def usage(self) -> Mapping[str, float]:
        """For the Answer: tokens, and money where a price is set."""
        tokens = {"tokens_in": self.tokens_in, "tokens_out": self.tokens_out}
        return tokens if self.cost is None else {**tokens, "cost": self.cost}


def added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The usage of two replies together."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


class ChatModel(Protocol):
    """Streams a reply in pieces."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def prepare(self) -> None:
        """Load what the first reply would wait for.

        Raises:
            ModelError: that fails.
        """
        ...

    def stream(self, messages: Sequence[Message], *, seconds: float, reply: Reply) -> Iterator[str]:
        """Pieces of text as they come; `reply` is filled in on the way.

        Raises:
            ModelError: the model failed, was too slow, said too much, or may not be asked now.
        """
        ...


class LangchainModel:
    """A langchain chat model with a deadline for every reply."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Any],
        *,
        answer_tokens: int,
        budget: Budget,
        price: Price,
        breaker: Breaker | None = None,
    ) -> None:
        """`make` builds the langchain model at the first question."""
        self.name = name
        self._make = make
        self._model: Any = None
        self._most_chars = answer_tokens * MOST_CHARS_PER_TOKEN
        self._budget = budget
        self._price = price
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Load the provider's package, and a local model; else the first question does.

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
        self._budget.begin()
        said = 0
        until = time.monotonic() + seconds
        try:
            for piece in self._tried(messages, until, reply):
                said += len(piece)
                if said > self._most_chars:
                    raise ModelError("The model said far too much.")
                yield piece
        except ModelError:
            self._breaker.failed()
            raise
        finally:
            self._reckon(messages, said, reply)
        self._breaker.worked()

    def _reckon(self, messages: Sequence[Message], said: int, reply: Reply) -> None:
        """Count what the reply used up."""
        if said and not reply.tokens_out:
            reply.tokens_in = sum(len(m.text) for m in messages) // CHARS_PER_TOKEN
            reply.tokens_out = -(-said // CHARS_PER_TOKEN)
        self._budget.spend(reply.tokens_in + reply.tokens_out)
        if self._price.known:
            reply.cost = self._price.of(reply.tokens_in, reply.tokens_out)

    def _tried(self, messages: Sequence[Message], until: float, reply: Reply) -> Iterator[str]:
        for attempt in range(1, ATTEMPTS + 1):
            said = False
            try:
                for piece in self._pieces(messages, until, reply):
                    said = True
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
                if isinstance(piece, ModelError):
                    raise _Failed(str(piece), again=False) from piece
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
            self.prepare()
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
    about = getattr(chunk, "response_metadata", None) or {}
    for name in _WHY_IT_ENDED:
        if about.get(name):
            reply.finished = str(about[name])


def make_model(
    setting: str,
    *,
    url: str = "",
    seconds: float,
    answer_tokens: int,
    budget: Budget,
    price: Price,
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
    if provider == LOCAL:
        from assistant.local_model import LocalServer

        server = LocalServer(Path(name))
        setting = f"{LOCAL}:{Path(name).name}"

        def make() -> Any:
            return _chat("openai", "local", *server.start(), seconds, answer_tokens)
    else:
        _known(provider)

        def make() -> Any:
            key = _KEYS.get(provider)
            if key and not url and not os.environ.get(key):
                raise ModelError(f"{key} is not set.")
            return _chat(provider, name, url, "", seconds, answer_tokens)

    return LangchainModel(setting, make, answer_tokens=answer_tokens, budget=budget, price=price)


def is_outside(setting: str, url: str = "") -> bool:
    """Whether what is sent to a model leaves this machine."""
    provider = setting.partition(":")[0]
    if provider == LOCAL:
        return False
    if not url:
        if provider != OLLAMA:
            return True
        url = os.environ.get("OLLAMA_HOST", "localhost")  # where its client turns to
        url = url if "//" in url else f"//{url}"
    host = urlsplit(url).hostname or ""
    return host != "localhost" and not re.fullmatch(r"127(?:\.\d{1,3}){3}|::1", host)


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
        extra = EXTRAS.get(provider)
        how = f'pip install -c constraints.txt ".[{extra}]"' if extra else f"pip install {package}"
        raise SettingsError(f"The provider {provider} needs a package: {how}")


def _chat(provider: str, name: str, url: str, key: str, seconds: float, answer_tokens: int) -> Any:
    from langchain.chat_models import init_chat_model

    more: dict[str, Any] = {"base_url": url} if url else {}
    if provider == OLLAMA:  # names things in its own way
        more |= {"num_predict": answer_tokens, "client_kwargs": {"timeout": seconds}}
        return init_chat_model(f"{provider}:{name}", temperature=0, **more)
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
