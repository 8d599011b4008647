from __future__ import annotations

import pytest

from assistant.wording import Speller, in_written_words

VOCABULARY = dict.fromkeys(
    "national councils training governorates naela gabr iraq train budget مهاجر تدريب".split(), 3
)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("how many ppl came", "how many people came"),
        ("wat is avrr", "what is avrr"),
        ("فين المكتب؟", "اين المكتب؟"),
        ("إمتى فتحوا الدار، وبتشيل كام واحد؟", "متي افتتح الدار، وتستوعب كم واحد؟"),
        ("لو حد بيستغل عيّل", "لو شخص استغلال طفل"),
    ],
)
def test_chat_and_dialect_are_written_out(spoken: str, written: str) -> None:
    assert in_written_words(spoken) == written


@pytest.mark.parametrize(
    "question",
    [
        "How many people live in Egypt?",
        "أين يقع المكتب في القاهرة؟",
        "من هو رئيس البعثة؟",
        "ما حق اللاجئ في العمل؟",
    ],
)
def test_the_written_language_is_left_alone(question: str) -> None:
    assert in_written_words(question) == question


@pytest.mark.parametrize(
    ("slip", "mended"),
    [
        ("the natonal councils traning", "the national councils training"),
        ("in how many govrnorates", "in how many governorates"),
        ("Who is Nayla Gaber?", "Who is Naela Gabr?"),
        ("who is nayla gaber", "who is naela gabr"),
    ],
)
def test_slips_become_words_of_the_pages(slip: str, mended: str) -> None:
    assert Speller(VOCABULARY).mended(slip) == mended


@pytest.mark.parametrize(
    "question",
    [
        "What about Iran?",  # not Iraq
        "Will it rain?",  # not train
        "A bridge, a gadget and a dude.",
        "12 345",
    ],
)
def test_real_words_stay_as_they_are(question: str) -> None:
    assert Speller(VOCABULARY).mended(question) == question
