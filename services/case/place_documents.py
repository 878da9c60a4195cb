"""What the api shows of places: those of a file, and those of a school by term."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from services.case.domain.case import Case
from services.case.domain.placing import missing
from services.case.domain.school import School, tally
from shared.calendar.terms import name_of, term_on
from shared.clock import moment_of
from shared.contracts.place_codes import Place, PlaceState
from shared.geography.divisions import divisions


class PlacesShown(Struct, frozen=True):
    """The school that a plan names for a term, and where the file stands with a seat and a bed there; null where none was asked for.

    ``missing``: the places that the child needs there and has not, for which the plan is flagged.
    """

    school: str
    term: str
    seat: PlaceState | None
    bed: PlaceState | None
    missing: Sequence[Place]


class TallyShown(Struct, frozen=True):
    """Places of a kind. ``taken``: since the statement; ``free``: below nought where more are held than the newest statement has."""

    stated: int
    held: int
    taken: int
    free: int


class TermShown(Struct, frozen=True):
    """The places of a school in a term, by the newest statement, which was true ``at``."""

    term: str
    at: datetime
    seat: TallyShown
    bed: TallyShown


class SchoolShown(Struct, frozen=True):
    """The places of a school in the term that runs and in later ones, the earliest first."""

    school: str
    county: str
    name: str
    terms: Sequence[TermShown]


class SchoolList(Struct, frozen=True):
    """A page of the schools whose places were stated, by county and code. ``next``: the ``after`` of the page that follows."""

    today: date
    schools: Sequence[SchoolShown]
    next: str | None


def places_shown(case: Case) -> PlacesShown | None:
    """Return the places of a file; None where its plan names no school."""
    placing = None if case.standing is None else case.standing.places
    if placing is None:
        return None
    return PlacesShown(placing.school, placing.term, placing.seat, placing.bed, missing(case.standing, case.plan))


def school_shown(code: str, school: School, today: date) -> SchoolShown:
    """Return the places of a school as they stand on a day."""
    terms = [
        TermShown(name_of(term), moment_of(statement.at), _shown(school, term, Place.SEAT), _shown(school, term, Place.BED))
        for term, statement in sorted(school.statements.items())
        if term >= term_on(today)
    ]
    return SchoolShown(code, school.county, divisions().counties[school.county].name, terms)


def _shown(school: School, term: int, place: Place) -> TallyShown:
    counted = tally(school, term, place)
    return TallyShown(counted.stated, counted.held, counted.taken, counted.free)
