"""Compares what is shown with what the record adds up to, cell by cell, in SQL."""

from dataclasses import dataclass

import duckdb

from services.reporting.audit.recount import moment

MOST_SHOWN = 50

_COUNT = """
SELECT count(DISTINCT county), count(*) FILTER (kind = 'cell'), count(*) FILTER (kind = 'flow'), count(*) FILTER (kind = 'due')
FROM (SELECT county, CASE WHEN split_part(cell, '.', 1) IN ('flow', 'due') THEN split_part(cell, '.', 1) ELSE 'cell' END AS kind
    FROM (SELECT county, cell FROM shown UNION SELECT county, cell FROM recounted))
"""
_DIFFER = """
SELECT county, cell, shown.n, recounted.n, count(*) OVER ()
FROM shown FULL JOIN recounted USING (county, cell)
WHERE shown.n IS DISTINCT FROM recounted.n
ORDER BY county, cell LIMIT $most
"""
_UNBALANCED = """
WITH sums AS (
    SELECT county,
        sum(n) FILTER (cell IN ('status.dropped_out', 'status.never_enrolled')) AS stock,
        sum(n * CASE split_part(cell, '.', 3)
            WHEN 'opening' THEN 1 WHEN 'newly_out' THEN 1 WHEN 'out_again' THEN 1 WHEN 'moved_in' THEN 1
            WHEN 'returned' THEN -1 WHEN 'removed' THEN -1 WHEN 'excused' THEN -1 WHEN 'moved_out' THEN -1
            ELSE 0 END) FILTER (starts_with(cell, 'flow.')) AS flows,
        sum(n) FILTER (cell IN ('case.state.open', 'case.state.persuading', 'case.state.returned')) AS files,
        sum(n) FILTER (starts_with(cell, 'case.reason.')) AS reasons
    FROM shown GROUP BY county)
SELECT county, law, total::BIGINT, parts::BIGINT FROM (
    SELECT county, 'children out of school, by flows' AS law, coalesce(stock, 0) AS total, coalesce(flows, 0) AS parts FROM sums
    UNION ALL
    SELECT county, 'files not closed, by reasons', coalesce(files, 0), coalesce(reasons, 0) FROM sums)
WHERE total <> parts ORDER BY county, law
"""
_TOTALS = """
SELECT coalesce(sum(n) FILTER (cell IN ('status.dropped_out', 'status.never_enrolled')), 0)::BIGINT,
    coalesce(sum(n) FILTER (cell IN ('case.state.open', 'case.state.persuading')), 0)::BIGINT,
    coalesce(sum(n) FILTER (cell IN ('case.state.returned', 'case.state.closed')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'relief.') AND ends_with(cell, '.grants')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'relief.') AND ends_with(cell, '.fen')), 0)::BIGINT
FROM recounted
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
    """A county whose shown numbers are at odds with one another: a total that the parts named by the law do not make."""

    county: str
    law: str
    total: int
    parts: int


@dataclass(frozen=True, slots=True)
class Altogether:
    """What the record adds up to in all. Once all policies have followed, as many files are open or persuading as children are out of school."""

    out_of_school: int
    files_open: int
    """Open or persuading."""
    files_settled: int
    """Under observation or closed."""
    grants: int
    fen: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared, and where it differs.

    ``cells``, ``flows`` and ``due`` days are those not zero on both sides; ``differences`` holds the first 50 of the ``differing`` cells.
    """

    counties: int
    cells: int
    flows: int
    due: int
    altogether: Altogether
    differing: int
    differences: tuple[Difference, ...]
    unbalanced: tuple[Imbalance, ...]

    @property
    def equal(self) -> bool:
        """Tell whether every cell is as the record has it, and every total is the sum of its parts."""
        return not self.differing and not self.unbalanced


def compare(database: duckdb.DuckDBPyConnection) -> Comparison:
    """Compare the tables ``shown`` and ``recounted`` (county, cell, n)."""
    ((counties, cells, flows, due),) = database.execute(_COUNT).fetchall()
    rows = database.execute(_DIFFER, {"most": MOST_SHOWN}).fetchall()
    differences = tuple(Difference(county, cell, _worded(cell, shown), _worded(cell, recounted)) for county, cell, shown, recounted, _ in rows)
    unbalanced = tuple(Imbalance(*row) for row in database.execute(_UNBALANCED).fetchall())
    ((*altogether,),) = database.execute(_TOTALS).fetchall()
    return Comparison(counties, cells, flows, due, Altogether(*altogether), rows[0][-1] if rows else 0, differences, unbalanced)


def _worded(cell: str, n: int | None) -> int | str | None:
    if n is None:
        return None if cell in ("reported", "claimed") else 0
    return str(moment(n)) if cell == "reported" else n
