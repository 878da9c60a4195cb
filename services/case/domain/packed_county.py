"""What is kept of a county as bytes: 6 for its head, the flags, and 28 for the newest sample of each office."""

import struct
from struct import Struct as Layout

from services.case.domain.flags import oldest_open
from services.case.domain.oversight import NOTHING, County, Sample
from services.case.domain.packed import FORMAT
from services.case.domain.packed_oversight import pack_flags, unpack_flags
from services.case.domain.stored_numbers import code_of, pack_day, pack_office, unpack_day, unpack_office
from shared.states import check_format, damaged

_SAMPLE = Layout(">6s3s3s8sII")  # office; since; until; digest; population; size
_HEAD = Layout(">BBI")  # version; a mark that no file has there; the county's code
_MARK = 0xFF
LISTED_AS = "county-flags"
"""The kind of the lists in which a county with open flags stands."""


def is_county(state: bytes) -> bool:
    """Return whether a state is that of a county, and not of a file."""
    return state[1:2] == bytes((_MARK,))


def pack(code: str, county: County) -> bytes:
    """Return what is known of a county as bytes."""
    samples = (
        _SAMPLE.pack(pack_office(each.office), pack_day(each.since), pack_day(each.until), bytes.fromhex(each.digest), each.population, each.size)
        for each in county.samples
    )
    return _HEAD.pack(FORMAT, _MARK, int(code)) + pack_flags(county.flags) + b"".join(samples)


def unpack(state: bytes | None) -> County:
    """Return the county whose state these bytes are; none are one of which nothing is kept. Raises ``UnknownFormat``."""
    if state is None:
        return NOTHING
    check_format(state, FORMAT, "case")
    try:
        flags, at = unpack_flags(state, _HEAD.size)
        samples = tuple(
            Sample(unpack_office(office), unpack_day(since), unpack_day(until), digest.hex(), population, size)
            for office, since, until, digest, population, size in _SAMPLE.iter_unpack(state[at:])
        )
    except (struct.error, IndexError, ValueError):
        raise damaged(state, "case") from None
    return County(flags, samples)


def code_in(state: bytes) -> str:
    """Return the code of the county whose state these bytes are."""
    return code_of(_HEAD.unpack_from(state)[2])


def place_in_lists(state: bytes) -> tuple[str, bytes] | None:
    """Return the list in which a county stands while a flag of it is open, by the day of the oldest; None where none is."""
    oldest = oldest_open(unpack(state).flags)
    return None if oldest is None else (f"{code_in(state)}:{LISTED_AS}", pack_day(oldest))
