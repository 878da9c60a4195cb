"""How two ids become one child, and two again: the steps of the merge at one id, each a fact (decision 0028).

    id that announces                     id that was named
    same-as            --agree-to-merge-->
                       <--go-on-----------  merge-agreed
    the younger of the two, here the one that was named (else the announcing one is merged at once):
    merge-kept         --leave-ledger---->
                       <--take-over-------  merged             counted no more, from here on
    took-over          --acknowledge----->  merge-acknowledged

Until an id has agreed to the merge, it can decline; from ``merged`` on nothing can. The younger id is counted no more before the older takes
over, so the child is never counted twice by a merge. A step whose command comes again, whenever that is, makes no second fact: every command
names the merge, and finds its id in the stage that awaits it or does nothing.
"""

from hashlib import blake2b
from typing import assert_never

from msgspec.structs import replace

from services.enrolment.domain.events import ROWS
from services.enrolment.domain.happenings import detail_of
from services.enrolment.domain.joining import apart, child_of, joined, knowledge_of
from services.enrolment.domain.judging import repeats
from services.enrolment.domain.refusals import MergedIntoAnother, MergeUnderWay, NotVoidable, NotYourCounty, SameId, StudentUnknown
from services.enrolment.domain.retelling import kept_with, knowledge, settled
from services.enrolment.domain.senders import Provinces, Told, speaks_for
from services.enrolment.domain.state import NO_REPORT, Merge, MergeStage, Student, Taken
from services.enrolment.domain.timeline import first_minute, moment_of, time_of_minute
from shared.contracts.refusal import Refusal
from shared.contracts.reports import SameAs, Voided
from shared.contracts.same_as import (
    AbandonMerge,
    AcknowledgeMerge,
    AgreeToMerge,
    GoOnWithMerge,
    LeaveLedger,
    MergeCode,
    MergeCommand,
    MergeFact,
    ReleaseMerged,
    RestoreMerged,
    StudentMergeAbandoned,
    StudentMergeAcknowledged,
    StudentMergeAgreed,
    StudentMerged,
    StudentMergeDeclined,
    StudentMergeKept,
    StudentMergeVoided,
    StudentReleased,
    StudentReleaseDeclined,
    StudentRestored,
    StudentTookOver,
    TakeOver,
)
from shared.contracts.student import StudentSameAs
from shared.states import UnfoldableFact

MOST_TAKEN = 16
"""Ids that one child may take over."""

MergeRequest = AgreeToMerge | GoOnWithMerge | LeaveLedger | TakeOver | AcknowledgeMerge | AbandonMerge | ReleaseMerged | RestoreMerged

STEPS = (MergeFact, StudentSameAs)
"""The facts that are steps of a merge."""


# --- reports


def announce(child: Student, report: SameAs, told: Told, *, subject: str, provinces: Provinces) -> StudentSameAs | None:
    """Judge the report that the subject is one child with another id: the fact that announces it, or None for a repeat. Raises ``Refusal``."""
    if _is_repeat(child, report, told):
        return None
    if report.student == subject:
        raise SameId
    if refusal := why_not_announced(child, told.source, provinces):
        raise refusal
    return StudentSameAs(before=child.standing, after=child.standing, student=report.student)


def why_not_announced(child: Student, source: str | None, provinces: Provinces) -> Refusal | None:
    """Return why no merge of the child can be announced by a sender, None where one can. Without a ``source``, whoever may speak of it."""
    if child.status is None:
        return StudentUnknown()
    if child.merge is not None and child.merge.gone:
        return MergedIntoAnother(child.merge.student)
    if child.merge is not None and child.merge.under_way:
        return MergeUnderWay()
    if source is not None and not speaks_for(source, child.county, child.school, provinces):
        return NotYourCounty("source")
    return None


def _is_repeat(child: Student, report: SameAs | Voided, told: Told) -> bool:
    return repeats(child, ROWS[type(report)].entry(report, moment_of(told.at), told.source, told.id))


def announced(child: Student, report: Voided, told: Told) -> bool:
    """Return whether the report that is to be taken back announced a merge of this child, or was taken back before. Raises ``IdReused``."""
    if _is_repeat(child, report, told):
        return True
    digest = _digest(told.source, report.id)
    return (child.merge is not None and child.merge.report == digest) or any(taken.report == digest for taken in child.taken)


