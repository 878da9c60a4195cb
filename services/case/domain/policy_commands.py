"""How the commands of policies are decided: what a student's fact does to its file. Its moves are those of ``owner_commands.py``.

A command decides nothing where its fact is older than the newest one that a fact of the file follows from, or where the file is as the
command wants it. Only a child that is out of school again, or a report that was taken back, changes a closed file.
"""

from datetime import date, timedelta
from typing import assert_never

from services.case.domain.case import Case
from services.case.domain.deadlines import deadlines_in
from services.case.domain.sustaining import BACK
from services.case.domain.timeline import state_before, was_closed_by_report
from shared.contracts.case import (
    CaseClosedByLeave,
    CaseClosedByRemoval,
    CaseClosedByVoid,
    CaseFact,
    CaseOpened,
    CasePutUnderObservation,
    CaseReasonCorrected,
    CaseReopened,
    CaseResumed,
)
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.case_commands import CloseForLeave, CloseForRemoval, CorrectReason, FollowVoid, ObserveReturn, OpenCase
from shared.contracts.sequence import position_of

OPEN, PERSUADING, RETURNED, CLOSING, CLOSED = CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSING, CaseState.CLOSED
OUT = frozenset({OPEN, PERSUADING})
"""The states of a child that is out of school."""

PolicyCommand = OpenCase | ObserveReturn | CorrectReason | CloseForRemoval | CloseForLeave | FollowVoid


def decide(case: Case, command: PolicyCommand, *, on: date) -> CaseFact | None:
    """Return the fact that a command of a policy makes because of a student's fact of this day, or None where it changes nothing."""
    if position_of(command.fact) < case.taken:
        return None
    now = case.standing
    match command:
        case OpenCase():
            return _open(now, command, on)
        case ObserveReturn():
            return _observe(now, command, on)
        case CorrectReason():
            return _correct(now, command)
        case CloseForRemoval():
            return _close_for_removal(now, command)
        case CloseForLeave():
            return _close_for_leave(now, command)
        case FollowVoid():
            return _follow_void(case, command, on)
        case _:
            assert_never(command)


def _open(now: CaseStanding | None, command: OpenCase, on: date) -> CaseFact | None:
    if now is not None and now.state in OUT:
        return None
    due = on + timedelta(deadlines_in(command.county, on).first_visit)
    kind = CaseOpened if now is None else CaseReopened
    return kind(before=now, after=CaseStanding(OPEN, command.county, command.reason, 0, due), fact=command.fact, spell=command.spell)


def _observe(now: CaseStanding | None, command: ObserveReturn, on: date) -> CaseFact | None:
    if now is None or now.state not in OUT:
        return None
    due = on + timedelta(deadlines_in(now.county, on).observation)
    return CasePutUnderObservation(
        before=now, after=CaseStanding(RETURNED, now.county, now.reason, now.attempts, due), fact=command.fact, claimant=command.claimant
    )


def _correct(now: CaseStanding | None, command: CorrectReason) -> CaseFact | None:
    if now is None or now.state not in OUT or now.reason == command.reason:
        return None
    return CaseReasonCorrected(before=now, after=CaseStanding(now.state, now.county, command.reason, now.attempts, now.due), fact=command.fact)


def _close_for_removal(now: CaseStanding | None, command: CloseForRemoval) -> CaseFact | None:
    if now is None or now.state is CLOSED:
        return None
    return CaseClosedByRemoval(before=now, after=closed(now), code=command.code, evidence=command.evidence, fact=command.fact)


def _close_for_leave(now: CaseStanding | None, command: CloseForLeave) -> CaseFact | None:
    if now is None or now.state is CLOSED:
        return None
    return CaseClosedByLeave(before=now, after=closed(now), fact=command.fact)


def _follow_void(case: Case, command: FollowVoid, on: date) -> CaseFact | None:
    now = case.standing
    if command.out:
        if now is None:
            due = on + timedelta(deadlines_in(command.county, on).first_visit)
            after = CaseStanding(OPEN, command.county, command.reason, 0, due)
            return CaseOpened(before=None, after=after, fact=command.fact, spell=command.spell)
        return None if now.state in OUT else _resume(now, PERSUADING if now.attempts else OPEN, command, on)
    if now is None:
        return None
    # Where the report that is gone had opened the file again, or closed it, the child is under observation as it was before.
    undone = now.state in OUT or (now.state is CLOSED and was_closed_by_report(case.history))
    if undone and command.in_school and command.spells and state_before(case.history) in BACK:
        return _resume(now, RETURNED, command, on)
    if now.state in OUT or (now.state in BACK and not command.spells):
        return CaseClosedByVoid(before=now, after=closed(now), fact=command.fact)
    return None


def _resume(now: CaseStanding, state: CaseState, command: FollowVoid, on: date) -> CaseFact:
    """Let a file go on in a state. By when the next step was due is not known any more: it is due as it would be after the last one."""
    deadlines = deadlines_in(command.county, on)
    days = {OPEN: deadlines.first_visit, PERSUADING: deadlines.next_step, RETURNED: deadlines.observation}[state]
    reason = command.reason if command.out else now.reason
    after = CaseStanding(state, command.county, reason, now.attempts, on + timedelta(days))
    return CaseResumed(before=now, after=after, fact=command.fact)


def closed(now: CaseStanding) -> CaseStanding:
    """Return the standing of a file once it is closed: nothing is due any more."""
    return CaseStanding(CLOSED, now.county, now.reason, now.attempts, None)
