"""What is asked of the licence of every part, and that no weights of ours go unnamed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.places import PRODUCT

SCRIPT = Path(__file__).resolve().parent.parent / ".ci" / "licences.py"


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_file_of_weights_has_its_licence(licences: ModuleType) -> None:
    weights = {
        str(path.relative_to(PRODUCT))
        for package in ("assistant", "ingest", "vectorstore", "ui")
        for path in (PRODUCT / package).rglob("*weights*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert len(weights) >= 3
    assert {name for name in weights if not any(name in about for about in licences.DATA)} == set()


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("AGPL-3.0-or-later", True),
        ("GNU Affero General Public License v3", True),
        ("CC-BY-NC-4.0", True),
        ("Free for non-commercial use", True),
        ("Apache-2.0", False),
        ("GNU Lesser General Public License v3", False),
        ("MPL-2.0", False),
    ],
)
def test_a_licence_that_may_not_be_shipped_is_seen(
    licences: ModuleType, licence: str, refused: bool
) -> None:
    assert bool(licences.REFUSED.search(licence)) == refused
