from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from assistant.chain import AnswerChain, turns_of
from assistant.types import Status, Turn
from tests.assistant.test_pipeline import CAIRO, assistant


def test_the_chain_composes_like_any_runnable(tmp_path: Path) -> None:
    chain = AnswerChain(assistant(tmp_path, CAIRO, confidence=0.9)) | RunnableLambda(
        lambda answer: answer.status
    )

    assert chain.invoke("When did it open?") is Status.ANSWERED
    assert chain.batch(["When did it open?", ""]) == [
        Status.ANSWERED,
        Status.BLOCKED_EMPTY_QUESTION,
    ]
    assert asyncio.run(chain.ainvoke({"question": "When did it open?"})) is Status.ANSWERED


def test_streaming_grows_the_answer_sentence_by_sentence(tmp_path: Path) -> None:
    chain = AnswerChain(assistant(tmp_path, CAIRO, confidence=0.9))

    first, last = chain.stream("When did it open?")

    assert first.text == "The office in Cairo opened in 1991. [1]"
    assert last.text == "The office in Cairo opened in 1991. [1] It has a clinic. [2]"
    assert len(first.citations) == 1

    async def collect() -> list[str]:
        return [answer.text async for answer in chain.astream("When did it open?")]

    assert asyncio.run(collect()) == [first.text, last.text]


def test_messages_become_turns_and_an_unanswered_question_is_left_out() -> None:
    messages = [HumanMessage("One?"), AIMessage("1."), HumanMessage("Two?"), HumanMessage("Three?")]

    assert turns_of([*messages, AIMessage("3.")]) == [Turn("One?", "1."), Turn("Three?", "3.")]


def test_other_input_is_refused_with_what_is_wanted(tmp_path: Path) -> None:
    chain = AnswerChain(assistant(tmp_path, CAIRO, confidence=0.9))

    with pytest.raises(TypeError, match="takes a question as text"):
        chain.invoke(7)  # type: ignore[arg-type]
