"""Rows 13 and 14: a load that leans on one county and one child, and one of ten times the size."""

import asyncio
import os
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deploy.local.processes import REDIS
from shared.geography.divisions import Level, divisions
from tests.components.enrolment.lines import GOOD, event
from tests.live.faults.checks import check, must
from tests.live.faults.guards import IN_ONE_STEP, RETRY_AFTER
from tests.live.faults.load import SENDERS, History, until
from tests.live.faults.row import Row
from tests.live.faults.system import NeverFired, System

REPORTS, FEW_REPORTS = 20_000, 4_000
LINES = 500
IN_ONE_COUNTY, OF_ONE_CHILD = 0.30, 0.05
AS_MUCH = 1.3
"""As many times the CPU seconds of an even load may one of the same size cost that leans."""
_FIRST = date(2015, 1, 1)
_TURNS = (("returned", GOOD["returned"]), ("dropped-out", {"reason": "work", "last_seen": "2015-01-01"}))
TICKS = os.sysconf("SC_CLK_TCK")


def _even(first: int, n: int) -> list[dict[str, Any]]:
    """Return reports of so many children, evenly spread over all counties."""
    counties = sorted(code for code, area in divisions().tree_on(_FIRST).items() if area.level is Level.COUNTY)
    return [_enrolled(first + at, counties[at % len(counties)]) for at in range(n)]


def _leaning(first: int, n: int, drawn: random.Random) -> list[dict[str, Any]]:
    """Return as many reports, of which some are of one county, and some about one child, each later than the one before."""
    reports = _even(first, n)
    chosen = drawn.sample(range(n), int(n * (IN_ONE_COUNTY + OF_ONE_CHILD)))
    of_one_child = sorted(chosen[: int(n * OF_ONE_CHILD)])
    for at in chosen[int(n * OF_ONE_CHILD) :]:
        reports[at] = _enrolled(first + at, "513431")
    for turn, at in enumerate(of_one_child):
        what, data = _TURNS[turn % 2] if turn else ("enrolled", {**GOOD["enrolled"], "county": "513431"})
        reports[at] = _report(what, data, first + at, first + n, "513431", _FIRST + timedelta(turn + 1))
    return reports


def _enrolled(n: int, county: str) -> dict[str, Any]:
    return _report("enrolled", {**GOOD["enrolled"], "county": county, "school": f"{county}0001"}, n, n, county, _FIRST)


def _report(what: str, data: dict[str, Any], n: int, child: int, county: str, day: date) -> dict[str, Any]:
    source = f"/provinces/{county[:2]}"
    return event(what, data, id=f"{n}", source=source, subject=f"{child:032x}", time=f"{day}T08:00:00+08:00")


async def leaning(system: System) -> None:
    """Report evenly and leaning in turn, and compare what the workers and Redis did for it. The first even load warms all up."""
    drawn, reports = random.Random(system.seed), REPORTS if system.full else FEW_REPORTS
    spent: dict[bool, float] = {True: 0.0, False: 0.0}
    for turn in range(5 if system.full else 3):
        first = 10_000_000 + turn * (reports + 1)
        leans = turn % 2 == 1
        made = _leaning(first, reports, drawn) if leans else _even(first, reports)
        before = _cpu_seconds(system)
        await system.load(children=0).report_all([made[at : at + LINES] for at in range(0, reports, LINES)])
        await system.until_at_rest()
        if turn:
            spent[leans] += _cpu_seconds(system) - before
            system.injected += reports * leans
    times = spent[True] / spent[False]
    system.measured = f"{times:.2f} times the CPU of an even load"
    must(times <= AS_MUCH, f"a load that leans costs {times:.2f} times the CPU of an even one: {spent[True]:.1f} s to {spent[False]:.1f} s")


def _cpu_seconds(system: System) -> float:
    """Return the CPU seconds of the workers and of Redis so far. The broker is left out: its machine compiles itself meanwhile."""
    workers = [process.name for process in system.processes if process.part == "worker"]
    fields = [Path(f"/proc/{system.stack.pid(name)}/stat").read_text("ascii", "replace").rpartition(")")[2].split() for name in (*workers, REDIS)]
    return sum(int(user) + int(kernel) for each in fields for user, kernel in [each[11:13]]) / TICKS


TIMES, BURST, BRIEF_BURST = 10, 60.0, 10.0
AT_ONCE = 30
"""Connections of one address that an api takes in this row: fewer than there are senders."""
MOST_MEMORY = 400
"""MB that a process of ours may ever have held."""


async def burst(system: System) -> None:
    """Have ten times as many senders report for a minute, more than the api takes connections."""
    seconds = BURST if system.full else BRIEF_BURST
    async with system.under_load() as usual:
        await system.until_acknowledged(usual)
        async with system.under_load(children=1_000, senders=TIMES * SENDERS) as load:
            await until("somebody is turned away", lambda: load.history.turned_away[503] > 0, patience=60.0, wrong=NeverFired)
            await asyncio.sleep(seconds)
        system.injected += load.sent
    system.patience = min(system.patience, 2 * seconds)


async def check_memory(system: System) -> History:
    """Check all that is checked anyway, and how much memory each process ever held."""
    held = {process.name: _peak_mb(system.stack.pid(process.name)) for process in system.processes}
    system.measured = f"no process held more than {max(held.values())} MB"
    must(max(held.values()) <= MOST_MEMORY, f"held {held} MB, and {MOST_MEMORY} are allowed")
    return await check(system)


def _peak_mb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) // 1_000 for line in lines if line.startswith("VmHWM:"))


ROWS = (
    Row(
        "13 a load that leans",
        "30 % of the reports are of one county, 5 % about one child, against as many that are spread over all counties and children.",
        "The CPU seconds of the workers and of Redis are at most 1.3 times those of the even load.",
        leaning,
        (IN_ONE_STEP,),
        least=1_000,
    ),
    Row(
        "14 ten times the load",
        "For a minute forty senders report in the place of four, more than the api takes connections.",
        "`503` with `Retry-After` to those for whom there is no connection. Nothing is lost; no process holds more than 400 MB; all is decided and "
        "counted within two minutes of the end.",
        burst,
        (RETRY_AFTER,),
        {"told": (("ENROLMENT_CONNECTIONS_PER_ADDRESS", str(AT_ONCE)),)},
        least=100,
        at_rest=check_memory,
    ),
)
