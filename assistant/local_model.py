"""llama.cpp in a process of its own: a crash or a leak there takes nothing down here."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from assistant.errors import ModelError, SettingsError

READY_S = 60.0  # to load a model of a few gigabytes from a slow disk
CONTEXT_TOKENS = 4_096
_KEY = "ASSISTANT_LOCAL_MODEL_SECRET"  # of the pipe between the two processes


class LocalServer:
    """Starts the server at the first question and ends it with this process."""

    def __init__(self, file: Path) -> None:
        """`file`: a GGUF.

        Raises:
            SettingsError: there is no such file, or llama.cpp is not installed.
        """
        if not file.is_file():
            raise SettingsError(f"There is no model file at {file}.")
        if find_spec("xllamacpp") is None:
            raise SettingsError(
                'A local model needs llama.cpp: pip install -c constraints.txt ".[local]"'
            )
        self._file = file
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._address = ""
        self._key = secrets.token_urlsafe(24)

    def start(self) -> tuple[str, str]:
        """Address of the running server's API, and the key it wants.

        Raises:
            ModelError: it does not start.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._launch()
            return self._address, self._key

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()

    def _launch(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.local_model", str(self._file.resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, _KEY: self._key},
        )
        atexit.register(self.stop)
        self._process = process
        timer = threading.Timer(READY_S, process.kill)
        timer.start()
        assert process.stdout is not None
        line = next((text for text in process.stdout if text.startswith('{"address"')), "")
        timer.cancel()
        if not line:
            raise ModelError(f"llama.cpp could not load {self._file.name}.")
        self._address = json.loads(line)["address"] + "/v1"


def serve(file: str) -> None:
    """Serve a model until the parent is gone."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = file
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = max(1, len(os.sched_getaffinity(0)) - 1)  # one core answers
    parameters.cpuparams.poll = 0
    parameters.ui = False
    parameters.api_keys = [os.environ[_KEY]]
    server = xllamacpp.Server(parameters)
    print(json.dumps({"address": server.listening_address}), flush=True)
    sys.stdin.read()  # ends when the parent ends, however that happens


if __name__ == "__main__":
    serve(sys.argv[1])
