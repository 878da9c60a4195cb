"""The events of a child, a row each: the report, the fact that it makes, its number in timelines, and what it does to a child.

What a report does is the table of the wire page, section 3. A row says what the report would leave; whether the report may find the
child's status is judged afterwards, because a report that would leave everything as it is says nothing new, whatever it finds.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr

from services.enrolment.domain.refusals import ImpossibleOrder
from services.enrolment.domain.state import Student
from services.enrolment.domain.timeline import entry_of
from shared.contracts import reports, student
from shared.contracts.student import Standing, StudentFact
from shared.contracts.words import OUT_OF_SCHOOL, ClearedOutcome, Status

REGISTERED, ENROLLED, ON_LEAVE, SUSPECTED = Status.REGISTERED, Status.ENROLLED, Status.ON_LEAVE, Status.SUSPECTED
DROPPED_OUT, NEVER_ENROLLED, RETURNED = Status.DROPPED_OUT, Status.NEVER_ENROLLED, Status.RETURNED
IN_TRANSFER, COMPLETED, REMOVED = Status.IN_TRANSFER, Status.COMPLETED, Status.REMOVED

UNKNOWN = None
"""The status of a child never heard of."""


def _listed(_: Student, report: reports.Listed) -> Standing:
    status = Status(report.status)
    # By the wire page the stage is null for a child that never was in school, whatever the ledger has.
    stage = None if status in (REGISTERED, NEVER_ENROLLED) else report.stage
    return Standing(status, report.county, stage, report.poor, report.reason if status in OUT_OF_SCHOOL else None)


def _registered(_: Student, report: reports.Registered) -> Standing:
    return Standing(REGISTERED, report.county, None, report.poor, None)


def _enrolled(_: Student, report: reports.Enrolled) -> Standing:
    return Standing(ENROLLED, report.county, report.stage, report.poor, None)


def _in_class(child: Student, report: reports.Progressed | reports.Resumed) -> Standing:
    return Standing(ENROLLED, child.county, report.stage, child.poor, None)


def _absent(child: Student, _: reports.Absent) -> Standing:
    return Standing(_known(child), child.county, child.stage, child.poor, child.reason)


def _suspected(child: Student, _: reports.Suspected) -> Standing:
    return Standing(SUSPECTED, child.county, child.stage, child.poor, None)


_CLEARED = {
    ClearedOutcome.ON_LEAVE: ON_LEAVE,
    ClearedOutcome.DECEASED: REMOVED,
    ClearedOutcome.ABROAD: REMOVED,
    ClearedOutcome.OVER_AGE: REMOVED,
    ClearedOutcome.NO_SUCH_CHILD: REMOVED,
    ClearedOutcome.DOUBLE_REGISTRATION: REMOVED,
    ClearedOutcome.EMPTY_REGISTRATION: REMOVED,
    ClearedOutcome.UNREACHABLE: SUSPECTED,
}
"""Every other outcome restores the status before the suspicion."""


def _cleared(child: Student, report: reports.Cleared) -> Standing:
    # A child that nobody suspects has no status before: SUSPECTED differs from what it has, so the order is impossible.
    status = _CLEARED.get(report.outcome) or child.prior or SUSPECTED
    return Standing(status, child.county, child.stage, child.poor, None)


def _dropped_out(child: Student, report: reports.DroppedOut) -> Standing:
    return Standing(DROPPED_OUT, child.county, child.stage, child.poor, report.reason)


def _never_enrolled(child: Student, report: reports.NeverEnrolled) -> Standing:
    if child.status is SUSPECTED and child.prior is not REGISTERED:
        raise ImpossibleOrder(SUSPECTED, "this child was in school, so it is dropped-out")
    if child.status is NEVER_ENROLLED and child.county != report.county:
        raise ImpossibleOrder(NEVER_ENROLLED, "it is moved that takes a child to another county", "data.county")
    return Standing(NEVER_ENROLLED, report.county, None, report.poor, report.reason)


def _returned(child: Student, report: reports.Returned) -> Standing:
    return Standing(RETURNED, child.county, report.stage, child.poor, None)


def _on_leave(child: Student, _: reports.OnLeave) -> Standing:
    return Standing(ON_LEAVE, child.county, child.stage, child.poor, None)


def _departed(child: Student, _: reports.Departed) -> Standing:
    return Standing(IN_TRANSFER, child.county, child.stage, child.poor, None)


def _arrived(child: Student, report: reports.Arrived) -> Standing:
    return Standing(ENROLLED, report.county, report.stage, child.poor, None)


def _moved(child: Student, report: reports.Moved) -> Standing:
    return Standing(_known(child), report.county, child.stage, child.poor, child.reason)


def _household_changed(child: Student, report: reports.HouseholdChanged) -> Standing:
    return Standing(_known(child), child.county, child.stage, report.poor, child.reason)


def _completed(child: Student, _: reports.Completed) -> Standing:
    return Standing(COMPLETED, child.county, child.stage, child.poor, None)


def _removed(child: Student, _: reports.Removed) -> Standing:
    return Standing(REMOVED, child.county, child.stage, child.poor, None)


def _known(child: Student) -> Status:
    assert child.status is not None, "a child never heard of is refused before"  # noqa: S101  # for the type checker
    return child.status


def _enrolled_elsewhere(child: Student, after: Standing, _: bool) -> dict[str, Any]:
    return {"unmatched": child.status is not UNKNOWN and child.county != after.county}


def _departed_unreported(child: Student, _: Standing, __: bool) -> dict[str, Any]:
    return {"unmatched": child.status is not IN_TRANSFER}


def _moved_unreported(child: Student, after: Standing, at_home: bool) -> dict[str, Any]:
    return {"unmatched": not at_home and child.county != after.county}


def _spell(child: Student, after: Standing, _: bool) -> dict[str, Any]:
    if after.status not in OUT_OF_SCHOOL:
        return {}
    # A child that is out already stays in its spell: the report corrects the reason.
    return {"spell": child.spells + (child.status not in OUT_OF_SCHOOL)}


def _beside_the_table(_: Student, report: reports.Report) -> Standing:
    raise AssertionError(f"{report.TYPE} is decided by voiding.py or merging.py")


class EventRow(Struct, frozen=True):
    """One event: a report, the fact that it makes, and what it does.

    ``number``: of the kind in stored timelines; it never changes, and none is used again. ``found``: the statuses that the report may
    find; none where the table does not decide on the report. ``leave``: the standing that it leaves of a child. ``marks``: fields of
    the fact that the report does not have, by the child as it was found, the standing left, and whether the source speaks for where the
    child was. ``older``: the version of the fact before the newest, which is written as long as it says everything. ``schooling``: whether
    the report tells of schooling, one of three matters; it tells of residence if it names a county, of the household if it says whether
    that is poor. ``always_news``: whether the report makes a fact though it leaves the standing as it is. ``content``: the fields, in the
    order in which they enter the digest of a happening. They are those of the report, unless a row freezes an older order: a change of
    either is a change of stored states, and raises the format version in ``packed.py``.
    """

    number: int
    report: type[reports.Report]
    fact: type[StudentFact]
    found: frozenset[Status | None] = frozenset()
    leave: Callable[[Student, Any], Standing] = _beside_the_table
    marks: Callable[[Student, Standing, bool], dict[str, Any]] | None = None
    older: type[StudentFact] | None = None
    schooling: bool = True
    always_news: bool = False
    content: tuple[str, ...] = ()
    # What follows from the fields of the shapes, looked up once.
    residence: bool = False
    household: bool = False
    names_school: bool = False
    numbers_spell: bool = False
    marks_transfer: bool = False
    digests_fields: bool = True
    read_content: Callable[[Any], tuple[Any, ...]] = tuple
    read_fields: Callable[[Any], tuple[Any, ...]] = tuple

    def __post_init__(self) -> None:
        said, written = self.report.__struct_fields__, self.fact.__struct_fields__
        content = self.content or said
        follows = {
            "content": content,
            "residence": "county" in said,
            "household": "poor" in said,
            "names_school": "school" in said,
            "numbers_spell": "spell" in written,
            "marks_transfer": "unmatched" in written,
            "digests_fields": content == said,
            "read_content": _reader(content),
            "read_fields": _reader(said),
        }
        for name, value in follows.items():
            force_setattr(self, name, value)

    def entry(self, word: reports.Report | StudentFact, moment: int, source: str, id_: str) -> bytes:
        """Return the timeline's entry of a report, or of the fact that repeats it, at a moment, told by ``source`` under an id."""
        return entry_of(self.number, self.read_content(word), moment, source, id_)


