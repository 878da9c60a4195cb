"""The queues of a work list: which files wait for what, by state and due day. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

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


_OUT = (CaseState.OPEN, CaseState.PERSUADING)
_BACK = (CaseState.RETURNED,)
_DAY = timedelta(1)


class Range(NamedTuple):
    """Where the files of a queue stand in lists: of which states, from which sort key on, and below which; None for no bound."""

    states: tuple[CaseState, ...]
    not_below: bytes
    below: bytes | None


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


def bounds(today: date) -> tuple[bytes, bytes]:
    """Return the sort keys between which lists are counted: those of today and of tomorrow."""
    return day_key(today), day_key(today + _DAY)


def counts_by_queue(by_state: Mapping[CaseState, tuple[int, int, int]]) -> dict[Queue, int]:
    """Return how many files each queue has. ``by_state``: how many are due before today, today, and later."""
    none = (0, 0, 0)
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
    }
