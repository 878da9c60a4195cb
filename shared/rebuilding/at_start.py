"""Which generation a worker fills from its start to its end."""

import asyncio

from shared.rebuilding.generations import live_generation
from shared.redis.edge import RedisAddress, connect_to
from shared.worker.retrying import retrying


def generation_at_start(address: RedisAddress, service: str) -> str:
    """Return the live generation of a service, as soon as Redis can be asked."""

    async def ask() -> str:
        redis = connect_to(address)
        try:
            return await retrying()(live_generation, redis, service)
        finally:
            await redis.aclose()

    return asyncio.run(ask())
