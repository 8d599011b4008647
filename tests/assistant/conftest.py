"""An assistant over two pages, for everything that puts a language model behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.build import build_assistant, build_model, build_retriever, build_writer
from assistant.maintain import Maintainer
from assistant.pipeline import Assistant
from assistant.profile import Profile, load_profile
from assistant.settings import Settings
from assistant.types import Answer
from assistant.writer import Writer
from vectorstore.retriever import HybridRetriever

PAGES = """\
{"url": "https://example.org/a", "title": "Registration", "language": "en", "text": \
"Registration is open all year. The course costs 300 pounds and lasts five weeks. \
It is given in Giza by Dr. Mona Salem."}
{"url": "https://example.org/b", "title": "المشروع", "language": "ar", "text": \
"نُفِّذ المشروع في الإسكندرية بدعم من اليابان. شارك فيه 45 معلماً."}
"""


@dataclass(frozen=True)
class Rig:
    """An assistant without a model, and the retriever that a writer shares with it."""

    plain: Assistant
    retriever: HybridRetriever
    store: Path

    @property
    def profile(self) -> Profile:
        return self.plain.profile

    def ask(self, question: str) -> Answer:
        return self.plain.ask(question, min_confidence=0.0)

    def writer(self, url: str, **settings: Any) -> Writer:
        """A writer with the model at that address."""
        about = Settings(**{"model": "openai:test", "model_url": url, **settings})
        writer = build_writer(about, build_model(about), self.profile, self.retriever)
        writer.prepare()
        return writer

    def with_model(self, url: str, **settings: Any) -> Assistant:
        """An assistant with the model at that address."""
        about = {"store": self.store, "model": "openai:test", "model_url": url, **settings}
        assistant = build_assistant(Settings(**about), self.retriever)
        assistant.prepare()
        return assistant


def make_rig(folder: Path) -> Rig:
    """A rig whose pages and store are in a folder."""
    (folder / "pages.jsonl").write_text(PAGES, "utf-8")
    settings = Settings(store=folder / "store")
    Maintainer(settings, load_profile(settings.profile)).ingest([str(folder / "pages.jsonl")])
    retriever = build_retriever(settings)
    return Rig(build_assistant(settings, retriever), retriever, settings.store)


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    return make_rig(tmp_path_factory.mktemp("written"))
