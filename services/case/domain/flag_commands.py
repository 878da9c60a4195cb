"""How commands about the flags of a file, and about the samples that it is in, are decided (decision 0059).

A flag changes nothing of the file. A re-check that did not find the child in school takes a closing by return back: the file is under observation
again, and the return is to be corroborated by another office than the one that claimed it. What a report said stays for a report to change.
"""

from collections.abc import Container
from datetime import date, timedelta
from typing import assert_never

from msgspec.structs import replace

from services.case.domain.case import Case
from services.case.domain.deadlines import deadlines_in
from services.case.domain.flags import evidence_of, is_new, to_settle
from services.case.domain.policy_commands import CLOSED, RETURNED
from services.case.domain.refusals import CaseUnknown, NotYourCounty
from services.case.domain.samples import is_new_draw, to_recheck
from services.case.domain.sustaining import BACK
from services.case.domain.timeline import claimant_of_closing
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawFile, RaiseFlag, RecordRecheck
from shared.contracts.flags import CaseDrawn, CaseFlagCleared, CaseFlagConfirmed, CaseFlagged, CaseRechecked
from shared.contracts.oversight_codes import Finding

FileFlagCommand = RaiseFlag | ClearFlag | ConfirmFlag | DrawFile | RecordRecheck


def decide(case: Case, command: FileFlagCommand, *, on: date, cause: str, answers_for: Container[str]) -> CaseFact | None:
    """Return the fact that a command makes of a file on this day, or None where it says nothing new.

    ``cause`` is the id of the command. ``answers_for`` holds the codes of the counties that the office is responsible for. Raises ``Refusal``.
    """
    now = case.standing
    if now is None:
        raise CaseUnknown
    # A flag is counted in the county in which the hint is, wherever the child counts by now.
    if now.county not in answers_for or (isinstance(command, RaiseFlag) and command.county not in answers_for):
        raise NotYourCounty
    match command:
        case RaiseFlag():
            return _raised(now, command) if is_new(case.flags, command, on=on, of_child=True) else None
        case ClearFlag() | ConfirmFlag():
            return _settled(case, now, command, cause)
        case DrawFile():
            if not is_new_draw(case.draws, case.history, command, on=on):
                return None
            return CaseDrawn(
                before=now, after=now, office=command.office, since=command.since, until=command.until, seed=command.seed, version=command.version
            )
        case RecordRecheck():
            return _rechecked(case, now, command, on, cause)
        case _:
            assert_never(command)


def _raised(now: CaseStanding, command: RaiseFlag) -> CaseFlagged:
    return CaseFlagged(
        before=now,
        after=now,
        office=command.office,
        rule=command.rule,
        version=command.version,
        county=command.county,
        flagged=command.flagged,
        since=command.since,
        day=command.day,
        evidence=command.evidence,
        pieces=command.pieces,
        digest=command.digest,
    )


def _settled(case: Case, now: CaseStanding, command: ClearFlag | ConfirmFlag, cause: str) -> CaseFact | None:
    flag = to_settle(case.flags, command, cause=cause)
    if flag is None:
        return None
    office, role, evidence = command.office, command.role, evidence_of(command)
    if isinstance(command, ConfirmFlag):
        return CaseFlagConfirmed(before=now, after=now, office=office, role=role, flag=flag.id, rule=flag.rule, county=flag.county, evidence=evidence)
    return CaseFlagCleared(
        before=now,
        after=now,
        office=office,
        role=role,
        flag=flag.id,
        rule=flag.rule,
        county=flag.county,
        because=command.because,
        evidence=evidence,
    )


def _rechecked(case: Case, now: CaseStanding, command: RecordRecheck, on: date, cause: str) -> CaseRechecked | None:
    drawn = to_recheck(case.draws, case.history, command, on=on, cause=cause)
    if drawn is None:
        return None
    evidence = evidence_of(command)
    claimant = case.back.claimant if case.back is not None else claimant_of_closing(case.history)
    after = now
    if command.finding is Finding.NOT_IN_SCHOOL and (now.state in BACK or (now.state is CLOSED and claimant is not None)):
        after = replace(now, state=RETURNED, due=on + timedelta(deadlines_in(now.county, on).next_step))
    return CaseRechecked(
        before=now,
        after=after,
        office=command.office,
        role=command.role,
        finding=command.finding,
        happened=command.happened,
        evidence=evidence,
        since=drawn.since,
        until=drawn.until,
        claimant=claimant,
    )
