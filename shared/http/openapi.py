"""What an api's ``/openapi.json`` says of the documents that it takes and returns, made from the structs themselves."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI

from shared.http import problems
from shared.http.callers import OPERATIONS, SCHEME

REFERENCE = "#/components/schemas/{name}"

_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the configured issuer (RFC 9068), with the caller's `office` and `roles`",
}
_WHO_MAY = {
    401: "The token is missing, or proves nothing; the detail says why",
    403: "The caller has no right to this, or not in this area",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457; never repeats what was sent",
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}},
    "required": ["type", "title", "status", "detail"],
}

Answers = dict[int | str, dict[str, Any]]
"""The answers of an endpoint by status, for FastAPI's ``responses``."""


class Link(NamedTuple):
    """An operation that goes on from an answer: ``parameters`` by name, each taken from the answer (``$response.body#/batch``)."""

    method: str
    path: str
    parameters: Mapping[str, str]

    def described(self) -> dict[str, Any]:
        """Return the link as the description has it."""
        return {"operationRef": f"#/paths/{self.path.replace('/', '~1')}/{self.method}", "parameters": dict(self.parameters)}


def responses(
    shape: type[msgspec.Struct],
    description: str,
    *problem_statuses: int,
    why: Mapping[int, str],
    status: int = 200,
    links: Mapping[str, Link] | None = None,
) -> Answers:
    """Return the answers of an endpoint: a document when all is well, with what goes on from it, and problems, each with its reason."""
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": REFERENCE.format(name=shape.__name__)}}},
    }
    if links:
        answer["links"] = {name: link.described() for name, link in links.items()}
    return {status: answer} | problem_responses(*problem_statuses, why=why)


def problem_responses(*statuses: int, why: Mapping[int, str]) -> Answers:
    """Return the answers of an endpoint that are problems, each with its reason."""
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    return {status: {"description": why[status], "content": content} for status in statuses}


def schemas_of(*shapes: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schemas of structs, and of all that they are made of, by name."""
    return msgspec.json.schema_components(shapes, ref_template=REFERENCE)[1]


def describe(app: FastAPI, schemas: Callable[[], Mapping[str, Any]]) -> None:
    """Add to an app's own description of itself: schemas, where it has none of the name; and, by operation, that it needs a token."""
    own = app.openapi

    def openapi() -> dict[str, Any]:
        document = own()
        components = document.setdefault("components", {})
        described: dict[str, Any] = components.setdefault("schemas", {})
        for name, schema in {"Problem": _PROBLEM, **schemas()}.items():
            described.setdefault(name, schema)
        components["securitySchemes"] = {SCHEME: _BEARER}
        for methods in document["paths"].values():
            for operation in methods.values():
                _secure(operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _secure(operation: dict[str, Any]) -> None:
    """Say of an operation whether it needs a token, and what is answered to one that is not enough."""
    if OPERATIONS in operation.get("tags", ()):
        return
    security = operation.setdefault("security", [{SCHEME: []}])
    answers = operation["responses"]
    needs_right = security == [{SCHEME: []}]
    for status in (401, 403) if needs_right else (401,):
        answers.setdefault(str(status), problem_responses(status, why=_WHO_MAY)[status])
