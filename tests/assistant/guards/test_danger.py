from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.guards.danger import Danger
from assistant.guards.scorer import Floats, Scorer
from assistant.types import Status
from vectorstore.embed import PackagedEmbedder
from vectorstore.errors import EncoderError

DATA = Path(__file__).parents[2] / "data" / "guards"
DANGER = Danger(Scorer(PackagedEmbedder()))


def lines(name: str) -> list[str]:
    read = (DATA / name).read_text("utf-8").splitlines()
    return [line for line in read if line and not line.startswith("#")]


MESSAGES = [line.split(" | ", 1)[1] for line in lines("danger.txt")]
QUESTIONS = lines("ordinary.txt")


def test_people_in_danger_are_seen_in_messages_that_nothing_was_learned_from() -> None:
    missed = [message for message in MESSAGES if DANGER.check(message) is None]

    assert len(MESSAGES) >= 150
    assert len(missed) <= 0.05 * len(MESSAGES), missed


def test_at_most_5_in_100_ordinary_questions_are_taken_over() -> None:
    taken = [question for question in QUESTIONS if DANGER.check(question) is not None]

    assert len(QUESTIONS) >= 300
    assert len(taken) <= 0.05 * len(QUESTIONS), taken


def test_without_an_encoder_the_words_still_show_most() -> None:
    class Gone:
        def encode_queries(self, texts: Sequence[str]) -> Floats:
            raise EncoderError("The embedding model cannot be loaded.")

    words_alone = Danger(Scorer(Gone()))
    seen = sum(words_alone.check(message) is not None for message in MESSAGES)
    taken = sum(words_alone.check(question) is not None for question in QUESTIONS)

    assert seen >= 0.75 * len(MESSAGES)
    assert taken <= 0.08 * len(QUESTIONS)


@pytest.mark.parametrize(
    "disguised",
    [
        "ساعدوني زوجي يضـــربني",
        "زَوْجِي يَضْرِبُنِي",
        "m\u200by husb\u200band be\u200bats me",
        "my hus\u00adband be\U000e0061ats m\u2060e",
        "ＭＹ ＨＵＳＢＡＮＤ ＢＥＡＴＳ ＭＥ",
        "𝗺𝘆 𝗵𝘂𝘀𝗯𝗮𝗻𝗱 𝗯𝗲𝗮𝘁𝘀 𝗺𝗲",
        "my husbаnd beаts me",  # Cyrillic а
        "my husbαnd bεats mε",  # Greek α and ε
        "my husbaaaaand beats meeee!!!",
        "m.y h-u-s-b-a-n-d b e a t s me",
        "\u202emy husband beats me\u202c",
        "my h́usb̀and béats me",
        "عمري ١٤ سنة وبنام في الشارع لوحدي",
        "عمري ۱۴ سنة وبنام في الشارع لوحدي",
    ],
)
def test_disguised_letters_and_digits_are_read(disguised: str) -> None:
    block = DANGER.check(disguised)

    assert block is not None
    assert block.status is Status.REFERRAL


def test_danger_at_either_end_of_an_endless_message_is_seen() -> None:
    filler = "word كلمة " * 200_000

    assert DANGER.check("my husband beats me every night " + filler)
    assert DANGER.check(filler + " my husband beats me every night")
    assert DANGER.check(filler) is None


def test_an_idiom_beside_real_danger_does_not_hide_it() -> None:
    assert DANGER.check("The suspense is killing me") is None
    assert DANGER.check("The heat is killing me and my husband beats me every day") is not None


def test_the_likeliest_situation_comes_first() -> None:
    block = DANGER.check("I am 13, I came alone and I sleep in the street")

    assert block is not None
    assert block.situations[0] == "child"


def test_the_matter_without_a_person_at_risk_is_level_two() -> None:
    assert DANGER.check("Which law punishes trafficking in persons?") is None
    assert DANGER.matters("Which law punishes trafficking in persons?") == ("forced",)
    assert DANGER.matters("ما عقوبة الاتجار بالبشر؟") == ("forced",)
    assert DANGER.matters("When is the office open?") == ()


@pytest.mark.parametrize("text", ["", "  ", "؟!…", "🙏🙏🏽🧕🏾🚣", "\x00"])
def test_a_message_without_words_is_no_danger(text: str) -> None:
    assert DANGER.check(text) is None


def test_of_a_long_message_each_piece_is_read() -> None:
    told = "We arrived in spring and found a room in Faisal, the rent was fair, " * 6
    asked = told + "and now the owner locked us in and says he will kill my son. " + told

    assert DANGER.check(told) is None
    assert DANGER.check(asked) is not None


def test_scores_are_finite_numbers_for_anything_that_has_words() -> None:
    scores = DANGER._scorer.scores("کلمه unknown 字 слово")

    assert np.isfinite(list(scores.values())).all()