def _reader(fields: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    # attrgetter returns a tuple for two fields or more, a bare value for one, and takes none not at all.
    if len(fields) > 1:
        return attrgetter(*fields)
    return lambda word: tuple([getattr(word, field) for field in fields])


_LIVING = frozenset(Status) - {COMPLETED, REMOVED}

EVENTS = (
    EventRow(1, reports.Listed, student.StudentListed, frozenset({UNKNOWN}), _listed, _spell),
    EventRow(2, reports.Registered, student.StudentRegistered, frozenset({UNKNOWN, REGISTERED}), _registered),
    EventRow(
        3,
        reports.Enrolled,
        student.StudentEnrolled,
        frozenset({UNKNOWN, REGISTERED, ON_LEAVE, IN_TRANSFER, ENROLLED, RETURNED, SUSPECTED}),
        _enrolled,
        _enrolled_elsewhere,
    ),
    EventRow(4, reports.Progressed, student.StudentProgressed, frozenset({ENROLLED, RETURNED, SUSPECTED}), _in_class),
    EventRow(5, reports.Absent, student.StudentAbsent, frozenset({ENROLLED, RETURNED}), _absent, older=student.StudentAbsentV1, always_news=True),
    EventRow(6, reports.Suspected, student.StudentSuspected, frozenset({REGISTERED, ENROLLED, RETURNED}), _suspected),
    EventRow(7, reports.Cleared, student.StudentCleared, frozenset({SUSPECTED}), _cleared),
    EventRow(
        8,
        reports.DroppedOut,
        student.StudentDroppedOut,
        # DROPPED_OUT: another reason corrects the reason.
        frozenset({ENROLLED, RETURNED, SUSPECTED, IN_TRANSFER, ON_LEAVE, DROPPED_OUT}),
        _dropped_out,
        _spell,
    ),
    EventRow(
        9,
        reports.NeverEnrolled,
        student.StudentNeverEnrolled,
        # SUSPECTED only when it was registered before; NEVER_ENROLLED: another reason corrects the reason.
        frozenset({UNKNOWN, REGISTERED, SUSPECTED, NEVER_ENROLLED}),
        _never_enrolled,
        _spell,
    ),
    EventRow(10, reports.Returned, student.StudentReturned, frozenset({DROPPED_OUT, NEVER_ENROLLED}), _returned),
    EventRow(
        11, reports.OnLeave, student.StudentOnLeave, frozenset({REGISTERED, ENROLLED, RETURNED, SUSPECTED, DROPPED_OUT, NEVER_ENROLLED}), _on_leave
    ),
    EventRow(12, reports.Resumed, student.StudentResumed, frozenset({ON_LEAVE}), _in_class),
    EventRow(13, reports.Departed, student.StudentDeparted, frozenset({ENROLLED, RETURNED, SUSPECTED}), _departed, older=student.StudentDepartedV1),
    EventRow(14, reports.Arrived, student.StudentArrived, frozenset({IN_TRANSFER, ENROLLED, RETURNED, SUSPECTED}), _arrived, _departed_unreported),
    EventRow(15, reports.Moved, student.StudentMoved, _LIVING, _moved, _moved_unreported, student.StudentMovedV1, schooling=False),
    EventRow(16, reports.HouseholdChanged, student.StudentHouseholdChanged, _LIVING, _household_changed, schooling=False),
    EventRow(17, reports.Completed, student.StudentCompleted, frozenset({ENROLLED, RETURNED}), _completed),
    EventRow(18, reports.Removed, student.StudentRemoved, frozenset(Status) - {REMOVED}, _removed),
    EventRow(19, reports.Voided, student.StudentVoided, older=student.StudentVoidedV1),
    EventRow(20, reports.SameAs, student.StudentSameAs),
)

ROWS = {row.report: row for row in EVENTS}
ROWS_BY_NUMBER = {row.number: row for row in EVENTS}
BY_REPORT = {row.report: row for row in EVENTS if row.found}
BY_FACT = {fact: row for row in EVENTS if row.found for fact in (row.fact, row.older) if fact is not None}
"""The events that the table decides, and that a student's state is folded from."""

HINTS: dict[tuple[type[reports.Report], Status | None], str] = {
    (reports.DroppedOut, REGISTERED): "of a child that never was in school it is never-enrolled",
    (reports.Enrolled, DROPPED_OUT): "it is returned that closes a dropout",
    (reports.Enrolled, NEVER_ENROLLED): "it is returned that closes a dropout",
}
"""What would be right instead, for orders that senders commonly get wrong."""
