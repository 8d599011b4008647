from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest

from assistant.citations import CONTEXT_CHARS, CitationList, deep_link, surroundings
from ingest.chunk import chunk_page
from ingest.types import Page
from tests.builders import page, passage_of

TEXT = "The office opened in Cairo in 1991. It has a clinic.\n\n## Hours\n\nFrom nine to five."
PAGE = page(TEXT, page_starts=(0, 54))


def cited(stored: Page, *places: tuple[int, int]) -> CitationList:
    """Cite the given (chunk, sentence) places of a page."""
    citations = CitationList({stored.url: stored}.__getitem__)
    for chunk, sentence in places:
        passage = passage_of(chunk_page(stored)[chunk])
        citations.cite(passage, passage.sentences[sentence])
    return citations


def test_citations_are_numbered_by_first_appearance_and_never_twice() -> None:
    citations = cited(PAGE, (1, 0), (0, 0), (1, 0)).all

    assert [(c.number, c.quote) for c in citations] == [
        (1, "From nine to five."),
        (2, "The office opened in Cairo in 1991."),
    ]
    assert all(TEXT[c.start : c.end] == c.quote for c in citations)
    assert citations[0].headings == ("Hours",)


def test_words_that_the_page_does_not_hold_are_never_cited() -> None:
    altered = replace(PAGE, text=TEXT.replace("1991", "1990"))
    passage = passage_of(chunk_page(PAGE)[0])
    citations = CitationList({PAGE.url: altered}.__getitem__)

    with pytest.raises(ValueError, match="does not hold the quoted words"):
        citations.cite(passage, passage.sentences[0])

    assert citations.all == ()


def test_a_citation_of_a_paged_document_names_its_sheet() -> None:
    pdf = replace(PAGE, media_type="application/pdf", url="https://example.org/a.pdf")

    first, second = cited(pdf, (0, 0), (1, 0)).all

    assert (first.page, first.link) == (1, "https://example.org/a.pdf#page=1")
    assert (second.page, second.link) == (2, "https://example.org/a.pdf#page=2")


@pytest.mark.parametrize(
    ("url", "quote", "link"),
    [
        (
            "https://example.org/a",
            "Call 16-000, now & here.",
            "https://example.org/a#:~:text=Call%2016%2D000%2C%20now%20%26%20here.",
        ),
        (
            "https://example.org/a#top",
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            "https://example.org/a#top:~:text=one%20two%20three%20four%20five%20six,"
            "eight%20nine%20ten%20eleven%20twelve%20thirteen",
        ),
        ("file:///srv/a.txt", "Words.", "file:///srv/a.txt"),
    ],
)
def test_a_link_opens_the_page_at_the_quote(url: str, quote: str, link: str) -> None:
    assert deep_link(page(quote, url=url), quote, None) == link


def test_an_arabic_quote_survives_in_the_link() -> None:
    link = deep_link(page("مرحباً بكم.", url="https://example.org/ar"), "مرحباً بكم.", None)

    assert unquote(link) == "https://example.org/ar#:~:text=مرحباً بكم."


def test_a_sample_page_is_linked_without_looking_for_our_words_on_it() -> None:
    assert deep_link(replace(PAGE, sample=True), "Words.", None) == PAGE.url


def test_surroundings_are_cut_between_words_and_say_so() -> None:
    text = "alpha " * 100 + "QUOTE " + "omega " * 100
    start = text.index("QUOTE")

    before, after = surroundings(text, start, start + 5)

    assert before.startswith("…alpha ")
    assert before.endswith("alpha ")
    assert after.startswith(" omega")
    assert after.endswith("omega…")
    assert max(len(before), len(after)) <= CONTEXT_CHARS + 1


def test_surroundings_of_a_whole_page_are_not_cut() -> None:
    assert surroundings("A b. C d. E f.", 5, 9) == ("A b. ", " E f.")


def test_headings_lose_their_signs_in_the_surroundings() -> None:
    start = TEXT.index("From")

    assert surroundings(TEXT, start, start + 4)[0].endswith("clinic.\n\nHours\n\n")
