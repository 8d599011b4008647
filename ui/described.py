"""What the HTTP interface says of itself: the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from ui.problems import MEDIA_TYPE, Problem, Problems
from ui.schemas import EXEMPLARY, ProblemDocument, examples_of
from ui.wall import is_ours

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
            paths = described["paths"].items()
            described["paths"] = {p: operations for p, operations in paths if is_ours(p)}
            described.setdefault("components", {})["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"}
            }
            described["security"] = [{}, {"key": []}]
            _take_out_fastapi_errors(described)
            for model in EXEMPLARY:  # FastAPI takes every null out, those of examples too
                described["components"]["schemas"][model.__name__].update(examples_of(model))
            made.update(described)
        return made

    return document


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of these statuses, for the OpenAPI document."""
    kinds: dict[int, list[Problems]] = {}
    for kind in Problems:
        kinds.setdefault(kind.value.status, []).append(kind)
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {
            "description": "; ".join(kind.value.words["en"][0] for kind in kinds[status]),
            "model": ProblemDocument if status == 500 else None,
            "content": {
                MEDIA_TYPE: {
                    "schema": schema,
                    "examples": {k.value.name: {"value": _example(k)} for k in kinds[status]},
                }
            },
        }
        for status in statuses
    }


def _example(kind: Problems) -> dict[str, Any]:
    wrong = [{"field": "question", "problem": "Field required"}]
    return Problem(
        kind,
        retry_after_s=8 if kind.value.status in (429, 503) else None,
        errors=wrong if kind is Problems.WRONG_FIELDS else None,
        example={"en": "Since when is IOM in Egypt?", "ar": "منذ متى للمنظمة حضور في مصر؟"},
        limit="2,000",
        message={"en": "We are correcting a page.", "ar": "نصحّح إحدى الصفحات."},
    ).document("en", "0f3a9c6e5d2b7184")


def _take_out_fastapi_errors(described: dict[str, Any]) -> None:
    """FastAPI describes its own form of validation errors, which is never sent here."""
    for path in described["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status != "200":
                    response["content"].pop("application/json", None)
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
