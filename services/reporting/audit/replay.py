"""The counts as they stood, as a document: an area, its parts, and the counties whose code is in no table."""

from typing import Any

import duckdb

from services.reporting.audit.definition.aid import SCHEMES
from services.reporting.audit.definition.aid import STATES as GRANT_STATES
from services.reporting.audit.definition.files import REASONS, URGENCIES
from services.reporting.audit.definition.files import STATES as FILE_STATES
from services.reporting.audit.definition.oversight import FINDINGS, FLAG_STATES, RULES
from services.reporting.audit.recount import Totals
from services.reporting.audit.sources.areas import NATION, Area, divide
from services.reporting.audit.sources.log import Offsets

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
        UNION ALL
        SELECT county, 'file', state, n FROM files
        UNION ALL
        SELECT county, 'file reason', reason, n FROM files WHERE reason IS NOT NULL
        UNION ALL
        SELECT county, 'file', 'overdue', n FROM files WHERE due < $today
        UNION ALL
        SELECT county, 'file ' || urgency, state, n FROM files WHERE urgency IS NOT NULL
        UNION ALL
        SELECT county, 'grants ' || scheme, state, grants FROM aid
        UNION ALL
        SELECT county, 'fen ' || scheme, state, fen FROM aid
        UNION ALL
        SELECT county, 'flag ' || rule, state, n FROM flags
        UNION ALL
        SELECT county, 'sample', cell, n FROM rechecks
    ) JOIN placed USING (county))
GROUP BY part, subject, word ORDER BY word
"""
_PLACED = """
CREATE OR REPLACE TEMP TABLE placed AS
SELECT county, part FROM parts
UNION ALL
SELECT DISTINCT county, '' FROM (SELECT county FROM signs UNION SELECT county FROM files UNION SELECT county FROM aid
    UNION SELECT county FROM flags UNION SELECT county FROM rechecks)
WHERE $whole AND county NOT IN (SELECT county FROM parts)
"""
_PARTS = """
SELECT placed.part, coalesce(any_value(areas.name), 'codes in no table'), count(DISTINCT signs.county)
FROM placed LEFT JOIN areas ON areas.code = placed.part LEFT JOIN signs ON signs.county = placed.county
GROUP BY placed.part ORDER BY placed.part = '', placed.part
"""


def counts_document(database: duckdb.DuckDBPyConnection, area: Area, offsets: Offsets, totals: Totals) -> dict[str, Any]:
    """Return the counts of ``area`` and of its next level from a finished recount.

    The document has the members of the reporting api's counts, and beside them ``by_flow`` (all days so far), ``flags`` and ``samples``,
    and every breakdown for the children too. A file is overdue when its due day is before that of the newest event. ``reporting`` is the number
    of counties that have a fact of a child, or a statement. Counties whose recorded code is in no table are a child of the nation without a code,
    so that no fact is left out.
    """
    divide(database, area)
    database.execute(_PLACED, {"whole": area.code == NATION})
    tallies: dict[str, dict[str, dict[str, int]]] = {}
    today = None if totals.event_time is None else totals.event_time.date()
    for part, subject, word, n in database.execute(_TALLY, {"today": today}).fetchall():
        if n:
            tallies.setdefault(part, {}).setdefault(subject, {})[word] = n
    parts = database.execute(_PARTS).fetchall()
    children = [
        {"code": code, "name": name, **_figures(tallies.get(code, {})), **_files_at_hand(tallies.get(code, {})), "reporting": reporting}
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
    status, file, sample = tally.get("status", {}), tally.get("file", {}), tally.get("sample", {})
    return {
        "out_of_school": status.get("dropped_out", 0) + status.get("never_enrolled", 0),
        "poor": tally.get("poor", {}).get("poor", 0),
        **{f"by_{subject}": tally.get(subject, {}) for subject in BY},
        "cases": {
            "by_state": _words(file, FILE_STATES),
            "by_reason": _words(tally.get("file reason", {}), REASONS),
            "overdue": file.get("overdue", 0),
            "told": {urgency: _words(tally.get(f"file {urgency}", {}), FILE_STATES[:-1]) for urgency in URGENCIES},
        },
        "relief": {
            scheme: {
                state: {"grants": tally.get(f"grants {scheme}", {}).get(state, 0), "fen": tally.get(f"fen {scheme}", {}).get(state, 0)}
                for state in GRANT_STATES
            }
            for scheme in SCHEMES
        },
        "flags": {rule: _words(tally.get(f"flag {rule}", {}), FLAG_STATES) for rule in RULES},
        "samples": {
            **{what: sample.get(f"sample.{what}", 0) for what in ("drawn", "files", "told")},
            "found": {finding: sample.get(f"recheck.{finding}", 0) for finding in FINDINGS},
        },
    }


def _files_at_hand(tally: dict[str, dict[str, int]]) -> dict[str, int]:
    file = tally.get("file", {})
    return {"cases_open": file.get("open", 0) + file.get("persuading", 0), "overdue": file.get("overdue", 0)}


def _words(found: dict[str, int], words: tuple[str, ...]) -> dict[str, int]:
    return {word: found.get(word, 0) for word in words}
