"""The clock of a partition: which day began there last. A day begins once, and in order."""

from datetime import date

from services.case.domain.packed import CLOCK_SIZE, FORMAT
from services.case.domain.stored_numbers import pack_day, unpack_day
from shared.calendar.school_days import NATION, is_school_day, is_working_day
from shared.contracts.case_days import BeginDay, DayBegan
from shared.states import check_format, damaged

LISTED_AS = "clock:began"
"""The list of a partition's clock."""


def begin(began: date | None, command: BeginDay) -> DayBegan | None:
    """Return the fact that a day began after the one that began last; None for any other day than the next. The first may be any day."""
    if began is not None and not is_next(command.day, began):
        return None
    return DayBegan(day=command.day, working_day=is_working_day(command.day), school_day=is_school_day(NATION, command.day))


def is_next(day: date, began: date) -> bool:
    """Return whether a day is the one after another: each begins once, and none is left out."""
    return day.toordinal() == began.toordinal() + 1


def pack_clock(day: date) -> bytes:
    """Return a clock's state as bytes."""
    return bytes((FORMAT,)) + pack_day(day)


def day_of_clock(state: bytes | None) -> date | None:
    """Return the day that began last; None where none did. Raises ``UnknownFormat``."""
    if state is None:
        return None
    check_format(state, FORMAT, "case")
    if len(state) != CLOCK_SIZE:
        raise damaged(state, "case")
    return unpack_day(state[1:])


def place_in_lists(state: bytes) -> tuple[str, bytes]:
    """Return the list in which a clock stands, by the day that began last."""
    return LISTED_AS, state[1:]
