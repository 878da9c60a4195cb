"""The facts about students that enrolment records: ``cn.baoxue.student.*`` (wire page, section 3).

Each fact repeats what was reported and carries the standing it found and the standing it left. A count of anything is:
over all facts not seen before, add 1 for ``after``, take 1 for ``before``.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from shared.contracts.words import (
    ClearedOutcome,
    EventId,
    FoundBy,
    Grade,
    HouseholdCategory,
    LeaveKind,
    ListedStatus,
    Placement,
    Reason,
    RecordedCounty,
    RecordedReference,
    RecordedSchool,
    RecordedStudent,
    RemovalCode,
    SchoolDays,
    Spell,
    Spells,
    Stage,
    Status,
)

Moment = Annotated[datetime, Meta(tz=True)]
ReportWord = Annotated[str, Meta(max_length=32, extra_json_schema={"pattern": "^[a-z-]*$"}, description="the word of a report's type: dropped-out")]
PastGrade = Annotated[int, Meta(ge=0, le=9, description="0 for a child of whom no school was reported")]


class Standing(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What is counted of a child. ``reason`` is null but for the out-of-school, ``stage`` for one never in school."""

    status: Status
    county: RecordedCounty
    stage: Stage | None
    poor: bool
    reason: Reason | None


class StudentFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all facts share. ``late``: news that later facts overtook; ``before`` and ``after`` are then both today's."""

    TYPE: ClassVar[str]
    before: Standing | None
    after: Standing | None
    late: bool = False


class StudentListed(StudentFact, frozen=True):
    """A child was taken over from a sender's ledger."""

    TYPE = "cn.baoxue.student.listed.v1"
    status: ListedStatus
    county: RecordedCounty
    poor: bool
    since: date
    stage: Stage | None = None
    reason: Reason | None = None
    spell: Spell | None = None


class StudentRegistered(StudentFact, frozen=True):
    """A school-age child became known."""

    TYPE = "cn.baoxue.student.registered.v1"
    county: RecordedCounty
    poor: bool


class StudentEnrolled(StudentFact, frozen=True):
    """A child is in school. ``unmatched``: in another county than before, without a transfer reported."""

    TYPE = "cn.baoxue.student.enrolled.v1"
    county: RecordedCounty
    school: RecordedSchool
    stage: Stage
    grade: Grade
    poor: bool
    unmatched: bool = False


class StudentProgressed(StudentFact, frozen=True):
    """A child moved on a grade or to another school of the county."""

    TYPE = "cn.baoxue.student.progressed.v1"
    school: RecordedSchool
    stage: Stage
    grade: Grade


