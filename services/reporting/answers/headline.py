"""The headline: the three figures, each with its number now, its baseline, and the fall between."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np

from services.reporting.answers.documents import AsOf, Figure, Headline
from services.reporting.counting import OPENING_POOR_CELL
from services.reporting.view.memory import COLUMN
from services.reporting.view.rolled_up import OUT, POOR, RolledUp
from shared.geography.divisions import NATION

Basis = Literal["published", "record"]
"""The origin of the baselines: the published figures of early 2019, or the record's own opening flows."""

WATCHED = "watch52"
"""The list of the third figure."""
_OPENING_POOR = COLUMN[OPENING_POOR_CELL]


class Baseline(NamedTuple):
    """A number of children, its day, and the precision of the two."""

    children: int
    date: str | None
    precision: str


def headline(view: RolledUp, basis: Basis, as_of: AsOf) -> Headline:
    """Return the exact three figures of a view."""
    baselines = published() if basis == "published" else _recorded(view)
    nation, watched = (view.cells[view.rollup.members(area)].sum(axis=0) for area in (NATION, WATCHED))
    return Headline(
        all=_figure(int(nation[OUT].sum()), baselines["all"], basis),
        poor=_figure(int(nation[POOR]), baselines["poor"], basis),
        watch52=_figure(int(watched[OUT].sum()), baselines["watch52"], basis),
        as_of=as_of,
    )


def area_figure(view: RolledUp, area: str, out_of_school: int | None, of_all: Headline) -> Figure:
    """Return the figure of an area or a county code: one of the three where it is theirs, else measured from the record's own opening flows."""
    if area == NATION:
        return of_all.all
    if area == WATCHED:
        return of_all.watch52
    opened = {day: int(children[view.rollup.members(area)].sum()) for day, children in view.openings.items() if area in view.rollup.areas}
    first_day = min((day for day, children in opened.items() if children), default=None)
    return _figure(out_of_school, Baseline(sum(opened.values()), first_day, "exact"), "record")


def _figure(now: int | None, baseline: Baseline, basis: Basis) -> Figure:
    children, date, precision = baseline
    fall = round((children - now) / children, 6) if children and now is not None else None
    return Figure(now, children, date, precision, basis, fall)


@cache
def published() -> Mapping[str, Baseline]:
    """Return the published baselines, by figure."""
    with (files("services.reporting.answers") / "baselines.csv").open(encoding="utf-8") as lines:
        return {row["figure"]: Baseline(int(row["baseline"]), row["date"], row["precision"]) for row in csv.DictReader(lines)}


def _recorded(view: RolledUp) -> Mapping[str, Baseline]:
    first_day = min(view.openings, default=None)
    opened = sum(view.openings.values(), start=np.zeros(len(view.rollup.counties), dtype=np.int64))
    poor = view.cells[view.rollup.members(NATION), _OPENING_POOR]
    return {
        name: Baseline(int(children.sum()), first_day, "exact")
        for name, children in (("all", opened), ("poor", poor), ("watch52", opened[view.rollup.members(WATCHED)]))
    }
