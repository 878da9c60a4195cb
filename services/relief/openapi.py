"""What ``/openapi.json`` says of the shapes that the api takes and gives, made from the structs themselves."""

from typing import Any

import msgspec
from fastapi import FastAPI

from services.relief.documents import GrantFile, GrantList
from services.relief.requests import INSTRUCTIONS, BeginRequest, BoardingRequest, PayRequest
from services.relief.terms.walk import Progress
from shared.http import openapi

_WHY_NOT = {
    400: "The body, or the Idempotency-Key, cannot be read",
    404: "No such grant, or the term was never begun",
    409: "What is asked is refused, with its code and field, as the state stands; or the Idempotency-Key was used for something else",
    413: "The body is over a limit",
    415: "Not a media type that is taken",
    422: "A field or parameter breaks a rule; it is named",
    503: "The log or Redis is unavailable, or the grants are being built again; nothing is acknowledged",
}

BODY: dict[str, Any] = INSTRUCTIONS.described(openapi.REFERENCE)
"""What the body of a POST on a grant may be, for ``openapi_extra``."""

TAKEN: openapi.Answers = {
    202: {
        "description": "It is in the log, and the worker has not decided on it yet: look at Location",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}


def responses(good: int, shape: type[msgspec.Struct], description: str, *bad: int) -> openapi.Answers:
    """Give the answers of an endpoint: a struct when all is well, problems otherwise."""
    return openapi.good(good, shape, description) | openapi.bad(*bad, why=_WHY_NOT)


def describe(app: FastAPI) -> None:
    """Add the structs' schemas to an app's own description of itself."""
    shapes = (GrantList, GrantFile, Progress, PayRequest, BoardingRequest, BeginRequest)
    openapi.describe(app, lambda: openapi.schemas_of(shapes))
