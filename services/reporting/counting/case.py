"""The counts of children's files: by state; of those not closed by reason, by the day on which the next step is due, and by what was told of it.

What is overdue on the record's own date is added up from the due days, and is right at every offset. What was told of them when a day began
(due soon, overdue, escalated) is counted by step, from the facts that say so and those that end it.
"""

from collections.abc import Mapping

from services.reporting.counting.counted import FileData
from services.reporting.counting.tally import Tally, day_text
from shared.contracts.case_codes import CaseStanding, CaseState, Urgency
from shared.contracts.words import Reason

CASE_STATE_CELLS: Mapping[CaseState, str] = {state: f"case.state.{state}" for state in CaseState}
CASE_REASON_CELLS: Mapping[Reason, str] = {reason: f"case.reason.{reason}" for reason in Reason}
"""These cells count only the files that are not closed."""
CASE_URGENCY_CELLS: Mapping[tuple[Urgency, CaseState], str] = {
    (urgency, state): f"case.{urgency}.{state}" for urgency in Urgency for state in CaseState if state is not CaseState.CLOSED
}
"""By the step that is due: the state in which the file waits for it."""
CASE_CELLS = (*CASE_STATE_CELLS.values(), *CASE_REASON_CELLS.values(), *CASE_URGENCY_CELLS.values())

_STATE = {state: f":{cell}" for state, cell in CASE_STATE_CELLS.items()}
_REASON = {reason: f":{cell}" for reason, cell in CASE_REASON_CELLS.items()}
_URGENCY = {of: f":{cell}" for of, cell in CASE_URGENCY_CELLS.items()}


def add_case(tally: Tally, data: FileData) -> None:
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
        if standing.urgency is not None:
            tally.cells[county + _URGENCY[standing.urgency, state]] += n
