"""States as bytes: 24 for a file, 3 more while there is more to tell of its due day, 4 more once a step of its plan is done or left out, 7 more
once a step of the law was taken, 9 to
21 more while the child is back and the file not closed, what is known of who answers beside the county (``packed_owner.py``), flags and draws
(``packed_oversight.py``), 16 while its plan names a school, 5 or 22 once it was referred to relief, and 4 to 28 for each happening of its
history.

The first byte is the format's version. The numbers below, in ``stored_numbers.py`` and in ``entries.py`` are stored: they never change, and none
is used again.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from struct import Struct as Layout

from services.case.domain.case import INITIAL, Case
from services.case.domain.flags import oldest_open
from services.case.domain.law import Law
from services.case.domain.owners import Owner
from services.case.domain.packed_oversight import pack_draws, pack_flags, unpack_draws, unpack_flags
from services.case.domain.packed_owner import NO_OWNER, OF_OWNERS, pack_owner, unpack_owner
from services.case.domain.packed_placing import pack_placing, unpack_placing
from services.case.domain.packed_referral import pack_referral, unpack_referral
from services.case.domain.placing import missing
from services.case.domain.plan import Plan
from services.case.domain.samples import oldest_waiting
from services.case.domain.stored_numbers import (
    DAY_BYTES,
    NO_DAY,
    REASON_NUMBER,
    REASONS,
    STATE_NUMBER,
    STATES,
    URGENCIES,
    URGENCY_NUMBER,
    code_of,
    office_number,
    office_of,
    pack_day,
    unpack_day,
    unpack_office,
)
from services.case.domain.sustaining import Return
from services.case.domain.urgency import next_day
from shared.contracts.case_codes import CaseStanding
from shared.states import check_format, damaged

FORMAT = 8
"""Raise it with any change of the layouts or the numbers."""

_MARKS = {n << 4 | r: (state, reason) for n, state in enumerate(STATES) for r, reason in enumerate(REASONS)}

# version; state and reason, 4 bits each; county (six digits); due day, as lists sort it; attempts 14 bits, above them whether a referral and
# whether places follow; taken; of the plan: the playbook's version 7 bits, whether the marks follow 1 bit, whether the law follows 1 bit, the
# return 1 bit; the day from which its days count 22 bits; what else follows: of who answers 3 bits (``packed_owner.py``), what was told of the
# due day 3 bits, whether the day follows on which there is more to tell 1 bit; whether flags and draws follow 1 bit
_CASE = Layout(">BBI3sHqIB")
_MARKED, _LAWFUL, _RETURNED = 1 << 24, 1 << 23, 1 << 22
_DAY = (1 << 22) - 1
"""No day of the calendar takes more bits: those above it say what follows."""
_LAW = Layout(">B3s3s")  # steps taken; the day of the newest; the last day of its term
_PLAN_MARKS = Layout(">HH")  # steps done; steps left out
_RETURN = Layout(">3s6s")  # the day of the return; the claimant (0: not known), and above it which offices follow in 6 bytes each
_OFFICE_BYTES = 6
_CORROBORATED, _PROPOSED = 1 << 46, 1 << 47
FLAGGED, DRAWN, NO_PLACE = "flagged", "drawn", "no-place"
"""The kinds of the lists of files with an open flag, of files that wait for a re-check, and of plans without a place in the school they name."""
_LISTED_AS, _DUE = slice(1, 6), slice(6, 9)
_URGENCY_BITS, _URGENCY, _FALLS, _OVERSEEN = 3, 7, 1 << 6, 1 << 7
_FALLS_AT = slice(_CASE.size, _CASE.size + 3)
_ELSE_AT = _CASE.size - 1
_MOST_ATTEMPTS = 16_383
_PLACED, _REFERRED = 1 << 15, 1 << 14
_PLACED_AT, _PLACED_BYTE = 9, 1 << 7

SUSPICION_MARK = b"\xfd"
"""The second byte of the state of a suspicion (``packed_suspicion.py``). It is no file."""
CLOCK_SIZE = 4
"""Bytes of the state of a partition's clock (``clock.py``). It is no file."""


