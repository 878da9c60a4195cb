"""The counts of oversight, in SQL: flags by rule and by what became of them, samples that levels above drew, and what their re-checks found.

A flag is raised, and later cleared or confirmed: it is no longer open then. A flag of a child's file names its county, that of a county is about
it. The draw and the re-check of a file count where they left the file.
"""

RULES = ("no_seat", "two_seats", "burst", "before_report_day", "out_again", "zero_stated")
FLAG_STATES = ("open", "cleared", "confirmed")
FINDINGS = ("in_school", "not_in_school", "lawfully_absent", "other")

BEGIN = """
CREATE OR REPLACE TABLE flags (county VARCHAR, rule VARCHAR, state VARCHAR, n BIGINT);
CREATE OR REPLACE TABLE rechecks (county VARCHAR, cell VARCHAR, n BIGINT);                  -- samples, their files, and what was found

CREATE OR REPLACE MACRO flag_became(type) AS CASE type
    WHEN 'cn.baoxue.case.flagged.v1' THEN 'open' WHEN 'cn.baoxue.oversight.flagged.v1' THEN 'open'
    WHEN 'cn.baoxue.case.flag-cleared.v1' THEN 'cleared' WHEN 'cn.baoxue.oversight.flag-cleared.v1' THEN 'cleared'
    WHEN 'cn.baoxue.case.flag-confirmed.v1' THEN 'confirmed' WHEN 'cn.baoxue.oversight.flag-confirmed.v1' THEN 'confirmed' END;

CREATE OR REPLACE MACRO problem_of_oversight(type, county, rule, finding, size) AS CASE
    WHEN flag_became(type) IS NOT NULL AND NOT (is_county(county) AND coalesce(
        rule IN ('no_seat', 'two_seats', 'burst', 'before_report_day', 'out_again', 'zero_stated'), false)) THEN 'malformed flag'
    WHEN type = 'cn.baoxue.case.rechecked.v1'
        AND NOT coalesce(finding IN ('in_school', 'not_in_school', 'lawfully_absent', 'other'), false) THEN 'malformed re-check'
    WHEN type = 'cn.baoxue.oversight.sample-drawn.v1'
        AND NOT (is_county(county) AND coalesce(size BETWEEN 0 AND 10000000, false)) THEN 'malformed sample' END;
"""

COUNT_FLAGS = """
INSERT INTO flags
WITH told AS (SELECT CASE WHEN family = 'oversight' THEN subject ELSE flag_county END AS county, rule, flag_became(type) AS state FROM fresh
              WHERE known AND flag_became(type) IS NOT NULL)
SELECT county, rule, state, count(*) FROM told GROUP BY ALL
UNION ALL
SELECT county, rule, 'open', -count(*) FROM told WHERE state <> 'open' GROUP BY ALL
"""

COUNT_RECHECKS = """
INSERT INTO rechecks
SELECT county, cell, sum(n) FROM (
    SELECT subject AS county, 'sample.drawn' AS cell, 1 AS n FROM fresh WHERE known AND type = 'cn.baoxue.oversight.sample-drawn.v1'
    UNION ALL
    SELECT subject, 'sample.files', size FROM fresh WHERE known AND type = 'cn.baoxue.oversight.sample-drawn.v1'
    UNION ALL
    SELECT after.county, 'sample.told', 1 FROM fresh WHERE known AND type = 'cn.baoxue.case.drawn.v1'
    UNION ALL
    SELECT after.county, 'recheck.' || finding, 1 FROM fresh WHERE known AND type = 'cn.baoxue.case.rechecked.v1')
GROUP BY ALL
"""

COUNT = (COUNT_FLAGS, COUNT_RECHECKS)

SUM_UP = """
CREATE OR REPLACE TABLE flags AS SELECT county, rule, state, sum(n)::BIGINT AS n FROM flags GROUP BY ALL;
CREATE OR REPLACE TABLE rechecks AS SELECT county, cell, sum(n)::BIGINT AS n FROM rechecks GROUP BY ALL;
"""

CELLS = """
CREATE OR REPLACE TEMP VIEW cells_of_oversight AS
SELECT county, 'flag.' || rule || '.' || state AS cell, n FROM flags
UNION ALL
SELECT county, cell, n FROM rechecks
"""
