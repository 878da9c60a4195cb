"""A child's file (一人一案): the facts that the case service records, ``cn.baoxue.case.*``.

There is one file a child, named by the student id. Each fact carries the file as it found it and as it left it; a count
of anything is: over all facts not seen before, add 1 for ``after``, take 1 for ``before``.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from msgspec import Struct

from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptNumber,
    AttemptOutcome,
    CaseStanding,
    ClosingOutcome,
    Corroboration,
    DecliningReason,
    LadderVersion,
    LawStep,
    MetWith,
    PlanChange,
    PlanChangeReason,
    PlaybookVersion,
    RecordedAnyOffice,
    RecordedOffice,
    RecordedStep,
    Role,
    StudentSequence,
)
from shared.contracts.words import RecordedReference, RecordedStudent, RemovalCode, Spell


class CaseFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """What all facts share."""

    TYPE: ClassVar[str]
    before: CaseStanding | None
    after: CaseStanding


class FollowingFact(CaseFact, frozen=True, kw_only=True):
    """A fact that follows from one about the student.

    ``playbook``, where a type has it: the version by which a plan is made here; null where the plan stays, and of what was recorded before
    there were plans (v1): there it is the first.
    """

    fact: StudentSequence


class CaseOpenedV1(FollowingFact, frozen=True):
    """A child was found to be out of school for the first time, and has a file; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.opened.v1"
    spell: Spell | None = None


class CaseOpened(FollowingFact, frozen=True):
    """A child was found to be out of school for the first time, and has a file."""

    TYPE = "cn.baoxue.case.opened.v2"
    spell: Spell | None = None
    playbook: PlaybookVersion | None = None


class CaseReopenedV1(FollowingFact, frozen=True):
    """A child that has a file is out of school again (复辍): its attempts start anew; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.reopened.v1"
    spell: Spell | None = None


class CaseReopened(FollowingFact, frozen=True):
    """A child that has a file is out of school again (复辍): its attempts start anew."""

    TYPE = "cn.baoxue.case.reopened.v2"
    spell: Spell | None = None
    playbook: PlaybookVersion | None = None


class CaseAttemptedV1(CaseFact, frozen=True):
    """Somebody tried to bring the child back, for the n-th time; in which role, and whom they met, the fact does not say."""

    TYPE = "cn.baoxue.case.attempted.v1"
    number: AttemptNumber
    office: RecordedOffice
    method: AttemptMethod
    outcome: AttemptOutcome
    next: date | None = None


class CaseAttempted(CaseFact, frozen=True):
    """Somebody tried to bring the child back (劝返), for the n-th time: by whom, how, whom they met, and what it came to.

    ``happened``: on which day; ``next``: the day agreed or set for the next step. ``role``, ``met`` and ``happened`` are null where they were
    not asked for yet (v1).
    """

    TYPE = "cn.baoxue.case.attempted.v2"
    number: AttemptNumber
    office: RecordedOffice
    method: AttemptMethod
    outcome: AttemptOutcome
    next: date | None = None
    role: Role | None = None
    met: MetWith | None = None
    happened: date | None = None


class CasePutUnderObservationV1(FollowingFact, frozen=True):
    """The child is back in school; whether it stays is looked at when ``due``. Who said so, the fact does not say."""

    TYPE = "cn.baoxue.case.put-under-observation.v1"


class CasePutUnderObservation(FollowingFact, frozen=True):
    """The child is said to be back in school; whether it stays is looked at when ``due``. ``claimant``: who said so, null where it is not known."""

    TYPE = "cn.baoxue.case.put-under-observation.v2"
    claimant: RecordedAnyOffice | None = None


class CaseReturnCorroborated(CaseFact, frozen=True):
    """Another office than the claimant knows that the child is in school: since when, and by what."""

    TYPE = "cn.baoxue.case.return-corroborated.v1"
    office: RecordedAnyOffice
    role: Role
    by: Corroboration
    happened: date
    evidence: RecordedReference


class CaseClosingProposed(CaseFact, frozen=True):
    """The office of the county would close the file (销号): the return was corroborated, and the child stayed. A second office has to confirm."""

    TYPE = "cn.baoxue.case.closing-proposed.v1"
    office: RecordedOffice
    role: Role
    outcome: ClosingOutcome
    evidence: RecordedReference


class CaseClosingDeclined(CaseFact, frozen=True):
    """A second office does not confirm that the file is closed: the return has to be corroborated anew."""

    TYPE = "cn.baoxue.case.closing-declined.v1"
    office: RecordedAnyOffice
    role: Role
    because: DecliningReason


class CaseMoved(FollowingFact, frozen=True):
    """The child counts in another county, and its file with it."""

    TYPE = "cn.baoxue.case.moved.v1"


class CaseReasonCorrectedV1(FollowingFact, frozen=True):
    """The reason why the child is out of school was corrected; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.reason-corrected.v1"


