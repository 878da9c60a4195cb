"""A real Redis for the tests: one server for each process of a run, an empty database for each test.

- `database`: an empty database and its clients; time may pass in it at once (`pass_time`), and it may be out of reach (`unavailable`).
- `redis`: a client of it, with the rights of services in the embedded stack. `fresh_redis`: its URL, for whoever connects by itself.

The server listens on a Unix socket in a folder of its own, keeps nothing on disk, and is gone when its process is, however that ended.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from redis import Redis as BlockingRedis
from redis.exceptions import ConnectionError as NotThere

from deploy.local.redis_access import OPERATOR, RIGHTS, Password, ensure_users
from deploy.local.redis_server import MUST_BE, find_redis_server
from deploy.local.redis_server import command as command_of
from shared.redis import rights
from shared.redis.edge import Redis, connect

LOOKED_AT = ("smembers",)
"""What the tests alone ask."""
SERVICES = "services"
"""A user of the tests, who may do in any key what some process may do in its own."""
USED = {*LOOKED_AT, *rights.CONNECTING, *rights.READING, *rights.WRITTEN_BY_APIS, *rights.WRITTEN_BY_WORKERS}

DATABASES = 16
PATIENCE = 20.0

WITH_ITS_PARENT = '"$@" </dev/null & read -r _; kill -KILL $!; rm -rf "$0"'
"""Runs a command until standard input ends, which it does with the process that holds its other side; then removes the folder that is named."""


class RedisServer:
    """A server without persistence, in ``folder``; `admin` may do everything."""

    def __init__(self, folder: Path, passwords: Mapping[str, Password]) -> None:
        self._folder, self.socket, self._number = folder, folder / "redis.sock", itertools.count(1)
        self.passwords = {user: password.text for user, password in passwords.items()}
        self.admin = self._admin(0)

    def database(self) -> RedisDatabase:
        """Return an empty database, reached by a way of its own."""
        number = next(self._number)
        admin = self._admin(number % DATABASES)
        admin.flushdb()
        return RedisDatabase(self.socket, self._folder / f"{number}.sock", number % DATABASES, admin, self.passwords)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have the server stand still until the block ends: it takes connections and answers nothing."""
        pid = int(self.admin.info("server")["process_id"])
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it answers. Raises RuntimeError with what it said if it ended."""
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(NotThere):
                self.admin.ping()
                return
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Redis did not start: {(self._folder / 'log').read_text('utf-8', 'replace')}")
            time.sleep(0.002)

    def _admin(self, database: int) -> BlockingRedis:
        password = self.passwords[OPERATOR]
        return BlockingRedis(unix_socket_path=str(self.socket), db=database, username=OPERATOR, password=password, decode_responses=True)


class RedisDatabase:
    """An empty database: `client` may do in it what services may, `operator` everything."""

    def __init__(self, server: Path, way: Path, number: int, admin: BlockingRedis, passwords: Mapping[str, str]) -> None:
        self._server, self._way, self._number, self._admin = server, way, number, admin
        self._way.symlink_to(server)
        self.url, by_operator = (f"unix://{user}:{passwords[user]}@{way}?db={number}" for user in (SERVICES, OPERATOR))
        self.client: Redis = connect(self.url)
        self.operator: Redis = connect(by_operator)

    @property
    def unavailable(self) -> bool:
        """Whether Redis can be reached by the URL. Set, it ends all connections to the database and lets nobody connect anew."""
        return not self._way.is_symlink()

    @unavailable.setter
    def unavailable(self, wanted: bool) -> None:
        if wanted == self.unavailable:
            return
        if not wanted:
            self._way.symlink_to(self._server)
            return
        self._way.unlink()
        for connection in self.connections():
            self._admin.client_kill_filter(_id=connection)

    def connections(self) -> list[str]:
        """Return the ids of the connections to the database, without our own."""
        mine = str(self._admin.client_id())
        return [each["id"] for each in self._admin.client_list() if each["db"] == str(self._number) and each["id"] != mine]

    def pass_time(self, seconds: int) -> None:
        """Let so much of each key's time to live pass at once."""
        for key in self._admin.scan_iter():
            if (left := self._admin.pttl(key)) >= 0:
                self._admin.pexpire(key, max(0, left - 1000 * seconds))

    @contextmanager
    def without_writes(self, setting: str = "maxmemory", value: int = 1) -> Iterator[None]:
        """Have the server take no writes while the block runs, because of a setting of its own."""
        self._admin.config_set(setting, value)
        try:
            yield
        finally:
            self._admin.config_set(setting, 0)

    def names(self) -> list[str]:
        """Return the names of all keys."""
        return sorted(self._admin.scan_iter())

    def lose(self) -> None:
        """Lose everything."""
        self._admin.flushdb()

    async def end(self) -> None:
        """Close what is open."""
        await self.client.aclose()
        await self.operator.aclose()
        self._admin.close()


@contextmanager
def running() -> Iterator[RedisServer]:
    """Run a server until the block ends, or this process."""
    folder = Path(tempfile.mkdtemp(prefix="baoxue-redis-"))
    here = {"unixsocket": "redis.sock", "logfile": "log", "aclfile": "users.acl"}
    settings = {**MUST_BE, **here, "appendonly": "no", "save": "", "databases": str(DATABASES), "port": "0"}
    users = ensure_users(folder, {**RIGHTS, SERVICES: f"~* resetchannels -@all {' '.join(f'+{command}' for command in sorted(USED))}"})
    (folder / "redis.conf").write_text("".join(f'{name} "{value}"\n' for name, value in settings.items()), "utf-8")
    command = ["sh", "-c", WITH_ITS_PARENT, str(folder), *command_of(find_redis_server())]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, start_new_session=True) as process:
        server = RedisServer(folder, users)
        try:
            server.wait(process)
            yield server
        finally:
            server.admin.close()
            assert process.stdin
            process.stdin.close()
            process.wait(PATIENCE)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The server of this process."""
    with running() as server:
        yield server


@pytest.fixture
async def database(redis_server: RedisServer) -> AsyncIterator[RedisDatabase]:
    """An empty database."""
    fresh = redis_server.database()
    yield fresh
    await fresh.end()


@pytest.fixture
def redis(database: RedisDatabase) -> Redis:
    """A client of an empty database, with the rights of services."""
    return database.client


@pytest.fixture
def operator(database: RedisDatabase) -> Redis:
    """A client of the same database that may do everything, for what tests look at and spoil by hand."""
    return database.operator


@pytest.fixture
def fresh_redis(database: RedisDatabase) -> str:
    """The URL of an empty database."""
    return database.url
