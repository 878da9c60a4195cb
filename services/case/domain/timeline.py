"""The timeline of a file: what happened to it, as ``entries.py`` writes it down, and what can be asked of it."""

from datetime import date

from services.case.domain.entries import DIGEST_AT, MERGE, Happening, office_in
from services.case.domain.kinds import BY_NUMBER, KINDS, KNOWN_AGAIN, entries_of
from services.case.domain.stored_numbers import NO_DAY, STATES, digest_of, unpack_day
from shared.contracts.case import (
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseClosedByRemoval,
    CaseClosedByVoid,
    CaseFact,
    CaseJoined,
    CaseOpened,
    CaseParted,
    CasePutUnderObservation,
    CaseReopened,
    CaseRestored,
    CaseResumed,
)
from shared.contracts.case_codes import CaseState
from shared.contracts.case_offices import CaseAttempted, CaseClosedByReturn, CaseClosingDeclined, CaseClosingProposed, CaseVisitPlanned
from shared.contracts.case_referrals import CaseReferralAnswered
from shared.contracts.flags import FLAG_FACTS, CaseRechecked

MOST_BYTES = 480
"""The longest timeline: the oldest happenings go first, and the record has them all. At least 17 happenings fit, 24 of a child of one id."""


def added(history: bytes, fact: CaseFact, *, on: date, cause: str) -> bytes:
    """Return the timeline with one more happening, whose cause was the command of this id. Raises ``KeyError`` for a fact of no kind."""
    kind = KINDS[type(fact)]
    history += kind.write(kind.number << 24 | on.toordinal(), fact, cause)
    while len(history) > MOST_BYTES:
        history = history[BY_NUMBER[history[0]][0].layout.size :]
    return history


def happenings_of(history: bytes) -> list[Happening]:
    """Return the happenings, oldest first."""
    return [
        kind.tell(word, unpack_day(entry[1:4]), *kind.layout.unpack(entry)) for entry in entries_of(history) for kind, word in [BY_NUMBER[entry[0]]]
    ]


def _numbers(*facts: type[CaseFact]) -> frozenset[int]:
    return frozenset(KINDS[fact].number for fact in facts)


_CLOSED_BY_REPORT = _numbers(CaseClosedByRemoval, CaseClosedByLeave)
_PLANNED = KINDS[CaseVisitPlanned].number
_STATE_LAST = _numbers(CaseResumed, CaseRechecked)
_LEAVES: dict[type[CaseFact], CaseState] = {
    CaseOpened: CaseState.OPEN,
    CaseReopened: CaseState.OPEN,
    CaseAttempted: CaseState.PERSUADING,
    CasePutUnderObservation: CaseState.RETURNED,
    CaseClosingProposed: CaseState.CLOSING,
    CaseClosingDeclined: CaseState.RETURNED,
    CaseClosedByReturn: CaseState.CLOSED,
    CaseClosedByRemoval: CaseState.CLOSED,
    CaseClosedByLeave: CaseState.CLOSED,
    CaseClosedByVoid: CaseState.CLOSED,
    CaseClosedByMerge: CaseState.CLOSED,
}
"""The facts that always leave the same state. A resumption says which; a move and a correction leave the one that they find."""
_STATE_AFTER = {KINDS[fact].number: state for fact, state in _LEAVES.items()}
_OPENINGS = _numbers(CaseOpened, CaseReopened)
_MERGES = _numbers(CaseJoined, CaseParted, CaseRestored)
_NOTES = _numbers(*FLAG_FACTS, CaseReferralAnswered)
"""What is noted of a file and leaves it as it is; a re-check may leave it under observation again."""
_CLOSINGS = _numbers(*(fact for fact, state in _LEAVES.items() if state is CaseState.CLOSED))
_BY_RETURN, _PROPOSED = KINDS[CaseClosedByReturn].number, KINDS[CaseClosingProposed].number


