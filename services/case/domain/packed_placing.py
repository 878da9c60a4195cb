"""The places of a file as bytes: 16."""

from struct import Struct as Layout

from services.case.domain.placing import NOTHING_ASKED
from services.case.domain.stored_numbers import PLACE_STATES, pack_school, unpack_school
from shared.calendar.terms import name_of, number_of
from shared.contracts.place_codes import Placing

_PLACING = Layout(">5sHB8s")  # the school's ten digits; the term; where the file stands with a seat 4 bits, with a bed 4 bits; digests


def pack_placing(placing: Placing, asked: bytes) -> bytes:
    """Return the places of a file as bytes."""
    states = PLACE_STATES.index(placing.seat) << 4 | PLACE_STATES.index(placing.bed)
    return _PLACING.pack(pack_school(placing.school), number_of(placing.term), states, asked or NOTHING_ASKED)


def unpack_placing(state: bytes, at: int) -> tuple[Placing, bytes, int]:
    """Return the places that stand in a state, the digests of what was asked, and where they end. Raises ``IndexError``."""
    school, term, states, asked = _PLACING.unpack_from(state, at)
    placing = Placing(unpack_school(school), name_of(term), PLACE_STATES[states >> 4], PLACE_STATES[states & 0xF])
    return placing, asked, at + _PLACING.size