def pack(case: Case) -> bytes:
    """Return the file's state as bytes; it must be one that was opened."""
    now = case.standing
    assert now is not None, "a file that was never opened has no state"  # noqa: S101  # for the type checker
    due = pack_day(now.due) if now.due else NO_DAY
    marks = STATE_NUMBER[now.state] << 4 | REASON_NUMBER[now.reason]
    plan = case.plan
    assert plan is not None, "a file has a plan from its first fact on"  # noqa: S101  # for the type checker
    begun = plan.version << 25 | plan.since.toordinal()
    if plan.done or plan.left:
        begun |= _MARKED
        plan_marks = _PLAN_MARKS.pack(plan.done, plan.left)
    else:
        plan_marks = b""
    law = b""
    if case.law is not None:
        begun |= _LAWFUL
        law = _LAW.pack(case.law.taken, pack_day(case.law.newest), pack_day(case.law.term))
    back = b""
    if case.back is not None:
        begun |= _RETURNED
        back = _pack_return(case.back)
    more, owner = NO_OWNER if case.owner is None else pack_owner(case.owner)
    overseen = b""
    if case.flags or case.draws:
        more, overseen = more | _OVERSEEN, _pack_oversight(case)
    more, falls = more | URGENCY_NUMBER[now.urgency] << _URGENCY_BITS, b""
    if (day := next_day(now)) is not None:
        # Stored, and not worked out again: lists are kept by it, whatever thresholds a later version of the code has.
        more, falls = more | _FALLS, pack_day(day)
    attempts, placing, referral = min(now.attempts, _MOST_ATTEMPTS), b"", b""
    if now.places is not None:
        attempts, placing = attempts | _PLACED, pack_placing(now.places, case.asked)
    if case.referral is not None:
        attempts, referral = attempts | _REFERRED, pack_referral(case.referral)
    head = _CASE.pack(FORMAT, marks, int(now.county), due, attempts, case.taken, begun, more)
    return b"%b%b%b%b%b%b%b%b%b%b" % (head, falls, plan_marks, law, back, owner, overseen, placing, referral, case.history)


def _pack_oversight(case: Case) -> bytes:
    return pack_flags(case.flags) + pack_draws(case.draws)


def _pack_return(back: Return) -> bytes:
    return pack_day(back.since) + _pack_offices(back.claimant, back.corroborated_by, back.proposed_by)


@lru_cache(maxsize=4096)
def _pack_offices(claimant: str | None, corroborated_by: str | None, proposed_by: str | None) -> bytes:
    first = 0 if claimant is None else office_number(claimant)
    first |= (corroborated_by is not None) * _CORROBORATED | (proposed_by is not None) * _PROPOSED
    others = (office_number(each) for each in (corroborated_by, proposed_by) if each is not None)
    return b"".join(each.to_bytes(_OFFICE_BYTES) for each in (first, *others))


def _unpack_return(state: bytes, at: int) -> tuple[Return, int]:
    since, first = _RETURN.unpack_from(state, at)
    at += _RETURN.size
    claimant = int.from_bytes(first)
    offices: list[str | None] = []
    for mark in (_CORROBORATED, _PROPOSED):
        if claimant & mark:
            offices.append(unpack_office(state[at : at + _OFFICE_BYTES]))
            at += _OFFICE_BYTES
        else:
            offices.append(None)
    number = claimant & ~(_CORROBORATED | _PROPOSED)
    return Return(unpack_day(since), office_of(number) if number else None, *offices), at


