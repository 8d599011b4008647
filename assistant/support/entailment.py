"""An entailment model as a second opinion of the gate; optional."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from assistant.errors import SettingsError

LEAST = 0.5  # probability of entailment


def make_entailment(name: str) -> Callable[[str, str], bool]:
    """A sentence-transformers cross-encoder of natural-language inference that is on this machine.

    Raises:
        SettingsError: it cannot be loaded, or says nothing of entailment.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import numpy as np
    from sentence_transformers import CrossEncoder

    folder = Path(name).expanduser()
    try:
        model = CrossEncoder(str(folder) if folder.is_dir() else name, local_files_only=True)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"ASSISTANT_ENTAILMENT is {name}, which cannot be loaded from this machine."
        ) from error
    labels = {str(v).lower(): int(k) for k, v in (model.config.id2label or {}).items()}
    if "entailment" not in labels:
        raise SettingsError(f"ASSISTANT_ENTAILMENT is {name}, which has no label `entailment`.")

    def entails(cited: str, sentence: str) -> bool:
        scores = np.asarray(model.predict([(cited, sentence)])[0], dtype=float)
        shares = np.exp(scores - scores.max())
        return bool(shares[labels["entailment"]] / shares.sum() >= LEAST)

    return entails
