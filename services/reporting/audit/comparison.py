"""Compares what is shown with what the record adds up to, cell by cell, in SQL."""

from dataclasses import dataclass

import duckdb

from services.reporting.audit.recount import moment

MOST_SHOWN = 50

_COUNT = """
SELECT count(DISTINCT county), count(*) FILTER (NOT starts_with(cell, 'flow.')), count(*) FILTER (starts_with(cell, 'flow.'))
FROM (SELECT county, cell FROM shown UNION SELECT county, cell FROM recounted)
"""
_DIFFER = """
SELECT county, cell, shown.n, recounted.n, count(*) OVER ()
FROM shown FULL JOIN recounted USING (county, cell)
WHERE shown.n IS DISTINCT FROM recounted.n
ORDER BY county, cell LIMIT $most
"""
_UNBALANCED = """
SELECT county, stock, flows FROM (
    SELECT county, coalesce(sum(n) FILTER (cell IN ('status.dropped_out', 'status.never_enrolled')), 0)::BIGINT AS stock,
        coalesce(sum(n * CASE split_part(cell, '.', 3)
            WHEN 'opening' THEN 1 WHEN 'newly_out' THEN 1 WHEN 'out_again' THEN 1 WHEN 'moved_in' THEN 1
            WHEN 'returned' THEN -1 WHEN 'removed' THEN -1 WHEN 'excused' THEN -1 WHEN 'moved_out' THEN -1
            ELSE 0 END) FILTER (starts_with(cell, 'flow.')), 0)::BIGINT AS flows
    FROM shown GROUP BY county)
WHERE stock <> flows ORDER BY county
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that is shown otherwise than the record adds up to; None: not there (of counts, that is 0)."""

    county: str
    cell: str
    shown: int | str | None
    recounted: int | str | None


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A county whose shown stock is not the sum of its shown flows."""

    county: str
    stock: int
    flows: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared, and where it differs.

    ``cells`` and ``flows`` are those not zero on both sides; ``differences`` holds the first 50 of the ``differing`` cells.
    """

    counties: int
    cells: int
    flows: int
    differing: int
    differences: tuple[Difference, ...]
    unbalanced: tuple[Imbalance, ...]

    @property
    def equal(self) -> bool:
        """Tell whether every cell is as the record has it, and every stock is the sum of its flows."""
        return not self.differing and not self.unbalanced


def compare(database: duckdb.DuckDBPyConnection) -> Comparison:
    """Compare the tables ``shown`` and ``recounted`` (county, cell, n)."""
    ((counties, cells, flows),) = database.execute(_COUNT).fetchall()
    rows = database.execute(_DIFFER, {"most": MOST_SHOWN}).fetchall()
    differences = tuple(Difference(county, cell, _worded(cell, shown), _worded(cell, recounted)) for county, cell, shown, recounted, _ in rows)
    unbalanced = tuple(Imbalance(*row) for row in database.execute(_UNBALANCED).fetchall())
    return Comparison(counties, cells, flows, rows[0][-1] if rows else 0, differences, unbalanced)


def _worded(cell: str, n: int | None) -> int | str | None:
    if n is None:
        return None if cell in ("reported", "claimed") else 0
    return str(moment(n)) if cell == "reported" else n