def unpack(state: bytes | None) -> Case:
    """Return the file whose state these bytes are; none, and those of a clock or a suspicion, are a child that has no file.

    Raises ``UnknownFormat``.
    """
    if state is None or len(state) == CLOCK_SIZE or state[1:2] == SUSPICION_MARK:
        return INITIAL
    _check(state)
    _, marks, county, due, attempts, taken, begun, more = _CASE.unpack_from(state)
    history_at, done, left = _CASE.size + (DAY_BYTES if more & _FALLS else 0), 0, 0
    if begun & _MARKED:
        done, left = _PLAN_MARKS.unpack_from(state, history_at)
        history_at += _PLAN_MARKS.size
    law = None
    if begun & _LAWFUL:
        steps, newest, term = _LAW.unpack_from(state, history_at)
        law = Law(steps, unpack_day(newest), unpack_day(term))
        history_at += _LAW.size
    back = None
    if begun & _RETURNED:
        back, history_at = _unpack_return(state, history_at)
    owner = None
    if more & OF_OWNERS:
        owner, history_at = unpack_owner(state, history_at, more)
    flags, draws = INITIAL.flags, INITIAL.draws
    if more & _OVERSEEN:
        flags, history_at = unpack_flags(state, history_at)
        draws, history_at = unpack_draws(state, history_at)
    try:
        places, asked = None, b""
        if attempts & _PLACED:
            places, asked, history_at = unpack_placing(state, history_at)
        referral = None
        if attempts & _REFERRED:
            referral, history_at = unpack_referral(state, history_at)
        case_state, reason = _MARKS[marks]
        since = date.fromordinal(begun & _DAY)
        urgency = URGENCIES[more >> _URGENCY_BITS & _URGENCY]
    except (KeyError, ValueError, IndexError):
        raise damaged(state, "case") from None
    day = None if due == NO_DAY else unpack_day(due)
    standing = CaseStanding(case_state, code_of(county), reason, attempts & _MOST_ATTEMPTS, day, urgency, places)
    return Case(standing, taken, state[history_at:], Plan(begun >> 25, since, done, left), law, back, owner, flags, draws, asked, referral)


def places_in_lists(state: bytes) -> list[tuple[str, bytes]]:
    """Return the lists in which a file stands, each with the day by which it stands there.

    They are ``<county>:<state>`` and, where something was told of its due day, ``<county>:<urgency>``, by the due day; and, where there is more to
    tell, ``<shard>:falls``, by the day on which there will be.
    """
    _check(state)
    place, more, due = state[_LISTED_AS], state[_ELSE_AT], state[_DUE]
    places = [(_list_of(place), due)]
    if told := more >> _URGENCY_BITS & _URGENCY:
        places.append((_list_of_urgency(place, told), due))
    if more & _FALLS:
        places.append((_shard_of(place), state[_FALLS_AT]))
    return places


def owner_of(state: bytes) -> Owner | None:
    """Return what a state knows of who answers, beside the county; at no cost where it knows nothing."""
    return unpack(state).owner if state[_ELSE_AT] & OF_OWNERS else None


def places_of_oversight(state: bytes) -> Sequence[tuple[str, bytes]]:
    """Return the lists of flagged and of drawn files in which a file stands beside its own, by the day of what has waited longest."""
    if not state[_ELSE_AT] & _OVERSEEN:
        return ()
    case = unpack(state)
    county = code_of(int.from_bytes(state[_LISTED_AS][1:]))
    waiting = ((FLAGGED, oldest_open(case.flags)), (DRAWN, oldest_waiting(case.draws)))
    return [(f"{county}:{kind}", pack_day(day)) for kind, day in waiting if day is not None]


def place_of_missing(state: bytes) -> Sequence[tuple[str, bytes]]:
    """Return the list of plans without a place in which a file stands, by its due day; at no cost where the plan names no school."""
    if not state[_PLACED_AT] & _PLACED_BYTE:
        return ()
    case = unpack(state)
    county = code_of(int.from_bytes(state[_LISTED_AS][1:]))
    return [(f"{county}:{NO_PLACE}", state[_DUE])] if missing(case.standing, case.plan) else ()


@cache
def _list_of(place: bytes) -> str:
    marks, county = place[0], int.from_bytes(place[1:])
    return f"{code_of(county)}:{STATES[marks >> 4].value}"


@cache
def _list_of_urgency(place: bytes, urgency: int) -> str:
    return f"{code_of(int.from_bytes(place[1:]))}:{URGENCIES[urgency]}"


FALLS = "falls"
"""The kind of the lists by which a day that begins finds what falls due."""
_SHARDS = 509
SHARDS = tuple(f"{n:03}" for n in range(_SHARDS))
"""The groups of those lists. So many that Redis keeps each list packed, at 600,000 files and twelve partitions, and few enough to look into all."""


@cache
def _shard_of(place: bytes) -> str:
    return f"{shard_of(int.from_bytes(place[1:]))}:{FALLS}"


def shard_of(county: int) -> str:
    """Return the group in whose list what falls due in a county stands."""
    return SHARDS[county % _SHARDS]


def _check(state: bytes) -> None:
    check_format(state, FORMAT, "case")
    if len(state) < _CASE.size:
        raise damaged(state, "case")
