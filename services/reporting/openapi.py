"""What ``/openapi.json`` says of the documents that the api gives, made from the structs themselves."""

from typing import Any

import msgspec
from fastapi import FastAPI

from services.reporting.documents import Counts, Flows, Headline
from shared import problems

_REFERENCE = "#/components/schemas/{name}"
_WHY_NOT = {
    404: "No such area; the detail says what an area may be",
    422: "A parameter breaks a rule",
    503: "The record is still being counted, or Redis is away and nothing was read yet; try again",
}


def responses(shape: type[msgspec.Struct], description: str, *bad: int) -> dict[int | str, dict[str, Any]]:
    """Give the answers of an endpoint: a struct when all is well, problems otherwise."""
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(name=shape.__name__)}}}
    return {200: {"description": description, "content": content}, **refusals(*bad)}


def refusals(*bad: int) -> dict[int | str, dict[str, Any]]:
    """Give the answers that are problems."""
    return {status: {"description": _WHY_NOT[status], "content": {problems.MEDIA_TYPE: {}}} for status in bad}


def describe(app: FastAPI, *more: type[msgspec.Struct]) -> None:
    """Add the structs' schemas to an app's own description of itself; ``more`` beside those of the documents."""
    own = app.openapi

    def openapi() -> dict[str, Any]:
        document = own()
        _, schemas = msgspec.json.schema_components((Counts, Headline, Flows, *more), ref_template=_REFERENCE)
        document.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
