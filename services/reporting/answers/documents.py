"""The shapes of reporting's answers (wire page, section 5), and the texts in them."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from services.reporting.board.board import moment
from shared.clock import CHINA


class AsOf(Struct):
    """Which part of the record an answer belongs to: all its numbers are of this one vector of offsets.

    ``offsets``: the next offset of ``student-status``, by partition. ``event_time``, ``recorded_time``: the newest in it.
    ``lag_seconds``: seconds since it was known to be all of the record.
    """

    offsets: dict[str, int]
    event_time: datetime | None
    recorded_time: datetime | None
    lag_seconds: float


class AreaName(Struct, omit_defaults=True):
    """The area asked for. ``successor``, ``predecessor``: where this code counts, if on the record's date it had ended or not begun."""

    code: str
    name: str
    level: str
    successor: str | UnsetType = UNSET
    predecessor: str | UnsetType = UNSET


class Share(Struct):
    """How many counties an area has, and how many of them have reported."""

    counties: int
    reporting: int


class Coverage(Struct, omit_defaults=True):
    """What the sums cover. ``silent``: counties that never reported. ``unknown``: codes in the record that no table knows, counted in no area."""

    counties: int
    reporting: int
    silent: list[str]
    unknown: list[str] | UnsetType = UNSET


class Cases(Struct):
    """The children's files. ``by_reason`` counts those not closed; so does ``overdue``: those due before the record's own date."""

    by_state: dict[str, int]
    by_reason: dict[str, int]
    overdue: int


class Aid(Struct):
    """Grants of one scheme in one state, and what they come to in whole fen."""

    grants: int
    fen: int


class Child(Struct, omit_defaults=True):
    """An area of the next level down. ``coverage`` is of areas above a county.

    How many children are out of school is null, not 0, of a county that never reported. Files are our own: 0 is 0 there too.
    ``cases_open``: files that are open or persuading.
    """

    code: str
    name: str
    out_of_school: int | None
    poor: int | None
    cases_open: int
    overdue: int
    reported: datetime | None
    silent: bool = False
    coverage: Share | UnsetType = UNSET


class Counts(Struct):
    """The counts of an area. ``poor``, ``by_reason`` and ``by_stage`` are of the out-of-school only; a silent county's own are null, not 0.

    ``relief``: by scheme and state.
    """

    area: AreaName
    out_of_school: int | None
    poor: int | None
    by_status: dict[str, int]
    by_reason: dict[str, int]
    by_stage: dict[str, int]
    cases: Cases
    relief: dict[str, dict[str, Aid]]
    children: list[Child]
    coverage: Coverage
    as_of: AsOf


class Figure(Struct):
    """One of the three figures: now, what it is measured from, and the fall as a share of that (null where that is 0).

    ``basis``: ``published``, or ``record`` where it is the sum of the record's own opening flows.
    """

    now: int
    baseline: int
    baseline_date: str | None
    baseline_precision: str
    basis: str
    fall: float | None


class Headline(Struct):
    """All children out of school, those of registered-poor households, and those in the 52 counties."""

    all: Figure
    poor: Figure
    watch52: Figure
    as_of: AsOf


class Day(Struct):
    """A day's flows into and out of the stock, and the stock at its end."""

    day: str
    opening: int
    newly_out: int
    out_again: int
    returned: int
    removed: int
    excused: int
    moved_out: int
    moved_in: int
    stock: int


class Flows(Struct, rename={"from_": "from"}):
    """The flows of an area on each day that had any, both ends included."""

    area: AreaName
    from_: str | None
    to: str | None
    days: list[Day]
    as_of: AsOf


def china_moment(micros: int | None) -> datetime | None:
    """Give microseconds since 1970 as a moment with China's offset."""
    return None if micros is None else moment(micros).astimezone(CHINA)
