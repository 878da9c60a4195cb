"""Redis as services use it: scripts that compare before they change anything, and no retries by the client.

redis-py 8 retries a timed-out command ten times by itself. Only scripts that compare and set are safe to retry, and the worker retries
those by itself; so the client here never does.
"""

import asyncio
import ssl
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import redis.asyncio
from redis import exceptions
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript


class NotNow(exceptions.ResponseError):
    """Redis answers that it does not do now what was asked: it changed nothing."""


REDIS_UNAVAILABLE = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    NotNow,
    OSError,
)
"""What is raised where Redis does not answer, or takes no writes. What was sent may or may not have been done: try again."""

_NOT_NOW = ("BUSY ", "MISCONF ", "NOREPLICAS ", "MASTERDOWN ")
"""How an answer begins that redis-py has no exception for: a script runs too long, the append-only file cannot be written, a replica is missing."""

Redis = redis.asyncio.Redis


class _ServiceConnection(AbstractConnection):
    """A connection on which no cancellation is lost, and every refusal that will pass is told from one that will not."""

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        patience, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(patience):
                await super().send_packed_command(command, check_health)
        except TimeoutError as error:
            raise exceptions.TimeoutError("Timeout writing to socket") from error
        finally:
            self.socket_timeout = patience

    async def read_response(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().read_response(*args, **options)
        except exceptions.ResponseError as error:
            if str(error).startswith(_NOT_NOW):
                raise NotNow(*error.args) from error
            raise


class RedisAddress(Protocol):
    """Where Redis is, and the files of what lets a client in where the URL holds no password. Settings are such an address."""

    @property
    def redis_url(self) -> str:
        """Where Redis is, which of its databases, and as which user: ``redis://user@host:port/0``; ``rediss://`` by TLS."""

    @property
    def redis_password_file(self) -> Path | None:
        """A file of one line."""

    @property
    def redis_ca_file(self) -> Path | None:
        """The certificates that Redis's must come from; without it, those that the system trusts."""

    @property
    def redis_certificate_file(self) -> Path | None:
        """The client's own certificate."""

    @property
    def redis_key_file(self) -> Path | None:
        """The key of that certificate."""


def connect_to(address: RedisAddress, *, patience: float = 10.0) -> Redis:
    """Connect as `connect` does, with what the files of the address hold now. Raises ``OSError`` where one cannot be read."""
    file = address.redis_password_file
    password = None if file is None else file.read_text("utf-8").strip()
    if not address.redis_url.startswith("rediss://"):
        return connect(address.redis_url, patience=patience, password=password)
    return connect(
        address.redis_url,
        patience=patience,
        password=password,
        ssl_ca_certs=_named(address.redis_ca_file),
        ssl_certfile=_named(address.redis_certificate_file),
        ssl_keyfile=_named(address.redis_key_file),
        ssl_check_hostname=True,
        ssl_min_version=ssl.TLSVersion.TLSv1_2,
    )


def connect(url: str, *, patience: float = 10.0, password: str | None = None, **tls: Any) -> Redis:
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
        **tls,
    )
    pool = client.connection_pool
    pool.connection_class = type("ServiceConnection", (_ServiceConnection, pool.connection_class), {})
    return client


def _named(file: Path | None) -> str | None:
    return None if file is None else str(file)


def script(client: Redis, package: str, name: str) -> AsyncScript:
    """Return the script ``<name>.lua`` of a package; its contract stands at its top."""
    return client.register_script((files(package) / f"{name}.lua").read_bytes())
