"""The counts of children's files, in SQL: by state; of those not closed by reason, by the day of the next step, and by what was told of it.

The facts of the case service carry the file as they found it and as they left it: state, county, reason, attempts, due, urgency.
"""

STATES = ("open", "persuading", "returned", "closing", "closed")
REASONS = ("learning", "work", "marriage", "religion", "family", "poverty", "illness", "distance", "other", "unknown")

URGENCIES = ("due_soon", "overdue", "escalated_prefecture", "escalated_province")

BEGIN = r"""
-- A closed file has neither reason, day nor urgency here.
CREATE OR REPLACE TABLE files (county VARCHAR, state VARCHAR, reason VARCHAR, due DATE, urgency VARCHAR, n BIGINT);

-- An existing day in the years 1 to 9999.
CREATE OR REPLACE MACRO is_day(text) AS coalesce(
    regexp_full_match(text, '\d{4}-\d\d-\d\d') AND text > '0001' AND TRY_CAST(text AS DATE) IS NOT NULL, false);

-- Where a file stands with its places, which are not counted.
CREATE OR REPLACE MACRO is_place(state) AS state IS NULL OR json_type(state) = 'NULL'
    OR coalesce(text_of(state) IN ('asked', 'held', 'wanting', 'taken'), false);
CREATE OR REPLACE MACRO is_placing(places) AS places IS NULL OR json_type(places) = 'NULL' OR coalesce(json_type(places) = 'OBJECT'
    AND length(text_of(json_extract(places, '$.school'))) = 10 AND length(text_of(json_extract(places, '$.term'))) = 11
    AND is_place(json_extract(places, '$.seat')) AND is_place(json_extract(places, '$.bed')), false);

CREATE OR REPLACE MACRO is_sound_file(file) AS file IS NULL OR (
    coalesce(file.state IN ('open', 'persuading', 'returned', 'closing', 'closed'), false)
    AND is_county(file.county)
    AND (file.reason IS NULL OR is_reason(file.reason))
    AND coalesce(regexp_full_match(CAST(file.attempts AS VARCHAR), '[0-9]+'), false)
    AND (file.due IS NULL OR is_day(file.due))
    AND coalesce(file.urgency IN ('due_soon', 'overdue', 'escalated_prefecture', 'escalated_province'), true)
    AND is_placing(file.places));

CREATE OR REPLACE MACRO problem_of_a_file(before, after) AS CASE
    WHEN after IS NULL OR NOT (is_sound_file(before) AND is_sound_file(after)) THEN 'malformed file' END;
"""

COUNT_FILES = """
INSERT INTO files
SELECT standing.county, standing.state, CASE WHEN standing.state <> 'closed' THEN standing.reason END,
    CASE WHEN standing.state <> 'closed' THEN CAST(standing.due AS DATE) END, CASE WHEN standing.state <> 'closed' THEN standing.urgency END, sum(one)
FROM changed WHERE family = 'case'
GROUP BY ALL HAVING sum(one) <> 0
"""

COUNT = (COUNT_FILES,)

SUM_UP = """
CREATE OR REPLACE TABLE files AS SELECT county, state, reason, due, urgency, sum(n)::BIGINT AS n FROM files GROUP BY ALL HAVING sum(n) <> 0;
"""

CELLS = """
CREATE OR REPLACE TEMP VIEW cells_of_files AS
SELECT county, 'case.state.' || state AS cell, n FROM files
UNION ALL
SELECT county, 'case.reason.' || reason, n FROM files WHERE reason IS NOT NULL
UNION ALL
SELECT county, 'due.' || due, n FROM files WHERE due IS NOT NULL
UNION ALL
SELECT county, 'case.' || urgency || '.' || state, n FROM files WHERE urgency IS NOT NULL
"""
