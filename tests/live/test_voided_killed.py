"""Reports are taken back behind later facts while enrolment's worker is killed again and again, and Redis once: the record is that of no kill.

The reports go straight into the topic of submissions.
"""

import asyncio

from redis.client import NEVER_DECODE

from deploy.local import redis_access
from deploy.local.processes import REDIS, ServiceProcess
from shared.contracts.services import ENROLMENT
from shared.events.codec import read_event
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from shared.log.partitioner import partition_of
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.live.at_rest import publish, until_at_rest
from tests.support.stack import NewStack, by_operator

WORKER = ServiceProcess("enrolment", "worker")
CHILDREN = 150
HERE = "/counties/513431"
IN_SCHOOL = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}
BACK = {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"}
KILLS = ((WORKER.name, 0.05), (WORKER.name, 0.3), (REDIS, 0.2), (WORKER.name, 0.1), (WORKER.name, 0.2))
"""What is killed, and how many seconds after all was at work again."""


def day(n: int) -> str:
    return f"2020-03-{n:02}T08:00:00+08:00"


def reported(enrolment: Enrolment) -> None:
    """Tell a dropout of each child, and later facts: of some a return, of others what the county's province says of the household."""
    for n in range(CHILDREN):
        child = f"{n:032x}"
        enrolment.send(child, "enrolled", day(1), IN_SCHOOL, id_=f"a{n}", source=HERE)
        enrolment.send(child, "dropped-out", day(2), {"reason": "work", "last_seen": "2020-03-01"}, id_=f"b{n}", source=HERE)
        enrolment.send(child, "household-changed", day(3), {"poor": False}, id_=f"c{n}")
        if n % 3 == 1:
            enrolment.send(child, "returned", day(4), BACK, id_=f"d{n}", source=HERE)
        if n % 3 == 2:
            enrolment.send(child, "returned", day(4), BACK, id_=f"d{n}")


def taken_back(enrolment: Enrolment) -> None:
    """Take every dropout back, behind those later facts, and twice; report the dropout of some anew."""
    for n in range(CHILDREN):
        child = f"{n:032x}"
        for again in range(2):
            enrolment.send(child, "voided", day(10 + again), {"id": f"b{n}"}, id_=f"v{again}-{n}", source=HERE)
        if n % 2:
            enrolment.send(child, "dropped-out", day(12), {"reason": "illness", "last_seen": "2020-03-01"}, id_=f"e{n}", source=HERE)


async def test_taking_back_is_exact_however_often_the_worker_is_killed(new_stack: NewStack) -> None:
    stack = await asyncio.to_thread(new_stack, services=(WORKER,), partitions=PARTITIONS)
    log = KafkaLog(by_operator(stack.config), client_id="test")
    undisturbed, live = Enrolment(), Enrolment()
    for enrolment in (undisturbed, live):
        reported(enrolment)
    try:
        await publish(log, live)
        await until_at_rest(stack, log, [ENROLMENT.name])
        for enrolment in (undisturbed, live):
            taken_back(enrolment)
        publishing = asyncio.create_task(publish(log, live))
        for victim, pause in KILLS:
            # No condition is waited for: any moment is as good as another, and that is the point.
            await asyncio.sleep(pause)
            pid = await asyncio.to_thread(stack.kill, victim)
            await asyncio.to_thread(stack.wait_alive, victim, other_than=pid)
            await asyncio.to_thread(stack.wait_ready, WORKER.name, timeout=120)
        await publishing
        await until_at_rest(stack, log, [ENROLMENT.name])
        ends = await log.end_offsets(topics.STUDENT_STATUS)
        for place, partition in enumerate(live.partitions):
            partition.record = [r.value or b"" async for piece in log.read(topics.STUDENT_STATUS, place, 0, ends[place]) for r in piece]
    finally:
        await log.stop()
    undisturbed.settle()
    for place in range(PARTITIONS):
        assert list(live.facts(place)) == undisturbed.partitions[place].record, "byte for byte"
        states = undisturbed.partitions[place].states
        assert live.rebuilt(place) == states
        with redis_access.client(stack.config, redis_access.OPERATOR) as client:
            buckets = client.keys(f"{{enrolment:1:p{place}}}:b:*")
            kept: dict[bytes, bytes] = {}
            for bucket in buckets:
                kept |= client.execute_command("HGETALL", bucket, **{NEVER_DECODE: True})
            assert {bytes.fromhex(key.decode()): state for key, state in states.items()} == kept
    assert set(live.counted().values()) == {1}
    now = live.standings()
    for n in range(CHILDREN):
        standing = now[f"{n:032x}"]
        assert standing is not None
        # The return that the province reported holds the dropout; the county's own return falls with it.
        assert standing.status == ("dropped_out" if n % 2 else "returned" if n % 3 == 2 else "enrolled"), n
        assert not standing.poor
    voids = sum(read_event(value).type == "cn.baoxue.student.voided.v2" for place in range(PARTITIONS) for value in live.facts(place))
    assert voids == sum(n % 3 != 2 for n in range(CHILDREN))
    assert {partition_of(f"{n:032x}".encode(), PARTITIONS) for n in range(CHILDREN)} == set(range(PARTITIONS))
