"""The langchain face of the straight line: a Runnable from a question to an Answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, TypedDict

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor

from assistant.pipeline import Assistant
from assistant.types import Answer, Turn


class QuestionInput(TypedDict, total=False):
    """A question with the conversation before it."""

    question: str
    history: Sequence[BaseMessage]


class AnswerChain(Runnable[str | QuestionInput, Answer]):
    """`invoke`, `ainvoke`, `stream`, `astream` and `batch` over an Assistant.

    `stream` yields the answer as it grows, sentence by sentence; the last one is whole, and the
    only one with passages, suggestions and timings. The asynchronous forms run in a thread.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def invoke(
        self, input: str | QuestionInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        """Answer one question; traced by langchain's callbacks like any Runnable.

        Raises:
            TypeError: the input is neither text nor a mapping with a `question`.
            VectorStoreError: the store is empty, stale or damaged.
        """
        return self._call_with_config(self._ask, input, config)

    def stream(
        self, input: str | QuestionInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        """Yield the growing answer; see the class."""
        return self._transform_stream_with_config(iter([input]), self._grow, config)

    async def astream(
        self, input: str | QuestionInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        """Yield the growing answer; each step runs in a thread, since searching is no waiting."""
        grown = self.stream(input, config)
        while (answer := await run_in_executor(config, next, grown, None)) is not None:
            yield answer

    def _ask(self, input: str | QuestionInput) -> Answer:
        question, history = _parse(input)
        return self._assistant.ask(question, history)

    def _grow(self, inputs: Iterator[str | QuestionInput]) -> Iterator[Answer]:
        for item in inputs:
            question, history = _parse(item)
            yield from self._assistant.grow(question, history)


def _parse(item: object) -> tuple[str, list[Turn]]:
    if isinstance(item, str):
        return item, []
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise TypeError(
            "The chain takes a question as text, or a mapping with `question` and `history`, "
            f"not {type(item).__name__}."
        )
    return item["question"], turns_of(item.get("history", ()))


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """A conversation of messages as turns; a question without an answer is left out."""
    turns: list[Turn] = []
    asked: str | None = None
    for message in messages:
        if isinstance(message, HumanMessage):
            asked = str(message.text)
        elif isinstance(message, AIMessage) and asked is not None:
            turns.append(Turn(asked, str(message.text)))
            asked = None
    return turns
