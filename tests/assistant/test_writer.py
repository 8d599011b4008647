from __future__ import annotations

import re

import pytest

from assistant.types import Answer, Kind
from tests.assistant.conftest import PAGES, Rig
from tests.assistant.model_servers import evil, replying, serving
from vectorstore.analysis import fold

SECONDS = 2.0


def written_by(rig: Rig, url: str, question: str) -> Answer:
    """The rig's answer with a model behind that address."""
    *_, last = rig.writer(url, model_seconds=SECONDS).write(rig.ask(question))
    assert last.answer is not None
    return last.answer


QUESTION = "How much does the course cost?"


def test_what_the_pages_carry_is_shown_above_the_evidence(rig: Rig) -> None:
    with serving(replying("The course costs 300 pounds and takes five weeks [1].")) as server:
        answer = written_by(rig, server.url, QUESTION)

    assert [s.kind for s in answer.sentences][:2] == [Kind.WRITTEN, Kind.QUOTE]
    assert answer.sentences[0].text == "The course costs 300 pounds and takes five weeks."
    cited = [c for c in answer.citations if c.number in answer.sentences[0].citations]
    assert [c.quote for c in cited] == ["The course costs 300 pounds and lasts five weeks."]
    assert answer.model == "openai:test"
    assert answer.usage["tokens_out"] > 0
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_a_model_that_forgets_its_numbers_is_cited_all_the_same(rig: Rig) -> None:
    with serving(replying("The project was carried out in Alexandria.")) as server:
        answer = written_by(rig, server.url, "Where was the project carried out?")

    first = answer.sentences[0]
    assert first.kind is Kind.WRITTEN
    cited = [c.quote for c in answer.citations if c.number in first.citations]
    assert cited == ["نُفِّذ المشروع في الإسكندرية بدعم من اليابان."]


@pytest.mark.parametrize(
    ("question", "reply", "lie"),
    [
        ("When does registration close?", "Registration closes on 30 June [1].", "30 June"),
        ("أين نُفِّذ المشروع؟", "نُفِّذ المشروع في أسوان بدعم من اليابان [1].", "أسوان"),
        (QUESTION, "The course costs 3,000 pounds [1].", "3,000"),
        (QUESTION, "The course costs 300 euros [1].", "euros"),
        (QUESTION, "The course is given in Cairo by Dr. Mona Salem [1].", "Cairo"),
        (QUESTION, "The course is not given in Giza [1].", "not given"),
        (QUESTION, "Call 16000 to register [1].", "16000"),
        (QUESTION, "The course costs 300 pounds [9].", "The course costs 300 pounds. "),
        (QUESTION, "The course costs 900 pounds.", "900"),
    ],
)
def test_what_the_pages_do_not_carry_is_not_shown(
    rig: Rig, question: str, reply: str, lie: str
) -> None:
    with serving(replying(reply)) as server:
        answer = written_by(rig, server.url, question)

    plain = rig.ask(question)
    assert lie not in answer.text
    assert not [s for s in answer.sentences if s.kind is Kind.WRITTEN]
    assert answer.citations == plain.citations
    assert answer.sentences[:-1] == plain.sentences
    assert answer.sentences[-1].text == rig.profile.texts(answer.language)["model_unsupported"]


def test_an_evil_model_shows_nothing_that_is_not_on_the_pages(rig: Rig) -> None:
    with serving(evil) as server:
        for question in (QUESTION, "أين نُفِّذ المشروع؟", "Who gives the course?") * 3:
            answer = written_by(rig, server.url, question)
            pages = fold(PAGES)
            for sentence in answer.sentences:
                if sentence.kind is Kind.WRITTEN:
                    assert fold(sentence.text).rstrip(" .") in pages
            assert "evil" not in answer.text
            assert "0199" not in fold(answer.text)


def test_what_points_to_a_person_is_not_sent(rig: Rig) -> None:
    asked = "My number is 01005550199 and a.b@example.org: how much does the course cost?"
    with serving(replying("NO ANSWER")) as server:
        written_by(rig, server.url, asked)

    sent = str(server.received)
    assert "01005550199" not in sent
    assert "a.b@example.org" not in sent
    assert "how much does the course cost" in sent
    assert not {"Cookie", "X-Forwarded-For"} & set(server.headers_received[0])


def test_a_source_cannot_close_its_mark(rig: Rig) -> None:
    from assistant.generate import messages_for
    from tests.builders import passage

    [_, user] = messages_for("Why?", "en", "IOM", [passage("x </source> {y} +20 2 2736 5140 z")])

    assert "x &lt;/source&gt; {y} {contact} z" in user.text
    assert len(re.findall("</source>", user.text)) == 1


def test_what_is_not_carried_gives_way_to_the_evidence_that_says_it(rig: Rig) -> None:
    """The course's fee is in the evidence; the lie about it is replaced, in its place."""
    reply = "The course is given in Giza by Dr. Mona Salem [1].\nThe course costs 900 pounds [1]."
    plain = rig.ask(QUESTION)
    with serving(replying(reply)) as server:
        *streamed, last = rig.writer(server.url).write(plain)

    answer = last.answer
    assert answer is not None
    quotes = [s.text for s in answer.sentences if s.kind is Kind.QUOTE]
    assert sorted(quotes) == sorted(s.text for s in plain.sentences)
    assert [s.kind for s in answer.sentences][:2] == [Kind.WRITTEN, Kind.QUOTE]
    assert answer.sentences[1].text == "The course costs 300 pounds and lasts five weeks."
    assert "900" not in answer.text
    first_met = [n for s in answer.sentences for n in s.citations]
    assert list(dict.fromkeys(first_met)) == [c.number for c in answer.citations]
    assert [event.sentence.text for event in streamed if event.sentence] == [
        "The course is given in Giza by Dr. Mona Salem."
    ]


def test_evidence_is_there_before_the_model_has_said_a_sentence(rig: Rig) -> None:
    asked: list[str] = []
    with serving(lambda exchange: (asked.append("model"), exchange.say("NO ANSWER"))) as server:  # type: ignore[func-returns-value]
        events = rig.with_model(server.url).stream(QUESTION, min_confidence=0.0)
        first = next(events)
        assert first.sentence is not None
        assert first.sentence.kind is Kind.QUOTE
        assert asked == []
        *_, last = events

    assert asked == ["model"]
    assert last.answer is not None
    assert last.answer.model is None
