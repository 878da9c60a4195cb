"""The figures: what each is, how it is measured, and, where it does not meet its target, what was tried."""

from collections.abc import Callable
from typing import NamedTuple

from bench.targets.figures import idle, intake
from bench.targets.measured import Found


class Target(NamedTuple):
    """``tried``: what the profile says where the target is not met, and what was tried."""

    name: str
    what: str
    measure: Callable[[float, int], Found]
    tried: str = ""


TARGETS: dict[str, Target] = {
    each.name: each
    for each in (
        Target(
            "intake",
            "Reports taken in by HTTP, 100 lines a request",
            intake.measure,
            "Half of the api's time is the check of each line and its log, which the plain way has no part of. The rest is the request: the layers "
            "of FastAPI and its middleware, the token, two round trips for the receipt. Tried: a request went through a thread for its "
            "`Idempotency-Key`, and does so no more: 1.57 ms of CPU a request of one line before, 1.22 ms after (medians of three, in turn, within "
            "one process). The target allows 6 us a line, which is less than the check of a line takes in Python.",
        ),
        Target("idle", "A system in which nothing happens", idle.measure),
    )
}
