"""What the eye sees, as HTML."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from assistant.types import Contact, Kind, Status, Suggestion
from tests.ui.fakes import FIXED, HOSTILE, SITE, answer, cite, notice, say
from ui import render
from ui.texts import ARABIC, ENGLISH, TEXTS
from ui.types import Exchange, Progress


class Outline(HTMLParser):
    """Tags and attributes met; complains where tags do not close as they opened."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice on {tag}"
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, name: str, with_class: str = "") -> list[dict[str, str | None]]:
        return [
            attributes
            for tag, attributes in self.tags
            if tag == name and with_class in (attributes.get("class") or "")
        ]


def exchange(said: str = "", language: str = "en", number: int = 1, **fields: object) -> Exchange:
    """An exchange whose answer has come."""
    whole = answer(said, language, **fields)  # type: ignore[arg-type]
    return Exchange(
        number,
        said,
        language,
        Progress.ANSWERED,
        whole.sentences,
        whole.citations,
        whole,
    )


def shown(*exchanges: Exchange, language: str = "en") -> str:
    return render.conversation(exchanges, FIXED[language], TEXTS[language])


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_escaping_covers_elements_and_attributes() -> None:
    assert render.escape("<b a=\"1\" c='2'>&") == "&lt;b a=&quot;1&quot; c=&#x27;2&#x27;&gt;&amp;"


def test_controls_that_reorder_a_line_are_taken_out() -> None:
    assert render.escape("\u202eevil\u2066\u2069\x00\x1b end\ud800") == "evil end"


def test_joiners_that_letters_need_stay() -> None:
    assert render.prose("می\u200cخواهم\u200d") == "می\u200cخواهم\u200d"


def test_a_title_is_isolated_and_loses_its_marks() -> None:
    assert render.label("\u200f\u200fمن نحن\u061c") == '<bdi dir="auto">من نحن</bdi>'


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("الرقم +20 2 2736 5140 من", ["+20 2 2736 5140"]),
        ("call 02-2736 5140 or (02) 27365140.", ["02-2736 5140", "(02) 27365140"]),
        ("هاتف ٠١٠١٢٣٤٥٦٧٨", ["٠١٠١٢٣٤٥٦٧٨"]),
        ("001 202 555 0123", ["001 202 555 0123"]),
        ("from 2019-2021, 16-18 May 2023", []),
        ("9,012,582 migrants; 0.5 per cent; line 16000", []),
        ("law 64/2010", []),
        ("SVN/CAI/2019/03", []),
    ],
)
def test_phone_numbers_keep_their_order(text: str, numbers: list[str]) -> None:
    found = re.findall(r'<bdi dir="ltr" class="phone">(.*?)</bdi>', render.prose(text))

    assert found == numbers
    assert re.sub(r"<[^>]+>", "", render.prose(text)) == text


def test_looking_for_phone_numbers_takes_linear_time() -> None:
    started = time.perf_counter()

    render.prose("+0 " * 20_000 + "0" * 20_000)

    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    ("day", "english", "arabic"),
    [
        (date(2022, 8, 2), "2 August 2022", "2 أغسطس 2022"),
        (date(1991, 1, 31), "31 January 1991", "31 يناير 1991"),
        (date(2026, 12, 1), "1 December 2026", "1 ديسمبر 2026"),
        (None, "no date", "بلا تاريخ"),
    ],
)
def test_dates_are_written_in_the_interfaces_language(
    day: date | None, english: str, arabic: str
) -> None:
    assert render.format_date(day, ENGLISH) == english
    assert render.format_date(day, ARABIC) == arabic


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS)
def test_every_language_names_twelve_months_and_every_language(texts: object) -> None:
    assert len(set(texts.months)) == 12  # type: ignore[attr-defined]
    assert set(TEXTS) <= set(texts.languages)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("tag", "way"),
    [("ar", "rtl"), ("ar-EG", "rtl"), ("fa", "rtl"), ("en", "ltr"), ("fr", "ltr"), ("", "auto")],
)
def test_direction_follows_the_language(tag: str, way: str) -> None:
    assert render.direction(tag) == way


@pytest.mark.parametrize(
    "url",
    ["https://egypt.iom.int/a?b=1#:~:text=x", "http://example.org", "https://مثال.eg/صفحة"],
)
def test_web_addresses_may_be_linked(url: str) -> None:
    assert render.web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " https://example.org",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/x",
        "https:///nohost",
        "https://[::1",
        "https://example.org/\u202egpj.exe",
        "https://example.org/\x00",
        "mailto:a@b.c",
    ],
)
def test_nothing_else_may_be_linked(url: str) -> None:
    assert render.web_address(url) is None


