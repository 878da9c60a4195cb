"""What tests of followers share."""

from collections.abc import AsyncIterator

import pytest

from tests.edges.shared.heard_record import PARTITIONS, FailingLog, Record
from tests.support.redis import RedisDatabase


@pytest.fixture
async def record(database: RedisDatabase) -> AsyncIterator[Record]:
    made = Record(FailingLog(PARTITIONS), database)
    yield made
    await made.follower.stop()
