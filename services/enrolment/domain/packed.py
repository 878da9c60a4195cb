"""States as bytes: 23 for a child and 9 for a county, and 8 for each happening.

The first byte is the format's version. The numbers below are stored: they never change, and none is used again.
"""

from struct import Struct as Layout

from services.enrolment.domain.county import INITIAL as SILENT
from services.enrolment.domain.county import CountyLedger
from services.enrolment.domain.happenings import ENTRY
from services.enrolment.domain.student import INITIAL, Student
from shared.contracts.words import Reason, Stage, Status

FORMAT = 1
"""Raise it with any change of the layouts, the numbers or the digests in ``happenings.py``."""

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

_STATUS_OF = {number: status for status, number in STATUSES.items()}
_REASON_OF = {number: reason for reason, number in REASONS.items()}
_STAGE_OF = {number: stage for stage, number in STAGES.items()}

# version; status and prior, 4 bits each; reason; spells; newest;
# place: county 20 bits (six digits), school 34 (ten digits), grade 4 (0: no school), stage 2, poor 1
_CHILD = Layout(">BBBIqQ")
_COUNTY = Layout(">Bq")


class UnknownFormat(Exception):
    """These bytes are no state that this code can read."""


def pack(student: Student) -> bytes:
    """Give the child's state as bytes."""
    place = int(student.county or 0) << 34 | int(student.school or 0)
    place = place << 7 | student.grade << 3 | STAGES[student.stage] << 1 | student.poor
    status = STATUSES[student.status] << 4 | STATUSES[student.prior]
    return _CHILD.pack(FORMAT, status, REASONS[student.reason], student.spells, student.newest, place) + student.timeline


def unpack(state: bytes | None) -> Student:
    """Give the child whose state these bytes are; none are one never heard of. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    _check(state, _CHILD.size)
    _, status, reason, spells, newest, place = _CHILD.unpack_from(state)
    grade = place >> 3 & 0xF
    return Student(
        _STATUS_OF[status >> 4],
        f"{place >> 41:06d}" if status else "",
        _STAGE_OF[place >> 1 & 3],
        bool(place & 1),
        _REASON_OF[reason],
        f"{place >> 7 & 0x3_FFFF_FFFF:010d}" if grade else "",
        grade,
        _STATUS_OF[status & 0xF],
        spells,
        newest,
        state[_CHILD.size :],
    )


def pack_county(ledger: CountyLedger) -> bytes:
    """Give the county's state as bytes."""
    return _COUNTY.pack(FORMAT, ledger.newest) + ledger.timeline


def unpack_county(state: bytes | None) -> CountyLedger:
    """Give the county whose state these bytes are; none are one that never stated anything. Raises ``UnknownFormat``."""
    if state is None:
        return SILENT
    _check(state, _COUNTY.size)
    return CountyLedger(_COUNTY.unpack_from(state)[1], state[_COUNTY.size :])


def _check(state: bytes, head: int) -> None:
    if not state or state[0] != FORMAT:
        found = state[0] if state else "none"
        raise UnknownFormat(
            f"a state of format {found}, where this code writes {FORMAT}: start a new generation of enrolment's states, "
            "which is rebuilt from the record, or deploy the code that wrote it"
        )
    if len(state) < head or (len(state) - head) % ENTRY:
        raise UnknownFormat(f"a state of {len(state)} bytes is cut off or damaged: rebuild enrolment's states from the record")
