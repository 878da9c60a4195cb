"""What is counted, in SQL: the whole definition, from the bytes of a record to the cells of a county.

Read it beside the wire page, section 3: over all facts not seen before, add 1 for ``after``, take 1 for ``before``.
``children``, ``files`` and ``aid`` say what is counted of each. The statements run in the order of this page, once a chunk
of the record, in one DuckDB database; ``part`` is the partition, ``place`` the offset, and every moment is in microseconds
since 1970 in UTC.
"""

import csv
from importlib.resources import files as resources

from services.reporting.audit.definition import aid, children, files

with (resources(__package__) / "types.csv").open(encoding="ascii") as _lines:
    TYPES = {row["type"]: row["family"] for row in csv.DictReader(_lines)}
"""Every type that the record may hold, and whose it is. ``make docs`` writes the file from the published language."""

_FAMILIES = f"""
CREATE OR REPLACE MACRO family_of(type) AS CASE type
    {" ".join(f"WHEN '{type_}' THEN '{family}'" for type_, family in TYPES.items())} END;
"""

_BEGIN = r"""
CREATE OR REPLACE TABLE heads (part INTEGER, source VARCHAR, sequence VARCHAR);             -- the last sequence of each source
CREATE OR REPLACE TABLE totals (facts BIGINT, files BIGINT, aid BIGINT, repeats BIGINT, later BIGINT, others BIGINT, event_time BIGINT,
                                recorded_time BIGINT);

-- RFC 3339 with an offset, in the years 2 to 9998; anything else is no moment.
CREATE OR REPLACE MACRO instant(text) AS CASE
    WHEN regexp_full_match(text, '\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)')
        AND text BETWEEN '0002' AND '9999'
    THEN epoch_us(TRY_CAST(upper(text) AS TIMESTAMPTZ)) END;

-- The day of a happening is that of its time in China, UTC+8.
CREATE OR REPLACE MACRO china_day(moment) AS CAST(make_timestamp(moment + 28800000000) AS DATE);

CREATE OR REPLACE MACRO is_county(code) AS coalesce(regexp_full_match(code, '[0-9]{6}'), false);
CREATE OR REPLACE MACRO is_stage(stage) AS coalesce(stage IN ('primary', 'junior'), false);
CREATE OR REPLACE MACRO is_mark(mark) AS coalesce(CAST(mark AS VARCHAR) IN ('true', 'false'), false);
CREATE OR REPLACE MACRO is_reason(reason) AS reason IN ('learning', 'work', 'marriage', 'religion', 'family', 'poverty',
                                                        'illness', 'distance', 'other', 'unknown');
"""

BEGIN = (_FAMILIES, _BEGIN, children.BEGIN, files.BEGIN, aid.BEGIN, children.CELLS, files.CELLS, aid.CELLS)
"""Makes tables, macros and views anew."""

MAKE_ROOM = "CREATE OR REPLACE TEMP TABLE arrived (part INTEGER, place BIGINT, value VARCHAR)"

# Whatever stands before and after, of a child, a file or a grant, is read from one shape, so that a record is parsed once.
JUDGE = r"""
CREATE OR REPLACE TEMP TABLE judged AS
WITH parsed AS (
    SELECT part, place, CASE WHEN json_valid(value) THEN from_json(value, '{
        "source": "VARCHAR", "type": "VARCHAR", "subject": "VARCHAR", "time": "VARCHAR", "recordedtime": "VARCHAR",
        "sequence": "VARCHAR", "data": {
            "before": {"status": "VARCHAR", "county": "VARCHAR", "stage": "VARCHAR", "poor": "JSON", "reason": "VARCHAR",
                       "state": "VARCHAR", "attempts": "JSON", "due": "VARCHAR",
                       "scheme": "VARCHAR", "term": "VARCHAR", "boarder": "JSON", "fen": "JSON"},
            "after": {"status": "VARCHAR", "county": "VARCHAR", "stage": "VARCHAR", "poor": "JSON", "reason": "VARCHAR",
                      "state": "VARCHAR", "attempts": "JSON", "due": "VARCHAR",
                      "scheme": "VARCHAR", "term": "VARCHAR", "boarder": "JSON", "fen": "JSON"},
            "late": "BOOLEAN", "spell": "BIGINT", "out_of_school": "BIGINT"}}') END AS fact
    FROM arrived),
timed AS (
    SELECT part, place, fact.source AS source, fact.sequence AS sequence, fact.type AS type, fact.subject AS subject,
        fact.data.before AS before, fact.data.after AS after, fact.data.late AS late, fact.data.spell AS spell,
        fact.data.out_of_school AS out_of_school, instant(fact.time) AS moment, instant(fact.recordedtime) AS recorded,
        CASE WHEN starts_with(fact.type, 'cn.baoxue.figure.') THEN 'other' ELSE family_of(fact.type) END AS family
    FROM parsed)
SELECT * EXCLUDE (late), $recorded_until::BIGINT IS NULL OR recorded <= $recorded_until::BIGINT AS known, CASE
    WHEN type IS NULL THEN 'unreadable'
    WHEN family IS NULL THEN 'unknown type'
    WHEN source IS NULL OR NOT coalesce(regexp_full_match(sequence, '[0-9]{16}-[0-9]{4}'), false) THEN 'malformed sequence'
    WHEN moment IS NULL OR recorded IS NULL THEN 'malformed time'
    WHEN family = 'student' THEN problem_of_a_child(before, after, late)
    WHEN family = 'case' THEN problem_of_a_file(before, after)
    WHEN family = 'relief' THEN problem_of_aid(type, before, after)
    WHEN family = 'county' THEN problem_of_a_statement(subject, out_of_school)
END AS problem
FROM timed
"""

