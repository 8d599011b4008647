from __future__ import annotations

import numpy as np

from tests.builders import WordsEmbedder
from vectorstore.embed import PACKAGED, make_embedder
from vectorstore.words import WordVectors


def test_words_of_near_meaning_are_near_across_languages() -> None:
    words = WordVectors(make_embedder(PACKAGED))

    cosines = words.alike(["reporter", "doctor"], ["journalists", "صحفي", "physician", "flight"])

    assert cosines.shape == (2, 4)
    assert cosines[0, :2].min() > 0.6 > 0.3 > cosines[0, 2:].max()
    assert cosines[1].argmax() == 2


def test_a_word_is_embedded_once() -> None:
    encoder = WordsEmbedder()
    words = WordVectors(encoder)

    first = words.alike(["one"], ["two", "three"])
    words.prepare(["two", "four"])
    again = words.alike(["one"], ["two", "three"])

    assert np.array_equal(first, again)
    assert encoder.embedded.count("two") == 1
    assert encoder.embedded.count("four") == 1


def test_no_words_give_no_rows() -> None:
    assert WordVectors(WordsEmbedder()).alike([], ["one"]).shape == (0, 1)
