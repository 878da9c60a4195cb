"""What a child's or a county's timeline remembers of a happening: 9 bytes, enough to know it again.

An entry is 4 bytes CRC-32 of who told it (``source`` and ``id``), and 5 bytes BLAKE2b of what happened: kind, moment and content. A
report and the fact that repeats it have the same entry, so that a state folded from facts knows the reports behind them. The county of a
happening is part of its content where the report names one; where it does not, a child counts in one county at one moment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from hashlib import blake2b
from struct import Struct as Layout
from zlib import crc32

import msgspec

from shared.contracts.same_as import HAPPENING, MOST_HAPPENINGS

_TOLD_BY = 4
ENTRY = HAPPENING
"""Bytes of an entry."""

REMEMBERED = MOST_HAPPENINGS
"""Entries that a timeline keeps: those added last. A repeat of an older one is judged as late news (or, where more than
this many happenings share a moment, by the table): its fact leaves the standing as it is, so no count moves."""

REMEMBERED_BYTES = REMEMBERED * ENTRY

NEVER = -(2**63)
"""The newest moment of a matter of which nothing is known."""

# Decoded, so that it shares its tzinfo object with most reports: the difference of two times is then 8 times cheaper.
_START = msgspec.json.decode(b'"1970-01-01T00:00:00+08:00"', type=datetime)

_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60 * 10**6
_LAST_MINUTE = 2**32 - 1
"""A state keeps the minute in 32 bits: until the year 10136."""

_told_by = Layout(">I").pack
_encode = msgspec.json.Encoder().encode
_blank_digest = blake2b(digest_size=ENTRY - _TOLD_BY).copy  # half the price of a new one


class Seen(Enum):
    """What a timeline knows of a happening that is told."""

    NEW = "new"
    REPEATED = "repeated"
    """The same happening is known, under this id or another."""
    REUSED = "reused"
    """The sender told something else under this id."""


NEW, REPEATED, REUSED = Seen  # looking a member up in its class costs a third of a microsecond


def moment_of(at: datetime) -> int:
    """Return the microseconds of an aware datetime since 1970 began in China, exactly."""
    return (at - _START) // _MICROSECOND


def time_of(moment: int) -> datetime:
    """Return the datetime of a moment, in China."""
    return _START + timedelta(microseconds=moment)


def first_minute(moment: int) -> int:
    """Return the minute since 1970 began in China that a moment falls in, 0 for one before: how long an id has been known."""
    return min(max(moment // _MINUTE, 0), _LAST_MINUTE)


def time_of_minute(minute: int) -> datetime:
    """Return the datetime at which a minute begins, in China."""
    return time_of(minute * _MINUTE)


def entry_of(number: int, content: Sequence[object], moment: int, source: str, id_: str) -> bytes:
    """Return the entry of a kind's happening at a moment, told by ``source`` under an id."""
    digest = _blank_digest()
    digest.update(_encode((number, moment, content)))
    return _told_by(crc32((source + " " + id_).encode())) + digest.digest()


def seen(timeline: bytes, entry: bytes) -> Seen:
    """Return what the timeline knows of this happening."""
    # Found by `find`: `in` tries an integer first, and costs three times as much.
    find = timeline.find
    if (at := find(entry[_TOLD_BY:])) >= 0 and _stands(timeline, entry[_TOLD_BY:], at, _TOLD_BY) >= 0:
        return REPEATED
    if (at := find(entry[:_TOLD_BY])) >= 0 and (at := _stands(timeline, entry[:_TOLD_BY], at, 0)) >= 0:
        return REPEATED if timeline[at : at + ENTRY] == voided(entry) else REUSED
    return NEW


def _stands(timeline: bytes, part: bytes, at: int, place: int) -> int:
    """Return where a part that is found ``at`` stands in its place of an entry, there or further on; -1 for nowhere: it is not found across parts."""
    while at >= 0 and at % ENTRY != place:
        at = timeline.find(part, at + 1)
    return at


def told_by(source: str, id_: str) -> bytes:
    """Return the part of an entry that says who told it, under which id."""
    return _told_by(crc32((source + " " + id_).encode()))


def is_told_by(entry: bytes, teller: bytes) -> bool:
    """Return whether an entry was told by somebody, as ``told_by`` returns it."""
    return entry[:_TOLD_BY] == teller


def voided(entry: bytes) -> bytes:
    """Return the entry of a happening that was taken back: the report is known again under its own id, and under no other."""
    return entry[:_TOLD_BY] + bytes(byte ^ 0xFF for byte in entry[_TOLD_BY:])


def added(timeline: bytes, entry: bytes) -> bytes:
    """Return the timeline with one more happening; the one added longest ago goes if there are too many."""
    return (timeline + entry)[-REMEMBERED_BYTES:]
