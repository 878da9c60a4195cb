"""A measurement beside a Redis of its own, with the settings of the stack."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.intake import running
from deploy.local import redis_server
from deploy.local.config import StackConfig


def measure_on_redis(what: str, most: int, measure: Callable[[int, StackConfig, int], Awaitable[None]]) -> None:
    """Measure with the number on the command line, or ``most``; ``measure`` takes it, the stack whose Redis it is, and the pid."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else most

    async def measured(config: StackConfig, pid: int) -> None:
        await measure(number, config, pid)

    with TemporaryDirectory() as home:
        config = StackConfig.on_free_ports(Path(home))
        redis_server.prepare(config)
        command = redis_server.command(redis_server.find_redis_server())
        with running(*command, within=config.redis_folder) as pid:
            print(f"{number:,} {what}; this machine has {os.cpu_count()} cores")
            asyncio.run(measured(config, pid))
