"""Reads a partition's records and adds them up: what a batch changes, and what of it cannot be counted.

A count of anything is: over all facts not seen before, add 1 for ``after``, take 1 for ``before`` (wire page, section 3).
A fact was seen before when its sequence is not above the last one of its source in this partition.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, assert_never

from services.reporting.counting.case import CASE_CELLS, add_case
from services.reporting.counting.counted import CaseData, Counted, GrantData, StatementData, StudentData, Uncounted, read_counted, read_uncounted
from services.reporting.counting.grant import RELIEF_CELLS, add_grant
from services.reporting.counting.student import STUDENT_CELLS, add_statement, add_student
from services.reporting.counting.tally import Claim, Tally, without_zeros
from shared.contracts.registry import RECORD_LANGUAGE, UnknownType
from shared.contracts.relief import EligibilityLapsed, EligibilityRecognised
from shared.contracts.sequence import is_sequence
from shared.events.codec import Unreadable

FOLD_VERSION = 2
"""Goes up whenever the same record would add up to something else; counts of another version are built anew."""

CELLS = (*STUDENT_CELLS, *CASE_CELLS, *RELIEF_CELLS)
"""What is counted of a county, besides flows and due days."""

_PASSED_OVER = "cn.baoxue.figure."
"""Facts in the record that nothing is counted of: they move their source's sequence, and the watermark."""
_WITHOUT_GRANT = frozenset({EligibilityRecognised.TYPE, EligibilityLapsed.TYPE})
_is_county = re.compile(r"[0-9]{6}").fullmatch


class Record(Protocol):
    """A record as a consumer gives it."""

    @property
    def offset(self) -> int:
        """Its position in the partition."""

    @property
    def key(self) -> bytes | None:
        """Its partition key, as text."""

    @property
    def value(self) -> bytes | None:
        """Its bytes."""


class DeadRecord(NamedTuple):
    """A record that counts nowhere and goes aside, with what is wrong with it."""

    record: Record
    error: Unreadable | UnknownType


@dataclass(slots=True)
class Changes:
    """What a batch changes. Differences of zero are left out; times are aware."""

    cells: dict[str, int]
    """``<county>:<cell>`` -> difference"""
    flows: dict[str, int]
    """``<county>:<day in China>:<flow>`` -> difference, always positive"""
    due: dict[str, int]
    """``<county>:<day>`` -> difference of the files not closed whose next step is due on that day"""
    reported: dict[str, datetime]
    """county -> newest time of any fact that the county or about a child of it; files and aid are no sign of life"""
    claimed: dict[str, Claim]
    """county -> its statement newest in time; of two at one time, the later in the record"""
    sequences: dict[str, str]
    """source -> its last sequence, of all sources ever seen"""
    event_time: datetime | None
    """Newest time of the batch, and below the newest recorded time; None where it held nothing new."""
    recorded_time: datetime | None
    dead: list[DeadRecord]
    repeats: int


def fold(records: Iterable[Record], last: Mapping[str, str]) -> Changes:
    """Fold a partition's records, in order, after ``last``: each source's last sequence so far.

    Raises ``NewerVersion`` for a known type in a version that this code does not know.
    """
    tally, sequences, dead, repeats = Tally(), dict(last), [], 0
    event_time = recorded_time = None
    for record in records:
        try:
            fact = _read(record.value)
        except (Unreadable, UnknownType) as error:
            dead.append(DeadRecord(record, error))
            continue
        if fact.sequence <= sequences.get(fact.source, ""):
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
        elif data is not None:
            assert_never(data)
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
    )


def _read(value: bytes | None) -> Counted | Uncounted:
    """Read a fact that counts or is passed over; anything else is dead or stops the worker."""
    fact: Counted | Uncounted
    try:
        fact = read_counted(value)
    except Unreadable:
        # A type that is not ours, or in a newer version, has not its shape either; that does not make it dead.
        fact = read_uncounted(value)
        if RECORD_LANGUAGE.knows(fact.TYPE):
            raise
        if not fact.TYPE.startswith(_PASSED_OVER):
            raise RECORD_LANGUAGE.why_not(fact.TYPE) from None
    data = fact.data
    if type(data) is StudentData:
        if data.after is None and data.before is None and not data.late:
            raise Unreadable(f"{fact.TYPE}: no standing")
    elif type(data) is GrantData:
        if data.after is None and data.before is None and fact.TYPE not in _WITHOUT_GRANT:
            raise Unreadable(f"{fact.TYPE}: no grant")
    elif type(data) is StatementData and not _is_county(fact.subject):
        raise Unreadable(f"{fact.TYPE}: no county")
    if not is_sequence(fact.sequence):
        # It might sort above every real one, and nothing after it would ever count again.
        raise Unreadable("sequence: not of an input's offset")
    if not 1 < fact.time.year < 9999:
        raise Unreadable("time: a year that may have no day in China")
    return fact
