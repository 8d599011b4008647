"""One piece of maintenance in a process of its own: `python -m assistant.work < job.json`.

A server only ever reads its store; what its maintainers ask for is done here, under the store's
lock, and the server picks up the published version by itself.

    in    one JSON object: {"do": "ingest", "sources": […], "crawl"?, "prune"?, "dry_run"?}
          or {"do": "exclude"|"include"|"trust"|"publish"|"discard"|"roll_back", …}
    out   JSON Lines: {"step": …} as it goes on, and last {"done": …} or {"error": "a sentence"}

SIGTERM cancels: what was stored before stays stored.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from types import FrameType
from typing import Any

from assistant.documents import outcome_document
from assistant.errors import AssistantError, InputError
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.store_writer import Step
from ingest.errors import Cancelled, IngestError
from vectorstore.errors import VectorStoreError

_LEAST_S = 0.1  # between two steps that are told

Job = Mapping[str, Any]
Document = dict[str, Any]


class Worker:
    """Does one job and tells about it on standard output."""

    def __init__(self, settings: Settings) -> None:
        self._cancelled = False
        self._told_at = 0.0
        self._maintainer = Maintainer(
            settings,
            load_profile(settings.profile),
            progress=self._step,
            cancelled=lambda: self._cancelled,
        )

    def cancel(self, number: int, frame: FrameType | None) -> None:
        """A signal: stop at the next step."""
        self._cancelled = True

    def do(self, job: Job) -> Document:
        """What the job asks for.

        Raises:
            InputError: it asks for nothing that is known here.
        """
        keeper = self._maintainer
        match job.get("do"):
            case "ingest":
                outcome = keeper.ingest(
                    [str(source) for source in job["sources"]],
                    crawl=bool(job.get("crawl")),
                    prune=bool(job.get("prune")),
                    dry_run=bool(job.get("dry_run")),
                )
                return outcome_document(outcome)
            case "exclude":
                reason, by = str(job["reason"]), str(job["by"])
                return {"removed": keeper.exclude(str(job["pattern"]), reason=reason, by=by)}
            case "include":
                keeper.include(str(job["pattern"]))
                return {}
            case "trust":
                contacts = [str(contact) for contact in job["contacts"]]
                return {"let_in": keeper.trust(contacts, by=str(job["by"]))}
            case "publish":
                return {"index_version": keeper.publish_held()}
            case "discard":
                return {"index_version": keeper.discard_held()}
            case "roll_back":
                return {"index_version": keeper.roll_back(int(job["version"]))}
            case other:
                raise InputError(f"{other!r} is nothing that can be done here.")

    def _step(self, step: Step) -> None:
        now = time.monotonic()
        if now - self._told_at >= _LEAST_S or step.done == step.total:
            self._told_at = now
            _tell({"step": asdict(step)})


def main() -> int:
    """Do the job on standard input; 0 when it is done."""
    os.nice(5)  # whoever asks a question meanwhile comes first
    try:
        worker = Worker(Settings.from_environment(os.environ))
        signal.signal(signal.SIGTERM, worker.cancel)
        _tell({"done": worker.do(json.load(sys.stdin))})
    except Cancelled as error:
        _tell({"error": str(error), "cancelled": True})
        return 1
    except (AssistantError, VectorStoreError, IngestError, OSError) as error:
        _tell({"error": " ".join(str(error).split()), "cancelled": False})
        return 1
    return 0


def _tell(document: Document) -> None:
    print(json.dumps(document, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
