"""One child: how facts change its state, and in which order a report about it is judged.

What each report leaves of which status is the table in ``events.py``.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace

from services.enrolment.domain.events import (
    BY_REPORT,
    ENROLLED,
    FOLDED,
    HINTS,
    NAMING_A_SCHOOL,
    NUMBERING_A_SPELL,
    REGISTERED,
    REMOVED,
    SUSPECTED,
    EventRow,
    happening,
)
from services.enrolment.domain.refusals import AfterRemoval, ImpossibleOrder, StudentUnknown, TypeNotTaken
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import added, moment_of, repeated
from shared.contracts.reports import Report
from shared.contracts.student import Standing, StudentFact
from shared.contracts.words import Status
from shared.states import UnfoldableFact


def evolve(student: Student, fact: StudentFact, *, at: datetime) -> Student:
    """Return the child as it is after a fact that was true ``at``.

    The standing is the one that the fact says it left. Raises ``UnfoldableFact`` for a type nothing is known of.
    """
    moment = moment_of(at)
    return _evolve(student, fact, moment, happening(fact, moment))


def _evolve(student: Student, fact: StudentFact, moment: int, entry: bytes) -> Student:
    kind = type(fact)
    if kind not in FOLDED:
        raise UnfoldableFact(f"no rule folds {kind.TYPE} into a student: deploy an enrolment worker that knows it")
    timeline = added(student.timeline, entry)
    if fact.late:
        return replace(student, timeline=timeline)
    after = fact.after
    if after is None:
        raise UnfoldableFact(f"{type(fact).TYPE} leaves no standing: the record is damaged or newer than this code")
    # Looked up by type: matching seventeen classes one after the other costs more than all the rest.
    said: Any = fact
    school, grade = (said.school, said.grade) if kind in NAMING_A_SCHOOL else (student.school, student.grade)
    spells = said.spell or student.spells if kind in NUMBERING_A_SPELL else student.spells
    prior = _prior(student, after) if after.status is SUSPECTED else None
    return Student(after.status, after.county, after.stage, after.poor, after.reason, school, grade, prior, spells, moment, timeline)


def _prior(student: Student, after: Standing) -> Status | None:
    if student.status is None:  # listed as suspected: whoever has a stage was in school
        return REGISTERED if after.stage is None else ENROLLED
    return student.prior if student.status is SUSPECTED else student.status


def fold(facts: Iterable[tuple[datetime, StudentFact]], start: Student = INITIAL) -> Student:
    """Return the child after its facts, each with the moment it was true; raises as ``evolve``."""
    student = start
    for at, fact in facts:
        student = evolve(student, fact, at=at)
    return student


def decide(student: Student, report: Report, *, at: datetime) -> StudentFact | None:
    """Judge a well-formed report that was true ``at``: the fact it makes, or None if it says nothing new.

    In this order: a repeat, late news, anything after a removal, the table. Raises ``Refusal``.
    """
    row, moment = _row_of(report), moment_of(at)
    return _decide(student, row, report, moment, happening(report, moment))


def advance(student: Student, report: Report, *, at: datetime) -> tuple[StudentFact, Student] | None:
    """Decide and evolve in one: the fact that a report makes and the child after it, or None if it says nothing new.

    The same as one after the other, but packs the happening once: a microsecond less. Raises ``Refusal``.
    """
    row, moment = _row_of(report), moment_of(at)
    entry = happening(report, moment)
    fact = _decide(student, row, report, moment, entry)
    return None if fact is None else (fact, _evolve(student, fact, moment, entry))


def _row_of(report: Report) -> EventRow:
    row = BY_REPORT.get(type(report))
    if row is None or not row.found:
        raise TypeNotTaken
    return row


def _decide(student: Student, row: EventRow, report: Report, moment: int, entry: bytes) -> StudentFact | None:
    if repeated(student.timeline, entry):
        return None
    before = student.standing
    fields = asdict(report)
    if moment < student.newest:
        return row.fact(before=before, after=before, late=True, **fields)
    if student.status is REMOVED:
        raise AfterRemoval
    if student.status is None and None not in row.found:
        raise StudentUnknown
    after = row.leave(student, report)
    if after == before and fields.get("school", student.school) == student.school and fields.get("grade", student.grade) == student.grade:
        return None
    if student.status not in row.found:
        raise ImpossibleOrder(student.status, HINTS.get((type(report), student.status), ""))
    if row.marks is not None:
        fields.update(row.marks(student, report))
    return row.fact(before=before, after=after, **fields)
