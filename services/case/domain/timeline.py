"""The timeline of a file: 4 to 28 bytes a happening, enough to show to an officer, and to recognise a repeated command.

An entry begins with its kind (8 bits) and its day (24 bits, 1 being 1 January of the year 1); what follows depends on the kind.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from hashlib import blake2b
from struct import Struct as Layout
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from services.case.domain.playbook import playbook_of
from shared.contracts.case import (
    CaseAttempted,
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseClosedByRemoval,
    CaseClosedByReturn,
    CaseClosedByVoid,
    CaseFact,
    CaseJoined,
    CaseMoved,
    CaseOpened,
    CaseParted,
    CasePlanChanged,
    CasePutUnderObservation,
    CaseReasonCorrected,
    CaseReopened,
    CaseRestored,
    CaseResumed,
    CaseStepDone,
    MergedFilesFact,
)
from shared.contracts.case_codes import AttemptMethod, AttemptOutcome, CaseState, PlanChange, PlanChangeReason, Role
from shared.contracts.words import Reason, RemovalCode

MOST_BYTES = 480
"""The longest timeline: the oldest happenings go first, and the record has them all. At least 17 happenings fit, 24 of a child of one id."""

# Stored in states: a number is never used again, and the order of these lists never changes; each is only ever added to.
REASONS: tuple[Reason | None, ...] = (
    None, Reason.LEARNING, Reason.WORK, Reason.MARRIAGE, Reason.RELIGION, Reason.FAMILY, Reason.POVERTY, Reason.ILLNESS, Reason.DISTANCE,
    Reason.OTHER, Reason.UNKNOWN,
)  # fmt: skip
METHODS = (
    AttemptMethod.VISIT, AttemptMethod.CALL, AttemptMethod.LETTER, AttemptMethod.JOINT_VISIT, AttemptMethod.ORDER, AttemptMethod.OTHER,
)  # fmt: skip
OUTCOMES = (
    AttemptOutcome.PROMISED, AttemptOutcome.REFUSED_BY_FAMILY, AttemptOutcome.NOT_FOUND, AttemptOutcome.WORKING_ELSEWHERE,
    AttemptOutcome.WILLING, AttemptOutcome.RETURNED_CLAIMED, AttemptOutcome.OTHER,
)  # fmt: skip
CODES: tuple[RemovalCode | None, ...] = (
    None, RemovalCode.DEATH, RemovalCode.EMIGRATED, RemovalCode.OVER_AGE, RemovalCode.DUPLICATE, RemovalCode.NO_SUCH_CHILD, RemovalCode.MISSING,
)  # fmt: skip
ROLES = (
    Role.COUNTY_HEAD, Role.EDUCATION_HEAD, Role.TOWNSHIP_HEAD, Role.VILLAGE_HEAD, Role.PRINCIPAL, Role.TEACHER, Role.PARENT, Role.OFFICER,
)  # fmt: skip
CHANGES = (PlanChange.LEAVE_OUT, PlanChange.TAKE_IN, PlanChange.RENEW)
BECAUSE = (
    PlanChangeReason.NOT_NEEDED, PlanChangeReason.DONE_ELSEWHERE, PlanChangeReason.NOT_FOR_THIS_CHILD, PlanChangeReason.NO_MEANS,
    PlanChangeReason.NEEDED_AFTER_ALL, PlanChangeReason.NEW_VERSION, PlanChangeReason.OTHER,
)  # fmt: skip
STATES = (CaseState.OPEN, CaseState.PERSUADING, CaseState.RETURNED, CaseState.CLOSED)
STATE_NUMBER = {state: n for n, state in enumerate(STATES)}
REASON_NUMBER = {reason: n for n, reason in enumerate(REASONS)}
_METHOD_NUMBER = {method: n for n, method in enumerate(METHODS)}
_OUTCOME_NUMBER = {outcome: n for n, outcome in enumerate(OUTCOMES)}
_CODE_NUMBER = {code: n for n, code in enumerate(CODES)}

_HEAD = Layout(">I")
_PLACE = Layout(">II")  # head; county 20 bits, reason 4
_DONE = Layout(">IQ4s")  # head; office; digest of the command's id
_ATTEMPT = Layout(">IQ4sI")  # the same; next step's day 24 bits (0: none), method 4, outcome 4
_REMOVAL = Layout(">IB")
_MERGE = Layout(
    ">IIB3s16s"
)  # head, county and reason as above; the state found and one more (0: no file), and its due day (all ones: none); the other id
_STEP = Layout(">IQ4sBBB3s")  # as of _DONE; reason 4, role 4; the playbook's version; the step's place there (255: none); the day it happened
_CHANGE = Layout(">IQ4sBBBB")  # the same three; how 4, why 4
_RESUMPTION = Layout(">IIB")  # head; county and reason; state

_SCHOOL = 1 << 40
"""Marks an office that is a school's; the digits of a county's or school's code are below."""
_DIGEST_AT = slice(12, 16)
"""Of an entry of what an office did."""
_NO_PLACE = 255
_NO_DAY = b"\xff\xff\xff"


