"""What a system costs in which nothing happens: all processes, a minute and more after they are ready, in a share of a core each."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.targets.measured import Found, NotRight, Value
from bench.targets.profiling import profiled
from deploy.local.config import StackConfig
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack

SETTLES, WATCHED, TARGET = 20.0, 20.0, 0.5
"""Seconds until what a start brings with it is over; seconds of a round; percent of a core."""


def measure(factor: float, rounds: int) -> Found:
    """Start everything, and watch it do nothing."""
    with TemporaryDirectory(prefix="baoxue-bench-") as home, LocalStack(StackConfig.on_free_ports(Path(home), partitions=4)) as stack:
        time.sleep(SETTLES)
        shares: dict[str, list[float]] = {}
        pids = {name: state.pid for name, state in stack.states().items()}
        for _ in range(rounds):
            before, begun = stack.costs(), time.monotonic()
            time.sleep(WATCHED * factor)
            after, wall = stack.costs(), time.monotonic() - begun
            for name, cost in after.items():
                shares.setdefault(name, []).append((cost.cpu_seconds - before[name].cpu_seconds) / wall * 100)
        if {name: state.pid for name, state in stack.states().items()} != pids:
            raise NotRight("a process was started anew meanwhile")
        for each in PROCESSES:
            stack.wait_ready(each.name, timeout=1.0)
        ours = {each.name for each in PROCESSES}
        worst = max(ours, key=lambda name: sorted(shares[name])[rounds // 2])
        with profiled(pids[worst]) as profile:
            time.sleep(WATCHED * factor)
    values = [
        Value(name, "% of a core", shares[name], at_most=TARGET if name in ours else None)
        for name in sorted(shares, key=lambda n: (n not in ours, n))
    ]
    return Found(f"an empty record; {rounds} rounds of {WATCHED * factor:.0f} s; the profile is of {worst}", values, profile)
