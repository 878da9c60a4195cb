"""What relief does about facts of students: each becomes at most one command, by the standings that it found and left. Pure.

Looking at standings alone, the policies need not know the types of facts, and what was reported late changes nothing.
A command is only made where relief may have something to do: the child is registered poor, or was until this fact.
"""

from collections.abc import Sequence
from enum import Enum, auto

from msgspec import Struct

from services.relief.judging import SERVICE, SOURCE
from shared import topics
from shared.codec import encode
from shared.contracts.relief import (
    EndGrant,
    FollowingCommand,
    GrantTermsAid,
    KeepGrant,
    MoveGrant,
    ResumeGrant,
    SuspendGrant,
)
from shared.contracts.student import Standing
from shared.contracts.words import Status
from shared.envelope import Event, caused

_Simple = EndGrant | SuspendGrant | ResumeGrant | GrantTermsAid | KeepGrant
"""The commands that say nothing but the standing that the fact left."""


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


PLACES: dict[Status | None, Place] = {
    None: Place.UNKNOWN,
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


class Standings(Struct, gc=False):
    """The part of a fact's data that policies look at. A county's statement has none of it."""

    before: Standing | None = None
    after: Standing | None = None
    late: bool = False


class ReliefPolicies:
    """Relief's ``Policies``."""

    service = SERVICE
    source = f"{SOURCE}/policies"
    commands_topic = topics.RELIEF_COMMANDS
    heard = "/enrolment"
    reads: type[Event[Standings]] = Event[Standings]

    def commands(self, fact: Event[Standings], *, partition: int, offset: int) -> Sequence[tuple[bytes, bytes]]:
        """Give the command that a fact asks for, if it does."""
        found = fact.data
        if found.late or found.after is None:
            return ()
        asked = command(found.before, found.after, fact.sequence)
        if asked is None:
            return ()
        event = caused(fact, asked, source=self.source, topic=topics.STUDENT_STATUS, partition=partition, offset=offset)
        return ((fact.subject.encode(), encode(event)),)


def command(before: Standing | None, after: Standing, fact: str) -> FollowingCommand | None:
    """Give what is asked for because of a fact of this sequence that found and left these standings; None where nothing is."""
    if not after.poor and (before is None or not before.poor):
        return None
    was, now = PLACES[before.status if before else None], PLACES[after.status]
    moved = before is not None and before.county != after.county
    match was, now:
        case ((Place.IN | Place.OUT), Place.GONE):
            kind: type[_Simple] = EndGrant
        case Place.IN, Place.OUT:
            kind = SuspendGrant
        case ((Place.OUT | Place.GONE), Place.IN):
            kind = ResumeGrant
        case (Place.IN, Place.IN) | (Place.OUT, Place.OUT) if moved:
            return MoveGrant(fact=fact, county=after.county, stage=after.stage, poor=after.poor, in_school=now is Place.IN)
        case ((Place.UNKNOWN | Place.IN), Place.IN):
            # Also where the standing is as it was: the child was seen in school, perhaps for the first time in a new term.
            kind = GrantTermsAid if after.poor else KeepGrant
        case _:
            return None
    return kind(fact=fact, county=after.county, stage=after.stage, poor=after.poor)
