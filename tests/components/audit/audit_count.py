"""Counts records again for a test, and returns the cells as plain dicts."""

import atexit
from collections.abc import Iterable
from datetime import datetime
from functools import cache

import duckdb

from services.reporting.audit.recount import Recount, open_database
from services.reporting.audit.sources.log import Bounds
from tests.components.reporting.written_facts import CHILD, Written, event

VISIT = event("cn.baoxue.visit.made.v1", CHILD, 1, {"before": None, "after": {"county": "513431", "status": "dropped_out"}}, source="/visit")
FIGURE = event(
    "cn.baoxue.figure.released.v1", CHILD, 1, {"before": None, "after": {"county": "513431"}}, source="/reporting", time="2020-05-01T12:00:00+08:00"
)
"""Facts of families that nobody counts. The tests with ``visits_registered`` register the first; the wire page reserves the second."""


@cache
def one_database() -> duckdb.DuckDBPyConnection:
    """Return one database for all tests: to open one takes longer than a test."""
    atexit.register(one_database.cache_clear)  # a connection still open at the very end makes duckdb complain of leaks
    return open_database()


ANYWHERE = Bounds(None, {}, ())
"""Nothing is known beside the record: any partition and any input will do."""


def counted(records: Iterable[Written], *, chunk: int = 1000, recorded_until: datetime | None = None, bounds: Bounds = ANYWHERE) -> "Counted":
    """Count these records again."""
    return Counted(list(records), chunk, recorded_until, bounds)


class Counted:
    """A finished recount, and its cells as {county: {cell: n}}."""

    def __init__(self, records: list[Written], chunk: int, recorded_until: datetime | None, bounds: Bounds) -> None:
        database = one_database()
        recount = Recount(database, bounds=bounds, recorded_until=recorded_until, chunk=chunk)
        recount.add(records)
        self.totals = recount.finish()
        self.findings = {finding.problem: (finding.records, list(finding.first)) for finding in recount.findings()}
        self.cells: dict[str, dict[str, int]] = {}
        for county, cell, n in database.execute("SELECT county, cell, n FROM recounted").fetchall():
            self.cells.setdefault(county, {})[cell] = n

    def of(self, county: str) -> dict[str, int]:
        """Return the counts of a county: its cells and flows, without its times."""
        return {cell: n for cell, n in self.cells.get(county, {}).items() if cell not in ("reported", "claimed")}