# A sequence not above the highest that its source had before, in this partition, is a repeat.
FIND_REPEATS = """
CREATE OR REPLACE TEMP TABLE repeats AS
SELECT s.part, s.place
FROM (SELECT part, place, source, sequence, max(sequence) OVER (
        PARTITION BY part, source ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
    FROM judged WHERE problem IS NULL) s
LEFT JOIN heads h ON h.part = s.part AND h.source = s.source
WHERE s.sequence <= s.highest OR s.sequence <= h.sequence
"""

MOVE_HEADS = """
CREATE OR REPLACE TABLE heads AS
SELECT part, source, max(sequence) AS sequence
FROM (SELECT * FROM heads UNION ALL SELECT part, source, sequence FROM judged WHERE problem IS NULL) GROUP BY part, source
"""

# What was recorded after the moment asked for was not known then; it counts nothing, but its sequence has been seen.
SELECT_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT * EXCLUDE (source, sequence, problem) FROM judged ANTI JOIN repeats USING (part, place) WHERE problem IS NULL
"""

COUNT_TOTALS = """
CREATE OR REPLACE TABLE totals AS
SELECT sum(facts)::BIGINT AS facts, sum(files)::BIGINT AS files, sum(aid)::BIGINT AS aid, sum(repeats)::BIGINT AS repeats,
    sum(later)::BIGINT AS later, sum(others)::BIGINT AS others, max(event_time) AS event_time, max(recorded_time) AS recorded_time
FROM (
    SELECT * FROM totals
    UNION ALL
    SELECT count(*) FILTER (known AND family <> 'other'), count(*) FILTER (known AND family = 'case'),
        count(*) FILTER (known AND family = 'relief'), (SELECT count(*) FROM repeats), count(*) FILTER (NOT known),
        count(*) FILTER (known AND family = 'other'), max(moment) FILTER (known), max(recorded) FILTER (known)
    FROM fresh)
"""

# A count of anything: add 1 for the standing a fact left, take 1 for the standing it found.
SEE_CHANGES = """
CREATE OR REPLACE TEMP VIEW changed AS
SELECT family, after AS standing, 1 AS one FROM fresh WHERE known AND after IS NOT NULL
UNION ALL
SELECT family, before, -1 FROM fresh WHERE known AND before IS NOT NULL
"""

EACH_CHUNK = (
    JUDGE,
    FIND_REPEATS,
    MOVE_HEADS,
    SELECT_FRESH,
    COUNT_TOTALS,
    SEE_CHANGES,
    *children.COUNT,
    *files.COUNT,
    *aid.COUNT,
)

# The running sums grow by a chunk's groups each time; now and then they are summed up, so that they stay bounded.
SUM_UP = (children.SUM_UP, files.SUM_UP, aid.SUM_UP)
COUNT_ROWS = """
SELECT (SELECT count(*) FROM standings) + (SELECT count(*) FROM flows) + (SELECT count(*) FROM files) + (SELECT count(*) FROM aid)
"""

# The cells as they are compared; those that are zero are left out. Flows and due days are cells too: `flow.<day>.<name>`, `due.<day>`.
CELLS = """
CREATE OR REPLACE TABLE recounted AS
SELECT county, cell, sum(n)::BIGINT AS n FROM (FROM cells_of_children UNION ALL FROM cells_of_files UNION ALL FROM cells_of_aid)
GROUP BY county, cell HAVING sum(n) <> 0
UNION ALL
SELECT county, 'reported', reported FROM signs
UNION ALL
SELECT county, 'claimed', claimed FROM statements
"""
