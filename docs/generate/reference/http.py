"""The page of the apis for people, and the OpenAPI document of each api."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from fastapi.routing import APIRoute

from docs.generate.markdown import code, page, table
from docs.generate.reference.settings import settings_of
from shared.contracts.services import SERVICES, ServiceSpec
from shared.http.callers import Having, is_open

METHODS = ("get", "post", "put", "patch", "delete")

INTRODUCTION = """\
Every api serves its own description at `/openapi.json` and shows it at `/docs`. Every process, a worker on a port of its own, answers
`GET /livez` (200: the process is alive), `GET /readyz` (200: everything that it needs is available; else 503, with the missing parts) and
`GET /metrics` ([metrics](metrics.md)). Problems are RFC 9457 (`application/problem+json`). They name the fault and the fix, and never repeat a
value that was sent ([all problems](errors.md))."""


def openapi(service: str) -> dict[str, Any]:
    """Return the OpenAPI document of an api, with all settings at their defaults."""
    app = import_module(f"services.{service}.wiring").api(settings_of(service).model_construct())
    document: dict[str, Any] = app.openapi()
    return document


def rights(service: str) -> dict[str, str]:
    """Return which right each endpoint of an api needs, in words, by its method and path."""
    app = import_module(f"services.{service}.wiring").api(settings_of(service).model_construct())
    found = [route for each in app.routes for route in getattr(getattr(each, "original_router", None), "routes", [each])]
    return {f"{method} {route.path_format}": _right(route) for route in found if isinstance(route, APIRoute) for method in route.methods or ()}


def http() -> str:
    """Return the page for people."""
    return page("HTTP", INTRODUCTION, *(part for spec in SERVICES for part in _service(spec)))


def _service(spec: ServiceSpec) -> Iterable[str]:
    document, needed = openapi(spec.name), rights(spec.name)
    yield f"## {spec.name}, port {spec.port}"
    yield f"{document['info'].get('summary', '')} For programs: [openapi.{spec.name}.json](openapi.{spec.name}.json)."
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods and "operations" not in methods[method].get("tags", ()):
                what = f"{method.upper()} {path}"
                yield from _operation(what, needed[what], methods[method])


def _right(route: APIRoute) -> str:
    if is_open(route):
        return "Open to anybody; what a token adds is on the page of [rights](rights.md)."
    actions = dict.fromkeys(action for needed in route.dependant.dependencies if isinstance(needed.call, Having) for action in needed.call.actions)
    return f"Needs the [right](rights.md) {' or '.join(code(action) for action in actions)}."


def _operation(what: str, right: str, operation: dict[str, Any]) -> Iterable[str]:
    yield f"### {what}"
    yield "\n\n".join(said for said in (f"{operation['summary']}.", operation.get("description"), right) if said)
    if parameters := operation.get("parameters"):
        yield table(("parameter", "in", "is"), ((code(each["name"]), each["in"], _described(each)) for each in parameters))
    if body := operation.get("requestBody"):
        yield table(("body", "is"), ((code(media), _body(content["schema"])) for media, content in body["content"].items()))
    answers = sorted(operation["responses"].items())
    yield table(("answer", "when"), ((code(status), f"{answer['description']}{_shape(answer)}") for status, answer in answers))


def _body(schema: dict[str, Any]) -> str:
    match schema:
        case {"$ref": reference}:
            return code(reference.rpartition("/")[2])
        case {"type": "array", "items": items}:
            return f"an array of {_body(items)}"
        case {"oneOf": _, "discriminator": {"mapping": choices}}:
            return "; or ".join(f'`"do": "{word}"`, as {_body({"$ref": to})}' for word, to in choices.items())
        case {"description": described}:
            return str(described)
        case _:
            raise ValueError(f"no words for {schema}")


def _described(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    said = parameter.get("description") or schema.get("description") or ""
    default = f" Default: {code(str(schema['default']))}." if schema.get("default") is not None else ""
    return f"{said}{'' if said.endswith('.') or not said else '.'}{default}".strip() + (" Must be there." if parameter.get("required") else "")


def _shape(answer: dict[str, Any]) -> str:
    schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
    references = [each["$ref"] for schema in schemas for each in schema.get("oneOf", [schema]) if "$ref" in each]
    names = [reference.rpartition("/")[2] for reference in references if not reference.endswith("/Problem")]
    return f" ({', '.join(map(code, names))})" if names else ""
