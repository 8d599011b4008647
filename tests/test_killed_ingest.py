"""An ingest that is killed leaves the published version answering, and the next run mends all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kill_ingest import run
from ingest.catalogue import Catalogue
from ingest.chunk import CHUNKING
from tests.builders import WordsEmbedder, page, stored
from vectorstore.publish import publish
from vectorstore.versions import KEPT_VERSIONS, published_manifest, published_number, versions


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the code under test may catch it."""


def test_a_few_kills_leave_nothing_wrong(tmp_path: Path) -> None:
    trials = run(tmp_path, kills=3, pages=20, seed=7)

    assert sum(trial.after_s is not None for trial in trials) == 3
    assert [trial.faults for trial in trials if trial.faults] == []


@pytest.mark.slow
def test_twenty_kills_leave_nothing_wrong(tmp_path: Path) -> None:
    trials = run(tmp_path, kills=20, pages=60, seed=1)

    assert sum(trial.after_s is not None for trial in trials) == 20
    assert [trial.faults for trial in trials if trial.faults] == []


def test_a_kill_at_any_step_of_publishing_is_mended_by_the_next_run(tmp_path: Path) -> None:
    base = tmp_path / "base"
    for number in range(KEPT_VERSIONS):  # so that publishing once more removes an old one
        _publish(base, f"The office opened in {2000 + number}.")
    whole = tmp_path / "whole"
    shutil.copytree(base, whole)
    with _killed_at(None, whole) as steps:
        _publish(whole, "The office moved in 2020.")
    expected = _state(whole)

    left: list[int] = []
    for step in _telling(steps):
        store = tmp_path / f"store-{step}"
        shutil.copytree(base, store)
        with _killed_at(step, store), pytest.raises(Killed):
            _publish(store, "The office moved in 2020.")

        published = published_manifest(store)
        assert published is not None
        left.append(published.number)
        assert published in versions(store)  # which are all readable
        _publish(store, "The office moved in 2020.")
        assert _state(store) == expected, steps[step]

    assert sorted(left) == left
    assert set(left) == {KEPT_VERSIONS, KEPT_VERSIONS + 1}


def test_a_kill_at_any_step_of_the_first_publishing_leaves_no_version_or_a_whole_one(
    tmp_path: Path,
) -> None:
    whole = tmp_path / "whole"
    with _killed_at(None, whole) as steps:
        _publish(whole, "The office opened.")
    expected = _state(whole)

    for step in _telling(steps):
        store = tmp_path / f"store-{step}"
        with _killed_at(step, store), pytest.raises(Killed):
            _publish(store, "The office opened.")

        assert published_number(store) in (0, published_number(whole))
        assert published_manifest(store) in (None, *versions(store))  # it is whole
        _publish(store, "The office opened.")
        assert _state(store) == expected, steps[step]


def _publish(store: Path, text: str) -> None:
    catalogue = stored(store, page(text))
    try:
        publish(store, catalogue, WordsEmbedder(), chunking=CHUNKING, pages=1)
    finally:
        catalogue.close()


def _state(store: Path) -> tuple[Any, ...]:
    """Names of all files but Chroma's, which it draws at random, and what the versions say."""
    files = sorted(
        str(path.relative_to(store)) for path in store.rglob("*") if "chroma" not in path.parts
    )
    catalogue = Catalogue.open(store / "catalogue.sqlite")
    digest = catalogue.content_digest()
    catalogue.close()
    own = [
        replace(each, files={n: d for n, d in each.files.items() if not n.startswith("chroma")})
        for each in versions(store)
    ]
    return files, digest, own, published_number(store)


def _telling(calls: list[str]) -> list[int]:
    """Of a run of equal calls the first and the last: writing files through changes nothing."""
    return [
        i
        for i, name in enumerate(calls)
        if i in (0, len(calls) - 1) or not calls[i - 1] == name == calls[i + 1]
    ]


@contextmanager
def _killed_at(step: int | None, store: Path) -> Iterator[list[str]]:
    """Stop at the `step`-th call that changes files in `versions` or the pointer; lists the calls.

    Removing a folder stops halfway: the first of its files is gone.
    """
    calls: list[str] = []
    originals = {name: getattr(os, name) for name in ("mkdir", "rename", "replace", "fsync")}
    rmtree = shutil.rmtree

    def counted(name: str) -> bool:
        calls.append(name)
        return len(calls) - 1 == step

    def stopped(name: str) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            if counted(name):
                raise Killed(name)
            return originals[name](*arguments, **more)

        return call

    def half_removed(path: Path, **more: Any) -> None:
        if path.exists():
            if counted("rmtree"):
                (path / "manifest.json").unlink(missing_ok=True)
                raise Killed("rmtree")
            rmtree(path, **more)

    with pytest.MonkeyPatch.context() as patch:
        for name in originals:
            patch.setattr(os, name, stopped(name))
        patch.setattr(shutil, "rmtree", half_removed)
        yield calls
