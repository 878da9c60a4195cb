"""The pure fold of the record into counts: facts in, differences out. It knows no student and keeps nothing.

A count of anything is: over all facts not seen before, add 1 for ``after``, take 1 for ``before`` (wire page, section 3).
A fact was seen before when its sequence is not above the last one of its source in this partition.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple, Protocol

from shared.clock import CHINA
from shared.codec import CountedData, CountedFact, Unreadable, read_counted, read_event
from shared.contracts.county import CountyStated
from shared.contracts.registry import RECORD_LANGUAGE, UnknownType
from shared.contracts.student import Standing, StudentListed, StudentRemoved, StudentReturned
from shared.contracts.words import OUT_OF_SCHOOL, Reason, Stage, Status

FOLD_VERSION = 1
"""Goes up whenever the same record would add up to something else; counts of another version are built anew."""


class Flow(StrEnum):
    """Why a county's stock of children out of school changed on a day."""

    OPENING = "opening"
    NEWLY_OUT = "newly_out"
    OUT_AGAIN = "out_again"
    RETURNED = "returned"
    REMOVED = "removed"
    EXCUSED = "excused"
    MOVED_OUT = "moved_out"
    MOVED_IN = "moved_in"


STATUS_CELLS: Mapping[Status, str] = {status: f"status.{status}" for status in Status}
REASON_CELLS: Mapping[Reason, str] = {reason: f"out.reason.{reason}" for reason in Reason}
STAGE_CELLS: Mapping[Stage | None, str] = {**{stage: f"out.stage.{stage}" for stage in Stage}, None: "out.stage.none"}
POOR_CELL = "out.poor"
OPENING_POOR_CELL = "opening.poor"
"""The registered-poor among the opening; it only grows, and serves the headline's baseline alone."""
CELLS = (*STATUS_CELLS.values(), *REASON_CELLS.values(), *STAGE_CELLS.values(), POOR_CELL, OPENING_POOR_CELL)
"""What is counted of a county. Those of ``out`` count the out-of-school only."""

_STUDENT = frozenset(name for name in RECORD_LANGUAGE.shapes if name.startswith("cn.baoxue.student."))
_PASSED_OVER = ("cn.baoxue.case.", "cn.baoxue.relief.", "cn.baoxue.figure.")
"""Facts in the record that are no student's standing: they count nothing here, but move their source's sequence."""
_STATUS = {status: f":{cell}" for status, cell in STATUS_CELLS.items()}
_REASON = {reason: f":{cell}" for reason, cell in REASON_CELLS.items()}
_STAGE = {stage: f":{cell}" for stage, cell in STAGE_CELLS.items()}
_POOR = f":{POOR_CELL}"
_OPENING, _NEWLY_OUT, _OUT_AGAIN, _RETURNED, _REMOVED, _EXCUSED, _MOVED_OUT, _MOVED_IN = (flow.value for flow in Flow)
_OUT_FLOW = {StudentReturned.TYPE: _RETURNED, StudentRemoved.TYPE: _REMOVED}
_is_county = re.compile(r"[0-9]{6}").fullmatch
_is_sequence = re.compile(r"[0-9]{16}-[0-9]{4}").fullmatch


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


class Claim(NamedTuple):
    """A county's own statement: when it was true, and the number of children out of school."""

    time: datetime
    out_of_school: int


