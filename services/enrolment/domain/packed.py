"""States as bytes: 43 for a child and 16 for a county, 9 for each happening, and 16 for each transfer without its other half.

A child that has to do with a merge has 42 more, and what was known of each id that it took over.

The first byte is the format's version. The numbers below are stored: they never change, and none is used again.
"""

from struct import Struct as Layout
from struct import error as LayoutError  # noqa: N812  # a class
from uuid import UUID

from services.enrolment.domain.county import INITIAL as SILENT
from services.enrolment.domain.county import CountyLedger
from services.enrolment.domain.state import INITIAL, NO_REPORT, Merge, MergeStage, Student, Taken
from services.enrolment.domain.timeline import ENTRY
from services.enrolment.domain.transfers import Transfer
from shared.contracts.words import Reason, Stage, Status
from shared.states import UnknownFormat, check_format, damaged

FORMAT = 3
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

# version; status and prior, 4 bits each; has to do with a merge 1, reason 4, stage 2, poor 1; spells;
# place: transfers 6 bits (how many), county 20 (six digits), school 34 (ten digits), grade 4 (0: no school);
# newest moment of schooling, residence, household; minute since which it is known
_CHILD = Layout(">BBBiQqqqI")
_HEAD, _unpack_child = _CHILD.size, _CHILD.unpack_from
_TRANSFER = Layout(">IIq")  # the county that lost the child, the one that has it, the moment
_MERGE = Layout(">B16s16s8s")  # stage, 0 for none; the other id; the merge; the report
_TAKEN = Layout(">16s16s8sHH")  # the other id; the merge; the report; lengths of what was known of the child, and of the other id
_NUMBER = Layout(">B")
_MARKS_AT, _HAS_MERGE = 2, 0x80
# Where a child's state has the number of its transfers, a county's has nought.
_COUNTY = Layout(">B6xBq")
_TRANSFERS_AT, _TRANSFERS_SHIFT = 7, 2

_STATUS_AND_PRIOR = {STATUSES[status] << 4 | STATUSES[prior]: (status, prior) for status in STATUSES for prior in STATUSES}
_MARKS = {REASONS[reason] << 3 | STAGES[stage] << 1 | poor: (stage, poor, reason) for reason in REASONS for stage in STAGES for poor in (False, True)}


def pack(student: Student) -> bytes:
    """Return the child's state as bytes."""
    status = STATUSES[student.status] << 4 | STATUSES[student.prior]
    marks = REASONS[student.reason] << 3 | STAGES[student.stage] << 1 | student.poor
    if merging := student.merge is not None or bool(student.taken):
        marks |= _HAS_MERGE
    place = ((len(student.transfers) << 20 | int(student.county or 0)) << 34 | int(student.school or 0)) << 4 | student.grade
    head = _CHILD.pack(FORMAT, status, marks, student.spells, place, student.schooling, student.residence, student.household, student.since)
    if not student.transfers and not merging:
        return head + student.timeline
    transfers = b"".join([_TRANSFER.pack(int(each.lost), int(each.has), each.moment) for each in student.transfers])
    return head + transfers + (_pack_merges(student) if merging else b"") + student.timeline


