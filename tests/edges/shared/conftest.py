"""What tests of followers share."""

from collections.abc import AsyncIterator

import pytest

from tests.components.reporting.counted_facts import take_inputs
from tests.edges.shared.heard_record import PARTITIONS, FailingLog, Record
from tests.support.redis import RedisDatabase


@pytest.fixture
async def record(database: RedisDatabase) -> AsyncIterator[Record]:
    made = Record(FailingLog(PARTITIONS), database)
    await take_inputs(made.log, PARTITIONS)
    yield made
    await made.follower.stop()