@dataclass(slots=True)
class Changes:
    """What a batch changes. Differences of zero are left out; times are aware."""

    cells: dict[str, int]
    """``<county>:<cell>`` -> difference"""
    flows: dict[str, int]
    """``<county>:<day in China>:<flow>`` -> difference, always positive"""
    reported: dict[str, datetime]
    """county -> newest time of any fact of it"""
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
    sequences, dead, repeats = dict(last), [], 0
    standings: defaultdict[Standing, int] = defaultdict(int)
    flows: defaultdict[str, int] = defaultdict(int)
    cells: defaultdict[str, int] = defaultdict(int)
    reported: dict[str, datetime] = {}
    claimed: dict[str, Claim] = {}
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
        time, data = fact.time, fact.data
        if event_time is None or time > event_time:
            event_time = time
        if recorded_time is None or fact.recordedtime > recorded_time:
            recorded_time = fact.recordedtime
        before, after = data.before, data.after
        if (home := after or before) is not None:
            county = home.county
            if before != after:
                if after is not None:
                    standings[after] += 1
                if before is not None:
                    standings[before] -= 1
                for where, flow in _flows(fact.type, before, after, data.spell):
                    flows[where + _china_day(time) + flow] += 1
                    if flow is _OPENING and home.poor:
                        cells[f"{county}:{OPENING_POOR_CELL}"] += 1
        elif data.out_of_school is not None:
            county = fact.subject
            if (claim := claimed.get(county)) is None or time >= claim.time:
                claimed[county] = Claim(time, data.out_of_school)
        else:
            continue
        if (newest := reported.get(county)) is None or time > newest:
            reported[county] = time
    _add_cells(cells, standings)
    for cell in [cell for cell, n in cells.items() if not n]:
        del cells[cell]
    return Changes(
        cells,
        flows,
        reported,
        claimed,
        sequences,
        event_time,
        recorded_time,
        dead,
        repeats,
    )


def _read(value: bytes | None) -> CountedFact:
    """Read a fact that counts or is passed over, its data then empty; anything else is dead or stops the worker."""
    try:
        fact = read_counted(value)
    except Unreadable:
        # The standings of a case, or of a newer version, may have another shape; that does not make them dead.
        event = read_event(value)
        if RECORD_LANGUAGE.knows(event.type) and not event.type.startswith(_PASSED_OVER):
            raise
        fact = CountedFact(event.source, event.type, event.subject, event.time, event.recordedtime, event.sequence, CountedData())
    if fact.type in _STUDENT:
        if fact.data.before is None and fact.data.after is None and not fact.data.late:
            raise Unreadable(f"{fact.type}: no standing")
    else:
        if fact.type.startswith(_PASSED_OVER):
            fact.data = CountedData()
        elif fact.type != CountyStated.TYPE:
            raise RECORD_LANGUAGE.why_not(fact.type)
        elif not (_is_county(fact.subject) and fact.data.out_of_school is not None and 0 <= fact.data.out_of_school <= 100_000_000):
            raise Unreadable(f"{fact.type}: no county, or no number of children")
    if not _is_sequence(fact.sequence):
        # It might sort above every real one, and nothing after it would ever count again.
        raise Unreadable("sequence: not 16 and 4 digits")
    if not 1 < fact.time.year < 9999:
        raise Unreadable("time: a year that may have no day in China")
    return fact


@cache
def _day_text(day: int) -> str:
    return f":{date.fromordinal(day).isoformat()}:"


def _china_day(time: datetime) -> str:
    """Give the day of a happening, which is that of its time in China, between two colons."""
    return _day_text((time if time.tzinfo == CHINA else time.astimezone(CHINA)).toordinal())


def _flows(type_: str, before: Standing | None, after: Standing | None, spell: int | None) -> tuple[tuple[str, str], ...]:
    """Give the flows of one fact, each with its county.

    stock = opening + newly out + out again + moved in - returned - removed - excused - moved out, in every county.
    """
    left = before.county if before is not None and before.status in OUT_OF_SCHOOL else None
    entered = after.county if after is not None and after.status in OUT_OF_SCHOOL else None
    if left == entered:
        return ()
    if left is None and entered is not None:
        if type_ == StudentListed.TYPE:
            return ((entered, _OPENING),)
        return ((entered, _OUT_AGAIN if spell and spell > 1 else _NEWLY_OUT),)
    if left is not None and entered is None:
        return ((left, _OUT_FLOW.get(type_, _EXCUSED)),)
    return ((left, _MOVED_OUT), (entered, _MOVED_IN)) if left and entered else ()


def _add_cells(cells: defaultdict[str, int], standings: Mapping[Standing, int]) -> None:
    for standing, n in standings.items():
        county, status = standing.county, standing.status
        cells[county + _STATUS[status]] += n
        if status in OUT_OF_SCHOOL:
            cells[county + _STAGE[standing.stage]] += n
            if standing.reason is not None:
                cells[county + _REASON[standing.reason]] += n
            if standing.poor:
                cells[county + _POOR] += n
