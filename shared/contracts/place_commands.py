"""What the case service can be asked about places: by offices of a file, by policies of a school, and what the school answers to the file."""

from shared.contracts.case_codes import Office, Role, StudentSequence
from shared.contracts.case_commands import CaseCommand
from shared.contracts.place_codes import FreeingReason, Place, Places, Shortage
from shared.contracts.words import EventId, RecordedCounty, RecordedSchool, RecordedStudent, RecordedTerm, SchoolCode, Term


class HoldPlace(CaseCommand, frozen=True):
    """The plan of a child names a school for a term: hold a place there. What the file has in another school or term is freed."""

    TYPE = "cn.baoxue.case.asked.hold-place.v1"
    office: Office
    role: Role
    place: Place
    school: SchoolCode
    term: Term


class FreePlace(CaseCommand, frozen=True):
    """An office gives up a place that is held for a child, or that its plan asks for."""

    TYPE = "cn.baoxue.case.asked.free-place.v1"
    office: Office
    role: Role
    place: Place
    because: FreeingReason


class AnswerPlace(CaseCommand, frozen=True):
    """A school answers a file. ``asked``: the id of the command by which the file asked; ``because``: null where the place is held."""

    TYPE = "cn.baoxue.case.asked.answer-place.v1"
    school: RecordedSchool
    term: RecordedTerm
    place: Place
    asked: EventId
    because: Shortage | None = None


class SchoolCommand(CaseCommand, frozen=True, kw_only=True):
    """What policies ask of a school. ``fact``: the ``sequence`` of the fact that they answer."""

    fact: StudentSequence


class CountPlaces(SchoolCommand, frozen=True):
    """A statement of the school's places is the newest of the term."""

    TYPE = "cn.baoxue.case.asked.count-places.v1"
    county: RecordedCounty
    term: RecordedTerm
    seats: Places
    beds: Places


class AssignPlace(SchoolCommand, frozen=True):
    """A file asks for a place. ``asked``: the id of its command, which the answer repeats."""

    TYPE = "cn.baoxue.case.asked.assign-place.v1"
    student: RecordedStudent
    place: Place
    term: RecordedTerm
    asked: EventId


class ReleasePlaces(SchoolCommand, frozen=True):
    """A file does not need places any more."""

    TYPE = "cn.baoxue.case.asked.release-places.v1"
    student: RecordedStudent
    places: tuple[Place, ...]


class OccupyPlaces(SchoolCommand, frozen=True):
    """The child came back into its places."""

    TYPE = "cn.baoxue.case.asked.occupy-places.v1"
    student: RecordedStudent
    places: tuple[Place, ...]


SCHOOL_COMMANDS = (CountPlaces, AssignPlace, ReleasePlaces, OccupyPlaces)
PLACE_COMMANDS: tuple[type[CaseCommand], ...] = (HoldPlace, FreePlace, AnswerPlace, *SCHOOL_COMMANDS)