@cache
def code_of(number: int) -> str:
    """Return a county's code from its number."""
    return str(number).zfill(6)


class Happening(Struct, frozen=True, omit_defaults=True):
    """A happening of a file: its kind, its day, and the fields that its kind has."""

    what: str
    day: date
    county: str | None = None
    reason: Reason | None = None
    office: str | None = None
    method: AttemptMethod | None = None
    outcome: AttemptOutcome | None = None
    next: date | None = None
    code: RemovalCode | None = None
    student: str | None = None
    role: Role | None = None
    playbook: int | None = None
    step: str | None = None
    happened: date | None = None
    change: PlanChange | None = None
    because: PlanChangeReason | None = None


def _placed(head: int, fact: CaseFact, _: str) -> bytes:
    return _PLACE.pack(head, int(fact.after.county) << 4 | REASON_NUMBER[fact.after.reason])


def _attempted(head: int, fact: CaseAttempted, cause: str) -> bytes:
    step = (fact.next.toordinal() if fact.next else 0) << 8 | _METHOD_NUMBER[fact.method] << 4 | _OUTCOME_NUMBER[fact.outcome]
    return _ATTEMPT.pack(head, _office_number(fact.office), _digest(cause), step)


def _closed(head: int, fact: CaseClosedByReturn, cause: str) -> bytes:
    return _DONE.pack(head, _office_number(fact.office), _digest(cause))


def _step_done(head: int, fact: CaseStepDone, cause: str) -> bytes:
    return _STEP.pack(head, _office_number(fact.office), _digest(cause), *_step(fact), fact.happened.toordinal().to_bytes(3))


def _plan_changed(head: int, fact: CasePlanChanged, cause: str) -> bytes:
    how = CHANGES.index(fact.change) << 4 | BECAUSE.index(fact.because)
    return _CHANGE.pack(head, _office_number(fact.office), _digest(cause), *_step(fact), how)


def _step(fact: CaseStepDone | CasePlanChanged) -> tuple[int, int, int]:
    place = playbook_of(fact.after.reason, fact.playbook).place_of(fact.step) if fact.step else None
    return REASON_NUMBER[fact.after.reason] << 4 | ROLES.index(fact.role), fact.playbook, _NO_PLACE if place is None else place


def _removed(head: int, fact: CaseClosedByRemoval, _: str) -> bytes:
    return _REMOVAL.pack(head, _CODE_NUMBER[fact.code])


def _merging(head: int, fact: MergedFilesFact, _: str) -> bytes:
    place = int(fact.after.county) << 4 | REASON_NUMBER[fact.after.reason]
    found = 0 if fact.before is None else STATES.index(fact.before.state) + 1
    due = _NO_DAY if fact.before is None or fact.before.due is None else fact.before.due.toordinal().to_bytes(3)
    return _MERGE.pack(head, place, found, due, bytes.fromhex(fact.student))


def _resumed(head: int, fact: CaseFact, _: str) -> bytes:
    return _RESUMPTION.pack(head, int(fact.after.county) << 4 | REASON_NUMBER[fact.after.reason], STATE_NUMBER[fact.after.state])


def _plain(head: int, _: CaseFact, __: str) -> bytes:
    return _HEAD.pack(head)


def _told_place(word: str, day: date, _: int, place: int) -> Happening:
    return Happening(word, day, county=code_of(place >> 4), reason=REASONS[place & 0xF])


