"""States as bytes: 19 for a file, and 4 to 28 for each happening of its history.

The first byte is the format's version. The numbers below and in ``timeline.py`` are stored: they never change, and none is used again.
"""

from datetime import date
from functools import cache
from struct import Struct as Layout

from services.case.domain.case import INITIAL, Case
from services.case.domain.timeline import REASON_NUMBER, REASONS, STATE_NUMBER, STATES, code_of
from shared.contracts.case import CaseStanding
from shared.states import check_format, damaged

FORMAT = 3
"""Raise it with any change of the layouts or the numbers."""

_MARKS = {n << 4 | r: (state, reason) for n, state in enumerate(STATES) for r, reason in enumerate(REASONS)}

# version; state and reason, 4 bits each; county (six digits); due day, as lists sort it; attempts; taken
_CASE = Layout(">BBI3sHq")
_LISTED_AS, _DUE = slice(1, 6), slice(6, 9)
_MOST_ATTEMPTS = 65_535

DAY_BYTES = 3
NO_DAY = b"\xff" * DAY_BYTES
"""Where nothing is due: it sorts behind every day."""


def pack(case: Case) -> bytes:
    """Return the file's state as bytes; it must be one that was opened."""
    now = case.standing
    assert now is not None, "a file that was never opened has no state"  # noqa: S101  # for the type checker
    due = now.due.toordinal().to_bytes(DAY_BYTES) if now.due else NO_DAY
    marks = STATE_NUMBER[now.state] << 4 | REASON_NUMBER[now.reason]
    return _CASE.pack(FORMAT, marks, int(now.county), due, min(now.attempts, _MOST_ATTEMPTS), case.taken) + case.history


def unpack(state: bytes | None) -> Case:
    """Return the file whose state these bytes are; none are a child that has no file. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    _check(state)
    _, marks, county, due, attempts, taken = _CASE.unpack_from(state)
    try:
        case_state, reason = _MARKS[marks]
    except KeyError:
        raise damaged(state, "case") from None
    day = None if due == NO_DAY else date.fromordinal(int.from_bytes(due))
    return Case(CaseStanding(case_state, code_of(county), reason, attempts, day), taken, state[_CASE.size :])


def place_in_lists(state: bytes) -> tuple[str, bytes]:
    """Return the list in which a file stands, ``<county>:<state>``, and the due day by which it stands there."""
    _check(state)
    return _list_of(state[_LISTED_AS]), state[_DUE]


@cache
def _list_of(place: bytes) -> str:
    marks, county = place[0], int.from_bytes(place[1:])
    return f"{code_of(county)}:{STATES[marks >> 4].value}"


def day_key(day: date) -> bytes:
    """Return the bytes by which what is due on a day stands in lists."""
    return day.toordinal().to_bytes(DAY_BYTES)


def _check(state: bytes) -> None:
    check_format(state, FORMAT, "case")
    if len(state) < _CASE.size:
        raise damaged(state, "case")