def void(child: Student, report: Voided, told: Told) -> StudentMergeVoided | None:
    """Judge that a sender takes back its report of a merge, which ``announced`` found: the fact, or None for a repeat. Raises ``Refusal``."""
    if _is_repeat(child, report, told):
        return None
    digest, before = _digest(told.source, report.id), child.standing
    for taken in child.taken:
        if taken.report == digest:
            if (without := _released(child, taken)) is None:
                raise NotVoidable("later reports of this child, or a later merge, rest on what it took over from the other id")
            return StudentMergeVoided(before=before, after=without.standing, student=taken.student, merge=taken.merge, id=report.id)
    merge = child.merge
    assert merge is not None, "a merge that nobody announced is not taken back"  # noqa: S101  # for the type checker
    if merge.under_way or merge.stage is MergeStage.LEFT:
        raise NotVoidable("the merge that it announced is under way: send it again once that is over, in a moment")
    return StudentMergeVoided(before=before, after=before, student=merge.student, merge=merge.merge, id=report.id)


# --- commands


def decide(child: Student, command: MergeRequest, *, subject: str, provinces: Provinces) -> MergeFact | None:
    """Return the fact that a policy's command makes at the subject, or None where the child is not in the stage that awaits it."""
    merge = child.merge if child.merge is not None and child.merge.merge == command.merge else None
    stage = None if merge is None else merge.stage
    step = _Step(child, command)
    match command:
        case AgreeToMerge():
            return None if merge is not None or _took(child, command) else _agree(child, command, step, subject, provinces)
        case GoOnWithMerge():
            if stage is not MergeStage.ANNOUNCED:
                # The other id agreed to what is over here: it is told, or it would await the next step for ever.
                over = stage is MergeStage.CONSENTED or (merge is None and not _took(child, command))
                return step.declined(MergeCode.OVERTAKEN) if over else None
            older = is_older(child.since, subject, first_minute(moment_of(command.since)), command.student)
            return step.unchanged(StudentMergeKept) if older else step.merged()
        case LeaveLedger():
            return step.merged() if stage is MergeStage.AGREED else None
        case TakeOver():
            if stage is not MergeStage.AGREED and stage is not MergeStage.KEPT:
                return None
            after = joined(child, child_of(command.known)).standing
            return StudentTookOver(before=child.standing, after=after, student=command.student, merge=command.merge, known=command.known)
        case AcknowledgeMerge():
            return step.unchanged(StudentMergeAcknowledged) if stage is MergeStage.LEFT else None
        case AbandonMerge():
            if stage is not MergeStage.ANNOUNCED and stage is not MergeStage.AGREED:
                return None
            now = child.standing
            return StudentMergeAbandoned(before=now, after=now, student=command.student, merge=command.merge, code=command.code)
        case ReleaseMerged():
            return _release(child, command)
        case RestoreMerged():
            if merge is None or not merge.gone:
                return None
            return StudentRestored(before=None, after=replace(child, merge=None).standing, student=command.student, merge=command.merge)
        case _:
            assert_never(command)


def is_older(since: int, id_: str, other_since: int, other_id: str) -> bool:
    """Return whether an id survives another: the one known since an earlier minute, or since the same one the smaller."""
    return (since, id_) < (other_since, other_id)


class _Step:
    """The facts of a step that several commands make."""

    def __init__(self, child: Student, command: MergeCommand) -> None:
        self._child, self._command = child, command

    def unchanged(self, kind: type[StudentMergeKept | StudentMergeAcknowledged]) -> MergeFact:
        now = self._child.standing
        return kind(before=now, after=now, student=self._command.student, merge=self._command.merge)

    def declined(self, code: MergeCode) -> MergeFact:
        now = self._child.standing
        return StudentMergeDeclined(before=now, after=now, student=self._command.student, merge=self._command.merge, code=code)

    def merged(self) -> MergeFact:
        known = knowledge_of(self._child)
        return StudentMerged(before=self._child.standing, after=None, student=self._command.student, merge=self._command.merge, known=known)


def _agree(child: Student, command: AgreeToMerge, step: _Step, subject: str, provinces: Provinces) -> MergeFact:
    if code := why_declined(child, command.student, command.sender, subject=subject, provinces=provinces):
        return step.declined(code)
    now = child.standing
    return StudentMergeAgreed(before=now, after=now, student=command.student, merge=command.merge, since=time_of_minute(child.since))


def why_declined(child: Student, other: str, sender: str | None, *, subject: str, provinces: Provinces) -> MergeCode | None:
    """Return why the subject declines the merge that another id announces, None where it agrees. Without a ``sender``, whoever may speak of it."""
    merge = child.merge
    if child.status is None:
        return MergeCode.UNKNOWN_STUDENT
    if merge is not None and merge.gone:
        return MergeCode.MERGED_BEFORE
    # Where both ids announce each other at the same time, the merge that the smaller id announced goes on.
    crossed = merge is not None and merge.stage is MergeStage.ANNOUNCED and merge.student == other
    if merge is not None and merge.under_way and not (crossed and other < subject):
        return MergeCode.UNDER_WAY
    consented = merge is not None and merge.student == other
    if not consented and sender is not None and not speaks_for(sender, child.county, child.school, provinces):
        return MergeCode.NOT_YOUR_COUNTY
    return MergeCode.TOO_MANY if len(child.taken) >= MOST_TAKEN else None


