"""What is counted, in SQL: the whole definition, from the bytes of a record to the cells of a county.

Read it beside the wire page, section 3: over all facts not seen before, add 1 for ``after``, take 1 for ``before``.
The statements run in the order of this page, once a chunk of the record, in one DuckDB database; ``part`` is the
partition, ``place`` the offset, and every moment is in microseconds since 1970 in UTC.
"""

BEGIN = r"""
CREATE OR REPLACE TABLE heads (part INTEGER, source VARCHAR, sequence VARCHAR);             -- the last sequence of each source
CREATE OR REPLACE TABLE standings (county VARCHAR, status VARCHAR, stage VARCHAR, poor BOOLEAN, reason VARCHAR, n BIGINT);
CREATE OR REPLACE TABLE flows (county VARCHAR, day DATE, flow VARCHAR, n BIGINT);
CREATE OR REPLACE TABLE signs (county VARCHAR, reported BIGINT);                            -- the newest time of any fact
CREATE OR REPLACE TABLE statements (county VARCHAR, moment BIGINT, place BIGINT, claimed BIGINT);
CREATE OR REPLACE TABLE totals (facts BIGINT, repeats BIGINT, later BIGINT, others BIGINT, event_time BIGINT, recorded_time BIGINT);

-- RFC 3339 with an offset, in the years 2 to 9998; anything else is no moment.
CREATE OR REPLACE MACRO instant(text) AS CASE
    WHEN regexp_full_match(text, '\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)')
        AND text BETWEEN '0002' AND '9999'
    THEN epoch_us(TRY_CAST(upper(text) AS TIMESTAMPTZ)) END;

-- The day of a happening is that of its time in China, UTC+8.
CREATE OR REPLACE MACRO china_day(moment) AS CAST(make_timestamp(moment + 28800000000) AS DATE);

-- The stock: dropped out (辍学) and never enrolled (失学).
CREATE OR REPLACE MACRO is_out(standing) AS coalesce(standing.status IN ('dropped_out', 'never_enrolled'), false);

-- A standing that counts is null, or has a known status, a county, a known stage or none, a poor mark, a known reason or none.
CREATE OR REPLACE MACRO is_sound(standing) AS standing IS NULL OR (
    coalesce(standing.status IN ('registered', 'enrolled', 'on_leave', 'suspected', 'dropped_out', 'never_enrolled',
                                 'returned', 'in_transfer', 'completed', 'removed'), false)
    AND coalesce(regexp_full_match(standing.county, '[0-9]{6}'), false)
    AND (standing.stage IS NULL OR standing.stage IN ('primary', 'junior'))
    AND coalesce(CAST(standing.poor AS VARCHAR) IN ('true', 'false'), false)
    AND (standing.reason IS NULL OR standing.reason IN ('learning', 'work', 'marriage', 'religion', 'family', 'poverty',
                                                        'illness', 'distance', 'other', 'unknown')));
"""

MAKE_ROOM = "CREATE OR REPLACE TEMP TABLE arrived (part INTEGER, place BIGINT, value VARCHAR)"

