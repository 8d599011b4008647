"""What an administrator watches: is it well, is it fast, is it fresh. No question, no visitor.

Referrals of people in danger are told by no counter that could be laid beside the time or an
address: only how many there were on the whole of the last day, and that only from ten on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from assistant.types import Answer, Status

LEAST_REFERRALS = 10  # below, a number could stand for one person
_BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_FIXED = frozenset({Status.REFERRAL, Status.CONVERSATION, Status.CLARIFICATION})


class Metrics:
    """The counters of one web process.

    Args:
        today: the current day, UTC.
    """

    def __init__(self, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._today = today
        self._day = today()
        self._referrals = 0
        self._answers = Counter(
            "assistant_answers",
            "Answers by how they ended, in which language and through which door.",
            ("outcome", "language", "door"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "assistant_answer_seconds",
            "From the question's arrival to the whole answer, waiting included.",
            ("door",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "assistant_stage_seconds",
            "Of each stage of an answer.",
            ("stage",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._refusals = Counter(
            "assistant_refusals",
            "Requests refused, by the name of the problem.",
            ("problem",),
            registry=self.registry,
        )
        self._worded = Counter(
            "assistant_model_answers",
            "Answers that a language model was asked to word, and whether anything of it is shown.",
            ("shown",),
            registry=self.registry,
        )
        self._used = Counter(
            "assistant_model_used",
            "Tokens that a language model read and wrote, and their cost where a price is set.",
            ("of",),
            registry=self.registry,
        )
        self._yesterday = Gauge(
            "assistant_referrals_last_day",
            f"Referrals on the whole of the last day; 0 below {LEAST_REFERRALS}.",
            registry=self.registry,
        )
        self._ready = Gauge(
            "assistant_ready", "Whether the last self-test was answered.", registry=self.registry
        )
        self._off = Gauge("assistant_switched_off", "The switch.", registry=self.registry)
        self._version = Gauge(
            "assistant_index_version", "The version that answers.", registry=self.registry
        )
        self._sizes = Gauge(
            "assistant_index_size", "What it holds.", ("of",), registry=self.registry
        )
        self._published = Gauge(
            "assistant_index_published_timestamp_seconds",
            "When it was published.",
            registry=self.registry,
        )
        for problem in ("busy", "too-many-questions", "defect"):
            self._refusals.labels(problem)

    def answered(self, answer: Answer, door: str, seconds: float) -> None:
        """Count one answer."""
        if answer.status is Status.REFERRAL:
            self._turn()
            self._referrals += 1
        self._answers.labels(outcome(answer.status), answer.language, door).inc()
        self._seconds.labels(door).observe(seconds)
        for stage, taken in answer.timings.items():
            self._stages.labels(stage).observe(taken)
        if "model" in answer.timings:
            self._worded.labels("yes" if answer.model else "no").inc()
        for name, amount in answer.usage.items():
            self._used.labels(name).inc(amount)

    def refused(self, problem: str) -> None:
        """Count one refusal."""
        self._refusals.labels(problem).inc()

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        Gauge(name, about, registry=self.registry).set_function(value)

    def index(self, version: int, sizes: dict[str, int], published: float) -> None:
        """Say what is being served."""
        self._version.set(version)
        self._published.set(published)
        for name, size in sizes.items():
            self._sizes.labels(name).set(size)

    def state(self, *, ready: bool, off: bool) -> None:
        """Say whether questions are answered."""
        self._ready.set(ready)
        self._off.set(off)

    def document(self) -> bytes:
        """Everything in Prometheus' text format."""
        self._turn()
        return generate_latest(self.registry)

    def _turn(self) -> None:
        today = self._today()
        if today != self._day:
            whole = self._referrals if (today - self._day).days == 1 else 0
            self._yesterday.set(whole if whole >= LEAST_REFERRALS else 0)
            self._day, self._referrals = today, 0


def outcome(status: Status) -> str:
    """The family of a status, for counting; referrals are one with all other fixed words."""
    return "fixed" if status in _FIXED else str(status).partition("_")[0]
