"""States as bytes: 18 for a file, and 4 to 20 for each happening of its history.

The first byte is the format's version. The numbers below and in ``happenings.py`` are stored: they never change, and none is used again.
"""

from datetime import date
from struct import Struct as Layout

from services.case.domain.case import INITIAL, Case
from services.case.domain.happenings import REASON_NUMBER, REASONS
from shared.contracts.case import CaseStanding, CaseState

FORMAT = 1
"""Raise it with any change of the layouts or the numbers."""

_STATES = (CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSED)
_STATE_NUMBER = {state: n for n, state in enumerate(_STATES)}
_MARKS = {n << 4 | r: (state, reason) for n, state in enumerate(_STATES) for r, reason in enumerate(REASONS)}

# version; state and reason, 4 bits each; place: county 20 bits (six digits), due 24 (0: none), attempts 20; taken
_CASE = Layout(">BBQq")
_DUE_BITS, _ATTEMPT_BITS = 24, 20
_DUE_MASK = (1 << _DUE_BITS) - 1
_MOST_ATTEMPTS = (1 << _ATTEMPT_BITS) - 1

DAY_BYTES = 3
NO_DAY = b"\xff" * DAY_BYTES
"""Where nothing is due: it sorts behind every day."""


class UnknownFormat(Exception):
    """These bytes are no state that this code can read."""


def pack(case: Case) -> bytes:
    """Give the file's state as bytes; it must be one that was opened."""
    now = case.standing
    assert now is not None, "a file that was never opened has no state"  # noqa: S101  # for the type checker
    due = now.due.toordinal() if now.due else 0
    place = (int(now.county) << _DUE_BITS | due) << _ATTEMPT_BITS | min(now.attempts, _MOST_ATTEMPTS)
    return _CASE.pack(FORMAT, _STATE_NUMBER[now.state] << 4 | REASON_NUMBER[now.reason], place, case.taken) + case.history


def unpack(state: bytes | None) -> Case:
    """Give the file whose state these bytes are; none are a child that has no file. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    _check(state)
    _, marks, place, taken = _CASE.unpack_from(state)
    try:
        case_state, reason = _MARKS[marks]
    except KeyError:
        raise _damaged(state) from None
    due = place >> _ATTEMPT_BITS & _DUE_MASK
    county = str(place >> _DUE_BITS + _ATTEMPT_BITS).zfill(6)
    standing = CaseStanding(case_state, county, reason, place & _MOST_ATTEMPTS, date.fromordinal(due) if due else None)
    return Case(standing, taken, state[_CASE.size :])


def place_in_lists(state: bytes) -> tuple[str, CaseState, bytes]:
    """Give a file's county and state, by which it is listed, and the bytes of the due day, by which it stands there."""
    _check(state)
    _, marks, place, _ = _CASE.unpack_from(state)
    due = place >> _ATTEMPT_BITS & _DUE_MASK
    county = str(place >> _DUE_BITS + _ATTEMPT_BITS).zfill(6)
    return county, _STATES[marks >> 4], due.to_bytes(DAY_BYTES) if due else NO_DAY


def day_key(day: date) -> bytes:
    """Give the bytes by which what is due on a day stands in lists."""
    return day.toordinal().to_bytes(DAY_BYTES)


def _check(state: bytes) -> None:
    if not state or state[0] != FORMAT:
        found = state[0] if state else "none"
        raise UnknownFormat(
            f"a state of format {found}, where this code writes {FORMAT}: start a new generation of case's states, "
            "which is rebuilt from the record, or deploy the code that wrote it"
        )
    if len(state) < _CASE.size:
        raise _damaged(state)


def _damaged(state: bytes) -> UnknownFormat:
    return UnknownFormat(f"a state of {len(state)} bytes is cut off or damaged: rebuild case's states from the record")
