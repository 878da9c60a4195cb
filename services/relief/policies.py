"""What relief does about facts of enrolment, and about a file of case that refers its child: commands for its own input topic. Pure.

A policy looks at the standings that a student's fact found and left, and so at any type of fact alike. Late news leaves today's
standing as it is, so nothing follows from it. Nothing is asked for unless the child is registered poor, or was until this fact.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from msgspec import Struct

from shared.contracts.case_offices import CaseStepDone
from shared.contracts.relief import (
    AidGivenBack,
    AidHandedOver,
    AidMerged,
    AidParted,
    AidTakenOver,
    EndGrant,
    FollowingCommand,
    GiveBackGrant,
    Grant,
    GrantTermsAid,
    HandOverGrant,
    KeepGrant,
    MergeAid,
    MoveGrant,
    Onward,
    PartAid,
    RegainGrant,
    ReliefCommand,
    RestoreGrant,
    ResumeGrant,
    SuspendGrant,
    TakeOverGrant,
)
from shared.contracts.relief_referrals import REFERRAL_STEP, AnswerReferral, NoteHousehold
from shared.contracts.same_as import StudentMerged, StudentMergeVoided, StudentReleased, StudentRestored
from shared.contracts.services import CASE, ENROLMENT, RELIEF
from shared.contracts.student import Standing, StudentVoided
from shared.contracts.words import OUT_OF_SCHOOL, Status
from shared.events.envelope import Addressed, Event, EventData
from shared.log import topics


class Place(Enum):
    """Where aid sees a child."""

    UNKNOWN = auto()
    """Never heard of."""
    IN = auto()
    """In school. A suspected child is: a suspicion is often wrong, and takes nothing from a child until it is verified."""
    OUT = auto()
    """Not in school: not yet, no longer, on leave, or between two schools, where nobody sees it in class."""
    GONE = auto()
    """Left the ledger, or finished school."""


PLACES: dict[Status, Place] = {
    Status.REGISTERED: Place.OUT,
    Status.ENROLLED: Place.IN,
    Status.ON_LEAVE: Place.OUT,
    Status.SUSPECTED: Place.IN,
    Status.DROPPED_OUT: Place.OUT,
    Status.NEVER_ENROLLED: Place.OUT,
    Status.RETURNED: Place.IN,
    Status.IN_TRANSFER: Place.OUT,
    Status.COMPLETED: Place.GONE,
    Status.REMOVED: Place.GONE,
}


class Change(Struct, gc=False):
    """What is read of a student's fact: the standings. A county's statement has none. Of a merge: the other id, and the name of the merge."""

    before: Standing | None = None
    after: Standing | None = None
    late: bool = False
    student: str = ""
    merge: str = ""


class MergeStep(Struct, gc=False):
    """What is read of relief's own facts: the steps of a merge."""

    before: Grant | None = None
    onward: Onward | None = None
    student: str = ""
    merge: str = ""
    terms: tuple[str, ...] = ()
    term: str = ""
    returned: bool = False


class PlanStep(Struct, gc=False):
    """What is read of case's facts: the step of a plan that was done."""

    step: str | None = None


class Step(Struct, frozen=True, gc=False):
    """How a child went from one place to another, or stayed: ``moved`` to another county, ``lifted`` out of poverty.

    ``news``: it counts as out of school (辍学 or 失学), and did not before, or another word on its household came meanwhile. ``void``: because a
    report was taken back. ``after``: the standing left; where that is none, the one found.
    """

    was: Place
    now: Place
    moved: bool
    lifted: bool
    news: bool
    void: bool
    after: Standing
    fact: str

    def ask(self, kind: type[FollowingCommand]) -> FollowingCommand:
        """Ask for what needs nothing but the standing that the fact left."""
        return kind(fact=self.fact, county=self.after.county, stage=self.after.stage, poor=self.after.poor)


