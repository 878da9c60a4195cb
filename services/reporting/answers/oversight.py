"""Flags, samples and re-checks of an area, and of each of its counties that has any.

No open answer has these numbers: one flag in a county of few children would point at a child, and a hint that nobody looked into yet at an office. So
they need a right, within which they are exact (decision 0064).
"""

from typing import NamedTuple

import numpy as np
from msgspec import Struct

from services.reporting.answers.counts import area_name
from services.reporting.answers.documents import AreaName, AsOf
from services.reporting.counting import FLAG_CELLS, RECHECK_CELLS, SAMPLE_FILES_CELL, SAMPLE_TOLD_CELL, SAMPLES_CELL
from services.reporting.view.areas import ROW_OF, Numbers
from services.reporting.view.memory import COLUMN
from services.reporting.view.rolled_up import RolledUp
from shared.contracts.oversight_codes import Finding, FlagState, Rule

_CELLS = (*FLAG_CELLS.values(), SAMPLES_CELL, SAMPLE_FILES_CELL, SAMPLE_TOLD_CELL, *RECHECK_CELLS.values())
_COLUMNS = [COLUMN[cell] for cell in _CELLS]


class Samples(Struct):
    """Samples that levels above drew, and what came of them: of ``drawn`` samples with ``files`` files, how many files were ``told`` that they were
    drawn, and how many re-checks found what.

    A file may move to another county between its draw and its re-check, so that a county can have more re-checks than draws.
    """

    drawn: int
    files: int
    told: int
    found: dict[Finding, int]


class CountyOversight(Struct):
    """A county that has a flag, a sample or a re-check."""

    code: str
    name: str
    flags: dict[Rule, dict[FlagState, int]]
    samples: Samples


class Oversight(Struct):
    """The flags of an area by rule and by what became of them, and its samples; ``counties``: those that have any, by code."""

    area: AreaName
    flags: dict[Rule, dict[FlagState, int]]
    samples: Samples
    counties: list[CountyOversight]
    as_of: AsOf


class _Told(NamedTuple):
    flags: dict[Rule, dict[FlagState, int]]
    samples: Samples


def oversight_of(view: RolledUp, code: str, as_of: AsOf) -> Oversight:
    """Return the flags and samples of an area or a county code. Raises ``Problem`` for an unknown one."""
    name = area_name(view.rollup, code)
    if code not in view.rollup.areas:
        return Oversight(name, *_told(view.rows[ROW_OF[code]]), [], as_of)
    members = view.rollup.members(code)
    having = members[np.flatnonzero(view.cells[members][:, _COLUMNS].any(axis=1))]
    codes = [view.rollup.counties[n] for n in having]
    counties = [CountyOversight(each, view.rollup.areas[each].name, *_told(view.cells[n])) for each, n in zip(codes, having, strict=True)]
    return Oversight(name, *_told(view.cells[members].sum(axis=0)), counties, as_of)


def _told(totals: Numbers) -> _Told:
    flags = {rule: {state: int(totals[COLUMN[FLAG_CELLS[rule, state]]]) for state in FlagState} for rule in Rule}
    drawn, files, told = (int(totals[COLUMN[cell]]) for cell in (SAMPLES_CELL, SAMPLE_FILES_CELL, SAMPLE_TOLD_CELL))
    return _Told(flags, Samples(drawn, files, told, {finding: int(totals[COLUMN[cell]]) for finding, cell in RECHECK_CELLS.items()}))
