"""A disk that is full: told with numbers, nothing lost, and all comes right once there is room."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from assistant.cli import main
from benchmarks.durability import digest_of
from vectorstore.versions import held, published_number

ROOT = Path(__file__).parent.parent
SAYS = re.compile(
    r"^assistant: The disk of \S+ is too full: this needs ~\d+ MB, it has \d+ MB\. .+\n$"
)


def _pages(folder: Path, count: int, state: str = "one") -> Path:
    rows = [
        {
            "url": f"https://example.org/{n}",
            "title": f"Hall {n}",
            "text": " ".join(
                f"Hall {n} of state {state} has door {d} on side {d}." for d in range(9)
            ),
        }
        for n in range(count)
    ]
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder / "pages.jsonl"


def _ingest(source: Path, store: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "ingest", str(source), "--store", str(store)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_too_little_room_is_told_before_anything_is_fetched_or_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, store = _pages(tmp_path, 3), tmp_path / "store"
    monkeypatch.setattr("ingest.space.free_bytes", lambda folder: 3_900_000)

    assert main(["ingest", str(source), "--store", str(store)]) == 5

    said = capsys.readouterr().err
    assert SAYS.match(said), said
    assert "needs ~4 MB, it has 3 MB" in said
    assert published_number(store) == 0
    monkeypatch.undo()
    assert main(["ingest", str(source), "--store", str(store)]) == 0


def test_a_refresh_wants_twice_the_room_of_what_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, store = _pages(tmp_path, 3), tmp_path / "store"
    main(["ingest", str(source), "--store", str(store)])
    size = sum(p.stat().st_size for p in (store / "versions").rglob("*") if p.is_file())
    _pages(tmp_path, 3, "two")
    monkeypatch.setattr("assistant.store_writer._LEAST_ROOM", 0)

    monkeypatch.setattr("ingest.space.free_bytes", lambda folder: int(2.1 * size))
    assert main(["ingest", str(source), "--store", str(store)]) == 5
    monkeypatch.undo()

    assert SAYS.match(capsys.readouterr().err)
    assert published_number(store) == 1


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@dataclass(frozen=True)
class _Undisturbed:
    """What two ingests one after the other come to where there is room, and take."""

    first: str
    second: str
    bytes: int


@cache
def _undisturbed(folder: Path, trial: int) -> _Undisturbed:
    folder = folder / f"undisturbed-{trial}"
    folder.mkdir()
    digests = []
    for source in _two_states(folder, trial):
        assert main(["ingest", str(source), "--store", str(folder / "store")]) in (0, 3)
        if held(folder / "store"):
            assert main(["publish", "--store", str(folder / "store")]) == 0
        digests.append(digest_of(folder / "store"))
    size = sum(p.stat().st_size for p in (folder / "store").rglob("*") if p.is_file())
    return _Undisturbed(*digests, size)


def _two_states(folder: Path, trial: int) -> Iterator[Path]:
    """A few pages; then the same changed, and more of them."""
    yield _pages(folder, 10 + trial)
    yield _pages(folder, 60 + 20 * trial, "two")


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("trial", range(5))
def test_a_disk_that_fills_up_leaves_what_answers_and_comes_right_later(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, share: float, trial: int
) -> None:
    whole = _undisturbed(tmp_path_factory.getbasetemp(), trial)
    states = _two_states(tmp_path, trial)
    with small_disk(tmp_path / "disk", 10 * whole.bytes) as disk:
        store = disk / "store"
        assert main(["ingest", str(next(states)), "--store", str(store)]) == 0
        source = next(states)
        used = sum(p.stat().st_size for p in store.rglob("*") if p.is_file())
        size = max(int(share * whole.bytes), used + 65_536)
        subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)

        code, said = _ingest(source, store)

        assert code == 5, said
        assert SAYS.match(said), said
        assert digest_of(store) == whole.first
        assert main(["ask", "Which door has hall 3?", "--store", str(store)]) == 0
        subprocess.run(["mount", "-o", f"remount,size={10 * whole.bytes}", str(disk)], check=True)
        assert main(["ingest", str(source), "--store", str(store)]) in (0, 3)
        if held(store):
            assert main(["publish", "--store", str(store)]) == 0
        assert digest_of(store) == whole.second
