"""What the case service can be asked, by policies and by offices: ``cn.baoxue.case.asked.*``."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from msgspec import Struct

from shared.contracts.case_codes import (
    AnyOffice,
    AttemptMethod,
    AttemptOutcome,
    ClosingOutcome,
    Corroboration,
    DecliningReason,
    LawStep,
    MetWith,
    Office,
    PlanChange,
    PlanChangeReason,
    Role,
    StepCode,
    StudentSequence,
)
from shared.contracts.words import (
    Reason,
    RecordedCounty,
    RecordedReference,
    RecordedSchool,
    RecordedStudent,
    Reference,
    RemovalCode,
    Spell,
    Spells,
    Status,
)


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


class ObserveReturnV1(FollowingCommand, frozen=True):
    """The child is back: put its file under observation. Who said so, the command does not say."""

    TYPE = "cn.baoxue.case.asked.observe-return.v1"


class ObserveReturnV2(FollowingCommand, frozen=True):
    """The child is said to be back: put its file under observation. Into which school, the command does not say."""

    TYPE = "cn.baoxue.case.asked.observe-return.v2"
    claimant: AnyOffice | None = None


class ObserveReturn(FollowingCommand, frozen=True):
    """The child is said to be back: put its file under observation. ``claimant``: who said so; ``school``: where. Null where that is not known."""

    TYPE = "cn.baoxue.case.asked.observe-return.v3"
    claimant: AnyOffice | None = None
    school: RecordedSchool | None = None


class MoveCase(FollowingCommand, frozen=True):
    """The child counts in another county."""

    TYPE = "cn.baoxue.case.asked.move.v1"
    county: RecordedCounty


class CorrectReason(FollowingCommand, frozen=True):
    """The reason was another."""

    TYPE = "cn.baoxue.case.asked.correct-reason.v1"
    reason: Reason | None = None


class CloseForRemovalV1(FollowingCommand, frozen=True):
    """The child left the ledger. ``code``: why, where it was said."""

    TYPE = "cn.baoxue.case.asked.close-for-removal.v1"
    code: RemovalCode | None = None


class CloseForRemoval(FollowingCommand, frozen=True):
    """The child left the ledger. ``code``: why, where it was said; ``evidence``: what the report referred to."""

    TYPE = "cn.baoxue.case.asked.close-for-removal.v2"
    code: RemovalCode | None = None
    evidence: RecordedReference | None = None


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


class RecordAttemptV1(CaseCommand, frozen=True):
    """An office tried to bring the child back, and does not say who of it, nor whom they met."""

    TYPE = "cn.baoxue.case.asked.record-attempt.v1"
    office: Office
    method: AttemptMethod
    outcome: AttemptOutcome
    next: date | None = None


class RecordAttempt(CaseCommand, frozen=True):
    """An office tried to bring the child back. ``role`` and ``met`` must be there; ``happened`` is the day on which it is recorded, if left out."""

    TYPE = "cn.baoxue.case.asked.record-attempt.v2"
    office: Office
    method: AttemptMethod
    outcome: AttemptOutcome
    role: Role | None = None
    met: MetWith | None = None
    happened: date | None = None
    next: date | None = None


class CloseAfterReturnV1(CaseCommand, frozen=True):
    """An office closes the file of a child that is back, and does not say by what it knows."""

    TYPE = "cn.baoxue.case.asked.close-after-return.v1"
    office: Office
    outcome: ClosingOutcome


class CloseAfterReturnV2(CaseCommand, frozen=True):
    """An office closes the file of a child that is back, in no role. ``evidence`` refers to what shows that it stayed."""

    TYPE = "cn.baoxue.case.asked.close-after-return.v2"
    office: Office
    outcome: ClosingOutcome
    evidence: Reference | None = None


class CloseAfterReturn(CaseCommand, frozen=True):
    """An office would close the file of a child that is back. ``role`` and ``evidence`` must be there: a roll, the record of a visit."""

    TYPE = "cn.baoxue.case.asked.close-after-return.v3"
    office: Office
    outcome: ClosingOutcome
    role: Role | None = None
    evidence: Reference | None = None


class CorroborateReturn(CaseCommand, frozen=True):
    """Another office than the claimant knows that the child is in school. ``evidence`` refers to what shows it."""

    TYPE = "cn.baoxue.case.asked.corroborate-return.v1"
    office: AnyOffice
    role: Role
    by: Corroboration
    happened: date
    evidence: Reference | None = None


class ConfirmClosing(CaseCommand, frozen=True):
    """A second office confirms that a file is closed. ``evidence`` refers to what it looked at itself."""

    TYPE = "cn.baoxue.case.asked.confirm-closing.v1"
    office: AnyOffice
    role: Role
    evidence: Reference | None = None


class DeclineClosing(CaseCommand, frozen=True):
    """A second office does not confirm that a file is closed."""

    TYPE = "cn.baoxue.case.asked.decline-closing.v1"
    office: AnyOffice
    role: Role
    because: DecliningReason


class RecordStep(CaseCommand, frozen=True):
    """Somebody did a step of the plan. ``evidence`` refers to what the step has to show."""

    TYPE = "cn.baoxue.case.asked.record-step.v1"
    office: Office
    role: Role
    step: StepCode
    happened: date
    evidence: Reference | None = None


class ChangePlan(CaseCommand, frozen=True):
    """An office changes the plan of a child: it leaves a step out, takes it in again, or renews the plan."""

    TYPE = "cn.baoxue.case.asked.change-plan.v1"
    office: Office
    role: Role
    change: PlanChange
    because: PlanChangeReason
    step: StepCode | None = None


class TakeLawStep(CaseCommand, frozen=True):
    """An office takes a step of the law. ``document`` refers to what was written; ``term``: the last day to comply, by default the first possible."""

    TYPE = "cn.baoxue.case.asked.take-law-step.v1"
    office: Office
    role: Role
    step: LawStep
    happened: date
    document: Reference | None = None
    term: date | None = None


class PlanVisit(CaseCommand, frozen=True):
    """An office plans a visit to a child that is out of school, for a ``day``. The deadline of the file stands."""

    TYPE = "cn.baoxue.case.asked.plan-visit.v1"
    office: Office
    role: Role
    day: date


FILE_COMMANDS: tuple[type[CaseCommand], ...] = (
    OpenCase,
    ObserveReturnV1,
    ObserveReturnV2,
    ObserveReturn,
    MoveCase,
    CorrectReason,
    CloseForRemovalV1,
    CloseForRemoval,
    CloseForLeave,
    CloseForMerge,
    JoinCase,
    PartCase,
    RestoreCase,
    FollowVoid,
    RecordAttemptV1,
    RecordAttempt,
    CloseAfterReturnV1,
    CloseAfterReturnV2,
    CloseAfterReturn,
    RecordStep,
    ChangePlan,
    TakeLawStep,
    CorroborateReturn,
    ConfirmClosing,
    DeclineClosing,
    PlanVisit,
)

COMMAND_UPCASTS: Mapping[str, Callable[[Any], Struct]] = {
    RecordAttemptV1.TYPE: lambda old: RecordAttempt(office=old.office, method=old.method, outcome=old.outcome, next=old.next),
    CloseForRemovalV1.TYPE: lambda old: CloseForRemoval(fact=old.fact, code=old.code),
    ObserveReturnV1.TYPE: lambda old: ObserveReturnV2(fact=old.fact),
    ObserveReturnV2.TYPE: lambda old: ObserveReturn(fact=old.fact, claimant=old.claimant),
    CloseAfterReturnV1.TYPE: lambda old: CloseAfterReturnV2(office=old.office, outcome=old.outcome),
    CloseAfterReturnV2.TYPE: lambda old: CloseAfterReturn(office=old.office, outcome=old.outcome, evidence=old.evidence),
}
