"""How a file is closed after a return (销号): claimed, corroborated by another office, sustained, closed by one office and confirmed by a second.

Returns on paper are what the system exists to prevent (domain page, section 8): nobody closes a file on the word of one office.
"""

from collections.abc import Container
from datetime import date, timedelta
from typing import assert_never

from msgspec.structs import replace

from services.case.domain.attempts import SCHOOL
from services.case.domain.deadlines import deadlines_in
from services.case.domain.policy_commands import CLOSED, CLOSING, RETURNED
from services.case.domain.refusals import (
    NOT_FAMILY,
    ClaimantMayNot,
    ClosingEvidenceMissing,
    CorroborationEvidenceMissing,
    CorroborationMissing,
    EvidenceMissing,
    HappenedBeforeReturn,
    HappenedInFuture,
    NotAllowedIn,
    NotYourCounty,
    RoleMayNot,
    SecondOfficeNeeded,
    UnderObservation,
)
from services.case.domain.sustaining import Return
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding, ClosingOutcome, Role
from shared.contracts.case_commands import CloseAfterReturn, ConfirmClosing, CorroborateReturn, DeclineClosing
from shared.contracts.case_offices import CaseClosedByReturn, CaseClosingDeclined, CaseClosingProposed, CaseReturnCorroborated

ClosingCommand = CorroborateReturn | CloseAfterReturn | ConfirmClosing | DeclineClosing


def decide(now: CaseStanding, found: Return | None, command: ClosingCommand, *, on: date, answers_for: Container[str]) -> CaseFact:
    """Return the fact that a command about a return makes on this day. ``answers_for``: the counties of the office. Raises ``Refusal``."""
    # Schools see who sits in class, wherever they are: a code does not tell its county. They close nothing.
    if now.county not in answers_for and not (isinstance(command, CorroborateReturn) and command.office.startswith(SCHOOL)):
        raise NotYourCounty
    match command:
        case CorroborateReturn():
            return _corroborate(now, found, command, on)
        case CloseAfterReturn():
            return _propose(now, found, command, on)
        case ConfirmClosing():
            return _confirm(now, found, command)
        case DeclineClosing():
            return _decline(now, found, command, on)
        case _:
            assert_never(command)


def _corroborate(now: CaseStanding, found: Return | None, command: CorroborateReturn, on: date) -> CaseReturnCorroborated:
    back = _checked(now, found, RETURNED, "a return is corroborated while the child is back and under observation")
    if command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    if command.office == back.claimant:
        raise ClaimantMayNot
    if command.happened > on:
        raise HappenedInFuture
    if command.happened < back.since:
        raise HappenedBeforeReturn(back.since)
    if command.evidence is None:
        raise CorroborationEvidenceMissing
    return CaseReturnCorroborated(
        before=now, after=now, office=command.office, role=command.role, by=command.by, happened=command.happened, evidence=command.evidence
    )


def _propose(now: CaseStanding, found: Return | None, command: CloseAfterReturn, on: date) -> CaseClosingProposed:
    # 复学 -> 销号 is for the county's education office (domain page, section 2.2).
    back = _checked(now, found, RETURNED, "it is closed after a return while the child is back and under observation")
    if command.role is None or command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    if back.corroborated_by is None:
        raise CorroborationMissing
    if now.due is not None and on < now.due:
        raise UnderObservation(now.due)
    # Every closure has evidence, actor and time, or auditors take it for a return on paper (domain page, section 8).
    if command.evidence is None:
        raise EvidenceMissing
    due = on + timedelta(deadlines_in(now.county, on).confirmation)
    return CaseClosingProposed(
        before=now,
        after=replace(now, state=CLOSING, due=due),
        office=command.office,
        role=command.role,
        outcome=command.outcome,
        evidence=command.evidence,
    )


def _confirm(now: CaseStanding, found: Return | None, command: ConfirmClosing) -> CaseClosedByReturn:
    back = _checked_by_second(now, found, command)
    if command.evidence is None:
        raise ClosingEvidenceMissing
    return CaseClosedByReturn(
        before=now,
        after=replace(now, state=CLOSED, due=None),
        office=command.office,
        outcome=ClosingOutcome.SUSTAINED,
        evidence=command.evidence,
        role=command.role,
        corroborated_by=back.corroborated_by,
        proposed_by=back.proposed_by,
    )


def _decline(now: CaseStanding, found: Return | None, command: DeclineClosing, on: date) -> CaseClosingDeclined:
    _checked_by_second(now, found, command)
    due = on + timedelta(deadlines_in(now.county, on).next_step)
    after = replace(now, state=RETURNED, due=due)
    return CaseClosingDeclined(before=now, after=after, office=command.office, role=command.role, because=command.because)


def _checked(now: CaseStanding, found: Return | None, state: str, rule: str) -> Return:
    if now.state != state or found is None:
        raise NotAllowedIn(now.state, rule)
    return found


def _checked_by_second(now: CaseStanding, found: Return | None, command: ConfirmClosing | DeclineClosing) -> Return:
    back = _checked(now, found, CLOSING, "a second office speaks once the office of the county would close it")
    if command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    if command.office == back.proposed_by:
        raise SecondOfficeNeeded
    return back
