"""The counts rolled up to the counties of the record's own date."""

import numpy as np

from services.reporting.counting import CELLS, POOR_CELL, STATUS_CELLS
from services.reporting.view.areas import rollup_on
from services.reporting.view.memory import COLUMN, Memory
from shared.clock import china_day, moment_of
from shared.contracts.words import OUT_OF_SCHOOL

OUT = [COLUMN[STATUS_CELLS[status]] for status in sorted(OUT_OF_SCHOOL)]
"""The columns that add up to the stock of children out of school, and below it the column of the registered-poor among them."""
POOR = COLUMN[POOR_CELL]
OVERDUE = len(CELLS)
"""The column after the cells: files not closed whose due day is before the record's own date."""


class RolledUp:
    """The counts of a memory by county of the day of its newest fact. They hold until the memory changes.

    ``rows``: the numbers of each county code ever used, its cells and in the last column its overdue files. ``cells``: the same by county
    of the day. ``reported``: the newest time of each county of the day.
    """

    def __init__(self, memory: Memory) -> None:
        today = None if memory.event_time is None else china_day(moment_of(memory.event_time))
        self.memory, self.version = memory, memory.version
        self.rollup = rollup_on(today)
        overdue = memory.due.before("" if today is None else today.isoformat())
        self.rows = np.column_stack((memory.cells, overdue))
        self.cells = self.rollup.summed(self.rows)
        self.reported = self.rollup.newest(memory.reported)
