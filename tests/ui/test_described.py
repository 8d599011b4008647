"""The HTTP interface does what its description says, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from assistant.keys import add_key
from tests.ui.service import small_server
from ui import reception
from ui.limits import Rate

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
EXAMPLES = 4


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reception, "PER_KEY", Rate(10**9))
        with small_server(store) as url:
            yield url


@pytest.fixture(scope="module")
def description(address: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")


@pytest.fixture(scope="module")
def key(store: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {add_key(store, 'schemathesis')}"}


def request_everything(
    description: schemathesis.BaseSchema, key: dict[str, str], examples: int
) -> set[str]:
    """Send what each route's description allows, and what it forbids; the routes that were met."""
    met: set[str] = set()
    for found in description.get_all_operations():
        operation = found.ok()
        request(operation, schemathesis.GenerationMode.POSITIVE, key, examples)
        if operation.body or operation.query:  # else there is nothing that could be wrong
            request(operation, schemathesis.GenerationMode.NEGATIVE, key, examples)
        met.add(operation.label)
    return met


def request(
    operation: schemathesis.APIOperation,
    mode: schemathesis.GenerationMode,
    key: dict[str, str],
    examples: int,
) -> None:
    """Send so many requests to one route; what is wrong in a body has to be refused."""
    refused = bool(operation.body) and mode is schemathesis.GenerationMode.NEGATIVE

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples <= 20,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        response = case.call_and_validate(headers=key, checks=CHECKS, timeout=20)
        assert not refused or 400 <= response.status_code < 500

    send()


def test_no_server_error_and_no_undocumented_status(
    description: schemathesis.BaseSchema, key: dict[str, str]
) -> None:
    met = request_everything(description, key, EXAMPLES)

    assert {"POST /api/v1/ask", "POST /api/v1/check", "POST /v1/chat/completions"} <= met


@pytest.mark.slow
def test_neither_in_a_thousand_requests_to_each_route(
    description: schemathesis.BaseSchema, key: dict[str, str]
) -> None:
    request_everything(description, key, 500)
