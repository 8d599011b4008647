from __future__ import annotations

import pytest

from assistant.facets import Facet, facets_of, ordinal_of


@pytest.mark.parametrize(
    ("question", "facets"),
    [
        (
            "How did the partners differ between 2016, 2017 and 2022?",
            (Facet(year="2016"), Facet(year="2017"), Facet(year="2022")),
        ),
        (
            "What did the first and the second roundtable deal with?",
            (Facet(ordinal=1), Facet(ordinal=2)),
        ),
        (
            "ماذا ناقشت المائدة الأولى والمائدة الثانية؟",
            (Facet(ordinal=1), Facet(ordinal=2)),
        ),
        ("Which priorities does the strategy for 2021–2025 name?", ()),
        ("What was done from 2019 to 2022?", ()),
        ("How many migrants live in Egypt?", ()),
    ],
)
def test_years_and_places_in_a_series_stand_side_by_side(
    question: str, facets: tuple[Facet, ...]
) -> None:
    assert facets_of(question, compares=False) == facets


@pytest.mark.parametrize(
    ("question", "things"),
    [
        (
            "What is the difference between trafficking in persons and the smuggling of migrants?",
            ("trafficking in persons", "smuggling of migrants"),
        ),
        ("How does a refugee differ from a migrant?", ("a refugee", "a migrant")),
        ("How is a refugee different from a migrant?", ("a refugee", "a migrant")),
        ("ما الفرق بين اللاجئ والمهاجر؟", ("اللاجئ", "المهاجر")),
    ],
)
def test_what_is_compared_is_named(question: str, things: tuple[str, str]) -> None:
    assert tuple(f.text for f in facets_of(question, compares=True)) == things


def test_a_comparison_that_only_counts_has_as_many_facets() -> None:
    assert facets_of("Compare the three return flights.", compares=True) == (Facet(),) * 3


def test_only_a_comparison_takes_two_things_apart() -> None:
    assert facets_of("What links Egypt and Sudan?", compares=False) == ()


def test_ordinals_are_read_in_both_languages() -> None:
    assert [ordinal_of(w) for w in ("second", "الثانيه", "والثالث", "roundtable")] == [2, 2, 3, 0]
