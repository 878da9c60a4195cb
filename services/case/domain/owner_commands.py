"""How it is decided who answers for a file: a move hands it over to another county, which takes it over or sends it back; offices of a county hand it
on along the chain; what is nobody's is given by the level above.

At every moment one county answers: the file's own. It is the one that sent the file until the other has taken it over, so that no step of a child
falls between two counties, and what is due goes on being due. Only the county to which a file is sent can take it over or send it back.
"""

from collections.abc import Container
from datetime import date
from typing import assert_never

from msgspec.structs import replace

from services.case.domain.attempts import SCHOOL
from services.case.domain.case import Case
from services.case.domain.chain import chain_in
from services.case.domain.deadlines import deadlines_in
from services.case.domain.owner_refusals import (
    GivenFromAbove,
    NobodysFile,
    NotHandedOver,
    NotInChain,
    NotTheReceivingCounty,
    OfficeOfRole,
    OnItsWay,
    UnknownReceiver,
)
from services.case.domain.owners import Answers, HandOver, Unowned
from services.case.domain.refusals import NOT_FAMILY, CaseUnknown, NotAllowedIn, NotYourCounty, RoleMayNot
from services.case.domain.timeline import knows_again
from shared.contracts.case import CaseFact, CaseMoved
from shared.contracts.case_codes import CaseStanding, CaseState, Role
from shared.contracts.case_commands import MoveCase
from shared.contracts.case_owner_commands import Disown, GiveCase, HandOn, MarkUnowned, SendBack, TakeOverCase
from shared.contracts.case_owners import CaseGiven, CaseHandedOn, CaseSent, CaseSentBack, CaseTakenOver, CaseUnowned
from shared.contracts.sequence import position_of

OwnerCommand = TakeOverCase | SendBack | HandOn | Disown | MarkUnowned | GiveCase

_OF_SCHOOLS = frozenset({Role.PRINCIPAL, Role.TEACHER})


def move(case: Case, command: MoveCase, *, on: date, same_office: Container[str]) -> CaseFact | None:
    """Return the fact that follows for a file from its child's move on a day, None where nothing does.

    ``same_office``: the counties whose office is that of the county to which the child moves. A closed file stays where it is.
    """
    # The first command of its fact: no other of the same one has come before it.
    if position_of(command.fact) <= case.taken:
        return None
    now, sent = case.standing, hand_over(case)
    if now is None or now.state is CaseState.CLOSED:
        return None
    if command.county == now.county:
        return None if sent is None else CaseMoved(before=now, after=now, fact=command.fact)
    if now.county in same_office:
        return CaseMoved(before=now, after=replace(now, county=command.county), fact=command.fact)
    if sent is not None and command.county in (sent.from_county, sent.to_county):
        return None
    return CaseSent(before=now, after=now, fact=command.fact, to_county=command.county, due=deadlines_in(command.county, on).taken_over_by(on))


def decide(case: Case, command: OwnerCommand, *, on: date, cause: str, answers_for: Container[str]) -> CaseFact | None:
    """Return the fact that a command about who answers makes on a day, None where it was decided before or changes nothing.

    ``answers_for``: the counties of the office, of one above all that lie below it, none of a school. Raises ``Refusal``.
    """
    now = case.standing
    if isinstance(command, MarkUnowned):
        return _mark_unowned(case, now, command, cause)
    if now is None:
        raise CaseUnknown
    if knows_again(case.history, cause):
        return None
    if now.state is CaseState.CLOSED:
        raise NotAllowedIn(now.state, "somebody answers for a file until it is closed")
    if command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    match command:
        case TakeOverCase():
            sent = _received(case, answers_for)
            after = replace(now, county=sent.to_county)
            return CaseTakenOver(before=now, after=after, office=command.office, role=command.role, from_county=sent.from_county)
        case SendBack():
            return _send_back(case, now, command, on, answers_for)
        case HandOn():
            return _hand_on(case, now, command, on, answers_for)
        case Disown():
            return _disown(case, now, command, answers_for)
        case GiveCase():
            return _give(case, now, command, answers_for)
        case _:
            assert_never(command)


def _received(case: Case, answers_for: Container[str]) -> HandOver:
    if (sent := hand_over(case)) is None:
        raise NotHandedOver
    if sent.to_county not in answers_for:
        raise NotTheReceivingCounty
    return sent


def _send_back(case: Case, now: CaseStanding, command: SendBack, on: date, answers_for: Container[str]) -> CaseSentBack:
    sent = _received(case, answers_for)
    return CaseSentBack(
        before=now,
        after=now,
        office=command.office,
        role=command.role,
        because=command.because,
        to_county=sent.from_county,
        due=deadlines_in(sent.from_county, on).taken_over_by(on),
    )


def _hand_on(case: Case, now: CaseStanding, command: HandOn, on: date, answers_for: Container[str]) -> CaseHandedOn | None:
    chain, answers = chain_in(now.county, on), answering(case, on)
    # A school hands on only what was handed on to it: a code does not tell its county.
    if now.county not in answers_for and command.office != answers.office:
        raise NotYourCounty
    if chain.link_of(command.to) is None or command.to is Role.PARENT:
        raise NotInChain([link.role for link in chain.links if link.role is not Role.PARENT])
    of_school = command.to in _OF_SCHOOLS
    if not (command.to_office or "").startswith(SCHOOL) if of_school else command.to_office is not None:
        raise OfficeOfRole(of_school=of_school)
    to = Answers(command.to, command.to_office or f"/counties/{now.county}")
    if to == answers:
        return None
    return CaseHandedOn(before=now, after=now, office=command.office, role=command.role, chain=chain.version, to=to.role, to_office=to.office)


def _disown(case: Case, now: CaseStanding, command: Disown, answers_for: Container[str]) -> CaseUnowned | None:
    if now.county not in answers_for:
        raise NotYourCounty
    if (sent := hand_over(case)) is not None and sent.to_county != now.county:
        raise OnItsWay
    if unowned(case) is not None:
        return None
    return CaseUnowned(before=now, after=now, because=command.because, office=command.office, role=command.role)


def _mark_unowned(case: Case, now: CaseStanding | None, command: MarkUnowned, cause: str) -> CaseUnowned | None:
    if now is None or now.state is CaseState.CLOSED or position_of(command.fact) < case.taken:
        return None
    if unowned(case) is not None or knows_again(case.history, cause):
        return None
    return CaseUnowned(before=now, after=now, because=command.because)


def _give(case: Case, now: CaseStanding, command: GiveCase, answers_for: Container[str]) -> CaseGiven:
    if command.office.startswith((SCHOOL, "/counties/")):
        raise GivenFromAbove
    if now.county not in answers_for:
        raise NotYourCounty
    if unowned(case) is None and hand_over(case) is None:
        raise NobodysFile
    if command.to_county not in answers_for:
        raise UnknownReceiver
    after = replace(now, county=command.to_county)
    return CaseGiven(before=now, after=after, office=command.office, role=command.role, from_county=now.county)


def answering(case: Case, on: date) -> Answers:
    """Return who answers for a file that was opened: whoever it was handed on to, or the one with whom the chain of its county begins."""
    if case.owner is not None and case.owner.answers is not None:
        return case.owner.answers
    county = "" if case.standing is None else case.standing.county
    return Answers(chain_in(county, on).begins, f"/counties/{county}")


def unowned(case: Case) -> Unowned | None:
    """Return since when and why a file is nobody's."""
    return None if case.owner is None else case.owner.unowned


def hand_over(case: Case) -> HandOver | None:
    """Return where a file is on its way, None where it is on its way nowhere."""
    return None if case.owner is None else case.owner.hand_over
