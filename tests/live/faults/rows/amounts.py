"""Rows 13 and 14: the load is skewed; the load is ten times what the system takes."""

import asyncio
import random
import time
from collections.abc import Sequence

import httpx

from tests.components.enrolment.lines import event
from tests.live.faults.checks import check, history_of, must
from tests.live.faults.guards import MANY_OF_ONE, MOST_CONNECTIONS
from tests.live.faults.load import COUNTIES, History, Report, life
from tests.live.faults.row import Row
from tests.live.faults.system import System

CHILDREN, BODY = 10_000, 1_000
MOST_DEARER = 1.3
"""How much dearer a report may be in a skewed load than in an even one."""
WORKED = ("enrolment-worker", "reporting-worker", "redis")


def even_and_skewed(seed: int, children: int) -> tuple[list[Report], list[Report]]:
    """Return two loads of as many reports: children are enrolled, and as many households change.

    In the second 30 % of the children are of one county, and one child has 5 % of all reports.
    """
    drawn = random.Random(seed)

    def of(first: int, counties: Sequence[str], changed: Sequence[int]) -> list[Report]:
        home = {n: drawn.choice(counties) for n in range(first, first + children)}
        enrolled = [_about(n, "enrolled", home[n], n, {"county": home[n]}) for n in home]
        return enrolled + [
            _about(first + n, "household-changed", home[first + n], place, {"poor": bool(place % 2)}) for place, n in enumerate(changed)
        ]

    others = list(COUNTIES[1:])
    one = round(0.1 * children)
    even = of(20_000_000, COUNTIES, range(children))
    skewed = of(30_000_000, [COUNTIES[0]] * 3 + others + others[:2], [0 if n < one else n for n in range(children)])
    return even, skewed


def _about(n: int, what: str, county: str, place: int, change: dict[str, object]) -> Report:
    time_ = f"2019-{1 + place % 9:02}-{1 + place % 28:02}T{place % 24:02}:{place % 60:02}:{place // 60 % 60:02}+08:00"
    if what == "household-changed":
        time_ = f"20{20 + place // 5000}-{1 + place // 420 % 12:02}-{1 + place // 15 % 28:02}T{place % 15:02}:{place % 60:02}:00+08:00"
    return event(what, id=f"{n}-{place}", source=f"/provinces/{county[:2]}", subject=f"{n:032x}", time=time_, change=change)


async def skewed(system: System) -> None:
    """Report as much evenly and then skewed, and compare what a report costs."""
    even, other = even_and_skewed(system.seed, CHILDREN)
    cost: list[float] = []
    for reports in (even, other):
        load = system.load(children=0)
        half = len(reports) // 2
        for part in (reports[:half], reports[half:]):
            before = _cpu(system)
            await load.report_all([part[first : first + BODY] for first in range(0, len(part), BODY)])
            await system.until_at_rest()
        # The second half alone has several reports of one child; the first has the county.
        cost.append(_cpu(system) - before)
    system.injected += len(other)
    must(cost[1] <= MOST_DEARER * cost[0], f"a skewed load takes {cost[1]:.2f} s of CPU, and an even one {cost[0]:.2f} s")


def _cpu(system: System) -> float:
    costs = system.stack.costs()
    return sum(costs[process].cpu_seconds for process in WORKED)


BURST = 60.0
TIMES = 10
LINES_OF_BURST = 20
MOST_OPEN = 400
"""Bodies that senders have on the way at once in a burst: more connections than the api takes."""
CONNECTIONS = 16
MOST_MEMORY = 400 << 20
"""Bytes that no process may exceed in a burst."""


async def burst(system: System) -> None:
    """Find how many bodies a second the system takes from one sender after the other; then send ten times as many, whatever it answers."""
    load = system.load(children=2_000, senders=1)
    drawn = random.Random(system.seed)
    numbers = iter(range(50_000_000, 60_000_000))

    def body() -> list[Report]:
        return [report for _ in range(LINES_OF_BURST // 2) for report in life(next(numbers), drawn)[:2]]

    began, taken = time.monotonic(), 0
    while time.monotonic() - began < 5.0:
        await load.report_all([body()])
        taken += 1
    every = 5.0 / (TIMES * taken)
    peak = 0
    async with (
        httpx.AsyncClient(timeout=15.0, headers=load.headers, limits=httpx.Limits(max_connections=None)) as client,
        asyncio.TaskGroup() as group,
    ):
        sending: set[asyncio.Task[None]] = set()
        began, n = time.monotonic(), 0
        while (now := time.monotonic() - began) < BURST:
            if len(sending) < MOST_OPEN:
                task = group.create_task(load.deliver(client, body(), f"burst-{n}", repeats=1))
                sending.add(task)
                task.add_done_callback(sending.discard)
            system.injected += 1
            n += 1
            if n % 100 == 0:
                costs = await asyncio.to_thread(system.stack.costs)
                peak = max(peak, *(costs[process.name].memory for process in system.processes))
            await asyncio.sleep(max(0.0, n * every - now))
    must(peak < MOST_MEMORY, f"a process has {peak >> 20} MB")


async def check_burst(system: System) -> History:
    """Check all that is checked anyway, and that what was too much was turned away with a word on when to come again."""
    history = history_of(system)
    must(history.turned_away[503] + history.turned_away[429], "nothing was turned away")
    return await check(system)


ROWS = (
    Row(
        "13 a skewed load",
        "30 % of the children are of one county, and one child has 5 % of all reports.",
        "Nothing: a report costs the workers and Redis at most 1.3 times as much as in an even load.",
        skewed,
        (MANY_OF_ONE,),
        least=CHILDREN,
    ),
    Row(
        "14 ten times the load",
        "For 60 s ten times as many bodies come as one sender can send, over more connections than the api takes.",
        "Connections beyond the limit are answered `503` with `Retry-After`. No process takes more than 400 MB. Within 90 s all is counted.",
        burst,
        (MOST_CONNECTIONS,),
        {"settings": {"ENROLMENT_CONNECTIONS": str(CONNECTIONS)}},
        least=100,
        at_rest=check_burst,
    ),
)
