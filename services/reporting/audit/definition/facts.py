"""From the bytes of a record to the facts that count, in SQL.

A record is checked; a repeat is dropped; what is left is ``fresh``. A fact is ``known`` unless it was recorded after the moment asked for.
``part`` is the partition, ``place`` the offset.
"""

from services.reporting.audit.definition import belonging

BEGIN = """
CREATE OR REPLACE TABLE heads (part INTEGER, source VARCHAR, sequence VARCHAR);             -- the last sequence of each source
CREATE OR REPLACE TABLE totals (repeats BIGINT, later BIGINT, event_time BIGINT, recorded_time BIGINT);

CREATE OR REPLACE MACRO is_county(code) AS coalesce(regexp_full_match(code, '[0-9]{6}'), false);
CREATE OR REPLACE MACRO is_stage(stage) AS coalesce(stage IN ('primary', 'junior'), false);
CREATE OR REPLACE MACRO is_mark(mark) AS coalesce(CAST(mark AS VARCHAR) IN ('true', 'false'), false);
CREATE OR REPLACE MACRO is_reason(reason) AS reason IN ('learning', 'work', 'marriage', 'religion', 'family', 'poverty',
                                                        'illness', 'distance', 'other', 'unknown');

-- 16 digits, a dash and 4 digits, of which the number in 20 digits fits 64 bits with a sign.
CREATE OR REPLACE MACRO is_sequence(text) AS coalesce(
    regexp_full_match(text, '[0-9]{16}-[0-9]{4}') AND text <= '0922337203685477-5807', false);
"""

EMPTY_CHUNK = "CREATE OR REPLACE TEMP TABLE chunk (part INTEGER, place BIGINT, key VARCHAR, value VARCHAR)"

# The standings of a child, a file and a grant are read from one shape, so that a record is parsed once.
CHECK = """
CREATE OR REPLACE TEMP TABLE checked AS
WITH parsed AS (
    SELECT part, place, key, CASE WHEN json_valid(value) THEN from_json(value, '{
        "id": "JSON", "source": "VARCHAR", "type": "VARCHAR", "subject": "JSON", "partitionkey": "JSON", "time": "VARCHAR", "recordedtime": "VARCHAR",
        "sequence": "VARCHAR", "data": {
            "before": {"status": "VARCHAR", "county": "VARCHAR", "stage": "VARCHAR", "poor": "JSON", "reason": "VARCHAR",
                       "state": "VARCHAR", "attempts": "JSON", "due": "VARCHAR", "urgency": "VARCHAR", "places": "JSON",
                       "scheme": "VARCHAR", "term": "VARCHAR", "boarder": "JSON", "fen": "JSON"},
            "after": {"status": "VARCHAR", "county": "VARCHAR", "stage": "VARCHAR", "poor": "JSON", "reason": "VARCHAR",
                      "state": "VARCHAR", "attempts": "JSON", "due": "VARCHAR", "urgency": "VARCHAR", "places": "JSON",
                      "scheme": "VARCHAR", "term": "VARCHAR", "boarder": "JSON", "fen": "JSON"},
            "late": "BOOLEAN", "spell": "BIGINT", "unmatched": "BOOLEAN",
            "completes": {"from_county": "VARCHAR", "to_county": "VARCHAR"},
            "ended": [{"from_county": "VARCHAR", "to_county": "VARCHAR"}], "opened": [{"from_county": "VARCHAR", "to_county": "VARCHAR"}],
            "out_of_school": "BIGINT", "rule": "VARCHAR", "county": "VARCHAR", "finding": "VARCHAR", "size": "BIGINT"}}') END AS fact
    FROM chunk),
timed AS (
    SELECT part, place, key, text_of(fact.id) AS id, text_of(fact.partitionkey) AS partitionkey, text_of(fact.subject) AS subject,
        fact.source AS source, fact.sequence AS sequence, fact.type AS type,
        fact.data.before AS before, fact.data.after AS after, fact.data.late AS late, fact.data.spell AS spell,
        fact.data.unmatched AS unmatched, fact.data.completes AS completes,
        fact.data.ended AS ended, fact.data.opened AS begun, fact.data.out_of_school AS out_of_school,
        fact.data.rule AS rule, fact.data.county AS flag_county, fact.data.finding AS finding, fact.data.size AS size,
        instant(fact.time) AS moment, instant(fact.recordedtime) AS recorded, family_of(fact.type) AS family
    FROM parsed)
SELECT timed.* EXCLUDE (late), $recorded_until::BIGINT IS NULL OR recorded <= $recorded_until::BIGINT AS known, coalesce(CASE
    WHEN type IS NULL OR id IS NULL OR subject IS NULL OR partitionkey IS NULL THEN 'unreadable'
    WHEN family IS NULL THEN 'unknown type'
    WHEN timed.source IS NULL OR NOT is_sequence(sequence) THEN 'malformed sequence'
    WHEN moment IS NULL OR recorded IS NULL THEN 'malformed time'
    WHEN family = 'student' THEN problem_of_a_child(type, before, after, late, completes, ended, begun)
    WHEN family = 'case' THEN coalesce(problem_of_a_file(before, after), problem_of_oversight(type, flag_county, rule, finding, size))
    WHEN family = 'oversight' THEN problem_of_oversight(type, subject, rule, finding, size)
    WHEN family = 'relief' THEN problem_of_aid(type, before, after)
    WHEN family = 'county' THEN problem_of_a_statement(subject, out_of_school)
END, :foreign) AS problem
FROM timed :joined
""".replace(":foreign", belonging.PROBLEM).replace(":joined", belonging.JOINED)

# A sequence that is not above the highest earlier one of its source in this partition is a repeat.
FIND_REPEATS = """
CREATE OR REPLACE TEMP TABLE repeats AS
SELECT s.part, s.place
FROM (SELECT part, place, source, sequence, max(sequence) OVER (
        PARTITION BY part, source ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
    FROM checked WHERE problem IS NULL) s
LEFT JOIN heads h ON h.part = s.part AND h.source = s.source
WHERE s.sequence <= s.highest OR s.sequence <= h.sequence
"""

MOVE_HEADS = """
CREATE OR REPLACE TABLE heads AS
SELECT part, source, max(sequence) AS sequence
FROM (SELECT * FROM heads UNION ALL SELECT part, source, sequence FROM checked WHERE problem IS NULL) GROUP BY part, source
"""

# A fact that was recorded after the moment asked for was not known then. It counts nothing, and its sequence has been seen.
SELECT_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT * EXCLUDE (id, key, partitionkey, source, sequence, problem) FROM checked ANTI JOIN repeats USING (part, place) WHERE problem IS NULL
"""

COUNT_TOTALS = """
CREATE OR REPLACE TABLE totals AS
SELECT sum(repeats)::BIGINT AS repeats, sum(later)::BIGINT AS later, max(event_time) AS event_time, max(recorded_time) AS recorded_time
FROM (
    SELECT * FROM totals
    UNION ALL
    SELECT (SELECT count(*) FROM repeats), count(*) FILTER (NOT known), max(moment) FILTER (known), max(recorded) FILTER (known)
    FROM fresh)
"""

# A count of anything: add 1 for the standing that a fact left, subtract 1 for the standing that it found.
SEE_CHANGES = """
CREATE OR REPLACE TEMP VIEW changed AS
SELECT family, after AS standing, 1 AS one FROM fresh WHERE known AND after IS NOT NULL
UNION ALL
SELECT family, before, -1 FROM fresh WHERE known AND before IS NOT NULL
"""
