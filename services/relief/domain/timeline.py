"""The timeline of a grant: 11 bytes a happening, enough to show to an officer.

An entry is the kind (u8), the day in China (u16, days since 1970; of a payment, the day it was made), and county (u32, the
number of its six digits) and fen (u32) as they were after it.
"""

from datetime import date, timedelta
from struct import Struct as Layout

from msgspec import Struct

from shared.contracts.relief import (
    AidEnded,
    AidGivenBack,
    AidGranted,
    AidHandedOver,
    AidMoved,
    AidPaid,
    AidRecalculated,
    AidRegained,
    AidResumed,
    AidSuspended,
    AidTakenOver,
    Grant,
    ReliefFact,
)

REMEMBERED = 60
"""The entries that a timeline keeps: those added last."""

_ENTRY = Layout(">BHII")
_FIRST_DAY = date(1970, 1, 1)
_FIRST_NUMBER = _FIRST_DAY.toordinal()

# Stored in states: a number is never used again.
_KINDS: dict[type[ReliefFact], int] = {
    AidGranted: 1,
    AidSuspended: 2,
    AidResumed: 3,
    AidMoved: 4,
    AidRecalculated: 5,
    AidPaid: 6,
    AidEnded: 7,
    AidHandedOver: 8,
    AidTakenOver: 9,
    AidGivenBack: 10,
    AidRegained: 11,
}
_NAMES = {kind: fact.TYPE.split(".")[3] for fact, kind in _KINDS.items()}

ENTRY = _ENTRY.size
"""Bytes of an entry."""


class Happening(Struct, frozen=True):
    """A happening of a grant: the word of the fact's type, the day, and county and fen after it."""

    what: str
    day: date
    county: str
    fen: int


def keeps(fact: ReliefFact) -> bool:
    """Return whether a fact is one that happens to a grant."""
    return type(fact) in _KINDS


def added(history: bytes, fact: ReliefFact, after: Grant, on: date) -> bytes:
    """Return the timeline with one more happening. The oldest goes where there are too many."""
    day = fact.day if isinstance(fact, AidPaid) else on
    entry = _ENTRY.pack(_KINDS[type(fact)], (day.toordinal() - _FIRST_NUMBER) & 0xFFFF, int(after.county), after.fen)
    return (history + entry)[-REMEMBERED * ENTRY :]


def happenings_of(history: bytes) -> list[Happening]:
    """Return the happenings, oldest first."""
    return [
        Happening(_NAMES[kind], _FIRST_DAY + timedelta(days=day), str(county).zfill(6), fen) for kind, day, county, fen in _ENTRY.iter_unpack(history)
    ]
