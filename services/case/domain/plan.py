"""The plan of a child (一人一案): the playbook of its reason, from the day on which the plan was made, and what became of each step.

A plan is made by the version in force that day, and the fact says which: a version that comes later changes no plan until an office renews it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from msgspec import Struct
from msgspec.structs import replace

from services.case.domain.playbook import PLAYBOOKS, Playbook, Playbooks, Step, playbook_of, playbook_on
from services.case.domain.timeline import closed_by_merge
from shared.contracts.case import CaseFact, CaseJoined, CaseOpened, CaseParted, CaseReasonCorrected, CaseReopened, CaseRestored, CaseResumed
from shared.contracts.case_codes import CaseStanding, CaseState, PlanChange
from shared.contracts.case_offices import CasePlanChanged, CaseStepDone
from shared.contracts.words import Reason

_PLANNING: frozenset[type[CaseFact]] = frozenset({CaseOpened, CaseReopened, CaseReasonCorrected, CaseJoined, CaseParted, CaseRestored, CaseResumed})
"""The facts that may bring another reason, or begin a spell."""
_FIRST = 1
_AT_WORK = frozenset({CaseState.OPEN, CaseState.PERSUADING})


class Plan(Struct, frozen=True, gc=False):
    """The playbook's ``version``, the day from which the steps' days count, and which steps are done and left out, a bit each."""

    version: int
    since: date
    done: int = 0
    left: int = 0


def planned(plan: Plan | None, history: bytes, fact: CaseFact | None, *, on: date) -> CaseFact | None:
    """Return the fact of a decision with the version by which it makes a plan, where it makes one."""
    if fact is None or type(fact) not in _PLANNING or not _makes_plan(plan, history, fact):
        return fact
    planning: Any = fact  # each of those types has a playbook
    return cast(CaseFact, replace(planning, playbook=playbook_on(fact.after.reason, on).version))


def plan_after(plan: Plan | None, history: bytes, fact: CaseFact, *, on: date) -> Plan:
    """Return the plan after a fact of a day; ``history`` is the one before the fact. A file that no fact opened has the first version."""
    if type(fact) in _PLANNING and _makes_plan(plan, history, fact):
        return _made(plan, fact, on)
    if plan is None:
        return Plan(_FIRST, on)
    if isinstance(fact, CaseStepDone):
        return replace(plan, done=plan.done | _bit(fact.after.reason, plan.version, fact.step))
    return _changed(plan, fact) if isinstance(fact, CasePlanChanged) else plan


def _makes_plan(plan: Plan | None, history: bytes, fact: Any) -> bool:
    if plan is None or fact.before is None:
        return True
    # Closing changes no reason.
    return fact.before.reason != fact.after.reason or _begins_spell(history, fact)


def _begins_spell(history: bytes, fact: Any) -> bool:
    if fact.before.state in _AT_WORK or fact.after.state is not CaseState.OPEN or isinstance(fact, CaseResumed):
        return False
    return not (isinstance(fact, CaseRestored) and closed_by_merge(history) is not None)


def _made(plan: Plan | None, fact: Any, on: date) -> Plan:
    made = Plan(fact.playbook or _FIRST, on)
    before: CaseStanding | None = fact.before
    # What was done for another reason counts where the new plan asks for the same; a new spell begins with nothing done.
    if plan is None or before is None or before.state not in _AT_WORK:
        return made
    return replace(made, done=_carried(plan.done, playbook_of(before.reason, plan.version), playbook_of(fact.after.reason, made.version)))


def _changed(plan: Plan, fact: CasePlanChanged) -> Plan:
    reason = fact.after.reason
    if fact.change is PlanChange.RENEW:
        return renewed(plan, playbook_of(reason, plan.version), playbook_of(reason, fact.playbook))
    bit = _bit(reason, plan.version, fact.step or "")
    return replace(plan, left=plan.left | bit if fact.change is PlanChange.LEAVE_OUT else plan.left & ~bit)


def to_do(plan: Plan, reason: Reason | None) -> Sequence[str]:
    """Return the codes of the steps that may be done now: those that are neither done nor left out, and come after nothing that is to be done."""
    steps, over = playbook_of(reason, plan.version).steps, plan.done | plan.left
    at = {step.code: n for n, step in enumerate(steps)}
    return [step.code for n, step in enumerate(steps) if not over >> n & 1 and all(over >> at[code] & 1 for code in step.after)]


def renewed(plan: Plan, old: Playbook, new: Playbook) -> Plan:
    """Return the plan by another version: its days count as before, and what was done or left out stays so where the step is still there."""
    return Plan(new.version, plan.since, _carried(plan.done, old, new), _carried(plan.left, old, new))


def _carried(bits: int, old: Playbook, new: Playbook) -> int:
    kept = {step.code for n, step in enumerate(old.steps) if bits >> n & 1}
    return sum(1 << n for n, step in enumerate(new.steps) if step.code in kept)


def _bit(reason: Reason | None, version: int, step: str) -> int:
    place = playbook_of(reason, version).place_of(step)
    return 0 if place is None else 1 << place


class Difference(NamedTuple):
    """What a version of a playbook changes in a plan made by another: the codes of steps, in the order of the newer one."""

    version: int
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]


def difference(plan: Plan, reason: Reason | None, *, on: date, among: Playbooks = PLAYBOOKS) -> Difference | None:
    """Return what the playbook in force on a day would change in a plan; None where the plan is of that version."""
    new = playbook_on(reason, on, among)
    if new.version == plan.version:
        return None
    old = playbook_of(reason, plan.version, among)
    before: dict[str, Step] = {step.code: step for step in old.steps}
    after: dict[str, Step] = {step.code: step for step in new.steps}
    return Difference(
        new.version,
        tuple(code for code in after if code not in before),
        tuple(code for code in before if code not in after),
        tuple(code for code in after if code in before and after[code] != before[code]),
    )
