"""The queues of a work list: which files wait for what, by state and due day. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.case.domain.case import Case
from services.case.domain.flags import oldest_open
from services.case.domain.owner_lists import Kind
from services.case.domain.packed import DRAWN, FLAGGED, NO_PLACE
from services.case.domain.placing import missing
from services.case.domain.samples import oldest_waiting
from services.case.domain.stored_numbers import NO_DAY, pack_day
from shared.contracts.case_codes import CaseStanding, CaseState, Urgency
from shared.identity.offices import NATIONAL


class Queue(StrEnum):
    """What a file waits for."""

    OVERDUE = "overdue"
    """The next step was due before today."""
    TODAY = "today"
    """The next step is due today."""
    COMING = "coming"
    """The next step is due later."""
    SOON = "soon"
    """It was told that the step is due soon."""
    ESCALATED = "escalated"
    """It was told that the step is overdue for so long that a level above the county's has it before it."""
    CONFIRM = "confirm"
    """The child is back, and it is time to see that it stayed."""
    WATCHED = "watched"
    """The child is back and under observation."""
    SECOND = "second"
    """One office would close the file, and a second has to confirm it."""
    ALL = "all"
    """The child is out of school, whenever its next step is due: the county's ledger (台账)."""
    FLAGGED = "flagged"
    """A rule of the detector hints at a return on paper, and nobody settled the flag yet. The file stands in a queue of its own state too."""
    RECHECK = "recheck"
    """A level above drew the file, and has to see for itself. It stands in a queue of its own state too."""
    NO_PLACE = "no-place"
    """The plan names a school in which the child has no seat, or not the bed that it needs. The file stands in a queue of its own state too."""
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


OUT = (CaseState.OPEN, CaseState.PERSUADING)
"""The states of the file of a child that is out of school."""
_BACK = (CaseState.RETURNED,)
_DAY = timedelta(1)


ESCALATED = (Urgency.PREFECTURE, Urgency.PROVINCE)


class Range(NamedTuple):
    """Where the files of a queue stand in lists: of which states, from which sort key on, and below which; None for no bound.

    ``kind``: of a queue that goes by who answers, the list, in which a file stands beside that of its state; it has no states then. ``told``: of
    one that goes by what was told of the due day, likewise; ``mark``: of one of flagged or drawn files or of plans without a place, likewise.
    """

    states: tuple[CaseState, ...]
    not_below: bytes
    below: bytes | None
    kind: Kind | None = None
    told: tuple[Urgency, ...] = ()
    mark: str | None = None

    @property
    def kinds(self) -> list[str]:
        """Return the lists of each county."""
        beside = self.kind or self.mark
        return [each.value for each in (*self.states, *self.told)] if beside is None else [str(beside)]

    def has(self, now: CaseStanding) -> bool:
        """Return whether a file stands in lists of these states, or of what was told of them."""
        return now.state in self.states or now.urgency in self.told


def escalated_to(office: str) -> tuple[Urgency, ...]:
    """Return what was told of the files that an office has before it as escalated: from the province on, what came as far as the province."""
    return ESCALATED[1:] if office == NATIONAL or office.startswith("/provinces/") else ESCALATED


def range_of(queue: Queue, today: date, escalated: tuple[Urgency, ...] = ESCALATED) -> Range:
    """Return where the files of a queue stand on a day. ``escalated``: as ``escalated_to`` returns it."""
    now, later = pack_day(today), pack_day(today + _DAY)
    match queue:
        case Queue.OVERDUE:
            return Range(OUT, b"", now)
        case Queue.TODAY:
            return Range(OUT, now, later)
        case Queue.COMING:
            return Range(OUT, later, NO_DAY)
        case Queue.SOON:
            return Range((), b"", None, told=(Urgency.DUE_SOON,))
        case Queue.ESCALATED:
            return Range((), b"", None, told=escalated)
        case Queue.CONFIRM:
            return Range(_BACK, b"", later)
        case Queue.WATCHED:
            return Range(_BACK, later, NO_DAY)
        case Queue.SECOND:
            return Range((CaseState.CLOSING,), b"", None)
        case Queue.ALL:
            return Range(OUT, b"", None)
        case Queue.FLAGGED:
            return Range((), b"", None, mark=FLAGGED)
        case Queue.RECHECK:
            return Range((), b"", None, mark=DRAWN)
        case Queue.NO_PLACE:
            return Range((), b"", None, mark=NO_PLACE)
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


def is_marked(case: Case, mark: str) -> bool:
    """Return whether a file stands in the list of the flagged, of the drawn, or of plans without a place."""
    if mark == NO_PLACE:
        return bool(missing(case.standing, case.plan))
    return (oldest_open(case.flags) if mark == FLAGGED else oldest_waiting(case.draws)) is not None


def bounds(today: date) -> tuple[bytes, bytes]:
    """Return the sort keys between which lists are counted: those of today and of tomorrow."""
    return pack_day(today), pack_day(today + _DAY)


def feeds(today: date, escalated: tuple[Urgency, ...] = ESCALATED) -> Mapping[str, Sequence[tuple[Queue, int]]]:
    """Return by list the queues that it is part of, each with which part: 0 is what stands there before today, 1 today, 2 later."""
    now, later = bounds(today)
    parts = ((b"", now), (now, later), (later, NO_DAY))
    found: defaultdict[str, list[tuple[Queue, int]]] = defaultdict(list)
    for queue in Queue:
        wanted = range_of(queue, today, escalated)
        for kind in wanted.kinds:
            within = (wanted.below is None or end <= wanted.below for _, end in parts)
            found[kind] += [(queue, n) for n, ends in enumerate(within) if ends and parts[n][0] >= wanted.not_below]
    return found
