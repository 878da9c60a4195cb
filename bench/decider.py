"""The cost of deciding on one report, in microseconds: ``python -m bench.decider``. Limit: 8 for all steps together."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from time import perf_counter

import msgspec

from services.enrolment.domain.packed import pack, unpack
from services.enrolment.domain.senders import Told
from services.enrolment.domain.state import Student
from services.enrolment.domain.student import advance, decide, evolve
from shared.contracts.reports import DroppedOut, Enrolled, Listed, Moved, OnLeave, Progressed, Report, Resumed, Returned, Suspected
from shared.contracts.words import FoundBy, LeaveKind, ListedStatus, Placement, Reason, Stage

COUNTY, SCHOOL = "513431", "2151000001"
# As the codec returns it: times of one offset share their tzinfo object.
START: datetime = msgspec.json.decode(b'"2019-03-01T08:00:00+08:00"', type=datetime)
LIFE: list[Report] = [
    Listed(ListedStatus.DROPPED_OUT, COUNTY, True, date(2018, 9, 1), Stage.JUNIOR, Reason.WORK),
    Returned(SCHOOL, Stage.JUNIOR, 7, Placement.CLASS),
    Progressed(SCHOOL, Stage.JUNIOR, 8),
    Suspected(FoundBy.SCHOOL),
    DroppedOut(Reason.LEARNING, date(2019, 5, 6)),
    Returned(SCHOOL, Stage.JUNIOR, 8, Placement.VOCATIONAL, "FX-1"),
    OnLeave(LeaveKind.SUSPENSION, "XJ-1", date(2020, 1, 1)),
    Resumed(SCHOOL, Stage.JUNIOR, 8),
    Moved("513429"),
    Enrolled("513429", "0151000002", Stage.JUNIOR, 9, poor=True),
]
"""The reports on one child, a month apart."""

CHILDREN = 2_000
SOURCE = "/provinces/51"
PROVINCES = {COUNTY: SOURCE, "513429": SOURCE}


def told(n: int, at: datetime) -> Told:
    """Return by whom the n-th report of a life was told."""
    return Told(at, SOURCE, f"51-2019-{n:06}")


def lives() -> list[tuple[bytes | None, Student, Report, Told, Student]]:
    """Return each report of LIFE with the packed state and the child that it finds, who told it, and the child that it leaves."""
    steps: list[tuple[bytes | None, Student, Report, Told, Student]] = []
    state: bytes | None = None
    for n, report in enumerate(LIFE):
        at = told(n, START + timedelta(days=30 * n))
        child = unpack(state)
        fact = decide(child, report, at, PROVINCES)
        if fact is None:
            raise RuntimeError(f"{report} says nothing new: this is no life to measure with")
        left = evolve(child, fact, at, PROVINCES)
        steps.append((state, child, report, at, left))
        state = pack(left)
    return steps


def whole(state: bytes | None, report: Report, at: Told) -> bytes:
    """Decide on a report as the worker does: from a packed state to a packed state."""
    made = advance(unpack(state), report, at, PROVINCES)
    return pack(made[1]) if made else b""


def measured(what: str, step: Callable[[], object]) -> None:
    """Print the best of seven runs over all children: other work of the machine can only add time."""
    best = float("inf")
    for _ in range(7):
        began = perf_counter()
        for _ in range(CHILDREN):
            step()
        best = min(best, perf_counter() - began)
    print(f"{what:32}{best / CHILDREN / len(LIFE) * 1e6:6.2f} us")


def main() -> None:
    """Measure each step alone, and all steps together."""
    steps = lives()
    facts = [(child, decide(child, report, at, PROVINCES), at) for _, child, report, at, _ in steps]
    print(f"a life of {len(LIFE)} reports; the state ends with {len(pack(steps[-1][4]))} bytes")
    measured("unpack", lambda: [unpack(state) for state, _, _, _, _ in steps])
    measured("decide", lambda: [decide(child, report, at, PROVINCES) for _, child, report, at, _ in steps])
    measured("evolve", lambda: [evolve(child, fact, at, PROVINCES) for child, fact, at in facts if fact])
    measured("pack", lambda: [pack(left) for _, _, _, _, left in steps])
    measured("decide and evolve in one", lambda: [advance(child, report, at, PROVINCES) for _, child, report, at, _ in steps])
    measured("all together", lambda: [whole(state, report, at) for state, _, report, at, _ in steps])


if __name__ == "__main__":
    main()
