"""Redis as services use it: scripts that compare before they change anything, and no blind retries.

redis-py 8 repeats a timed-out command ten times by itself. Only scripts that compare and set are safe to repeat, and the
worker repeats those knowingly; so the client here never repeats.
"""

from importlib.resources import files

import redis.asyncio
from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript

REDIS_UNAVAILABLE = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.ReadOnlyError,
    OSError,
)
"""What is raised when Redis is unavailable: try again later, assuming nothing of what was sent."""

Redis = redis.asyncio.Redis


def connect(url: str, *, patience: float = 10.0) -> Redis:
    """Give a client that answers bytes, gives up after ``patience`` seconds, and never repeats a command by itself."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        health_check_interval=30,
        decode_responses=False,
    )


def script(client: Redis, package: str, name: str) -> AsyncScript:
    """Load ``<name>.lua`` that lies beside a package's code; its contract stands at its top."""
    return client.register_script((files(package) / f"{name}.lua").read_bytes())
