"""What ``/openapi.json`` says of the documents that the api gives, made from the structs themselves."""

import msgspec
from fastapi import FastAPI

from services.reporting.answers.documents import Counts, Flows, Headline
from shared.http import openapi

_WHY_NOT = {
    404: "No such area; the detail says what an area may be",
    422: "A parameter breaks a rule",
    503: "The record is still being counted, or Redis is unavailable and nothing was read yet; try again",
}


def responses(shape: type[msgspec.Struct], description: str, *bad: int) -> openapi.Answers:
    """Give the answers of an endpoint: a struct when all is well, problems otherwise."""
    return openapi.good(200, shape, description) | refusals(*bad)


STREAM = """\
Server-sent events without an end. First a `snapshot`; where `Last-Event-ID` names an event that is still known, what came after it instead.
Then a `delta` at most twice a second: every member has its new value, and `children` are those that changed, each to be put in the place of the
one with its code. A `snapshot` may come again at any time, and replaces everything. A `heartbeat` comes every second or so: all that was told
belongs to its `as_of`, which also says how old that is. A reader that does not take its events is cut off, and may come back. Beyond
`REPORTING_MOST_STREAMS` readers are turned away with a `503` that says when to try again."""


def stream(*bad: int) -> openapi.Answers:
    """Give the answers of the stream: events without an end, problems before the first."""
    description = "`snapshot`: LiveCounts; `delta`: the same, of its children those that changed; `heartbeat`: its `as_of`, at least every 5 s"
    return {200: {"description": description, "content": {"text/event-stream": {}}}, **refusals(*bad)}


def refusals(*bad: int) -> openapi.Answers:
    """Give the answers that are problems."""
    return openapi.bad(*bad, why=_WHY_NOT)


def describe(app: FastAPI, *more: type[msgspec.Struct]) -> None:
    """Add the structs' schemas to an app's own description of itself; ``more`` beside those of the documents."""
    openapi.describe(app, lambda: openapi.schemas_of((Counts, Headline, Flows, *more)))