def unpack(state: bytes | None) -> Student:
    """Return the child whose state these bytes are; none are one never heard of. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    length = len(state)
    if length < _HEAD or state[0] != FORMAT:
        raise _unreadable(state)
    _, status_and_prior, marks, spells, place, schooling, residence, household, since = _unpack_child(state)
    merge: Merge | None = None
    taken: tuple[Taken, ...] = ()
    end = _HEAD + (state[_TRANSFERS_AT] >> _TRANSFERS_SHIFT) * _TRANSFER.size
    try:
        status, prior = _STATUS_AND_PRIOR[status_and_prior]
        stage, poor, reason = _MARKS[marks & ~_HAS_MERGE]
        if marks & _HAS_MERGE:
            merge, taken, end = _unpack_merges(state, end)
    except (KeyError, ValueError, LayoutError):
        raise damaged(state, "enrolment") from None
    if length < end or (length - end) % ENTRY:
        raise damaged(state, "enrolment")
    transfers = tuple(_transfers(state)) if state[_TRANSFERS_AT] >> _TRANSFERS_SHIFT else ()
    grade = place & 0xF
    county = str(place >> 38 & 0xF_FFFF).zfill(6) if status else ""
    school = str(place >> 4 & 0x3_FFFF_FFFF).zfill(10) if grade else ""
    return Student(
        status,
        county,
        stage,
        poor,
        reason,
        school,
        grade,
        prior,
        spells,
        schooling,
        residence,
        household,
        transfers,
        state[end:],
        since,
        merge,
        taken,
    )


def _pack_merges(student: Student) -> bytes:
    merge = student.merge
    if merge is None:
        parts = [_MERGE.pack(0, b"", b"", NO_REPORT)]
    else:
        parts = [_MERGE.pack(merge.stage, bytes.fromhex(merge.student), UUID(merge.merge).bytes, merge.report)]
    parts.append(bytes((len(student.taken),)))
    for taken in student.taken:
        own, other = pack(taken.own), pack(taken.other)
        parts.append(_TAKEN.pack(bytes.fromhex(taken.student), UUID(taken.merge).bytes, taken.report, len(own), len(other)))
        parts += (own, other)
    return b"".join(parts)


def _unpack_merges(state: bytes, at: int) -> tuple[Merge | None, tuple[Taken, ...], int]:
    """Read the merges at a place. Return them and where their bytes end."""
    stage, student, merge_id, report = _MERGE.unpack_from(state, at)
    merge = Merge(MergeStage(stage), student.hex(), str(UUID(bytes=merge_id)), report) if stage else None
    [number] = _NUMBER.unpack_from(state, at + _MERGE.size)
    at += _MERGE.size + _NUMBER.size
    taken = []
    for _ in range(number):
        student, merge_id, report, own, other = _TAKEN.unpack_from(state, at)
        at += _TAKEN.size
        known = unpack(state[at : at + own]), unpack(state[at + own : at + own + other])
        taken.append(Taken(student.hex(), str(UUID(bytes=merge_id)), report, *known))
        at += own + other
    return merge, tuple(taken), at


def transfers_of(state: bytes | None) -> list[Transfer]:
    """Return a child's transfers without their other half, and nothing else of it.

    None of a county's state, of a child never heard of, and of an id that was merged into another.
    """
    if state is None or not state[_TRANSFERS_AT] >> _TRANSFERS_SHIFT:
        return []
    if state[_MARKS_AT] & _HAS_MERGE and (merge := unpack(state).merge) is not None and merge.gone:
        return []
    return _transfers(state)


def _transfers(state: bytes) -> list[Transfer]:
    number = state[_TRANSFERS_AT] >> _TRANSFERS_SHIFT
    packed = state[_CHILD.size : _CHILD.size + number * _TRANSFER.size]
    return [Transfer(str(lost).zfill(6), str(has).zfill(6), moment) for lost, has, moment in _TRANSFER.iter_unpack(packed)]


def pack_ledger(ledger: CountyLedger) -> bytes:
    """Return the county's state as bytes."""
    return _COUNTY.pack(FORMAT, 0, ledger.newest) + ledger.timeline


def unpack_ledger(state: bytes | None) -> CountyLedger:
    """Return the county whose state these bytes are; none are one that never stated anything. Raises ``UnknownFormat``."""
    if state is None:
        return SILENT
    if len(state) < _COUNTY.size or state[0] != FORMAT or (len(state) - _COUNTY.size) % ENTRY:
        raise _unreadable(state)
    return CountyLedger(_COUNTY.unpack_from(state)[2], state[_COUNTY.size :])


def _unreadable(state: bytes) -> UnknownFormat:
    """Return the error for a state of another format, or of this one but too short."""
    try:
        check_format(state, FORMAT, "enrolment")
    except UnknownFormat as error:
        return error
    return damaged(state, "enrolment")
