from __future__ import annotations

import pytest

from vectorstore.analysis import fold, grams, skeleton, skeletons, stem, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أُسرة", "اسره"),  # hamza, vowel marks, ta marbuta
        ("مستشفى", "مستشفي"),  # alef maqsura
        ("العـــربية", "العربيه"),  # tatweel
        ("٢٠٢٢", "2022"),  # Arabic-Indic digits
        ("۱۲", "12"),  # Persian digits
        ("9,012,582", "9012582"),  # thousands
        ("Café", "cafe"),
        ("16\u200e000", "16000"),  # direction marks
    ],
)
def test_spellings_of_one_word_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "words",
    [
        ("المهاجرين", "مهاجرون", "للمهاجرين", "والمهاجرون"),
        ("الاتجار", "اتجار", "بالاتجار"),
        ("العودة", "عودة", "للعودة", "بالعودة"),
        ("مدرسة", "المدرسة", "ومدرسته"),
    ],
)
def test_clitics_and_endings_of_arabic_come_off(words: tuple[str, ...]) -> None:
    assert len({stem(fold(word)) for word in words}) == 1


def test_english_is_stemmed_and_stop_words_go_in_both_languages() -> None:
    assert stems("Where were the migrants returning to?") == ["migrant", "return"]
    assert stems("أين هي المائدة المستديرة في الرباط") == stems("المائدة المستديرة الرباط")


def test_a_light_stem_keeps_at_least_three_letters() -> None:
    assert all(len(stem(fold(word))) >= 3 for word in ("بيان", "واحد", "كتاب", "الله", "فلوس"))


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("gabr", "جبر"), ("mellati", "ملاطي"), ("cruz", "كروز"), ("rabat", "رباط"), ("tunis", "تونس")],
)
def test_a_name_has_one_skeleton_in_both_scripts(latin: str, arabic: str) -> None:
    assert skeleton(latin) == skeleton(fold(arabic))


def test_skeletons_are_of_names_and_numbers_only() -> None:
    assert sorted(skeletons("the meeting of 114 people in Rabat")) == ["114", "rbt"]


def test_grams_forgive_a_broken_plural() -> None:
    one, many = set(grams("مشروع")), set(grams("مشروعات"))

    assert len(one & many) >= 4
