"""What the whole demo costs: the CPU of every process of the four services, from the first report to the last figure, and each worker's memory.

A demo has come out right where all figures, files and outcomes are as the history says, and no process was started anew meanwhile.
"""

import asyncio
import io
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.console import Console

from bench.side_by_side.run import peak_of
from bench.side_by_side.stack import PARTITIONS
from bench.targets.measured import Found, NotRight, Value
from bench.targets.system import MB, told
from deploy.demo.history.history import History
from deploy.demo.history.published import JUNE
from deploy.demo.playing.apis import Apis
from deploy.demo.playing.play import play_history
from deploy.demo.playing.story import environment
from deploy.local import kafka_access
from deploy.local.config import StackConfig
from deploy.local.stack import LocalStack
from shared.contracts.services import SERVICES
from shared.log import topics
from shared.log.kafka_log import KafkaLog

SCALE, TARGET, MEMORY = 1.0, 130.0, 250.0
"""Of the nation; CPU seconds of all processes for all of it; MB of a worker."""
PLAYER = "the player"
"""The process that invents the reports and sends them, and does the officers' work."""
_SEED = 1


class Played(NamedTuple):
    """One demo. ``cpu``: seconds by process since all were ready; ``starting``: what it took until then; ``peaks``: bytes, by worker."""

    exact: bool
    anew: frozenset[str]
    reports: int
    facts: int
    starting: float
    cpu: Mapping[str, float]
    peaks: Mapping[str, int]


def measure(factor: float, rounds: int) -> Found:
    """Play the demo."""
    runs = [right(_played(SCALE * factor)) for _ in range(rounds)]
    whole = [sum(run.cpu.values()) for run in runs]
    reports_of_all = History(scale=1.0, until=JUNE, seed=_SEED).about
    costliest = sorted(runs[0].cpu, key=lambda name: -sorted(run.cpu[name] for run in runs)[rounds // 2])
    values = [
        Value("all processes", "s", whole, at_most=TARGET if factor == 1 else None),
        Value(
            "all processes, a report",
            "us",
            [spent / run.reports * 1e6 for spent, run in zip(whole, runs, strict=True)],
            at_most=_round(TARGET / reports_of_all),
        ),
        Value("all processes, a fact", "us", [spent / run.facts * 1e6 for spent, run in zip(whole, runs, strict=True)]),
        *(Value(f"{name}", "s", [run.cpu[name] for run in runs]) for name in costliest),
        Value("what starting all took before", "s", [run.starting for run in runs]),
        *(Value(f"{worker}, most memory", "MB", [run.peaks[worker] / MB for run in runs], at_most=MEMORY) for worker in runs[0].peaks),
    ]
    size = f"the demo at scale {SCALE * factor:g}: {runs[0].reports:,} reports and {runs[0].facts:,} facts; {rounds} rounds"
    return Found(f"{size}. The target of a report is {TARGET:g} s for the {reports_of_all:,} reports of scale 1", values)


def _round(seconds: float) -> float:
    return round(seconds * 1e6, 1)


def _played(scale: float) -> Played:
    key = secrets.token_hex(16)
    variables = environment(key) | ({"REPORTING_BASELINE": "record"} if scale < 1 else {})
    with told(variables), TemporaryDirectory(prefix="baoxue-bench-") as home:
        config = StackConfig.on_free_ports(Path(home), partitions=PARTITIONS).model_copy(update={"today": "record"})
        with LocalStack(config) as stack:
            before, pids, own = stack.costs(), {name: state.pid for name, state in stack.states().items()}, time.process_time()
            console = Console(file=io.StringIO())
            exact = asyncio.run(play_history(Apis.of(config), scale=scale, until=JUNE, seed=_SEED, console=console, story_key=key))
            cpu = {PLAYER: time.process_time() - own}
            cpu |= {name: cost.cpu_seconds - before[name].cpu_seconds for name, cost in stack.costs().items()}
            anew = frozenset(name for name, state in stack.states().items() if state.pid != pids[name])
            peaks = {spec.worker: peak_of(pids[spec.worker]) for spec in SERVICES}
            reports, facts = asyncio.run(_lengths(config, topics.SUBMISSIONS, topics.STUDENT_STATUS))
    return Played(exact, anew, reports, facts, sum(cost.cpu_seconds for cost in before.values()), cpu, peaks)


async def _lengths(config: StackConfig, *names: str) -> list[int]:
    log = KafkaLog(kafka_access.brokers(config, kafka_access.OPERATOR), client_id="bench")
    try:
        return [sum((await log.end_offsets(name)).values()) for name in names]
    finally:
        await log.stop()


def right(run: Played) -> Played:
    """Raise ``NotRight`` unless a demo came out right."""
    # guard: no equality, no number
    if not run.exact:
        raise NotRight("the figures, files or outcomes of the demo are not as its history says")
    if run.anew:
        raise NotRight(f"started anew meanwhile: {', '.join(sorted(run.anew))}")
    # guard end
    return run