JUDGE = r"""
CREATE OR REPLACE TEMP TABLE judged AS
WITH parsed AS (
    SELECT part, place, CASE WHEN json_valid(value) THEN from_json(value, '{
        "source": "VARCHAR", "type": "VARCHAR", "subject": "VARCHAR", "time": "VARCHAR", "recordedtime": "VARCHAR",
        "sequence": "VARCHAR", "data": {
            "before": {"status": "VARCHAR", "county": "VARCHAR", "stage": "VARCHAR", "poor": "JSON", "reason": "VARCHAR"},
            "after": {"status": "VARCHAR", "county": "VARCHAR", "stage": "VARCHAR", "poor": "JSON", "reason": "VARCHAR"},
            "late": "BOOLEAN", "spell": "BIGINT", "out_of_school": "BIGINT"}}') END AS fact
    FROM arrived),
timed AS (
    SELECT part, place, fact.source AS source, fact.sequence AS sequence, fact.type AS type, fact.subject AS subject,
        fact.data.before AS before, fact.data.after AS after, fact.data.late AS late, fact.data.spell AS spell,
        fact.data.out_of_school AS out_of_school, instant(fact.time) AS moment, instant(fact.recordedtime) AS recorded,
        CASE
            WHEN fact.type IN (
                'cn.baoxue.student.listed.v1', 'cn.baoxue.student.registered.v1', 'cn.baoxue.student.enrolled.v1',
                'cn.baoxue.student.progressed.v1', 'cn.baoxue.student.absent.v1', 'cn.baoxue.student.suspected.v1',
                'cn.baoxue.student.cleared.v1', 'cn.baoxue.student.dropped-out.v1', 'cn.baoxue.student.never-enrolled.v1',
                'cn.baoxue.student.returned.v1', 'cn.baoxue.student.on-leave.v1', 'cn.baoxue.student.resumed.v1',
                'cn.baoxue.student.departed.v1', 'cn.baoxue.student.arrived.v1', 'cn.baoxue.student.moved.v1',
                'cn.baoxue.student.household-changed.v1', 'cn.baoxue.student.completed.v1', 'cn.baoxue.student.removed.v1',
                'cn.baoxue.student.voided.v1', 'cn.baoxue.student.same-as.v1') THEN 'student'
            WHEN fact.type = 'cn.baoxue.county.reported.v1' THEN 'county'
            WHEN regexp_full_match(fact.type, 'cn\.baoxue\.(case|relief|figure)\..+') THEN 'other'
        END AS family
    FROM parsed)
SELECT * EXCLUDE (late), $recorded_until::BIGINT IS NULL OR recorded <= $recorded_until::BIGINT AS known, CASE
    WHEN type IS NULL THEN 'unreadable'
    WHEN family IS NULL THEN 'unknown type'
    WHEN source IS NULL OR NOT coalesce(regexp_full_match(sequence, '[0-9]{16}-[0-9]{4}'), false) THEN 'malformed sequence'
    WHEN moment IS NULL OR recorded IS NULL THEN 'malformed time'
    WHEN family = 'county' AND NOT coalesce(out_of_school BETWEEN 0 AND 100000000 AND regexp_full_match(subject, '[0-9]{6}'), false)
        THEN 'malformed statement'
    -- Late news of a child that no longer stands anywhere has two nulls; nothing else has.
    WHEN family = 'student' AND before IS NULL AND after IS NULL AND NOT coalesce(late, false) THEN 'malformed standing'
    WHEN family = 'student' AND NOT (is_sound(before) AND is_sound(after)) THEN 'malformed standing'
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
SELECT sum(facts)::BIGINT AS facts, sum(repeats)::BIGINT AS repeats, sum(later)::BIGINT AS later, sum(others)::BIGINT AS others,
    max(event_time) AS event_time, max(recorded_time) AS recorded_time
FROM (
    SELECT * FROM totals
    UNION ALL
    SELECT count(*) FILTER (known AND family <> 'other'), (SELECT count(*) FROM repeats), count(*) FILTER (NOT known),
        count(*) FILTER (known AND family = 'other'), max(moment) FILTER (known), max(recorded) FILTER (known)
    FROM fresh)
"""

# A count of anything: add 1 for the standing a fact left, take 1 for the standing it found.
COUNT_STANDINGS = """
INSERT INTO standings
SELECT standing.county, standing.status, standing.stage, CAST(standing.poor AS BOOLEAN), standing.reason, sum(one)
FROM (
    SELECT after AS standing, 1 AS one FROM fresh WHERE known AND family = 'student' AND after IS NOT NULL
    UNION ALL
    SELECT before, -1 FROM fresh WHERE known AND family = 'student' AND before IS NOT NULL)
GROUP BY ALL HAVING sum(one) <> 0
"""

