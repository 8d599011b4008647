from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import MAX_SENTENCE_CHARS, sentence_spans


def split(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("هل هذا سؤال؟ نعم. انتهى", ["هل هذا سؤال؟", "نعم.", "انتهى"]),
        ("Ms. Gabr met Dr. Cruz. He left.", ["Ms. Gabr met Dr. Cruz.", "He left."]),
        (
            "Law No. 64 of 2010 was passed. It holds.",
            ["Law No. 64 of 2010 was passed.", "It holds."],
        ),
        ("Signed by M. J. R. Cruz in Cairo. Done.", ["Signed by M. J. R. Cruz in Cairo.", "Done."]),
        (
            "It grew by 8.7% to 9,012,582. That is much.",
            ["It grew by 8.7% to 9,012,582.", "That is much."],
        ),
        ("He said “Come.” Then he left.", ["He said “Come.”", "Then he left."]),
        ("التقى د. أحمد بالسفيرة. ثم غادر.", ["التقى د. أحمد بالسفيرة.", "ثم غادر."]),
        ("Open e.g. on Monday. Closed else.", ["Open e.g. on Monday.", "Closed else."]),
    ],
)
def test_a_full_stop_ends_a_sentence_unless_it_belongs_to_a_word(
    text: str, sentences: list[str]
) -> None:
    assert split(text) == sentences


def test_headings_are_no_sentences_and_list_items_lose_their_markers() -> None:
    text = "## Who can apply\n\n- Migrants\n- Refugees with a card.\n1. Come to the office"

    assert split(text) == ["Migrants", "Refugees with a card.", "Come to the office"]


def test_a_wrapped_line_goes_on_and_a_short_line_does_not() -> None:
    wrapped = (
        "The second roundtable of the series was held in Rabat in the middle of\nthe month of May."
    )

    assert split(wrapped) == [wrapped]
    assert split("Cairo\nRabat") == ["Cairo", "Rabat"]


def test_a_run_without_a_full_stop_is_cut_between_words() -> None:
    text = "word " * 1_000

    pieces = split(text)

    assert all(len(piece) <= MAX_SENTENCE_CHARS for piece in pieces)
    assert " ".join(pieces).split() == text.split()


@given(st.text(alphabet='ab .!?؟\n-#اب1«»"', max_size=200))
def test_spans_are_in_order_do_not_overlap_and_leave_out_no_word(text: str) -> None:
    spans = sentence_spans(text)

    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(span.of(text) == span.of(text).strip() != "" for span in spans)
    kept = {i for span in spans for i in range(span.start, span.end)}
    left = "".join(c for i, c in enumerate(text) if i not in kept)
    headings = [line for line in text.split("\n") if line.strip().startswith("#")]
    outside = sum(c in "abاب" for c in left)
    assert outside <= sum(c in "abاب" for line in headings for c in line)
