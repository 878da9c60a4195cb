"""How the files of two ids that are one child become one, and two again (decision 0028): what policies ask because of the steps of a merge.

The merged id's file is closed with its attempts, and names the survivor; the survivor's goes on, or is opened where the child is out of
school, or is observed where the child was out under the other id and is back. When the ids are parted, each file is what its standing asks for.
"""

from datetime import date, timedelta
from typing import assert_never

from msgspec.structs import replace

from services.case.domain.case import Case
from services.case.domain.deadlines import deadlines_in
from services.case.domain.timeline import closed_by_merge, found_by_joining
from shared.contracts.case import CaseClosedByMerge, CaseFact, CaseJoined, CaseParted, CaseRestored
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.case_commands import CloseForMerge, JoinCase, PartCase, RestoreCase, StandingCommand
from shared.contracts.sequence import position_of
from shared.contracts.words import OUT_OF_SCHOOL, Status

MergeCommand = CloseForMerge | JoinCase | PartCase | RestoreCase

_OUT = frozenset({CaseState.OPEN, CaseState.PERSUADING})
_NOTHING_TO_DO = frozenset({Status.ON_LEAVE, Status.REMOVED})
"""A child of whom nobody is to be persuaded, and whom nobody observes."""


def decide(case: Case, command: MergeCommand, *, on: date) -> CaseFact | None:
    """Return the fact that a step of a merge makes of a file, or None where it changes nothing. A step makes one fact at most."""
    if position_of(command.fact) <= case.taken:
        return None
    now = case.standing
    match command:
        case CloseForMerge():
            if now is None or now.state is CaseState.CLOSED:
                return None
            return CaseClosedByMerge(before=now, after=_closed(now), fact=command.fact, student=command.student)
        case JoinCase():
            after = _joined(now, command, on) or now
            # Even where it stays as it is, it names the file in which attempts may have been made under the other id.
            if after is None or (after == now and not command.spells):
                return None
            return CaseJoined(before=now, after=after, fact=command.fact, student=command.student)
        case PartCase():
            parted = _parted(case, command, on)
            return None if parted is None or parted == now else CaseParted(before=now, after=parted, fact=command.fact, student=command.student)
        case RestoreCase():
            restored = _restored(case, command, on)
            return None if restored is None else CaseRestored(before=now, after=restored, fact=command.fact, student=command.student)
        case _:
            assert_never(command)


def _joined(now: CaseStanding | None, command: JoinCase, on: date) -> CaseStanding | None:
    """Return the survivor's file by the standing of both ids together, None where it has none and needs none."""
    if command.status in OUT_OF_SCHOOL:
        return _persuaded(now, command, on)
    if command.status in _NOTHING_TO_DO:
        return now and _closed(now)
    if now is None or now.state is CaseState.CLOSED:
        # It was out of school under the other id, and is back: somebody looks whether it stays.
        return _observed(now, command, on) if command.known in OUT_OF_SCHOOL or command.known is Status.RETURNED else None
    return _observed(now, command, on) if now.state in _OUT else replace(now, county=command.county)


def _parted(case: Case, command: PartCase, on: date) -> CaseStanding | None:
    """Return the survivor's file by its own standing: what it has only because of the other id is over."""
    now = case.standing
    if command.status in OUT_OF_SCHOOL:
        return _persuaded(now, command, on)
    if now is None or now.state is CaseState.CLOSED:
        return now
    found = found_by_joining(case.history, command.student)
    if command.status in _NOTHING_TO_DO or found is None or found is CaseState.CLOSED:
        return _closed(now)
    return _observed(now, command, on) if now.state in _OUT else replace(now, county=command.county)


def _restored(case: Case, command: RestoreCase, on: date) -> CaseStanding | None:
    """Return the file of the id that is a child of its own again: as it was when the merge closed it."""
    now = case.standing
    if now is not None and (was := closed_by_merge(case.history)) is not None:
        state, due = was
        # Who would have closed it is not known any more: the office of the county says so again.
        state = CaseState.RETURNED if state is CaseState.CLOSING else state
        return replace(now, state=state, due=due)
    return _persuaded(now, command, on) if command.status in OUT_OF_SCHOOL and (now is None or now.state not in _OUT) else None


def _persuaded(now: CaseStanding | None, command: StandingCommand, on: date) -> CaseStanding:
    if now is not None and now.state in _OUT:
        return replace(now, county=command.county, reason=command.reason)
    due = on + timedelta(deadlines_in(command.county, on).first_visit)
    return CaseStanding(CaseState.OPEN, command.county, command.reason, 0, due)


def _observed(now: CaseStanding | None, command: StandingCommand, on: date) -> CaseStanding:
    due = on + timedelta(deadlines_in(command.county, on).observation)
    if now is None:
        return CaseStanding(CaseState.RETURNED, command.county, command.reason, 0, due)
    return CaseStanding(CaseState.RETURNED, command.county, command.reason or now.reason, now.attempts, due)


def _closed(now: CaseStanding) -> CaseStanding:
    return replace(now, state=CaseState.CLOSED, due=None)
