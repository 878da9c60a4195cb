"""Case's worker is killed at every step of its commits in the midst of sagas of places: no two files hold one seat, and both sides agree.

Reports and what offices ask go straight into the topics. The points at which the worker kills itself are those of the matrix of faults.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.contracts.case_commands import CaseCommand
from shared.contracts.place_codes import Place
from shared.contracts.places import PLACE_FACTS
from shared.contracts.services import CASE
from shared.events.codec import read_event
from shared.log import topics
from tests.components.case.place_checks import both_sides_agree, never_more_than_stated
from tests.components.case.two_sides import PARTITIONS, TwoSides
from tests.components.enrolment.two_writers import Enrolment
from tests.domain.case.case_story import OFFICE, ZHAOJUE
from tests.domain.case.place_story import HERE, SPRING, THERE, child, free, hold
from tests.live.at_rest import publish
from tests.live.faults.checks import verified
from tests.live.faults.failpoints import DECIDER, POLICIES
from tests.live.faults.system import System, running

pytestmark = pytest.mark.live

SERVICES = (("enrolment", "worker"), ("case", "worker"), ("reporting", "worker"), ("reporting", "api"))
WORKER = "case-worker"
POINTS = (*POLICIES, *(point for point in DECIDER if point != "refusals acknowledged"))
"""Where the worker is killed, in this order: nothing that is asked here is refused."""
CHILDREN = 90
PLACES = {HERE: (30, 12), THERE: (20, 5)}
"""How many seats and beds two schools state."""
IN_SCHOOL = {"county": ZHAOJUE, "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}


def reported(enrolment: Enrolment) -> None:
    """Have two schools state their places, and report children who dropped out."""
    for code, (seats, beds) in PLACES.items():
        stated = {"county": ZHAOJUE, "term": SPRING, "seats": seats, "beds": beds}
        enrolment.send(code, "places-stated", "2020-03-01T08:00:00+08:00", stated, id_=f"s{code}", source=OFFICE)
    for n in range(CHILDREN):
        enrolment.send(child(n), "enrolled", "2020-03-01T08:00:00+08:00", IN_SCHOOL, id_=f"a{n}")
        enrolment.send(child(n), "dropped-out", "2020-03-02T08:00:00+08:00", {"reason": "distance", "last_seen": "2020-03-01"}, id_=f"b{n}")


def back(enrolment: Enrolment) -> None:
    """Report that every fifth child is back in the first school: whoever holds a place there has taken it."""
    for n in range(0, CHILDREN, 5):
        data = {"school": HERE, "stage": "junior", "grade": 8, "placement": "class"}
        enrolment.send(child(n), "returned", "2020-03-20T08:00:00+08:00", data, id_=f"r{n}")


def asked(n: int) -> Sequence[CaseCommand]:
    """Return what the office of a child asks, one after the other: more seats and beds than there are, some given up, some elsewhere then."""
    told: list[CaseCommand] = [hold(), hold(Place.BED)]
    if n % 4 == 1:
        told.append(hold(Place.SEAT, THERE))
    if n % 4 == 3:
        told += [free(), hold(Place.SEAT, THERE), hold()]
    return told


async def append(system: System, world: TwoSides) -> None:
    """Append the commands that were not appended yet, a few at a time, so that steps of many files lie side by side."""
    parts = [part.inputs for part in world.partitions]
    for first in range(0, max(map(len, parts)), 5):
        await system.log.append(topics.CASE_COMMANDS, {place: inputs[first : first + 5] for place, inputs in enumerate(parts)})
    for inputs in parts:
        inputs.clear()


async def killed_while_asking(system: System, world: TwoSides, children: Sequence[int], point: str) -> None:
    """Have the offices of these children ask while the worker is killed at a point, and wait until it is at work again."""
    killed = asyncio.create_task(system.kill_at(WORKER, point))
    for turn in range(max(len(asked(n)) for n in children)):
        for n in children:
            for command in asked(n)[turn : turn + 1]:
                world.ask(child(n), command)
        await append(system, world)
    await system.until_ready(WORKER, other_than=await killed)


async def read_back(system: System) -> tuple[TwoSides, TwoSides]:
    """Return what the record says, and what the decider decides over the commands as they are logged, where nothing ever happens."""
    recorded, decided = TwoSides(), TwoSides()
    for place in range(PARTITIONS):
        last: dict[str, str] = {}
        for record in await system.records(topics.STUDENT_STATUS, place):
            event = read_event(record.value or b"")
            if event.sequence > last.get(event.source, ""):
                last[event.source] = event.sequence
                recorded.partitions[place].record.append(record.value or b"")
        recorded.begin_anew(place)
        decided.partitions[place].inputs += [(each.key or b"", each.value or b"") for each in await system.records(topics.CASE_COMMANDS, place)]
        while decided.decide(place):
            pass
    return recorded, decided


async def test_no_two_files_hold_one_seat_wherever_the_worker_of_case_is_killed(tmp_path: Path) -> None:
    enrolment, world = Enrolment(), TwoSides()
    with running(tmp_path, seed=0, full=False, services=SERVICES, partitions=PARTITIONS) as system:
        try:
            reported(enrolment)
            await publish(system.log, enrolment)
            await system.until_at_rest()
            for n, point in enumerate(POINTS):
                await killed_while_asking(system, world, range(n, CHILDREN, len(POINTS)), point)
            back(enrolment)
            await publish(system.log, enrolment)
            await system.until_at_rest()
            recorded, decided = await read_back(system)
            told = await asyncio.to_thread(verified, system)
        finally:
            await system.log.stop()
    assert [what for what, _ in system.points.fired()] == [f"{WORKER}.{point}" for point in POINTS]
    for place in range(PARTITIONS):
        own = [value for value in recorded.partitions[place].record if read_event(value).source == CASE.source]
        assert own == decided.partitions[place].record, "each command is decided once, as it is where nobody is killed"
    told_by_schools = {type(fact) for code in PLACES for fact in recorded.place_facts(code)}
    assert told_by_schools == set(PLACE_FACTS), "held, refused, freed and taken"
    both_sides_agree(recorded, map(child, range(CHILDREN)), PLACES)
    for code in PLACES:
        never_more_than_stated(recorded, code)
    assert (told["verdict"], told["findings"]) == ("equal", [])
