"""What relief does about facts of enrolment: commands for its own input topic. Pure.

A policy looks at the standings that a student's fact found and left, and so at any type of fact alike. Late news leaves today's
standing as it is, so nothing follows from it. Nothing is asked for unless the child is registered poor, or was until this fact.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from msgspec import Struct

from shared.contracts.relief import (
    EndGrant,
    FollowingCommand,
    GrantTermsAid,
    KeepGrant,
    MoveGrant,
    ResumeGrant,
    SuspendGrant,
)
from shared.contracts.services import ENROLMENT, RELIEF
from shared.contracts.student import Standing
from shared.contracts.words import Status
from shared.events.envelope import Event
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
    """What is read of a student's fact: the standings. A county's statement has none."""

    before: Standing | None = None
    after: Standing | None = None
    late: bool = False


class Step(Struct, frozen=True, gc=False):
    """How a child went from one place to another, or stayed: ``moved`` to another county, ``lifted`` out of poverty."""

    was: Place
    now: Place
    moved: bool
    lifted: bool
    after: Standing
    fact: str

    def ask(self, kind: type[FollowingCommand]) -> FollowingCommand:
        """Ask for what needs nothing but the standing that the fact left."""
        return kind(fact=self.fact, county=self.after.county, stage=self.after.stage, poor=self.after.poor)


def when_student_left_ledger_end_grant(step: Step) -> FollowingCommand | None:
    """Removed, or finished with school."""
    return step.ask(EndGrant) if step.now is Place.GONE and step.was in {Place.IN, Place.OUT} else None


def when_student_left_school_suspend_grant(step: Step) -> FollowingCommand | None:
    """Dropped out, on leave, or on its way to another school."""
    return step.ask(SuspendGrant) if (step.was, step.now) == (Place.IN, Place.OUT) else None


def when_student_came_to_school_resume_grant(step: Step) -> FollowingCommand | None:
    """Returned, resumed, arrived, enrolled; a removal was taken back. What was not granted before is granted then."""
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


POLICIES: tuple[Callable[[Step], FollowingCommand | None], ...] = (
    when_student_left_ledger_end_grant,
    when_student_left_school_suspend_grant,
    when_student_came_to_school_resume_grant,
    when_student_moved_move_grant,
    when_household_was_lifted_keep_grant,
    when_student_is_in_school_grant_terms_aid,
)
"""The first that has something to ask for asks: one command says all that a fact means for aid."""


class ReliefPolicies:
    """Relief's ``Policies``."""

    service = RELIEF.name
    source = RELIEF.policy_source
    commands_topic = topics.RELIEF_COMMANDS
    hears: Mapping[str, type[Event[Change]]] = {ENROLMENT.source: Event[Change]}

    def commands(self, fact: Event[Change]) -> Sequence[FollowingCommand]:
        """Return the command that a fact asks for, if it asks for one."""
        found = fact.data
        if found.late or found.after is None:
            return ()
        command = command_for(found.before, found.after, fact.sequence)
        return () if command is None else (command,)


def command_for(before: Standing | None, after: Standing, fact: str) -> FollowingCommand | None:
    """Return what the policies ask for because of a fact of this sequence that found and left these standings; None where nothing is."""
    if not _concerns_aid(before, after):
        return None
    step = Step(
        was=Place.UNKNOWN if before is None else PLACES[before.status],
        now=PLACES[after.status],
        moved=before is not None and before.county != after.county,
        lifted=before is not None and before.poor and not after.poor,
        after=after,
        fact=fact,
    )
    return next((asked for policy in POLICIES if (asked := policy(step)) is not None), None)


def _concerns_aid(before: Standing | None, after: Standing) -> bool:
    """Return whether aid may be due: the household is registered poor, or was until now."""
    return after.poor or (before is not None and before.poor)
