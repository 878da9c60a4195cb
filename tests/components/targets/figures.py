"""Figures as a run would have kept them."""

from bench.targets.measured import Figure, Line, Value


def figure(name: str, *values: Value, why: str = "") -> Figure:
    """A figure of these values."""
    profile = [Line("LineChecker.check (services/enrolment/intake/line_checker.py)", 0.25)]
    return Figure(name, "2020-06-14", (0.5, 1.5), "2 cores", "1,000 lines", list(values), profile, why)