class AbsenceRule(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A rule of an area (a county, a province, or 100000), in force since a day: absence of more school days makes a child suspected."""

    area: RecordedCounty
    since: date
    most_days: SchoolDays


class StudentAbsentV1(StudentFact, frozen=True):
    """A child was absent without explanation. Written wherever it says all there is to say."""

    TYPE = "cn.baoxue.student.absent.v1"
    since: date
    days: SchoolDays


class StudentAbsent(StudentFact, frozen=True):
    """A child was absent without explanation. ``rule``: the rule that the absence passed; the child is suspected then."""

    TYPE = "cn.baoxue.student.absent.v2"
    since: date
    days: SchoolDays
    rule: AbsenceRule | None = None


class StudentSuspected(StudentFact, frozen=True):
    """A child is suspected to have dropped out."""

    TYPE = "cn.baoxue.student.suspected.v1"
    found_by: FoundBy
    reason: Reason | None = None


class StudentCleared(StudentFact, frozen=True):
    """A suspicion was settled without a dropout."""

    TYPE = "cn.baoxue.student.cleared.v1"
    outcome: ClearedOutcome


class StudentDroppedOut(StudentFact, frozen=True):
    """A child was verified to have dropped out, or the reason of that was corrected."""

    TYPE = "cn.baoxue.student.dropped-out.v1"
    reason: Reason
    last_seen: date
    spell: Spell | None = None


class StudentNeverEnrolled(StudentFact, frozen=True):
    """A child was verified never to have been in school, or the reason of that was corrected."""

    TYPE = "cn.baoxue.student.never-enrolled.v1"
    county: RecordedCounty
    poor: bool
    reason: Reason
    spell: Spell | None = None


class StudentReturned(StudentFact, frozen=True):
    """A child is back in school."""

    TYPE = "cn.baoxue.student.returned.v1"
    school: RecordedSchool
    stage: Stage
    grade: Grade
    placement: Placement
    evidence: RecordedReference | None = None


class StudentOnLeave(StudentFact, frozen=True):
    """A child's absence was approved."""

    TYPE = "cn.baoxue.student.on-leave.v1"
    kind: LeaveKind
    approval: RecordedReference
    until: date


class StudentResumed(StudentFact, frozen=True):
    """A child's leave is over."""

    TYPE = "cn.baoxue.student.resumed.v1"
    school: RecordedSchool
    stage: Stage
    grade: Grade


class StudentDepartedV1(StudentFact, frozen=True):
    """A child left for another county and has not arrived yet. Written wherever it says all there is to say."""

    TYPE = "cn.baoxue.student.departed.v1"
    to_county: RecordedCounty | None = None


class CompletedTransfer(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A transfer of which both halves are known now: the county that lost the child, and the one that it came to."""

    from_county: RecordedCounty
    to_county: RecordedCounty


class StudentDeparted(StudentFact, frozen=True):
    """A child left for another county. ``completes``: the transfer of which this is the other half; the standing stays as it is then."""

    TYPE = "cn.baoxue.student.departed.v2"
    to_county: RecordedCounty | None = None
    completes: CompletedTransfer | None = None


class StudentArrived(StudentFact, frozen=True):
    """A child came from another county. ``unmatched``: nobody had reported that it left."""

    TYPE = "cn.baoxue.student.arrived.v1"
    county: RecordedCounty
    school: RecordedSchool
    stage: Stage
    grade: Grade
    from_county: RecordedCounty | None = None
    unmatched: bool = False


class StudentMovedV1(StudentFact, frozen=True):
    """A child counts in another county. Written wherever it says all there is to say."""

    TYPE = "cn.baoxue.student.moved.v1"
    county: RecordedCounty


class StudentMoved(StudentFact, frozen=True):
    """A child counts in another county. ``unmatched``: the county that it left has not said so."""

    TYPE = "cn.baoxue.student.moved.v2"
    county: RecordedCounty
    unmatched: bool = False


class StudentHouseholdChanged(StudentFact, frozen=True):
    """A child's household became, or ceased to be, registered poor."""

    TYPE = "cn.baoxue.student.household-changed.v1"
    poor: bool
    category: HouseholdCategory | None = None


class StudentCompleted(StudentFact, frozen=True):
    """A child finished the nine years."""

    TYPE = "cn.baoxue.student.completed.v1"


class StudentRemoved(StudentFact, frozen=True):
    """A child left the ledger without returning."""

    TYPE = "cn.baoxue.student.removed.v1"
    code: RemovalCode
    evidence: RecordedReference | None = None


class StudentVoidedV1(StudentFact, frozen=True):
    """A sender took back a report of its own. It was never written: version 2 was there before the first report was taken back."""

    TYPE = "cn.baoxue.student.voided.v1"
    id: EventId


class UnmatchedTransfer(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A transfer that the county which the child left has not reported."""

    from_county: RecordedCounty
    to_county: RecordedCounty
    since: Moment


MOST_TRANSFERS = 60
"""Transfers of one child that are kept; the oldest goes if there are more."""
Transfers = Annotated[tuple[UnmatchedTransfer, ...], Meta(max_length=MOST_TRANSFERS)]


class FallenReport(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A later report of the same sender that cannot follow any more: what it reported, and of which day it was."""

    report: ReportWord
    day: date


class WhatIsLeft(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What is known of a child beside its standing, after a report of it was taken back.

    ``since``: the minute of its first happening. ``schooling``, ``residence``, ``household``: the moment of the newest happening of each matter,
    null where there is none. ``prior``: of a suspected child, the status before. ``spells``: how many times it was out of school.
    """

    since: Moment | None

    schooling: Moment | None
    residence: Moment | None
    household: Moment | None
    school: RecordedSchool | None
    grade: PastGrade
    prior: Status | None
    spells: Spells
    transfers: Transfers


class StudentVoided(StudentFact, frozen=True):
    """A sender took back a report of its own, whose id was ``id``: the standing is what it would be without that report.

    ``report`` and ``day``: what it had reported, and of which day. ``fell``: later reports of the same sender that cannot follow without it.
    ``ended`` and ``opened``: transfers without their other half that are none any more, or are some now. ``spell``: of a child that is out of
    school now and was not before. ``after`` is null of a child that nobody reported but by this report.
    """

    TYPE = "cn.baoxue.student.voided.v2"
    id: EventId
    report: ReportWord
    day: date | None
    left: WhatIsLeft | None
    fell: tuple[FallenReport, ...] = ()
    ended: tuple[CompletedTransfer, ...] | None = None
    opened: tuple[CompletedTransfer, ...] | None = None
    spell: Spell | None = None


class StudentSameAs(StudentFact, frozen=True):
    """Two ids turned out to be one child."""

    TYPE = "cn.baoxue.student.same-as.v1"
    student: RecordedStudent


STUDENT_FACTS: tuple[type[StudentFact], ...] = (
    StudentListed,
    StudentRegistered,
    StudentEnrolled,
    StudentProgressed,
    StudentAbsentV1,
    StudentAbsent,
    StudentSuspected,
    StudentCleared,
    StudentDroppedOut,
    StudentNeverEnrolled,
    StudentReturned,
    StudentOnLeave,
    StudentResumed,
    StudentDepartedV1,
    StudentDeparted,
    StudentArrived,
    StudentMovedV1,
    StudentMoved,
    StudentHouseholdChanged,
    StudentCompleted,
    StudentRemoved,
    StudentVoidedV1,
    StudentVoided,
    StudentSameAs,
)

STUDENT_UPCASTS: dict[str, Callable[[Any], StudentFact]] = {
    StudentAbsentV1.TYPE: lambda old: StudentAbsent(old.since, old.days, before=old.before, after=old.after, late=old.late),
    StudentDepartedV1.TYPE: lambda old: StudentDeparted(old.to_county, before=old.before, after=old.after, late=old.late),
    StudentVoidedV1.TYPE: lambda old: StudentVoided(old.id, "", None, None, before=old.before, after=old.after, late=old.late),
    StudentMovedV1.TYPE: lambda old: StudentMoved(old.county, before=old.before, after=old.after, late=old.late),
}
"""How a fact of a superseded version is read as one of the next."""