def _told_attempt(word: str, day: date, _: int, office: int, __: bytes, step: int) -> Happening:
    next_ = date.fromordinal(step >> 8) if step >> 8 else None
    return Happening(word, day, office=_office_of(office), method=METHODS[step >> 4 & 0xF], outcome=OUTCOMES[step & 0xF], next=next_)


def _told_closing(word: str, day: date, _: int, office: int, __: bytes) -> Happening:
    return Happening(word, day, office=_office_of(office))


def _told_step(word: str, day: date, _: int, office: int, __: bytes, who: int, version: int, place: int, happened: bytes) -> Happening:
    return replace(_of_plan(word, day, office, who, version, place), happened=date.fromordinal(int.from_bytes(happened)))


def _told_change(word: str, day: date, _: int, office: int, __: bytes, who: int, version: int, place: int, how: int) -> Happening:
    return replace(_of_plan(word, day, office, who, version, place), change=CHANGES[how >> 4], because=BECAUSE[how & 0xF])


def _of_plan(word: str, day: date, office: int, who: int, version: int, place: int) -> Happening:
    step = None if place == _NO_PLACE else playbook_of(REASONS[who >> 4], version).steps[place].code
    return Happening(word, day, office=_office_of(office), role=ROLES[who & 0xF], playbook=version, step=step)


def _told_removal(word: str, day: date, _: int, code: int) -> Happening:
    return Happening(word, day, code=CODES[code])


def _told_resumption(word: str, day: date, head: int, place: int, _: int) -> Happening:
    return _told_place(word, day, head, place)


def _told_plainly(word: str, day: date, _: int) -> Happening:
    return Happening(word, day)


def _told_merge(word: str, day: date, head: int, place: int, _: int, __: bytes, student: bytes) -> Happening:
    return replace(_told_place(word, day, head, place), student=student.hex())


class _Kind(NamedTuple):
    number: int
    layout: Layout
    write: Callable[[int, Any, str], bytes]
    tell: Callable[..., Happening]


_KINDS: dict[type[CaseFact], _Kind] = {
    CaseOpened: _Kind(1, _PLACE, _placed, _told_place),
    CaseReopened: _Kind(2, _PLACE, _placed, _told_place),
    CaseAttempted: _Kind(3, _ATTEMPT, _attempted, _told_attempt),
    CasePutUnderObservation: _Kind(4, _HEAD, _plain, _told_plainly),
    CaseMoved: _Kind(5, _PLACE, _placed, _told_place),
    CaseReasonCorrected: _Kind(6, _PLACE, _placed, _told_place),
    CaseClosedByReturn: _Kind(7, _DONE, _closed, _told_closing),
    CaseClosedByRemoval: _Kind(8, _REMOVAL, _removed, _told_removal),
    CaseClosedByLeave: _Kind(9, _HEAD, _plain, _told_plainly),
    CaseClosedByMerge: _Kind(10, _MERGE, _merging, _told_merge),
    CaseJoined: _Kind(11, _MERGE, _merging, _told_merge),
    CaseParted: _Kind(12, _MERGE, _merging, _told_merge),
    CaseRestored: _Kind(13, _MERGE, _merging, _told_merge),
    CaseClosedByVoid: _Kind(14, _HEAD, _plain, _told_plainly),
    CaseResumed: _Kind(15, _RESUMPTION, _resumed, _told_resumption),
    CaseStepDone: _Kind(16, _STEP, _step_done, _told_step),
    CasePlanChanged: _Kind(17, _CHANGE, _plan_changed, _told_change),
}
_OF_OFFICES = frozenset(_KINDS[fact].number for fact in (CaseAttempted, CaseClosedByReturn, CaseStepDone, CasePlanChanged))
_BY_NUMBER = {kind.number: (kind, fact.TYPE.split(".")[3]) for fact, kind in _KINDS.items()}


def added(history: bytes, fact: CaseFact, *, on: date, cause: str) -> bytes:
    """Return the timeline with one more happening, whose cause was the command of this id. Raises ``KeyError`` for a fact of no kind."""
    kind = _KINDS[type(fact)]
    history += kind.write(kind.number << 24 | on.toordinal(), fact, cause)
    while len(history) > MOST_BYTES:
        history = history[_BY_NUMBER[history[0]][0].layout.size :]
    return history


