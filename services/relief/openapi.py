"""What ``/openapi.json`` says of the documents that the api takes and returns, made from the structs themselves."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.relief.documents import GrantFile, GrantList, StudentGrants
from services.relief.requests import INSTRUCTIONS
from services.relief.terms.walk import Progress
from shared.commands.command_lines import LinesDone
from shared.commands.openapi import WHY
from shared.http import openapi

BODY: dict[str, Any] = INSTRUCTIONS.request_body()
"""What the body of a POST on a grant may be, for ``openapi_extra``."""

_ID = {"id": "$response.body#/grants/0/id"}
OF_A_GRANT = {"grant": openapi.Link("get", "/v1/grants/{id}", _ID), "ask": openapi.Link("post", "/v1/grants/{id}", _ID)}
"""What goes on from a grant in a list."""

responses = partial(openapi.responses, why={**WHY, 404: "No such grant, or no such area; or the term was never begun"})


def schemas() -> Mapping[str, Any]:
    """Return the schemas of what the api takes and returns, by name."""
    return openapi.schemas_of(GrantList, GrantFile, StudentGrants, LinesDone, Progress) | INSTRUCTIONS.schemas()
