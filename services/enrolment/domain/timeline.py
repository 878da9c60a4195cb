"""What a child's or a county's timeline remembers of a happening: 8 bytes, enough to know it again.

An entry is the day in China (u16, days since 1970), the kind (u8) and 5 bytes BLAKE2b of the content. A report and the
fact that repeats it give the same entry, so that a state folded from facts knows the reports behind them.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from struct import Struct as Layout

import msgspec

ENTRY = 8
"""Bytes of an entry."""

REMEMBERED = 60
"""Entries that a timeline keeps: those added last. A repeat of an older one is judged as late news (or, where more than
this many happenings share a moment, by the table): its fact leaves the standing as it is, so no count moves."""

_KEPT = REMEMBERED * ENTRY

NEVER = -(2**63)
"""The newest moment of a timeline without happenings."""

# Decoded, so that it shares its tzinfo object with most reports: the difference of two times is then 8 times cheaper.
_START = msgspec.json.decode(b'"1970-01-01T00:00:00+08:00"', type=datetime)
_DAY = 24 * 3600 * 10**6

_head = Layout(">HB").pack
_encode = msgspec.json.Encoder().encode
_blank_digest = blake2b(digest_size=5).copy  # half the price of a new one


def moment_of(at: datetime) -> int:
    """Return the microseconds of an aware datetime since 1970 began in China, exactly."""
    since = at - _START
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def entry_of(number: int, content: Sequence[object], moment: int) -> bytes:
    """Return the entry of a kind's happening at a moment.

    Days before 1970 and after 2149 share their numbers with days between.
    """
    digest = _blank_digest()
    digest.update(_encode(content))
    return _head(moment // _DAY & 0xFFFF, number) + digest.digest()


def repeated(timeline: bytes, entry: bytes) -> bool:
    """Return whether the timeline remembers this happening."""
    if entry not in timeline:
        return False
    at = timeline.find(entry)
    while at % ENTRY and at > 0:  # found across two entries is not found
        at = timeline.find(entry, at + 1)
    return at >= 0


def added(timeline: bytes, entry: bytes) -> bytes:
    """Return the timeline with one more happening; the one added longest ago goes if there are too many."""
    return (timeline + entry)[-_KEPT:]
