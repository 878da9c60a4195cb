"""The headline: the three figures, each with its number now, its baseline, and the fall between."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np

from services.reporting.answers.documents import AsOf, Figure, Headline
from services.reporting.counting import OPENING_POOR_CELL, Flow
from services.reporting.view.memory import COLUMN, FLOWS
from services.reporting.view.rolled_up import OUT, POOR, RolledUp
from shared.geography.divisions import NATION

Basis = Literal["published", "record"]
"""The origin of the baselines: the published figures of early 2019, or the record's own opening flows."""

_OPENING_POOR = COLUMN[OPENING_POOR_CELL]


class Baseline(NamedTuple):
    """A number of children, its day, and the precision of the two."""

    children: int
    date: str | None
    precision: str


def headline(view: RolledUp, basis: Basis, as_of: AsOf) -> Headline:
    """Return the three figures of a view."""
    baselines = published() if basis == "published" else _recorded(view)
    nation, watched = (view.cells[view.rollup.members(area)].sum(axis=0) for area in (NATION, "watch52"))

    def figure(name: str, now: int) -> Figure:
        children, date, precision = baselines[name]
        fall = round((children - now) / children, 6) if children else None
        return Figure(now, children, date, precision, basis, fall)

    return Headline(
        all=figure("all", int(nation[OUT].sum())),
        poor=figure("poor", int(nation[POOR])),
        watch52=figure("watch52", int(watched[OUT].sum())),
        as_of=as_of,
    )


@cache
def published() -> Mapping[str, Baseline]:
    """Return the published baselines, by figure."""
    with (files("services.reporting.answers") / "baselines.csv").open(encoding="utf-8") as lines:
        return {row["figure"]: Baseline(int(row["baseline"]), row["date"], row["precision"]) for row in csv.DictReader(lines)}


def _recorded(view: RolledUp) -> Mapping[str, Baseline]:
    openings = {day: flows[:, FLOWS.index(Flow.OPENING)] for day, flows in view.memory.flows.items()}
    first_day = min((day for day, opening in openings.items() if opening.any()), default=None)
    by_row = np.zeros(len(view.memory.codes), dtype=np.int64)
    for opening in openings.values():
        by_row += opening
    opened = view.rollup.summed(by_row)
    poor = view.cells[view.rollup.members(NATION), _OPENING_POOR]
    return {
        name: Baseline(int(children.sum()), first_day, "exact")
        for name, children in (("all", opened), ("poor", poor), ("watch52", opened[view.rollup.members("watch52")]))
    }
