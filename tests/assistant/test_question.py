from __future__ import annotations

import pytest

from assistant.question import Asked, language_of, read_question


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Who chairs the committee?", (Asked.PERSON,)),
        ("When was the shelter opened?", (Asked.TIME,)),
        ("Since what year has IOM been in Egypt?", (Asked.TIME,)),
        ("In which city was the forum held?", (Asked.PLACE,)),
        ("How many kits were handed out?", (Asked.NUMBER,)),
        ("What was the budget of the programme?", (Asked.NUMBER,)),
        ("Why was the agreement amended?", (Asked.REASON,)),
        ("How can I reach a caseworker?", (Asked.MANNER,)),
        ("What does THAMM stand for?", (Asked.DEFINITION,)),
        ("List the ministries at the workshop.", (Asked.LIST,)),
        ("Which hotline should a woman call?", (Asked.CONTACT,)),
        ("What is the difference between smuggling and trafficking?", (Asked.COMPARISON,)),
        ("Is the service free?", (Asked.YES_NO,)),
        ("What did the ambassador say?", (Asked.THING,)),
        ("من هو رئيس البعثة في مصر؟", (Asked.PERSON,)),
        ("متى افتتحت دار الإيواء؟", (Asked.TIME,)),
        ("في أي عام فُتح المكتب؟", (Asked.TIME,)),
        ("أين عُقد المنتدى؟", (Asked.PLACE,)),
        ("كم عدد المهاجرين في مصر؟", (Asked.NUMBER,)),
        ("لماذا عُدّل الاتفاق؟", (Asked.REASON,)),
        ("ما الخطوات المذكورة في الدليل؟", (Asked.LIST,)),
        ("ما رقم هاتف المكتب؟", (Asked.CONTACT,)),
        ("هل الخدمة مجانية؟", (Asked.YES_NO,)),
    ],
)
def test_the_kind_of_a_question_is_read_from_its_words(text: str, asked: tuple[Asked, ...]) -> None:
    assert read_question(text).asked == asked


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("مين بينفذ البرنامج؟", Asked.PERSON),  # Egypt
        ("إمتى فتحوا الدار؟", Asked.TIME),
        ("المكتب فين؟", Asked.PLACE),
        ("فيه كام مهاجر في مصر؟", Asked.NUMBER),
        ("ليه زادت الأعداد؟", Asked.REASON),
        ("إزاي أوصل للمكتب؟", Asked.MANNER),
        ("وين المكتب؟", Asked.PLACE),  # Levant
        ("ليش عدلوا الاتفاق؟", Asked.REASON),
        ("قديش عدد اللاجئين؟", Asked.NUMBER),
        ("متين بدا البرنامج؟", Asked.TIME),  # Sudan
    ],
)
def test_dialects_ask_the_same_things(text: str, kind: Asked) -> None:
    assert read_question(text).kind is kind


def test_a_clause_with_when_or_who_is_not_what_is_asked_for() -> None:
    assert read_question("What satellite was used when the channel began?").asked == (Asked.THING,)
    assert read_question("أي لاعب لكم الكرة؟").asked == (Asked.THING,)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Where was it held, and who came?", ("Where was it held", "who came?")),
        ("When and where was it held?", ("When was it held?", "where was it held?")),
        ("When was it held and where?", ("When was it held", "where was it held")),
        ("متى عُقد اللقاء وأين؟", ("متى عُقد اللقاء", "أين عُقد اللقاء")),
        ("كم عدد المتدربين وفي أي مدينة؟", ("كم عدد المتدربين", "في أي مدينة؟")),
        (
            "According to the notice, what is the post?",
            ("According to the notice, what is the post?",),
        ),
        ("Who represented Egypt and Tunisia?", ("Who represented Egypt and Tunisia?",)),
    ],
)
def test_a_double_question_falls_into_its_parts(text: str, parts: tuple[str, ...]) -> None:
    assert read_question(text).parts == parts


def test_a_double_question_asks_for_both_things() -> None:
    assert read_question("Where and when was it held?").asked == (Asked.PLACE, Asked.TIME)


def test_content_leaves_out_what_only_shapes_the_question() -> None:
    assert read_question("Please tell me how many people live in the shelter").stems == (
        "peopl",
        "live",
        "shelter",
    )


def test_names_agree_across_scripts() -> None:
    english, arabic = read_question("Who is Gabr?"), read_question("من هي السفيرة جبر؟")

    assert set(english.names) & set(arabic.names) == {"gbr"}


def test_numbers_are_the_same_in_both_digit_sets_and_years_are_told_apart() -> None:
    english = read_question("Were there 12,000 guests in 2017?")
    arabic = read_question("هل حضر ١٢٬٠٠٠ ضيف في ٢٠١٧؟")

    assert (english.numbers, english.years) == (("12000", "2017"), ("2017",))
    assert (arabic.numbers, arabic.years) == (("12000", "2017"), ("2017",))


def test_the_language_is_that_of_most_letters() -> None:
    assert [language_of(t) for t in ("من هو Carlos؟ مدير المكتب", "What is بوصلة?", "")] == [
        "ar",
        "en",
        "en",
    ]


@pytest.mark.parametrize("text", ["", " ", "؟؟", "123", "\u200f", "a" * 2_000])
def test_any_text_is_a_question(text: str) -> None:
    assert read_question(text).asked
