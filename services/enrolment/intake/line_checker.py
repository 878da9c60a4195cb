"""Checks one line of a body: what can be judged without the child's standing is judged here. Pure.

A line that passes becomes a submission, written anew from its structs: only known fields and values reach the log.
"""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Raw, Struct

from services.enrolment.intake.attribute_rules import is_plain_id
from services.enrolment.intake.plain_lines import PlainLines, is_whole
from services.enrolment.intake.report_rules import ReportRules, TimeBounds
from shared.contracts.refusal import RefusalCode
from shared.contracts.registry import REPORT_LANGUAGE, NewerVersion
from shared.contracts.reports import Report
from shared.events.codec import encode
from shared.events.envelope import NO_DATA, ReportEvent, Submission
from shared.events.field_rules import Fault, FieldRules, repeated_member, too_deep
from shared.events.repeated_members import repeated_members
from shared.geography.divisions import Divisions

_EVENT = FieldRules(ReportEvent, called="the event")
_decode_event = msgspec.json.Decoder(ReportEvent).decode


class _Reader(NamedTuple):
    """How the data of a type are read: the report that they are, its decoder, and the rules of its fields."""

    report: type[Report]
    decode: Callable[[Raw], Any]
    rules: FieldRules


_REPORTS = cast("Mapping[str, type[Report]]", REPORT_LANGUAGE.shapes)
_READERS = {
    name: _Reader(report, msgspec.json.Decoder(report).decode, FieldRules(report, called="data", prefix="data.")) for name, report in _REPORTS.items()
}
"""By type. Every version is read as itself, and logged as sent."""

_TYPES = f"type must be cn.baoxue.reported.<what>.v1, where <what> is one of {', '.join(name.split('.')[3] for name in _READERS)}"
_PLAIN = PlainLines(_REPORTS)


class Accepted(NamedTuple):
    """A submission ready to be logged: the record's key and value."""

    key: bytes
    value: bytes


class Refused(NamedTuple):
    """Why a line is refused: everything that is wrong with it, at least one fault.

    A fault's field is None where the line is no JSON object. ``id`` is None where anything is malformed.
    """

    faults: tuple[Fault, ...]
    id: str | None

    @property
    def first(self) -> Fault:
        """The fault that stands for the line."""
        return self.faults[0]


class LineChecker:
    """The check of lines over one table of counties.

    ``longest``: bytes of a line; ``deepest``: objects and arrays within one another. What is beyond is malformed.
    """

    def __init__(self, divisions: Divisions, *, longest: int, deepest: int) -> None:
        self._rules = ReportRules(divisions)
        self._longest, self._deepest = longest, deepest

    def check(self, line: bytes, bounds: TimeBounds, sources: Container[str]) -> Accepted | Refused:
        """Judge a line of a caller that may report in the name of these sources.

        Raises nothing, and no refusal repeats what was sent, but for ids and unknown names.
        """
        if len(line) > self._longest:
            return Refused((Fault(RefusalCode.MALFORMED, None, f"a line must not be longer than {self._longest} bytes"),), None)
        return self._plain(line, bounds, sources) or self._any(line, bounds, sources)

    def _plain(self, line: bytes, bounds: TimeBounds, sources: Container[str]) -> Accepted | None:
        """Accept a line of the plain form that nearly all have; None for any other, and for one that breaks a rule."""
        try:
            found = _PLAIN.read(line)
        except (ValueError, RecursionError):
            return None
        if found is None:
            return None
        report, event = found
        if not (is_plain_id(event.id) and self._rules.knows_office(event.source)):
            return None
        if self._rules.faults(event, event.data, report, bounds, sources=sources, plain=True):
            return None
        event.partitionkey, event.recordedtime = event.subject, bounds.received
        submission = encode(event)
        return Accepted(event.subject.encode(), submission) if is_whole(line, submission) else None

    def _any(self, line: bytes, bounds: TimeBounds, sources: Container[str]) -> Accepted | Refused:
        try:
            event = _decode_event(line)
            report, decode, _ = _READERS[event.type]
            data = decode(event.data)
        except (ValueError, KeyError, RecursionError):
            return self._refused(line, bounds, sources)
        if self._rules.faults(event, data, report, bounds, sources=sources, plain=False) or _repeated(line):
            return self._refused(line, bounds, sources)
        return Accepted(event.subject.encode(), encode(_submission(event, Raw(encode(data)), bounds.received)))

    def _refused(self, line: bytes, bounds: TimeBounds, sources: Container[str]) -> Refused:
        """Look at all of the line again, and say everything that is wrong; of each field the first."""
        if fault := too_deep(line, self._deepest):
            return Refused((fault,), None)
        attributes, faults = _EVENT.read(line)
        if any(fault.field is None for fault in faults):
            return Refused(tuple(faults), None)
        event = _partial(ReportEvent, attributes)
        reader = _READERS.get(event.type)
        if reader is not None:
            values, more = reader.rules.read(event.data or NO_DATA)
            faults += more + self._rules.faults(event, _partial(reader.report, values), reader.report, bounds, sources=sources, plain=False)
        else:
            unknown = [] if event.type is None else [_unknown_type(event.type)]
            faults += unknown + self._rules.faults(event, None, None, bounds, sources=sources, plain=False)
        faults = _repeated(line) + faults
        malformed = any(fault.code is RefusalCode.MALFORMED for fault in faults)
        first = {fault.field: fault for fault in reversed(faults)}
        return Refused(tuple(fault for fault in faults if first[fault.field] is fault), None if malformed else event.id)


def _partial(struct: type[Struct], values: Mapping[str, Any]) -> Any:
    """Return a struct's fields as far as they are known; the others are None."""
    return SimpleNamespace(**({name: values.get(name) for name in struct.__struct_fields__}))


def _repeated(line: bytes) -> list[Fault]:
    """Return the faults of members that stand twice, or that of a line which only a lenient parser reads."""
    try:
        names = repeated_members(line)
    except (ValueError, RecursionError):
        return [_EVENT.unreadable()]
    return [repeated_member(name) for name in names]


def _submission(event: ReportEvent, data: Raw, received: datetime) -> Submission:
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
        data=data,
        recordedtime=received,
    )


def _unknown_type(type_: str) -> Fault:
    if isinstance(REPORT_LANGUAGE.why_not(type_), NewerVersion):
        detail = "this version of the type is newer than what is taken here; send an older one, or again once it is taken"
    else:
        detail = _TYPES
    return Fault(RefusalCode.UNKNOWN_TYPE, "type", detail)
