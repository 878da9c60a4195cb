"""The counts as they stood, as a document: an area, its parts, and what was not to be placed."""

from typing import Any

import duckdb

from services.reporting.audit.areas import NATION, Area, divide
from services.reporting.audit.record import Offsets
from services.reporting.audit.recount import Totals

BY = ("status", "reason", "stage", "poor", "flow")

_TALLY = """
SELECT part, subject, word, sum(n)::BIGINT FROM (
    SELECT part, subject, word, n FROM (
        SELECT county, 'status' AS subject, status AS word, n FROM standings
        UNION ALL
        SELECT county, 'reason', coalesce(reason, 'none'), n FROM standings WHERE status IN ('dropped_out', 'never_enrolled')
        UNION ALL
        SELECT county, 'stage', coalesce(stage, 'none'), n FROM standings WHERE status IN ('dropped_out', 'never_enrolled')
        UNION ALL
        SELECT county, 'poor', CASE WHEN poor THEN 'poor' ELSE 'not_poor' END, n FROM standings WHERE status IN ('dropped_out', 'never_enrolled')
        UNION ALL
        SELECT county, 'flow', flow, n FROM flows
    ) JOIN placed USING (county))
GROUP BY part, subject, word ORDER BY word
"""
_PLACED = """
CREATE OR REPLACE TEMP TABLE placed AS
SELECT county, part FROM parts
UNION ALL
SELECT DISTINCT county, '' FROM signs WHERE $whole AND county NOT IN (SELECT county FROM parts)
"""
_PARTS = """
SELECT placed.part, coalesce(any_value(areas.name), 'codes in no table'), count(DISTINCT signs.county)
FROM placed LEFT JOIN areas ON areas.code = placed.part LEFT JOIN signs ON signs.county = placed.county
GROUP BY placed.part ORDER BY placed.part = '', placed.part
"""


def counts_document(database: duckdb.DuckDBPyConnection, area: Area, offsets: Offsets, totals: Totals) -> dict[str, Any]:
    """Give the counts of ``area`` and its next level from a finished recount.

    Shaped like the reporting api's counts, and with ``by_flow`` (all days so far) and every breakdown for the children too. ``reporting`` is the
    number of counties with any fact. Counties whose recorded code is in no table are a child without code of the nation, so that nothing is left out.
    """
    divide(database, area)
    database.execute(_PLACED, {"whole": area.code == NATION})
    tallies: dict[str, dict[str, dict[str, int]]] = {}
    for part, subject, word, n in database.execute(_TALLY).fetchall():
        if n:
            tallies.setdefault(part, {}).setdefault(subject, {})[word] = n
    parts = database.execute(_PARTS).fetchall()
    children = [
        {"code": code, "name": name, **_figures(tallies.get(code, {})), "reporting": reporting}
        for code, name, reporting in parts
        if code != area.code
    ]
    whole: dict[str, dict[str, int]] = {}
    for tally in tallies.values():
        for subject, words in tally.items():
            for word, n in words.items():
                whole.setdefault(subject, {})[word] = whole.get(subject, {}).get(word, 0) + n
    return {
        "area": {"code": area.code, "name": area.name, "level": area.level},
        **_figures(whole),
        "children": children,
        "as_of": {
            "offsets": {str(part): offset for part, offset in sorted(offsets.items())},
            "event_time": totals.event_time and totals.event_time.isoformat(),
            "recorded_time": totals.recorded_time and totals.recorded_time.isoformat(),
        },
        "coverage": {"reporting": sum(reporting for _, _, reporting in parts)},
    }


def _figures(tally: dict[str, dict[str, int]]) -> dict[str, Any]:
    status = tally.get("status", {})
    return {
        "out_of_school": status.get("dropped_out", 0) + status.get("never_enrolled", 0),
        "poor": tally.get("poor", {}).get("poor", 0),
        **{f"by_{subject}": tally.get(subject, {}) for subject in BY},
    }
