"""Compares the cells that the api shows with the cells of the recount, in SQL."""

from dataclasses import dataclass

import duckdb

from services.reporting.audit.definition.moments import moment

MOST_SHOWN = 50

_COUNT = """
SELECT count(DISTINCT county), count(*) FILTER (kind = 'cell'), count(*) FILTER (kind = 'flow'), count(*) FILTER (kind = 'due')
FROM (SELECT county, CASE WHEN split_part(cell, '.', 1) IN ('flow', 'due') THEN split_part(cell, '.', 1) ELSE 'cell' END AS kind
    FROM (SELECT county, cell FROM api_cells UNION SELECT county, cell FROM recounted))
"""
_DIFFER = """
SELECT county, cell, api_cells.n, recounted.n, count(*) OVER ()
FROM api_cells FULL JOIN recounted USING (county, cell)
WHERE api_cells.n IS DISTINCT FROM recounted.n
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
        sum(n) FILTER (cell IN ('case.state.open', 'case.state.persuading', 'case.state.returned', 'case.state.closing')) AS files,
        sum(n) FILTER (starts_with(cell, 'case.reason.')) AS reasons,
        sum(n) FILTER (starts_with(cell, 'flag.') AND n < 0) AS missing
    FROM api_cells GROUP BY county)
SELECT county, law, total::BIGINT, parts::BIGINT FROM (
    SELECT county, 'children out of school, by flows' AS law, coalesce(stock, 0) AS total, coalesce(flows, 0) AS parts FROM sums
    UNION ALL
    SELECT county, 'files not closed, by reasons', coalesce(files, 0), coalesce(reasons, 0) FROM sums
    UNION ALL
    SELECT county, 'flags that were settled and never raised', 0, coalesce(missing, 0) FROM sums)
WHERE total <> parts ORDER BY county, law
"""
_TOTALS = """
SELECT coalesce(sum(n) FILTER (cell IN ('status.dropped_out', 'status.never_enrolled')), 0)::BIGINT,
    coalesce(sum(n) FILTER (cell IN ('case.state.open', 'case.state.persuading')), 0)::BIGINT,
    coalesce(sum(n) FILTER (cell IN ('case.state.returned', 'case.state.closing', 'case.state.closed')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'relief.') AND ends_with(cell, '.grants')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'relief.') AND ends_with(cell, '.fen')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'flag.') AND ends_with(cell, '.open')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'flag.') AND NOT ends_with(cell, '.open')), 0)::BIGINT,
    coalesce(sum(n) FILTER (starts_with(cell, 'recheck.')), 0)::BIGINT,
    coalesce(sum(n) FILTER (cell = 'recheck.not_in_school'), 0)::BIGINT
FROM recounted
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose number in the api is not that of the recount. A count that one side does not have is 0 there, a time or a claim None."""

    county: str
    cell: str
    shown: int | str | None
    recounted: int | str | None


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A county whose numbers in the api contradict one another: the parts that the law names do not add up to the total."""

    county: str
    law: str
    total: int
    parts: int


@dataclass(frozen=True, slots=True)
class NationTotals:
    """The sums of the recount over all counties. Once the policies have answered every fact, ``files_open`` equals ``out_of_school``."""

    out_of_school: int
    files_open: int
    """Files that are open or persuading."""
    files_settled: int
    """Files under observation or closed."""
    grants: int
    fen: int
    flags_open: int
    flags_settled: int
    """Flags that were cleared or confirmed."""
    rechecked: int
    not_in_school: int
    """Files that were checked again, and of these the ones whose child was not in school."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of counties and cells that were compared, and the differences.

    ``cells``, ``flows`` and ``due`` count those that are not zero on at least one side. ``differences`` has the first 50 of the ``differing`` cells.
    """

    counties: int
    cells: int
    flows: int
    due: int
    altogether: NationTotals
    differing: int
    differences: tuple[Difference, ...]
    unbalanced: tuple[Imbalance, ...]

    @property
    def equal(self) -> bool:
        """Return whether every cell is that of the recount, and every total the sum of its parts."""
        return not self.differing and not self.unbalanced


def compare(database: duckdb.DuckDBPyConnection) -> Comparison:
    """Compare the tables ``api_cells`` and ``recounted`` (county, cell, n)."""
    ((counties, cells, flows, due),) = database.execute(_COUNT).fetchall()
    rows = database.execute(_DIFFER, {"most": MOST_SHOWN}).fetchall()
    differences = tuple(Difference(county, cell, _text_of(cell, shown), _text_of(cell, recounted)) for county, cell, shown, recounted, _ in rows)
    unbalanced = tuple(Imbalance(*row) for row in database.execute(_UNBALANCED).fetchall())
    ((*altogether,),) = database.execute(_TOTALS).fetchall()
    return Comparison(counties, cells, flows, due, NationTotals(*altogether), rows[0][-1] if rows else 0, differences, unbalanced)


def _text_of(cell: str, n: int | None) -> int | str | None:
    if n is None:
        return None if cell in ("reported", "claimed") else 0
    return str(moment(n)) if cell == "reported" else n
