"""The protocols that are not OpenAI's, and a cross-encoder as the gate's second opinion."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.model_limits import Budget, Price
from assistant.models import EXTRAS, LangchainModel, make_model
from assistant.support.entailment import make_entailment
from assistant.support.gate import Gate
from assistant.types import Kind
from tests.assistant.conftest import Rig
from tests.assistant.model_servers import Exchange, Handler, serving
from vectorstore.embed import PackagedEmbedder

ROOT = Path(__file__).parents[2]
QUESTION = "How much does the course cost?"
FIT = "The course costs 300 pounds [1]."


def ollama(text: str, reason: str = "stop") -> Handler:
    """Answers as Ollama does, in lines of JSON."""

    def handler(exchange: Exchange) -> None:
        exchange.begin(200, "application/x-ndjson")
        about = {"model": "test", "created_at": "2026-01-01T00:00:00Z"}
        for word in text.split(" "):
            said = {"message": {"role": "assistant", "content": f"{word} "}, "done": False}
            exchange.raw(json.dumps({**about, **said}).encode() + b"\n")
        counts = {"done": True, "done_reason": reason, "prompt_eval_count": 70, "eval_count": 7}
        last = {**about, "message": {"role": "assistant", "content": ""}, **counts}
        exchange.raw(json.dumps(last).encode() + b"\n")

    return handler


def test_ollama_words_an_answer(rig: Rig) -> None:
    with serving(ollama(FIT)) as server:
        url = server.url.removesuffix("/v1")
        writer = rig.writer(url, model="ollama:llama3.2", model_tokens=120)
        *_, last = writer.write(rig.ask(QUESTION))

    answer = last.answer
    assert answer is not None
    assert answer.model == "ollama:llama3.2"
    assert answer.sentences[0].kind is Kind.WRITTEN
    assert answer.usage == {"tokens_in": 70, "tokens_out": 7}
    assert server.received[0]["options"]["num_predict"] == 120


def test_an_answer_that_ollama_cut_off_is_not_shown(rig: Rig) -> None:
    with serving(ollama(FIT, reason="length")) as server:
        writer = rig.writer(server.url.removesuffix("/v1"), model="ollama:llama3.2")
        *_, last = writer.write(rig.ask(QUESTION))

    assert last.answer is not None
    assert last.answer.model is None


CITED = "The course costs 300 pounds and lasts five weeks."


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of two layers that has learned nothing, with the labels of NLI."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CITED.lower().rstrip(".").split(), "."]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    model = BertForSequenceClassification(config)
    model.classifier.weight.data.zero_()
    model.classifier.bias.data = model.classifier.bias.data.new_tensor([-5.0, 5.0, -5.0])
    model.save_pretrained(folder)
    return folder


def says(folder: Path, label: int) -> None:
    """Let it answer with that label, whatever it is asked."""
    from transformers import BertForSequenceClassification

    model = BertForSequenceClassification.from_pretrained(folder)
    model.classifier.bias.data = model.classifier.bias.data.new_full((3,), -5.0)
    model.classifier.bias.data[label] = 5.0
    model.save_pretrained(folder)


def test_a_cross_encoder_can_only_take_away(cross_encoder: Path) -> None:
    encode = PackagedEmbedder().encode_documents
    says(cross_encoder, 1)
    agrees = Gate(encode, make_entailment(str(cross_encoder)))
    says(cross_encoder, 2)
    doubts = Gate(encode, make_entailment(str(cross_encoder)))

    assert agrees.rule_text("The course costs 300 pounds.", CITED).carried
    assert not agrees.rule_text("The course costs 900 pounds.", CITED).carried
    assert doubts.rule_text("The course costs 300 pounds.", CITED).reasons == ("entailment",)


def test_what_is_no_cross_encoder_is_said_to_be_none(tmp_path: Path, cross_encoder: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be loaded from this machine"):
        make_entailment(str(tmp_path / "nowhere"))
    config = json.loads((cross_encoder / "config.json").read_text())
    config["id2label"] = {str(n): f"LABEL_{n}" for n in range(3)}
    config["label2id"] = {f"LABEL_{n}": n for n in range(3)}
    other = tmp_path / "other"
    other.mkdir()
    for file in cross_encoder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    (other / "config.json").write_text(json.dumps(config))

    with pytest.raises(SettingsError, match="no label `entailment`"):
        make_entailment(str(other))


def test_a_provider_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    known = extras["optional-dependencies"]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for provider, extra in EXTRAS.items():
        assert any(line.startswith("langchain-") for line in known[extra])
        with pytest.raises(
            SettingsError, match=re.escape(f'install -c constraints.txt ".[{extra}]"')
        ):
            make(f"{provider}:some")
    with pytest.raises(SettingsError, match="pip install langchain-groq"):
        make("groq:some")


def test_a_missing_key_is_named_where_the_operator_looks(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    writer = rig.writer("", model="openai:gpt-4.1-mini")

    *_, last = writer.write(rig.ask(QUESTION))

    assert last.answer is not None
    assert last.answer.model is None
    assert last.answer.sentences[-1].kind is Kind.NOTICE
    assert "OPENAI_API_KEY" not in last.answer.text
    assert [r.getMessage() for r in caplog.records if r.name == "assistant.writer"] == [
        "the model wrote nothing: OPENAI_API_KEY is not set."
    ]


def make(setting: str) -> LangchainModel:
    return make_model(setting, seconds=1.0, answer_tokens=1, budget=Budget(), price=Price())
