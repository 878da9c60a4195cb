"""What may be done to a file, by whoever looks at it, and why not where it may not. Pure.

It says beforehand what the decisions of the domain would say, so that nothing is offered that would be refused; the decisions decide.
"""

from collections.abc import Sequence
from datetime import date

from services.case.desk.owner_steps import owning_steps, receiving_steps, why_not_ours
from services.case.desk.place_steps import place_steps
from services.case.desk.queues import OUT
from services.case.desk.why import Step, Why
from services.case.domain.attempts import may_record
from services.case.domain.case import Case
from services.case.domain.ladder import ladder_on
from services.case.domain.law_commands import missing
from services.case.domain.plan import to_do
from services.case.domain.playbook import playbook_of
from services.case.domain.timeline import closers
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.identity.caller import Caller
from shared.identity.rights import Action, may

_LATER = {
    "record-step": 2, "take-law-step": 3, "plan-visit": 4, "hold-place": 5, "free-place": 6, "change-plan": 7, "hand-on": 8, "disown": 9,
}  # fmt: skip
"""Steps that stand behind all others that may be taken, in this order."""


def steps_of(case: Case, caller: Caller, today: date) -> Sequence[Step]:
    """Return every step, those that may be taken first, in the order in which they come."""
    now = case.standing
    if now is None:
        return ()
    steps = (
        Step("record-attempt", _why_no_attempt(now.state, caller)),
        Step("record-step", _why_no_plan_step(case, now, caller)),
        Step("take-law-step", _why_no_law_step(case, now, caller, today)),
        Step("plan-visit", _why_no_attempt(now.state, caller)),
        Step("change-plan", _why_no_change(now.state, caller)),
        *place_steps(now, caller),
        Step("corroborate-return", _why_no_corroboration(case, now, caller)),
        Step("close-after-return", _why_no_closing(case, now, caller, today)),
        Step("confirm-closing", _why_no_second(case, now, caller)),
        Step("decline-closing", _why_no_second(case, now, caller)),
        Step("record-recheck", _why_no_recheck(case, caller)),
        Step("clear-flag", _why_not_settled(case, caller)),
        Step("confirm-flag", _why_not_settled(case, caller)),
    )
    ours = why_not_ours(now, caller, today)
    told = (
        *receiving_steps(case, caller, today),
        *(Step(step.do, ours if step.why is None else step.why) for step in steps),
        *owning_steps(case, now, caller, today),
    )
    # What closes a file comes before its plan, and a return that was corroborated can be corroborated again, but closing comes first.
    again = {"corroborate-return": int(_is_corroborated(case))}
    return sorted(told, key=lambda step: (step.why is not None, again.get(step.do, _LATER.get(step.do, 0))))


def _is_corroborated(case: Case) -> bool:
    return case.back is not None and case.back.corroborated_by is not None


def _why_no_attempt(state: CaseState, caller: Caller) -> Why | None:
    if state is CaseState.CLOSED:
        return Why.CLOSED
    if state not in OUT:
        return Why.BACK
    return None if may(caller, Action.RECORD_ATTEMPTS) else Why.NO_RIGHT


def _why_no_plan_step(case: Case, now: CaseStanding, caller: Caller) -> Why | None:
    if now.state is CaseState.CLOSED:
        return Why.CLOSED
    if not may(caller, Action.RECORD_STEPS):
        return Why.NO_RIGHT
    if case.plan is None:
        return Why.ALL_DONE
    steps = {step.code: step for step in playbook_of(now.reason, case.plan.version).steps}
    may_do = any(may_record(caller.office, steps[code].roles) for code in to_do(case.plan, now.reason))
    return None if may_do else Why.ALL_DONE


def _why_no_law_step(case: Case, now: CaseStanding, caller: Caller, today: date) -> Why | None:
    if (why := _why_no_attempt(now.state, caller)) in (Why.CLOSED, Why.BACK):
        return why
    if not may(caller, Action.TAKE_LAW_STEPS):
        return Why.NO_RIGHT
    rungs = [rung for rung in ladder_on(today).steps if may_record(caller.office, rung.roles)]
    return None if any(missing(now, case.law, rung, today) is None for rung in rungs) else Why.LAW_WAITS


def _why_no_change(state: CaseState, caller: Caller) -> Why | None:
    if state is CaseState.CLOSED:
        return Why.CLOSED
    return None if may(caller, Action.CHANGE_PLANS) else Why.NO_RIGHT


def _why_not_back(state: CaseState) -> Why | None:
    if state is CaseState.CLOSED:
        return Why.CLOSED
    return Why.STILL_OUT if state in OUT else None


def _why_no_corroboration(case: Case, now: CaseStanding, caller: Caller) -> Why | None:
    if (why := _why_not_back(now.state)) is not None:
        return why
    if now.state is CaseState.CLOSING:
        return Why.AWAITS_SECOND
    if not may(caller, Action.CORROBORATE_RETURNS):
        return Why.NO_RIGHT
    return Why.OWN_CLAIM if case.back is not None and case.back.claimant == caller.office else None


def _why_no_closing(case: Case, now: CaseStanding, caller: Caller, today: date) -> Why | None:
    if (why := _why_not_back(now.state)) is not None:
        return why
    if now.state is CaseState.CLOSING:
        return Why.AWAITS_SECOND
    if not may(caller, Action.CLOSE_FILES):
        return Why.NO_RIGHT
    if not _is_corroborated(case):
        return Why.NOT_CORROBORATED
    return Why.TOO_EARLY if now.due is not None and today < now.due else None


def _why_no_second(case: Case, now: CaseStanding, caller: Caller) -> Why | None:
    if (why := _why_not_back(now.state)) is not None:
        return why
    if now.state is not CaseState.CLOSING:
        return Why.NOT_PROPOSED
    if not may(caller, Action.CONFIRM_CLOSINGS):
        return Why.NO_RIGHT
    return Why.OWN_PROPOSAL if case.back is not None and case.back.proposed_by == caller.office else None


def _why_no_recheck(case: Case, caller: Caller) -> Why | None:
    if not any(draw.office == caller.office and draw.finding is None for draw in case.draws):
        return Why.NOT_DRAWN
    if not may(caller, Action.RECHECK_FILES):
        return Why.NO_RIGHT
    return Why.OWN_CLOSING if caller.office in closers(case.history) else None


def _why_not_settled(case: Case, caller: Caller) -> Why | None:
    waiting = [flag for flag in case.flags if flag.settled is None]
    if not waiting:
        return Why.NO_FLAG
    if not may(caller, Action.SETTLE_FLAGS):
        return Why.NO_RIGHT
    return Why.FLAGGED if all(caller.office in (flag.flagged, f"/counties/{flag.county}") for flag in waiting) else None
