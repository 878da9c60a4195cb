"""Folds the records of a partition: the differences that a batch makes to the counts, and the records that cannot be counted.

A count of anything is: over all facts not seen before, add 1 for ``after``, subtract 1 for ``before`` (wire page, section 3).
A fact was seen before when its sequence is not above the last one of its source in this partition.
A fact is passed over when its type is registered and nobody counts its family (decision 0021).
A fact that does not belong where it stands is dead like one that cannot be read: it moves no sequence (decision 0037).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from services.reporting.counting.case import CASE_CELLS, add_case
from services.reporting.counting.counted import (
    COUNTED_TYPES,
    CaseData,
    Counted,
    GrantData,
    StatementData,
    StudentData,
    Uncounted,
    read_counted,
    read_uncounted,
)
from services.reporting.counting.grant import RELIEF_CELLS, add_grant
from services.reporting.counting.oversight import OVERSIGHT_CELLS, add_oversight
from services.reporting.counting.student import STUDENT_CELLS, add_statement, add_student
from services.reporting.counting.tally import Claim, Tally, without_zeros
from shared.contracts.registry import RECORD_LANGUAGE, NewerVersion, UnknownType
from shared.contracts.relief_language import WITHOUT_GRANT
from shared.contracts.same_as import WITHOUT_STANDING
from shared.contracts.sequence import is_sequence
from shared.contracts.student import StudentVoided
from shared.events.codec import Unreadable
from shared.events.dead_letters import Foreign

FOLD_VERSION = 4
"""Goes up whenever the same record would give other counts. Counts of another version are built anew."""

CELLS = (*STUDENT_CELLS, *CASE_CELLS, *RELIEF_CELLS, *OVERSIGHT_CELLS)
"""The cells of a county. Flows and due days are counted beside them, by day."""

_FIGURES = "cn.baoxue.figure."
"""The family of published figures: the wire page (section 1) names it, and no type of it is registered yet. Nobody counts it."""
_WITHOUT_STANDING = WITHOUT_STANDING | {StudentVoided.TYPE}
_is_county = re.compile(r"[0-9]{6}").fullmatch


class Record(Protocol):
    """A record as a consumer returns it; ``offset`` is its position in the partition."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class DeadRecord(NamedTuple):
    """A record that changes no count and becomes a dead letter, with the reason."""

    record: Record
    error: Unreadable | UnknownType | Foreign


Judge = Callable[[str, Counted | Uncounted, Record, str], None]
"""Called with the type of a fact, its attributes, its record, and the last sequence of its source. Raises ``Foreign``."""


@dataclass(slots=True)
class Changes:
    """The differences that a batch makes. Differences of zero are left out; times are aware."""

    cells: dict[str, int]
    """``<county>:<cell>`` -> difference"""
    flows: dict[str, int]
    """``<county>:<day in China>:<flow>`` -> difference, always positive"""
    due: dict[str, int]
    """``<county>:<day>`` -> difference of the files not closed whose next step is due on that day"""
    reported: dict[str, datetime]
    """county -> newest time of its own facts and of those of its children; facts of files and aid are no sign of life"""
    claimed: dict[str, Claim]
    """county -> its newest statement; of two with the same time, the later in the record"""
    sequences: dict[str, str]
    """source -> its last sequence, of all sources ever seen"""
    event_time: datetime | None
    """Newest time of the batch, and below it the newest recorded time; None where every record was dead or a repeat."""
    recorded_time: datetime | None
    dead: list[DeadRecord]
    repeats: int
    passed_over: int
    """Facts of families that nobody counts. They move the sequence of their source and the two times, and change no count."""


def fold(records: Iterable[Record], last: Mapping[str, str], judge: Judge) -> Changes:
    """Fold a partition's records, in order, after ``last``: the last sequence of each source so far.

    ``judge`` tells whether a fact belongs where it stands; what it raises besides ``Foreign`` ends the fold. Raises ``NewerVersion``
    for a registered type in a version that this code does not know.
    """
    tally, sequences, dead, repeats, passed_over = Tally(), dict(last), [], 0, 0
    event_time = recorded_time = None
    for record in records:
        try:
            fact = _read(record.value)
            judge(fact.TYPE, fact, record, sequences.get(fact.source, ""))
        except (Unreadable, UnknownType, Foreign) as error:
            dead.append(DeadRecord(record, error))
            continue
        if _is_repeat(fact, sequences):
            repeats += 1
            continue
        sequences[fact.source] = fact.sequence
        if event_time is None or fact.time > event_time:
            event_time = fact.time
        if recorded_time is None or fact.recordedtime > recorded_time:
            recorded_time = fact.recordedtime
        data = fact.data
        if type(data) is StudentData:
            add_student(tally, fact.TYPE, fact.time, data)
        elif type(data) is CaseData:
            add_case(tally, data)
        elif type(data) is GrantData:
            add_grant(tally, data)
        elif type(data) is StatementData:
            add_statement(tally, fact.subject, fact.time, data)
        elif data is None:
            if (newer := _why_not(fact.TYPE)) is not None:
                raise newer
            passed_over += 1
        else:  # the rarest of all, so that no other fact is asked for them
            add_oversight(tally, fact.TYPE, fact.subject, data)
    return Changes(
        cells=without_zeros(tally.cells),
        flows=tally.flows,
        due=without_zeros(tally.due),
        reported=tally.reported,
        claimed=tally.claimed,
        sequences=sequences,
        event_time=event_time,
        recorded_time=recorded_time,
        dead=dead,
        repeats=repeats,
        passed_over=passed_over,
    )


def _why_not(type_: str) -> UnknownType | NewerVersion | None:
    """Return why facts of a type are not passed over: nobody registered it, or this code is too old for it."""
    return None if RECORD_LANGUAGE.knows(type_) or type_.startswith(_FIGURES) else RECORD_LANGUAGE.why_not(type_)


def _is_repeat(fact: Counted | Uncounted, sequences: Mapping[str, str]) -> bool:
    return fact.sequence <= sequences.get(fact.source, "")


def _read(value: bytes | None) -> Counted | Uncounted:
    """Read a fact that is counted or passed over. Raises ``Unreadable``, ``UnknownType``."""
    fact: Counted | Uncounted
    try:
        fact = read_counted(value)
    except Unreadable:
        # Not every event that the counted structs cannot read is malformed: its type may be one that is not counted, or a newer version.
        fact = read_uncounted(value)
        if fact.TYPE in COUNTED_TYPES:
            raise
        if isinstance(unknown := _why_not(fact.TYPE), UnknownType):
            raise unknown from None
    data = fact.data
    if type(data) is StudentData:
        if data.after is None and data.before is None and not data.late and fact.TYPE not in _WITHOUT_STANDING:
            raise Unreadable(f"{fact.TYPE}: no standing")
    elif type(data) is GrantData:
        if data.after is None and data.before is None and fact.TYPE not in WITHOUT_GRANT:
            raise Unreadable(f"{fact.TYPE}: no grant")
    elif type(data) is StatementData and not _is_county(fact.subject):
        raise Unreadable(f"{fact.TYPE}: no county")
    if not is_sequence(fact.sequence):
        # Such a text might sort above every real sequence: no later fact of its source would ever count.
        raise Unreadable("sequence: not of an input's offset")
    if not 1 < fact.time.year < 9999:
        raise Unreadable("time: a year that may have no day in China")
    return fact
