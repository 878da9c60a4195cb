"""What the api shows of the plan of a child: a checklist with days and roles, and what a newer version of its playbook would change."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from services.case.domain.case import Case
from services.case.domain.plan import Plan, difference, to_do
from services.case.domain.playbook import Step, playbook_of
from services.case.domain.referrals import Referral
from shared.contracts.case_codes import CaseStanding, CaseState, Role
from shared.contracts.relief_referrals import REFERRAL_STEP, ReferralAnswer
from shared.contracts.words import Reason
from shared.geography.divisions import divisions


class StepState(StrEnum):
    """What became of a step. ``waiting``: others come first."""

    DONE = "done"
    LEFT_OUT = "left_out"
    WAITING = "waiting"
    TO_DO = "to_do"


class Words(Struct, frozen=True):
    """The same in Chinese and in English."""

    zh: str
    en: str


class ReferralShown(Struct, frozen=True):
    """What relief answered to a referral, on a day, of a term; all of it null while there is no answer. ``fen``: of the grant of that term."""

    answer: ReferralAnswer | None = None
    on: date | None = None
    term: str | None = None
    fen: int | None = None


class StepShown(Struct, frozen=True):
    """A step of a plan. ``office``: the department in the lead; ``show``: what must be shown; ``due``: by its days after ``since``.

    ``referral``: of the step by which the child was referred to relief; null of any other, and of a referral of before relief answered them.
    """

    step: str
    title: Words
    office: str
    roles: Sequence[Role]
    show: Words
    after: Sequence[str]
    required: bool
    due: date
    state: StepState
    overdue: bool
    referral: ReferralShown | None


class PlanChanges(Struct, frozen=True):
    """What the version of the playbook that is in force now would change in a plan: steps by their codes."""

    version: int
    added: Sequence[str]
    dropped: Sequence[str]
    changed: Sequence[str]


class PlanShown(Struct, frozen=True):
    """The plan of a child. ``newer``: what renewing it would change; null where it is of the version in force."""

    playbook: Reason
    version: int
    since: date
    title: Words
    source: Words
    steps: Sequence[StepShown]
    newer: PlanChanges | None


class PlanToRenew(Struct, frozen=True):
    """A file whose plan is of an older version than the one in force, and what that one would change."""

    id: str
    county: str
    playbook: Reason
    version: int
    newer: PlanChanges


class PlansToRenew(Struct, frozen=True):
    """A page of such files. A page may be empty and have a ``next``: it looked through files that need nothing."""

    today: date
    plans: Sequence[PlanToRenew]
    next: str | None


def plan_shown(case: Case, now: CaseStanding, today: date) -> PlanShown:
    """Return the plan of a file that was opened, as it stands on a day."""
    plan = _plan_of(case)
    playbook = playbook_of(now.reason, plan.version)
    # School days are those of the county's province; a county that is in no table has the nation's.
    home = divisions().counties.get(now.county)
    province = home.province if home is not None else ""
    over, ready = plan.done | plan.left, to_do(plan, now.reason)

    def shown(n: int, step: Step) -> StepShown:
        due = step.due(plan.since, province)
        if plan.done >> n & 1:
            state = StepState.DONE
        elif plan.left >> n & 1:
            state = StepState.LEFT_OUT
        else:
            state = StepState.TO_DO if step.code in ready else StepState.WAITING
        overdue = due < today and now.state is not CaseState.CLOSED and not over >> n & 1
        title, show = Words(step.zh, step.en), Words(step.show_zh, step.show_en)
        referral = _referral_shown(case.referral) if step.code == REFERRAL_STEP else None
        return StepShown(step.code, title, step.office, step.roles, show, step.after, step.required, due, state, overdue, referral)

    steps = [shown(n, step) for n, step in enumerate(playbook.steps)]
    newer = changes_of(case, now, today)
    title, source = Words(playbook.zh, playbook.en), Words(playbook.source_zh, playbook.source_en)
    return PlanShown(playbook.reason, plan.version, plan.since, title, source, steps, newer)


def _referral_shown(referral: Referral | None) -> ReferralShown | None:
    if referral is None:
        return None
    return ReferralShown() if (said := referral.answer) is None else ReferralShown(said.answer, said.on, said.term, said.fen)


def changes_of(case: Case, now: CaseStanding, today: date) -> PlanChanges | None:
    """Return what the version in force would change in the plan of a file; None where it is of that version, or the file is closed."""
    if now.state is CaseState.CLOSED or (found := difference(_plan_of(case), now.reason, on=today)) is None:
        return None
    return PlanChanges(found.version, found.added, found.dropped, found.changed)


def to_renew(student: str, case: Case, now: CaseStanding, today: date) -> PlanToRenew | None:
    """Return a file as the list of plans to renew has it; None where there is nothing to renew."""
    if (newer := changes_of(case, now, today)) is None:
        return None
    plan = _plan_of(case)
    return PlanToRenew(student, now.county, playbook_of(now.reason, plan.version).reason, plan.version, newer)


def _plan_of(case: Case) -> Plan:
    assert case.plan is not None, "a file has a plan from its first fact on"  # noqa: S101  # for the type checker
    return case.plan