def when_removal_was_voided_restore_grant(step: Step) -> FollowingCommand | None:
    """The child had not left the ledger after all: its grant is again what it was."""
    if not step.void or step.was is not Place.GONE or step.now not in {Place.IN, Place.OUT}:
        return None
    return RestoreGrant(fact=step.fact, county=step.after.county, stage=step.after.stage, poor=step.after.poor, in_school=step.now is Place.IN)


def when_reason_for_aid_was_voided_suspend_grant(step: Step) -> FollowingCommand | None:
    """Nobody reported the child but by the report that was taken back, or nothing else said that its household is poor.

    The grant is suspended and not ended: where the right report follows within the term, it is due again.
    """
    if not step.void or step.was not in {Place.IN, Place.OUT} or not (step.now is Place.UNKNOWN or step.lifted):
        return None
    if step.was is Place.OUT and step.news:
        return None
    return SuspendGrant(fact=step.fact, county=step.after.county, stage=step.after.stage, poor=False)


def when_student_left_ledger_end_grant(step: Step) -> FollowingCommand | None:
    """Removed, or finished with school."""
    return step.ask(EndGrant) if step.now is Place.GONE and step.was in {Place.IN, Place.OUT} else None


def when_student_left_school_suspend_grant(step: Step) -> FollowingCommand | None:
    """Dropped out, on leave, or on its way to another school."""
    return step.ask(SuspendGrant) if (step.was, step.now) == (Place.IN, Place.OUT) else None


def when_student_came_to_school_resume_grant(step: Step) -> FollowingCommand | None:
    """Returned, resumed, arrived, enrolled; or it left the ledger and another id of it is in school. What was not granted before is granted then."""
    return step.ask(ResumeGrant) if step.now is Place.IN and step.was in {Place.OUT, Place.GONE} else None


def when_student_moved_move_grant(step: Step) -> FollowingCommand | None:
    """It counts in another county, in school as before or out of it."""
    if not step.moved or step.was is not step.now or step.now is Place.GONE:
        return None
    return MoveGrant(fact=step.fact, county=step.after.county, stage=step.after.stage, poor=step.after.poor, in_school=step.now is Place.IN)


def when_household_was_lifted_keep_grant(step: Step) -> FollowingCommand | None:
    """The child of a household that is no longer registered poor."""
    return step.ask(KeepGrant) if step.lifted and step.now is Place.IN else None


def when_student_is_in_school_grant_terms_aid(step: Step) -> FollowingCommand | None:
    """Listed or seen in school. Also where its standing is as it was: a new term may have begun meanwhile."""
    return step.ask(GrantTermsAid) if step.now is Place.IN else None


def when_student_is_out_of_school_note_household(step: Step) -> FollowingCommand | None:
    """What the child is due once it is back depends on its household: a file may refer it at any time."""
    return step.ask(NoteHousehold) if step.news else None


POLICIES: tuple[Callable[[Step], FollowingCommand | None], ...] = (
    when_removal_was_voided_restore_grant,
    when_reason_for_aid_was_voided_suspend_grant,
    when_student_left_ledger_end_grant,
    when_student_left_school_suspend_grant,
    when_student_came_to_school_resume_grant,
    when_student_moved_move_grant,
    when_household_was_lifted_keep_grant,
    when_student_is_in_school_grant_terms_aid,
    when_student_is_out_of_school_note_household,
)
"""The first that has something to ask for asks: one command says all that a fact means for aid."""


