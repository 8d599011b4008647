"""The one piece of maintenance under way: a child process, what it tells, how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.settings import PREFIX, Settings

_KILLED_AFTER_S = 15.0  # of a child that was asked to stop

Document = Mapping[str, Any]


class State(StrEnum):
    """How far a job has come."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands.

    Attributes:
        stage: "reading", "embedding" or "comparing"; "" before the first step.
        rate: of this stage, per second; 0 while nobody knows.
        left_s: how long this stage will still take, None where nobody knows.
    """

    stage: str = ""
    done: int = 0
    total: int | None = None
    url: str = ""
    rate: float = 0.0
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands.

    Attributes:
        asked: what the worker was told to do.
        result: what it says of itself once done.
        error: one sentence, where it failed.
    """

    asked: Document
    who: str
    began: datetime
    state: State = State.RUNNING
    progress: Progress = field(default_factory=Progress)
    seconds: float = 0.0
    result: Document | None = None
    error: str = ""


class Jobs:
    """Starts jobs, one at a time, and follows them.

    Args:
        ended: told of each job once it has ended.
        command: what does them; reads one on standard input (`assistant.work`).
    """

    def __init__(
        self,
        settings: Settings,
        ended: Callable[[Job], None],
        command: tuple[str, ...] = (sys.executable, "-m", "assistant.work"),
    ) -> None:
        self._environment = _environment(settings)
        self._ended = ended
        self._command = command
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._child: subprocess.Popen[str] | None = None
        self._cancelled: subprocess.Popen[str] | None = None

    def current(self) -> Job | None:
        """The job under way, or the last one."""
        with self._lock:
            return self._job

    def start(self, asked: Document, who: str) -> Job:
        """Begin a job.

        Raises:
            InputError: another one is under way.
        """
        with self._lock:
            if self._job is not None and self._job.state is State.RUNNING:
                raise InputError("Other work is under way. Wait for it, or cancel it.")
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
                text=True,
                encoding="utf-8",
            )
            self._job = job = Job(asked, who, datetime.now(UTC))
        threading.Thread(target=self._follow, args=(self._child,), daemon=True).start()
        return job

    def cancel(self) -> None:
        """Ask the job to stop; what it stored stays stored."""
        with self._lock:
            child = self._child
            if child is None or child.poll() is not None:
                return
            self._cancelled = child
        child.terminate()

        def kill() -> None:
            try:
                child.wait(_KILLED_AFTER_S)
            except subprocess.TimeoutExpired:
                child.kill()

        threading.Thread(target=kill, daemon=True).start()

    def wait(self, timeout_s: float) -> Job | None:
        """The job once it has ended, or as it stands after this time."""
        until = time.monotonic() + timeout_s
        while (job := self.current()) is not None and job.state is State.RUNNING:
            if time.monotonic() >= until:
                break
            time.sleep(0.05)
        return job

    def _follow(self, child: subprocess.Popen[str]) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        began = time.monotonic()
        stage_began: dict[str, tuple[float, int]] = {}
        job = self._job
        assert job is not None
        try:
            with child.stdin:
                child.stdin.write(json.dumps(dict(job.asked)))
        except BrokenPipeError:
            pass  # it ended before it was told what to do; its exit code says so
        last: dict[str, Any] = {}
        for line in child.stdout:
            told = json.loads(line)
            now = time.monotonic()
            if "step" in told:
                progress = _progress(told["step"], now, stage_began)
                job = replace(job, progress=progress, seconds=now - began)
                with self._lock:
                    self._job = job
            else:
                last = told
        child.stdout.close()
        code = child.wait()
        job = replace(job, seconds=time.monotonic() - began)
        if "done" in last:
            job = replace(job, state=State.DONE, result=last["done"])
        elif "error" in last:
            state = State.CANCELLED if last.get("cancelled") else State.FAILED
            job = replace(job, state=state, error=str(last["error"]))
        elif child is self._cancelled:  # it had not yet begun to listen, or did not stop in time
            job = replace(job, state=State.CANCELLED)
        else:
            said = f"The work ended before its end (code {code}). What was stored stays stored."
            job = replace(job, state=State.FAILED, error=said)
        self._ended(job)
        with self._lock:
            self._job = job


def _progress(step: Mapping[str, Any], now: float, began: dict[str, tuple[float, int]]) -> Progress:
    stage, done, total = str(step["what"]), int(step["done"]), step["total"]
    since, first = began.setdefault(stage, (now, done))
    rate = (done - first) / (now - since) if now > since else 0.0
    left = (total - done) / rate if total is not None and rate > 0 else None
    return Progress(stage, done, total, str(step["url"]), rate, left)


def _environment(settings: Settings) -> dict[str, str]:
    """The child's settings are ours, whatever said them."""
    return {
        **os.environ,
        f"{PREFIX}STORE": str(settings.store.absolute()),
        f"{PREFIX}EMBEDDING": settings.embedding,
        f"{PREFIX}PROFILE": settings.profile,
        f"{PREFIX}PRIVATE_HOSTS": ",".join(sorted(settings.private_hosts)),
        f"{PREFIX}USER_AGENT_CONTACT": settings.user_agent_contact,
        "PYTHONPATH": os.pathsep.join(
            filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")))
        ),
    }