class CaseReasonCorrected(FollowingFact, frozen=True):
    """The reason why the child is out of school was corrected."""

    TYPE = "cn.baoxue.case.reason-corrected.v2"
    playbook: PlaybookVersion | None = None


class CaseClosedByReturnV1(CaseFact, frozen=True):
    """An office saw that the child stayed in school (销号); by what, the fact does not say."""

    TYPE = "cn.baoxue.case.closed-by-return.v1"
    office: RecordedOffice
    outcome: ClosingOutcome


class CaseClosedByReturnV2(CaseFact, frozen=True):
    """One office saw that the child stayed in school (销号). ``evidence`` refers to what shows it; null where it was not asked for yet (v1)."""

    TYPE = "cn.baoxue.case.closed-by-return.v2"
    office: RecordedOffice
    outcome: ClosingOutcome
    evidence: RecordedReference | None = None


class CaseClosedByReturn(CaseFact, frozen=True):
    """A second office confirmed that the child stayed in school (销号): the return was claimed, corroborated and sustained.

    ``evidence`` refers to what the second office looked at. ``role``, ``corroborated_by`` and ``proposed_by`` are null where one office was
    enough (v1, v2), and ``evidence`` where it was not asked for yet (v1).
    """

    TYPE = "cn.baoxue.case.closed-by-return.v3"
    office: RecordedAnyOffice
    outcome: ClosingOutcome
    evidence: RecordedReference | None = None
    role: Role | None = None
    corroborated_by: RecordedAnyOffice | None = None
    proposed_by: RecordedAnyOffice | None = None


class CaseClosedByRemovalV1(FollowingFact, frozen=True):
    """The child left the ledger without returning; by what that is known, the fact does not say."""

    TYPE = "cn.baoxue.case.closed-by-removal.v1"
    code: RemovalCode | None = None


class CaseClosedByRemoval(FollowingFact, frozen=True):
    """The child left the ledger without returning: another act than a closing by return. ``evidence``: what the report of the removal referred to."""

    TYPE = "cn.baoxue.case.closed-by-removal.v2"
    code: RemovalCode | None = None
    evidence: RecordedReference | None = None


class CaseClosedByLeave(FollowingFact, frozen=True):
    """The child's absence was approved (休学, 缓学, 送教上门)."""

    TYPE = "cn.baoxue.case.closed-by-leave.v1"


class MergedFilesFact(FollowingFact, frozen=True, kw_only=True):
    """What becomes of a file because two ids are one child, or two again. ``student``: the other id."""

    student: RecordedStudent


class CaseClosedByMerge(MergedFilesFact, frozen=True):
    """The id is one child with ``student``, whose file goes on. The attempts stay here."""

    TYPE = "cn.baoxue.case.closed-by-merge.v1"


class CaseJoinedV1(MergedFilesFact, frozen=True):
    """The survivor's file is that of the child known under both ids; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.joined.v1"


class CaseJoined(MergedFilesFact, frozen=True):
    """The survivor's file is that of the child known under both ids; the attempts made under the other are in the file of ``student``."""

    TYPE = "cn.baoxue.case.joined.v2"
    playbook: PlaybookVersion | None = None


class CasePartedV1(MergedFilesFact, frozen=True):
    """The ids are two children again: the survivor's file is what its own standing asks for; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.parted.v1"


class CaseParted(MergedFilesFact, frozen=True):
    """The ids are two children again: the survivor's file is what its own standing asks for."""

    TYPE = "cn.baoxue.case.parted.v2"
    playbook: PlaybookVersion | None = None


