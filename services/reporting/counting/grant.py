"""The counts of aid: the number of grants and their sum in whole fen, by scheme and state."""

from collections.abc import Mapping

from services.reporting.counting.counted import GrantData
from services.reporting.counting.tally import Tally
from shared.contracts.relief import Grant, GrantState, Scheme

GRANTS_CELLS: Mapping[tuple[Scheme, GrantState], str] = {
    (scheme, state): f"relief.{scheme}.{state}.grants" for scheme in Scheme for state in GrantState
}
FEN_CELLS: Mapping[tuple[Scheme, GrantState], str] = {(scheme, state): f"relief.{scheme}.{state}.fen" for scheme in Scheme for state in GrantState}
"""Whole fen."""
RELIEF_CELLS = (*GRANTS_CELLS.values(), *FEN_CELLS.values())

_GRANTS = {of: f":{cell}" for of, cell in GRANTS_CELLS.items()}
_FEN = {of: f":{cell}" for of, cell in FEN_CELLS.items()}


def add_grant(tally: Tally, data: GrantData) -> None:
    """Add the grant as the fact left it, subtract the grant as the fact found it."""
    if data.after is not None:
        _add(tally, data.after, 1)
    if data.before is not None:
        _add(tally, data.before, -1)


def _add(tally: Tally, grant: Grant, n: int) -> None:
    county, of = grant.county, (grant.scheme, grant.state)
    tally.cells[county + _GRANTS[of]] += n
    tally.cells[county + _FEN[of]] += n * grant.fen
