"""``python -m bench.targets [FIGURE...]``: measure figures that have a target, and write their part of ``docs/reference/performance.md``."""

import os
from datetime import datetime
from typing import Annotated

import typer

from bench.side_by_side import machine
from bench.side_by_side.measured import load as load_side_by_side
from bench.targets.catalogue import TARGETS, Target
from bench.targets.measured import Figure, NotRight, load
from bench.targets.measured import keep as keep_figure
from deploy.local.config import ROOT
from docs.generate.pages import REFERENCE
from docs.generate.reference.performance import performance
from docs.generate.reference.targets import rows_of
from shared import clock

PAGE = ROOT / REFERENCE / "performance.md"


def main(
    figures: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(TARGETS)}; all if none is named.")] = None,
    factor: Annotated[float, typer.Option(min=0.001, help="Of the size of each figure: 0.1 for a quick look.")] = 1.0,
    keep: Annotated[bool | None, typer.Option(help="Whether the page is written; by default only for figures of their whole size.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Of each figure.")] = 3,
) -> None:
    """Measure figures that have a target. A figure that did not come out right has no number, and ends the command with 1."""
    names = figures or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        raise typer.BadParameter(f"{', '.join(unknown)}: the figures are {', '.join(TARGETS)}")
    kept = factor == 1.0 if keep is None else keep
    found = [_measured(TARGETS[name], factor, rounds, kept=kept) for name in names]
    if kept:
        PAGE.write_text(performance(load_side_by_side(), load()), "utf-8")
        _say(f"Wrote {PAGE.relative_to(ROOT)}")
    raise typer.Exit(1 if any(each.why for each in found) else 0)


def _measured(target: Target, factor: float, rounds: int, *, kept: bool) -> Figure:
    _say(f"{target.name}: {target.what}")
    before = os.getloadavg()[0]
    day, described = datetime.now(clock.CHINA).date().isoformat(), machine.described()
    try:
        found = target.measure(factor, rounds)
    except NotRight as wrong:
        figure = Figure(target.name, day, (before, os.getloadavg()[0]), described, why=str(wrong).splitlines()[0])
        _say(f"  no number: {wrong}")
    else:
        figure = Figure(target.name, day, (before, os.getloadavg()[0]), described, found.size, found.values, found.profile)
    for row in rows_of(figure):
        _say("  " + " | ".join(row))
    for line in figure.profile:
        _say(f"  {line.share:6.1%} {line.where}")
    if kept:
        keep_figure(figure)
    return figure


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    typer.run(main)