def happenings_of(history: bytes) -> list[Happening]:
    """Return the happenings, oldest first."""
    return [
        kind.tell(word, date.fromordinal(int.from_bytes(entry[1:4])), *kind.layout.unpack(entry))
        for entry in _entries(history)
        for kind, word in [_BY_NUMBER[entry[0]]]
    ]


def _numbers(*facts: type[CaseFact]) -> frozenset[int]:
    return frozenset(_KINDS[fact].number for fact in facts)


_CLOSED_BY_REPORT = _numbers(CaseClosedByRemoval, CaseClosedByLeave)
_RESUMED = _KINDS[CaseResumed].number
_LEAVES: dict[type[CaseFact], CaseState] = {
    CaseOpened: CaseState.OPEN,
    CaseReopened: CaseState.OPEN,
    CaseAttempted: CaseState.PERSUADING,
    CasePutUnderObservation: CaseState.RETURNED,
    CaseClosedByReturn: CaseState.CLOSED,
    CaseClosedByRemoval: CaseState.CLOSED,
    CaseClosedByLeave: CaseState.CLOSED,
    CaseClosedByVoid: CaseState.CLOSED,
    CaseClosedByMerge: CaseState.CLOSED,
}
"""The facts that always leave the same state. A resumption says which; a move and a correction leave the one that they find."""
_STATE_AFTER = {_KINDS[fact].number: state for fact, state in _LEAVES.items()}
_OPENINGS = _numbers(CaseOpened, CaseReopened)
_MERGES = _numbers(CaseJoined, CaseParted, CaseRestored)


def was_closed_by_report(history: bytes) -> bool:
    """Return whether the last thing that happened to a file is that a report of a removal or a leave closed it."""
    entries = list(_entries(history))
    return bool(entries) and entries[-1][0] in _CLOSED_BY_REPORT


def state_before(history: bytes) -> CaseState | None:
    """Return the state in which a file was before it was closed, or opened the last time; None where the timeline does not reach back so far."""
    entries = list(_entries(history))
    # What a merge left of a file is not told by its kind.
    merged = max((n + 1 for n, entry in enumerate(entries) if entry[0] in _MERGES), default=0)
    last = max((n for n, entry in enumerate(entries) if entry[0] in _OPENINGS or entry[0] in _CLOSED_BY_REPORT), default=0)
    return next((state for entry in reversed(entries[merged:last]) if (state := _state_after(entry)) is not None), None)


def _state_after(entry: bytes) -> CaseState | None:
    return STATES[entry[-1]] if entry[0] == _RESUMED else _STATE_AFTER.get(entry[0])


def knows_again(history: bytes, cause: str) -> bool:
    """Return whether this command of an office made one of the happenings."""
    digest = _digest(cause)
    return digest in history and any(entry[0] in _OF_OFFICES and entry[_DIGEST_AT] == digest for entry in _entries(history))


def found_by_joining(history: bytes, student: str) -> CaseState | None:
    """Return the state in which the file of another id, joined last, found this one; None for no file. `returned` where that is forgotten."""
    number, id_ = _KINDS[CaseJoined].number, bytes.fromhex(student)
    for entry in reversed(list(_entries(history))):
        if entry[0] == number and entry.endswith(id_):
            found = _MERGE.unpack(entry)[2]
            return STATES[found - 1] if found else None
    return CaseState.RETURNED


def closed_by_merge(history: bytes) -> tuple[CaseState, date | None] | None:
    """Return the state and the due day that a file had when a merge closed it; None where something else was the last to happen to it."""
    last = b"".join(list(_entries(history))[-1:])
    if not last or last[0] != _KINDS[CaseClosedByMerge].number:
        return None
    _, _, found, due, _ = _MERGE.unpack(last)
    return STATES[found - 1], None if due == _NO_DAY else date.fromordinal(int.from_bytes(due))


def _entries(history: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(history):
        size = _BY_NUMBER[history[at]][0].layout.size
        yield history[at : at + size]
        at += size


def _office_number(office: str) -> int:
    kind, code = office[1:].split("/")
    return int(code) | (_SCHOOL if kind == "schools" else 0)


def _office_of(number: int) -> str:
    return f"/schools/{number ^ _SCHOOL:010d}" if number & _SCHOOL else f"/counties/{number:06d}"


def _digest(cause: str) -> bytes:
    return blake2b(cause.encode(), digest_size=4).digest()
