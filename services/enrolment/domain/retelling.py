"""A child's state told again from what is kept of its happenings.

A state is always its ``base`` with the happenings that are kept judged on it, in the order in which they came. A happening that is not kept any
longer becomes part of the base.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from services.enrolment.domain.applying import applied
from services.enrolment.domain.happenings import DETAIL, Happening, happenings, is_judged, with_all_settled
from services.enrolment.domain.judging import judge
from services.enrolment.domain.senders import Provinces
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import ENTRY, REMEMBERED_BYTES
from shared.contracts.refusal import Refusal
from shared.contracts.student import StudentFact

Verdict = StudentFact | Refusal | None
"""What a report comes to: a fact, a refusal, or nothing new."""


class Retold(NamedTuple):
    """A child told again, without what is kept of its happenings, and what each of them came to."""

    child: Student
    verdicts: list[Verdict]


def retold(base: Student | None, kept: Iterable[Happening], provinces: Provinces) -> Retold:
    """Judge the happenings, one after the other, beginning with a base. What is refused or says nothing new changes nothing."""
    child, verdicts = base or INITIAL, list[Verdict]()
    for happening in kept:
        row, report = happening.row, happening.report
        try:
            verdict: Verdict = judge(child, row, report, row.read_fields(report), happening.moment, happening.entry, happening.source, provinces)
        except Refusal as refusal:
            verdict = refusal
        verdicts.append(verdict)
        if isinstance(verdict, StudentFact):
            child = applied(child, row, verdict, happening.moment, b"", b"", None)
    return Retold(child, verdicts)


def kept_with(student: Student, entry: bytes, detail: bytes, provinces: Provinces) -> tuple[bytes, bytes, Student | None]:
    """Return what is kept of a child's happenings with one more: timeline, details, base."""
    timeline, details, base = student.timeline, student.details, student.base
    if len(timeline) < REMEMBERED_BYTES:
        return timeline + entry, details + detail, base
    if is_judged(details[:DETAIL]):
        base = retold(base, happenings(timeline[:ENTRY], details[:DETAIL]), provinces).child
    return timeline[ENTRY:] + entry, details[DETAIL:] + detail, base


def knowledge(student: Student) -> Student:
    """Return what is known of a child, without what is kept of its happenings and of its merges."""
    return replace(student, timeline=b"", details=b"", base=None, merge=None, taken=())


def settled(student: Student) -> Student:
    """Return a child whose happenings so far are part of its base: what it is does not follow from them alone, and none is taken back."""
    return replace(student, base=knowledge(student), details=with_all_settled(student.details))
