"""Question and sources to a draft: numbered passages in, sentences with their sources out.

The evidence that the extractive path chose goes first. What stands in a source is data: it is
escaped and marked, never part of the template; numbers to call and addresses are taken out of it
and stand as tokens, so that the model cannot change them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.models import Message
from ingest.sentences import sentence_spans
from vectorstore.types import Passage

SOURCES = 6
_CHARS_PER_TOKEN = {"ar": 2.2, "en": 4.0}  # of common tokenizers, on the development pages
_PROMPT = Path(__file__).with_name("prompts") / "answer.md"
LANGUAGES = {"en": "English", "ar": "Arabic (Modern Standard)"}
_MARKER = re.compile(r"[\[［【]\s*(\d{1,3}(?:\s*[,،;]\s*\d{1,3})*)\s*[\]］】]")
_CONTACT = re.compile(r"\{\{?contact:\s*\d+\s*\}?\}")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]*\w|(?:https?://|www\.)[^\s<>\"]*[\w/]|\+?\d[\d \u00a0().-]{6,}\d"
)
_DECLINED = re.compile(r"^\W*no[ _]answer\b", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_LEADING = re.compile(r"\s*(?:[\[［【][\d\s,،;]+[\]］】]\s*)+")


@dataclass(frozen=True, slots=True)
class Drafted:
    """One written sentence and the places of its sources, 0-based; places that do not exist
    are among them as -1."""

    text: str
    sources: tuple[int, ...]


def messages_for(
    question: str, language: str, publisher: str, sources: Sequence[Passage]
) -> list[Message]:
    """The prompt with the numbered sources."""
    system = _PROMPT.read_text("utf-8").format(
        publisher=publisher, language=LANGUAGES.get(language, "English")
    )
    shown = "\n".join(
        f'<source number="{number}" date="{p.chunk.published or "unknown"}">\n'
        f"{as_data(p.chunk.title)}\n{as_data(_said(p))}\n</source>"
        for number, p in enumerate(sources, start=1)
    )
    asked = f"{shown}\n\n<question>\n{as_data(question)}\n</question>"
    return [Message("system", system), Message("user", asked)]


def _said(passage: Passage) -> str:
    """What may be evidence of a passage: its sentences, without what was left out of them."""
    return " ".join(sentence.text for sentence in passage.sentences)


def sources_within(
    chosen: Iterable[Passage], others: Iterable[Passage], budget_tokens: int
) -> list[Passage]:
    """Passages for the prompt, those with the chosen evidence first."""
    picked: dict[str, Passage] = {}
    spent = 0.0
    for passage in (*chosen, *others):
        if passage.chunk.id in picked or len(picked) == SOURCES:
            continue
        size = len(passage.chunk.text) / _CHARS_PER_TOKEN.get(passage.chunk.language, 3.0)
        if picked and spent + size > budget_tokens:
            continue
        picked[passage.chunk.id] = passage
        spent += size
    return list(picked.values())


def sentences_of(pieces: Iterable[str], sources: int) -> Iterator[Drafted]:
    """The draft sentence by sentence, each as soon as it has ended.

    A line is a sentence or several; JSON `{"sentences": [{"text", "citations"}]}` is read too.
    """
    rest = ""
    for piece in pieces:
        rest += piece
        if rest.lstrip().startswith(("{", "```")):
            continue
        *lines, rest = rest.split("\n")
        for line in lines:
            yield from _drafted(line, sources)
    if rest.lstrip().startswith(("{", "```")):
        yield from _from_json(rest, sources)
    else:
        yield from _drafted(rest, sources)


def declined(sentence: Drafted) -> bool:
    """Whether the model says that the sources do not answer."""
    return bool(_DECLINED.match(sentence.text))


def _drafted(line: str, sources: int) -> Iterator[Drafted]:
    for part in _parts(_BULLET.sub("", line)):
        numbers = [int(n) for m in _MARKER.finditer(part) for n in re.findall(r"\d+", m[1])]
        plain = " ".join(_CONTACT.sub("", _MARKER.sub("", part)).split())
        plain = re.sub(r"\s+([.,;:!?،؛؟])", r"\1", plain).strip("*_# ")
        if any(c.isalnum() for c in plain):
            yield Drafted(plain, _places(numbers, sources))


def _parts(line: str) -> list[str]:
    """The sentences of a line, each with the markers that stand right after it."""
    parts: list[str] = []
    for span in sentence_spans(line):
        part = span.of(line)
        led = _LEADING.match(part)
        if led and parts:
            parts[-1] += led.group()
            part = part[led.end() :]
        if part.strip():
            parts.append(part)
    return parts


def _from_json(text: str, sources: int) -> Iterator[Drafted]:
    begin, end = text.find("{"), text.rfind("}")
    try:
        document = json.loads(text[begin : end + 1])
        rows = [(str(r["text"]), list(r["citations"])) for r in document["sentences"]]
    except (ValueError, KeyError, TypeError):
        return
    for said, numbers in rows:
        whole = [n for n in numbers if isinstance(n, int)]
        if any(c.isalnum() for c in said):
            yield Drafted(" ".join(_CONTACT.sub("", said).split()), _places(whole, sources))


def _places(numbers: Sequence[int], sources: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(n - 1 if 1 <= n <= sources else -1 for n in numbers))


def as_data(text: str) -> str:
    """A text as data: no tag can be closed by it, no address or number to call is in it."""
    text = _ADDRESS.sub("{contact}", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
