"""What the api answers: documents out of the memory, all numbers of one at one vector of offsets."""

import numpy as np

from services.reporting.answers.documents import Aid, AreaName, AsOf, Cases, Child, Counts, Coverage, Share, china_moment
from services.reporting.counting import (
    CASE_REASON_CELLS,
    CASE_STATE_CELLS,
    CELLS,
    FEN_CELLS,
    GRANTS_CELLS,
    POOR_CELL,
    REASON_CELLS,
    STAGE_CELLS,
    STATUS_CELLS,
)
from services.reporting.view.areas import ROW_OF, Numbers, Rollup, rollup_on
from services.reporting.view.memory import NEVER, Memory
from shared.clock import china_day
from shared.contracts.case import CaseState
from shared.contracts.relief import GrantState, Scheme
from shared.contracts.words import OUT_OF_SCHOOL
from shared.geography.divisions import NATION, Area, Level, divisions
from shared.http.problems import Problem

_COLUMN = {cell: n for n, cell in enumerate(CELLS)}
OUT = [_COLUMN[STATUS_CELLS[status]] for status in sorted(OUT_OF_SCHOOL)]
"""Columns of the cells that make the stock of children out of school, and below that of the registered-poor among them."""
POOR = _COLUMN[POOR_CELL]
_CASES_OPEN = [_COLUMN[CASE_STATE_CELLS[state]] for state in (CaseState.OPEN, CaseState.PERSUADING)]
_OVERDUE = len(CELLS)
"""The column after the cells: files not closed whose due day is before the record's own date."""


class View:
    """A memory rolled up to the counties of the record's own date: good until the memory changes."""

    def __init__(self, memory: Memory) -> None:
        """Add up each county's codes."""
        event_time = china_moment(memory.event_time)
        today = None if event_time is None else china_day(event_time)
        self.memory, self.version = memory, memory.version
        self.rollup = rollup_on(today)
        overdue = memory.due.before("" if today is None else today.isoformat())
        self.rows = np.column_stack((memory.cells, overdue))
        """The numbers of each county code: its cells and, last, its overdue files."""
        self.cells = self.rollup.summed(self.rows)
        self.reported = self.rollup.newest(memory.reported)
        self.counts: dict[str, Counts] = {}
        """Documents made of it so far, by area."""


def area_name(rollup: Rollup, code: str) -> AreaName:
    """Name an area, or a county code that is not of the day. Raises ``Problem`` for anything else."""
    if (area := rollup.areas.get(code)) is not None:
        return AreaName(area.code, area.name, area.level)
    if (county := divisions().counties.get(code)) is None:
        lists = ", ".join(divisions().lists)
        detail = f"`area` is {NATION} (the nation), the six-digit code of a province, prefecture or county, or the name of a list: {lists}."
        raise Problem(404, "unknown-area", "No such area", detail)
    counts_in = rollup.home(code)
    if county.successor is not None:
        return AreaName(code, county.name, Level.COUNTY, successor=counts_in)
    return AreaName(code, county.name, Level.COUNTY, predecessor=counts_in)


def counts_of(view: View, code: str, as_of: AsOf) -> Counts:
    """Give an area's counts. Raises ``Problem`` for an unknown area."""
    if (counts := view.counts.get(code)) is None:
        counts = view.counts[code] = _counts(view, code, as_of)
    counts.as_of = as_of
    return counts


def _counts(view: View, code: str, as_of: AsOf) -> Counts:
    name = area_name(view.rollup, code)
    if code not in view.rollup.areas:
        row = ROW_OF[code]
        return _document(name, view.rows[row], [], _coverage([code], view.memory.reported[row : row + 1]), as_of)
    members = view.rollup.members(code)
    coverage = _coverage([view.rollup.counties[n] for n in members], view.reported[members])
    if code == NATION and (unknown := view.memory.unknown_codes()):
        coverage.unknown = unknown
    children = [_child(view, area) for area in view.rollup.children(code)]
    return _document(name, view.cells[members].sum(axis=0), children, coverage, as_of)


def _document(name: AreaName, totals: Numbers, children: list[Child], coverage: Coverage, as_of: AsOf) -> Counts:
    silent = name.level == Level.COUNTY and not coverage.reporting
    return Counts(
        area=name,
        out_of_school=None if silent else int(totals[OUT].sum()),
        poor=None if silent else int(totals[POOR]),
        by_status={status: int(totals[_COLUMN[cell]]) for status, cell in STATUS_CELLS.items()},
        by_reason={reason: int(totals[_COLUMN[cell]]) for reason, cell in REASON_CELLS.items()},
        by_stage={stage or "none": int(totals[_COLUMN[cell]]) for stage, cell in STAGE_CELLS.items()},
        cases=Cases(
            by_state={state: int(totals[_COLUMN[cell]]) for state, cell in CASE_STATE_CELLS.items()},
            by_reason={reason: int(totals[_COLUMN[cell]]) for reason, cell in CASE_REASON_CELLS.items()},
            overdue=int(totals[_OVERDUE]),
        ),
        relief={scheme: {state: _aid(totals, scheme, state) for state in GrantState} for scheme in Scheme},
        children=children,
        coverage=coverage,
        as_of=as_of,
    )


def _aid(totals: Numbers, scheme: Scheme, state: GrantState) -> Aid:
    return Aid(int(totals[_COLUMN[GRANTS_CELLS[scheme, state]]]), int(totals[_COLUMN[FEN_CELLS[scheme, state]]]))


def _coverage(codes: list[str], reported: Numbers) -> Coverage:
    silent = [code for code, never in zip(codes, reported == NEVER, strict=True) if never]
    return Coverage(len(codes), len(codes) - len(silent), silent)


def _child(view: View, area: Area) -> Child:
    members = view.rollup.members(area.code)
    totals, newest = view.cells[members].sum(axis=0), int(view.reported[members].max())
    reporting = int(np.count_nonzero(view.reported[members] != NEVER))
    files = int(totals[_CASES_OPEN].sum()), int(totals[_OVERDUE])
    if not reporting and area.level is Level.COUNTY:
        return Child(area.code, area.name, None, None, *files, None, silent=True)
    reported = china_moment(None if newest == NEVER else newest)
    child = Child(area.code, area.name, int(totals[OUT].sum()), int(totals[POOR]), *files, reported, silent=not reporting)
    if area.level is not Level.COUNTY:
        child.coverage = Share(len(members), reporting)
    return child
