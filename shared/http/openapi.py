"""What an api's ``/openapi.json`` says of the shapes that it takes and gives, made from the structs themselves."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI

from shared.http import problems

REFERENCE = "#/components/schemas/{name}"

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457; never repeats what was sent",
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}},
    "required": ["type", "title", "status", "detail"],
}

Answers = dict[int | str, dict[str, Any]]


def good(status: int, shape: type[msgspec.Struct], description: str) -> Answers:
    """Give the answer of an endpoint when all is well: a struct."""
    return {status: {"description": description, "content": {"application/json": {"schema": {"$ref": REFERENCE.format(name=shape.__name__)}}}}}


def bad(*statuses: int, why: Mapping[int, str]) -> Answers:
    """Give the answers that are problems, each with its reason."""
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    return {status: {"description": why[status], "content": content} for status in statuses}


def schemas_of(shapes: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    """Give the schemas of structs, and of all that they are made of, by name."""
    return msgspec.json.schema_components(tuple(shapes), ref_template=REFERENCE)[1]


def describe(app: FastAPI, schemas: Callable[[], Mapping[str, Any]]) -> None:
    """Add schemas to an app's own description of itself, where it does not have one of the name."""
    own = app.openapi

    def openapi() -> dict[str, Any]:
        document = own()
        described: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in {"Problem": _PROBLEM, **schemas()}.items():
            described.setdefault(name, schema)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
