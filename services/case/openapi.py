"""What ``/openapi.json`` says of the documents that the api takes and returns, made from the structs themselves."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.case.documents import CaseFile, CaseList
from shared.commands.instructions import Instructions
from shared.commands.openapi import WHY
from shared.contracts.case import CloseAfterReturn, RecordAttempt
from shared.http import openapi

ASKED = Instructions((RecordAttempt, CloseAfterReturn))
"""What an office can ask of a file."""

BODY: dict[str, Any] = ASKED.described(openapi.REFERENCE)
"""What a body may be, for ``openapi_extra``."""

responses = partial(openapi.responses, why={**WHY, 404: "This child has no file; or there is no such area"})


def schemas() -> Mapping[str, Any]:
    """Return the schemas of what the api takes and returns, by name."""
    return openapi.schemas_of(CaseFile, CaseList, RecordAttempt, CloseAfterReturn)
