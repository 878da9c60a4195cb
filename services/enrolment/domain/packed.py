"""States as bytes: 43 for a child, 33 for each happening and 16 for each transfer without its other half; 16 for a county, 9 for each statement.

A child that has to do with a merge, or has more happenings than are kept, has 44 more, what was known of each id that it took over, and its base.

The first byte is the format's version. The numbers in ``numbers.py`` are stored.
"""

from functools import cache
from struct import Struct as Layout
from struct import error as LayoutError  # noqa: N812  # a class
from uuid import UUID

from msgspec.structs import replace

from services.enrolment.domain.county import INITIAL as SILENT
from services.enrolment.domain.county import CountyLedger
from services.enrolment.domain.happenings import DETAIL
from services.enrolment.domain.numbers import REASONS, STAGES, STATUSES
from services.enrolment.domain.state import INITIAL, NO_REPORT, Merge, MergeStage, Student, Taken
from services.enrolment.domain.timeline import ENTRY, REMEMBERED
from services.enrolment.domain.transfers import Transfer
from shared.states import UnknownFormat, check_format, damaged

FORMAT = 4
"""Raise it with any change of the layouts, the numbers, the digests in ``timeline.py`` or the details in ``happenings.py``."""

# version; status and prior, 4 bits each; more 1 (a merge, a base), reason 4, stage 2, poor 1; spells;
# place: transfers 6 bits (how many), county 20 (six digits), school 34 (ten digits), grade 4 (0: no school);
# newest moment of schooling, residence, household; minute since which it is known
_CHILD = Layout(">BBBiQqqqI")
_HEAD, _unpack_child = _CHILD.size, _CHILD.unpack_from
_ENTRIES = {n * (ENTRY + DETAIL): n * ENTRY for n in range(REMEMBERED + 1)}  # bytes of happenings: those of their entries
_TRANSFER = Layout(">IIq")  # the county that lost the child, the one that has it, the moment
_TRANSFER_BYTES = _TRANSFER.size
_MERGE = Layout(">B16s16s8s")  # stage, 0 for none; the other id; the merge; the report
# the other id; the merge; the report; lengths of what was known of the child, and of the other id, and of that one's timeline
_TAKEN = Layout(">16s16s8sHHH")
_BASE = Layout(">H")  # the length of the base, 0 where it is a child never heard of
_NUMBER = Layout(">B")
_MARKS_AT, _MARK_BITS, _HAS_MORE = 2, 0x7F, 0x80
# Where a child's state has the number of its transfers, a county's has nought.
_COUNTY = Layout(">B6xBq")
_TRANSFERS_AT, _TRANSFERS_SHIFT = 7, 2

_STATUS_AND_PRIOR = {STATUSES[status] << 4 | STATUSES[prior]: (status, prior) for status in STATUSES for prior in STATUSES}
_MARKS = {REASONS[reason] << 3 | STAGES[stage] << 1 | poor: (stage, poor, reason) for reason in REASONS for stage in STAGES for poor in (False, True)}


def pack(student: Student) -> bytes:
    """Return the child's state as bytes."""
    status = STATUSES[student.status] << 4 | STATUSES[student.prior]
    marks = REASONS[student.reason] << 3 | STAGES[student.stage] << 1 | student.poor
    if more := student.merge is not None or student.base is not None or bool(student.taken):
        marks |= _HAS_MORE
    place = ((len(student.transfers) << 20 | int(student.county or 0)) << 34 | int(student.school or 0)) << 4 | student.grade
    head = _CHILD.pack(FORMAT, status, marks, student.spells, place, student.schooling, student.residence, student.household, student.since)
    if not student.transfers and not more:
        return head + student.timeline + student.details
    transfers = b"".join([_TRANSFER.pack(int(each.lost), int(each.has), each.moment) for each in student.transfers])
    return head + transfers + (_pack_more(student) if more else b"") + student.timeline + student.details


