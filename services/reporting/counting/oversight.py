"""The counts of oversight: flags by rule and by what became of them, samples that levels above drew, and what their re-checks found.

A flag counts in the county where the hint is, under whichever rule raised it. A sample counts in the county of which it was drawn, a draw and a
re-check of a file in the county where the file then is. A file may move in between, so no difference of these is ever formed: who still waits for a
re-check is a queue of the desk.
"""

from collections.abc import Mapping
from typing import assert_never

from services.reporting.counting.case import add_case
from services.reporting.counting.counted import CountyFlagData, DrawData, FlagData, OversightData, RecheckData, SampleData
from services.reporting.counting.tally import Tally
from shared.contracts.flags import CaseFlagCleared, CaseFlagConfirmed, CaseFlagged, CountyFlagCleared, CountyFlagConfirmed, CountyFlagged
from shared.contracts.oversight_codes import Finding, FlagState, Rule

FLAG_CELLS: Mapping[tuple[Rule, FlagState], str] = {(rule, state): f"flag.{rule}.{state}" for rule in Rule for state in FlagState}
SAMPLES_CELL = "sample.drawn"
"""Samples drawn of the county, and below it the files that they have, and the files that were told so."""
SAMPLE_FILES_CELL, SAMPLE_TOLD_CELL = "sample.files", "sample.told"
RECHECK_CELLS: Mapping[Finding, str] = {finding: f"recheck.{finding}" for finding in Finding}
OVERSIGHT_CELLS = (*FLAG_CELLS.values(), SAMPLES_CELL, SAMPLE_FILES_CELL, SAMPLE_TOLD_CELL, *RECHECK_CELLS.values())

_FLAG = {of: f":{cell}" for of, cell in FLAG_CELLS.items()}
_RECHECK = {finding: f":{cell}" for finding, cell in RECHECK_CELLS.items()}
_SAMPLES, _FILES, _TOLD = f":{SAMPLES_CELL}", f":{SAMPLE_FILES_CELL}", f":{SAMPLE_TOLD_CELL}"
_BECAME = {
    CaseFlagged.TYPE: FlagState.OPEN,
    CaseFlagCleared.TYPE: FlagState.CLEARED,
    CaseFlagConfirmed.TYPE: FlagState.CONFIRMED,
    CountyFlagged.TYPE: FlagState.OPEN,
    CountyFlagCleared.TYPE: FlagState.CLEARED,
    CountyFlagConfirmed.TYPE: FlagState.CONFIRMED,
}


def add_oversight(tally: Tally, type_: str, subject: str, data: OversightData) -> None:
    """Add what a fact says of a flag, a sample or a re-check; and, where it is of a child's file, the file as it left it, as any fact of a file."""
    match data:
        case FlagData():
            add_case(tally, data)
            _add_flag(tally, data.county, data.rule, _BECAME[type_])
        case CountyFlagData():
            _add_flag(tally, subject, data.rule, _BECAME[type_])
        case DrawData():
            add_case(tally, data)
            tally.cells[data.after.county + _TOLD] += 1
        case RecheckData():
            add_case(tally, data)
            tally.cells[data.after.county + _RECHECK[data.finding]] += 1
        case SampleData():
            tally.cells[subject + _SAMPLES] += 1
            tally.cells[subject + _FILES] += data.size
        case _:
            assert_never(data)


def _add_flag(tally: Tally, county: str, rule: Rule, state: FlagState) -> None:
    tally.cells[county + _FLAG[rule, state]] += 1
    if state is not FlagState.OPEN:
        tally.cells[county + _FLAG[rule, FlagState.OPEN]] -= 1
