"""What enrolment does about its own facts: the next step of a merge, at the other id, which may sit in another partition. Pure."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from shared.contracts.same_as import (
    AbandonMerge,
    AcknowledgeMerge,
    AgreeToMerge,
    GoOnWithMerge,
    Knowledge,
    LeaveLedger,
    MergeCode,
    MergeCommand,
    ReleaseMerged,
    RestoreMerged,
    StudentMergeAgreed,
    StudentMerged,
    StudentMergeDeclined,
    StudentMergeKept,
    StudentMergeVoided,
    StudentReleased,
    StudentTookOver,
    TakeOver,
)
from shared.contracts.services import ENROLMENT
from shared.contracts.student import Moment, Standing, StudentSameAs
from shared.events.envelope import Addressed, Event
from shared.log import topics


class Step(Struct, gc=False):
    """What is read of a student's fact: what the steps of a merge say to the other id.

    Fields of that name which other facts have may be of another kind: texts are read as texts.
    """

    after: Standing | None = None
    student: str = ""
    merge: str = ""
    since: str = ""
    known: Knowledge | None = None
    code: str = ""


Fact = Event[Step]


class EnrolmentPolicies:
    """Enrolment's ``Policies``."""

    service = ENROLMENT.name
    source = ENROLMENT.policy_source
    commands_topic = topics.SUBMISSIONS
    hears: Mapping[str, type[Fact]] = {ENROLMENT.source: Fact}
    marks: Mapping[str, Sequence[bytes]] = {}

    def commands(self, fact: Fact) -> Sequence[Addressed]:
        """Return the next step of the merge that a fact is a step of."""
        command = next_step(fact)
        return () if command is None else (Addressed(fact.data.student, command),)


def next_step(fact: Fact) -> MergeCommand | None:
    """Return what the other id is asked because of a fact; None where the fact is the last step, or none."""
    said, me = fact.data, fact.subject
    match fact.type:
        case StudentSameAs.TYPE:
            return AgreeToMerge(student=me, merge=fact.id, sender=fact.reportedby or "")
        case StudentMergeAgreed.TYPE:
            return GoOnWithMerge(student=me, merge=said.merge, since=msgspec.convert(said.since, Moment))
        case StudentMergeKept.TYPE:
            return LeaveLedger(student=me, merge=said.merge)
        case StudentMerged.TYPE if said.known is not None:
            return TakeOver(student=me, merge=said.merge, known=said.known)
        case StudentTookOver.TYPE:
            return AcknowledgeMerge(student=me, merge=said.merge)
        case StudentMergeDeclined.TYPE:
            return AbandonMerge(student=me, merge=said.merge, code=MergeCode(said.code))
        case StudentMergeVoided.TYPE if said.after is None:
            return ReleaseMerged(student=me, merge=said.merge)
        case StudentMergeVoided.TYPE | StudentReleased.TYPE:
            return RestoreMerged(student=me, merge=said.merge)
        case _:
            return None
