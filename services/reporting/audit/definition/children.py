"""The counts of children and counties, in SQL: standings, flows, signs of life, statements (wire page, section 3)."""

BEGIN = """
CREATE OR REPLACE TABLE standings (county VARCHAR, status VARCHAR, stage VARCHAR, poor BOOLEAN, reason VARCHAR, n BIGINT);
CREATE OR REPLACE TABLE flows (county VARCHAR, day DATE, flow VARCHAR, n BIGINT);
CREATE OR REPLACE TABLE signs (county VARCHAR, reported BIGINT);                            -- the newest time of any fact
CREATE OR REPLACE TABLE transfers (county VARCHAR, side VARCHAR, n BIGINT);                  -- of which one county has not spoken
CREATE OR REPLACE TABLE statements (county VARCHAR, moment BIGINT, place BIGINT, claimed BIGINT);

-- The stock: dropped out (辍学) and never enrolled (失学).
CREATE OR REPLACE MACRO is_out(standing) AS coalesce(standing.status IN ('dropped_out', 'never_enrolled'), false);

-- A standing that counts is null, or has a known status, a county, a known stage or none, a poor mark, a known reason or none.
CREATE OR REPLACE MACRO is_sound(standing) AS standing IS NULL OR (
    coalesce(standing.status IN ('registered', 'enrolled', 'on_leave', 'suspected', 'dropped_out', 'never_enrolled',
                                 'returned', 'in_transfer', 'completed', 'removed'), false)
    AND is_county(standing.county)
    AND (standing.stage IS NULL OR is_stage(standing.stage))
    AND is_mark(standing.poor)
    AND (standing.reason IS NULL OR is_reason(standing.reason)));

-- Steps of a merge at an id that was merged, or that nobody ever heard of; a report taken back of a child that has no other.
CREATE OR REPLACE MACRO is_without_standing(type) AS type IN (
    'cn.baoxue.student.merge-acknowledged.v1', 'cn.baoxue.student.merge-declined.v1', 'cn.baoxue.student.merge-voided.v1',
    'cn.baoxue.student.release-declined.v1', 'cn.baoxue.student.voided.v2');

CREATE OR REPLACE MACRO are_transfers(transfers) AS
    len(list_filter(coalesce(transfers, []), lambda each: NOT (is_county(each.from_county) AND is_county(each.to_county)))) = 0;

CREATE OR REPLACE MACRO problem_of_a_child(type, before, after, late, completes, ended, begun) AS CASE
    WHEN completes IS NOT NULL AND NOT (is_county(completes.from_county) AND is_county(completes.to_county)) THEN 'malformed transfer'
    WHEN NOT (are_transfers(ended) AND are_transfers(begun)) THEN 'malformed transfer'
    -- Beside those steps, only late news of a child that no longer has a standing has two nulls.
    WHEN before IS NULL AND after IS NULL AND NOT (coalesce(late, false) OR is_without_standing(type)) THEN 'malformed standing'
    WHEN NOT (is_sound(before) AND is_sound(after)) THEN 'malformed standing' END;

CREATE OR REPLACE MACRO problem_of_a_statement(county, number) AS CASE
    WHEN NOT (is_county(county) AND coalesce(number BETWEEN 0 AND 100000000, false)) THEN 'malformed statement' END;
"""

COUNT_STANDINGS = """
INSERT INTO standings
SELECT standing.county, standing.status, standing.stage, CAST(standing.poor AS BOOLEAN), standing.reason, sum(one)
FROM changed WHERE family = 'student'
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

# A transfer of which only the county that gained the child has spoken; a departure that completes one ends it.
# A report that was taken back ends those that it had made, and may make others of which it stood in the way.
COUNT_TRANSFERS = """
INSERT INTO transfers
WITH opened AS (SELECT before.county AS lost, after.county AS gained, 1 AS one FROM fresh
                WHERE known AND family = 'student' AND unmatched AND before.county <> after.county AND before.status <> 'in_transfer'),
    completed AS (SELECT completes.from_county AS lost, completes.to_county AS gained, -1 AS one FROM fresh
                  WHERE known AND family = 'student' AND completes IS NOT NULL AND before = after),
    undone AS (SELECT unnest(ended) AS transfer, -1 AS one FROM fresh WHERE known AND family = 'student'
               UNION ALL SELECT unnest(begun), 1 FROM fresh WHERE known AND family = 'student'),
    change AS (FROM opened UNION ALL FROM completed UNION ALL SELECT transfer.from_county, transfer.to_county, one FROM undone)
SELECT county, side, sum(one) FROM (SELECT lost AS county, 'lost' AS side, one FROM change UNION ALL SELECT gained, 'gained', one FROM change)
GROUP BY ALL HAVING sum(one) <> 0
"""

# A fact that leaves no standing is a sign of life of the county in which it found the child.
SEE_SIGNS = """
CREATE OR REPLACE TABLE signs AS
SELECT county, max(reported) AS reported FROM (
    SELECT * FROM signs
    UNION ALL
    SELECT CASE WHEN family = 'county' THEN subject WHEN after IS NULL THEN before.county ELSE after.county END, moment
    FROM fresh WHERE known AND family IN ('student', 'county'))
WHERE county IS NOT NULL GROUP BY county
"""

# The newest statement; of two with the same time the later in the record (both are in the one partition of the county).
KEEP_STATEMENTS = """
CREATE OR REPLACE TABLE statements AS
SELECT county, max(moment) AS moment, arg_max(place, (moment, place)) AS place, arg_max(claimed, (moment, place)) AS claimed FROM (
    SELECT * FROM statements
    UNION ALL
    SELECT subject, moment, place, out_of_school FROM fresh WHERE known AND family = 'county')
GROUP BY county
"""

COUNT = (COUNT_STANDINGS, COUNT_FLOWS, COUNT_TRANSFERS, SEE_SIGNS, KEEP_STATEMENTS)

SUM_UP = """
CREATE OR REPLACE TABLE standings AS
SELECT county, status, stage, poor, reason, sum(n)::BIGINT AS n FROM standings GROUP BY ALL HAVING sum(n) <> 0;
CREATE OR REPLACE TABLE flows AS SELECT county, day, flow, sum(n)::BIGINT AS n FROM flows GROUP BY ALL;
CREATE OR REPLACE TABLE transfers AS SELECT county, side, sum(n)::BIGINT AS n FROM transfers GROUP BY ALL HAVING sum(n) <> 0;
"""

CELLS = """
CREATE OR REPLACE TEMP VIEW cells_of_children AS
SELECT county, 'status.' || status AS cell, n FROM standings
UNION ALL
SELECT county, 'out.reason.' || reason, n FROM standings WHERE status IN ('dropped_out', 'never_enrolled') AND reason IS NOT NULL
UNION ALL
SELECT county, 'out.stage.' || coalesce(stage, 'none'), n FROM standings WHERE status IN ('dropped_out', 'never_enrolled')
UNION ALL
SELECT county, 'out.poor', n FROM standings WHERE status IN ('dropped_out', 'never_enrolled') AND poor
UNION ALL
SELECT county, 'flow.' || day || '.' || flow, n FROM flows
UNION ALL
SELECT county, 'transfer.' || side, n FROM transfers
"""
