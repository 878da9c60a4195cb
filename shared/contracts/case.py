"""A child's file (一人一案): the facts that the case service records, ``cn.baoxue.case.*``, and what it can be asked.

There is one file a child, named by the student id. Each fact carries the file as it found it and as it left it; a count
of anything is: over all facts not seen before, add 1 for ``after``, take 1 for ``before``. Every code list here is added
to and never shortened, for what was once recorded must stay readable.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from shared.contracts.words import Reason, RecordedCounty, RecordedReference, RecordedStudent, Reference, RemovalCode, Spell, Spells, Status


class CaseState(StrEnum):
    """Where a file stands. ``returned``: the child is back in school and under observation."""

    OPEN = "open"
    PERSUADING = "persuading"
    RETURNED = "returned"
    CLOSED = "closed"


class AttemptMethod(StrEnum):
    """How somebody tried to bring the child back (劝返)."""

    VISIT = "visit"
    CALL = "call"
    LETTER = "letter"
    JOINT_VISIT = "joint_visit"
    ORDER = "order"
    OTHER = "other"


class AttemptOutcome(StrEnum):
    """What an attempt came to. ``returned_claimed`` is what was said: only a report of the return brings a file on."""

    PROMISED = "promised"
    REFUSED_BY_FAMILY = "refused_by_family"
    NOT_FOUND = "not_found"
    WORKING_ELSEWHERE = "working_elsewhere"
    WILLING = "willing"
    RETURNED_CLAIMED = "returned_claimed"
    OTHER = "other"


class ClosingOutcome(StrEnum):
    """Why an office closes a file: the return held."""

    SUSTAINED = "sustained"


Office = Annotated[
    str,
    Meta(
        # In Python `$` also matches before a final newline; the look-ahead shuts that door.
        pattern=r"^/(counties/[0-9]{6}|schools/[0-9]{10})$(?!\n)",
        description="/counties/NNNNNN or /schools/NNNNNNNNNN",
    ),
]
RecordedOffice = Annotated[str, Meta(min_length=16, max_length=19, extra_json_schema={"pattern": "^/(counties/[0-9]{6}|schools/[0-9]{10})$"})]
StudentSequence = Annotated[str, Meta(min_length=21, max_length=21, extra_json_schema={"pattern": "^[0-9]{16}-[0-9]{4}$"})]
"""The ``sequence`` of the student's fact that something follows from."""
Attempts = Annotated[int, Meta(ge=0, le=1_000_000, description="the attempts of the present spell")]
AttemptNumber = Annotated[int, Meta(ge=1, le=1_000_000, description="the n-th attempt of the present spell")]


