"""What offices do about a child's file: facts like the others of ``case.py``."""

from datetime import date

from shared.contracts.case import CaseFact
from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptNumber,
    AttemptOutcome,
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
)
from shared.contracts.words import RecordedReference


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
