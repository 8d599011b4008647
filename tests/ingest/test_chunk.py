from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import MAX_CHARS, TARGET_CHARS, chunk_page
from ingest.sentences import MAX_SENTENCE_CHARS, sentence_spans
from tests.builders import page


def test_chunks_follow_headings_and_carry_their_path() -> None:
    text = "Intro.\n\n## Help\n\nCome in.\n\n### Hours\n\nFrom nine.\n\n## Media\n\nCall us."

    chunks = chunk_page(page(text))

    assert [(c.headings, c.text) for c in chunks] == [
        ((), "Intro."),
        (("Help",), "Come in."),
        (("Help", "Hours"), "From nine."),
        (("Media",), "Call us."),
    ]
    assert [c.position for c in chunks] == [0, 1, 2, 3]


def test_a_long_section_ends_at_a_paragraph_once_it_is_long_enough() -> None:
    paragraph = "A sentence of some forty characters here. " * 8
    text = "\n\n".join([paragraph.strip()] * 6)

    chunks = chunk_page(page(text))

    assert len(chunks) == 2
    assert all(TARGET_CHARS <= len(c.text) <= MAX_CHARS for c in chunks)
    assert all(c.text.endswith("here.") for c in chunks)


def test_a_page_without_sentences_gives_no_chunk() -> None:
    assert chunk_page(page("")) == []
    assert chunk_page(page("## Only a heading")) == []


@given(st.text(alphabet="ab .?\n#-ا", max_size=400))
def test_every_sentence_stands_in_exactly_one_chunk_at_its_place(text: str) -> None:
    stored = page(text)

    chunks = chunk_page(stored)

    assert all(text[c.start : c.end] == c.text for c in chunks)
    assert [s for c in chunks for s in c.sentences] == [
        s for s in sentence_spans(text) if s.of(text)
    ]
    assert all(c.sentence_text(s) == s.of(text) for c in chunks for s in c.sentences)
    assert all(len(c.text) <= MAX_CHARS + MAX_SENTENCE_CHARS for c in chunks)