class CaseRestoredV1(MergedFilesFact, frozen=True):
    """The merged id is a child of its own again, and its file is as it was; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.restored.v1"


class CaseRestored(MergedFilesFact, frozen=True):
    """The merged id is a child of its own again, and its file is as it was."""

    TYPE = "cn.baoxue.case.restored.v2"
    playbook: PlaybookVersion | None = None


class CaseClosedByVoid(FollowingFact, frozen=True):
    """The report by which the child was out of school was taken back: it never was. The attempts stay in the file."""

    TYPE = "cn.baoxue.case.closed-by-void.v1"


class CaseResumedV1(FollowingFact, frozen=True):
    """A report that had ended the work on the file was taken back: it goes on; by which playbook, the fact does not say."""

    TYPE = "cn.baoxue.case.resumed.v1"


class CaseResumed(FollowingFact, frozen=True):
    """A report that had ended the work on the file was taken back: it goes on where it stood, its attempts kept."""

    TYPE = "cn.baoxue.case.resumed.v2"
    playbook: PlaybookVersion | None = None


class CaseStepDone(CaseFact, frozen=True):
    """A step of the plan was done: by whom, when it ``happened``, and what shows it. The envelope has when it was known."""

    TYPE = "cn.baoxue.case.step-done.v1"
    office: RecordedOffice
    role: Role
    playbook: PlaybookVersion
    step: RecordedStep
    happened: date
    evidence: RecordedReference


class CasePlanChanged(CaseFact, frozen=True):
    """An office changed the plan. ``playbook``: the version that it is of now; ``step``: the one left out or taken in again."""

    TYPE = "cn.baoxue.case.plan-changed.v1"
    office: RecordedOffice
    role: Role
    playbook: PlaybookVersion
    change: PlanChange
    because: PlanChangeReason
    step: RecordedStep | None = None


class CaseLawStepTaken(CaseFact, frozen=True):
    """An office took a step of the law: when it ``happened``, and the ``term``, the last day on which the guardians can comply.

    ``document`` refers to what was written; ``ladder`` is the version that says what must come first, and by which article.
    """

    TYPE = "cn.baoxue.case.law-step-taken.v1"
    office: RecordedOffice
    role: Role
    ladder: LadderVersion
    step: LawStep
    happened: date
    term: date
    document: RecordedReference


class CaseVisitPlanned(CaseFact, frozen=True):
    """An office plans a visit for a ``day``. It moves no deadline: the file is due when it was."""

    TYPE = "cn.baoxue.case.visit-planned.v1"
    office: RecordedOffice
    role: Role
    day: date


FILE_FACTS: tuple[type[CaseFact], ...] = (
    CaseOpenedV1,
    CaseOpened,
    CaseReopenedV1,
    CaseReopened,
    CaseAttemptedV1,
    CaseAttempted,
    CasePutUnderObservationV1,
    CasePutUnderObservation,
    CaseMoved,
    CaseReasonCorrectedV1,
    CaseReasonCorrected,
    CaseClosedByReturnV1,
    CaseClosedByReturnV2,
    CaseClosedByReturn,
    CaseClosedByRemovalV1,
    CaseClosedByRemoval,
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseJoinedV1,
    CaseJoined,
    CasePartedV1,
    CaseParted,
    CaseRestoredV1,
    CaseRestored,
    CaseClosedByVoid,
    CaseResumedV1,
    CaseResumed,
    CaseStepDone,
    CasePlanChanged,
    CaseLawStepTaken,
    CaseReturnCorroborated,
    CaseClosingProposed,
    CaseClosingDeclined,
    CaseVisitPlanned,
)


def _as(newer: type[CaseFact]) -> Callable[[Any], Struct]:
    """Return the upcast to a version that has more fields, each with a default."""
    return lambda old: newer(**{name: getattr(old, name) for name in old.__struct_fields__})


FACT_UPCASTS: Mapping[str, Callable[[Any], Struct]] = {
    CaseOpenedV1.TYPE: _as(CaseOpened),
    CaseReopenedV1.TYPE: _as(CaseReopened),
    CaseAttemptedV1.TYPE: _as(CaseAttempted),
    CaseReasonCorrectedV1.TYPE: _as(CaseReasonCorrected),
    CaseJoinedV1.TYPE: _as(CaseJoined),
    CasePartedV1.TYPE: _as(CaseParted),
    CaseRestoredV1.TYPE: _as(CaseRestored),
    CaseResumedV1.TYPE: _as(CaseResumed),
    CasePutUnderObservationV1.TYPE: _as(CasePutUnderObservation),
    CaseClosedByRemovalV1.TYPE: _as(CaseClosedByRemoval),
    CaseClosedByReturnV1.TYPE: _as(CaseClosedByReturnV2),
    CaseClosedByReturnV2.TYPE: _as(CaseClosedByReturn),
}
