"""Checks one line of a body: what can be judged without the child's standing is judged here. Pure.

A line that passes becomes a submission, written anew from its structs: only known fields and values reach the log.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from services.enrolment.intake.report_rules import ReportRules
from shared.contracts.refusal import RefusalCode
from shared.contracts.registry import REPORT_LANGUAGE, NewerVersion
from shared.contracts.reports import Absent, SameAs, Voided
from shared.events.codec import encode
from shared.events.envelope import ReportEvent, Short, Source, Submission
from shared.events.field_rules import Fault, FieldRules, too_deep
from shared.geography.divisions import Divisions

_EVENT = FieldRules(ReportEvent, called="the event")
_decode_event = msgspec.json.Decoder(ReportEvent).decode

_NOT_TAKEN_YET = frozenset({Absent.TYPE, Voided.TYPE, SameAs.TYPE})
_DATA: dict[str, tuple[Callable[[Raw], Any], FieldRules]] = {
    name: (msgspec.json.Decoder(shape).decode, FieldRules(shape, called="data", prefix="data."))
    for name, shape in REPORT_LANGUAGE.shapes.items()
    if name not in _NOT_TAKEN_YET
}
"""By type: what reads its data, and what says why that failed. Every version is read as itself, and logged as sent."""

_TYPES = f"type must be cn.baoxue.reported.<what>.v1, where <what> is one of {', '.join(name.split('.')[3] for name in _DATA)}"


class _Identified(Struct):
    id: Short
    source: Source | None = None


_decode_identified = msgspec.json.Decoder(_Identified).decode


class Accepted(NamedTuple):
    """A submission ready to be logged: the record's key and value, and the source that sent it."""

    key: bytes
    value: bytes
    source: str


class Refused(NamedTuple):
    """Why a line is refused. ``field`` is None where the line is no JSON object, ``id`` where it is malformed, ``source`` where it names none."""

    code: RefusalCode
    field: str | None
    detail: str
    id: str | None
    source: str | None


class LineChecker:
    """The check of lines over one table of counties.

    ``longest``: bytes of a line; ``deepest``: objects and arrays within one another. What is beyond is malformed.
    """

    def __init__(self, divisions: Divisions, *, longest: int, deepest: int) -> None:
        self._rules = ReportRules(divisions)
        self._longest, self._deepest = longest, deepest

    def check(self, line: bytes, *, received: datetime) -> Accepted | Refused:
        """Judge a line, received at an aware moment. Raises nothing, and no refusal repeats what was sent, but for ids and unknown names."""
        if len(line) > self._longest:
            return _refused(Fault(RefusalCode.MALFORMED, None, f"a line must not be longer than {self._longest} bytes"), None)
        try:
            event = _decode_event(line)
        except (ValueError, RecursionError):
            return self._why_not(line)
        known = _DATA.get(event.type)
        if known is None:
            return _refused(_strange(event.type), event)
        decode, shape = known
        try:
            data = decode(event.data)
        except ValueError:
            return _refused(too_deep(line, self._deepest) or shape.fault(event.data), event)
        if fault := self._rules.broken(event, data, received=received):
            return _refused(fault, event)
        return Accepted(event.subject.encode(), encode(_submission(event, data, received)), event.source)

    def _why_not(self, line: bytes) -> Refused:
        try:
            event = _decode_identified(line)
        except (ValueError, RecursionError):
            event = None
        return _refused(too_deep(line, self._deepest) or _EVENT.fault(line), event)


def _submission(event: ReportEvent, data: Any, received: datetime) -> Submission:
    return Submission(
        specversion=event.specversion,
        id=event.id,
        source=event.source,
        type=event.type,
        subject=event.subject,
        time=event.time,
        partitionkey=event.subject,
        sequence=event.sequence,
        causationid=event.causationid,
        correlationid=event.correlationid,
        datacontenttype=event.datacontenttype,
        dataschema=event.dataschema,
        traceparent=event.traceparent,
        tracestate=event.tracestate,
        data=Raw(encode(data)),
        recordedtime=received,
    )


def _refused(fault: Fault, event: _Identified | ReportEvent | None) -> Refused:
    if event is None:
        return Refused(fault.code, fault.field, fault.detail, None, None)
    return Refused(fault.code, fault.field, fault.detail, None if fault.code is RefusalCode.MALFORMED else event.id, event.source)


def _strange(type_: str) -> Fault:
    if type_ in _NOT_TAKEN_YET:
        detail = "reports of this type are not taken yet; send it again once they are"
    elif isinstance(REPORT_LANGUAGE.why_not(type_), NewerVersion):
        detail = "this version of the type is newer than what is taken here; send an older one, or again once it is taken"
    else:
        detail = _TYPES
    return Fault(RefusalCode.UNKNOWN_TYPE, "type", detail)