class ReliefPolicies:
    """Relief's ``Policies``."""

    service = RELIEF.name
    source = RELIEF.policy_source
    commands_topic = topics.RELIEF_COMMANDS
    hears: Mapping[str, type[Event[Any]]] = {ENROLMENT.source: Event[Change], RELIEF.source: Event[MergeStep], CASE.source: Event[PlanStep]}
    marks: Mapping[str, Sequence[bytes]] = {CASE.source: (f'"{REFERRAL_STEP}"'.encode(),)}

    def commands(self, fact: Event[Any]) -> Sequence[EventData | Addressed]:
        """Return the commands that a fact asks for."""
        found = fact.data
        if isinstance(found, MergeStep):
            return next_steps(fact)
        if isinstance(found, PlanStep):
            return when_child_was_referred_answer(fact)
        asked: list[ReliefCommand] = []
        if (step := step_of_merge(fact.type, found)) is not None:
            asked.append(step)
        void = fact.type == StudentVoided.TYPE
        if found.late or (found.after is None and not void):
            return asked
        if (command := command_for(found.before, found.after, fact.sequence, void=void)) is not None:
            asked.append(command)
            if isinstance(command, SuspendGrant | MoveGrant | RestoreGrant) and not command.poor and not getattr(command, "in_school", False):
                # A grant that is suspended would say that the household is registered poor.
                asked.append(NoteHousehold(fact=command.fact, county=command.county, stage=command.stage, poor=False))
        return asked


def when_child_was_referred_answer(fact: Event[PlanStep]) -> Sequence[AnswerReferral]:
    """A file of case refers its child by a step of its plan."""
    if fact.type != CaseStepDone.TYPE or fact.data.step != REFERRAL_STEP:
        return ()
    return (AnswerReferral(asked=fact.causationid, referral=fact.sequence),)


def step_of_merge(type_: str, found: Change) -> MergeAid | PartAid | None:
    """Return what a step of a merge asks of the aid of its id, beside what its standings ask for."""
    match type_:
        case StudentMerged.TYPE:
            return MergeAid(student=found.student, merge=found.merge)
        case StudentRestored.TYPE | StudentReleased.TYPE:
            return PartAid(student=found.student, merge=found.merge)
        case StudentMergeVoided.TYPE if found.after is not None:
            return PartAid(student=found.student, merge=found.merge)
        case _:
            return None


def next_steps(fact: Event[MergeStep]) -> Sequence[EventData | Addressed]:
    """Return what follows from a step of a merge that relief took itself: term by term, here and at the other id."""
    said, other, merge = fact.data, fact.data.student, fact.data.merge
    match fact.type:
        case AidMerged.TYPE:
            return [HandOverGrant(student=other, merge=merge, term=term) for term in said.terms]
        case AidHandedOver.TYPE if said.before is not None:
            return (Addressed(other, TakeOverGrant(student=fact.subject, merge=merge, grant=said.before)),)
        case AidTakenOver.TYPE if said.onward is not None:
            on = said.onward
            return (Addressed(on.student, TakeOverGrant(student=fact.subject, merge=on.merge, grant=on.grant)),)
        case AidParted.TYPE:
            return [GiveBackGrant(student=other, merge=merge, term=term) for term in said.terms]
        case AidGivenBack.TYPE if said.returned:
            return (Addressed(other, RegainGrant(student=fact.subject, merge=merge, term=said.term)),)
        case _:
            return ()


def command_for(before: Standing | None, after: Standing | None, fact: str, *, void: bool = False) -> FollowingCommand | None:
    """Return what the policies ask for because of a fact of this sequence that found and left these standings; None where nothing is.

    ``void``: whether a report was taken back.
    """
    known = after or before
    if known is None or not _concerns_aid(before, known):
        return None
    step = Step(
        was=Place.UNKNOWN if before is None else PLACES[before.status],
        now=Place.UNKNOWN if after is None else PLACES[after.status],
        moved=before is not None and before.county != known.county,
        lifted=before is not None and before.poor and not known.poor,
        news=after is not None and _is_news(before, after),
        void=void,
        after=known,
        fact=fact,
    )
    return next((asked for policy in POLICIES if (asked := policy(step)) is not None), None)


def _is_news(before: Standing | None, after: Standing) -> bool:
    if after.status not in OUT_OF_SCHOOL:
        return False
    return before is None or before.status not in OUT_OF_SCHOOL or before.poor != after.poor


def _concerns_aid(before: Standing | None, after: Standing) -> bool:
    """Return whether aid may be due: the household is registered poor, or was until now."""
    return after.poor or (before is not None and before.poor)
