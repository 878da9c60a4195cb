"""The counts rolled up to the counties of the record's own date."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from services.reporting.counting import CELLS, POOR_CELL, STATUS_CELLS, Flow
from services.reporting.view.areas import ROW_OF, Numbers, rollup_on
from services.reporting.view.memory import COLUMN, FLOW_COLUMN, NEVER, Memory
from shared.clock import china_day, moment_of
from shared.contracts.words import OUT_OF_SCHOOL

OUT = [COLUMN[STATUS_CELLS[status]] for status in sorted(OUT_OF_SCHOOL)]
"""The columns that add up to the stock of children out of school, and below it the column of the registered-poor among them."""
POOR = COLUMN[POOR_CELL]
OVERDUE = len(CELLS)
"""The column after the cells: files not closed whose due day is before the record's own date."""


class Statement(NamedTuple):
    """A county's own statement: the microseconds since 1970 that it was made for, and the number of children out of school."""

    time: int
    out_of_school: int


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

    @cached_property
    def stock(self) -> dict[str, int | None]:
        """County of the day -> children out of school; None where it never reported."""
        stock, silent = self.cells[:, OUT].sum(axis=1).tolist(), (self.reported == NEVER).tolist()
        return {code: None if never else n for code, n, never in zip(self.rollup.counties, stock, silent, strict=True)}

    @cached_property
    def stated(self) -> dict[str, Statement]:
        """County of the day -> its newest statement, under whichever of its codes, of the counties that made any."""
        found: dict[str, Statement] = {}
        for code, (time, number) in self.memory.claimed.items():
            if code in ROW_OF and ((home := self.rollup.home(code)) not in found or time >= found[home].time):
                found[home] = Statement(time, number)
        return found

    @cached_property
    def openings(self) -> dict[str, Numbers]:
        """Day -> the children that were out of school when their ledger was taken over, by county of the day; only days with any."""
        column = FLOW_COLUMN[Flow.OPENING]
        return {day: self.rollup.summed(flows[:, column].astype(np.int64)) for day, flows in self.memory.flows.items() if flows[:, column].any()}
