"""Places in schools as facts: what a school has (``cn.baoxue.school.*``, of enrolment), who holds what there (``cn.baoxue.place.*``, of case).

Both are keyed by the school's code, so that all who want a place of one school are decided one after the other. What a file knows of its places
stands in its own facts (``case_places.py``).
"""

from typing import ClassVar

from msgspec import Struct

from shared.contracts.case_codes import StudentSequence
from shared.contracts.place_codes import Place, Places, Shortage
from shared.contracts.words import EventId, RecordedCounty, RecordedStudent, RecordedTerm


class SchoolPlacesStated(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """A school of a county has so many seats and boarding beds in a term in which no pupil sits or sleeps, held ones included."""

    TYPE: ClassVar[str] = "cn.baoxue.school.places-stated.v1"
    county: RecordedCounty
    term: RecordedTerm
    seats: Places
    beds: Places
    late: bool = False


class PlaceFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """A fact about the places of a school. ``fact``: the ``sequence`` of the fact that it follows from."""

    TYPE: ClassVar[str]
    fact: StudentSequence


class PlacesCounted(PlaceFact, frozen=True, kw_only=True):
    """The newest statement of a school's places in a term holds from here on."""

    TYPE = "cn.baoxue.place.counted.v1"
    county: RecordedCounty
    term: RecordedTerm
    seats: Places
    beds: Places


class ChildsPlaceFact(PlaceFact, frozen=True, kw_only=True):
    """A fact about a place of a child."""

    student: RecordedStudent


class PlaceHeld(ChildsPlaceFact, frozen=True, kw_only=True):
    """A place is held for a child. ``asked``: the id of the command by which its file asked for it."""

    TYPE = "cn.baoxue.place.held.v1"
    place: Place
    term: RecordedTerm
    asked: EventId


class PlaceRefused(ChildsPlaceFact, frozen=True, kw_only=True):
    """There is no place to hold for a child. ``asked``: as above."""

    TYPE = "cn.baoxue.place.refused.v1"
    place: Place
    term: RecordedTerm
    asked: EventId
    because: Shortage


class PlaceFreed(ChildsPlaceFact, frozen=True, kw_only=True):
    """Places of a child are free again."""

    TYPE = "cn.baoxue.place.freed.v1"
    places: tuple[Place, ...]


class PlaceTaken(ChildsPlaceFact, frozen=True, kw_only=True):
    """A child came back into the places that were held for it."""

    TYPE = "cn.baoxue.place.taken.v1"
    places: tuple[Place, ...]


PLACE_FACTS: tuple[type[PlaceFact], ...] = (PlacesCounted, PlaceHeld, PlaceRefused, PlaceFreed, PlaceTaken)
