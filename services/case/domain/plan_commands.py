"""How the commands of offices to a plan are decided: a step that was done, and a change of the plan."""

from collections.abc import Container
from datetime import date, timedelta
from typing import assert_never

from services.case.domain.attempts import SCHOOL, check_role
from services.case.domain.case import Case
from services.case.domain.deadlines import deadlines_in
from services.case.domain.plan import Plan
from services.case.domain.playbook import Playbook, playbook_of, playbook_on
from services.case.domain.refusals import (
    CaseUnknown,
    HappenedInFuture,
    HappenedLongAgo,
    NotAllowedIn,
    NotYourCounty,
    PlanForbids,
    RoleMayNot,
    StepEvidenceMissing,
    StepUnknown,
)
from services.case.domain.timeline import knows_again
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding, CaseState, PlanChange, Role
from shared.contracts.case_commands import ChangePlan, RecordStep
from shared.contracts.case_offices import CasePlanChanged, CaseStepDone

PlanCommand = RecordStep | ChangePlan

_MAY_CHANGE = frozenset({Role.COUNTY_HEAD, Role.EDUCATION_HEAD, Role.TOWNSHIP_HEAD, Role.PRINCIPAL, Role.OFFICER})
"""Whoever answers for the work on a file; the child's teacher, village and parents carry the plan out."""


def decide(case: Case, command: PlanCommand, *, on: date, cause: str, answers_for: Container[str]) -> CaseFact | None:
    """Return the fact that a command to a plan makes on this day, or None where it was decided before or changes nothing. Raises ``Refusal``."""
    now, plan = case.standing, case.plan
    if now is None or plan is None:
        raise CaseUnknown
    if knows_again(case.history, cause):
        return None
    playbook = playbook_of(now.reason, plan.version)
    match command:
        case RecordStep():
            # Schools carry plans out too, wherever they are, as they persuade.
            if now.county not in answers_for and not command.office.startswith(SCHOOL):
                raise NotYourCounty
            return _record(now, plan, playbook, command, on)
        case ChangePlan():
            if now.county not in answers_for:
                raise NotYourCounty
            return _change(now, plan, playbook, command, on)
        case _:
            assert_never(command)


def _record(now: CaseStanding, plan: Plan, playbook: Playbook, command: RecordStep, on: date) -> CaseStepDone:
    _check_open(now)
    place = _place_of(playbook, command.step)
    step = playbook.steps[place]
    check_role(command.office, command.role, step.roles)
    if plan.done >> place & 1:
        raise PlanForbids("the step was done before")
    if plan.left >> place & 1:
        raise PlanForbids("the step was left out; take it in again first")
    if waiting := [code for code in step.after if not (plan.done | plan.left) >> _place_of(playbook, code) & 1]:
        raise PlanForbids(f"these steps come first: {', '.join(waiting)}")
    if command.happened > on:
        raise HappenedInFuture
    longest = deadlines_in(now.county, on).longest_step
    if command.happened < on - timedelta(longest):
        raise HappenedLongAgo(longest)
    if command.evidence is None:
        raise StepEvidenceMissing
    return CaseStepDone(
        before=now,
        after=now,
        office=command.office,
        role=command.role,
        playbook=plan.version,
        step=command.step,
        happened=command.happened,
        evidence=command.evidence,
    )


def _change(now: CaseStanding, plan: Plan, playbook: Playbook, command: ChangePlan, on: date) -> CasePlanChanged | None:
    _check_open(now)
    if command.role not in _MAY_CHANGE:
        raise RoleMayNot(tuple(role for role in Role if role in _MAY_CHANGE))
    version = plan.version
    if command.change is PlanChange.RENEW:
        if command.step is not None:
            raise StepUnknown("a plan is renewed as a whole: leave step out")
        version = playbook_on(now.reason, on).version
        if version <= plan.version:
            return None
    else:
        place = _place_of(playbook, command.step)
        if command.change is PlanChange.LEAVE_OUT:
            if playbook.steps[place].required:
                raise PlanForbids("the step is required: it may not be left out")
            if plan.done >> place & 1:
                raise PlanForbids("the step was done before")
        if (plan.left >> place & 1) == (command.change is PlanChange.LEAVE_OUT):
            return None
    return CasePlanChanged(
        before=now,
        after=now,
        office=command.office,
        role=command.role,
        playbook=version,
        change=command.change,
        because=command.because,
        step=command.step,
    )


def _check_open(now: CaseStanding) -> None:
    if now.state is CaseState.CLOSED:
        raise NotAllowedIn(now.state, "a plan is worked on until the file is closed")


def _place_of(playbook: Playbook, code: str | None) -> int:
    place = None if code is None else playbook.place_of(code)
    if place is None:
        raise StepUnknown(f"the plan has these steps: {', '.join(step.code for step in playbook.steps)}")
    return place
