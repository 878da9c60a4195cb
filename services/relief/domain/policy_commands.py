"""How the commands of policies are decided: what a student's fact does to the grant of the term that it falls in.

Being in school makes aid due (grants it, or resumes what was suspended); being out suspends it; leaving the ledger ends
what is unpaid. A grant that was paid or has ended stays as it is, but for a
grant that ended by a report which was taken back. Recognition holds for the school year (domain page,
section 5): of a household that is lifted, the term's grant is kept, and no new one is given; that the next term of the
same year is a new one is inferred. Of a child that is not in school relief knows besides whether its household is registered poor.
"""

from datetime import date
from typing import assert_never

from msgspec.structs import replace

from services.relief.domain import referrals
from services.relief.domain.grant import Pupil, due_grant, eligibility_changed
from services.relief.domain.rates import amount
from shared.calendar.terms import name_of, term_on
from shared.contracts.relief import (
    AidEnded,
    AidGranted,
    AidMoved,
    AidRecalculated,
    AidResumed,
    AidSuspended,
    Eligibility,
    EligibilityLapsed,
    EndGrant,
    FollowingCommand,
    Grant,
    GrantState,
    GrantTermsAid,
    KeepGrant,
    MoveGrant,
    ReliefFact,
    RestoreGrant,
    ResumeGrant,
    SuspendGrant,
)
from shared.contracts.relief_referrals import HouseholdNoted, NoteHousehold
from shared.contracts.sequence import position_of
from shared.contracts.words import Stage

DUE, SUSPENDED = GrantState.DUE, GrantState.SUSPENDED
UNPAID = frozenset({DUE, SUSPENDED})

PolicyCommand = GrantTermsAid | SuspendGrant | ResumeGrant | MoveGrant | KeepGrant | EndGrant | RestoreGrant | NoteHousehold


def decide(pupil: Pupil, command: PolicyCommand, *, on: date) -> ReliefFact | None:
    """Return the fact that a command of a policy makes because of a student's fact of this day, or None where it changes nothing."""
    # Of an id that is one child with another nothing is asked but what was asked before the merge, and is published again.
    if pupil.into is not None:
        return None
    # What is noted of a household follows from a fact beside what else does; noted again it changes nothing.
    if (at := position_of(command.fact)) < pupil.taken or (at == pupil.taken and not isinstance(command, NoteHousehold)):
        return None
    fact, poor = _decided(pupil, command, on), command.poor and _leaves_out_of_school(command)
    if fact is not None and not (poor and isinstance(fact, EligibilityLapsed)):
        return fact
    if fact is None and poor == pupil.poor:
        return None
    anew = referrals.answered_anew(pupil, poor=poor, fact=command.fact, on=on) if isinstance(command, NoteHousehold) else None
    eligible = pupil.eligible if fact is None else None
    return anew or HouseholdNoted(before=None, after=None, eligible=eligible, boards=pupil.boards, fact=command.fact, poor=poor)


def _leaves_out_of_school(command: PolicyCommand) -> bool:
    match command:
        case MoveGrant() | RestoreGrant():
            return not command.in_school
        case SuspendGrant() | NoteHousehold():
            return True
        case _:
            return False


def _decided(pupil: Pupil, command: PolicyCommand, on: date) -> ReliefFact | None:
    term = term_on(on)
    grant = pupil.grant_of(term)
    unpaid = grant if grant is not None and grant.state in UNPAID else None
    match command:
        case GrantTermsAid() | ResumeGrant():
            return _in_school(pupil, command, term, unpaid)
        case SuspendGrant():
            return _out_of_school(pupil, command, unpaid)
        case NoteHousehold():
            return None
        case MoveGrant():
            return _in_school(pupil, command, term, unpaid) if command.in_school else _out_of_school(pupil, command, unpaid)
        case KeepGrant():
            return eligibility_changed(pupil, None, fact=command.fact)
        case EndGrant():
            return _left(pupil, command, unpaid)
        case RestoreGrant():
            ended = grant if grant is not None and grant.state is GrantState.ENDED else unpaid
            return _in_school(pupil, command, term, ended) if command.in_school else _out_of_school(pupil, command, ended)
        case _:
            assert_never(command)


def _in_school(pupil: Pupil, command: FollowingCommand, term: int, unpaid: Grant | None) -> ReliefFact | None:
    eligible = _eligible(pupil.eligible, command, term)
    if unpaid is not None:
        after = _as_due(unpaid, command.county, command.stage or unpaid.stage, term)
        if after != unpaid:
            kind = AidResumed if unpaid.state is not DUE else AidMoved if after.county != unpaid.county else AidRecalculated
            return kind(before=unpaid, after=after, eligible=eligible, boards=pupil.boards, fact=command.fact)
    elif eligible is not None:
        new = due_grant(pupil, eligible, term, boarder=pupil.boards)
        if new is not None:
            return AidGranted(before=None, after=new, eligible=eligible, boards=pupil.boards, fact=command.fact)
    return eligibility_changed(pupil, eligible, fact=command.fact)


def _eligible(known: Eligibility | None, command: FollowingCommand, term: int) -> Eligibility | None:
    """A child whose stage nobody reported is due nothing, for nobody knows how much."""
    if not command.poor or command.stage is None:
        return None
    # In another stage it is eligible anew, so that a term begun late never brings it the amount of a stage it was not in then.
    since = known.since if known is not None and known.stage is command.stage else name_of(term)
    return Eligibility(command.county, command.stage, since)


def _as_due(grant: Grant, county: str, stage: Stage, term: int) -> Grant:
    fen = amount(grant.scheme, term, stage, grant.boarder)
    assert fen is not None, "there is an amount for both stages or for neither"  # noqa: S101  # for the type checker
    return Grant(DUE, county, grant.scheme, grant.term, stage, grant.boarder, fen)


def _out_of_school(pupil: Pupil, command: FollowingCommand, unpaid: Grant | None) -> ReliefFact | None:
    if unpaid is not None:
        after = replace(unpaid, state=SUSPENDED, county=command.county)
        if after != unpaid:
            kind = AidMoved if unpaid.state is SUSPENDED else AidSuspended
            return kind(before=unpaid, after=after, eligible=None, boards=pupil.boards, fact=command.fact)
    return eligibility_changed(pupil, None, fact=command.fact)


def _left(pupil: Pupil, command: EndGrant, unpaid: Grant | None) -> ReliefFact | None:
    if unpaid is not None:
        after = replace(unpaid, state=GrantState.ENDED)
        return AidEnded(before=unpaid, after=after, eligible=None, boards=pupil.boards, fact=command.fact)
    return eligibility_changed(pupil, None, fact=command.fact)
