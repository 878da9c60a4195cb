"""What ``/openapi.json`` says of an office's ``POST``, alike in every service that takes commands."""

from shared.http import openapi

TAKEN: openapi.Answers = {
    202: {
        "description": "It is in the log, and the worker has not decided on it yet: look at Location",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}
"""The answer of a ``POST`` whose worker said nothing in time, for ``responses``."""

WHY = {
    400: "The body, or the Idempotency-Key, cannot be read",
    409: "The state does not allow it, with the code and field; or the Idempotency-Key was used for another body, or is being worked on",
    413: "The body is over a limit",
    415: "Not a media type that is taken",
    422: "A field or a parameter breaks a rule; it is named",
    503: "The log or Redis is unavailable, or the states are being rebuilt; nothing is acknowledged",
}
"""Why a service that takes commands answers with a problem, by status; what a 404 means is the service's own."""
