"""``python -m bench.side_by_side``: measure all contestants, and write ``docs/reference/performance.md``."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer

from bench.side_by_side import machine, profile
from bench.side_by_side.catalogue import COUNTING, DECIDING, NAMES, OURS
from bench.side_by_side.contestants.counts import changes_of
from bench.side_by_side.contestants.kafka_streams import NoJdk
from bench.side_by_side.counting import Counting
from bench.side_by_side.deciding import Deciding
from bench.side_by_side.job import Job
from bench.side_by_side.measured import Found, Measured, NoNumber, Run, keep
from bench.side_by_side.record import Log, make_record
from bench.side_by_side.recount import recounted
from bench.side_by_side.rounds import rounds
from bench.side_by_side.run import LONGEST, Runner
from bench.side_by_side.stack import PARTITIONS, stack_with
from bench.targets.measured import load as load_targets
from deploy.local.config import ROOT
from deploy.local.processes import KAFKA, REDIS
from deploy.local.stack import LocalStack
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
    jobs: Annotated[str, typer.Option(help="Names of jobs, a blank between; the page is written only after both.")] = "counting deciding",
) -> None:
    """Measure what counting the record costs, and deciding its submissions, here and with what an engineer would pick instead."""
    scale, passes = (QUICK_SCALE, 1) if quick else (scale, passes)
    names, wanted = only.split() or list(NAMES), jobs.split()
    _prepare(names, wanted)
    _say("Making the record")
    log = make_record(scale=scale, seed=seed, partitions=PARTITIONS)
    measured = _measure(log, names, wanted, scale, passes, QUICK_LONGEST if quick else LONGEST)
    if set(names) == set(NAMES) and measured.counting and measured.deciding:
        keep(measured)
        PAGE.write_text(performance(measured, load_targets()), "utf-8")
        _say(f"Wrote {PAGE.relative_to(ROOT)}")
    else:
        _say(performance(measured, {}))
    raise typer.Exit(1 if any(found and found.without for found in (measured.counting, measured.deciding)) else 0)


def _prepare(names: Sequence[str], jobs: Sequence[str]) -> None:
    """Make the contestants ready to be started. Ends the process where one is not known, or this machine lacks what it needs."""
    for what, given, known in (("contestants", names, NAMES), ("jobs", jobs, JOBS)):
        if unknown := [name for name in given if name not in known]:
            option = "--only" if what == "contestants" else "--jobs"
            raise typer.BadParameter(f"{', '.join(unknown)}: the {what} are {', '.join(known)}", param_hint=option)
    try:
        for each in (*COUNTING.values(), *DECIDING.values()):
            if each.name in names and each.command is not None:
                each.command()
    except NoJdk as missing:
        _say(str(missing))
        raise typer.Exit(2) from missing


def _measure(log: Log, names: Sequence[str], jobs: Sequence[str], scale: float, passes: int, longest: float) -> Measured:
    with stack_with(log) as stack:
        found = {name: _found(stack, JOBS[name](stack, log), names, scale, passes, longest, PARTS[name]) for name in JOBS if name in jobs}
    return Measured(
        machine=machine.described(),
        day=datetime.now(clock.CHINA).date().isoformat(),
        versions=machine.versions(),
        **found,
    )


def _counting(stack: LocalStack, log: Log) -> Job:
    facts = [value for partition in log[topics.STUDENT_STATUS] for _, value in partition]
    touching = sum(bool(changes_of(value)) for value in facts)
    return Counting(stack.config, facts=len(facts), touching=touching, expected=recounted(stack.config))


def _deciding(stack: LocalStack, log: Log) -> Job:
    return Deciding(stack.config, log)


JOBS: dict[str, Callable[[LocalStack, Log], Job]] = {"counting": _counting, "deciding": _deciding}
"""In this order: who decides begins with an empty record, which is counted before."""
PARTS = {"counting": profile.COUNTING, "deciding": profile.DECIDING}


def _found(stack: LocalStack, job: Job, names: Sequence[str], scale: float, passes: int, longest: float, parts: profile.Parts) -> Found:
    contestants = [each for each in job.contestants.values() if each.name in names]
    order, before = rounds([each.name for each in contestants], passes), os.getloadavg()[0]
    results: list[Run | NoNumber] = []
    _say(f"{job.inputs:,} {job.unit}, {len(job.expected):,} results to compare; {len(order)} runs")
    runner = Runner(job, redis=stack.pid(REDIS), broker=stack.pid(KAFKA), longest=longest)
    for name in order:
        if any(isinstance(each, NoNumber) and each.contestant == name for each in results):
            continue  # it has no number any more, whatever it did now
        result = runner.run(job.contestants[name])
        results.append(result)
        _say(_told(result, job.unit))
    return Found(
        scale=scale,
        load=(before, os.getloadavg()[0]),
        inputs=job.inputs,
        results=len(job.expected),
        order=order,
        packages=machine.packages(contestants),
        runs=[each for each in results if isinstance(each, Run)],
        without=[NoNumber(each.contestant, each.why.splitlines()[0]) for each in results if isinstance(each, NoNumber)],
        profile=profile.profile(runner, parts) if OURS in order else [],
    )


def _told(result: Run | NoNumber, unit: str) -> str:
    if isinstance(result, NoNumber):
        return f"{result.contestant:14} no number: {result.why}"
    process, redis, broker = (seconds / result.inputs * 1e6 for seconds in (result.cpu, result.redis, result.broker))
    beside = f"{result.wall:6.1f} s, {result.peak / 1e6:,.0f} MB"
    return f"{result.contestant:14} {process:7.2f} us each of {result.inputs:,} {unit}, Redis {redis:5.2f}, broker {broker:5.2f}; {beside}"


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    typer.run(main)
