"""What a child's or a county's timeline remembers of a happening: 8 bytes, enough to know it again.

An entry is the day in China (u16, days since 1970), the kind (u8) and 5 bytes BLAKE2b of the content. A report and the
fact that repeats it give the same entry, so that a state folded from facts knows the reports behind them.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from struct import Struct as Layout
from typing import Any

import msgspec

from shared.contracts import county, reports, student

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

# Kind and order of fields are stored in states: a number is never used again, a line is only ever added. A field that
# a later version adds changes the digests: raise the format version in packed.py with it, so that states are rebuilt.
_CONTENTS: tuple[tuple[int, type[reports.Report], type[msgspec.Struct], tuple[str, ...]], ...] = (
    (1, reports.Listed, student.StudentListed, ("status", "county", "poor", "since", "stage", "reason")),
    (2, reports.Registered, student.StudentRegistered, ("county", "poor")),
    (3, reports.Enrolled, student.StudentEnrolled, ("county", "school", "stage", "grade", "poor")),
    (4, reports.Progressed, student.StudentProgressed, ("school", "stage", "grade")),
    (5, reports.Absent, student.StudentAbsent, ("since", "days")),
    (6, reports.Suspected, student.StudentSuspected, ("found_by", "reason")),
    (7, reports.Cleared, student.StudentCleared, ("outcome",)),
    (8, reports.DroppedOut, student.StudentDroppedOut, ("reason", "last_seen")),
    (9, reports.NeverEnrolled, student.StudentNeverEnrolled, ("county", "poor", "reason")),
    (10, reports.Returned, student.StudentReturned, ("school", "stage", "grade", "placement", "evidence")),
    (11, reports.OnLeave, student.StudentOnLeave, ("kind", "approval", "until")),
    (12, reports.Resumed, student.StudentResumed, ("school", "stage", "grade")),
    (13, reports.Departed, student.StudentDeparted, ("to_county",)),
    (14, reports.Arrived, student.StudentArrived, ("county", "school", "stage", "grade", "from_county")),
    (15, reports.Moved, student.StudentMoved, ("county",)),
    (16, reports.HouseholdChanged, student.StudentHouseholdChanged, ("poor", "category")),
    (17, reports.Completed, student.StudentCompleted, ()),
    (18, reports.Removed, student.StudentRemoved, ("code", "evidence")),
    (19, reports.Voided, student.StudentVoided, ("id",)),
    (20, reports.SameAs, student.StudentSameAs, ("student",)),
    (21, reports.CountyReported, county.CountyStated, ("out_of_school",)),
)


def _content(fields: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    # attrgetter gives a tuple for two fields or more, a bare value for one, and takes none not at all.
    if len(fields) > 1:
        return attrgetter(*fields)
    return lambda word: tuple(getattr(word, field) for field in fields)


_KINDS = {word: (kind, _content(fields)) for kind, report, fact, fields in _CONTENTS for word in (report, fact)}
_head = Layout(">HB").pack
_encode = msgspec.json.Encoder().encode
_blank_digest = blake2b(digest_size=5).copy  # half the price of a new one


def moment_of(at: datetime) -> int:
    """Give the microseconds of an aware datetime since 1970 began in China, exactly."""
    since = at - _START
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def happening(word: msgspec.Struct, moment: int) -> bytes:
    """Give the entry of a report, or of the fact that repeats it, at a moment; raises ``KeyError`` for anything else.

    Days before 1970 and after 2149 share their numbers with days between.
    """
    kind, content = _KINDS[type(word)]
    digest = _blank_digest()
    digest.update(_encode(content(word)))
    return _head(moment // _DAY & 0xFFFF, kind) + digest.digest()


def repeated(timeline: bytes, entry: bytes) -> bool:
    """Tell whether the timeline remembers this happening."""
    if entry not in timeline:
        return False
    at = timeline.find(entry)
    while at % ENTRY and at > 0:  # found across two entries is not found
        at = timeline.find(entry, at + 1)
    return at >= 0


def added(timeline: bytes, entry: bytes) -> bytes:
    """Give the timeline with one more happening; the one added longest ago goes if there are too many."""
    return (timeline + entry)[-_KEPT:]
