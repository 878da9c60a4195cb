"""The families of facts: which of them this definition counts, and which types belong to each.

A family is counted where this package says how. Facts of any other registered family are passed over: nobody counts them. A type that
nobody registered belongs to no family.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

COUNTED = ("student", "county", "case", "relief")
RESERVED = "figure"
"""The family of published figures. The wire page (section 1) names it, and no type of it is registered yet."""

with Path(__file__).with_name("types.csv").open(encoding="ascii") as _lines:
    TYPES = {row["type"]: row["family"] for row in csv.DictReader(_lines)}
"""The registered types of the record, each with its family. ``make docs`` writes the file from the published language."""


def begin(types: Mapping[str, str]) -> str:
    """Return the SQL that makes the table ``families`` and the macro ``family_of`` for these types; null for any other type."""
    registered = " ".join(f"WHEN '{type_}' THEN '{family}'" for type_, family in types.items())
    return f"""
CREATE OR REPLACE TABLE families (family VARCHAR, facts BIGINT);                            -- distinct facts, counted or passed over

CREATE OR REPLACE MACRO family_of(type) AS
    CASE WHEN starts_with(type, 'cn.baoxue.{RESERVED}.') THEN '{RESERVED}' ELSE CASE type {registered} END END;
"""


BEGIN = begin(TYPES)

COUNT_FAMILIES = "INSERT INTO families SELECT family, count(*) FROM fresh WHERE known GROUP BY family"

COUNT = (COUNT_FAMILIES,)

SUM_UP = """
CREATE OR REPLACE TABLE families AS SELECT family, sum(facts)::BIGINT AS facts FROM families GROUP BY family;
"""
