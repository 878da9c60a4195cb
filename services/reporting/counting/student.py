"""The counts of children: the cells of their standings, and the flows that change the stock of children out of school."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from services.reporting.counting.counted import StatementData, StudentData
from services.reporting.counting.tally import Claim, Tally, day_text
from shared.clock import CHINA
from shared.contracts.student import Standing, StudentListed, StudentRemoved, StudentReturned
from shared.contracts.words import OUT_OF_SCHOOL, Reason, Stage, Status


class Flow(StrEnum):
    """The reasons for which a county's stock of children out of school changes on a day.

    ``EXCUSED`` is every way out of the stock that is neither a return, a removal nor a move: a leave, a report that was voided.
    """

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
"""The registered-poor children of the opening. This cell only grows, and only the baseline of the headline reads it."""
TRANSFER_LOST_CELL, TRANSFER_GAINED_CELL = "transfer.lost", "transfer.gained"
"""Transfers of which only the county that gained the child has spoken: counted in the county that lost it, and in the one that gained it."""
STUDENT_CELLS = (
    *STATUS_CELLS.values(),
    *REASON_CELLS.values(),
    *STAGE_CELLS.values(),
    POOR_CELL,
    OPENING_POOR_CELL,
    TRANSFER_LOST_CELL,
    TRANSFER_GAINED_CELL,
)
"""The cells of a county's children. Those that begin with ``out`` count only the children out of school."""

_STATUS = {status: f":{cell}" for status, cell in STATUS_CELLS.items()}
_REASON = {reason: f":{cell}" for reason, cell in REASON_CELLS.items()}
_STAGE = {stage: f":{cell}" for stage, cell in STAGE_CELLS.items()}
_LOST, _GAINED = f":{TRANSFER_LOST_CELL}", f":{TRANSFER_GAINED_CELL}"
_POOR, _OPENING_POOR = f":{POOR_CELL}", f":{OPENING_POOR_CELL}"
_OPENING, _NEWLY_OUT, _OUT_AGAIN, _RETURNED, _REMOVED, _EXCUSED, _MOVED_OUT, _MOVED_IN = (f":{flow}" for flow in Flow)
_OUT_FLOW = {StudentReturned.TYPE: _RETURNED, StudentRemoved.TYPE: _REMOVED}


def add_student(tally: Tally, type_: str, time: datetime, data: StudentData) -> None:
    """Add 1 for the standing that the fact left, subtract 1 for the one that it found, and keep the county's newest time.

    A fact that leaves the standing as it was, a late one say, changes no count and is a sign of life of its county.
    """
    before, after = data.before, data.after
    if (home := after or before) is None:
        return
    if before != after:
        if after is not None:
            _add(tally.cells, after, 1)
        if before is not None:
            _add(tally.cells, before, -1)
        left = before.county if before is not None and before.status in OUT_OF_SCHOOL else None
        entered = after.county if after is not None and after.status in OUT_OF_SCHOOL else None
        if left != entered:
            _add_flows(tally, type_, time, left, entered, data)
        if data.unmatched and before is not None and after is not None and before.county != after.county and before.status != Status.IN_TRANSFER:
            _add_transfer(tally, before.county, after.county, 1)
    elif data.completes is not None:
        _add_transfer(tally, data.completes.from_county, data.completes.to_county, -1)
    for transfer in data.ended or ():
        _add_transfer(tally, transfer.from_county, transfer.to_county, -1)
    for transfer in data.opened or ():
        _add_transfer(tally, transfer.from_county, transfer.to_county, 1)
    if (newest := tally.reported.get(home.county)) is None or time > newest:
        tally.reported[home.county] = time


def add_statement(tally: Tally, county: str, time: datetime, data: StatementData) -> None:
    """Keep the county's newest statement; of two with the same time, the one that stands later in the record."""
    if (claim := tally.claimed.get(county)) is None or time >= claim.time:
        tally.claimed[county] = Claim(time, data.out_of_school)
    if (newest := tally.reported.get(county)) is None or time > newest:
        tally.reported[county] = time


def _add(cells: defaultdict[str, int], standing: Standing, n: int) -> None:
    county, status = standing.county, standing.status
    cells[county + _STATUS[status]] += n
    if status in OUT_OF_SCHOOL:
        cells[county + _STAGE[standing.stage]] += n
        if standing.reason is not None:
            cells[county + _REASON[standing.reason]] += n
        if standing.poor:
            cells[county + _POOR] += n


def _add_transfer(tally: Tally, lost: str, gained: str, n: int) -> None:
    tally.cells[lost + _LOST] += n
    tally.cells[gained + _GAINED] += n


def _add_flows(tally: Tally, type_: str, time: datetime, left: str | None, entered: str | None, data: StudentData) -> None:
    """Add the flows of a child that is now out of school in the county ``entered``, and no longer in the county ``left``.

    stock = opening + newly out + out again + moved in - returned - removed - excused - moved out, in every county.
    """
    # The day of a flow is the day in China of the fact's time.
    day = day_text((time if time.tzinfo == CHINA else time.astimezone(CHINA)).toordinal())
    if left is None and entered is not None:
        if type_ == StudentListed.TYPE:
            tally.flows[entered + day + _OPENING] += 1
            if data.after is not None and data.after.poor:
                tally.cells[entered + _OPENING_POOR] += 1
        else:
            tally.flows[entered + day + (_OUT_AGAIN if data.spell and data.spell > 1 else _NEWLY_OUT)] += 1
    elif left is not None and entered is None:
        tally.flows[left + day + _OUT_FLOW.get(type_, _EXCUSED)] += 1
    elif left is not None and entered is not None:
        tally.flows[left + day + _MOVED_OUT] += 1
        tally.flows[entered + day + _MOVED_IN] += 1
