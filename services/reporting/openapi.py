"""The description of the api's documents in ``/openapi.json``, made from the structs themselves."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from services.reporting.answers.documents import Counts, Flows, Headline
from shared.http import openapi

_WHY = {
    404: "No such area; the detail says what an area may be",
    422: "A parameter breaks a rule",
    503: "The record is still being counted, or Redis is unavailable and nothing was read yet; try again",
}

responses = partial(openapi.responses, why=_WHY)
refusals = partial(openapi.problem_responses, why=_WHY)

_AREA = {"area": "$response.body#/areas/0/code"}
OF_AN_AREA = {"counts": openapi.Link("get", "/v1/counts", _AREA), "flows": openapi.Link("get", "/v1/flows", _AREA)}
"""What goes on from an area."""

STREAM = """\
Server-sent events without an end, of one area or of several over one connection; each document says which it is of. First a `snapshot`;
where `Last-Event-ID` names an event that is still known, what came after it instead. Then a `delta` at most twice a second: every member has
its new value; `children` are those that changed, each to be put in the place of the one with its code, and so are `counties`. A `snapshot` may
come again at any time, and replaces everything. A `heartbeat` comes every second or so: all that was sent belongs to its `as_of`, which also
says how old that is. A subscriber that does not take its events is cut off, and may come back. Beyond `REPORTING_MOST_STREAMS` subscribers are
turned away with a `503` that says when to try again."""


def stream(*problem_statuses: int) -> openapi.Answers:
    """Return the answers of the stream: events without an end, problems before the first event."""
    description = "`snapshot`: LiveCounts; `delta`: the same, of its children those that changed; `heartbeat`: its `as_of`, at least every 5 s"
    return {200: {"description": description, "content": {"text/event-stream": {}}}, **refusals(*problem_statuses)}


LINES = "application/x-ndjson"


def lines(description: str, *problem_statuses: int) -> openapi.Answers:
    """Return the answers of an endpoint that answers with lines of JSON."""
    content = {LINES: {"schema": {"type": "string"}}}
    return {200: {"description": description, "content": content}, **refusals(*problem_statuses)}


def schemas(*more: type[msgspec.Struct]) -> Mapping[str, Any]:
    """Return the schemas of the documents that the api returns, and of ``more``, by name."""
    return openapi.schemas_of(Counts, Headline, Flows, *more)
