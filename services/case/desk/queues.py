"""The queues of a work list: which files wait for what, by state and due day. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.case.domain.owner_lists import Kind
from services.case.domain.packed import NO_DAY, day_key
from shared.contracts.case_codes import CaseState


class Queue(StrEnum):
    """What a file waits for."""

    OVERDUE = "overdue"
    """The next step was due before today."""
    TODAY = "today"
    """The next step is due today."""
    COMING = "coming"
    """The next step is due later."""
    CONFIRM = "confirm"
    """The child is back, and it is time to see that it stayed."""
    WATCHED = "watched"
    """The child is back and under observation."""
    SECOND = "second"
    """One office would close the file, and a second has to confirm it."""
    CLOSED = "closed"
    """Nothing is waited for."""
    INCOMING = "incoming"
    """The file was sent to the county, or sent back to it, which has to take it over."""
    SENT = "sent"
    """The county sent the file, or sent it back, and no other has taken it over yet."""
    AGEING = "ageing"
    """The file was to be taken over before today."""
    UNOWNED = "unowned"
    """The file is nobody's: the level above has to give it to a county."""


_OUT = (CaseState.OPEN, CaseState.PERSUADING)
_BACK = (CaseState.RETURNED,)
_DAY = timedelta(1)


class Range(NamedTuple):
    """Where the files of a queue stand in lists: of which states, from which sort key on, and below which; None for no bound.

    ``kind``: of a queue that goes by who answers, the list, in which a file stands beside that of its state; it has no states then.
    """

    states: tuple[CaseState, ...]
    not_below: bytes
    below: bytes | None
    kind: Kind | None = None


def range_of(queue: Queue, today: date) -> Range:
    """Return where the files of a queue stand on a day."""
    now, later = day_key(today), day_key(today + _DAY)
    match queue:
        case Queue.OVERDUE:
            return Range(_OUT, b"", now)
        case Queue.TODAY:
            return Range(_OUT, now, later)
        case Queue.COMING:
            return Range(_OUT, later, NO_DAY)
        case Queue.CONFIRM:
            return Range(_BACK, b"", later)
        case Queue.WATCHED:
            return Range(_BACK, later, NO_DAY)
        case Queue.SECOND:
            return Range((CaseState.CLOSING,), b"", None)
        case Queue.CLOSED:
            return Range((CaseState.CLOSED,), b"", None)
        case Queue.INCOMING:
            return Range((), b"", None, Kind.INCOMING)
        case Queue.SENT:
            return Range((), b"", None, Kind.SENT)
        case Queue.AGEING:
            return Range((), b"", now, Kind.INCOMING)
        case Queue.UNOWNED:
            return Range((), b"", None, Kind.UNOWNED)


def bounds(today: date) -> tuple[bytes, bytes]:
    """Return the sort keys between which lists are counted: those of today and of tomorrow."""
    return day_key(today), day_key(today + _DAY)


_Ranges = tuple[int, int, int]
"""How many files of a list are due before today, today, and later."""


def counts_by_queue(by_state: Mapping[CaseState, _Ranges], by_kind: Mapping[Kind, _Ranges] | None = None) -> dict[Queue, int]:
    """Return how many files each queue has, by the lists of states and by those of who answers."""
    none, kinds = (0, 0, 0), by_kind or {}
    out = [sum(by_state.get(state, none)[n] for state in _OUT) for n in range(3)]
    back, closed = by_state.get(CaseState.RETURNED, none), by_state.get(CaseState.CLOSED, none)
    return {
        Queue.OVERDUE: out[0],
        Queue.TODAY: out[1],
        Queue.COMING: out[2],
        Queue.CONFIRM: back[0] + back[1],
        Queue.WATCHED: back[2],
        Queue.SECOND: sum(by_state.get(CaseState.CLOSING, none)),
        Queue.CLOSED: sum(closed),
        Queue.INCOMING: sum(kinds.get(Kind.INCOMING, none)),
        Queue.SENT: sum(kinds.get(Kind.SENT, none)),
        Queue.AGEING: kinds.get(Kind.INCOMING, none)[0],
        Queue.UNOWNED: sum(kinds.get(Kind.UNOWNED, none)),
    }
