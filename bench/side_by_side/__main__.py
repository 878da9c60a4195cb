"""``python -m bench.side_by_side``: measure all contestants, and write ``docs/reference/performance.md``."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from bench.side_by_side import machine
from bench.side_by_side.catalogue import CONTESTANTS, OURS, Contestant
from bench.side_by_side.contestants.counts import changes_of
from bench.side_by_side.contestants.kafka_streams import NoJdk
from bench.side_by_side.measured import Measured, NoNumber, Run, keep
from bench.side_by_side.profile import profile
from bench.side_by_side.record import Log, make_record
from bench.side_by_side.recount import recounted
from bench.side_by_side.rounds import rounds
from bench.side_by_side.run import LONGEST, Expected, Runner
from bench.side_by_side.stack import PARTITIONS, remove_topics_of_contestants, stack_with
from bench.targets.measured import load as load_targets
from deploy.local.config import ROOT
from deploy.local.processes import KAFKA, REDIS
from docs.generate.pages import REFERENCE
from docs.generate.reference.performance import performance
from shared import clock
from shared.log import topics

QUICK_SCALE, QUICK_LONGEST = 0.02, 75.0
PAGE = ROOT / REFERENCE / "performance.md"


def main(
    scale: Annotated[float, typer.Option(help="Of the demo's history: 1 for as many children as were published.")] = 0.1,
    passes: Annotated[int, typer.Option(min=1, help="How often all run there and back: A B C C B A.")] = 2,
    seed: Annotated[int, typer.Option(help="Another seed invents other children.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help=f"Scale {QUICK_SCALE}, one pass, and {QUICK_LONGEST:.0f} s at most for each run.")] = False,
    only: Annotated[str, typer.Option(help="Names of contestants, a blank between. The page is written only where none is left out.")] = "",
) -> None:
    """Measure what counting the record costs, here and with what an engineer would pick instead."""
    scale, passes = (QUICK_SCALE, 1) if quick else (scale, passes)
    names = only.split() or list(CONTESTANTS)
    contestants = _prepared(names)
    _say("Making the record")
    log = make_record(scale=scale, seed=seed, partitions=PARTITIONS)
    measured = _measure(log, contestants, scale, passes, QUICK_LONGEST if quick else LONGEST)
    if measured.order and set(names) == CONTESTANTS.keys():
        keep(measured)
        PAGE.write_text(performance(measured, load_targets()), "utf-8")
        _say(f"Wrote {PAGE.relative_to(ROOT)}")
    else:
        _say(performance(measured, {}))
    raise typer.Exit(1 if measured.without else 0)


def _prepared(names: Sequence[str]) -> list[Contestant]:
    """Return the contestants, each ready to be started. Ends the process where one is not known, or this machine lacks what it needs."""
    if unknown := [name for name in names if name not in CONTESTANTS]:
        raise typer.BadParameter(f"{', '.join(unknown)}: the contestants are {', '.join(CONTESTANTS)}", param_hint="--only")
    contestants = [CONTESTANTS[name] for name in names]
    try:
        for each in contestants:
            if each.command is not None:
                each.command()
    except NoJdk as missing:
        _say(str(missing))
        raise typer.Exit(2) from missing
    return contestants


def _measure(log: Log, contestants: Sequence[Contestant], scale: float, passes: int, longest: float) -> Measured:
    facts = [value for partition in log[topics.STUDENT_STATUS] for _, value in partition]
    touching = sum(bool(changes_of(value)) for value in facts)
    order = rounds([each.name for each in contestants], passes)
    before = os.getloadavg()[0]
    results: list[Run | NoNumber] = []
    with stack_with(log) as stack:
        counts = recounted(stack.config)
        _say(f"{len(facts):,} facts, {len(counts):,} counts; {len(order)} runs")
        expected = Expected(len(facts), touching, counts)
        runner = Runner(stack.config, expected, redis=stack.pid(REDIS), broker=stack.pid(KAFKA), longest=longest)
        for name in order:
            if any(isinstance(each, NoNumber) and each.contestant == name for each in results):
                continue  # it has no number any more, whatever it did now
            result = runner.run(CONTESTANTS[name])
            remove_topics_of_contestants(stack.config)
            results.append(result)
            _say(_told(result, len(facts)))
        found = profile(runner) if OURS in order else []
    return Measured(
        machine=machine.described(),
        day=datetime.now(clock.CHINA).date().isoformat(),
        load=(before, os.getloadavg()[0]),
        scale=scale,
        passes=passes,
        facts=len(facts),
        cells=len(counts),
        versions=machine.versions(),
        packages=machine.packages(contestants),
        order=order,
        runs=[each for each in results if isinstance(each, Run)],
        without=[NoNumber(each.contestant, each.why.splitlines()[0]) for each in results if isinstance(each, NoNumber)],
        profile=found,
    )


def _told(result: Run | NoNumber, facts: int) -> str:
    if isinstance(result, NoNumber):
        return f"{result.contestant:14} no number: {result.why}"
    process, redis, broker = (seconds / facts * 1e6 for seconds in (result.cpu, result.redis, result.broker))
    beside = f"{result.wall:6.1f} s, {result.peak / 1e6:,.0f} MB"
    return f"{result.contestant:14} {process:7.2f} us a fact, Redis {redis:5.2f}, broker {broker:5.2f}; {beside}"


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    typer.run(main)
