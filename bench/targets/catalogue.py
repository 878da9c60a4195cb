"""The figures: what each is, how it is measured, and, where it does not meet its target, what was tried."""

from collections.abc import Callable
from typing import NamedTuple

from bench.targets.figures import idle, intake, size, students, workers
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
        Target(
            "workers",
            "A command decided, and a fact passed over, by case's and relief's worker",
            workers.measure,
            "A fact that is passed over costs two looks through its bytes, 0.3 to 0.6 us each, and as much again until it has come from the broker: "
            "within a process, and without a broker, it is 1.0 us for relief and 1.4 us for case. Tried: the keys of a batch are hashed only once a "
            "fact of it is judged, 0.12 us a fact less. A look at the place where our own facts have their source would cost 0.08 us, and would be "
            "deceived by a fact that names its source twice. A command that is decided has no single cost: no line takes more than a tenth.",
        ),
        Target(
            "idle",
            "A system in which nothing happens",
            idle.measure,
            "A worker is woken by its timers alone: the wait for records, which crosses a thread, the look at the ends of the log once a second, and "
            "the admin server ten times a second. Tried: the wait for records is a second where no partition may be resumed meanwhile, and not a "
            "fifth of one: 1.20 to 1.35 % before, 0.75 to 0.90 after. Kafka says when records come, so that this delays none.",
        ),
        Target("size", "A large record: what a fact costs, Redis lost, a worker killed", size.measure),
        Target("students", "Many students: what a report costs, what Redis keeps, a worker killed", students.measure),
    )
}
