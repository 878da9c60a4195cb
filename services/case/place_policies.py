"""What case does about its own facts of places: a file asks a school and is answered. Pure.

A place is a saga of facts, as a merge is (decision 0028): whoever decides about a file may not write about a school, and the other way round.
A file's facts say where it stands with its places before and after. Whatever ended a place, be it an office, a report or another county, the
school hears of it from the difference.
"""

from collections.abc import Sequence

from services.case.own_facts import Fact
from shared.contracts.place_codes import Place, PlaceState, Placing, Shortage
from shared.contracts.place_commands import AnswerPlace, AssignPlace, OccupyPlaces, ReleasePlaces
from shared.contracts.places import PlaceHeld, PlaceRefused
from shared.events.envelope import Addressed

_ANSWERS = (PlaceHeld.TYPE, PlaceRefused.TYPE)
_AT_SCHOOL = frozenset({PlaceState.ASKED, PlaceState.HELD, PlaceState.TAKEN})
"""The states of which the school knows, or will know."""


def commands(fact: Fact) -> Sequence[Addressed]:
    """Return what a fact of case's asks of schools, or of a file."""
    said = fact.data
    if said.after is not None:
        return when_places_changed_tell_schools(fact, None if said.before is None else said.before.places, said.after.places)
    if fact.type in _ANSWERS:
        return when_school_answered_tell_file(fact)
    return ()


def when_school_answered_tell_file(fact: Fact) -> Sequence[Addressed]:
    """Tell a file whether the place for which it asked is held."""
    said = fact.data
    because = None if said.because is None else Shortage(said.because)
    return (Addressed(said.student, AnswerPlace(school=fact.subject, term=said.term, place=Place(said.place), asked=said.asked, because=because)),)


def when_places_changed_tell_schools(fact: Fact, before: Placing | None, after: Placing | None) -> Sequence[Addressed]:
    """Release what a file has no more, say into which places its child came back, and ask for those that it wants."""
    if before == after:
        return ()
    stays = before is not None and after is not None and (before.school, before.term) == (after.school, after.term)
    gone, taken, told = list[Place](), list[Place](), list[Addressed]()
    for place in Place:
        had, has = _state(before, place), _state(after, place)
        if had in _AT_SCHOOL and (has is None or not stays):
            gone.append(place)
        elif has is PlaceState.TAKEN is not had:
            taken.append(place)
    if before is not None and gone:
        told.append(Addressed(before.school, ReleasePlaces(fact=fact.sequence, student=fact.subject, places=tuple(gone))))
    if after is not None and taken:
        told.append(Addressed(after.school, OccupyPlaces(fact=fact.sequence, student=fact.subject, places=tuple(taken))))
    if after is None:
        return told
    for place in Place:
        if _state(after, place) is PlaceState.ASKED and not (stays and _state(before, place) is PlaceState.ASKED):
            assign = AssignPlace(fact=fact.sequence, student=fact.subject, place=place, term=after.term, asked=fact.causationid)
            told.append(Addressed(after.school, assign))
    return told


def _state(placing: Placing | None, place: Place) -> PlaceState | None:
    if placing is None:
        return None
    return placing.seat if place is Place.SEAT else placing.bed
