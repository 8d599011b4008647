"""Starting where something is not as it should be: one sentence and a code, or it works.

Each case is a process of its own, as the system would start it.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.cli import main
from tests.places import PRODUCT
from tests.serving import ROOT, process

PROFILE = PRODUCT / "assistant/profiles/iom_egypt"
NOBODY = 65534


@dataclass
class Start:
    """How `assistant` is started.

    Attributes:
        before: what the command is run under.
    """

    command: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.folder / "store"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    (folder / "page.txt").write_text("The office\n\nIOM has been in Egypt since 1991.\n")
    assert main(["ingest", str(folder / "page.txt"), "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.fixture
def start(filled: Path, tmp_path: Path) -> Start:
    shutil.copytree(filled, tmp_path / "store")
    return Start(["serve", "--port", "0"], tmp_path)


@contextmanager
def nothing(start: Start) -> Iterator[None]:
    yield


@contextmanager
def misspelt_setting(start: Start) -> Iterator[None]:
    start.environment["ASSISTANT_TRUSTED_PROXY"] = "10.0.0.0/8"
    yield


@contextmanager
def wrong_value(start: Start) -> Iterator[None]:
    start.environment["ASSISTANT_TRUSTED_PROXIES"] = "10.0.0.0/99"
    yield


@contextmanager
def misspelt_option(start: Start) -> Iterator[None]:
    start.command += ["--prot", "80"]
    yield


@contextmanager
def taken_port(start: Start) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        start.command[-1] = str(other.getsockname()[1])
        yield


@contextmanager
def no_such_address(start: Start) -> Iterator[None]:
    start.command += ["--host", "203.0.113.7", "--no-desks"]
    yield


def _profile(start: Start) -> Path:
    shutil.copytree(PROFILE, start.folder / "profile")
    start.environment["ASSISTANT_PROFILE"] = str(start.folder / "profile")
    return start.folder / "profile"


@contextmanager
def no_contacts(start: Start) -> Iterator[None]:
    (_profile(start) / "contacts.toml").unlink()
    yield


@contextmanager
def broken_profile(start: Start) -> Iterator[None]:
    (_profile(start) / "profile.toml").write_text("name = [")
    yield


@contextmanager
def missing_version(start: Start) -> Iterator[None]:
    shutil.rmtree(start.store / "versions")
    yield


@contextmanager
def a_file_for_a_store(start: Start) -> Iterator[None]:
    shutil.rmtree(start.store)
    start.store.write_text("a file")
    yield


def _as_nobody(start: Start) -> None:
    """Another user, who may read what is there, and the interpreter with it, and write nothing."""
    if os.geteuid() != 0 or not _is_known(NOBODY):  # then we are that, and may not write
        for path in (start.store, *start.store.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if os.geteuid() == 0:
            start.before += ["setpriv", "--bounding-set=-dac_override"]
        return
    may_read = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    start.before += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    start.before += may_read


def _is_known(user: int) -> bool:
    """Whether there is such a user: a namespace (`unshare -r`) may hold root alone."""
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    return any(0 <= user - int(first) < int(count) for first, _, count in ranges)


@contextmanager
def read_only_folder(start: Start) -> Iterator[None]:
    _as_nobody(start)
    start.command = ["ingest", str(start.folder / "page.txt")]
    (start.folder / "page.txt").write_text("The hours\n\nThe office is open from nine to five.\n")
    yield


@contextmanager
def no_pages_and_nowhere_to_put_them(start: Start) -> Iterator[None]:
    _as_nobody(start)
    shutil.rmtree(start.store)
    start.store.mkdir(mode=0o555)
    yield


@contextmanager
def far_too_few_files(start: Start) -> Iterator[None]:
    start.before += ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]
    yield


REFUSED = {
    far_too_few_files: (2, "ulimit -n"),
    misspelt_setting: (2, "ASSISTANT_TRUSTED_PROXIES"),
    wrong_value: (2, "10.0.0.0/99"),
    misspelt_option: (2, "--prot"),
    taken_port: (2, "is taken by another program"),
    no_such_address: (2, "203.0.113.7"),
    no_contacts: (2, "contacts"),
    broken_profile: (2, "profile.toml"),
    missing_version: (5, "rebuild"),
    a_file_for_a_store: (5, "store"),
    read_only_folder: (5, "cannot be written"),
    no_pages_and_nowhere_to_put_them: (5, "cannot be written"),
}
SLOW = pytest.param(2, marks=pytest.mark.slow)


@pytest.mark.parametrize("times", [1, SLOW])
@pytest.mark.parametrize("odd", REFUSED, ids=lambda odd: odd.__name__)
def test_a_start_that_cannot_be_is_refused_in_one_sentence_within_three_seconds(
    start: Start, odd: Callable[[Start], Iterator[None]], times: int
) -> None:
    code, says = REFUSED[odd]
    with odd(start):
        for _ in range(times):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "assistant", *start.command]
            ran = subprocess.run(
                [*start.before, *command, "--store", str(start.store)],
                cwd=start.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **start.environment},
                capture_output=True,
                text=True,
                timeout=60,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)

            said = ran.stderr.strip().splitlines()
            assert (ran.returncode, ran.stdout) == (code, ""), ran.stderr
            assert says in said[-1]
            assert [line.startswith("assistant") for line in said].count(True) == 1, said
            assert "Traceback" not in ran.stderr
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            assert spent < 3  # of the processor's: the clock's depend on who else works here


def few_files(start: Start) -> None:
    start.before += ["sh", "-c", 'ulimit -Sn 64; exec "$@"', "sh"]


def plain_locale(start: Start) -> None:
    start.environment.update(LC_ALL="C", LANG="C")


def another_user(start: Start) -> None:
    _as_nobody(start)


@pytest.mark.slow
@pytest.mark.parametrize("times", [2])
@pytest.mark.parametrize("odd", [few_files, plain_locale, another_user], ids=lambda o: o.__name__)
def test_it_answers_all_the_same(start: Start, odd: Callable[[Start], None], times: int) -> None:
    import httpx

    odd(start)
    for _ in range(times):
        with (
            process(start.folder, start.environment, tuple(start.before)) as server,
            httpx.Client(base_url=server.address, trust_env=False, timeout=30) as api,
        ):
            asked = [{"question": "Since when is IOM in Egypt?"}, {"question": "منذ متى؟"}]
            told = [api.post("/api/ask", json=body) for body in asked]
            assert [response.status_code for response in told] == [200, 200]
            assert re.search(r"1991", told[0].json()["text"])
