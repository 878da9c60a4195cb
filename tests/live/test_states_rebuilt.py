"""States are built again and made live, twice, while reports come in and worker and rebuild are killed: all is as if none of it had happened."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from redis.client import NEVER_DECODE

from deploy.local import redis_access
from deploy.local.processes import ServiceProcess
from deploy.local.stack import LocalStack
from deploy.rebuild import SERVICES, follow_versions
from shared.contracts.services import ENROLMENT
from shared.deciding.states.outcomes import Outcome, Outcomes
from shared.log import topics
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.live.at_rest import until_at_rest
from tests.live.test_voided_killed import reported, taken_back
from tests.support.stack import NewStack, by_operator

WORKER = ServiceProcess("enrolment", "worker")
BAOXUE = Path(sys.executable).parent / "baoxue"
AT_ONCE, PACE = 2, 0.6
"""Reports to an append, and seconds to the next: so few that they come in as long as everything else happens."""


async def publish_slowly(log: KafkaLog, enrolment: Enrolment, *, stop: Callable[[], bool]) -> None:
    """Append all inputs, at the pace until ``stop`` returns true, and then the rest at once."""
    while any(partition.inputs for partition in enrolment.partitions):
        for place, partition in enumerate(enrolment.partitions):
            if some := partition.inputs[:AT_ONCE]:
                await log.append(topics.SUBMISSIONS, {place: some})
                del partition.inputs[:AT_ONCE]
        if not stop():
            await asyncio.sleep(PACE)


async def rebuild(*words: str, kill_at: str = "") -> tuple[int, str]:
    """Run the command, or kill it once it has said something; return how it ended and what it said."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(BAOXUE, "rebuild", ENROLMENT.name, *words, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    assert process.stdout
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if kill_at and kill_at in said:
            process.kill()
    return await process.wait(), said


async def test_states_become_live_under_load_whoever_is_killed_and_nothing_is_lost_or_decided_twice(
    new_stack: NewStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack: LocalStack = await asyncio.to_thread(new_stack, services=(WORKER,), partitions=PARTITIONS)
    for name, value in {**{f"BAOXUE_{name}": value for name, value in stack.config.model_dump().items()}, "PYTHONUNBUFFERED": 1}.items():
        monkeypatch.setenv(name.upper(), str(value))
    log, done = KafkaLog(by_operator(stack.config), client_id="test"), asyncio.Event()
    undisturbed, live = Enrolment(), Enrolment()
    for enrolment in (undisturbed, live):
        reported(enrolment)
        taken_back(enrolment)
    sent = [len(partition.inputs) for partition in live.partitions]
    publishing = asyncio.create_task(publish_slowly(log, live, stop=done.is_set))
    try:
        killed, said = await rebuild(kill_at="Generation 2: read")
        assert killed < 0, said
        compared, said = await rebuild("--compare-only")
        assert (compared, "Every state, list and count of generation 2 is that of 1" in said) == (0, True), said
        pid = await asyncio.to_thread(stack.kill, WORKER.name)
        shown, said = await rebuild()
        assert (shown, "Generation 2 is the live one now" in said) == (0, True), said
        await asyncio.to_thread(stack.wait_ready, WORKER.name, other_than=pid, timeout=120)
        dropped, said = await rebuild("--drop", "1")
        assert (dropped, "Removed generation 1" in said) == (0, True), said
        again, said = await rebuild()
        assert (again, "Generation 3 is the live one now" in said) == (0, True), said
        await asyncio.to_thread(stack.wait_alive, WORKER.name)
        pid = await asyncio.to_thread(stack.kill, WORKER.name)
        assert not publishing.done(), "the load ended too early"
        done.set()
        await publishing
        await asyncio.to_thread(stack.wait_ready, WORKER.name, other_than=pid, timeout=120)
        await until_at_rest(stack, log, [ENROLMENT.name], generation="3")
        ends = await log.end_offsets(topics.STUDENT_STATUS)
        for place, partition in enumerate(live.partitions):
            partition.record = [r.value or b"" async for piece in log.read(topics.STUDENT_STATUS, place, 0, ends[place]) for r in piece]
    finally:
        publishing.cancel()
        await log.stop()
    undisturbed.settle()
    for place in range(PARTITIONS):
        assert list(live.facts(place)) == undisturbed.partitions[place].record, "byte for byte"
        with redis_access.client(stack.config, redis_access.OPERATOR) as client:
            kept: dict[bytes, bytes] = {}
            for bucket in client.keys(f"{{enrolment:3:p{place}}}:b:*"):
                kept |= client.execute_command("HGETALL", bucket, **{NEVER_DECODE: True})
        assert {bytes.fromhex(key.decode()): state for key, state in undisturbed.partitions[place].states.items()} == kept
    redis = connect_to(redis_access.address(stack.config, redis_access.OPERATOR))
    outcomes = Outcomes(redis, ENROLMENT.name)
    for place, many in enumerate(sent):
        assert Outcome.PENDING not in [await outcomes.of(place, offset) for offset in range(many)]
    await redis.aclose()
    ended, said = await rebuild("--compare-only")
    assert (ended, "Every state, list and count of generation 4 is that of 3" in said) == (0, True), said
    # A deployment of another format: `baoxue up` does this before it starts the services.
    await asyncio.to_thread(at_deploy, stack)


def at_deploy(stack: LocalStack) -> None:
    with redis_access.client(stack.config, redis_access.OPERATOR) as client:
        for place in range(PARTITIONS):
            _, _, rest = str(client.hget(cursor := f"{{enrolment:3:p{place}}}:cursor", "format")).partition("/")
            client.hset(cursor, "format", f"0/{rest}")
        follow_versions(stack.config)
        assert {name: client.get(f"{name}:live") for name in SERVICES} == {"enrolment": "4", "case": None, "relief": None, "reporting": None}
    differences = (stack.config.logs / "rebuild-enrolment-4.csv").read_text()
    assert differences.splitlines() == ["partition,what,field,shown,rebuilt"]
