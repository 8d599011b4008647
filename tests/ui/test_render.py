"""What the eye sees, as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from assistant.types import Contact, Kind, Status, Suggestion
from tests.ui.fakes import FIXED, HOSTILE, SITE, FakeProfile, answer, cite, notice, say
from tests.ui.outline import Outline, words
from ui import render
from ui.export import exchange_markdown
from ui.texts import ARABIC, ENGLISH, TEXTS
from ui.types import Exchange, Progress, Voice


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
    return render.conversation(exchanges, voice(language))


def voice(language: str = "en", **fields: object) -> Voice:
    return Voice(FakeProfile(**fields), TEXTS[language], date(2026, 11, 24))  # type: ignore[arg-type]


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


def test_each_page_stands_once_among_the_sources_with_all_that_is_quoted_from_it() -> None:
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
    ]
    assert re.findall(r'id="source-1-(\d)"', markup) == ["1", "2", "4", "3"]


def test_what_only_supports_stands_apart_below_what_answers() -> None:
    said = (
        say("One.", 1),
        replace(say("Two.", 2), supporting=True),
        replace(say("Three.", 3), supporting=True),
    )
    citations = tuple(cite(n, sentence.text) for n, sentence in enumerate(said, 1))

    markup = shown(exchange(sentences=said, citations=citations))
    answering, _, supporting = markup.partition('<details class="more" open>')

    assert re.findall(r'class="said">(.*?)<', answering) == ["One."]
    assert supporting.startswith("<summary>More from the same page</summary><blockquote>")
    assert re.findall(r'class="said">(.*?)<', supporting) == ["Two.", "Three."]
    assert re.findall(r'id="marker-1-(\d)"', supporting) == ["2", "3"]
    assert "<details" not in shown(exchange(sentences=said[:1], citations=citations[:1]))


def test_the_source_of_what_only_supports_is_its_words_alone() -> None:
    said = (say("One.", 1), replace(say("Two.", 2), supporting=True))
    citations = tuple(
        cite(n, s.text, before="Before.", after="After.") for n, s in enumerate(said, 1)
    )

    markup = shown(exchange(sentences=said, citations=citations))

    assert re.findall(r'class="context"[^>]*>(.*?)</p>', markup) == [
        "Before. <mark>One.</mark> After.",
        "<mark>Two.</mark>",
    ]


def test_support_from_another_page_is_not_said_to_be_from_the_same() -> None:
    said = (say("One.", 1), replace(say("Two.", 2), supporting=True))
    citations = (cite(1, "One."), cite(2, "Two.", url="https://example.org/other"))

    markup = shown(exchange(sentences=said, citations=citations))

    assert "<summary>More from the pages</summary>" in markup


def test_what_is_copied_says_what_only_supports() -> None:
    said = (say("One.", 1), replace(say("Two.", 2), supporting=True))
    citations = (cite(1, "One."), cite(2, "Two."))

    copied = exchange_markdown(exchange(sentences=said, citations=citations), voice())

    assert "> One. [1]\n\nMore from the same page:\n\n> Two. [2]\n\n[1] " in copied


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

    assert '<b class="sample">صفحة تجريبية</b>' in markup
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

    assert [a["href"] for a in outline.all("a", "out")] == [
        f"{SITE}/ar/who-we-are",
        f"{SITE}/contact-us",
    ]
    assert "name the programme, the place or the year. Or ask the office: Contact us" in words(
        markup
    )
    assert [b["value"] for b in outline.all("button", "ask")] == ["How many?"]
    assert outline.all("blockquote") == []
    assert outline.all("aside") == []


def test_the_nearest_pages_stand_right_under_the_notice_that_announces_them() -> None:
    said = [notice(FIXED["en"]["nearest_pages"]), notice("These lines can be called:")]
    line = FakeProfile().contacts[0]

    markup = shown(
        exchange(
            status=Status.UNANSWERABLE_WEAK_EVIDENCE,
            sentences=tuple(said),
            suggestions=(Suggestion("A page", url=SITE),),
            contacts=(line,),
        )
    )

    order = ("These pages come nearest", "A page", "These lines can be called", line.value)
    places = [markup.index(part) for part in order]
    assert places == sorted(places)
    assert markup.count("A page") == 1


def test_written_sentences_flow_in_one_paragraph_with_their_markers() -> None:
    said = (say("One.", 1, kind=Kind.WRITTEN), say("Two.", 1, kind=Kind.WRITTEN))

    markup = shown(exchange(sentences=said, citations=(cite(1, "One and two."),)))

    told = f"You asked: One. [1] Two. [1] {TEXTS['en'].worded} Sources"
    assert words(markup).startswith(told)
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

    contact = Contact({"en": HOSTILE}, "phone", HOSTILE, HOSTILE, date(2022, 8, 2))
    speaker = voice(
        language,
        fixed={"en": dict.fromkeys(FIXED["en"], HOSTILE)},
        contacts=(contact,),
        service_pages=((HOSTILE, {"en": HOSTILE}), ("javascript:x", {"en": "x"})),
    )
    markup = (
        render.conversation([turn], speaker)
        + render.opening((HOSTILE,), TEXTS[language])
        + render.header(HOSTILE, speaker)
        + render.safety(speaker)
    )
    outline = Outline(markup)

    assert {tag for tag, _ in outline.tags} <= set(
        "div section h1 h2 h3 h4 p span a b bdi aside ol ul li mark time blockquote button "
        "details summary fieldset legend label input".split()
    )
    assert not any(name.startswith("on") for _, names in outline.tags for name in names)
    assert [a["href"] for a in outline.all("a") if not (a["href"] or "").startswith("#")] == [
        "tel:111111"
    ] * 2
    assert "\u202e" not in markup


def test_the_sheet_says_its_language_and_direction() -> None:
    assert render.opening((), ARABIC).startswith('<div class="sheet" lang="ar" dir="rtl">')
    assert render.opening((), ENGLISH).startswith('<div class="sheet" lang="en" dir="ltr">')


def test_an_answer_that_has_ended_can_be_copied_and_judged_and_the_last_asked_again() -> None:
    turns = [exchange("Why?", number=n, sentences=(say("One."),)) for n in (1, 2)]

    acts = [a["data-act"] for a in Outline(shown(*turns)).all("button", "tool")]

    assert acts == ["copy", "up", "down", "tell", "copy", "again", "edit", "up", "down", "tell"]


@pytest.mark.parametrize("language", TEXTS)
def test_who_votes_an_answer_down_is_told_what_is_kept_of_the_question(language: str) -> None:
    texts = TEXTS[language]
    turn = exchange("Why?", sentences=(say("One."),))

    silent = render.conversation([turn], voice(language))
    keeping = render.conversation([turn], voice(language, questions_kept_days=7))

    assert texts.no_text_kept in words_of_all(silent)
    assert texts.text_kept.format(days=7) in words_of_all(keeping)
    assert texts.no_text_kept not in words_of_all(keeping)
    [box] = [a for a in Outline(silent).all("input") if a["type"] == "checkbox"]
    assert "checked" not in box


def words_of_all(markup: str) -> str:
    """What is read, tools included."""
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_an_answer_that_was_judged_is_not_judged_again() -> None:
    turn = replace(exchange("Why?", sentences=(say("One."),)), judged=True)

    markup = shown(turn)

    acts = [a["data-act"] for a in Outline(markup).all("button", "tool")]
    assert acts == ["copy", "again", "edit"]
    assert "Thank you." in markup


@pytest.mark.parametrize("progress", [Progress.STOPPED, Progress.FAILED])
def test_what_did_not_end_well_is_not_judged(progress: Progress) -> None:
    turn = Exchange(1, "Why?", "en", progress)

    acts = [a["data-act"] for a in Outline(shown(turn)).all("button", "tool")]

    assert acts == ["again", "edit"]


def test_a_referral_is_said_in_each_language_with_its_lines_to_press_right_below() -> None:
    line = FakeProfile().contacts[0]
    said = [
        notice(text)
        for tag in ("ar", "en")
        for text in (FIXED[tag]["referral"], f"{line.label[tag]}: {line.value}")
    ]
    turn = exchange(
        "ساعدوني", "ar", status=Status.REFERRAL, sentences=tuple(said), contacts=(line,)
    )

    markup = shown(turn)

    first, second = FIXED["ar"]["referral"], FIXED["en"]["referral"]
    assert markup.index(first) < markup.index("tel:15000") < markup.index(second)
    assert markup.count("tel:15000") == 2
    assert markup.count(">15000<") == 2
    assert f'<p class="notice" lang="en" dir="ltr">{second}</p>' in markup
    assert f'<p class="notice" lang="ar" dir="rtl">{first}</p>' in markup


def test_lines_for_a_matter_stand_right_under_the_words_that_announce_them() -> None:
    turn = exchange(
        "Trafficking?",
        sentences=(say("One."), notice(FIXED["en"]["matter_contacts"])),
        contacts=FakeProfile().contacts,
        suggestions=(Suggestion("Who paid?", question="Who paid?"),),
    )

    markup = shown(turn)

    announced = markup.index(FIXED["en"]["matter_contacts"])
    assert announced < markup.index("tel:15000") < markup.index("Who paid?")


def test_there_is_nothing_to_work_on_under_a_referral() -> None:
    turn = exchange("Help", status=Status.REFERRAL, sentences=(notice("Call."),))

    assert Outline(shown(turn)).all("button") == []


def test_the_lines_to_call_are_on_the_page_before_anything_is_asked() -> None:
    markup = render.safety(voice("ar"))

    assert 'href="tel:15000"' in markup
    assert "مجلس المرأة: النساء" in markup
    assert FIXED["ar"]["referral"] in markup


def test_a_source_leads_to_the_same_page_in_other_languages_it_is_known_in() -> None:
    alternates = {"en": f"{SITE}/a", "ar": f"{SITE}/ar/a", "fr": f"{SITE}/fr/a", "x-default": SITE}

    outline = Outline(shown(exchange(citations=(cite(1, "One.", alternates=alternates),))))

    assert [a["href"] for a in outline.all("a", "out")][1:] == [f"{SITE}/ar/a"]


def test_a_source_says_how_old_it_is() -> None:
    markup = shown(exchange(citations=(cite(1, "One.", published=date(2023, 5, 22)),)))

    assert "22 May 2023</time></span><span>3 years ago</span>" in markup


def test_a_copy_holds_question_answer_and_sources_as_markdown() -> None:
    cited = cite(1, "One *is* one.", url=f"{SITE}/a", title="A [page]", page=3)
    said = (notice("Mind."), say("One *is* one.", 1))
    turn = exchange("Is it <one>?", sentences=said, citations=(cited,))

    copied = Outline(shown(turn)).all("button", "tool")[0]["data-text"]

    assert copied == (
        "## Is it \\<one\\>?\n\nMind.\n\n> One \\*is\\* one. [1]\n\n"
        "[1] A \\[page\\], 22 May 2023, page 3. "
        f"{SITE}/a#:~:text=One%20%2Ais%2A%20one.\n"
    )
