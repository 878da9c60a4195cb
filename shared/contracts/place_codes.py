"""What the facts and commands about places in schools are made of: seats and boarding beds, by school and term (decision 0063).

Every code list here is added to and never shortened, for what was once recorded must stay readable.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from shared.contracts.words import RecordedSchool, RecordedTerm


class Place(StrEnum):
    """A seat in a class (学位), or a bed of a boarding school (床位)."""

    SEAT = "seat"
    BED = "bed"


class PlaceState(StrEnum):
    """Where a file stands with a place that its plan asks for. Only ``held`` and ``taken`` are a place."""

    ASKED = "asked"
    """The school was asked, and has not answered yet."""
    HELD = "held"
    """The place is held for the child, and for nobody else."""
    WANTING = "wanting"
    """There was none: the plan names a school in which the child has no place."""
    TAKEN = "taken"
    """The child came back into the place: nobody else can have it, and the next statement of the school counts without it."""


class Shortage(StrEnum):
    """Why a school has no place to hold."""

    NOT_STATED = "not_stated"
    """Nobody stated places of this school for the term."""
    NONE_FREE = "none_free"
    """As many are held or taken as were stated."""


class FreeingReason(StrEnum):
    """Why an office frees a place."""

    OTHER_SCHOOL = "other_school"
    NOT_NEEDED = "not_needed"
    FAMILY_DECLINED = "family_declined"
    ASKED_IN_ERROR = "asked_in_error"
    OTHER = "other"


Places = Annotated[int, Meta(ge=0, le=100_000, description="a number of places, 0 included")]


class Placing(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """The school that a plan names for a term, and where the file stands with a seat and a bed there; null where none was asked for."""

    school: RecordedSchool
    term: RecordedTerm
    seat: PlaceState | None = None
    bed: PlaceState | None = None
