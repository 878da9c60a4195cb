"""What ``/openapi.json`` says of the documents that the api takes and returns, made from the structs themselves."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from services.case.documents import CaseFile, CaseList
from services.case.flag_documents import CountyFlags, CountyFlagsList
from services.case.place_documents import SchoolList, SchoolShown
from services.case.plan_documents import PlansToRenew
from shared.commands.command_lines import LinesDone
from shared.commands.instructions import Instructions
from shared.commands.openapi import WHY as COMMON
from shared.commands.submit import OutOfSight
from shared.contracts.case_commands import (
    ChangePlan,
    CloseAfterReturn,
    ConfirmClosing,
    CorroborateReturn,
    DeclineClosing,
    PlanVisit,
    RecordAttempt,
    RecordStep,
    TakeLawStep,
)
from shared.contracts.case_owner_commands import Disown, GiveCase, HandOn, SendBack, TakeOverCase
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawFile, DrawSample, RaiseFlag, RecordRecheck
from shared.contracts.place_commands import FreePlace, HoldPlace
from shared.http import openapi

ASKED = Instructions(
    (
        *(RecordAttempt, CloseAfterReturn, RecordStep, ChangePlan, TakeLawStep, CorroborateReturn, ConfirmClosing, DeclineClosing),
        *(TakeOverCase, SendBack, HandOn, Disown, GiveCase, PlanVisit),
        *(RaiseFlag, ClearFlag, ConfirmFlag, DrawFile, RecordRecheck),
        *(HoldPlace, FreePlace),
    )
)
"""What an office can ask of a file."""
ASKED_OF_COUNTY = Instructions((RaiseFlag, ClearFlag, ConfirmFlag, DrawSample))
"""What an office can ask of a county."""

BODY: dict[str, Any] = ASKED.request_body()
"""What a body may be, for ``openapi_extra``."""
COUNTY_BODY: dict[str, Any] = ASKED_OF_COUNTY.request_body()
"""The same of a county."""

_ID = {"id": "$response.body#/cases/0/id"}
OF_A_FILE = {"file": openapi.Link("get", "/v1/cases/{id}", _ID), "ask": openapi.Link("post", "/v1/cases/{id}", _ID)}
"""What goes on from a file in a list."""

WHY_NOT = {
    **COMMON,
    404: "This child has no file; or there is no such area or school",
    410: "The name was erased, or its key is lost",
    412: "The file was changed since it was read; nothing was done",
}
responses = partial(openapi.responses, why=WHY_NOT)


def schemas(*others: type[msgspec.Struct]) -> Mapping[str, Any]:
    """Return the schemas of what the api takes and returns, by name; ``others``: more of them."""
    documents = openapi.schemas_of(
        CaseFile, CaseList, PlansToRenew, CountyFlags, CountyFlagsList, SchoolList, SchoolShown, LinesDone, OutOfSight, *others
    )
    return documents | ASKED_OF_COUNTY.schemas() | ASKED.schemas()
