"""The errors of an api as RFC 9457 problems: what went wrong and what mends it, never a value that was sent."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

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


def type_of(kind: str) -> str:
    """Return the URI of a kind of problem: a name, nothing to look up."""
    return f"urn:problem-type:baoxue:{kind}"


def install(app: FastAPI) -> None:
    """Turn every error of an app into a problem: its own, the framework's, and unexpected ones."""
    for kind in (Problem, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _answer)


async def _answer(_: Request, error: Exception) -> Response:
    match error:
        case Problem():
            problem = error
        case HTTPException():
            problem = _of_framework(error)
        case RequestValidationError():
            problem = _of_parameters(error)
        case _:
            _log.error("unexpected %s", type(error).__name__, exc_info=error)
            problem = Problem(500, "unexpected", "Something unexpected went wrong", "It has been logged; try again later.")
    return Response(problem.body(), problem.status, problem.headers, MEDIA_TYPE)


def _of_framework(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    kind = status.name.lower().replace("_", "-")
    return Problem(status, kind, status.phrase, status.description or status.phrase, headers=error.headers)


def _of_parameters(error: RequestValidationError) -> Problem:
    return _invalid([{"field": ".".join(str(part) for part in each["loc"]), "rule": each["msg"]} for each in error.errors()])


def invalid_parameter(field: str, rule: str) -> Problem:
    """Return the problem of a parameter that breaks a rule which the framework does not know; ``field`` like ``query.county``."""
    return _invalid([{"field": field, "rule": rule}])


def _invalid(wrong: list[dict[str, str]]) -> Problem:
    detail = "; ".join(f"{each['field']}: {each['rule']}" for each in wrong)
    return Problem(422, "invalid-parameters", "A parameter breaks a rule", detail, more={"errors": wrong})
