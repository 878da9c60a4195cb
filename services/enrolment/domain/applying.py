"""How a fact changes what is known of a child."""

from typing import Any

from msgspec.structs import replace

from services.enrolment.domain.events import ENROLLED, IN_TRANSFER, REGISTERED, SUSPECTED, EventRow
from services.enrolment.domain.state import Student
from services.enrolment.domain.timeline import first_minute
from services.enrolment.domain.transfers import Transfer
from shared.contracts.student import MOST_TRANSFERS, CompletedTransfer, Standing, StudentDeparted
from shared.contracts.words import Status
from shared.states import UnfoldableFact


def applied(student: Student, row: EventRow, fact: Any, moment: int, timeline: bytes, details: bytes, base: Student | None) -> Student:
    """Return the child after a fact of a row that was true at a moment; the standing is the one that the fact says it left.

    ``timeline``, ``details``, ``base``: what is kept of its happenings from now on.
    """
    kind = type(fact)
    if kind is StudentDeparted and fact.completes is not None:
        return replace(student, transfers=_without(student.transfers, fact.completes), timeline=timeline, details=details, base=base)
    schooling, residence, household = student.schooling, student.residence, student.household
    in_class = row.schooling and moment >= schooling and not fact.late
    if row.schooling and moment > schooling:
        schooling = moment
    if row.residence and moment > residence:
        residence = moment
    if row.household and moment > household:
        household = moment
    if fact.late:
        return replace(student, schooling=schooling, residence=residence, household=household, timeline=timeline, details=details, base=base)
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
        details,
        base,
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
