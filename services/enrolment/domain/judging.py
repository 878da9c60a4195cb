"""In which order a report about a child is judged, and the fact that it makes (wire page, section 3)."""

from typing import Any

from msgspec.structs import replace

from services.enrolment.domain.absence import rule_passed
from services.enrolment.domain.events import HINTS, REMOVED, SUSPECTED, EventRow
from services.enrolment.domain.refusals import AfterRemoval, IdReused, ImpossibleOrder, MergedIntoAnother, NotYourCounty, StudentUnknown
from services.enrolment.domain.senders import Provinces, speaks_for
from services.enrolment.domain.state import Student
from services.enrolment.domain.timeline import NEW, REPEATED, REUSED, seen, time_of
from services.enrolment.domain.transfers import Transfer
from shared.contracts.reports import Absent, Departed
from shared.contracts.student import AbsenceRule, CompletedTransfer, StudentAbsent, StudentDeparted, StudentFact


def repeats(student: Student, entry: bytes) -> bool:
    """Return whether a child, or an id that it took over, knows this happening. Raises ``IdReused``."""
    known = seen(student.timeline, entry)
    for taken in student.taken:
        if known is NEW:
            known = seen(taken.other.timeline, entry)
    if known is REUSED:
        raise IdReused
    return known is REPEATED


def judge(
    student: Student, row: EventRow, report: Any, said: tuple[Any, ...], moment: int, entry: bytes, source: str, provinces: Provinces
) -> StudentFact | None:
    """Judge a report of a row, whose fields are ``said`` and whose entry in a timeline is ``entry``: its fact, or None. Raises ``Refusal``."""
    known = seen(student.timeline, entry)
    if known is not NEW or student.taken or student.merge is not None:
        if repeats(student, entry):
            return None
        if student.merge is not None and student.merge.gone:
            raise MergedIntoAnother(student.merge.student)
    before = student.standing
    if before is None and None not in row.found:
        raise StudentUnknown
    if row.report is Departed and student.transfers and (transfer := _other_half(student, report, source, provinces)):
        late = moment < student.schooling
        completes = CompletedTransfer(transfer.lost, transfer.has)
        return StudentDeparted(to_county=report.to_county, completes=completes, before=before, after=before, late=late)
    at_home = before is not None and speaks_for(source, before.county, student.school, provinces)
    if not at_home and not (row.residence and speaks_for(source, report.county, report.school if row.names_school else None, provinces)):
        raise NotYourCounty("data.county" if row.residence else "source")
    schooling = row.schooling and moment >= student.schooling
    residence = row.residence and moment >= student.residence
    household = row.household and moment >= student.household
    if not (schooling or residence or household):
        return (row.older or row.fact)(*said, before=before, after=before, late=True)
    if before is not None and before.status is REMOVED:
        raise AfterRemoval
    if schooling or before is None or not row.schooling:
        if residence != row.residence or household != row.household:
            report = _in_time(student, row, report, residence=residence, household=household)
        after = row.leave(student, report)
        if after == before and not row.always_news and keeps_the_class(student, row, report):
            return None
        if student.status not in row.found:
            raise ImpossibleOrder(student.status, HINTS.get((row.report, student.status), ""))
    else:
        # Only what it tells of residence and household is not late: the table, which is of statuses, has nothing to say.
        after = replace(before, county=report.county if residence else before.county, poor=report.poor if household else before.poor)
        if after == before:
            return row.fact(*said, before=before, after=before, late=True)
    if row.report is Absent and (rule := _rule_passed(after.county, report, moment, provinces)) is not None:
        return StudentAbsent(report.since, report.days, before=before, after=replace(after, status=SUSPECTED), rule=rule)
    if row.marks is None:
        return (row.older or row.fact)(*said, before=before, after=after)
    marks = row.marks(student, after, at_home)
    if row.older is not None and not any(marks.values()):
        return row.older(*said, before=before, after=after)
    return row.fact(*said, before=before, after=after, **marks)


def _other_half(student: Student, report: Departed, source: str, provinces: Provinces) -> Transfer | None:
    """Return the oldest transfer that a departure completes: told by where the child was, to where it is or to nowhere in particular."""
    for transfer in student.transfers:
        if report.to_county in (None, transfer.has) and speaks_for(source, transfer.lost, None, provinces):
            return transfer
    return None


def _rule_passed(county: str, report: Absent, moment: int, provinces: Provinces) -> AbsenceRule | None:
    return rule_passed(county, f"{provinces.get(county, '')[-2:]}0000", since=report.since, on=time_of(moment).date(), days=report.days)


def _in_time(student: Student, row: EventRow, report: Any, *, residence: bool, household: bool) -> Any:
    """Return the report as if it told of the matters in which it is late what is known of them."""
    if residence != row.residence:
        report = replace(report, county=student.county)
    if household != row.household:
        report = replace(report, poor=student.poor)
    return report


def keeps_the_class(student: Student, row: EventRow, report: Any) -> bool:
    """Return whether a report names the school and the grade that the child has, or none."""
    return not row.names_school or (report.school == student.school and report.grade == student.grade)
