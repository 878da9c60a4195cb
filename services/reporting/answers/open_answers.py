"""The answers that anybody may have: the exact ones without what would tell of the children of a county with few of them."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np

from services.reporting.answers.documents import Child, Counts, Figure, Headline
from services.reporting.answers.small_cells import FEW, Hierarchy, withheld_areas
from services.reporting.counting import CASE_REASON_CELLS, REASON_CELLS, STAGE_CELLS
from services.reporting.view.areas import Numbers, Rollup
from services.reporting.view.memory import COLUMN
from services.reporting.view.rolled_up import OUT, POOR, RolledUp
from shared.geography.divisions import NATION, Level

_BREAKDOWN = [POOR, *(COLUMN[cell] for cell in (*REASON_CELLS.values(), *STAGE_CELLS.values()))]
_FILES = [COLUMN[cell] for cell in CASE_REASON_CELLS.values()]


class Withheld(NamedTuple):
    """The areas whose breakdowns are withheld: of the children out of school, and of the files that are not closed."""

    children: frozenset[str]
    files: frozenset[str]


def withheld_of(view: RolledUp) -> Withheld:
    """Return what is withheld of a view. It follows from the totals of all counties."""
    hierarchy = _hierarchy(view.rollup)
    children = withheld_areas(hierarchy, _by_county(view, view.cells[:, OUT].sum(axis=1), _BREAKDOWN))
    # Where nobody is back yet, the files' reasons are the children's: what is withheld of these is withheld of those.
    files = withheld_areas(hierarchy, _by_county(view, view.cells[:, _FILES].sum(axis=1), _FILES), besides=children)
    return Withheld(children, files)


def open_counts(counts: Counts, withheld: Withheld) -> Counts:
    """Return the counts of an area as anybody may have them."""
    # A code that had ended, or not begun, on the record's date counts in a county whose numbers are open: the two together would tell of a third.
    of_its_own = counts.area.successor is msgspec.UNSET and counts.area.predecessor is msgspec.UNSET
    open_files = counts.area.code not in withheld.files if of_its_own else not any((counts.cases.by_reason or {}).values())
    open_children = counts.area.code not in withheld.children if of_its_own else not counts.out_of_school
    counts = msgspec.structs.replace(counts, children=[open_child(child, withheld) for child in counts.children])
    if not open_files:
        counts.cases = msgspec.structs.replace(counts.cases, by_reason=None, suppressed=True)
    if not open_children:
        counts.poor = counts.by_reason = counts.by_stage = counts.relief = None
        counts.suppressed = True
    return counts


def open_child(child: Child, withheld: Withheld) -> Child:
    """Return a line of the next level down as anybody may have it."""
    return msgspec.structs.replace(child, poor=None, suppressed=True) if child.code in withheld.children else child


def open_headline(headline: Headline, withheld: Withheld) -> Headline:
    """Return the three figures as anybody may have them."""
    return msgspec.structs.replace(headline, poor=_open_poor(headline, withheld))


def _open_poor(headline: Headline, withheld: Withheld) -> Figure:
    poor = headline.poor
    if poor.basis == "record" and (headline.all.baseline or 0) < FEW:
        poor = msgspec.structs.replace(poor, baseline=None, fall=None)
    return msgspec.structs.replace(poor, now=None, fall=None) if NATION in withheld.children else poor


def _by_county(view: RolledUp, totals: Numbers, parts: list[int]) -> Mapping[str, int]:
    """Return county -> its total, of the counties of which anything is counted; what does not add up is one child."""
    found = np.flatnonzero(view.cells[:, parts].any(axis=1)).tolist()
    return {view.rollup.counties[n]: max(1, int(totals[n])) for n in found}


@cache
def _hierarchy(rollup: Rollup) -> Hierarchy:
    lists = [code for code, area in rollup.areas.items() if area.level is Level.LIST]
    below = {code: [child.code for child in rollup.children(code)] for code in rollup.areas if code not in lists}
    return Hierarchy(NATION, below, {name: [rollup.counties[n] for n in rollup.members(name)] for name in lists})
