"""What a report does, by the status it finds: the table of the wire page, section 3, row by row.

Each row says what the report would leave; whether that is allowed is judged afterwards, because a report that would
leave everything as it is says nothing new, whatever it finds.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from services.enrolment.domain.refusals import ImpossibleOrder
from services.enrolment.domain.state import Student
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
"""Every other outcome gives back the status before the suspicion."""


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


def _moved_unreported(child: Student, report: reports.Enrolled) -> dict[str, Any]:
    return {"unmatched": child.status is not UNKNOWN and child.county != report.county}


def _departed_unreported(child: Student, _: reports.Arrived) -> dict[str, Any]:
    return {"unmatched": child.status is not IN_TRANSFER}


def _spell(child: Student, _: reports.DroppedOut | reports.NeverEnrolled) -> dict[str, Any]:
    # A child that is out already stays in its spell: the report corrects the reason.
    return {"spell": child.spells + (child.status not in OUT_OF_SCHOOL)}


def _first_spell(_: Student, report: reports.Listed) -> dict[str, Any]:
    return {"spell": 1} if Status(report.status) in OUT_OF_SCHOOL else {}


class Transition(Struct, frozen=True):
    """One row: the statuses that a report may find, the standing it leaves of a child, the fact, and what marks it."""

    found: frozenset[Status | None]
    leave: Callable[[Student, Any], Standing]
    fact: type[StudentFact]
    marks: Callable[[Student, Any], dict[str, Any]] | None = None


_LIVING = frozenset(Status) - {COMPLETED, REMOVED}

TRANSITIONS: dict[type[reports.Report], Transition] = {
    reports.Listed: Transition(frozenset({UNKNOWN}), _listed, student.StudentListed, _first_spell),
    reports.Registered: Transition(frozenset({UNKNOWN, REGISTERED}), _registered, student.StudentRegistered),
    reports.Enrolled: Transition(
        frozenset({UNKNOWN, REGISTERED, ON_LEAVE, IN_TRANSFER, ENROLLED, RETURNED, SUSPECTED}), _enrolled, student.StudentEnrolled, _moved_unreported
    ),
    reports.Progressed: Transition(frozenset({ENROLLED, RETURNED, SUSPECTED}), _in_class, student.StudentProgressed),
    reports.Suspected: Transition(frozenset({REGISTERED, ENROLLED, RETURNED}), _suspected, student.StudentSuspected),
    reports.Cleared: Transition(frozenset({SUSPECTED}), _cleared, student.StudentCleared),
    reports.DroppedOut: Transition(
        # DROPPED_OUT: another reason corrects the reason.
        frozenset({ENROLLED, RETURNED, SUSPECTED, IN_TRANSFER, ON_LEAVE, DROPPED_OUT}),
        _dropped_out,
        student.StudentDroppedOut,
        _spell,
    ),
    reports.NeverEnrolled: Transition(
        # SUSPECTED only when it was registered before; NEVER_ENROLLED: another reason corrects the reason.
        frozenset({UNKNOWN, REGISTERED, SUSPECTED, NEVER_ENROLLED}),
        _never_enrolled,
        student.StudentNeverEnrolled,
        _spell,
    ),
    reports.Returned: Transition(frozenset({DROPPED_OUT, NEVER_ENROLLED}), _returned, student.StudentReturned),
    reports.OnLeave: Transition(
        frozenset({REGISTERED, ENROLLED, RETURNED, SUSPECTED, DROPPED_OUT, NEVER_ENROLLED}), _on_leave, student.StudentOnLeave
    ),
    reports.Resumed: Transition(frozenset({ON_LEAVE}), _in_class, student.StudentResumed),
    reports.Departed: Transition(frozenset({ENROLLED, RETURNED, SUSPECTED}), _departed, student.StudentDeparted),
    reports.Arrived: Transition(frozenset({IN_TRANSFER, ENROLLED, RETURNED, SUSPECTED}), _arrived, student.StudentArrived, _departed_unreported),
    reports.Moved: Transition(_LIVING, _moved, student.StudentMoved),
    reports.HouseholdChanged: Transition(_LIVING, _household_changed, student.StudentHouseholdChanged),
    reports.Completed: Transition(frozenset({ENROLLED, RETURNED}), _completed, student.StudentCompleted),
    reports.Removed: Transition(frozenset(Status) - {REMOVED}, _removed, student.StudentRemoved),
}

HINTS: dict[tuple[type[reports.Report], Status | None], str] = {
    (reports.DroppedOut, REGISTERED): "of a child that never was in school it is never-enrolled",
    (reports.Enrolled, DROPPED_OUT): "it is returned that closes a dropout",
    (reports.Enrolled, NEVER_ENROLLED): "it is returned that closes a dropout",
}
"""What would be right instead, for orders that senders commonly get wrong."""
