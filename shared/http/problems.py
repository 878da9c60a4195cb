"""The errors of an api as RFC 9457 problems: what went wrong and what mends it, never a value that was sent."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from shared.http.response_rules import SHUT
from shared.identity.caller import Caller

MEDIA_TYPE = "application/problem+json"
_NOT_LET_IN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_log = logging.getLogger(__name__)


class Problem(Exception):
    """An answer that is a problem. Any function below an endpoint may raise it.

    ``kind``: a word for programs, the end of the problem's ``type``. ``more``: members beside those of the standard.
    """

    def __init__(
        self, status: int, kind: str, title: str, detail: str, *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail
        self.headers, self.more = dict(headers or {}), dict(more or {})

    def body(self) -> bytes:
        """Return the problem's JSON."""
        return msgspec.json.encode({"type": type_of(self.kind), "title": self.title, "status": self.status, "detail": self.detail, **self.more})

    def response(self) -> Response:
        """Return the response that says so."""
        headers = {"Cache-Control": "no-store", **SHUT, **self.headers}
        return Response(self.body(), self.status, headers, MEDIA_TYPE)


def type_of(kind: str) -> str:
    """Return the URI of a kind of problem, by which every server leads to what it means."""
    return f"/docs/problems#{kind}"


def install(app: FastAPI) -> None:
    """Turn every error of an app into a problem: its own, the framework's, and unexpected ones."""
    for kind in (Problem, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    match error:
        case Problem():
            problem = error
        case HTTPException():
            problem = _of_framework(error, request)
        case RequestValidationError():
            problem = _of_parameters(error)
        case _:
            _log.error("unexpected %s", type(error).__name__, exc_info=error)
            problem = Problem(500, "unexpected", "Something unexpected went wrong", "It has been logged; try again later.")
    if problem.status in _NOT_LET_IN:
        log_not_let_in(problem, request.scope)
    return problem.response()


def log_not_let_in(problem: Problem, scope: Scope) -> None:
    """Log that a request was not let in: what for, by its route and never by its path, and who asked, where a token or a session told."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    route = getattr(scope.get("route"), "path", "no route")
    who = "nobody who is known" if caller is None else f"{caller.sub} of {caller.office}"
    _log.warning("%d %s: %s %s, asked by %s", problem.status, problem.kind, scope["method"], route, who)


def _of_framework(error: HTTPException, request: Request) -> Problem:
    status = HTTPStatus(error.status_code)
    kind = status.name.lower().replace("_", "-")
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_of(request, headers.get("Allow", "")))
    return Problem(status, kind, status.phrase, status.description or status.phrase, headers=headers)


def _methods_of(request: Request, first: str) -> list[str]:
    """Return all methods of what a request named: each is a route of its own, and the framework names those of the ``first`` only."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in routes for method in getattr(route, "methods", None) or ()} | set(filter(None, first.split(", ")))
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _of_parameters(error: RequestValidationError) -> Problem:
    return invalid_parameters({".".join(map(str, each["loc"])): each["msg"].removeprefix("Value error, ") for each in error.errors()})


def invalid_parameter(field: str, rule: str) -> Problem:
    """Return the problem of a parameter that breaks a rule which the framework does not know; ``field`` like ``query.county``."""
    return invalid_parameters({field: rule})


def invalid_parameters(rules: Mapping[str, str]) -> Problem:
    """Return the problem of parameters by the rules that they break."""
    detail = "; ".join(f"{field}: {rule}" for field, rule in rules.items())
    errors = [{"field": field, "rule": rule} for field, rule in rules.items()]
    return Problem(422, "invalid-parameters", "A parameter breaks a rule", detail, more={"errors": errors})


def unknown_area(detail: str) -> Problem:
    """Return the problem of an area that does not exist; ``detail`` says what an area may be."""
    return Problem(404, "unknown-area", "No such area", detail)