def _took(child: Student, command: MergeCommand) -> bool:
    return any(taken.merge == command.merge for taken in child.taken)


def _release(child: Student, command: ReleaseMerged) -> MergeFact | None:
    taken = next((each for each in child.taken if each.merge == command.merge), None)
    if taken is None:
        return None
    before = child.standing
    without = _released(child, taken)
    if without is None:
        return StudentReleaseDeclined(before=before, after=before, student=command.student, merge=command.merge, code=MergeCode.BUILT_UPON)
    return StudentReleased(before=before, after=without.standing, student=command.student, merge=command.merge)


def _released(child: Student, taken: Taken) -> Student | None:
    """Return the child without an id that it took over, None where that cannot be: it is merged itself, or took over another since."""
    if child.standing is None or taken is not child.taken[-1]:
        return None
    return apart(child, taken)


# --- facts


def evolve(child: Student, fact: MergeFact | StudentSameAs, told: Told, *, event: str, provinces: Provinces) -> Student:
    """Return the child after a step of a merge. ``event``: the id of the fact. Raises ``UnfoldableFact``."""
    match fact:
        case StudentSameAs():
            merge = Merge(MergeStage.ANNOUNCED, fact.student, event, _digest(told.source, told.id))
            return replace(_with_report(child, fact, told, provinces), merge=merge)
        case StudentMergeAgreed():
            crossed = child.merge.report if child.merge is not None and child.merge.student == fact.student else NO_REPORT
            return replace(child, merge=Merge(MergeStage.AGREED, fact.student, fact.merge, crossed))
        case StudentMergeKept():
            return replace(child, merge=_in_stage(child, fact, MergeStage.KEPT))
        case StudentMerged():
            return replace(child, merge=_in_stage(child, fact, MergeStage.LEFT))
        case StudentTookOver():
            return _took_over(child, fact)
        case StudentMergeAcknowledged():
            return replace(child, merge=_in_stage(child, fact, MergeStage.ACKNOWLEDGED))
        case StudentMergeDeclined() | StudentReleaseDeclined():
            return child
        case StudentMergeAbandoned():
            consent = fact.code is MergeCode.NOT_YOUR_COUNTY
            return replace(child, merge=_in_stage(child, fact, MergeStage.CONSENTED) if consent else None)
        case StudentMergeVoided():
            return _with_report(child if fact.after is None else _without(child, fact), fact, told, provinces)
        case StudentReleased():
            return _without(child, fact)
        case StudentRestored():
            return replace(child, merge=None)
        case _:
            raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a student: deploy an enrolment worker that knows it")


def _took_over(child: Student, fact: StudentTookOver) -> Student:
    report = child.merge.report if child.merge is not None else NO_REPORT
    other = child_of(fact.known)
    own = knowledge(child)
    taken = Taken(fact.student, fact.merge, report, own, other)
    return settled(replace(joined(child, other), merge=None, taken=(*child.taken, taken)))


def _without(child: Student, fact: MergeFact) -> Student:
    """Return the child without the id that it took over in this merge; without its consent, where nothing was under way."""
    taken = next((each for each in child.taken if each.merge == fact.merge), None)
    if taken is None:
        return replace(child, merge=None)
    without = apart(child, taken)
    if without is None:
        raise UnfoldableFact(f"{type(fact).TYPE}: the record is damaged: what it undoes is built upon")
    return settled(without)


def _in_stage(child: Student, fact: MergeFact, stage: MergeStage) -> Merge:
    return Merge(stage, fact.student, fact.merge, child.merge.report if child.merge is not None else NO_REPORT)


def _with_report(child: Student, fact: StudentSameAs | StudentMergeVoided, told: Told, provinces: Provinces) -> Student:
    """Return the child with the report of a fact among its happenings, so that a repeat is known."""
    row, moment = ROWS[SameAs if isinstance(fact, StudentSameAs) else Voided], moment_of(told.at)
    entry, detail = row.entry(fact, moment, told.source, told.id), detail_of(row.number, fact, moment, told.source)
    timeline, details, base = kept_with(child, entry, detail, provinces)
    return replace(child, timeline=timeline, details=details, base=base)


def _digest(source: str, id_: str) -> bytes:
    return blake2b(f"{source} {id_}".encode(), digest_size=len(NO_REPORT)).digest()
