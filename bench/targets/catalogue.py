"""The figures: what each is, how it is measured, and, where it does not meet its target, what was tried."""

from collections.abc import Callable
from typing import NamedTuple

from bench.targets.figures import behind, demo, idle, intake, latency, size, students, workers
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
            "A third of the api's time is the check of each line; its log, the receipt and the layers of FastAPI share the rest. What was tried was "
            "measured in turn, before and after, as medians of four or five rounds of 20,000 lines. What is appended while a batch is under way now "
            "goes out behind it as one, 35.5 us a line before, 26.5 after. A line is read by one decode, and the receipt is one command each time "
            "(decision 0074): the check alone 7.0 us before, 5.8 after, and the command 80 us where it was 140. A request went through a thread for "
            "its `Idempotency-Key`, and does so no more. The target allows 6 us a line, as much as the check of a line takes in Python: it would "
            "need the check, the log and HTTP outside of Python.",
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
            "A worker is woken by its timers alone: the client of Kafka looks five times a second for what to fetch, the wait for records crosses a "
            "thread, the look at the ends of the log and that for days that have begun come once a second. Tried: the admin server is woken by a "
            "signal, and looks no more ten times a second whether it is to stop, and the watchdog looks once a second, not twice: case's worker "
            "0.80 % before, 0.60 after, reporting's 0.60 and 0.47 (medians of three, side by side). Before that, the wait for records became a "
            "second where no partition may be resumed meanwhile, and not a fifth of one: 1.20 to 1.35 % before, 0.75 to 0.90 after. Kafka says when "
            "records come, so that this delays none.",
        ),
        Target(
            "size",
            "A large record: what a fact costs, Redis lost, a worker killed",
            size.measure,
            "All of the time is that of counting the record again, on one core; Redis works beside it. A killed worker waits for the group to "
            "take the dead one for dead. Tried: that is after 6 s and not after 10, the least that a broker admits; 9.8 to 10.4 s until the lag "
            "was 0 before, 6.0 to 7.6 after.",
        ),
        Target(
            "students",
            "Many students: what a report costs, what Redis keeps, a worker killed",
            students.measure,
            "Redis looks through the students of a bucket for each, and there are more of them: so its share grows, until buckets are full. The "
            "worker does the same for each report; what its share differs by is what else the machine does. A killed worker waits 6 s for the "
            "group to take the dead one for dead, while the new one starts, which takes 4 s and more where the cores are busy. Kills by "
            "themselves, with few students and less other work, took 6.3, 6.8 and 7.0 s. Kafka Streams waits 45 s by its defaults.",
        ),
        Target(
            "latency",
            "From a report that is due to be sent to its value in Redis, and to a screen",
            latency.measure,
            "Between two deltas of a stream the api rests half a second (decision 0014), so that a screen is late by as much at p99 whatever else is "
            "quick. A shorter rest was not tried: it costs a delta more for each of the screens.",
        ),
        Target(
            "behind",
            "The memory of a worker that begins an hour behind",
            behind.measure,
            "At its peak enrolment's worker held 107 MB of modules, 74 MB of records, which were all that it had fetched, and 21 MB of facts "
            "of one step (memray). Done: of a fetch one batch is unpacked at a time, one batch waits beside the one that is processed, and a "
            "worker loads nothing that only an api needs (158 MB after its imports before, 112 after, for enrolment). At a third of an hour "
            "that was 305 MB before for enrolment, 252 for case, 225 for relief and 218 for reporting. The figure is of batches of 4,000. "
            "Since then they are of 3,000 for enrolment and 2,000 for case and relief: with 2,000 a worker alone took 198 MB instead of 232 "
            "(enrolment) and 202 instead of 229 (case) in turn in one run, at some 5 us more of CPU a submission for enrolment, Redis "
            "included. Two arenas of malloc instead of more changed nothing.",
        ),
        Target(
            "demo",
            "The whole demo",
            demo.measure,
            "No process takes most of it: case's worker takes a fifth, Redis a sixth, Kafka a ninth. Full size was not measured. At a small size "
            "a report costs more: batches are small, and what goes by the clock is shared by few. Tried: nothing beside what the other figures tell.",
        ),
    )
}
