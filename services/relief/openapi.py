"""What ``/openapi.json`` says of the documents that the api takes and returns, made from the structs themselves."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.relief.documents import GrantFile, GrantList
from services.relief.requests import INSTRUCTIONS, BeginRequest, BoardingRequest, PayRequest
from services.relief.terms.walk import Progress
from shared.commands.openapi import WHY
from shared.http import openapi

BODY: dict[str, Any] = INSTRUCTIONS.described(openapi.REFERENCE)
"""What the body of a POST on a grant may be, for ``openapi_extra``."""

responses = partial(openapi.responses, why={**WHY, 404: "No such grant, or no such area; or the term was never begun"})


def schemas() -> Mapping[str, Any]:
    """Return the schemas of what the api takes and returns, by name."""
    return openapi.schemas_of(GrantList, GrantFile, Progress, PayRequest, BoardingRequest, BeginRequest)
