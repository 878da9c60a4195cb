"""One child: how facts change its state, and in which order a report about it is judged.

What each report leaves of which status is the table in ``events.py``. A report is news of up to three matters: schooling, residence,
household. It is late in a matter of which something newer is known, and changes nothing there.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from services.enrolment.domain.absence import rule_passed
from services.enrolment.domain.events import BY_FACT, BY_REPORT, ENROLLED, HINTS, IN_TRANSFER, REGISTERED, REMOVED, SUSPECTED, EventRow
from services.enrolment.domain.refusals import AfterRemoval, IdReused, ImpossibleOrder, MergedIntoAnother, NotYourCounty, StudentUnknown, TypeNotTaken
from services.enrolment.domain.senders import Provinces, speaks_for
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import NEW, REPEATED, REUSED, added, entry_of, first_minute, moment_of, seen, time_of
from services.enrolment.domain.transfers import MOST_TRANSFERS, Transfer
from shared.contracts.reports import Absent, Cleared, Departed, Report
from shared.contracts.student import AbsenceRule, CompletedTransfer, Standing, StudentAbsent, StudentDeparted, StudentFact
from shared.contracts.words import OUT_OF_SCHOOL, Status
from shared.states import UnfoldableFact


class Told(NamedTuple):
    """By whom a report was told, under which id, and when it was true: the attributes of a report, and those that its fact repeats."""

    at: datetime
    source: str
    id: str


def evolve(student: Student, fact: StudentFact, told: Told) -> Student:
    """Return the child as it is after a fact.

    The standing is the one that the fact says it left. Raises ``UnfoldableFact`` for a type nothing is known of.
    """
    row = BY_FACT.get(type(fact))
    if row is None:
        raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a student: deploy an enrolment worker that knows it")
    moment = moment_of(told.at)
    return _evolve(student, row, fact, moment, row.entry(fact, moment, told.source, told.id))


def _evolve(student: Student, row: EventRow, fact: Any, moment: int, entry: bytes) -> Student:
    timeline, kind = added(student.timeline, entry), type(fact)
    if kind is StudentDeparted and fact.completes is not None:
        return replace(student, transfers=_without(student.transfers, fact.completes), timeline=timeline)
    schooling, residence, household = student.schooling, student.residence, student.household
    in_class = row.schooling and moment >= schooling and not fact.late
    if row.schooling and moment > schooling:
        schooling = moment
    if row.residence and moment > residence:
        residence = moment
    if row.household and moment > household:
        household = moment
    if fact.late:
        return replace(student, schooling=schooling, residence=residence, household=household, timeline=timeline)
    after = fact.after
    if after is None:
        raise UnfoldableFact(f"{type(fact).TYPE} leaves no standing: the record is damaged or newer than this code")
    # Looked up by type: matching seventeen classes one after the other costs more than all the rest.
    school, grade = (fact.school, fact.grade) if in_class and row.names_school else (student.school, student.grade)
    spells = fact.spell or student.spells if row.numbers_spell else student.spells
    prior = _prior(student, after) if after.status is SUSPECTED else None
    transfers = student.transfers
    if row.marks_transfer and kind is row.fact and fact.unmatched and student.county != after.county and student.status is not IN_TRANSFER:
        transfers = (*transfers, Transfer(student.county, after.county, moment))[-MOST_TRANSFERS:]
    return Student(
        after.status,
        after.county,
        after.stage,
        after.poor,
        after.reason,
        school,
        grade,
        prior,
        spells,
        schooling,
        residence,
        household,
        transfers,
        timeline,
        student.since if student.status is not None else first_minute(moment),
        student.merge,
        student.taken,
    )


def _without(transfers: tuple[Transfer, ...], completed: CompletedTransfer) -> tuple[Transfer, ...]:
    for n, transfer in enumerate(transfers):
        if (transfer.lost, transfer.has) == (completed.from_county, completed.to_county):
            return transfers[:n] + transfers[n + 1 :]
    return transfers


def _prior(student: Student, after: Standing) -> Status | None:
    if student.status is None:  # listed as suspected: whoever has a stage was in school
        return REGISTERED if after.stage is None else ENROLLED
    return student.prior if student.status is SUSPECTED else student.status


def fold(facts: Iterable[tuple[Told, StudentFact]], start: Student = INITIAL) -> Student:
    """Return the child after its facts; raises as ``evolve``."""
    student = start
    for told, fact in facts:
        student = evolve(student, fact, told)
    return student


def decide(student: Student, report: Report, told: Told, provinces: Provinces) -> StudentFact | None:
    """Judge a well-formed report: the fact it makes, or None if it says nothing new.

    In this order: a repeat, whose child it is, late news, anything after a removal, the table. Raises ``Refusal``.
    """
    row, moment = _row_of(report), moment_of(told.at)
    entry = row.entry(report, moment, told.source, told.id)
    return _decide(student, row, report, row.read_fields(report), moment, entry, told.source, provinces)


def advance(student: Student, report: Report, told: Told, provinces: Provinces) -> tuple[StudentFact, Student] | None:
    """Decide and evolve in one: the fact that a report makes and the child after it, or None if it says nothing new.

    The same as one after the other, but packs the happening once: a microsecond less. Raises ``Refusal``.
    """
    row, (at, source, id_) = _row_of(report), told
    moment, said = moment_of(at), row.read_fields(report)
    entry = entry_of(row.number, said if row.digests_fields else row.read_content(report), moment, source, id_)
    fact = _decide(student, row, report, said, moment, entry, source, provinces)
    return None if fact is None else (fact, _evolve(student, row, fact, moment, entry))


def repeats(student: Student, entry: bytes) -> bool:
    """Return whether a child, or an id that it took over, knows this happening. Raises ``IdReused``."""
    known = seen(student.timeline, entry)
    for taken in student.taken:
        if known is NEW:
            known = seen(taken.other.timeline, entry)
    if known is REUSED:
        raise IdReused
    return known is REPEATED


def agrees(student: Student, report: Report) -> bool:
    """Return whether a child's standing is what a report of it, which was a repeat, would leave."""
    row = _row_of(report)
    if row.report is Cleared and student.status is not SUSPECTED:
        # Which status it restored is not kept; none of those out of school has a suspicion that was wrong.
        return student.status not in OUT_OF_SCHOOL
    try:
        return row.leave(student, report) == student.standing and _keeps_the_class(student, row, report)
    except ImpossibleOrder:
        return False


def _row_of(report: Report) -> EventRow:
    row = BY_REPORT.get(type(report))
    if row is None:
        raise TypeNotTaken
    return row


def _decide(
    student: Student, row: EventRow, report: Any, said: tuple[Any, ...], moment: int, entry: bytes, source: str, provinces: Provinces
) -> StudentFact | None:
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
        if after == before and not row.always_news and _keeps_the_class(student, row, report):
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
    return rule_passed(county, f"{provinces.get(county, '')}0000", since=report.since, on=time_of(moment).date(), days=report.days)


def _in_time(student: Student, row: EventRow, report: Any, *, residence: bool, household: bool) -> Any:
    """Return the report as if it told of the matters in which it is late what is known of them."""
    if residence != row.residence:
        report = replace(report, county=student.county)
    if household != row.household:
        report = replace(report, poor=student.poor)
    return report


def _keeps_the_class(student: Student, row: EventRow, report: Any) -> bool:
    """Return whether a report names the school and the grade that the child has, or none."""
    return not row.names_school or (report.school == student.school and report.grade == student.grade)