# Stock = opening + newly out + out again + moved in - returned - removed - excused - moved out, in every county.
COUNT_FLOWS = """
INSERT INTO flows
WITH change AS (SELECT type, spell, before, after, is_out(before) AS was, is_out(after) AS now, china_day(moment) AS day FROM fresh
                WHERE known AND family = 'student')
SELECT county, day, flow, count(*) FROM (
    SELECT after.county, day, CASE
        WHEN type = 'cn.baoxue.student.listed.v1' THEN 'opening'
        WHEN spell > 1 THEN 'out_again'
        ELSE 'newly_out' END AS flow
    FROM change WHERE now AND NOT was
    UNION ALL
    SELECT before.county, day, CASE type
        WHEN 'cn.baoxue.student.returned.v1' THEN 'returned'
        WHEN 'cn.baoxue.student.removed.v1' THEN 'removed'
        ELSE 'excused' END
    FROM change WHERE was AND NOT now
    UNION ALL
    SELECT before.county, day, 'moved_out' FROM change WHERE was AND now AND before.county <> after.county
    UNION ALL
    SELECT after.county, day, 'moved_in' FROM change WHERE was AND now AND before.county <> after.county)
GROUP BY ALL
"""

# Where a fact leaves no standing, the county it found has given the sign of life.
SEE_SIGNS = """
CREATE OR REPLACE TABLE signs AS
SELECT county, max(reported) AS reported FROM (
    SELECT * FROM signs
    UNION ALL
    SELECT CASE WHEN family = 'county' THEN subject WHEN after IS NULL THEN before.county ELSE after.county END, moment
    FROM fresh WHERE known AND family <> 'other')
WHERE county IS NOT NULL GROUP BY county
"""

# The statement newest in time; of two at one time the later in the record (both are in the county's one partition).
KEEP_STATEMENTS = """
CREATE OR REPLACE TABLE statements AS
SELECT county, max(moment) AS moment, arg_max(place, (moment, place)) AS place, arg_max(claimed, (moment, place)) AS claimed FROM (
    SELECT * FROM statements
    UNION ALL
    SELECT subject, moment, place, out_of_school FROM fresh WHERE known AND family = 'county')
GROUP BY county
"""

EACH_CHUNK = (JUDGE, FIND_REPEATS, MOVE_HEADS, SELECT_FRESH, COUNT_TOTALS, COUNT_STANDINGS, COUNT_FLOWS, SEE_SIGNS, KEEP_STATEMENTS)

# The running sums grow by a chunk's groups each time; now and then they are summed up, so that they stay bounded.
SUM_UP = """
CREATE OR REPLACE TABLE standings AS
SELECT county, status, stage, poor, reason, sum(n)::BIGINT AS n FROM standings GROUP BY ALL HAVING sum(n) <> 0;
CREATE OR REPLACE TABLE flows AS SELECT county, day, flow, sum(n)::BIGINT AS n FROM flows GROUP BY ALL;
"""

# The cells as they are compared; those that are zero are left out. Flows are cells too: `flow.<day>.<name>`.
CELLS = """
CREATE OR REPLACE TABLE recounted AS
SELECT county, cell, sum(n)::BIGINT AS n FROM (
    SELECT county, 'status.' || status AS cell, n FROM standings
    UNION ALL
    SELECT county, 'out.reason.' || reason, n FROM standings WHERE status IN ('dropped_out', 'never_enrolled') AND reason IS NOT NULL
    UNION ALL
    SELECT county, 'out.stage.' || coalesce(stage, 'none'), n FROM standings WHERE status IN ('dropped_out', 'never_enrolled')
    UNION ALL
    SELECT county, 'out.poor', n FROM standings WHERE status IN ('dropped_out', 'never_enrolled') AND poor
    UNION ALL
    SELECT county, 'flow.' || day || '.' || flow, n FROM flows)
GROUP BY county, cell HAVING sum(n) <> 0
UNION ALL
SELECT county, 'reported', reported FROM signs
UNION ALL
SELECT county, 'claimed', claimed FROM statements
"""
