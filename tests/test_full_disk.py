"""A disk that is full: told with numbers, nothing lost, and all comes right once there is room."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.cli import main
from benchmarks.durability import digest_of
from vectorstore.versions import published_number

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
    monkeypatch.setattr("assistant.maintain._LEAST_ROOM", 0)

    monkeypatch.setattr("ingest.space.free_bytes", lambda folder: int(2.1 * size))
    assert main(["ingest", str(source), "--store", str(store)]) == 5
    monkeypatch.undo()

    assert SAYS.match(capsys.readouterr().err)
    assert published_number(store) == 1


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[Path]:
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


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("trial", range(5))
def test_a_disk_that_fills_up_leaves_what_answers_and_comes_right_later(
    tmp_path: Path, share: float, trial: int
) -> None:
    whole = tmp_path / "whole"
    source = _pages(tmp_path, 10 + trial)
    assert _ingest(source, whole)[0] == 0
    before = digest_of(whole)
    source = _pages(tmp_path, 60 + 20 * trial, "two")
    assert _ingest(source, whole)[0] in (0, 3)
    need = sum(p.stat().st_size for p in whole.rglob("*") if p.is_file())
    source = _pages(tmp_path, 10 + trial)
    with _small_disk(tmp_path / "disk", 10 * need) as disk:
        store = disk / "store"
        assert _ingest(source, store)[0] == 0
        source = _pages(tmp_path, 60 + 20 * trial, "two")
        used = sum(p.stat().st_size for p in store.rglob("*") if p.is_file())
        size = max(int(share * need), used + 65_536)
        subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)

        code, said = _ingest(source, store)

        assert code == 5, said
        assert SAYS.match(said), said
        assert digest_of(store) == before
        asked = ["ask", "Which door has hall 3?", "--store", str(store)]
        assert main(asked) == 0
        subprocess.run(["mount", "-o", f"remount,size={10 * need}", str(disk)], check=True)
        assert _ingest(source, store)[0] in (0, 3)
        if published_number(store) > 1:
            assert digest_of(store) == digest_of(whole)