def unpack(state: bytes | None) -> Student:
    """Return the child whose state these bytes are; none are one never heard of. Raises ``UnknownFormat``."""
    if state is None:
        return INITIAL
    length = len(state)
    if length < _HEAD or state[0] != FORMAT:
        raise _unreadable(state)
    _, status_and_prior, marks, spells, place, schooling, residence, household, since = _unpack_child(state)
    merge: Merge | None = None
    base: Student | None = None
    taken: tuple[Taken, ...] = ()
    number = state[_TRANSFERS_AT] >> _TRANSFERS_SHIFT
    end = _HEAD + number * _TRANSFER_BYTES
    try:
        status, prior = _STATUS_AND_PRIOR[status_and_prior]
        stage, poor, reason = _MARKS[marks & _MARK_BITS]
        if marks & _HAS_MORE:
            merge, taken, base, end = _unpack_more(state, end)
    except (KeyError, ValueError, LayoutError):
        raise damaged(state, "enrolment") from None
    if (entries := _ENTRIES.get(length - end)) is None:
        raise damaged(state, "enrolment")
    details = end + entries
    transfers = tuple(_transfers(state)) if number else ()
    grade = place & 0xF
    county = _county_of(place >> 38 & 0xF_FFFF) if status else ""
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
        state[end:details],
        since,
        merge,
        taken,
        state[details:],
        base,
    )


@cache
def _county_of(number: int) -> str:
    return f"{number:06}"


def _pack_more(student: Student) -> bytes:
    merge = student.merge
    if merge is None:
        parts = [_MERGE.pack(0, b"", b"", NO_REPORT)]
    else:
        parts = [_MERGE.pack(merge.stage, bytes.fromhex(merge.student), UUID(merge.merge).bytes, merge.report)]
    parts.append(bytes((len(student.taken),)))
    for taken in student.taken:
        own, other, timeline = pack(taken.own), pack(replace(taken.other, timeline=b"")), taken.other.timeline
        parts.append(_TAKEN.pack(bytes.fromhex(taken.student), UUID(taken.merge).bytes, taken.report, len(own), len(other), len(timeline)))
        parts += (own, other, timeline)
    base = b"" if student.base is None else pack(student.base)
    parts += (_BASE.pack(len(base)), base)
    return b"".join(parts)


def _unpack_more(state: bytes, at: int) -> tuple[Merge | None, tuple[Taken, ...], Student | None, int]:
    """Read the merges and the base at a place. Return them and where their bytes end."""
    stage, student, merge_id, report = _MERGE.unpack_from(state, at)
    merge = Merge(MergeStage(stage), student.hex(), str(UUID(bytes=merge_id)), report) if stage else None
    [number] = _NUMBER.unpack_from(state, at + _MERGE.size)
    at += _MERGE.size + _NUMBER.size
    taken = []
    for _ in range(number):
        student, merge_id, report, own, other, told = _TAKEN.unpack_from(state, at)
        at += _TAKEN.size
        ends = at + own, at + own + other, at + own + other + told
        known = replace(unpack(state[ends[0] : ends[1]]), timeline=state[ends[1] : ends[2]])
        taken.append(Taken(student.hex(), str(UUID(bytes=merge_id)), report, unpack(state[at : ends[0]]), known))
        at = ends[2]
    [length] = _BASE.unpack_from(state, at)
    at += _BASE.size + length
    return merge, tuple(taken), unpack(state[at - length : at]) if length else None, at


def transfers_of(state: bytes | None) -> list[Transfer]:
    """Return a child's transfers without their other half, and nothing else of it.

    None of a county's state, of a child never heard of, and of an id that was merged into another.
    """
    if state is None or not state[_TRANSFERS_AT] >> _TRANSFERS_SHIFT:
        return []
    if state[_MARKS_AT] & _HAS_MORE and (merge := unpack(state).merge) is not None and merge.gone:
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