def test_a_quote_stands_in_its_own_language_with_its_marker() -> None:
    quoted = cite(1, "مجانية", language="ar")

    markup = shown(exchange(sentences=(say("مجانية", 1),), citations=(quoted,)))

    assert (
        '<blockquote><p class="quote" lang="ar" dir="rtl"><span class="said">مجانية</span>'
        '<a class="marker" href="#source-1-1" id="marker-1-1" data-source="source-1-1">[1]</a>'
        "</p></blockquote>"
    ) in markup


def test_ids_are_unique_over_a_conversation_and_every_marker_has_its_source() -> None:
    citations = (cite(1, "One.", url="https://a.org/1"), cite(2, "Two.", url="https://a.org/2"))
    said = (say("One.", 1), say("Two.", 2))
    turns = [exchange(number=n, sentences=said, citations=citations) for n in (1, 2, 3)]

    outline = Outline(shown(*turns))
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]

    assert len(ids) == len(set(ids))
    for _, attributes in outline.tags:
        for reference in ("data-source", "data-marker", "aria-labelledby"):
            assert reference not in attributes or attributes[reference] in ids


def test_a_sentence_with_two_sources_has_two_markers() -> None:
    citations = (cite(1, "One.", url="https://a.org/1"), cite(2, "One.", url="https://a.org/2"))

    outline = Outline(shown(exchange(sentences=(say("One.", 1, 2),), citations=citations)))

    assert [a["id"] for a in outline.all("a", "marker")] == ["marker-1-1", "marker-1-2"]


def test_a_source_cited_twice_leads_back_to_where_it_was_cited_first() -> None:
    said = (say("One.", 1), say("Again.", 1))

    outline = Outline(shown(exchange(sentences=said, citations=(cite(1, "One."),))))

    assert [a.get("id") for a in outline.all("a", "marker")] == ["marker-1-1", None]


def test_a_marker_without_a_citation_is_not_shown() -> None:
    assert "marker" not in shown(exchange(sentences=(say("One.", 7),), citations=()))


def test_neighbours_from_one_page_share_its_title() -> None:
    one, other = "https://a.org/1", "https://a.org/2"
    citations = (
        cite(1, "One.", url=one, title="Page one"),
        cite(2, "Two.", url=one, title="Page one"),
        cite(3, "Three.", url=other, title="Page two"),
        cite(4, "Four.", url=one, title="Page one"),
    )

    markup = shown(exchange(sentences=(say("One.", 1),), citations=citations))

    assert re.findall(r"<h4[^>]*>(?:<bdi[^>]*>)(.*?)</bdi>", markup) == [
        "Page one",
        "Page two",
        "Page one",
    ]
    assert re.findall(r'id="source-1-(\d)"', markup) == ["1", "2", "3", "4"]


def test_a_quote_is_marked_in_its_place() -> None:
    quoted = cite(1, "In <1991>.", before="Who we are\n\n\nSince then", after="It\t grew…")

    markup = shown(exchange(sentences=(say("In <1991>.", 1),), citations=(quoted,)))

    assert "Who we are\nSince then <mark>In &lt;1991&gt;.</mark> It grew…" in markup


def test_what_follows_a_quote_without_a_space_stays_close() -> None:
    markup = shown(exchange(citations=(cite(1, "In 1991", after=", they said."),)))

    assert "<mark>In 1991</mark>, they said." in markup


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (f"{SITE}/a#:~:text=x", "Open the page at this sentence"),
        (f"{SITE}/a.pdf#page=3", "Open the document at this page"),
        (f"{SITE}/a", "Open the page"),
    ],
)
def test_a_link_says_where_it_opens(link: str, said: str) -> None:
    markup = shown(exchange(citations=(cite(1, "One.", link=link),)))

    assert f'rel="noopener noreferrer nofollow">{said}<span class="unseen">' in markup


def test_a_file_is_named_but_not_linked_and_its_folder_stays_unsaid() -> None:
    url = "file:///srv/secret/Country%20strategy.pdf"

    markup = shown(exchange(citations=(cite(1, "One.", url=url, link=f"{url}#page=3", page=3),)))

    assert Outline(markup).all("a", "out") == []
    assert "Country strategy.pdf" in markup
    assert "secret" not in markup
    assert '<p class="facts">page 3</p>' in markup


def test_a_sample_page_is_marked_as_one_in_the_interfaces_language() -> None:
    markup = shown(exchange(citations=(cite(1, "One.", sample=True),)), language="ar")

    assert '<span class="sample">صفحة تجريبية</span>' in markup
    assert FIXED["ar"]["sample_page"] in markup


