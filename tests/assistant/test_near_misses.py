from __future__ import annotations

import pytest

from assistant.evidence import Evidence
from assistant.near_misses import (
    lacks,
    lacks_age,
    lacks_how_long,
    lacks_pay,
    of_another_place,
    only_announced,
)
from assistant.question import read_question
from tests.builders import passage

FIRST = (
    "Twenty judges took part in the first course in Cairo. "
    "A second course will follow in November in Aswan."
)
FIRST_AR = (
    "فحصت العيادة 4,060 شخصاً في السهل الجنوبي. ستتوجه العيادة في سبتمبر إلى المرتفعات الشمالية."
)


def evidence(question: str, text: str, publisher: str = "", title: str = "Page") -> Evidence:
    return Evidence(
        read_question(question),
        [passage(text, url="https://example.org/page", title=title)],
        publisher,
    )


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("How long does return take?", "IOM takes no part in forced returns.", True),
        ("How long does return take?", "It takes five weeks from the first interview.", False),
        ("How long does return take?", "It is judged against the 1951 Convention.", True),
        ("Who takes part in return?", "IOM takes no part in forced returns.", False),
        ("كم تستغرق العودة؟", "العودة طوعية.", True),
        ("كم تستغرق العودة؟", "نحو خمسة أسابيع.", False),
    ],
)
def test_how_long_is_told_by_a_time(question: str, text: str, lacking: bool) -> None:
    assert lacks_how_long(evidence(question, text), [0]) is lacking


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("How old is Adam?", "Adam worked in a mill for four years.", True),
        ("How old is Adam?", "Adam, 34, worked in a mill.", False),
        ("كم عمر آدم؟", "عمل آدم أربع سنوات في مصنع.", True),
        ("كم عمر آدم؟", "آدم البالغ من العمر 34 عاماً يعمل في مصنع.", False),
        ("How old must a child be?", "Children stay for four years.", False),
    ],
)
def test_an_age_is_told_as_one(question: str, text: str, lacking: bool) -> None:
    assert lacks_age(evidence(question, text), [0]) is lacking


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("What does the assistant earn?", "The contract is for one year.", True),
        ("What does the assistant earn?", "The salary is 900 dollars.", False),
        ("What is the salary of a volunteer?", "Volunteers are not paid.", False),
        ("What do I do to earn the certificate?", "Attend all the lessons.", False),
        ("كم راتب المرشد؟", "لم يتقاض آخر ثلاثة رواتب من المصنع قبل إغلاقه.", False),
        ("كم راتب المرشد؟", "يتحدث المرشد معك على انفراد.", True),
    ],
)
def test_pay_is_told_by_a_sum(question: str, text: str, lacking: bool) -> None:
    assert lacks_pay(evidence(question, text), [0]) is lacking


@pytest.mark.parametrize(
    ("question", "text", "announced"),
    [
        ("How many judges took part in the second course?", FIRST, True),
        ("How many judges took part in the course in Aswan?", FIRST, True),
        ("How many judges took part in the first course?", FIRST, False),
        ("When will the second course be held?", FIRST, False),
        ("كم شخصاً فحصت العيادة في المرتفعات الشمالية؟", FIRST_AR, True),
        ("كم شخصاً فحصت العيادة في السهل الجنوبي؟", FIRST_AR, False),
    ],
)
def test_what_is_only_announced_has_no_figures_yet(
    question: str, text: str, announced: bool
) -> None:
    assert only_announced(evidence(question, text), 0) is announced


@pytest.mark.parametrize(
    ("question", "text", "publisher", "elsewhere"),
    [
        ("How many refugees flew to Canada?", "183 refugees flew to Germany.", "", True),
        ("How many refugees flew to Germany?", "183 refugees flew to Germany.", "", False),
        ("How many refugees flew to Germany?", "183 refugees flew to Berlin.", "", False),
        ("How many refugees flew to Canada?", "183 refugees flew.", "", False),
        ("كم لاجئاً سافر إلى كندا؟", "سافر 183 لاجئاً إلى ألمانيا.", "", True),
        ("Which line is there in Egypt?", "The line for people from Sudan is 99310.", "", True),
        ("Which line is there in Egypt?", "The line for Sudan is 99310.", "IOM Egypt", False),
    ],
)
def test_another_place_than_the_one_asked_about(
    question: str, text: str, publisher: str, elsewhere: bool
) -> None:
    assert of_another_place(evidence(question, text, publisher), 0, [0]) is elsewhere


def test_any_of_these_is_a_lack() -> None:
    assert lacks(evidence("How long does return take?", "Return is voluntary."), [0])
    assert not lacks(evidence("How long does return take?", "It takes a week."), [0])
