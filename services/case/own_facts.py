"""What case's policies read of case's own facts: those about places, and those about suspicions."""

from msgspec import Struct

from shared.contracts.place_codes import Placing
from shared.events.envelope import Event


class Standing(Struct, gc=False):
    """What is read of a file's standing."""

    places: Placing | None = None


class Said(Struct, gc=False):
    """The places of a file before and after; of a school's answer, to whom it is and what it says; of a suspicion, whose and what came of it."""

    before: Standing | None = None
    after: Standing | None = None
    student: str = ""
    place: str = ""
    term: str = ""
    asked: str = ""
    because: str | None = None
    county: str | None = None
    fact: str = ""
    status: str | None = None
    reason: str | None = None
    outstayed: bool = False


Fact = Event[Said]
MARKS = (b'"place', b'"cn.baoxue.suspicion.')
"""The bytes of which every fact has one of which anything follows: where a file names `places`, a school a `place`, or the type is a suspicion's."""