def test_not_found_shows_links_and_no_quote() -> None:
    markup = shown(
        exchange(
            status=Status.UNANSWERABLE_WEAK_EVIDENCE,
            sentences=(notice("Not found."),),
            suggestions=(
                Suggestion("من نحن", url=f"{SITE}/ar/who-we-are"),
                Suggestion("A file", url="file:///a.pdf"),
                Suggestion("How many?", question="How many?"),
            ),
        )
    )
    outline = Outline(markup)

    assert [a["href"] for a in outline.all("a", "out")] == [f"{SITE}/ar/who-we-are"]
    assert [b["data-question"] for b in outline.all("button", "ask")] == ["How many?"]
    assert outline.all("blockquote") == []
    assert outline.all("aside") == []


def test_written_sentences_flow_in_one_paragraph_with_their_markers() -> None:
    said = (say("One.", 1, kind=Kind.WRITTEN), say("Two.", 1, kind=Kind.WRITTEN))

    markup = shown(exchange(sentences=said, citations=(cite(1, "One and two."),)))

    assert words(markup).startswith("You asked: One. [1] Two. [1] Sources")
    assert markup.count('class="written"') == 1


def test_a_notice_is_in_the_questions_language_under_either_interface() -> None:
    for language in TEXTS:
        turn = exchange("سؤال", "ar", sentences=(notice("لم أجد."),))
        assert '<p class="notice" lang="ar" dir="rtl">لم أجد.</p>' in shown(turn, language=language)


def test_contacts_can_be_dialled_and_say_since_when() -> None:
    contact = Contact(
        {"en": "Council", "ar": "المجلس"}, "phone", "16 000", "a press release", date(2022, 8, 2)
    )

    markup = shown(exchange(language="ar", contacts=(contact,)))

    assert '<a class="dial" href="tel:16000"><bdi dir="ltr">16 000</bdi></a>' in markup
    assert "المجلس" in markup
    assert "2 أغسطس 2022" in markup


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress.SEARCHING, "Searching the pages"),
        (Progress.STOPPED, "You stopped this answer."),
        (
            Progress.FAILED,
            "Something went wrong and this question was not answered. Please ask again.",
        ),
    ],
)
def test_an_answer_that_is_not_there_says_why(progress: Progress, said: str) -> None:
    markup = shown(Exchange(1, "Why?", "en", progress))

    assert words(markup) == f"You asked: Why? {said}"
    assert f'aria-busy="{"true" if progress is Progress.SEARCHING else "false"}"' in markup


def test_a_long_question_is_echoed_in_part() -> None:
    markup = shown(Exchange(1, "x" * 2_001, "en"))

    assert "x" * 2_000 + "…</span>" in markup
    assert "x" * 2_001 not in markup


@pytest.mark.parametrize("language", TEXTS)
def test_nothing_hostile_becomes_markup(language: str) -> None:
    citation = cite(
        1, HOSTILE, title=HOSTILE, before=HOSTILE, after=HOSTILE, language=HOSTILE, link=HOSTILE
    )
    turn = exchange(
        HOSTILE,
        sentences=(say(HOSTILE, 1), say(HOSTILE, 1, kind=Kind.WRITTEN), notice(HOSTILE)),
        citations=(replace(citation, url=HOSTILE),),
        suggestions=(
            Suggestion(HOSTILE, url=HOSTILE),
            Suggestion(HOSTILE, question=HOSTILE),
        ),
        contacts=(Contact({"en": HOSTILE}, "phone", HOSTILE, HOSTILE, date(2022, 8, 2)),),
    )

    markup = (
        shown(turn, language=language)
        + render.opening((HOSTILE,), TEXTS[language])
        + render.header(HOSTILE, dict.fromkeys(FIXED["en"], HOSTILE), TEXTS[language])
    )
    outline = Outline(markup)

    assert {tag for tag, _ in outline.tags} <= set(
        "div section h1 h2 h3 h4 p span a bdi aside ol ul li mark time blockquote button".split()
    )
    assert not any(name.startswith("on") for _, names in outline.tags for name in names)
    assert [a["href"] for a in outline.all("a") if not (a["href"] or "").startswith("#")] == [
        "tel:111111"
    ]
    assert "\u202e" not in markup


def test_the_sheet_says_its_language_and_direction() -> None:
    assert render.opening((), ARABIC).startswith('<div class="sheet" lang="ar" dir="rtl">')
    assert render.opening((), ENGLISH).startswith('<div class="sheet" lang="en" dir="ltr">')
