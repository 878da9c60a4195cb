"""A sender takes back a report of its own (wire page, section 2, ``voided``): the child is told again without it.

A later report rests on the one that is taken back if it was taken, and would be refused without it, or if it was the other half of a transfer
that would not have been. Where somebody else told it, the report is not taken back. Where the sender told it, it falls as if it had been refused.
A report that would say nothing new without the other does not rest on it: what it said holds. Nor does one that is late no more, and counts now.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from services.enrolment.domain.events import ROWS, EventRow
from services.enrolment.domain.happenings import Happening, detail_of, happenings, with_voided
from services.enrolment.domain.judging import repeats
from services.enrolment.domain.recorded import kept, recorded
from services.enrolment.domain.refusals import MergedIntoAnother, NotVoidable
from services.enrolment.domain.retelling import Verdict, kept_with, knowledge, retold
from services.enrolment.domain.senders import Provinces, Told
from services.enrolment.domain.state import Student
from services.enrolment.domain.timeline import ENTRY, REMEMBERED, first_minute, is_told_by, moment_of, time_of, time_of_minute, told_by, voided
from services.enrolment.domain.transfers import Transfer
from shared.contracts.refusal import Refusal
from shared.contracts.reports import Voided
from shared.contracts.student import CompletedTransfer, FallenReport, StudentFact, StudentVoided, WhatIsLeft
from shared.contracts.words import OUT_OF_SCHOOL
from shared.states import UnfoldableFact

ROW = ROWS[Voided]


def decide(student: Student, report: Voided, told: Told, provinces: Provinces) -> StudentVoided | None:
    """Judge that a sender takes back its report: the fact, or None where it was taken back before. Raises ``Refusal``."""
    if repeats(student, ROW.entry(report, moment_of(told.at), told.source, told.id)):
        return None
    if student.merge is not None and student.merge.gone:
        raise MergedIntoAnother(student.merge.student)
    told_before = list(happenings(student.timeline, student.details))
    n = _place_of(told_before, told.source, report.id)
    if n is None:
        rule = f"you sent no report of this child under this id, or it has {REMEMBERED} later ones; a report is taken back by the source that sent it"
        raise NotVoidable(rule)
    target = told_before[n]
    if target.voided:
        return None
    if target.row is ROW:
        raise NotVoidable("what was taken back stays so: report it again, under an id of its own")
    if target.settled:
        raise NotVoidable("it was told before this child and another id became one, or two again, and is not told again without it")
    with_it = retold(student.base, (each for each in told_before if each.judged), provinces)
    if with_it.child != knowledge(student):
        raise NotVoidable("reports of this child were judged by older rules; report how it stands now instead")
    others = [each for place, each in enumerate(told_before) if each.judged and place != n]
    without = retold(student.base, others, provinces)
    verdicts = [verdict for each, verdict in zip((each for each in told_before if each.judged), with_it.verdicts, strict=True) if each is not target]
    fell = []
    for each, was, now in zip(others, verdicts, without.verdicts, strict=True):
        if _rests(was, now):
            if each.source != told.source:
                raise NotVoidable(f"a later report of another source rests on it: {_word(each.row)}, {_day(each)}; that one goes first")
            if not isinstance(now, StudentFact):
                fell.append(FallenReport(_word(each.row), time_of(each.moment).date()))
    return _fact(student, without.child, target, report.id, fell)


def _place_of(told_before: list[Happening], source: str, id_: str) -> int | None:
    """Return the place of the newest happening that was told by this source under this id."""
    teller = told_by(source, id_)
    return next((n for n in reversed(range(len(told_before))) if told_before[n].source == source and is_told_by(told_before[n].entry, teller)), None)


def _rests(was: Verdict, now: Verdict) -> bool:
    if not isinstance(was, StudentFact):
        return False
    completed = getattr(was, "completes", None)
    return isinstance(now, Refusal) or (completed is not None and completed != getattr(now, "completes", None))


def _fact(student: Student, left: Student, target: Happening, id_: str, fell: list[FallenReport]) -> StudentVoided:
    before, after = student.standing, left.standing
    went_out = after is not None and after.status in OUT_OF_SCHOOL and student.status not in OUT_OF_SCHOOL
    were, are = Counter(_pairs(student.transfers)), Counter(_pairs(left.transfers))
    return StudentVoided(
        id=id_,
        report=_word(target.row),
        day=time_of(target.moment).date(),
        left=WhatIsLeft(since=None if after is None else time_of_minute(left.since), **recorded(left)),
        fell=tuple(fell),
        ended=tuple(CompletedTransfer(*pair) for pair in (were - are).elements()) or None,
        opened=tuple(CompletedTransfer(*pair) for pair in (are - were).elements()) or None,
        spell=left.spells if went_out else None,
        before=before,
        after=after,
    )


def evolve(student: Student, fact: StudentVoided, told: Told, provinces: Provinces) -> Student:
    """Return the child after a report of it was taken back: as the fact says that it was left. Raises ``UnfoldableFact``."""
    left, now = fact.left, fact.after
    if left is None:
        raise UnfoldableFact(f"{type(fact).TYPE} does not say what it left of the child: the record is damaged or newer than this code")
    timeline, details = student.timeline, student.details
    if (n := _place_of(list(happenings(timeline, details)), told.source, fact.id)) is not None:
        at = n * ENTRY
        timeline = timeline[:at] + voided(timeline[at : at + ENTRY]) + timeline[at + ENTRY :]
        details = with_voided(details, n)
    moment = moment_of(told.at)
    without = replace(student, timeline=timeline, details=details)
    entry, detail = ROW.entry(fact, moment, told.source, told.id), detail_of(ROW.number, fact, moment, told.source)
    timeline, details, base = kept_with(without, entry, detail, provinces)
    return replace(
        student,
        status=None if now is None else now.status,
        county="" if now is None else now.county,
        stage=None if now is None else now.stage,
        poor=now is not None and now.poor,
        reason=None if now is None else now.reason,
        **kept(left),
        timeline=timeline,
        details=details,
        base=base,
        since=0 if left.since is None else first_minute(moment_of(left.since)),
    )


def _pairs(transfers: tuple[Transfer, ...]) -> Iterator[tuple[str, str]]:
    return ((each.lost, each.has) for each in transfers)


def _word(row: EventRow) -> str:
    return row.report.TYPE.split(".")[3]


def _day(happening: Happening) -> str:
    return str(time_of(happening.moment).date())
