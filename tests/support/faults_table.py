"""The table of the matrix of faults, behind the run of the tests that had a part in it."""

import pytest

COLUMNS = (("injected", 8), ("acked", 7), ("refused", 7), ("unknown", 7), ("repeats", 7), ("recovered", 9))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Writes a line for each row that ran: its seed, what was injected, what its senders knew, the time to recover, and what told its mutant."""
    told = [dict(report.user_properties) for report in terminalreporter.getreports("passed") if report.when == "call"]
    rows = {each["fault"]["row"]: each["fault"] for each in told if "fault" in each}
    caught = {each["mutant"]["row"]: each["mutant"] for each in told if "mutant" in each}
    if not rows and not caught:
        return
    terminalreporter.section("faults")
    terminalreporter.line(f"{'row':28} {'seed':>10} " + " ".join(f"{name:>{width}}" for name, width in COLUMNS) + "  mutant")
    for name in {**rows, **caught}:
        row, mutant = rows.get(name, {}), caught.get(name)
        figures = " ".join(f"{row.get(column, '-')!s:>{width}}" for column, width in COLUMNS)
        said = f"caught: {mutant['told'][:80]}" if mutant else "not run, or not caught"
        terminalreporter.line(f"{name:28} {row.get('seed', '-')!s:>10} {figures}  {said}")
