"""The families of facts: which of them this definition counts, and which types belong to each.

A family is counted where this package says how. Facts of any other registered family are passed over: nobody counts them. A type that
nobody registered belongs to no family.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

COUNTED = ("student", "county", "case", "relief", "oversight")
RESERVED = "figure"
"""The family of published figures. The wire page (section 1) names it, and no type of it is registered yet."""

with Path(__file__).with_name("types.csv").open(encoding="ascii") as _lines:
    _ROWS = list(csv.DictReader(_lines))
TYPES = {row["type"]: row["family"] for row in _ROWS}
"""The registered types of the record, each with its family. ``make docs`` writes the file from the published language."""
SOURCES = {row["family"]: row["source"] for row in _ROWS} | {RESERVED: "/reporting"}
"""Who writes each family."""
INPUTS = {row["source"]: row["input"] for row in _ROWS}
"""The topic that holds the inputs of each source."""


def _cases(words: Mapping[str, str]) -> str:
    return " ".join(f"WHEN '{word}' THEN '{of}'" for word, of in words.items())


def begin(types: Mapping[str, str]) -> str:
    """Return the SQL that makes the table ``families`` and the macro ``family_of`` for these types; null for any other type."""
    return f"""
CREATE OR REPLACE TABLE families (family VARCHAR, facts BIGINT);                            -- distinct facts, counted or passed over

CREATE OR REPLACE MACRO family_of(type) AS
    CASE WHEN starts_with(type, 'cn.baoxue.{RESERVED}.') THEN '{RESERVED}' ELSE CASE type {_cases(types)} END END;
"""


BEGIN = begin(TYPES)
BEGIN_SOURCES = f"""
CREATE OR REPLACE MACRO source_of(family) AS CASE family {_cases(SOURCES)} END;
CREATE OR REPLACE MACRO input_of(source) AS CASE source {_cases(INPUTS)} END;
"""

COUNT_FAMILIES = "INSERT INTO families SELECT family, count(*) FROM fresh WHERE known GROUP BY family"

COUNT = (COUNT_FAMILIES,)

SUM_UP = """
CREATE OR REPLACE TABLE families AS SELECT family, sum(facts)::BIGINT AS facts FROM families GROUP BY family;
"""
