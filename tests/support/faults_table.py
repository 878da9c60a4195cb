"""The table of the matrix of faults, behind the run of the tests that had a part in it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

COLUMNS = (("injected", 8), ("acked", 7), ("refused", 7), ("unknown", 7), ("repeats", 7), ("recovered", 9))
WRITTEN = "FAULTS_WRITTEN"
"""The variable that names the file into which a run writes what came of each row, beside what is in it of other rows."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Writes a line for each row that ran: its seed, what was injected, what its senders knew, the time to recover, and what told its mutant."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    told = [dict(report.user_properties) for report in reports if report.when == "call"]
    rows = {each["fault"]["row"]: each["fault"] for each in told if "fault" in each}
    mutants = {each["mutant"]["row"]: each["mutant"] for each in told if "mutant" in each}
    if not rows and not mutants:
        return
    terminalreporter.section("faults")
    wide = max(map(len, (*rows, *mutants)))
    terminalreporter.line(f"{'row':{wide}} {'seed':>10} " + " ".join(f"{name:>{width}}" for name, width in COLUMNS) + "  without its guard")
    for name in {**rows, **mutants}:
        row = rows.get(name, {})
        figures = " ".join(f"{row.get(column, '-')!s:>{width}}" for column, width in COLUMNS)
        terminalreporter.line(f"{name:{wide}} {row.get('seed', '-')!s:>10} {figures}  {said_without(mutants.get(name))}")
    if path := os.environ.get(WRITTEN):
        write(Path(path), rows, mutants)


def said_without(mutant: dict[str, Any] | None) -> str:
    """Return what became of a row without its guard."""
    if mutant is None:
        return "not run (`make faults` does)"
    return f"failed, as it must: {mutant['told'][:80]}" if mutant.get("told") else "NOT CAUGHT"


def write(path: Path, rows: dict[str, Any], mutants: dict[str, Any]) -> None:
    """Write what came of the rows that did what they must, with and without their guards."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for name, row in rows.items():
        if "injected" in row:
            known.setdefault(name, {})["figures"] = {key: value for key, value in row.items() if key != "row"}
    for name, mutant in mutants.items():
        if mutant.get("told"):
            known.setdefault(name, {})["without"] = mutant["told"]
    path.write_text(json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
