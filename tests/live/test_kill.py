"""Real processes, killed at random moments while the history plays: the figures are the same, and the record agrees.

Which guard each accident needs is shown in ``test_accidents.py``; here nobody chooses the moment.
"""

import asyncio
import random
import threading
from datetime import date

from typer.testing import CliRunner

from deploy.demo.playing.apis import Apis
from deploy.demo.playing.play import play_history
from deploy.local.processes import PROCESSES, REDIS
from deploy.local.stack import LocalStack
from services.reporting.cli import app as auditors
from tests.support.stack import NewStack, told_of
from tests.support.stack_tokens import as_auditor

VICTIMS = (*(service.name for service in PROCESSES), REDIS)
SCALE = 0.03
ENDS = (date(2019, 8, 20), date(2019, 11, 20), date(2020, 2, 20), date(2020, 6, 14))
"""The history is played to the first of these days, and on to the next while not all have been killed often enough: how far a machine comes
meanwhile is its own affair. What was sent before is sent again then, and must change nothing."""
KILLS = 2
"""How often each process is killed."""
AT_WORK_WITHIN = 150.0
"""Seconds in which every process must be at work again after a round: a worker that was killed gets its partitions once the group gave it up."""


class Killer(threading.Thread):
    """Kills, round by round, every process once, in drawn order, at drawn moments; each has to come back before the next goes.

    The next round begins at a drawn moment after all are at work again: what is killed whenever it begins never works, and shows nothing.
    """

    def __init__(self, stack: LocalStack, seed: int) -> None:
        super().__init__(name="killer", daemon=True)
        self.killed: list[str] = []
        self.failure: Exception | None = None
        self._stack, self._drawn, self._enough = stack, random.Random(seed), threading.Event()

    def run(self) -> None:
        try:
            while not self._enough.is_set():
                for victim in self._drawn.sample(VICTIMS, len(VICTIMS)):
                    # No condition is waited for: any moment is as good as another, and that is the point.
                    if self._enough.wait(self._drawn.uniform(0.0, 0.7)):
                        return
                    pid = self._stack.kill(victim)
                    self.killed.append(victim)
                    self._stack.wait_alive(victim, other_than=pid)
                for victim in VICTIMS:
                    self._stack.wait_ready(victim, timeout=AT_WORK_WITHIN)
                if self._enough.wait(self._drawn.uniform(0.0, 3.0)):
                    return
        except Exception as error:  # noqa: BLE001  # told by the test
            self.failure = error

    @property
    def done(self) -> bool:
        """Whether every process has been killed often enough, or nothing can be killed any more."""
        return self.failure is not None or all(self.killed.count(victim) >= KILLS for victim in VICTIMS)

    def enough(self) -> None:
        """End it, whatever is killed at this moment."""
        self._enough.set()
        self.join(timeout=AT_WORK_WITHIN)


async def test_the_figures_are_exact_whatever_is_killed_and_whenever(new_stack: NewStack) -> None:
    stack = await asyncio.to_thread(new_stack, services=PROCESSES)
    config = stack.config
    killer = Killer(stack, seed=20200614)
    killer.start()
    try:
        for until in ENDS:
            assert await play_history(Apis.of(config), scale=SCALE, until=until, seed=1), f"not exact on {until}, after kills of {killer.killed}"
            if killer.done:
                break
    finally:
        await asyncio.to_thread(killer.enough)
    assert killer.failure is None, killer.failure
    assert killer.done, f"the history was over before all had been killed {KILLS} times: {killer.killed}"
    for service in PROCESSES:
        await asyncio.to_thread(stack.wait_ready, service.name)
    run = CliRunner(env=told_of(config) | as_auditor(config))
    verified = await asyncio.to_thread(run.invoke, auditors, ["verify", "--reporting", config.api_url("reporting")])
    assert verified.exit_code == 0, verified.output
