"""Row 8: the clocks of processes are three hours ahead and a day behind, and jump from the one to the other."""

import random
from datetime import timedelta

from tests.live.faults.changes import SET_CLOCK, clock_file
from tests.live.faults.guards import BY_SEQUENCE
from tests.live.faults.row import WITH_POLICIES, Row
from tests.live.faults.system import System

AHEAD, BEHIND, RIGHT = timedelta(hours=3), timedelta(days=-1), timedelta(0)


async def clocks_off(system: System) -> None:
    """Set the clock of each process, one after the other: it is ahead, then behind, then right."""
    drawn = random.Random(system.seed)
    async with system.under_load() as load:
        await system.until_acknowledged(load)
        for _ in range(3 if system.full else 1):
            for process in drawn.sample(system.processes, len(system.processes)):
                for off in (AHEAD, BEHIND, RIGHT):
                    clock_file(system.points.folder, process.name).write_text(str(off.total_seconds()))
                    system.injected += 1
                    what = f"all goes on with the clock of {process.name} off by {off}"
                    await system.until_acknowledged(load, 5, what=what)
                    await system.until_done_so_far(what)


ROWS = (
    Row(
        "8 clocks three hours ahead, a day behind",
        "The clock of one process after the other is set three hours ahead, then a day behind, then right. What judges a token is left as it is.",
        "`recordedtime` and ages are as wrong as the clock; nothing that is decided or counted depends on them, and all goes on. An api whose clock "
        "is off by more than a token lives answers `401` to everybody.",
        clocks_off,
        (BY_SEQUENCE,),
        {"services": WITH_POLICIES, "changed": (SET_CLOCK,)},
        least=18,
    ),
)
