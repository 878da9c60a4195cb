"""The counts of children's files: by state; of those not closed by reason, and by the day on which the next step is due.

A file becomes overdue when that day passes, and no fact says so. So the due days are counted, and an answer adds up those before its
own date. No timer is needed, and the answer is right on every day.
"""

from collections.abc import Mapping

from services.reporting.counting.counted import CaseData
from services.reporting.counting.tally import Tally, day_text
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.words import Reason

CASE_STATE_CELLS: Mapping[CaseState, str] = {state: f"case.state.{state}" for state in CaseState}
CASE_REASON_CELLS: Mapping[Reason, str] = {reason: f"case.reason.{reason}" for reason in Reason}
"""These cells count only the files that are not closed."""
CASE_CELLS = (*CASE_STATE_CELLS.values(), *CASE_REASON_CELLS.values())

_STATE = {state: f":{cell}" for state, cell in CASE_STATE_CELLS.items()}
_REASON = {reason: f":{cell}" for reason, cell in CASE_REASON_CELLS.items()}


def add_case(tally: Tally, data: CaseData) -> None:
    """Add 1 for the file as the fact left it, subtract 1 for the file as the fact found it."""
    _add(tally, data.after, 1)
    if data.before is not None:
        _add(tally, data.before, -1)


def _add(tally: Tally, standing: CaseStanding, n: int) -> None:
    county, state = standing.county, standing.state
    tally.cells[county + _STATE[state]] += n
    if state is not CaseState.CLOSED:
        if standing.reason is not None:
            tally.cells[county + _REASON[standing.reason]] += n
        if standing.due is not None:
            tally.due[county + day_text(standing.due.toordinal())] += n
