"""What a province, a county or a school may report: the data of ``cn.baoxue.reported.*`` (wire page, section 2).

A shape that was on the wire never changes. A new field means a new class with the next version, an upcast in the
registry and a golden file.
"""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from shared.contracts.place_codes import Places
from shared.contracts.words import (
    Children,
    ClearedOutcome,
    CountyCode,
    EventId,
    FoundBy,
    Grade,
    HouseholdCategory,
    LeaveKind,
    ListedStatus,
    Placement,
    Reason,
    Reference,
    RemovalCode,
    SchoolCode,
    SchoolDays,
    Stage,
    StudentId,
    Term,
)


class Report(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What all reports share: nothing but the rule that a field nobody knows is refused."""

    TYPE: ClassVar[str]


class Listed(Report, frozen=True):
    """Taken over from the sender's own ledger with the standing it has there (opening load)."""

    TYPE = "cn.baoxue.reported.listed.v1"
    status: ListedStatus
    county: CountyCode
    poor: bool
    since: date
    stage: Stage | None = None
    reason: Reason | None = None


class Registered(Report, frozen=True):
    """A school-age child is known (适龄), not in school yet."""

    TYPE = "cn.baoxue.reported.registered.v1"
    county: CountyCode
    poor: bool


class Enrolled(Report, frozen=True):
    """In school (在读)."""

    TYPE = "cn.baoxue.reported.enrolled.v1"
    county: CountyCode
    school: SchoolCode
    stage: Stage
    grade: Grade
    poor: bool


class Progressed(Report, frozen=True):
    """Next grade, or another school of the same county."""

    TYPE = "cn.baoxue.reported.progressed.v1"
    school: SchoolCode
    stage: Stage
    grade: Grade


class Absent(Report, frozen=True):
    """Unexplained absence, in school days."""

    TYPE = "cn.baoxue.reported.absent.v1"
    since: date
    days: SchoolDays


class Suspected(Report, frozen=True):
    """Suspected dropout (疑似辍学)."""

    TYPE = "cn.baoxue.reported.suspected.v1"
    found_by: FoundBy
    reason: Reason | None = None


class Cleared(Report, frozen=True):
    """The suspicion was wrong."""

    TYPE = "cn.baoxue.reported.cleared.v1"
    outcome: ClearedOutcome


class DroppedOut(Report, frozen=True):
    """Verified dropout (辍学)."""

    TYPE = "cn.baoxue.reported.dropped-out.v1"
    reason: Reason
    last_seen: date


class NeverEnrolled(Report, frozen=True):
    """Verified: of age and never in school (失学)."""

    TYPE = "cn.baoxue.reported.never-enrolled.v1"
    county: CountyCode
    poor: bool
    reason: Reason


class Returned(Report, frozen=True):
    """Back in school (复学)."""

    TYPE = "cn.baoxue.reported.returned.v1"
    school: SchoolCode
    stage: Stage
    grade: Grade
    placement: Placement
    evidence: Reference | None = None


class OnLeave(Report, frozen=True):
    """Approved absence (休学, 缓学, 送教上门)."""

    TYPE = "cn.baoxue.reported.on-leave.v1"
    kind: LeaveKind
    approval: Reference
    until: date


class Resumed(Report, frozen=True):
    """Leave is over."""

    TYPE = "cn.baoxue.reported.resumed.v1"
    school: SchoolCode
    stage: Stage
    grade: Grade


class Departed(Report, frozen=True):
    """Transfer out, reported by the county that the child leaves."""

    TYPE = "cn.baoxue.reported.departed.v1"
    to_county: CountyCode | None = None


class Arrived(Report, frozen=True):
    """Transfer in, reported by the county that the child comes to."""

    TYPE = "cn.baoxue.reported.arrived.v1"
    county: CountyCode
    school: SchoolCode
    stage: Stage
    grade: Grade
    from_county: CountyCode | None = None


class Moved(Report, frozen=True):
    """The child counts in another county from now on, with the standing it has."""

    TYPE = "cn.baoxue.reported.moved.v1"
    county: CountyCode


class HouseholdChanged(Report, frozen=True):
    """Registered-poor status (建档立卡, 脱贫户, 监测对象)."""

    TYPE = "cn.baoxue.reported.household-changed.v1"
    poor: bool
    category: HouseholdCategory | None = None


class Completed(Report, frozen=True):
    """Finished the nine years (毕业)."""

    TYPE = "cn.baoxue.reported.completed.v1"


class Removed(Report, frozen=True):
    """Left the ledger without returning; ``missing`` needs the police reference in ``evidence``."""

    TYPE = "cn.baoxue.reported.removed.v1"
    code: RemovalCode
    evidence: Reference | None = None


class Voided(Report, frozen=True):
    """Takes back the sender's own earlier report."""

    TYPE = "cn.baoxue.reported.voided.v1"
    id: EventId


class SameAs(Report, frozen=True):
    """Two ids are one child."""

    TYPE = "cn.baoxue.reported.same-as.v1"
    student: StudentId


class PlacesStated(Report, frozen=True):
    """How many seats and boarding beds of a school no pupil has in a term, 0 included, on the day of ``time``. A newer statement takes its place.

    A place that is held for a child of a file counts until the child has come back into it.
    """

    TYPE = "cn.baoxue.reported.places-stated.v1"
    county: CountyCode
    term: Term
    seats: Places
    beds: Places


class CountyReported(Report, frozen=True):
    """A county's own statement of how many children are out of school, 0 included; also its sign of life."""

    TYPE = "cn.baoxue.reported.county-reported.v1"
    out_of_school: Children


REPORTS: tuple[type[Report], ...] = (
    Listed,
    Registered,
    Enrolled,
    Progressed,
    Absent,
    Suspected,
    Cleared,
    DroppedOut,
    NeverEnrolled,
    Returned,
    OnLeave,
    Resumed,
    Departed,
    Arrived,
    Moved,
    HouseholdChanged,
    Completed,
    Removed,
    PlacesStated,
    Voided,
    SameAs,
    CountyReported,
)
