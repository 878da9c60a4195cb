"""How what policies ask for is judged: what a student's fact does to its file.

What says nothing new decides nothing: a fact older than the newest one that something followed from, and whatever is so already.
A file that is closed is left alone by everything but a child that is out of school again.
"""

from datetime import date, timedelta
from typing import assert_never

from services.case.domain.case import Case
from services.case.domain.deadlines import deadlines_in
from shared.contracts.case import (
    CaseClosedByLeave,
    CaseClosedByRemoval,
    CaseFact,
    CaseMoved,
    CaseOpened,
    CasePutUnderObservation,
    CaseReasonCorrected,
    CaseReopened,
    CaseStanding,
    CaseState,
    CloseForLeave,
    CloseForRemoval,
    CorrectReason,
    MoveCase,
    ObserveReturn,
    OpenCase,
)
from shared.contracts.sequence import position_of

OPEN, PERSUADING, RETURNED, CLOSED = CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSED
OUT = frozenset({OPEN, PERSUADING})
"""The states of a child that is out of school."""

Following = OpenCase | ObserveReturn | MoveCase | CorrectReason | CloseForRemoval | CloseForLeave


def follow(case: Case, asked: Following, *, on: date) -> CaseFact | None:
    """Judge what a policy asks for because of a student's fact of this day: the fact it makes, or None if it changes nothing."""
    if position_of(asked.fact) < case.taken:
        return None
    now = case.standing
    match asked:
        case OpenCase():
            return _open(now, asked, on)
        case ObserveReturn():
            return _observe(now, asked, on)
        case MoveCase():
            return _move(now, asked)
        case CorrectReason():
            return _correct(now, asked)
        case CloseForRemoval():
            return _close_for_removal(now, asked)
        case CloseForLeave():
            return _close_for_leave(now, asked)
        case _:
            assert_never(asked)


def _open(now: CaseStanding | None, asked: OpenCase, on: date) -> CaseFact | None:
    if now is not None and now.state in OUT:
        return None
    due = on + timedelta(deadlines_in(asked.county, on).first_visit)
    kind = CaseOpened if now is None else CaseReopened
    return kind(before=now, after=CaseStanding(OPEN, asked.county, asked.reason, 0, due), fact=asked.fact, spell=asked.spell)


def _observe(now: CaseStanding | None, asked: ObserveReturn, on: date) -> CaseFact | None:
    if now is None or now.state not in OUT:
        return None
    due = on + timedelta(deadlines_in(now.county, on).observation)
    return CasePutUnderObservation(before=now, after=CaseStanding(RETURNED, now.county, now.reason, now.attempts, due), fact=asked.fact)


def _move(now: CaseStanding | None, asked: MoveCase) -> CaseFact | None:
    if now is None or now.state is CLOSED or now.county == asked.county:
        return None
    return CaseMoved(before=now, after=CaseStanding(now.state, asked.county, now.reason, now.attempts, now.due), fact=asked.fact)


def _correct(now: CaseStanding | None, asked: CorrectReason) -> CaseFact | None:
    if now is None or now.state not in OUT or now.reason == asked.reason:
        return None
    return CaseReasonCorrected(before=now, after=CaseStanding(now.state, now.county, asked.reason, now.attempts, now.due), fact=asked.fact)


def _close_for_removal(now: CaseStanding | None, asked: CloseForRemoval) -> CaseFact | None:
    if now is None or now.state is CLOSED:
        return None
    return CaseClosedByRemoval(before=now, after=closed(now), code=asked.code, fact=asked.fact)


def _close_for_leave(now: CaseStanding | None, asked: CloseForLeave) -> CaseFact | None:
    if now is None or now.state is CLOSED:
        return None
    return CaseClosedByLeave(before=now, after=closed(now), fact=asked.fact)


def closed(now: CaseStanding) -> CaseStanding:
    """Give the standing of a file once it is closed, for whatever reason: nothing is due any more."""
    return CaseStanding(CLOSED, now.county, now.reason, now.attempts, None)
