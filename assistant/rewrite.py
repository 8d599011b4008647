"""A follow-up in a language model's words: a question that stands by itself, or none.

What the model writes is only searched for, and only where it says nothing that the conversation
does not say, is in the asker's language, still asks what was asked, and passes the guards that a
question passes. Otherwise the follow-up is completed without a model (`rephrase`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import ModelError
from assistant.generate import LANGUAGES, as_data
from assistant.models import ChatModel, Message, Reply
from assistant.question import is_content
from assistant.rephrase import TURNS_BACK, is_follow_up
from assistant.types import Turn
from ingest.language import detect_language
from vectorstore import analysis

SHARE = 1 / 3  # of the time for a whole reply; the rest is for wording the answer
MOST_CHARS = 400
_TURN_CHARS = 500
_LEAST_LETTERS, _PRONOUN_LETTERS = 3, 3  # of a word, and of what hangs on it: "هما"
_PROMPT = Path(__file__).with_name("prompts") / "rewrite.md"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What came of asking the model.

    Attributes:
        text: the question by itself, "" where the follow-up is to be completed without a model.
        seconds: that it took.
    """

    text: str = ""
    usage: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0


class Rewriter:
    """Asks a model for a follow-up that stands by itself."""

    def __init__(
        self,
        model: ChatModel,
        *,
        blocks: Callable[[str], object | None],
        redact: Callable[[str], str],
        seconds: float,
    ) -> None:
        """`blocks` says why a question may not be searched for; `seconds` is for whole replies."""
        self._model = model
        self._blocks = blocks
        self._redact = redact
        self._seconds = seconds * SHARE

    def rewrite(self, question: str, history: Sequence[Turn]) -> Rewriting:
        """The question by itself; never fails."""
        turns = history[-TURNS_BACK:]
        if not turns or not is_follow_up(question):
            return Rewriting()
        started = time.perf_counter()
        reply = Reply()
        try:
            pieces = self._model.stream(
                self._messages(question, turns), seconds=self._seconds, reply=reply
            )
            written = _one_line(pieces)
        except ModelError:
            written = ""
        if not (_holds(written, question, turns) and self._blocks(written) is None):
            written = ""
        return Rewriting(written, reply.usage, time.perf_counter() - started)

    def _messages(self, question: str, turns: Sequence[Turn]) -> list[Message]:
        language = LANGUAGES.get(detect_language(question), "English")
        said = "\n".join(
            f"<asked>{self._shown(turn.question)}</asked>\n"
            f"<answered>{self._shown(turn.answer)}</answered>"
            for turn in turns
        )
        return [
            Message("system", _PROMPT.read_text("utf-8").format(language=language)),
            Message("user", f"{said}\n\n<question>{self._shown(question)}</question>"),
        ]

    def _shown(self, text: str) -> str:
        return as_data(self._redact(text[:_TURN_CHARS]))


def _one_line(pieces: Iterable[str]) -> str:
    """The first line with words in it; what comes after is not waited for."""
    written = ""
    for piece in pieces:
        written += piece
        if len(written) > MOST_CHARS:
            return ""
        if "\n" in written.lstrip():
            break
    return written.strip().partition("\n")[0].strip(" \"'«»“”*`")


def _holds(written: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether it asks the same and says nothing new."""
    if not written or is_follow_up(written):
        return False
    if detect_language(written) != detect_language(question):
        return False
    said = [question, *(t.question[:_TURN_CHARS] for t in turns)]
    said += [t.answer[:_TURN_CHARS] for t in turns]
    words, asked, known = _content(written), _content(question), _content(" ".join(said))
    asks_the_same = not asked or any(_among(word, asked) for word in words)
    return asks_the_same and all(_among(word, known) for word in words)


def _among(stem: str, stems: set[str]) -> bool:
    """Whether a word is among others; an Arabic one also where there a pronoun hangs on it."""
    if stem in stems or stem.isascii() or len(stem) < _LEAST_LETTERS:
        return stem in stems
    return any(s.startswith(stem) and len(s) - len(stem) <= _PRONOUN_LETTERS for s in stems)


def _content(text: str) -> set[str]:
    return {analysis.stem(word) for word in analysis.words(text) if is_content(word)}
