from __future__ import annotations

import numpy as np
import pytest

from vectorstore.fusion import (
    ARABIC_TO_OTHER,
    ENGLISH_TO_OTHER,
    PRIOR,
    SAME_LANGUAGE,
    SAME_LANGUAGE_ARABIC,
    Recipe,
    fuse,
    recipe_for,
)


def test_weights_are_scaled_to_length_one() -> None:
    for recipe in (SAME_LANGUAGE, SAME_LANGUAGE_ARABIC, ENGLISH_TO_OTHER, ARABIC_TO_OTHER):
        assert sum(w * w for w in recipe.weights.values()) == pytest.approx(1)


def test_a_recipe_goes_by_both_languages() -> None:
    assert recipe_for("en", "en") is SAME_LANGUAGE
    assert recipe_for("ar", "ar") is SAME_LANGUAGE_ARABIC
    assert recipe_for("ar", "en") is ARABIC_TO_OTHER
    assert recipe_for("en", "ar") is ENGLISH_TO_OTHER


def test_signals_of_any_scale_count_by_how_unusual_they_are() -> None:
    recipe = Recipe({"words": 1.0, "best": 1.0})
    usual = {"words": np.arange(1000, dtype=np.float32), "best": np.linspace(0, 0.1, 1000)}
    candidates = {"words": np.array([999.0, 500.0]), "best": np.array([0.05, 0.1])}

    scores = fuse(candidates, usual, {"words": 100_000, "best": 100_000}, recipe)

    assert scores[0] == pytest.approx(scores[1], abs=0.01)
    assert scores[0] > 1


def test_few_passages_are_judged_by_what_is_usual_elsewhere() -> None:
    recipe = Recipe({"best": 1.0})
    mean, deviation = PRIOR["best"]
    alone = np.array([mean + 4 * deviation], dtype=np.float32)

    scores = fuse({"best": alone}, {"best": alone}, {"best": 1}, recipe)

    assert scores[0] > 2


def test_the_offset_is_added_once() -> None:
    signals = {"best": np.array([0.3], dtype=np.float32)}
    sizes = {"best": 10}

    plain = fuse(signals, signals, sizes, Recipe({"best": 1.0}))
    lifted = fuse(signals, signals, sizes, Recipe({"best": 1.0}, offset=0.5))

    assert lifted - plain == pytest.approx(0.5)
