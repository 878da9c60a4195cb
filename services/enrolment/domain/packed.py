"""States as bytes: 23 for a child and 9 for a county, and 8 for each happening.

The first byte is the format's version. The numbers below are stored: they never change, and none is used again.
"""

from struct import Struct as Layout

from services.enrolment.domain.county import INITIAL as SILENT
from services.enrolment.domain.county import CountyLedger
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import ENTRY
from shared.contracts.words import Reason, Stage, Status
from shared.states import check_format, damaged

FORMAT = 1
"""Raise it with any change of the layouts, the numbers or the digests in ``timeline.py``."""

STATUSES: dict[Status | None, int] = {
    None: 0,
    Status.REGISTERED: 1,
    Status.ENROLLED: 2,
    Status.ON_LEAVE: 3,
    Status.SUSPECTED: 4,
    Status.DROPPED_OUT: 5,
    Status.NEVER_ENROLLED: 6,
    Status.RETURNED: 7,
    Status.IN_TRANSFER: 8,
    Status.COMPLETED: 9,
    Status.REMOVED: 10,
}
REASONS: dict[Reason | None, int] = {
    None: 0,
    Reason.LEARNING: 1,
    Reason.WORK: 2,
    Reason.MARRIAGE: 3,
    Reason.RELIGION: 4,
    Reason.FAMILY: 5,
    Reason.POVERTY: 6,
    Reason.ILLNESS: 7,
    Reason.DISTANCE: 8,
    Reason.OTHER: 9,
    Reason.UNKNOWN: 10,
}
STAGES: dict[Stage | None, int] = {None: 0, Stage.PRIMARY: 1, Stage.JUNIOR: 2}

# version; status and prior, 4 bits each; reason 4, stage 2, poor 1; spells; newest;
# place: county 20 bits (six digits), school 34 (ten digits), grade 4 (0: no school)
_CHILD = Layout(">BBBiqQ")
_COUNTY = Layout(">Bq")

_STATUS_AND_PRIOR = {STATUSES[status] << 4 | STATUSES[prior]: (status, prior) for status in STATUSES for prior in STATUSES}
_MARKS = {REASONS[reason] << 3 | STAGES[stage] << 1 | poor: (stage, poor, reason) for reason in REASONS for stage in STAGES for poor in (False, True)}


def pack(student: Student) -> bytes:
    """Return the child's state as bytes."""
    status = STATUSES[student.status] << 4 | STATUSES[student.prior]
    marks = REASONS[student.reason] << 3 | STAGES[student.stage] << 1 | student.poor
    place = (int(student.county or 0) << 34 | int(student.school or 0)) << 4 | student.grade
    return _CHILD.pack(FORMAT, status, marks, student.spells, student.newest, place) + student.timeline


def unpack(state: bytes | None) -> Student:
    """Return the child whose state these bytes are; none are one never heard of. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    _check(state, _CHILD.size)
    _, status_and_prior, marks, spells, newest, place = _CHILD.unpack_from(state)
    try:
        status, prior = _STATUS_AND_PRIOR[status_and_prior]
        stage, poor, reason = _MARKS[marks]
    except KeyError:
        raise damaged(state, "enrolment") from None
    grade = place & 0xF
    county = str(place >> 38).zfill(6) if status else ""
    school = str(place >> 4 & 0x3_FFFF_FFFF).zfill(10) if grade else ""
    return Student(status, county, stage, poor, reason, school, grade, prior, spells, newest, state[_CHILD.size :])


def pack_ledger(ledger: CountyLedger) -> bytes:
    """Return the county's state as bytes."""
    return _COUNTY.pack(FORMAT, ledger.newest) + ledger.timeline


def unpack_ledger(state: bytes | None) -> CountyLedger:
    """Return the county whose state these bytes are; none are one that never stated anything. Raises ``UnknownFormat``."""
    if state is None:
        return SILENT
    _check(state, _COUNTY.size)
    return CountyLedger(_COUNTY.unpack_from(state)[1], state[_COUNTY.size :])


def _check(state: bytes, head: int) -> None:
    check_format(state, FORMAT, "enrolment")
    if len(state) < head or (len(state) - head) % ENTRY:
        raise damaged(state, "enrolment")
