from __future__ import annotations

from pathlib import Path

import pytest

from assistant.guards.danger import Danger
from assistant.types import Status

DATA = Path(__file__).parents[2] / "data" / "guards"
DANGER = Danger()


def lines(name: str) -> list[str]:
    read = (DATA / name).read_text("utf-8").splitlines()
    return [line for line in read if line and not line.startswith("#")]


def test_at_least_98_in_100_messages_from_people_in_danger_are_seen() -> None:
    told = (*lines("danger.txt"), *lines("danger-later.txt"))
    messages = [line.split(" | ", 1)[1] for line in told]
    missed = [message for message in messages if DANGER.check(message) is None]

    assert len(messages) >= 150
    assert len(missed) <= 0.02 * len(messages), missed


def test_at_most_5_in_100_ordinary_questions_are_taken_over() -> None:
    questions = [*lines("ordinary.txt"), *lines("ordinary-later.txt")]
    taken = [question for question in questions if DANGER.check(question) is not None]

    assert len(questions) >= 300
    assert len(taken) <= 0.05 * len(questions), taken


@pytest.mark.parametrize(
    "disguised",
    [
        "ساعدوني زوجي يضـــربني",
        "زَوْجِي يَضْرِبُنِي",
        "m\u200by husb\u200band be\u200bats me",
        "ＭＹ ＨＵＳＢＡＮＤ ＢＥＡＴＳ ＭＥ",
        "my husbаnd beаts me",  # Cyrillic а
        "my husbaaaaand beats meeee!!!",
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

    assert DANGER.check("my husband beats me " + filler)
    assert DANGER.check(filler + " my husband beats me")
    assert DANGER.check(filler) is None


def test_an_idiom_beside_real_danger_does_not_hide_it() -> None:
    assert DANGER.check("I nearly died laughing") is None
    assert DANGER.check("The heat is killing me and my husband beats me every day") is not None


def test_the_matter_without_a_person_at_risk_is_level_two() -> None:
    assert DANGER.check("Which law punishes trafficking in persons?") is None
    assert DANGER.matters("Which law punishes trafficking in persons?") == ("forced",)
    assert DANGER.matters("ما عقوبة الاتجار بالبشر؟") == ("forced",)
    assert DANGER.matters("When is the office open?") == ()
