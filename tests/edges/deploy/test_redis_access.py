"""Who is let in to the embedded Redis, and what each may do there."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from deploy.local import redis_access, redis_server
from deploy.local.config import StackConfig
from deploy.local.doctor.machine import privacy
from deploy.local.redis_access import OPERATOR, SERVICES
from deploy.local.stack import LocalStack
from shared.redis.edge import REDIS_UNAVAILABLE, connect_to
from shared.redis.edge import Redis as AsyncRedis
from tests.support.redis import RedisDatabase, RedisServer


async def do(client: AsyncRedis, command: str) -> object:
    return await client.execute_command(*command.split())  # type: ignore[no-untyped-call]  # redis-py's own


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_each_user_has_a_password_that_only_the_owner_reads(tmp_path: Path) -> None:
    passwords = redis_access.ensure_users(tmp_path)
    assert modes(tmp_path) == dict.fromkeys(("services.password", "operator.password", "users.acl"), 0o600)
    assert len({password.text for password in passwords.values()}) == 2
    assert all(len(password.text) >= 43 for password in passwords.values()), "256 bits"
    assert not any(password.text in (tmp_path / "users.acl").read_text() for password in passwords.values())


def test_a_password_is_made_once_and_anew_where_its_file_was_removed(tmp_path: Path) -> None:
    first = redis_access.ensure_users(tmp_path)
    assert redis_access.ensure_users(tmp_path) == first
    first[SERVICES].file.unlink()
    second = redis_access.ensure_users(tmp_path)
    assert second[OPERATOR] == first[OPERATOR]
    assert second[SERVICES].text != first[SERVICES].text


def test_a_password_that_others_could_read_is_closed_again(tmp_path: Path) -> None:
    file = redis_access.ensure_users(tmp_path)[SERVICES].file
    file.chmod(0o644)
    redis_access.ensure_users(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_settings_of_the_server_hold_no_password_and_name_the_users(tmp_path: Path) -> None:
    config = StackConfig.on_free_ports(tmp_path / "home")
    redis_server.prepare(config)
    text = (config.redis_folder / "redis.conf").read_text()
    assert "aclfile users.acl\n" in text
    assert not any(redis_access.password_file(config.redis_folder, user).read_text().strip() in text for user in redis_access.RIGHTS)


def test_whoever_names_no_user_or_brings_a_wrong_password_is_not_let_in(redis_server: RedisServer) -> None:
    socket = str(redis_server.socket)
    for user, password in ((None, None), ("default", ""), (SERVICES, "wrong"), (OPERATOR, "")):
        with Redis(unix_socket_path=socket, username=user, password=password) as client, pytest.raises(AuthenticationError):
            client.ping()


CLOSED = """
    flushall | flushdb | keys * | scan 0 | config set dir /tmp | config rewrite | config resetstat | shutdown | bgrewriteaof | save | function list
    eval return1 0 | fcall f 0 | acl list | acl whoami | client kill 127.0.0.1:1 | client list | client pause 1 | monitor | replicaof no one
    migrate h 1 k 0 1 | restore k 0 x | slowlog get | subscribe c | swapdb 0 1 | script flush
"""


@pytest.mark.parametrize("command", [command.strip() for line in CLOSED.strip().splitlines() for command in line.split("|")])
async def test_what_services_do_not_use_is_closed_to_them(database: RedisDatabase, command: str) -> None:
    with pytest.raises(NoPermissionError):
        await do(database.client, command)


async def test_the_operator_may_do_everything(database: RedisDatabase) -> None:
    assert await do(database.operator, "acl whoami") == OPERATOR.encode()
    for command in ("config set maxmemory-policy noeviction", "flushdb", "client list", "script flush"):
        await do(database.operator, command)


async def test_services_read_their_password_from_its_file_when_they_connect(database: RedisDatabase, tmp_path: Path) -> None:
    class Address:
        redis_url = f"unix://{SERVICES}@{urlsplit(database.url).path}"
        redis_password_file: Path | None = tmp_path / "password"

    (tmp_path / "password").write_text(f"{urlsplit(database.url).password}\n")
    async with connect_to(Address()) as client:
        assert await client.ping()
    Address.redis_password_file = None
    async with connect_to(Address()) as client:
        with pytest.raises(REDIS_UNAVAILABLE, match="invalid username-password pair"):
            await client.ping()


@pytest.mark.parametrize("others", [0o755, 0o750, 0o700])
def test_the_folder_of_a_stack_is_its_owners_alone(tmp_path: Path, others: int) -> None:
    home = tmp_path / "home"
    (home / "run").mkdir(parents=True)
    home.chmod(others)
    LocalStack(StackConfig.on_free_ports(home)).stop()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert privacy(home).mend is None


def test_a_folder_that_holds_something_else_is_left_as_it_is_and_the_doctor_says_so(tmp_path: Path) -> None:
    (tmp_path / "of others").touch()
    tmp_path.chmod(0o755)
    LocalStack(StackConfig.on_free_ports(tmp_path)).stop()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert privacy(tmp_path).mend == f"chmod 700 {tmp_path}"
