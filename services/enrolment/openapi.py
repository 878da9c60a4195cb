"""What ``/openapi.json`` says of the documents that the api takes and returns, made from the structs themselves."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from services.enrolment.children import openapi as children
from services.enrolment.domain.merge_preview import MergePreview
from services.enrolment.intake.receipts import Receipt
from services.enrolment.intake.report_intake import Acknowledgement, MediaType
from services.enrolment.same_as import AskedPreview
from services.enrolment.schools import AskedSchools, LastSchools
from services.enrolment.transfers import TransferList
from shared.contracts.registry import REPORT_LANGUAGE
from shared.events.envelope import ReportEvent
from shared.http import openapi

_EVENT = {"$ref": openapi.REFERENCE.format(name=ReportEvent.__name__)}
_WHY = {
    400: "The body, or the Idempotency-Key, cannot be read",
    404: "No such batch, or not any more; or no such area",
    409: "The Idempotency-Key was used for another body, or its first request is still being worked on",
    413: "The body is over a limit, which is named; nothing of it was logged",
    415: "Not a media type or encoding that is taken; those that are, are named",
    422: "The single event was refused, with its code and field; or a parameter breaks a rule",
    503: "The log or Redis is unavailable; nothing is acknowledged",
}

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MediaType.ONE.value: {"schema": _EVENT},
            MediaType.ARRAY.value: {"schema": {"type": "array", "items": _EVENT}},
            MediaType.NDJSON.value: {"schema": {"type": "string", "description": "An event a line; blank lines are skipped, but numbered"}},
        },
    }
}
"""What a body may be, for ``openapi_extra``."""


RECEIPT = {"receipt": openapi.Link("get", "/v1/receipts/{batch}", {"batch": "$response.body#/batch"})}
"""What goes on from an acknowledgement."""

responses = partial(openapi.responses, why=_WHY)


def schemas() -> Mapping[str, Any]:
    """Return the schemas of what the api takes and returns, by name."""
    data, reports = msgspec.json.schema_components(tuple(REPORT_LANGUAGE.shapes.values()), ref_template=openapi.REFERENCE)
    described = openapi.schemas_of(_described_event(), Acknowledgement, Receipt, TransferList, AskedPreview, MergePreview, AskedSchools, LastSchools)
    described[ReportEvent.__name__]["properties"]["data"] = {"description": "By type", "anyOf": list(data)}
    return reports | described | children.schemas()


def _described_event() -> type[msgspec.Struct]:
    """Return the event without the raw bytes of its data, of which msgspec can say nothing."""
    fields = [f for f in msgspec.structs.fields(ReportEvent) if f.name != "data"]
    described = [(f.name, f.type) if f.required else (f.name, f.type, None) for f in fields]
    return msgspec.defstruct(ReportEvent.__name__, described, kw_only=True, forbid_unknown_fields=True)
