"""The rules of an event's texts: their form, and that none of them names a person (wire page, section 1). Pure.

Identifiers, trace headers and references are the only texts of a report that a sender may choose.
"""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from shared.contracts.refusal import RefusalCode
from shared.events.field_rules import NO_IDENTITY, Fault
from shared.events.personal_data import holds_identity_number

# Nearly every id has an id's characters and no 15 digits in a row, which the shortest identity number has.
_is_plain_id = re.compile(r"(?:[A-Za-z._:/-]++|[0-9]{1,14}+(?![0-9]))++").fullmatch
_is_id = re.compile(r"[A-Za-z0-9._:/-]{1,64}").fullmatch
_is_visible = re.compile(r"[\x21-\x7e]+").fullmatch
# RFC 3986: a scheme, and the characters that a URI may have.
_is_uri = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+").fullmatch
# W3C Trace Context: version, trace, parent, flags; no version ff, and neither trace nor parent is all zeros.
_is_traceparent = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}").fullmatch
_is_trace_member = re.compile(r"([a-z0-9][a-z0-9_*/@-]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]").fullmatch
_MOST_TRACE_MEMBERS = 32

_ID = "1 to 64 of A-Za-z0-9._:/-"


def _is_tracestate(text: str) -> bool:
    members = [_is_trace_member(member.strip(" \t")) for member in text.split(",") if member.strip(" \t")]
    keys = {member[1] for member in members if member}
    return 0 < len(keys) == len(members) <= _MOST_TRACE_MEMBERS


_FORMS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "id": (_is_id, _ID),
    "sequence": (_is_visible, "visible ASCII characters, or a whole number"),
    "causationid": (_is_id, _ID),
    "correlationid": (_is_id, _ID),
    "dataschema": (_is_uri, "a URI in ASCII"),
    "traceparent": (_is_traceparent, "as W3C Trace Context writes it: version, trace, parent and flags in lower-case hex digits"),
    "tracestate": (_is_tracestate, "as W3C Trace Context writes it: at most 32 members, key=value, each key once, in ASCII"),
}


class Texts(Protocol):
    """The texts among an event's attributes. One that was left out, or was malformed, is None."""

    @property
    def id(self) -> str | None: ...
    @property
    def sequence(self) -> str | int | None: ...
    @property
    def causationid(self) -> str | None: ...
    @property
    def correlationid(self) -> str | None: ...
    @property
    def dataschema(self) -> str | None: ...
    @property
    def traceparent(self) -> str | None: ...
    @property
    def tracestate(self) -> str | None: ...


def is_plain_id(text: str) -> bool:
    """Return whether an id is seen at once to keep its rules; of any other, ``text_faults`` tells."""
    return _is_plain_id(text) is not None


def text_faults(event: Texts) -> list[Fault]:
    """Return what is wrong with the texts among an event's attributes, at most one fault each."""
    faults = []
    for name, (has_form, form) in _FORMS.items():
        value = getattr(event, name)
        if value is None:
            continue
        if not has_form(str(value)):
            faults.append(_malformed(name, f"{name} must be {form}"))
        elif name != "traceparent" and holds_identity_number(str(value)):
            faults.append(_malformed(name, f"{name} {NO_IDENTITY}"))
    return faults


def id_fault(field: str, value: str) -> Fault | None:
    """Return what is wrong with the id of an event in a report's data."""
    if not _is_id(value):
        return _malformed(field, f"{field} must be {_ID}")
    return _malformed(field, f"{field} {NO_IDENTITY}") if holds_identity_number(value) else None


def _malformed(field: str, detail: str) -> Fault:
    return Fault(RefusalCode.MALFORMED, field, detail)
