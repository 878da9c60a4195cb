"""The cost of the metrics, in CPU of the worker: ``python -m bench.metrics``. Limit: 2 % of a step, at any size of batch.

The worker of enrolment takes the same reports from memory with its meters and with meters that do nothing, turn by turn, on a Redis and a
broker of its own. The cost of fetching is left out, which makes the share of the metrics larger than it is.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from prometheus_client import CollectorRegistry

from deploy.local.config import StackConfig
from deploy.local.redis_access import OPERATOR, address
from deploy.local.stack import LocalStack
from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from shared.deciding.deciding_follower import DecidingFollower
from shared.deciding.states.state_store import StateStore
from shared.log import topics
from shared.log.event_log import LogRecord
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to
from shared.worker.follower import RecordBatch
from shared.worker.meters import TopicMeters, WorkerMeters
from tests.support.stack import by_operator

SIZES = {1: 400, 100: 60, 2_000: 6, 8_000: 2}
"""The number of batches in a turn by the number of records in a batch."""
TURNS = 15


class Uncounting(TopicMeters):
    """Meters that do nothing."""

    def step(self, step: str) -> AbstractContextManager[object]:
        return _NOTHING

    def done(self, records: int, outcomes: Mapping[str, int]) -> None:
        """Count nothing."""

    def refused(self, codes: Mapping[str, int]) -> None:
        """Count nothing."""

    def reached(self, time: str, newest: datetime | None) -> None:
        """Remember nothing."""


_NOTHING: AbstractContextManager[object] = nullcontext()


def report(child: int) -> tuple[bytes, bytes]:
    """Return the report that lists a child."""
    subject = f"{child:032x}"
    event = {
        "specversion": "1.0", "id": subject, "source": "/provinces/51", "type": "cn.baoxue.reported.registered.v1", "subject": subject,
        "time": "2019-03-01T08:00:00+08:00", "recordedtime": "2019-03-01T00:00:00Z", "partitionkey": subject,
        "data": {"county": "513431", "poor": True},
    }  # fmt: skip
    return subject.encode(), json.dumps(event).encode()


class Rig:
    """A worker and its position."""

    def __init__(self, config: StackConfig, partition: int, *, counts: bool) -> None:
        """Begin in a partition of its own, so that both workers find the same."""
        store = StateStore(connect_to(address(config, OPERATOR)), "enrolment", generation="1", buckets=4096, format_version=FORMAT)
        self.follower = DecidingFollower(EnrolmentDecider(), store, KafkaLog(by_operator(config), client_id="bench"))
        meters = WorkerMeters(CollectorRegistry())
        self.follower._meters = (TopicMeters if counts else Uncounting)(meters, topics.SUBMISSIONS)  # noqa: SLF001  # the point of it
        self.partition, self.at = partition, 0

    def batch(self, size: int) -> RecordBatch:
        """Return the next batch."""
        records = [LogRecord(self.at + n, *report(self.at + n)) for n in range(size)]
        self.at += size
        return RecordBatch(topics.SUBMISSIONS, self.partition, self.at - size, self.at, records)

    async def turn(self, size: int, batches: int) -> float:
        """Return the CPU seconds of a record, over some batches."""
        ready = [self.batch(size) for _ in range(batches)]
        began = process_time()
        for batch in ready:
            if await self.follower.follow(batch) != batch.next:
                raise RuntimeError("the worker did not do what it was given")
        return (process_time() - began) / size / batches


async def measured(config: StackConfig) -> None:
    """Print the ratio for each size: the median over the turns of the cost with meters to the cost without, one right after the other."""
    counting, not_counting = Rig(config, 0, counts=True), Rig(config, 1, counts=False)
    for rig in (counting, not_counting):
        await rig.turn(100, 5)
    for size, batches in SIZES.items():
        ratios, costs = [], []
        for turn in range(TURNS):
            order = (counting, not_counting) if turn % 2 else (not_counting, counting)
            cost = {rig: await rig.turn(size, batches) for rig in order}
            ratios.append(cost[counting] / cost[not_counting])
            costs.append(cost[not_counting])
        print(f"batches of {size:5,}: {median(costs) * 1e6:8.1f} us a record, and with counting {100 * (median(ratios) - 1):+5.1f} %")
    for rig in (counting, not_counting):
        await rig.follower.stop()


def main() -> None:
    """Measure on a stack of its own."""
    with TemporaryDirectory() as home, LocalStack(StackConfig.on_free_ports(Path(home), partitions=2), services=()) as stack:
        asyncio.run(measured(stack.config))


if __name__ == "__main__":
    main()
