"""Points of a commit at which a process that a test started kills or stops itself: once, when the test has armed the point.

A test arms a point by a file that is named after the process and the point; the process takes the file away and writes down that it fired.
Nothing of the product knows of it: ``process`` wraps the named steps before it starts the service.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

from tests.support.guards import Replace

DECIDER = ("states read", "before publish", "refusals acknowledged", "facts acknowledged", "before apply", "applied")
"""The points of the commit of a deciding worker, in their order."""
POLICIES = ("before commands", "commands acknowledged", "before move", "moved")
COUNTER = ("before count", "counted")
ASSIGNED = ("cursors read",)
API = ("before log", "logged", "receipt kept")

FIRED = "fired"

Reach = Callable[[str], None]
Step = Callable[..., Awaitable[Any]]


class Failpoints:
    """The points that a test has armed, in a folder that it shares with its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def arm(self, process: str, point: str, *, how: signal.Signals = signal.SIGKILL, passes: int = 0) -> None:
        """Have a process send itself a signal at a point, after it has passed the point so many times."""
        made = self.folder / f".{process}.{point}"
        made.write_text(f"{how.value} {passes}")
        made.rename(self.folder / f"{process}.{point}")

    def disarm(self) -> None:
        """Take away what has not fired."""
        for armed in self.folder.glob("*.*"):
            armed.unlink(missing_ok=True)

    def fired(self) -> list[tuple[str, int]]:
        """Return what has fired, ``process.point`` and the id of the process, in order."""
        told = self.folder / FIRED
        lines = told.read_text().splitlines() if told.exists() else []
        return [(what, int(pid)) for what, _, pid in (line.rpartition(" ") for line in lines)]

    def reach(self, process: str) -> Reach:
        """Return what a process calls at each point that it reaches."""
        passed: dict[str, int] = {}

        def reach(point: str) -> None:
            armed = self.folder / f"{process}.{point}"
            try:
                how, passes = map(int, armed.read_text().split())
                passed[point] = passed.get(point, 0) + 1
                if passed[point] <= passes:
                    return
                armed.unlink()
            except FileNotFoundError:
                return  # not armed, or a twin of this process took it
            with (self.folder / FIRED).open("a") as told:
                told.write(f"{process}.{point} {os.getpid()}\n")
            os.kill(os.getpid(), how)

        return reach


def around(step: Step, reach: Reach, before: str | None = None, after: str | None = None) -> Step:
    """Return a step that reaches a point before it, and one after it."""

    @wraps(step)
    async def reached(*args: Any, **options: Any) -> Any:
        if before:
            reach(before)
        result = await step(*args, **options)
        if after:
            reach(after)
        return result

    return reached


def put_into(reach: Reach, replace: Replace = setattr) -> None:
    """Wrap the steps of the workers and of enrolment's api that have a point."""
    from services.enrolment.intake.receipts import ReceiptStore
    from services.enrolment.intake.report_intake import ReportIntake
    from services.reporting.board.board import Board
    from shared.deciding.deciding_follower import DecidingFollower
    from shared.deciding.policy_follower import PolicyFollower
    from shared.deciding.states.state_store import StateStore
    from shared.log import topics
    from shared.log.kafka_log import KafkaLog
    from shared.worker.faust_edge.app import FollowerApp

    def wrap(owner: type, name: str, before: str | None = None, after: str | None = None) -> None:
        replace(owner, name, around(getattr(owner, name), reach, before, after))

    wrap(StateStore, "read", after="states read")
    wrap(DecidingFollower, "_publish", before="before publish", after="facts acknowledged")
    wrap(StateStore, "apply", before="before apply", after="applied")
    wrap(PolicyFollower, "_publish", before="before commands", after="commands acknowledged")
    wrap(Board, "apply", before="before count", after="counted")
    wrap(FollowerApp, "cursors_of", after="cursors read")
    wrap(ReportIntake, "_appended", before="before log", after="logged")
    wrap(ReceiptStore, "put", after="receipt kept")

    append = KafkaLog.append

    async def appended(self: KafkaLog, topic: str, records: Any) -> dict[int, int]:
        behind = await append(self, topic, records)
        if topic == topics.REFUSALS:
            reach("refusals acknowledged")
        return behind

    made = PolicyFollower.__init__

    def make(self: PolicyFollower, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        replace(self, "_move", around(self._move, reach, "before move", "moved"))

    replace(KafkaLog, "append", appended)
    replace(PolicyFollower, "__init__", make)
