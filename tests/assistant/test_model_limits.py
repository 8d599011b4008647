from __future__ import annotations

import re
import threading
import time

import pytest

from assistant.errors import ModelError
from assistant.model_limits import STAYS_OPEN_S, Breaker, Budget, Price
from assistant.models import LangchainModel, Message, Reply, is_outside
from tests.assistant.conftest import Rig
from tests.assistant.model_servers import replying, serving
from ui.metrics import Metrics

QUESTION = "How much does the course cost?"
FIT = "The course costs 300 pounds [1]."
DAY = 86_400.0


def test_a_model_that_keeps_failing_is_left_alone_for_a_while() -> None:
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for _ in range(5):
        breaker.check()
        breaker.failed()

    with pytest.raises(ModelError, match="left alone"):
        breaker.check()
    now[0] = STAYS_OPEN_S + 1
    breaker.check()
    breaker.failed()
    with pytest.raises(ModelError):  # one try decides
        breaker.check()


def test_failures_with_a_success_between_them_open_nothing() -> None:
    breaker = Breaker(clock=lambda: 0.0)
    for _ in range(4):
        breaker.failed()
    breaker.worked()
    for _ in range(4):
        breaker.failed()

    breaker.check()


@pytest.mark.parametrize("budget", [Budget(daily_tokens=100), Budget(daily_replies=1)])
def test_what_is_used_up_is_used_up_for_one_day(budget: Budget) -> None:
    now = [0.0]
    budget.clock = lambda: now[0]
    budget.begin()
    budget.spend(100)

    with pytest.raises(ModelError, match="spent"):
        budget.begin()
    now[0] = DAY
    budget.begin()


def test_money_is_reckoned_where_a_price_is_set() -> None:
    price = Price(per_million_in=0.4, per_million_out=1.6)

    assert price.of(1_000_000, 500_000) == pytest.approx(1.2)
    assert Reply(10, 5).usage == {"tokens_in": 10, "tokens_out": 5}
    assert Reply(10, 5, cost=0.5).usage == {"tokens_in": 10, "tokens_out": 5, "cost": 0.5}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"model_daily_replies": 1}, "openai:test"),
        ({"model_daily_tokens": 1}, "openai:test"),  # the first reply spends more than that
        ({"model_tokens": 3}, None),  # more than 24 characters come all the same
    ],
)
def test_a_budget_degrades_and_does_not_fail(
    rig: Rig, settings: dict[str, int], told: str | None
) -> None:
    plain = rig.ask(QUESTION)
    with serving(replying(FIT)) as server:
        writer = rig.writer(server.url, **settings)
        first, second = ([*writer.write(plain)][-1].answer for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.model == told
    assert second.model is None
    assert second.sentences[:-1] == plain.sentences
    assert second.sentences[-1].text == rig.profile.texts("en")["model_failed"]
    assert len(server.received) == (1 if told else 2)


def test_the_answer_says_what_it_cost(rig: Rig) -> None:
    with serving(replying(FIT)) as server:
        writer = rig.writer(server.url, model_price_input=10.0, model_price_output=30.0)
        *_, last = writer.write(rig.ask(QUESTION))

    assert last.answer is not None
    usage = last.answer.usage
    assert usage["cost"] == pytest.approx(
        (10 * usage["tokens_in"] + 30 * usage["tokens_out"]) / 1e6
    )
    assert usage["cost"] > 0


@pytest.mark.parametrize(
    ("model", "url", "outside"),
    [
        ("openai:gpt", "", True),
        ("openai:gpt", "https://models.example.org/v1", True),
        ("openai:gpt", "http://10.0.0.5:8000/v1", True),
        ("openai:gpt", "http://127.0.0.1.example.org/v1", True),
        ("openai:gpt", "http://127.0.0.1:8080/v1", False),
        ("openai:gpt", "http://localhost:8080/v1", False),
        ("ollama:llama3.2", "", False),
        ("ollama:llama3.2", "http://gpu.example.org:11434", True),
        ("local:model.gguf", "", False),
    ],
)
def test_what_leaves_this_machine_is_known(
    monkeypatch: pytest.MonkeyPatch, model: str, url: str, outside: bool
) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert is_outside(model, url) is outside


def test_ollamas_own_variable_may_lead_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "gpu.example.org:11434")
    assert is_outside("ollama:llama3.2")
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:11434")
    assert not is_outside("ollama:llama3.2")


def test_a_model_that_is_still_loading_is_not_waited_for_longer() -> None:
    loaded = threading.Event()

    def load() -> object:
        loaded.wait(20)
        return None

    model = LangchainModel("slow", load, answer_tokens=9, budget=Budget(), price=Price())
    started = time.monotonic()

    with pytest.raises(ModelError, match="too long"):
        list(model.stream([Message("user", "Hi")], seconds=0.3, reply=Reply()))

    assert time.monotonic() - started < 5
    loaded.set()


def test_what_a_model_was_asked_and_used_is_counted(rig: Rig) -> None:
    metrics = Metrics()
    with serving(replying(FIT)) as server:
        writer = rig.writer(server.url, model_price_output=1_000_000.0, model_daily_replies=1)
        for _ in range(2):
            *_, last = writer.write(rig.ask(QUESTION))
            assert last.answer is not None
            metrics.answered(last.answer, "api", 0.1)

    told = metrics.document().decode()
    assert 'assistant_model_answers_total{shown="yes"} 1.0' in told
    assert 'assistant_model_answers_total{shown="no"} 1.0' in told
    used = float(re.findall(r'assistant_model_used_total{of="tokens_out"} (\S+)', told)[0])
    assert used > 0
    assert f'assistant_model_used_total{{of="cost"}} {used}' in told
