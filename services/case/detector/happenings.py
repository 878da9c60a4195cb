"""What a fact of the record tells the rules: one flat value, whichever service wrote the fact."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from shared.clock import china_day
from shared.contracts.case_codes import Corroboration, Role
from shared.contracts.case_offices import CaseClosedByReturn, CaseClosingProposed, CaseReturnCorroborated
from shared.contracts.county import CountyStated
from shared.contracts.student import (
    StudentArrived,
    StudentCompleted,
    StudentDeparted,
    StudentDroppedOut,
    StudentEnrolled,
    StudentFact,
    StudentOnLeave,
    StudentProgressed,
    StudentRemoved,
    StudentReturned,
    StudentSuspected,
)
from shared.contracts.words import FoundBy, Status
from shared.events.envelope import Event


class Kind(StrEnum):
    """What happened. ``closed``: by one office, when one was enough; ``other``: anything else that a child's standing tells."""

    RETURNED = "returned"
    SUSPECTED = "suspected"
    DROPPED_OUT = "dropped_out"
    REMOVED = "removed"
    LEAVE = "leave"
    ENROLLED = "enrolled"
    PROGRESSED = "progressed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    OTHER = "other"
    CORROBORATED = "corroborated"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    STATED = "stated"


class Place(NamedTuple):
    """Where a happening stands among those of its child, whatever the order of their arrival."""

    recorded: datetime
    source: str
    sequence: str


class Happening(Struct, frozen=True, gc=False, kw_only=True):
    """What the rules see of a fact. ``day``: when it was known, in China; ``true_on``: when it was true.

    ``before`` and ``after`` are null of what is not the standing of a child. ``office``: who says so. ``left``: the county of before, where the
    child counts in another now; ``completes``: the two counties of a transfer of which both halves are known now.
    """

    kind: Kind
    id: str
    subject: str
    place: Place
    day: date
    true_on: date
    county: str
    before: Status | None = None
    after: Status | None = None
    office: str | None = None
    role: Role | None = None
    school: str | None = None
    by: Corroboration | None = None
    found_by: FoundBy | None = None
    unmatched: bool = False
    left: str | None = None
    completes: tuple[str, str] | None = None
    last_seen: date | None = None
    stated: int | None = None


_KINDS: Mapping[type[Any], Kind] = {
    StudentReturned: Kind.RETURNED,
    StudentSuspected: Kind.SUSPECTED,
    StudentDroppedOut: Kind.DROPPED_OUT,
    StudentRemoved: Kind.REMOVED,
    StudentOnLeave: Kind.LEAVE,
    StudentEnrolled: Kind.ENROLLED,
    StudentProgressed: Kind.PROGRESSED,
    StudentArrived: Kind.ARRIVED,
    StudentCompleted: Kind.COMPLETED,
}
_SEATED = (StudentReturned, StudentEnrolled, StudentProgressed, StudentArrived)
"""The facts that name a child's school."""

_ALWAYS = (
    "student.returned.",
    "student.suspected.",
    "student.removed.",
    "student.on-leave.",
    "case.return-corroborated.",
    "case.closing-proposed.",
    "case.closed-by-return.",
    "county.reported.",
)
ALWAYS_HEARD = tuple(f"cn.baoxue.{family}v" for family in _ALWAYS)
"""How the types begin that the rules hear of any subject."""
OF_STUDENTS = "cn.baoxue.student."
"""How the types begin that the rules hear of a child whose window is open."""


def happening_of(event: Event[Any], data: Any) -> Happening | None:
    """Return what a fact tells the rules, its data in the newest version; None for late news and for other facts."""
    if isinstance(data, StudentFact):
        standing = data.after or data.before
        transfer = data.completes if isinstance(data, StudentDeparted) else None
        if standing is None or (data.late and transfer is None):
            return None
        return _of(
            event,
            _KINDS.get(type(data), Kind.OTHER),
            standing.county,
            before=data.before and data.before.status,
            after=data.after and data.after.status,
            office=event.reportedby,
            school=data.school if isinstance(data, _SEATED) else None,
            found_by=data.found_by if isinstance(data, StudentSuspected) else None,
            unmatched=getattr(data, "unmatched", False),
            left=data.before.county if data.before and data.after and data.before.county != data.after.county else None,
            completes=transfer and (transfer.from_county, transfer.to_county),
            last_seen=data.last_seen if isinstance(data, StudentDroppedOut) else None,
        )
    match data:
        case CaseReturnCorroborated():
            return _of(event, Kind.CORROBORATED, data.after.county, office=data.office, role=data.role, by=data.by)
        case CaseClosingProposed():
            return _of(event, Kind.PROPOSED, data.after.county, office=data.office, role=data.role)
        case CaseClosedByReturn():
            kind = Kind.CLOSED if data.proposed_by is None else Kind.CONFIRMED
            return _of(event, kind, data.after.county, office=data.office, role=data.role)
        case CountyStated(late=False):
            return _of(event, Kind.STATED, event.subject, stated=data.out_of_school)
        case _:
            return None


def _of(event: Event[Any], kind: Kind, county: str, **more: Any) -> Happening:
    return Happening(
        kind=kind,
        id=event.id,
        subject=event.subject,
        place=Place(event.recordedtime, event.source, event.sequence),
        day=china_day(event.recordedtime),
        true_on=china_day(event.time),
        county=county,
        **more,
    )
