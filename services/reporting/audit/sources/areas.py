"""The audit's own reading of the tables of divisions: the names of areas, and the area above each.

Counts are kept under the code that was recorded. A code lies where the newer table puts it, or where the older one does if only that has it.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

NATION = "100000"
_TABLES = Path(__file__).resolve().parents[4] / "shared" / "geography" / "data"

# 新疆兵团 (660000) is a province-level unit of its own and has no table; Taiwan, Hong Kong and Macao have no counties in it.
_LOAD_AREAS = """
CREATE TABLE areas AS
WITH rows AS (
    SELECT *, 0 AS age FROM read_csv($newer, all_varchar = true)
    UNION ALL
    SELECT *, 1 FROM read_csv($older, all_varchar = true)),
newest AS (SELECT code, arg_min(name, age) AS name, arg_min(level, age) AS level, arg_min(parent, age) AS parent FROM rows GROUP BY code)
SELECT * FROM newest WHERE code NOT IN ('710000', '810000', '820000')
UNION ALL VALUES ('660000', '新疆生产建设兵团', 'county', '100000'), ('100000', '全国', 'nation', NULL)
"""
# The five prefecture-level cities without counties are their own county.
_OWN_COUNTIES = """
UPDATE areas SET level = 'county' WHERE level = 'prefecture' AND code NOT IN (SELECT parent FROM areas WHERE parent IS NOT NULL)
"""
_LOAD_LISTS = """
CREATE TABLE lists AS
SELECT 'watch52' AS list, code FROM read_csv($watch52, all_varchar = true)
UNION ALL SELECT 'sanqu', code FROM read_csv($sanqu, all_varchar = true)
"""

# The part of the area that each county belongs to.
_PARTS = """
CREATE OR REPLACE TABLE parts AS
WITH RECURSIVE tree AS (
    SELECT code AS part, code FROM areas WHERE parent = $area
    UNION ALL
    SELECT tree.part, areas.code FROM tree JOIN areas ON areas.parent = tree.code)
SELECT part, code AS county FROM tree
UNION ALL
SELECT code, code FROM lists WHERE list = $area
"""

_FIND = """
SELECT code, name, level FROM areas WHERE code = $code
UNION ALL SELECT DISTINCT list, list, 'list' FROM lists WHERE list = $code
"""


@dataclass(frozen=True, slots=True)
class Area:
    """An area or a list: its code, its Chinese name, and its level (nation, province, prefecture, county, list)."""

    code: str
    name: str
    level: str


class UnknownArea(Exception):
    """There is no such area. The message says what an area may be."""


def load_areas(database: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``areas`` (code, name, level, parent) and ``lists`` (list, code)."""
    database.execute(_LOAD_AREAS, {"newer": _table("divisions_2020-mid"), "older": _table("divisions_2019-12")})
    database.execute(_OWN_COUNTIES)
    database.execute(_LOAD_LISTS, {"watch52": _table("watch52_2020"), "sanqu": _table("sanqu_sanzhou")})


def find_area(database: duckdb.DuckDBPyConnection, code: str) -> Area:
    """Find an area by its code, or a list by its name. Raises ``UnknownArea``."""
    # What the terminal's encoding could not read is no text that the database takes.
    rows = database.execute(_FIND, {"code": code}).fetchall() if code.isascii() else []
    if not rows:
        raise UnknownArea(f"{code!r} is no area: take 100000 (the nation), the six digits of a province, prefecture or county, watch52, or sanqu")
    return Area(*rows[0])


def divide(database: duckdb.DuckDBPyConnection, area: Area) -> None:
    """Make the table ``parts`` (part, county): the areas of the next level with their counties. The only part of a county is itself."""
    database.execute(_PARTS, {"area": area.code})
    (parts,) = database.execute("SELECT count(*) FROM parts").fetchall()
    if not parts[0]:
        database.execute("INSERT INTO parts VALUES ($code, $code)", {"code": area.code})


def county_names(database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the names of all areas by code."""
    return dict(database.execute("SELECT code, name FROM areas").fetchall())


def _table(name: str) -> str:
    return str(_TABLES / f"{name}.csv")
