"""What must hold of files and schools at rest: both sides agree on who has what, nobody has two, and no more are held than were stated."""

from collections.abc import Iterable

from services.case.domain.placing import state_of
from shared.calendar.terms import number_of
from shared.contracts.place_codes import Place, PlaceState
from shared.contracts.places import PlaceFreed, PlaceHeld, PlaceRefused, PlacesCounted, PlaceTaken
from tests.components.case.two_sides import TwoSides


def both_sides_agree(world: TwoSides, children: Iterable[str], schools: Iterable[str]) -> None:
    """Check that each place that a file has is one that its school holds for it, and the other way round."""
    had = [
        ((student, place), (code, had))
        for code in schools
        for student, holder in world.school(code).holders.items()
        for place in Place
        if (had := holder.of(place)) is not None
    ]
    at_schools = dict(had)
    assert len(at_schools) == len(had), "a child has at most one seat and one bed"
    for child in children:
        standing = world.file(child).standing
        assert standing is not None
        for place in Place:
            state = None if standing.places is None else state_of(standing.places, place)
            assert state is not PlaceState.ASKED, "every question is answered"
            code, at = at_schools.pop((child, place), ("", None))
            assert (at is not None) == (state in (PlaceState.HELD, PlaceState.TAKEN))
            if at is not None and standing.places is not None:
                assert (code, at.term) == (standing.places.school, number_of(standing.places.term))
                assert (at.taken is not None) == (state is PlaceState.TAKEN)
    assert not at_schools, "a school holds a place for a child whose file does not know of it"


def never_more_than_stated(world: TwoSides, school: str) -> None:
    """Check that a school never held more places of a term than its newest statement had when the last of them was held."""
    stated: dict[tuple[str, Place], int] = {}
    holds: dict[tuple[str, Place], str] = {}
    for fact in world.place_facts(school):
        if isinstance(fact, PlacesCounted):
            stated |= {(fact.term, Place.SEAT): fact.seats, (fact.term, Place.BED): fact.beds}
        elif isinstance(fact, PlaceHeld):
            holds[fact.student, fact.place] = fact.term
            assert sum(place is fact.place and term == fact.term for (_, place), term in holds.items()) <= stated[fact.term, fact.place]
        elif isinstance(fact, PlaceFreed | PlaceTaken):
            for place in fact.places:
                holds.pop((fact.student, place), None)
        else:
            assert isinstance(fact, PlaceRefused)
