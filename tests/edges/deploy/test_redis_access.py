"""Who is let in to the embedded Redis, and what each may do there."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

from deploy.local import redis_access, redis_server
from deploy.local.config import StackConfig
from deploy.local.doctor.machine import privacy
from deploy.local.redis_access import OPERATOR, RIGHTS, Address
from deploy.local.stack import LocalStack
from shared.contracts.services import REPORTING, ServiceSpec
from shared.contracts.services import SERVICES as CATALOGUE
from shared.http.sessions.store import Lifetimes, SessionStore, SignIn
from shared.identity.caller import Caller, Role
from shared.redis.edge import REDIS_UNAVAILABLE, connect, connect_to
from shared.redis.edge import Redis as AsyncRedis
from tests.support.redis import SERVICES, RedisDatabase, RedisServer


async def do(client: AsyncRedis, command: str) -> object:
    return await client.execute_command(*command.split())  # type: ignore[no-untyped-call]  # redis-py's own


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_each_user_has_a_password_that_only_the_owner_reads(tmp_path: Path) -> None:
    passwords = redis_access.ensure_users(tmp_path)
    assert set(RIGHTS) == {OPERATOR, *(process for spec in CATALOGUE for process in (spec.api, spec.worker))}
    assert modes(tmp_path) == dict.fromkeys((*(f"{user}.password" for user in RIGHTS), "users.acl"), 0o600)
    assert len({password.text for password in passwords.values()}) == len(RIGHTS)
    assert all(len(password.text) >= 43 for password in passwords.values()), "256 bits"
    assert not any(password.text in (tmp_path / "users.acl").read_text() for password in passwords.values())


def test_a_password_is_made_once_and_anew_where_its_file_was_removed(tmp_path: Path) -> None:
    first = redis_access.ensure_users(tmp_path)
    assert redis_access.ensure_users(tmp_path) == first
    first["case-api"].file.unlink()
    second = redis_access.ensure_users(tmp_path)
    assert second[OPERATOR] == first[OPERATOR]
    assert second["case-api"].text != first["case-api"].text


def test_a_password_that_others_could_read_is_closed_again(tmp_path: Path) -> None:
    file = redis_access.ensure_users(tmp_path)["case-api"].file
    file.chmod(0o644)
    redis_access.ensure_users(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_settings_of_the_server_hold_no_password_and_name_the_users(tmp_path: Path) -> None:
    config = StackConfig.on_free_ports(tmp_path / "home")
    redis_server.prepare(config)
    text = (config.redis_folder / "redis.conf").read_text()
    assert "aclfile users.acl\n" in text
    assert not any(config.redis_password_file(user).read_text().strip() in text for user in RIGHTS)


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


def as_user(redis_server: RedisServer, user: str) -> Redis:
    return Redis(unix_socket_path=str(redis_server.socket), username=user, password=redis_server.passwords[user], decode_responses=True)


PROCESSES = pytest.mark.parametrize(
    ("spec", "user"), [(spec, user) for spec in CATALOGUE for user in (spec.api, spec.worker)], ids=lambda each: each if isinstance(each, str) else ""
)


@PROCESSES
@pytest.mark.parametrize("command", [command.strip() for line in CLOSED.strip().splitlines() for command in line.split("|")])
def test_what_processes_do_not_use_is_closed_to_each(redis_server: RedisServer, spec: ServiceSpec, user: str, command: str) -> None:
    with as_user(redis_server, user) as client, pytest.raises(NoPermissionError):
        client.execute_command(*command.split())


@PROCESSES
def test_a_process_reaches_the_keys_of_its_own_service_alone(redis_server: RedisServer, spec: ServiceSpec, user: str) -> None:
    with as_user(redis_server, user) as client:
        for each in CATALOGUE:
            for key in (f"{{{each.name}:1:p0}}:cursor", f"{each.name}:idempotency:a:b"):
                if each is spec:
                    assert client.hgetall(key) == {}
                    continue
                with pytest.raises(NoPermissionError):
                    client.hgetall(key)
                with pytest.raises(NoPermissionError):
                    client.execute_command("evalsha", "0" * 40, 1, key)


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_an_api_writes_nothing_of_what_a_worker_keeps(redis_server: RedisServer, spec: ServiceSpec) -> None:
    kept, beside = f"{{{spec.name}:1:p0}}:cursor", f"{spec.name}:story"
    with as_user(redis_server, spec.api) as client:
        loaded = str(client.execute_command("script load", "return redis.call('HSET', KEYS[1], 'next', '9')"))
        for command in (f"hset {kept} next 9", f"del {kept}", f"expire {kept} 1", f"set {kept} 9"):
            with pytest.raises(NoPermissionError):
                client.execute_command(*command.split())
        with pytest.raises(ResponseError, match="ACL failure in script"):
            client.evalsha(loaded, 1, kept)
        assert client.evalsha(loaded, 1, beside) == 1
        assert client.delete(beside) == 1


async def test_people_sign_in_and_out_with_the_rights_of_their_api(redis_server: RedisServer) -> None:
    password = redis_server.passwords[REPORTING.api]
    async with connect(f"unix://{REPORTING.api}:{password}@{redis_server.socket}?db=0") as client:
        store = SessionStore(client, REPORTING.name, Lifetimes(60, 60))
        under_way = SignIn("state", "nonce", "verifier", "/")
        assert await store.take(await store.keep(under_way)) == under_way
        caller = Caller("somebody", "/provinces/51", frozenset({Role.SUPERIOR}))
        drawn = await store.begin(caller)
        session = await store.of(drawn)
        assert session is not None
        assert session.caller == caller
        await store.end(drawn)
        assert await store.of(drawn) is None


def test_relief_alone_has_its_api_keep_walks_beside(redis_server: RedisServer) -> None:
    with as_user(redis_server, "relief-api") as client:
        assert client.hset("{relief:terms}:walks", "2020-spring", "{}") == 1
        assert client.delete("{relief:terms}:walks") == 1
    with as_user(redis_server, "case-api") as client, pytest.raises(NoPermissionError):
        client.hset("{relief:terms}:walks", "2020-spring", "{}")


async def test_the_operator_may_do_everything(database: RedisDatabase) -> None:
    assert await do(database.operator, "acl whoami") == OPERATOR.encode()
    for command in ("config set maxmemory-policy noeviction", "flushdb", "client list", "script flush"):
        await do(database.operator, command)


async def test_services_read_their_password_from_its_file_when_they_connect(database: RedisDatabase, tmp_path: Path) -> None:
    url = f"unix://{SERVICES}@{urlsplit(database.url).path}"
    (tmp_path / "password").write_text(f"{urlsplit(database.url).password}\n")
    async with connect_to(Address(url, tmp_path / "password")) as client:
        assert await client.ping()
    (tmp_path / "password").write_text("another\n")
    async with connect_to(Address(url, tmp_path / "password")) as client:
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
