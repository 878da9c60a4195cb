"""What ``/openapi.json`` says of an office's ``POST``, alike in every service that takes commands."""

from typing import Any

from shared.commands.command_lines import MEDIA_TYPE as LINES
from shared.commands.command_lines import MOST_LINES
from shared.commands.instructions import Instructions
from shared.commands.submit import OutOfSight
from shared.http import openapi

TAKEN: openapi.Answers = {
    202: {
        "description": "It is in the log, and the worker has not decided on it yet: look at Location",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}
"""The answer of a ``POST`` whose worker said nothing in time, for ``responses``."""


def or_out_of_sight(answers: openapi.Answers) -> openapi.Answers:
    """Return the answers of a ``POST`` by which a child may go out of the caller's sight: the 200 has the document, or only that it is done."""
    document, done = answers[200], {"$ref": openapi.REFERENCE.format(name=OutOfSight.__name__)}
    described = f"{document['description']}; where the caller sees it no more by what was done, only that it is done"
    either = {"oneOf": [document["content"]["application/json"]["schema"], done]}
    return {**answers, 200: {**document, "description": described, "content": {"application/json": {"schema": either}}}}


LINES_TAKEN: openapi.Answers = {
    202: {
        "description": "All is in the log, and the worker has not decided on all of it yet: `pending` says on how much",
        "content": {"application/json": {"schema": {"$ref": openapi.REFERENCE.format(name="LinesDone")}}},
    }
}
"""The answer of a ``POST`` of many commands whose worker said nothing in time, for ``responses``."""


def lines_body(instructions: Instructions) -> dict[str, Any]:
    """Return the ``requestBody`` of many commands, for ``openapi_extra``."""
    described = f"A command a line, at most {MOST_LINES}: `id`, and beside it what the body of the single POST has ({instructions.words})"
    return {"requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string", "description": described}}}}}


WHY = {
    400: "The body, or the Idempotency-Key, cannot be read",
    409: "The state does not allow it, with the code and field; or the Idempotency-Key was used for another body, or is being worked on",
    413: "The body is over a limit",
    415: "Not a media type that is taken",
    422: "A field or a parameter breaks a rule; it is named",
    503: "The log or Redis is unavailable, or the states are being rebuilt; nothing is acknowledged",
}
"""Why a service that takes commands answers with a problem, by status; what a 404 means is the service's own."""
