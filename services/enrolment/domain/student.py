"""One child: how facts change its state, and in which order a report about it is judged.

What each report leaves of which status is the table in ``events.py``. A report is news of up to three matters: schooling, residence,
household. It is late in a matter of which something newer is known, and changes nothing there.
"""

from collections.abc import Iterable

from services.enrolment.domain.applying import applied
from services.enrolment.domain.events import BY_FACT, BY_REPORT, SUSPECTED
from services.enrolment.domain.happenings import SENDERS, WRITERS, detail_of
from services.enrolment.domain.judging import judge, keeps_the_class
from services.enrolment.domain.refusals import ImpossibleOrder
from services.enrolment.domain.retelling import kept_with
from services.enrolment.domain.senders import Provinces, Told
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import REMEMBERED_BYTES, entry_of, moment_of
from shared.contracts.reports import Cleared, Report
from shared.contracts.student import StudentFact
from shared.contracts.words import OUT_OF_SCHOOL
from shared.states import UnfoldableFact

_WRITTEN = {report: (row, *WRITERS[row.number]) for report, row in BY_REPORT.items()}


def evolve(student: Student, fact: StudentFact, told: Told, provinces: Provinces) -> Student:
    """Return the child as it is after a fact.

    The standing is the one that the fact says it left. ``provinces``: as for ``decide``; a happening that is not kept any longer is judged for
    the last time. Raises ``UnfoldableFact`` for a type nothing is known of.
    """
    row = BY_FACT.get(type(fact))
    if row is None:
        raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a student: deploy an enrolment worker that knows it")
    moment = moment_of(told.at)
    entry, detail = row.entry(fact, moment, told.source, told.id), detail_of(row.number, fact, moment, told.source)
    return applied(student, row, fact, moment, *kept_with(student, entry, detail, provinces))


def fold(facts: Iterable[tuple[Told, StudentFact]], provinces: Provinces, start: Student = INITIAL) -> Student:
    """Return the child after its facts; raises as ``evolve``."""
    student = start
    for told, fact in facts:
        student = evolve(student, fact, told, provinces)
    return student


def decide(student: Student, report: Report, told: Told, provinces: Provinces) -> StudentFact | None:
    """Judge a well-formed report that the table decides: the fact it makes, or None if it says nothing new.

    In this order: a repeat, whose child it is, late news, anything after a removal, the table. Raises ``Refusal``.
    """
    row, moment = BY_REPORT[type(report)], moment_of(told.at)
    entry = row.entry(report, moment, told.source, told.id)
    return judge(student, row, report, row.read_fields(report), moment, entry, told.source, provinces)


def advance(student: Student, report: Report, told: Told, provinces: Provinces) -> tuple[StudentFact, Student] | None:
    """Decide and evolve in one: the fact that a report makes and the child after it, or None if it says nothing new.

    The same as one after the other, but packs the happening once: a microsecond less. Raises ``Refusal``.
    """
    (row, write, head), source = _WRITTEN[type(report)], told.source
    moment, said = moment_of(told.at), row.read_fields(report)
    entry = entry_of(row.number, said if row.digests_fields else row.read_content(report), moment, source, told.id)
    fact = judge(student, row, report, said, moment, entry, source, provinces)
    if fact is None:
        return None
    detail = write(report, moment, head | SENDERS[source])
    if len(student.timeline) < REMEMBERED_BYTES:
        return fact, applied(student, row, fact, moment, student.timeline + entry, student.details + detail, student.base)
    return fact, applied(student, row, fact, moment, *kept_with(student, entry, detail, provinces))


def agrees(student: Student, report: Report) -> bool:
    """Return whether a child's standing is what a report of it, which was a repeat, would leave."""
    row = BY_REPORT[type(report)]
    if row.report is Cleared and student.status is not SUSPECTED:
        # Which status it restored is not kept; none of those out of school has a suspicion that was wrong.
        return student.status not in OUT_OF_SCHOOL
    try:
        return row.leave(student, report) == student.standing and keeps_the_class(student, row, report)
    except ImpossibleOrder:
        return False
