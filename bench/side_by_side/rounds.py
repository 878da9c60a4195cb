"""The order of the runs, and what several runs of one contestant come to. Pure."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from bench.side_by_side.measured import Found, NoNumber, Run

MOST_TOLD = 3
Cells = Mapping[str, int]
"""What is compared, by its name: of counts ``<county>:<cell>`` -> number, without those that are 0; of decisions each outcome, once."""


class Range(NamedTuple):
    """The median of several runs, the least and the most."""

    median: float
    least: float
    most: float


def rounds(names: Sequence[str], passes: int) -> list[str]:
    """Return the order of the runs: there and back, A B C C B A, so that what drifts with time falls on all alike. Raises ``ValueError``."""
    if passes < 1:
        raise ValueError(f"a measurement has at least 1 pass, and {passes} is none")
    return [*names, *reversed(names)] * passes


def judged(run: Run, found: Cells, recounted: Cells) -> Run | NoNumber:
    """Return the run if its result is that of the recount, all of it; else why it has no number."""
    # guard: no equality, no number
    if wrong := differences(found, recounted):
        told = "; ".join(f"{cell} is {found.get(cell, 0)}, not {recounted.get(cell, 0)}" for cell in wrong[:MOST_TOLD])
        return NoNumber(run.contestant, f"{len(wrong)} of {len(recounted)} counts are wrong: {told}")
    # guard end
    return run


def differences(found: Cells, recounted: Cells) -> list[str]:
    """Return the cells whose numbers differ. A cell that one side does not have is 0 there."""
    return sorted(cell for cell in found.keys() | recounted.keys() if found.get(cell, 0) != recounted.get(cell, 0))


def runs_of(found: Found, contestant: str) -> list[Run]:
    """Return the runs of a contestant; none where one of them has no number."""
    if any(each.contestant == contestant for each in found.without):
        return []
    return [run for run in found.runs if run.contestant == contestant]


def range_of(runs: Sequence[Run], figure: Callable[[Run], float]) -> Range:
    """Return the range of a figure over runs, of which there is at least one."""
    figures = [figure(run) for run in runs]
    return Range(median(figures), min(figures), max(figures))