class CaseStanding(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What is counted of a file. ``county`` follows the child while the file is not closed; ``due``: the day of the next step."""

    state: CaseState
    county: RecordedCounty
    reason: Reason | None
    attempts: Attempts
    due: date | None


# --- facts


class CaseFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all facts share."""

    TYPE: ClassVar[str]
    before: CaseStanding | None
    after: CaseStanding


class FollowingFact(CaseFact, frozen=True, kw_only=True):
    """A fact that follows from one about the student."""

    fact: StudentSequence


class CaseOpened(FollowingFact, frozen=True):
    """A child was found to be out of school for the first time, and has a file."""

    TYPE = "cn.baoxue.case.opened.v1"
    spell: Spell | None = None


class CaseReopened(FollowingFact, frozen=True):
    """A child that has a file is out of school again (复辍): its attempts start anew."""

    TYPE = "cn.baoxue.case.reopened.v1"
    spell: Spell | None = None


class CaseAttempted(CaseFact, frozen=True):
    """Somebody tried to bring the child back, for the n-th time. ``next``: the day agreed or set for the next step."""

    TYPE = "cn.baoxue.case.attempted.v1"
    number: AttemptNumber
    office: RecordedOffice
    method: AttemptMethod
    outcome: AttemptOutcome
    next: date | None = None


class CasePutUnderObservation(FollowingFact, frozen=True):
    """The child is back in school; whether it stays is looked at when ``due``."""

    TYPE = "cn.baoxue.case.put-under-observation.v1"


class CaseMoved(FollowingFact, frozen=True):
    """The child counts in another county, and its file with it."""

    TYPE = "cn.baoxue.case.moved.v1"


class CaseReasonCorrected(FollowingFact, frozen=True):
    """The reason why the child is out of school was corrected."""

    TYPE = "cn.baoxue.case.reason-corrected.v1"


class CaseClosedByReturnV1(CaseFact, frozen=True):
    """An office saw that the child stayed in school (销号); by what, the fact does not say."""

    TYPE = "cn.baoxue.case.closed-by-return.v1"
    office: RecordedOffice
    outcome: ClosingOutcome


class CaseClosedByReturn(CaseFact, frozen=True):
    """An office saw that the child stayed in school (销号). ``evidence`` refers to what shows it; null where it was not asked for yet (v1)."""

    TYPE = "cn.baoxue.case.closed-by-return.v2"
    office: RecordedOffice
    outcome: ClosingOutcome
    evidence: RecordedReference | None = None


class CaseClosedByRemoval(FollowingFact, frozen=True):
    """The child left the ledger without returning."""

    TYPE = "cn.baoxue.case.closed-by-removal.v1"
    code: RemovalCode | None = None


class CaseClosedByLeave(FollowingFact, frozen=True):
    """The child's absence was approved (休学, 缓学, 送教上门)."""

    TYPE = "cn.baoxue.case.closed-by-leave.v1"


class MergedFilesFact(FollowingFact, frozen=True, kw_only=True):
    """What becomes of a file because two ids are one child, or two again. ``student``: the other id."""

    student: RecordedStudent


class CaseClosedByMerge(MergedFilesFact, frozen=True):
    """The id is one child with ``student``, whose file goes on. The attempts stay here."""

    TYPE = "cn.baoxue.case.closed-by-merge.v1"


class CaseJoined(MergedFilesFact, frozen=True):
    """The survivor's file is that of the child known under both ids; the attempts made under the other are in the file of ``student``."""

    TYPE = "cn.baoxue.case.joined.v1"


class CaseParted(MergedFilesFact, frozen=True):
    """The ids are two children again: the survivor's file is what its own standing asks for."""

    TYPE = "cn.baoxue.case.parted.v1"


class CaseRestored(MergedFilesFact, frozen=True):
    """The merged id is a child of its own again, and its file is as it was."""

    TYPE = "cn.baoxue.case.restored.v1"


class CaseClosedByVoid(FollowingFact, frozen=True):
    """The report by which the child was out of school was taken back: it never was. The attempts stay in the file."""

    TYPE = "cn.baoxue.case.closed-by-void.v1"


class CaseResumed(FollowingFact, frozen=True):
    """A report that had ended the work on the file was taken back: it goes on where it stood, its attempts kept."""

    TYPE = "cn.baoxue.case.resumed.v1"


CASE_FACTS: tuple[type[CaseFact], ...] = (
    CaseOpened,
    CaseReopened,
    CaseAttempted,
    CasePutUnderObservation,
    CaseMoved,
    CaseReasonCorrected,
    CaseClosedByReturnV1,
    CaseClosedByReturn,
    CaseClosedByRemoval,
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseJoined,
    CaseParted,
    CaseRestored,
    CaseClosedByVoid,
    CaseResumed,
)

FACT_UPCASTS: Mapping[str, Callable[[Any], Struct]] = {
    CaseClosedByReturnV1.TYPE: lambda old: CaseClosedByReturn(before=old.before, after=old.after, office=old.office, outcome=old.outcome)
}


# --- commands


class CaseCommand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all commands share: nothing but the rule that a field nobody knows is refused."""

    TYPE: ClassVar[str]


class FollowingCommand(CaseCommand, frozen=True, kw_only=True):
    """What a policy asks for, because of a fact about the student."""

    fact: StudentSequence


class OpenCase(FollowingCommand, frozen=True):
    """The child is out of school: open its file, or open it again."""

    TYPE = "cn.baoxue.case.asked.open.v1"
    county: RecordedCounty
    reason: Reason | None = None
    spell: Spell | None = None


class ObserveReturn(FollowingCommand, frozen=True):
    """The child is back: put its file under observation."""

    TYPE = "cn.baoxue.case.asked.observe-return.v1"


class MoveCase(FollowingCommand, frozen=True):
    """The child counts in another county."""

    TYPE = "cn.baoxue.case.asked.move.v1"
    county: RecordedCounty


class CorrectReason(FollowingCommand, frozen=True):
    """The reason was another."""

    TYPE = "cn.baoxue.case.asked.correct-reason.v1"
    reason: Reason | None = None


class CloseForRemoval(FollowingCommand, frozen=True):
    """The child left the ledger. ``code``: why, where it was said."""

    TYPE = "cn.baoxue.case.asked.close-for-removal.v1"
    code: RemovalCode | None = None


class CloseForLeave(FollowingCommand, frozen=True):
    """The child's absence was approved."""

    TYPE = "cn.baoxue.case.asked.close-for-leave.v1"


class CloseForMerge(FollowingCommand, frozen=True):
    """The id was merged into ``student``."""

    TYPE = "cn.baoxue.case.asked.close-for-merge.v1"
    student: RecordedStudent


class StandingCommand(FollowingCommand, frozen=True, kw_only=True):
    """What is asked because of the standing that a step of a merge left. ``student``: the other id."""

    student: RecordedStudent
    county: RecordedCounty
    status: Status
    reason: Reason | None = None


class JoinCase(StandingCommand, frozen=True, kw_only=True):
    """The id took over what was known of ``student``, which had the status ``known`` and was so many times out of school."""

    TYPE = "cn.baoxue.case.asked.join.v1"
    known: Status
    spells: Spells


class PartCase(StandingCommand, frozen=True):
    """The id let go of ``student`` again."""

    TYPE = "cn.baoxue.case.asked.part.v1"


class RestoreCase(StandingCommand, frozen=True):
    """The id, which was merged into ``student``, is a child of its own again."""

    TYPE = "cn.baoxue.case.asked.restore.v1"


class FollowVoid(FollowingCommand, frozen=True):
    """A report was taken back. The child is ``out`` of school now, or ``in_school``, or neither; it was out ``spells`` times in all."""

    TYPE = "cn.baoxue.case.asked.follow-void.v1"
    county: RecordedCounty
    out: bool
    in_school: bool
    spells: Spells
    reason: Reason | None = None
    spell: Spell | None = None


class RecordAttempt(CaseCommand, frozen=True):
    """An office tried to bring the child back."""

    TYPE = "cn.baoxue.case.asked.record-attempt.v1"
    office: Office
    method: AttemptMethod
    outcome: AttemptOutcome
    next: date | None = None


class CloseAfterReturnV1(CaseCommand, frozen=True):
    """An office closes the file of a child that is back, and does not say by what it knows."""

    TYPE = "cn.baoxue.case.asked.close-after-return.v1"
    office: Office
    outcome: ClosingOutcome


class CloseAfterReturn(CaseCommand, frozen=True):
    """An office closes the file of a child that is back. ``evidence`` refers to what shows that it stayed: a roll, the record of a visit."""

    TYPE = "cn.baoxue.case.asked.close-after-return.v2"
    office: Office
    outcome: ClosingOutcome
    evidence: Reference | None = None


CASE_COMMANDS: tuple[type[CaseCommand], ...] = (
    OpenCase,
    ObserveReturn,
    MoveCase,
    CorrectReason,
    CloseForRemoval,
    CloseForLeave,
    CloseForMerge,
    JoinCase,
    PartCase,
    RestoreCase,
    FollowVoid,
    RecordAttempt,
    CloseAfterReturnV1,
    CloseAfterReturn,
)

COMMAND_UPCASTS: Mapping[str, Callable[[Any], Struct]] = {
    CloseAfterReturnV1.TYPE: lambda old: CloseAfterReturn(office=old.office, outcome=old.outcome)
}
