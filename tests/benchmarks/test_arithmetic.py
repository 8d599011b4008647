"""From measured growth to sizes nobody has measured."""

from __future__ import annotations

import pytest

from benchmarks.arithmetic import factors, size_rows

SMALL = {
    "passages": 1_000,
    "memory_empty_mb": 170.0,
    "memory_asked_mb": 300.0,
    "disk_mb": 57.0,
    "catalogue_mb": 46.0,
    "ingest_s": 10.0,
    "publish_one_page_s": 2.0,
}
LARGE = {
    "passages": 11_000,
    "memory_empty_mb": 170.0,
    "memory_asked_mb": 500.0,
    "disk_mb": 550.0,
    "catalogue_mb": 440.0,
    "ingest_s": 110.0,
    "publish_one_page_s": 12.0,
}
LOAD = {"throughput_per_s": 33.0}


def test_growth_is_what_lies_between_the_sizes() -> None:
    found = factors([SMALL, LARGE], LOAD, cores=2)

    assert found is not None
    assert found.passage_kb == pytest.approx(20.0)
    assert found.publish_s == pytest.approx(0.001)
    assert found.disk_kb == pytest.approx(50.0)
    assert found.workers == 31
    assert found.thousand_s == pytest.approx(60.6, abs=0.1)
    assert size_rows(found)[-1] == [
        *("a million pages of one passage", "1,000,000"),
        *("20.2 GB", "240.0 GB", "2.8 h", "16.7 min"),
    ]


def test_one_size_says_nothing_of_growth() -> None:
    assert factors([SMALL], LOAD, cores=2) is None
