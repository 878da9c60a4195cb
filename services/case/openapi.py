"""What ``/openapi.json`` says of the shapes that the api takes and gives, made from the structs themselves."""

from typing import Any

import msgspec
from fastapi import FastAPI

from services.case.documents import CaseFile, CaseList
from shared.commands.instructions import Instructions
from shared.contracts.case import CloseAfterReturn, RecordAttempt
from shared.http import openapi

ASKED = Instructions((RecordAttempt, CloseAfterReturn))
"""What an office can ask of a file."""

BODY: dict[str, Any] = ASKED.described(openapi.REFERENCE)
"""What a body may be, for ``openapi_extra``."""

TAKEN: openapi.Answers = {
    202: {
        "description": "It is in the log, and the worker has not decided on it yet: look at Location",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}

_WHY_NOT = {
    400: "The body, or the Idempotency-Key, cannot be read",
    404: "This child has no file",
    409: "The file's state does not allow it, with the code; or the Idempotency-Key was used for another body, or is being worked on",
    413: "The body is over a limit",
    415: "Not a media type that is taken",
    422: "A field or a parameter breaks a rule; it is named",
    503: "The log or Redis is unavailable, or the files are being built again; nothing is acknowledged",
}


def responses(shape: type[msgspec.Struct], description: str, *bad: int) -> openapi.Answers:
    """Give the answers of an endpoint: a struct when all is well, problems otherwise."""
    return openapi.good(200, shape, description) | openapi.bad(*bad, why=_WHY_NOT)


def describe(app: FastAPI) -> None:
    """Add the structs' schemas to an app's own description of itself."""
    openapi.describe(app, lambda: openapi.schemas_of((CaseFile, CaseList, RecordAttempt, CloseAfterReturn)))
