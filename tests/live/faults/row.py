"""A row of the matrix: what is injected into which system, and which guard stands against it."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live.faults.checks import check
from tests.live.faults.load import Answer, History
from tests.live.faults.system import NeverFired, System, running

COUNTED = (("enrolment", "api"), ("enrolment", "worker"), ("reporting", "worker"), ("reporting", "api"))
"""The processes that take reports, decide them, and count them."""
WITH_POLICIES = (*COUNTED, ("case", "worker"), ("relief", "worker"))

Inject = Callable[[System], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """``name`` begins with the number of the row in the matrix.

    ``fault``: what is done; ``expected``: what is seen of it, and what it leaves behind. ``inject`` does it, under a load of its own, and
    returns once nothing is broken any more. ``without``: the guards without which the row must fail; ``brief``: `make test` has it, at a small
    size; ``brief_without``: it has it without the guards too. ``least``: the fewest injections; ``at_rest``: how to check a system that has come
    to rest.
    """

    name: str
    fault: str
    expected: str
    inject: Inject
    without: tuple[str, ...]
    system: Mapping[str, Any] = field(default_factory=dict)
    brief: bool = False
    brief_without: bool = False
    least: int = 1
    patience_without: float = 25.0
    at_rest: Callable[[System], Awaitable[History]] = check


@dataclass(frozen=True)
class Outcome:
    """What a row came to, for the table."""

    row: str
    seed: int
    injected: int
    acked: int
    refused: int
    unknown: int
    repeats: int
    recovered: float
    """Seconds from the last injection's end until all was decided and counted."""
    measured: str
    """What the row measured besides, in words."""


async def play(row: Row, home: Path, *, seed: int, full: bool, without: tuple[str, ...] = ()) -> Outcome:
    """Run a row. Raises ``Wrong`` where the system does not keep a promise, ``NeverFired`` where nothing was injected."""
    options = {"services": COUNTED, **row.system}
    with running(home, seed=seed, full=full, without=without, **options) as system:
        if without:
            system.patience = row.patience_without
        try:
            await row.inject(system)
            if (fired := system.fired()) < row.least:
                raise NeverFired(f"{fired} injections, and there should be {row.least} at least")
            healed = time.monotonic()
            await system.until_at_rest()
            recovered = time.monotonic() - healed
            history = await row.at_rest(system)
        finally:
            system.points.disarm()
            await system.log.stop()
    known = {answer.value: history.count(answer) for answer in Answer}
    return Outcome(row.name, seed, fired, **known, repeats=sum(history.turned_away.values()), recovered=round(recovered, 1), measured=system.measured)
