"""The counts of an area, and of the areas of the next level down."""

from collections.abc import Sequence

import numpy as np
from msgspec import UNSET

from services.reporting.answers.documents import Aid, AreaName, AsOf, Cases, Child, Counts, Coverage, OpenTransfers, Share, Stated, china_moment
from services.reporting.counting import (
    CASE_REASON_CELLS,
    CASE_STATE_CELLS,
    CASE_URGENCY_CELLS,
    FEN_CELLS,
    GRANTS_CELLS,
    REASON_CELLS,
    STAGE_CELLS,
    STATUS_CELLS,
    TRANSFER_GAINED_CELL,
    TRANSFER_LOST_CELL,
)
from services.reporting.view.areas import ROW_OF, Numbers, Rollup
from services.reporting.view.memory import COLUMN, NEVER
from services.reporting.view.rolled_up import OUT, OVERDUE, POOR, RolledUp
from shared.clock import china_day, moment_of
from shared.contracts.case_codes import CaseState, Urgency
from shared.contracts.relief import GrantState, Scheme
from shared.geography.divisions import NATION, Area, Level, divisions
from shared.http.problems import Problem

_WAITING = tuple(state for state in CaseState if state is not CaseState.CLOSED)
_CASES_OPEN = [COLUMN[CASE_STATE_CELLS[state]] for state in (CaseState.OPEN, CaseState.PERSUADING)]


def area_name(rollup: Rollup, code: str) -> AreaName:
    """Return the name of an area, or of a county code that is not in force on the day. Raises ``Problem`` for anything else."""
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


def counts_of(view: RolledUp, code: str, as_of: AsOf) -> Counts:
    """Return the exact counts of an area or a county code, which is more than everybody may see. Raises ``Problem`` for an unknown one."""
    name = area_name(view.rollup, code)
    if code not in view.rollup.areas:
        row = ROW_OF[code]
        return _document(name, view.rows[row], [], _coverage([code], view.memory.reported[row : row + 1]), None, as_of)
    members = view.rollup.members(code)
    counties = [view.rollup.counties[n] for n in members]
    coverage = _coverage(counties, view.reported[members])
    if code == NATION and (unknown := view.memory.unknown_codes()):
        coverage.unknown = unknown
    children = [_child(view, area) for area in view.rollup.children(code)]
    stated = _stated_by(view, code) if view.rollup.areas[code].level is Level.COUNTY else _all_stated(view, counties)
    return _document(name, view.cells[members].sum(axis=0), children, coverage, stated, as_of)


def _document(name: AreaName, totals: Numbers, children: list[Child], coverage: Coverage, stated: Stated | None, as_of: AsOf) -> Counts:
    silent = name.level == Level.COUNTY and not coverage.reporting
    return Counts(
        area=name,
        out_of_school=None if silent else int(totals[OUT].sum()),
        poor=None if silent else int(totals[POOR]),
        by_status={status: int(totals[COLUMN[cell]]) for status, cell in STATUS_CELLS.items()},
        by_reason={reason: int(totals[COLUMN[cell]]) for reason, cell in REASON_CELLS.items()},
        by_stage={stage or "none": int(totals[COLUMN[cell]]) for stage, cell in STAGE_CELLS.items()},
        cases=Cases(
            by_state={state: int(totals[COLUMN[cell]]) for state, cell in CASE_STATE_CELLS.items()},
            by_reason={reason: int(totals[COLUMN[cell]]) for reason, cell in CASE_REASON_CELLS.items()},
            overdue=int(totals[OVERDUE]),
            told={urgency: {state: int(totals[COLUMN[CASE_URGENCY_CELLS[urgency, state]]]) for state in _WAITING} for urgency in Urgency},
        ),
        relief={scheme: {state: _aid(totals, scheme, state) for state in GrantState} for scheme in Scheme},
        transfers=OpenTransfers(lost=int(totals[COLUMN[TRANSFER_LOST_CELL]]), gained=int(totals[COLUMN[TRANSFER_GAINED_CELL]])),
        stated=stated,
        children=children,
        coverage=coverage,
        as_of=as_of,
    )


def _aid(totals: Numbers, scheme: Scheme, state: GrantState) -> Aid:
    return Aid(int(totals[COLUMN[GRANTS_CELLS[scheme, state]]]), int(totals[COLUMN[FEN_CELLS[scheme, state]]]))


def _coverage(codes: list[str], reported: Numbers) -> Coverage:
    silent = [code for code, never in zip(codes, reported == NEVER, strict=True) if never]
    return Coverage(len(codes), len(codes) - len(silent), silent)


def _child(view: RolledUp, area: Area) -> Child:
    members = view.rollup.members(area.code)
    totals, newest = view.cells[members].sum(axis=0), int(view.reported[members].max())
    reporting = int(np.count_nonzero(view.reported[members] != NEVER))
    files = int(totals[_CASES_OPEN].sum()), int(totals[OVERDUE])
    if not reporting and area.level is Level.COUNTY:
        return Child(area.code, area.name, None, None, *files, None, silent=True)
    reported = china_moment(None if newest == NEVER else newest)
    child = Child(area.code, area.name, int(totals[OUT].sum()), int(totals[POOR]), *files, reported, silent=not reporting)
    if area.level is Level.COUNTY:
        child.stated = _stated_by(view, area.code) or UNSET
    else:
        child.coverage = Share(len(members), reporting)
    return child


def _stated_by(view: RolledUp, county: str) -> Stated | None:
    if (statement := view.stated.get(county)) is None:
        return None
    day = china_day(moment_of(statement.time)).isoformat()
    return Stated(statement.out_of_school, statement.out_of_school - (view.stock[county] or 0), day=day)


def _all_stated(view: RolledUp, counties: Sequence[str]) -> Stated | None:
    of = {county: view.stated[county].out_of_school for county in counties if county in view.stated}
    if not of:
        return None
    differences = [number - (view.stock[county] or 0) for county, number in of.items()]
    return Stated(sum(of.values()), sum(differences), counties=len(of), differing=sum(map(bool, differences)))
