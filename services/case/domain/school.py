"""The places of one school: what was stated of them, and which child has which. Keyed by the school's code, so that no two files get the same.

A statement counts the seats and the beds in which no pupil is on its day. A place that is held is still one of these: so many are free as
were stated and are neither held, nor were taken after the moment of the statement. Which of several like places a child has, nobody counts.
A statement of fewer places than are held is what it says: the holders stay, and nobody gets a place until there is one again.
"""

from collections.abc import Mapping
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from shared.calendar.terms import number_of
from shared.contracts.place_codes import Place, Shortage
from shared.contracts.place_commands import AssignPlace, CountPlaces, OccupyPlaces, ReleasePlaces
from shared.contracts.places import PlaceFact, PlaceFreed, PlaceHeld, PlaceRefused, PlacesCounted, PlaceTaken
from shared.contracts.sequence import position_of
from shared.states import UnfoldableFact

Command = CountPlaces | AssignPlace | ReleasePlaces | OccupyPlaces
NEVER = -1


class Statement(Struct, frozen=True, gc=False):
    """The newest statement of a term: when it was true, in microseconds since 1970, and how many seats and beds there were."""

    at: int
    seats: int
    beds: int

    def of(self, place: Place) -> int:
        """Return how many places of a kind were stated."""
        return self.seats if place is Place.SEAT else self.beds


class Had(Struct, frozen=True, gc=False):
    """A place that a child has: of which term; when the child came back into it, in microseconds since 1970, None while it is held."""

    term: int
    taken: int | None = None


class Holder(Struct, frozen=True, gc=False):
    """A child that asked for a place. ``newest``: the number of the newest command of its file that was decided (``_number_of``)."""

    newest: int
    seat: Had | None = None
    bed: Had | None = None

    def of(self, place: Place) -> Had | None:
        """Return the place of a kind that the child has."""
        return self.seat if place is Place.SEAT else self.bed

    def having(self, place: Place, had: Had | None) -> "Holder":
        """Return the child with another place of a kind, or none."""
        return replace(self, seat=had) if place is Place.SEAT else replace(self, bed=had)


class School(Struct, frozen=True, gc=False):
    """What is known of a school. ``county``: which it is in; ``counted``: the position of the newest statement; children by their ids."""

    county: str = ""
    counted: int = NEVER
    statements: Mapping[int, Statement] = {}
    holders: Mapping[str, Holder] = {}


NOTHING = School()
"""A school of which nothing was stated."""


class Tally(Struct, frozen=True):
    """The places of a kind in a term. ``free`` is below nought where more are held than there are by the newest statement."""

    stated: int
    held: int
    taken: int

    @property
    def free(self) -> int:
        """Return how many may still be held."""
        return self.stated - self.held - self.taken


def tally(school: School, term: int, place: Place) -> Tally:
    """Return how many places of a kind were stated for a term, are held, and were taken since the statement."""
    statement = school.statements.get(term)
    had = [each for holder in school.holders.values() if (each := holder.of(place)) is not None and each.term == term]
    since = statement.at if statement is not None else NEVER
    taken = sum(each.taken is not None and each.taken > since for each in had)
    return Tally(0 if statement is None else statement.of(place), sum(each.taken is None for each in had), taken)


def decide(school: School, command: Command) -> PlaceFact | None:
    """Return the fact that a command makes, or None for a repeat and for what changes nothing.

    A command is older than what is known where a later one of the same file, or a later statement, was decided: policies ask in the order of
    the facts, and may ask again from any earlier one on.
    """
    if isinstance(command, CountPlaces):
        if position_of(command.fact) <= school.counted:
            return None
        return PlacesCounted(fact=command.fact, county=command.county, term=command.term, seats=command.seats, beds=command.beds)
    holder = school.holders.get(command.student)
    if holder is not None and _number_of(command) <= holder.newest:
        return None
    match command:
        case AssignPlace():
            return _assigned(school, command)
        case ReleasePlaces():
            freed = tuple(place for place in command.places if holder is not None and holder.of(place) is not None)
            return PlaceFreed(fact=command.fact, student=command.student, places=freed) if freed else None
        case OccupyPlaces():
            held = tuple(place for place in command.places if holder is not None and (had := holder.of(place)) is not None and had.taken is None)
            return PlaceTaken(fact=command.fact, student=command.student, places=held) if held else None
        case _:
            assert_never(command)


def _assigned(school: School, command: AssignPlace) -> PlaceFact:
    fact, student, place, term, asked = command.fact, command.student, command.place, command.term, command.asked
    if number_of(term) not in school.statements:
        return PlaceRefused(fact=fact, student=student, place=place, term=term, asked=asked, because=Shortage.NOT_STATED)
    if tally(school, number_of(term), place).free < 1:
        return PlaceRefused(fact=fact, student=student, place=place, term=term, asked=asked, because=Shortage.NONE_FREE)
    return PlaceHeld(fact=fact, student=student, place=place, term=term, asked=asked)


def evolve(school: School, fact: PlaceFact, *, at: int) -> School:
    """Return the school after a fact that was true ``at``, in microseconds since 1970. Raises ``UnfoldableFact`` for a type nothing is known of."""
    match fact:
        case PlacesCounted():
            statements = {**school.statements, number_of(fact.term): Statement(at, fact.seats, fact.beds)}
            return School(fact.county, position_of(fact.fact), statements, school.holders)
        case PlaceHeld():
            return _with(school, fact.student, _holder(school, fact.student, fact).having(fact.place, Had(number_of(fact.term))))
        case PlaceRefused():
            return _with(school, fact.student, _holder(school, fact.student, fact))
        case PlaceFreed():
            holder = _holder(school, fact.student, fact)
            for place in fact.places:
                holder = holder.having(place, None)
            return _with(school, fact.student, holder)
        case PlaceTaken():
            holder = _holder(school, fact.student, fact)
            for place in fact.places:
                if (had := holder.of(place)) is not None:
                    holder = holder.having(place, Had(had.term, at))
            return _with(school, fact.student, holder)
        case _:
            raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a school: deploy a case worker that knows it")


def _holder(school: School, student: str, fact: PlaceFact) -> Holder:
    return replace(school.holders.get(student, Holder(NEVER)), newest=_number_of(fact))


def _with(school: School, student: str, holder: Holder) -> School:
    return School(school.county, school.counted, school.statements, {**school.holders, student: holder})


def _number_of(said: Command | PlaceFact) -> int:
    """Return a number that grows from one command of a file to the next. What one fact of the file frees comes before what it asks for."""
    return 2 * position_of(said.fact) + isinstance(said, AssignPlace | PlaceHeld | PlaceRefused)
