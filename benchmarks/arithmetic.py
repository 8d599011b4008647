"""What the measured growth and load come to for a size, and for a thousand questions a second.

Everything here is a product or a quotient of figures in `benchmarks/results`; nothing is assumed
but the price of a core, which is said where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SIZES = {
    "a national office": 2_000,
    "a regional office": 20_000,
    "a large organisation": 200_000,
    "a million pages of one passage": 1_000_000,
}
QUESTIONS_PER_S = 1_000
CORE_HOUR = 0.05  # of whichever currency; put your own price in
STORED_VERSIONS = 4  # three are kept, and one is built beside them


@dataclass(frozen=True, slots=True)
class Factors:
    """What each part costs, of a passage or of an answer.

    Attributes:
        worker_mb: memory of a worker before it has opened anything.
        passage_kb: memory that one passage more takes in a worker that was asked.
        disk_kb: of one passage in one version.
        catalogue_kb: of one passage in the catalogue, its cache of embeddings included.
        ingest_s: of one passage, everything included, at the largest size.
        publish_s: of one passage of the store, when one page has changed.
        answers_per_s: of one worker over HTTP.
    """

    worker_mb: float
    passage_kb: float
    disk_kb: float
    catalogue_kb: float
    ingest_s: float
    publish_s: float
    answers_per_s: float
    cores: int

    @property
    def thousand_s(self) -> float:
        """Seconds of one core for a thousand answers."""
        return 1_000 / self.answers_per_s * self.cores

    @property
    def workers(self) -> int:
        """For a thousand questions a second."""
        return -int(-QUESTIONS_PER_S // self.answers_per_s)

    def memory_gb(self, passages: int) -> float:
        """Of one worker with everything in its own process."""
        return self.worker_mb / 1e3 + passages * self.passage_kb / 1e6

    def disk_gb(self, passages: int) -> float:
        """Of the whole store while a version is built."""
        return passages * (STORED_VERSIONS * self.disk_kb + self.catalogue_kb) / 1e6


def factors(
    rows: Sequence[Mapping[str, Any]], load: Mapping[str, Any], cores: int
) -> Factors | None:
    """From the rows of scaling and the figures of load; None before two sizes were measured."""
    if len(rows) < 2:
        return None
    small, large = rows[0], rows[-1]
    passages = large["passages"]
    more = passages - small["passages"]
    return Factors(
        worker_mb=large["memory_empty_mb"],
        passage_kb=1_000 * (large["memory_asked_mb"] - small["memory_asked_mb"]) / more,
        disk_kb=1_000 * large["disk_mb"] / passages,
        catalogue_kb=1_000 * large["catalogue_mb"] / passages,
        ingest_s=large["ingest_s"] / passages,
        publish_s=(large["publish_one_page_s"] - small["publish_one_page_s"]) / more,
        answers_per_s=load["throughput_per_s"],
        cores=cores,
    )


def factor_rows(of: Factors) -> list[list[object]]:
    """Each factor with its unit and what measures it."""
    growth, load = "`benchmarks.scaling`", "`benchmarks.load`"
    return [
        ["memory of a worker that has opened nothing", f"{of.worker_mb:.0f} MB", growth],
        ["memory of each passage more", f"{of.passage_kb:.1f} KB", growth],
        ["disk of a passage in one version", f"{of.disk_kb:.1f} KB", growth],
        ["disk of a passage in the catalogue", f"{of.catalogue_kb:.1f} KB", growth],
        ["ingest of a passage", f"{1_000 * of.ingest_s:.1f} ms", growth],
        [
            "publishing one changed page, for each passage there is",
            f"{1_000 * of.publish_s:.2f} ms",
            growth,
        ],
        ["answers a second of one worker", f"{of.answers_per_s:.1f}", load],
        ["core-seconds of a thousand answers", f"{of.thousand_s:.0f}", load],
        [
            f"cost of a thousand answers, at {CORE_HOUR:g} a core-hour",
            f"{of.thousand_s / 3_600 * CORE_HOUR:.5f}",
            "the line above",
        ],
        [f"workers for {QUESTIONS_PER_S:,} questions a second", of.workers, load],
    ]


def size_rows(of: Factors) -> list[list[object]]:
    """What each size comes to."""
    return [
        [
            name,
            f"{passages:,}",
            f"{of.memory_gb(passages):.1f} GB",
            f"{of.disk_gb(passages):.1f} GB",
            f"{passages * of.ingest_s / 3_600:.1f} h",
            f"{passages * of.publish_s / 60:.1f} min",
        ]
        for name, passages in SIZES.items()
    ]