def was_closed_by_report(history: bytes) -> bool:
    """Return whether the last thing that happened to a file is that a report of a removal or a leave closed it."""
    last = _last(history)
    return bool(last) and last[0] in _CLOSED_BY_REPORT


def state_before(history: bytes) -> CaseState | None:
    """Return the state in which a file was before it was closed, or opened the last time; None where the timeline does not reach back so far."""
    entries = list(entries_of(history))
    # What a merge left of a file is not told by its kind.
    merged = max((n + 1 for n, entry in enumerate(entries) if entry[0] in _MERGES), default=0)
    last = max((n for n, entry in enumerate(entries) if entry[0] in _OPENINGS or entry[0] in _CLOSED_BY_REPORT), default=0)
    return next((state for entry in reversed(entries[merged:last]) if (state := _state_after(entry)) is not None), None)


def _state_after(entry: bytes) -> CaseState | None:
    return STATES[entry[-1]] if entry[0] in _STATE_LAST else _STATE_AFTER.get(entry[0])


def _last(history: bytes) -> bytes:
    """Return the entry of the last thing that happened to a file, beside what was only noted of it; none of an empty one."""
    return next((entry for entry in reversed(list(entries_of(history))) if entry[0] not in _NOTES), b"")


def closers(history: bytes) -> frozenset[str]:
    """Return the offices that closed a file by return, or would close it, in its newest spell, as far as the timeline reaches."""
    spell: list[bytes] = []
    for entry in entries_of(history):
        spell = [] if entry[0] in _OPENINGS else [*spell, entry]
    return frozenset(office_in(entry) for entry in spell if entry[0] in (_BY_RETURN, _PROPOSED))


def claimant_of_closing(history: bytes) -> str | None:
    """Return the office that closed a file by return, the first of two; None where it was closed otherwise, or that is forgotten."""
    entries = [entry for entry in entries_of(history) if entry[0] in _CLOSINGS or entry[0] == _PROPOSED]
    if not entries or entries[-1][0] != _BY_RETURN:
        return None
    first = entries[-2] if len(entries) > 1 and entries[-2][0] == _PROPOSED else entries[-1]
    return office_in(first)


def visit_planned(history: bytes) -> date | None:
    """Return the day for which a visit is planned: the newest plan since the last attempt, and since the file was opened, closed or ended."""
    planned: date | None = None
    for entry in entries_of(history):
        if entry[0] == _PLANNED:
            planned = unpack_day(entry[-3:])
        elif entry[0] in _STATE_AFTER or entry[0] in _STATE_LAST:
            planned = None
    return planned


def out_since(history: bytes) -> date | None:
    """Return the day on which the spell began; None where the timeline does not reach back so far."""
    began = [entry for entry in entries_of(history) if entry[0] in _OPENINGS]
    return unpack_day(began[-1][1:4]) if began else None


def knows_again(history: bytes, cause: str) -> bool:
    """Return whether this command made one of the happenings; of policies only those are known again that say a file is nobody's."""
    digest = digest_of(cause)
    return digest in history and any(entry[0] in KNOWN_AGAIN and entry[DIGEST_AT] == digest for entry in entries_of(history))


def found_by_joining(history: bytes, student: str) -> CaseState | None:
    """Return the state in which the file of another id, joined last, found this one; None for no file. `returned` where that is forgotten."""
    number, id_ = KINDS[CaseJoined].number, bytes.fromhex(student)
    for entry in reversed(list(entries_of(history))):
        if entry[0] == number and entry.endswith(id_):
            found = MERGE.unpack(entry)[2]
            return STATES[found - 1] if found else None
    return CaseState.RETURNED


def closed_by_merge(history: bytes) -> tuple[CaseState, date | None] | None:
    """Return the state and the due day that a file had when a merge closed it; None where something else was the last to happen to it."""
    last = _last(history)
    if not last or last[0] != KINDS[CaseClosedByMerge].number:
        return None
    _, _, found, due, _ = MERGE.unpack(last)
    return STATES[found - 1], None if due == NO_DAY else unpack_day(due)
