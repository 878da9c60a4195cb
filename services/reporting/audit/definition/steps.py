"""The whole definition, as the steps of a recount in one DuckDB database.

Read it beside the wire page, section 3: over all facts not seen before, add 1 for ``after``, subtract 1 for ``before``. ``facts`` finds the
facts that count, ``families`` says which families they may be of, and ``children``, ``files``, ``aid`` and ``oversight`` say what is counted of each.
"""

from services.reporting.audit.definition import aid, belonging, children, facts, families, files, moments, oversight

BEGIN = (
    moments.BEGIN,
    families.BEGIN,
    families.BEGIN_SOURCES,
    belonging.BEGIN,
    facts.BEGIN,
    children.BEGIN,
    files.BEGIN,
    aid.BEGIN,
    oversight.BEGIN,
    children.CELLS,
    files.CELLS,
    aid.CELLS,
    oversight.CELLS,
)
"""Make tables, macros and views anew."""

EMPTY_CHUNK = facts.EMPTY_CHUNK

CHECK = (belonging.FIND_HOMES, belonging.FIND_BEYOND, facts.CHECK)
"""Read the records of a chunk, and find what does not count."""

EACH_CHUNK = (
    facts.FIND_REPEATS,
    facts.MOVE_HEADS,
    facts.SELECT_FRESH,
    facts.COUNT_TOTALS,
    facts.SEE_CHANGES,
    *families.COUNT,
    *children.COUNT,
    *files.COUNT,
    *aid.COUNT,
    *oversight.COUNT,
)
"""Add what counts of a chunk to the sums."""

SUM_UP = (families.SUM_UP, children.SUM_UP, files.SUM_UP, aid.SUM_UP, oversight.SUM_UP)
"""Each chunk adds its groups to the sums. From time to time the groups are summed up, so that the tables stay bounded."""

COUNT_ROWS = """
SELECT (SELECT count(*) FROM standings) + (SELECT count(*) FROM flows) + (SELECT count(*) FROM files) + (SELECT count(*) FROM aid)
    + (SELECT count(*) FROM flags) + (SELECT count(*) FROM rechecks)
"""

# The cells as they are compared, without those that are zero. Flows and due days are cells too: `flow.<day>.<name>`, `due.<day>`.
CELLS = """
CREATE OR REPLACE TABLE recounted AS
SELECT county, cell, sum(n)::BIGINT AS n
FROM (FROM cells_of_children UNION ALL FROM cells_of_files UNION ALL FROM cells_of_aid UNION ALL FROM cells_of_oversight)
GROUP BY county, cell HAVING sum(n) <> 0
UNION ALL
SELECT county, 'reported', reported FROM signs
UNION ALL
SELECT county, 'claimed', claimed FROM statements
"""
