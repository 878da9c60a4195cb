"""How the commands about a file's places are decided: to hold one in a school, to free one, and what the school answers."""

from collections.abc import Container
from datetime import date
from typing import assert_never

from msgspec.structs import replace

from services.case.domain.case import Case
from services.case.domain.place_refusals import NoSuchPlace, PlaceTakenAlready, TermOver, TermTooFar
from services.case.domain.placing import is_answer_to, state_of, with_place
from services.case.domain.policy_commands import OUT
from services.case.domain.refusals import NOT_FAMILY, CaseUnknown, NotAllowedIn, NotYourCounty, RoleMayNot
from services.case.domain.sustaining import BACK
from services.case.domain.timeline import knows_again
from shared.calendar.terms import name_of, number_of, term_on
from shared.contracts.case import CaseFact
from shared.contracts.case_codes import CaseStanding, Role
from shared.contracts.case_places import CasePlaceAsked, CasePlaceFreed, CasePlaceHeld, CasePlaceRefused
from shared.contracts.place_codes import PlaceState, Placing
from shared.contracts.place_commands import AnswerPlace, FreePlace, HoldPlace

PlaceCommand = HoldPlace | FreePlace | AnswerPlace

_TERMS_AHEAD = 2
"""So many terms ahead a place is held: the next school year."""


def decide(case: Case, command: PlaceCommand, *, on: date, cause: str, answers_for: Container[str]) -> CaseFact | None:
    """Return the fact that a command makes on this day, or None where it was decided before or changes nothing. Raises ``Refusal``."""
    now = case.standing
    if isinstance(command, AnswerPlace):
        return _answered(case, command)
    if now is None:
        raise CaseUnknown
    if knows_again(case.history, cause):
        return None
    if now.county not in answers_for:
        raise NotYourCounty
    if command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    match command:
        case HoldPlace():
            return _hold(now, command, on)
        case FreePlace():
            return _free(now, command)
        case _:
            assert_never(command)


def _hold(now: CaseStanding, command: HoldPlace, on: date) -> CasePlaceAsked | None:
    if now.state not in OUT:
        raise NotAllowedIn(now.state, "a place is held for a child that is out of school")
    term, last = number_of(command.term), term_on(on) + _TERMS_AHEAD
    if term < term_on(on):
        raise TermOver(name_of(term_on(on)))
    if term > last:
        raise TermTooFar(name_of(last))
    placing = now.places
    if placing is None or (placing.school, placing.term) != (command.school, command.term):
        placing = Placing(command.school, command.term)
    elif state_of(placing, command.place) in (PlaceState.ASKED, PlaceState.HELD):
        return None
    after = replace(now, places=with_place(placing, command.place, PlaceState.ASKED))
    return CasePlaceAsked(before=now, after=after, office=command.office, role=command.role, place=command.place)


def _free(now: CaseStanding, command: FreePlace) -> CasePlaceFreed:
    placing = now.places
    if placing is None or (state := state_of(placing, command.place)) is None:
        raise NoSuchPlace
    if state is PlaceState.TAKEN:
        raise PlaceTakenAlready
    after = replace(now, places=with_place(placing, command.place, None))
    return CasePlaceFreed(before=now, after=after, office=command.office, role=command.role, place=command.place, because=command.because)


def _answered(case: Case, command: AnswerPlace) -> CaseFact | None:
    """Take an answer that the file waits for. Any other is to a question that the file has taken back since: the school was told."""
    now = case.standing
    if now is None or (placing := now.places) is None or (placing.school, placing.term) != (command.school, command.term):
        return None
    if state_of(placing, command.place) is not PlaceState.ASKED or not is_answer_to(case.asked, command.place, command.asked):
        return None
    if command.because is not None:
        wanting = replace(now, places=with_place(placing, command.place, PlaceState.WANTING))
        return CasePlaceRefused(before=now, after=wanting, place=command.place, because=command.because)
    # Where the child came back before the answer, it came back into the place.
    has = PlaceState.TAKEN if now.state in BACK else PlaceState.HELD
    return CasePlaceHeld(before=now, after=replace(now, places=with_place(placing, command.place, has)), place=command.place)
