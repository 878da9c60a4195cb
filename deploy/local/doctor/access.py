"""Who is let in to what the stack stands on: passwords, the rights of users, and addresses on which others could ask."""

from __future__ import annotations

import socket
import stat
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import psutil
import redis
from kafka.errors import KafkaError

from deploy.health import PATIENCE
from deploy.local import kafka_access, redis_access
from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.doctor.check import Check
from deploy.local.processes import KAFKA
from deploy.local.stack import LocalStack
from shared.contracts.services import SERVICES
from shared.log.access_admin import wrong_rights
from shared.log.rights import rights, users
from shared.log.topic_admin import BrokerUnavailable

SHORTEST_PASSWORD = 32
"""Letters. What set-up makes has 43; whatever was put in its place by hand must not be guessed either."""
SECRETS = ("*.password", "users.acl", "kafka/server.properties", "issuer/keys.json", "issuer/clients/*.json")
"""Files that nobody but their owner may read: passwords, and the keys of the issuer and of its clients; `names.py` has those of names."""
ANEW = "make down, then make up: they are written anew"


def files(home: Path) -> Iterator[Check]:
    """Check that nobody else reads a file with a secret, and that no password was put there that can be guessed."""
    secrets = [file for pattern in SECRETS for file in home.rglob(pattern) if not file.name.endswith(".public.json")]
    if not secrets:
        return
    open_ = [file for file in secrets if stat.S_IMODE(file.stat().st_mode) & 0o077]
    yield Check("secrets", _listed("others may read", open_, home) or "are their owner's alone", _named("chmod 600", open_))
    short = [file for file in secrets if file.suffix == ".password" and len(file.read_text("utf-8", "replace").strip()) < SHORTEST_PASSWORD]
    mend = _named("make down, then rm", short)
    yield Check("passwords", _listed("can be guessed:", short, home) or "are long enough", f"{mend}, then make up" if mend else None)


def checks(stack: LocalStack) -> Iterator[Check]:
    """Check a stack that runs."""
    config = stack.config
    yield from _kafka(config)
    yield from _redis(config)
    pids = {name: state.pid for name, state in stack.states().items() if state.pid}
    yield addresses({name: listening(pid) for name, pid in pids.items()}.items())


def addresses(listens: Iterable[tuple[str, Iterable[tuple[str, int]]]]) -> Check:
    """Check that every process listens on this machine's own address alone: there is no TLS on those of the stack."""
    far = [f"{name} on {host}:{port}" for name, ports in listens for host, port in ports if not ip_address(host).is_loopback]
    mend = "make down, then make up: the stack listens on 127.0.0.1; for others, put a proxy with TLS before it (docs/how-to/run-in-containers.md)"
    return Check("addresses", f"others may reach {', '.join(far)}" if far else "nothing listens beyond this machine", mend if far else None)


def listening(pid: int) -> list[tuple[str, int]]:
    """Return the addresses on which a process listens."""
    with suppress(psutil.Error):
        return [each.laddr for each in psutil.Process(pid).net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    return []


def _kafka(config: StackConfig) -> Iterator[Check]:
    open_ = [port for port in (config.kafka_port, config.kafka_controller_port) if answers_nobody_in_particular(port)]
    yield Check("Kafka's listeners", f"whoever names no user is answered on {open_}" if open_ else "let nobody in unasked", ANEW if open_ else None)
    try:
        wrong = wrong_rights(kafka_access.brokers(config, kafka_access.OPERATOR), users(), rights(), patience=PATIENCE)
    except (BrokerUnavailable, KafkaError, OSError) as error:
        yield Check("Kafka's users", f"cannot be looked at: {error!r}", f"read {config.logs / KAFKA}.log, then make down and make up")
        return
    yield Check("Kafka's users", "; ".join(wrong) or "may do what the catalogue says, and nothing else", ANEW if wrong else None)


def answers_nobody_in_particular(port: int) -> bool:
    """Return whether a listener of Kafka tells somebody who did not log in about the cluster."""
    question = struct.pack(">hhihi", 3, 0, 1, -1, 0)
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=PATIENCE) as connection:
        connection.sendall(struct.pack(">i", len(question)) + question)
        return bool(connection.recv(1))
    return False


def _redis(config: StackConfig) -> Iterator[Check]:
    try:
        with redis_access.client(config, redis_access.OPERATOR, patience=PATIENCE) as client:
            wrong = [
                f"{user} may {' '.join(command)}" for user in redis_access.PROCESSES for command in _not_for(user) if _may(client, user, command)
            ]
    except (redis.RedisError, OSError):
        return  # it is said elsewhere that Redis does not answer
    yield Check("Redis's rights", "; ".join(wrong) or "each process reaches its own keys by what it uses", ANEW if wrong else None)


def _not_for(user: str) -> Iterator[tuple[str, ...]]:
    """Commands that no process may do, and one on the keys of each other service."""
    yield from (("flushall",), ("flushdb",), ("config", "get", "maxmemory"), ("keys", "*"), ("debug", "jmap"), ("script", "flush"), ("acl", "list"))
    yield from (("get", f"{spec.name}:story") for spec in SERVICES if user not in (spec.api, spec.worker))


def _may(client: redis.Redis, user: str, command: tuple[str, ...]) -> bool:
    try:
        return client.acl_dryrun(user, *command) == "OK"
    except redis.ResponseError:
        return True  # the user is not there, and who knows what is


def _listed(what: str, wrong: list[Path], home: Path) -> str:
    return f"{what} {', '.join(str(file.relative_to(home)) for file in wrong)}" if wrong else ""


def _named(command: str, wrong: list[Path]) -> str | None:
    return f"{command} {' '.join(map(str, wrong))}" if wrong else None
