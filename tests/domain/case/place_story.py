"""What can be asked about places in schools, of a file and of a school, with what most tests do not care about filled in."""

from shared.contracts.case_codes import Role
from shared.contracts.place_codes import FreeingReason, Place, Shortage
from shared.contracts.place_commands import AnswerPlace, AssignPlace, CountPlaces, FreePlace, HoldPlace, OccupyPlaces, ReleasePlaces
from shared.contracts.sequence import sequence_of
from tests.domain.case.case_story import OFFICE, ZHAOJUE

HERE, THERE = "2151000001", "2151000002"
"""Two schools."""
SPRING, AUTUMN = "2020-spring", "2020-autumn"


def hold(place: Place = Place.SEAT, school: str = HERE, term: str = SPRING, *, office: str = OFFICE, role: Role = Role.OFFICER) -> HoldPlace:
    return HoldPlace(office=office, role=role, place=place, school=school, term=term)


def free(
    place: Place = Place.SEAT, *, because: FreeingReason = FreeingReason.NOT_NEEDED, office: str = OFFICE, role: Role = Role.OFFICER
) -> FreePlace:
    return FreePlace(office=office, role=role, place=place, because=because)


def answered(asked: str, place: Place = Place.SEAT, school: str = HERE, term: str = SPRING, *, because: Shortage | None = None) -> AnswerPlace:
    """The school answers the command of this id."""
    return AnswerPlace(school=school, term=term, place=place, asked=asked, because=because)


def counted(n: int, seats: int = 2, beds: int = 1, *, term: str = SPRING, county: str = ZHAOJUE) -> CountPlaces:
    return CountPlaces(fact=sequence_of(n, 0), county=county, term=term, seats=seats, beds=beds)


def child(n: int) -> str:
    return f"{n:032x}"


def assigned(student: int, n: int, place: Place = Place.SEAT, term: str = SPRING) -> AssignPlace:
    return AssignPlace(fact=sequence_of(n, 0), student=child(student), place=place, term=term, asked=f"hold-{n}")


def released(student: int, n: int, *places: Place) -> ReleasePlaces:
    return ReleasePlaces(fact=sequence_of(n, 0), student=child(student), places=places or (Place.SEAT,))


def occupied(student: int, n: int, *places: Place) -> OccupyPlaces:
    return OccupyPlaces(fact=sequence_of(n, 0), student=child(student), places=places or (Place.SEAT,))
