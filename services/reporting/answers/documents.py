"""The structs of reporting's answers (wire page, section 5)."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from shared.clock import CHINA, moment_of


class AsOf(Struct):
    """The part of the record that an answer belongs to: all its numbers are of this one vector of offsets.

    ``offsets``: the next offset of ``student-status``, by partition. ``event_time``, ``recorded_time``: the newest times in that part.
    ``lag_seconds``: seconds since that part was known to be all of the record.
    """

    offsets: dict[str, int]
    event_time: datetime | None
    recorded_time: datetime | None
    lag_seconds: float


class AreaName(Struct, omit_defaults=True):
    """The area asked for. ``successor``, ``predecessor``: the county in which a code counts that had ended, or not begun, on the record's date."""

    code: str
    name: str
    level: str
    successor: str | UnsetType = UNSET
    predecessor: str | UnsetType = UNSET


class Share(Struct):
    """The number of counties of an area, and of those that have reported."""

    counties: int
    reporting: int


class Coverage(Struct, omit_defaults=True):
    """The counties that the sums cover. ``silent``: those that never reported. ``unknown``: codes that are in no table and count in no area."""

    counties: int
    reporting: int
    silent: list[str]
    unknown: list[str] | UnsetType = UNSET


class Cases(Struct, omit_defaults=True):
    """The children's files. ``by_reason`` counts those not closed, ``overdue`` those not closed that were due before the record's own date.

    ``told``: of how many it was told, when a day began, that the step is due soon, overdue, or escalated to a level, by the state that waits for it.

    ``by_reason`` is null, and ``suppressed`` there and true, where it would tell of the children of a county with few files.
    """

    by_state: dict[str, int]
    by_reason: dict[str, int] | None
    overdue: int
    told: dict[str, dict[str, int]]
    suppressed: bool = False


class Aid(Struct):
    """The number of grants of one scheme in one state, and their sum in whole fen."""

    grants: int
    fen: int


class Stated(Struct, omit_defaults=True):
    """What was stated beside what is counted. ``difference``: stated less counted.

    Of a county: its newest own statement, and the ``day`` that it was made for. Above a county: the sum of the newest statements of the ``counties``
    that made any, compared with the counts of these alone, and the number of those that are ``differing``.
    """

    out_of_school: int
    difference: int
    day: str | UnsetType = UNSET
    counties: int | UnsetType = UNSET
    differing: int | UnsetType = UNSET


class Child(Struct, omit_defaults=True):
    """An area of the next level down. Areas above a county have ``coverage``; a county that stated its number has ``stated``.

    ``out_of_school`` and ``poor`` are null, not 0, where a county never reported. Files are Baoxue's own: there 0 means none.
    ``cases_open``: files that are open or persuading. ``suppressed``: ``poor`` is null so that it tells of no child.
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
    stated: Stated | UnsetType = UNSET
    suppressed: bool = False


class OpenTransfers(Struct):
    """Transfers of which only the county that gained the child has spoken: from the counties of the area (``lost``), and to them (``gained``)."""

    lost: int
    gained: int


class Counts(Struct):
    """The counts of an area. ``poor``, ``by_reason`` and ``by_stage`` count only the children out of school.

    ``out_of_school`` and ``poor`` are null, not 0, where a county never reported. ``relief`` is by scheme and state. ``stated`` is null where no
    county stated anything. ``suppressed``: ``poor``, ``by_reason``, ``by_stage`` and ``relief`` are null so that they tell of no child.
    """

    area: AreaName
    out_of_school: int | None
    poor: int | None
    by_status: dict[str, int]
    by_reason: dict[str, int] | None
    by_stage: dict[str, int] | None
    cases: Cases
    relief: dict[str, dict[str, Aid]] | None
    transfers: OpenTransfers
    stated: Stated | None
    children: list[Child]
    coverage: Coverage
    as_of: AsOf
    suppressed: bool = False


class Figure(Struct):
    """A figure: its number now, its baseline, and the fall as a share of the baseline (null where the baseline is 0 or a number is not told).

    ``basis``: ``published``, or ``record`` where the baseline is the sum of the record's own opening flows. ``now`` and ``baseline`` are null where a
    county never reported, and where the number would tell of a child.
    """

    now: int | None
    baseline: int | None
    baseline_date: str | None
    baseline_precision: str
    basis: str
    fall: float | None


class Headline(Struct):
    """The three figures: all children out of school, those of registered-poor households, and those in the 52 counties."""

    all: Figure
    poor: Figure
    watch52: Figure
    as_of: AsOf


class Day(Struct):
    """The flows into and out of the stock on a day, and the stock at its end."""

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
    """The flows of an area on each day that had any, from ``from`` to ``to``, both included."""

    area: AreaName
    from_: str | None
    to: str | None
    days: list[Day]
    as_of: AsOf


def china_moment(micros: int | None) -> datetime | None:
    """Return the moment, with China's offset, of microseconds since 1970."""
    return None if micros is None else moment_of(micros).astimezone(CHINA)
