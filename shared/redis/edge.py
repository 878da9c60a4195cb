"""Redis as services use it: scripts that compare before they change anything, and no retries by the client.

redis-py 8 retries a timed-out command ten times by itself. Only scripts that compare and set are safe to retry, and the worker retries
those by itself; so the client here never does.
"""

import asyncio
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import redis.asyncio
from redis import exceptions
from redis.asyncio.connection import AbstractConnection
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
"""What is raised where Redis does not answer. What was sent may or may not have been done: try again."""

Redis = redis.asyncio.Redis


class _Cancellable(AbstractConnection):
    """A connection on which no cancellation is lost."""

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        patience, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(patience):
                await super().send_packed_command(command, check_health)
        except TimeoutError as error:
            raise exceptions.TimeoutError("Timeout writing to socket") from error
        finally:
            self.socket_timeout = patience


class RedisAddress(Protocol):
    """Where Redis is, and the file that holds the password for it where the URL holds none. Settings are such an address."""

    @property
    def redis_url(self) -> str:
        """Where Redis is, which of its databases, and as which user: ``redis://user@host:port/0``."""

    @property
    def redis_password_file(self) -> Path | None:
        """A file of one line."""


def connect_to(address: RedisAddress, *, patience: float = 10.0) -> Redis:
    """Connect as `connect` does, with the password that the file of the address holds now. Raises ``OSError`` where it cannot be read."""
    file = address.redis_password_file
    return connect(address.redis_url, patience=patience, password=None if file is None else file.read_text("utf-8").strip())


def connect(url: str, *, patience: float = 10.0, password: str | None = None) -> Redis:
    """Return a client that answers bytes, waits ``patience`` seconds for an answer, and never retries by itself."""
    client = redis.asyncio.Redis.from_url(
        url,
        password=password,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        health_check_interval=30,
        decode_responses=False,
    )
    pool = client.connection_pool
    pool.connection_class = type("CancellableConnection", (_Cancellable, pool.connection_class), {})
    return client


def script(client: Redis, package: str, name: str) -> AsyncScript:
    """Return the script ``<name>.lua`` of a package; its contract stands at its top."""
    return client.register_script((files(package) / f"{name}.lua").read_bytes())
