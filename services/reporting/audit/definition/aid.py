"""The counts of aid, in SQL: the number of grants and their sum in whole fen, by scheme and state.

The facts of the relief service carry the grant as they found it and as they left it: state, county, scheme, term, stage,
boarder, fen. Two nulls mean that no grant changed, but the aid that the child would get.
"""

SCHEMES = ("living_subsidy",)
STATES = ("due", "suspended", "paid", "ended")

BEGIN = """
CREATE OR REPLACE TABLE aid (county VARCHAR, scheme VARCHAR, state VARCHAR, grants BIGINT, fen BIGINT);

CREATE OR REPLACE MACRO is_without_grant(type) AS type IN (
    'cn.baoxue.relief.recognised.v1', 'cn.baoxue.relief.lapsed.v1', 'cn.baoxue.relief.merged.v1', 'cn.baoxue.relief.parted.v1',
    'cn.baoxue.relief.given-back.v1', 'cn.baoxue.relief.household-noted.v1', 'cn.baoxue.relief.referral-answered.v1');

CREATE OR REPLACE MACRO is_sound_grant(aid) AS aid IS NULL OR (
    coalesce(aid.state IN ('due', 'suspended', 'paid', 'ended'), false)
    AND is_county(aid.county)
    AND coalesce(aid.scheme IN ('living_subsidy'), false)
    AND coalesce(regexp_full_match(aid.term, '[0-9]{4}-(spring|autumn)'), false)
    AND is_stage(aid.stage)
    AND is_mark(aid.boarder)
    AND coalesce(regexp_full_match(CAST(aid.fen AS VARCHAR), '[0-9]{1,10}') AND TRY_CAST(aid.fen AS BIGINT) <= 1000000000, false));

CREATE OR REPLACE MACRO problem_of_aid(type, before, after) AS CASE
    WHEN before IS NULL AND after IS NULL AND NOT is_without_grant(type) THEN 'malformed grant'
    WHEN NOT (is_sound_grant(before) AND is_sound_grant(after)) THEN 'malformed grant' END;
"""

COUNT_AID = """
INSERT INTO aid
SELECT standing.county, standing.scheme, standing.state, sum(one), sum(one * CAST(standing.fen AS BIGINT))
FROM changed WHERE family = 'relief'
GROUP BY ALL
"""

COUNT = (COUNT_AID,)

SUM_UP = """
CREATE OR REPLACE TABLE aid AS
SELECT county, scheme, state, sum(grants)::BIGINT AS grants, sum(fen)::BIGINT AS fen FROM aid GROUP BY ALL;
"""

CELLS = """
CREATE OR REPLACE TEMP VIEW cells_of_aid AS
SELECT county, 'relief.' || scheme || '.' || state || '.grants' AS cell, grants AS n FROM aid
UNION ALL
SELECT county, 'relief.' || scheme || '.' || state || '.fen', fen FROM aid
"""
