"""The pure fold of the record into counts: facts in, differences out. The fold keeps nothing between two batches.

Here belongs what is counted: ``student``, ``case``, ``grant`` and ``oversight`` hold the counts of each family, ``counted`` what the fold reads of a
fact, ``folding`` the fold. Where the counts are kept stands in ``board``.
"""

from services.reporting.counting.case import CASE_REASON_CELLS, CASE_STATE_CELLS, CASE_URGENCY_CELLS
from services.reporting.counting.folding import CELLS, FOLD_VERSION, Changes, Judge, Record, fold
from services.reporting.counting.grant import FEN_CELLS, GRANTS_CELLS
from services.reporting.counting.oversight import FLAG_CELLS, RECHECK_CELLS, SAMPLE_FILES_CELL, SAMPLE_TOLD_CELL, SAMPLES_CELL
from services.reporting.counting.student import (
    OPENING_POOR_CELL,
    POOR_CELL,
    REASON_CELLS,
    STAGE_CELLS,
    STATUS_CELLS,
    TRANSFER_GAINED_CELL,
    TRANSFER_LOST_CELL,
    Flow,
)

__all__ = [
    "CASE_REASON_CELLS",
    "CASE_STATE_CELLS",
    "CASE_URGENCY_CELLS",
    "CELLS",
    "FEN_CELLS",
    "FLAG_CELLS",
    "FOLD_VERSION",
    "GRANTS_CELLS",
    "OPENING_POOR_CELL",
    "POOR_CELL",
    "REASON_CELLS",
    "RECHECK_CELLS",
    "SAMPLES_CELL",
    "SAMPLE_FILES_CELL",
    "SAMPLE_TOLD_CELL",
    "STAGE_CELLS",
    "STATUS_CELLS",
    "TRANSFER_GAINED_CELL",
    "TRANSFER_LOST_CELL",
    "Changes",
    "Flow",
    "Judge",
    "Record",
    "fold",
]
