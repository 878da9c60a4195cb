"""The places of a school as bytes: 21 for its head, 18 for each term, 44 for each child that ever asked for a place there."""

from struct import Struct as Layout
from struct import error as LayoutError  # noqa: N812  # a class

from services.case.domain.packed import FORMAT
from services.case.domain.school import NOTHING, Had, Holder, School, Statement
from services.case.domain.stored_numbers import code_of, pack_school, unpack_school
from shared.contracts.place_codes import Place
from shared.states import check_format, damaged

_HEAD = Layout(">BB5sIqH")  # version; a mark that no file has there; the school; its county; the newest statement; how many terms
_MARK = 0xFE
_STATEMENT = Layout(">HqII")
_HOLDER = Layout(">16sq")
_HAD = Layout(">Hq")  # the term, 0 for no place; when it was taken, all ones while it is held
_HELD = -1
LISTED_AS = "places"
"""The kind of the lists of the schools of a county whose places were stated."""


def is_school(state: bytes) -> bool:
    """Return whether a state is that of a school, and not of a file or a county."""
    return state[1:2] == bytes((_MARK,))


def pack(code: str, school: School) -> bytes:
    """Return what is known of a school as bytes."""
    head = _HEAD.pack(FORMAT, _MARK, pack_school(code), int(school.county or 0), school.counted, len(school.statements))
    statements = b"".join(_STATEMENT.pack(term, each.at, each.seats, each.beds) for term, each in sorted(school.statements.items()))
    return head + statements + b"".join(_pack_holder(student, holder) for student, holder in sorted(school.holders.items()))


def unpack(state: bytes | None) -> School:
    """Return the school whose state these bytes are; none are one of which nothing is known. Raises ``UnknownFormat``."""
    if state is None:
        return NOTHING
    check_format(state, FORMAT, "case")
    try:
        _, _, _, county, counted, terms = _HEAD.unpack_from(state)
        end = _HEAD.size + terms * _STATEMENT.size
        statements = {term: Statement(at, seats, beds) for term, at, seats, beds in _STATEMENT.iter_unpack(state[_HEAD.size : end])}
        holders = dict(_unpack_holder(state, at) for at in range(end, len(state), _HOLDER.size + 2 * _HAD.size))
    except LayoutError:
        raise damaged(state, "case") from None
    return School(code_of(county) if county else "", counted, statements, holders)


def code_in(state: bytes) -> str:
    """Return the code of the school whose state these bytes are."""
    return unpack_school(_HEAD.unpack_from(state)[2])


def place_in_lists(state: bytes) -> tuple[str, bytes] | None:
    """Return the list in which a school stands, in the order of codes; None of one of which nothing was stated."""
    county = _HEAD.unpack_from(state)[3]
    return (f"{code_of(county)}:{LISTED_AS}", b"") if county else None


def _pack_holder(student: str, holder: Holder) -> bytes:
    return _HOLDER.pack(bytes.fromhex(student), holder.newest) + b"".join(_pack_had(holder.of(place)) for place in Place)


def _pack_had(had: Had | None) -> bytes:
    return _HAD.pack(0, _HELD) if had is None else _HAD.pack(had.term, _HELD if had.taken is None else had.taken)


def _unpack_holder(state: bytes, at: int) -> tuple[str, Holder]:
    student, newest = _HOLDER.unpack_from(state, at)
    seat, bed = (_unpack_had(state, at + _HOLDER.size + n * _HAD.size) for n in range(2))
    return student.hex(), Holder(newest, seat, bed)


def _unpack_had(state: bytes, at: int) -> Had | None:
    term, taken = _HAD.unpack_from(state, at)
    return Had(term, None if taken == _HELD else taken) if term else None
