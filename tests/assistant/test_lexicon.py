from __future__ import annotations

from assistant.lexicon import concepts, phrases, root_of
from vectorstore.analysis import fold


def of(word: str) -> frozenset[str]:
    return concepts().get(root_of(fold(word)), frozenset())


def test_translations_and_synonyms_share_a_concept() -> None:
    assert "fund" in of("financed") & of("funded") & of("موّلت")
    assert "roundtable" in of("roundtable") & of("المائدة")
    assert "egypt" in of("Egyptian") & of("مصرية")


def test_a_phrase_stands_for_its_concept_as_a_whole() -> None:
    roots = tuple(root_of(fold(word)) for word in ("free", "of", "charge"))

    assert (roots, "free") in phrases()[roots[0]]


def test_no_word_stands_for_half_the_lexicon() -> None:
    assert max(map(len, concepts().values())) <= 6
