"""How the commands of offices are decided: a term begins, a child boards, a grant was paid."""

from collections.abc import Container
from datetime import date
from typing import assert_never

from msgspec.structs import replace

from services.relief.domain.grant import Pupil, due_grant, eligibility_changed, knows_again
from services.relief.domain.policy_commands import UNPAID
from services.relief.domain.rates import amount
from services.relief.domain.refusals import (
    GrantUnknown,
    NoAidThen,
    NotAllowedIn,
    NotYourCounty,
    OtherAmount,
    PaidBeforeTerm,
    PaidInFuture,
    TermNotBegun,
    TermPassedOver,
)
from shared.calendar.terms import first_day, number_of
from shared.contracts.relief import (
    AidEnded,
    AidGranted,
    AidPaid,
    AidRecalculated,
    BeginTerm,
    Eligibility,
    Grant,
    GrantState,
    PayGrant,
    ReliefFact,
    SetBoarding,
)

OfficeCommand = BeginTerm | SetBoarding | PayGrant


def decide(pupil: Pupil, command: OfficeCommand, *, on: date, cause: str, answers_for: Container[str]) -> ReliefFact | None:
    """Return the fact that a command of an office makes on this day, or None where it changes nothing or was decided before.

    ``cause`` is the id of the command. ``answers_for`` holds the codes of the counties that the office is responsible for. Raises ``Refusal``.
    """
    if knows_again(pupil, cause):
        return None
    match command:
        case BeginTerm():
            return _begin_term(pupil, command, on, answers_for)
        case SetBoarding():
            return _set_boarding(pupil, command, on, answers_for)
        case PayGrant():
            return _pay(pupil, command, on, answers_for)
        case _:
            assert_never(command)


def _begin_term(pupil: Pupil, command: BeginTerm, on: date, answers_for: Container[str]) -> ReliefFact | None:
    term = _begun(command.term, on)
    if command.office is not None:
        return _begin_for_one(pupil, term, answers_for)
    eligible = pupil.eligible
    if eligible is None or term < number_of(eligible.since):
        return None
    new = due_grant(pupil, eligible, term, boarder=pupil.boarded_in(term))
    return None if new is None else AidGranted(before=None, after=new, eligible=eligible, boards=pupil.boards)


def _begin_for_one(pupil: Pupil, term: int, answers_for: Container[str]) -> ReliefFact | None:
    grant = pupil.grant_of(term)
    if grant is not None:
        _check_office(answers_for, grant.county)
        return None
    eligible = _entitled(pupil, term, answers_for)
    new = due_grant(pupil, eligible, term, boarder=pupil.boarded_in(term))
    if new is None:
        raise NoAidThen
    return AidGranted(before=None, after=new, eligible=eligible, boards=pupil.boards)


def _set_boarding(pupil: Pupil, command: SetBoarding, on: date, answers_for: Container[str]) -> ReliefFact | None:
    term = _begun(command.term, on)
    # Of a term before the newest it is a correction, which says nothing of today.
    boards = command.boarder if term >= pupil.newest else pupil.boards
    grant = pupil.grant_of(term)
    if grant is not None:
        _check_office(answers_for, grant.county)
        return _recalculated(pupil, grant, term, boarder=command.boarder, boards=boards)
    eligible = _entitled(pupil, term, answers_for)
    new = due_grant(pupil, eligible, term, boarder=command.boarder)
    if new is None:
        return eligibility_changed(pupil, eligible, fact=None, boards=boards)
    return AidGranted(before=None, after=new, eligible=eligible, boards=boards)


def _recalculated(pupil: Pupil, grant: Grant, term: int, *, boarder: bool, boards: bool) -> ReliefFact | None:
    if grant.boarder == boarder:
        return None
    if grant.state not in UNPAID:
        raise NotAllowedIn(grant.state, "boarding is recognised before it is paid or ends")
    fen = amount(grant.scheme, term, grant.stage, boarder)
    if fen is None:
        # There was no aid then but for boarders, so none was ever due.
        after = replace(grant, state=GrantState.ENDED, boarder=boarder, fen=0)
        return AidEnded(before=grant, after=after, eligible=pupil.eligible, boards=boards)
    after = replace(grant, boarder=boarder, fen=fen)
    return AidRecalculated(before=grant, after=after, eligible=pupil.eligible, boards=boards)


def _pay(pupil: Pupil, command: PayGrant, on: date, answers_for: Container[str]) -> ReliefFact | None:
    term = number_of(command.term)
    kept = pupil.kept_of(term)
    if kept is None:
        raise GrantUnknown
    grant = kept.grant
    _check_office(answers_for, grant.county)
    if (kept.reference, grant.fen) == (command.reference, command.fen):
        return None
    if grant.state is not GrantState.DUE:
        raise NotAllowedIn(grant.state, "only what is due can be paid")
    if command.fen != grant.fen:
        raise OtherAmount(grant.fen)
    if command.day > on:
        raise PaidInFuture
    if command.day < first_day(term):
        raise PaidBeforeTerm
    return AidPaid(
        before=grant,
        after=replace(grant, state=GrantState.PAID),
        eligible=pupil.eligible,
        boards=pupil.boards,
        office=command.office,
        reference=command.reference,
        day=command.day,
    )


def _begun(name: str, on: date) -> int:
    term = number_of(name)
    if first_day(term) > on:
        raise TermNotBegun
    return term


def _entitled(pupil: Pupil, term: int, answers_for: Container[str]) -> Eligibility:
    """Return what makes a child without a grant of this term due one."""
    eligible = pupil.eligible
    if eligible is None:
        raise GrantUnknown
    _check_office(answers_for, eligible.county)
    if term < number_of(eligible.since) or term < pupil.forgotten:
        raise TermPassedOver
    return eligible


def _check_office(answers_for: Container[str], county: str) -> None:
    if county not in answers_for:
        raise NotYourCounty
