"""The suspicion of a child as bytes: 33."""

from struct import Struct as Layout
from struct import error as LayoutError  # noqa: N812  # a class

from services.case.domain.packed import FALLS, FORMAT, SUSPICION_MARK, shard_of
from services.case.domain.stored_numbers import NO_DAY, code_of, pack_day, unpack_day
from services.case.domain.suspicion import NOTHING, Suspicion, next_day
from shared.states import check_format, damaged

_LAYOUT = Layout(">Bc16s3s3sqB")  # version; a mark that no file has there; the student; the county; the last day; the newest fact; whether it passed


def is_suspicion(state: bytes) -> bool:
    """Return whether a state is that of a suspicion."""
    return state[1:2] == SUSPICION_MARK


def pack(known: Suspicion) -> bytes:
    """Return what is known of a suspicion as bytes."""
    until = NO_DAY if known.until is None else pack_day(known.until)
    county = int(known.county).to_bytes(3)
    return _LAYOUT.pack(FORMAT, SUSPICION_MARK, bytes.fromhex(known.student), county, until, known.newest, known.outstayed)


def unpack(state: bytes | None) -> Suspicion:
    """Return the suspicion whose state these bytes are; none, and those of anything else, are one of which nothing is known.

    Raises ``UnknownFormat``.
    """
    if state is None:
        return NOTHING
    check_format(state, FORMAT, "case")
    if not is_suspicion(state):
        return NOTHING
    try:
        _, _, student, county, until, newest, outstayed = _LAYOUT.unpack(state)
    except LayoutError:
        raise damaged(state, "case") from None
    day = None if until == NO_DAY else unpack_day(until)
    return Suspicion(student.hex(), code_of(int.from_bytes(county)), newest, day, bool(outstayed))


def place_in_lists(state: bytes) -> tuple[str, bytes] | None:
    """Return the list in which a day that begins finds the suspicion, by the day on which it is older than its term; None once there is none."""
    known = unpack(state)
    return None if (day := next_day(known)) is None else (f"{shard_of(int(known.county))}:{FALLS}", pack_day(day))
