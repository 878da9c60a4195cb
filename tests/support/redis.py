"""One behaviour suite, run on Redis in memory and on a real one."""

from collections.abc import AsyncIterator

import pytest

from shared.redis.edge import Redis, connect
from tests.components.shared.memory_redis import MemoryRedis


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.live)])
async def either_redis(request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    """An empty Redis: the one in memory, and in the second run of the same test a real one."""
    client = MemoryRedis().client() if request.param == "memory" else connect(request.getfixturevalue("fresh_redis"))
    yield client
    await client.aclose()
