"""What the HTTP interface says of itself: the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from ui.problems import MEDIA_TYPE, Problems
from ui.schemas import ProblemDocument

# Of one server-sent event; `data` is a document as JSON.
EVENT_SCHEMA = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}


def describe(app: FastAPI, version: str) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document of the application's routes, made once."""
    from fastapi.openapi.utils import get_openapi

    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            described = get_openapi(
                title="Assistant",
                version=version,
                summary="Answers in an organisation's own words, with exact citations.",
                description="Questions go in bodies, never in addresses. Programs that need more "
                "than a person's share send a key: `Authorization: Bearer ask_…`, made by "
                "`assistant key add NAME`. Errors are RFC 9457 problems in every language.",
                routes=app.routes,
            )
            described.setdefault("components", {})["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"}
            }
            described["security"] = [{}, {"key": []}]
            _take_out_fastapi_errors(described)
            made.update(described)
        return made

    return document


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of these statuses, for the OpenAPI document."""
    names: dict[int, list[str]] = {}
    for kind in Problems:
        names.setdefault(kind.value.status, []).append(kind.value.words["en"][0])
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {
            "description": "; ".join(names[status]),
            "model": ProblemDocument if status == 500 else None,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def _take_out_fastapi_errors(described: dict[str, Any]) -> None:
    """FastAPI describes its own form of validation errors, which is never sent here."""
    for path in described["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status != "200":
                    response["content"].pop("application/json", None)
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
