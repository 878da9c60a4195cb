"""Who is let in to the embedded Kafka, and what each may do there: asked of a real broker."""

from __future__ import annotations

import socket
import stat
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import AuthorizationError, GroupAuthorizationFailedError, TopicAuthorizationFailedError

from deploy.local import kafka_access
from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.kafka_access import BROKER, OPERATOR
from deploy.local.stack import LocalStack
from shared.brokers import Brokers
from shared.log.access_admin import compare, ensure_access, wrong_rights
from shared.log.event_log import LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.log.rights import AUDITOR, Right, rights, users
from shared.log.topics import INPUTS, STUDENT_STATUS, topics
from tests.support.stack import by_operator

TOPICS = [topic.name for topic in topics()]
EACH = pytest.mark.parametrize("user", users())


@contextmanager
def admin(brokers: Brokers) -> Iterator[Any]:
    with closing(KafkaAdminClient(**brokers.client(), bootstrap_timeout_ms=5_000, request_timeout_ms=10_000)) as client:
        yield client


def as_user(stack: LocalStack, user: str) -> Brokers:
    return kafka_access.brokers(stack.config, user)


def test_passwords_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    config = StackConfig.on_free_ports(tmp_path)
    passwords = kafka_access.ensure_passwords(config)
    assert set(passwords) == {BROKER, OPERATOR, *users()}
    assert len(set(passwords.values())) == len(passwords)
    assert all(len(password) >= 43 for password in passwords.values()), "256 bits"
    assert {stat.S_IMODE(file.stat().st_mode) for file in config.kafka_users.iterdir()} == {0o600}
    assert kafka_access.ensure_passwords(config) == passwords


def test_the_broker_lets_nobody_in_unasked_on_any_listener(tmp_path: Path) -> None:
    config = StackConfig.on_free_ports(tmp_path)
    settings = kafka_access.settings(config, kafka_access.ensure_passwords(config))
    assert "PLAINTEXT" not in {each.partition(":")[2] for each in settings["listener.security.protocol.map"].split(",")}
    assert settings["allow.everyone.if.no.acl.found"] == "false"
    assert settings["super.users"] == "User:broker;User:operator"


def test_the_file_that_holds_passwords_is_its_owners_alone(stack: LocalStack) -> None:
    assert stat.S_IMODE((stack.config.home / "kafka" / "server.properties").stat().st_mode) == 0o600


def ask(connection: socket.socket, key: int, version: int, body: bytes) -> bytes:
    """Speak Kafka's protocol by hand. Return the answer behind its header, b"" where the listener hung up."""
    request = struct.pack(">hhih", key, version, 7, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    try:
        head = connection.recv(4)
        return connection.recv(struct.unpack(">i", head)[0])[4:] if head else b""
    except ConnectionResetError:
        return b""


def log_in(port: int, user: str, password: str) -> int:
    """Return the code of the error with which a name and a password are answered; 0 lets in."""
    said = f"\0{user}\0{password}".encode()
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        assert ask(connection, 17, 1, struct.pack(">h5s", 5, b"PLAIN"))[:2] == b"\0\0"
        return int(struct.unpack(">h", ask(connection, 36, 0, struct.pack(">i", len(said)) + said)[:2])[0])


PORTS = pytest.mark.parametrize("port", ["kafka_port", "kafka_controller_port"])
METADATA, CLUSTER = 3, 60
WRONG_PASSWORD = 58


@PORTS
@pytest.mark.parametrize("question", [METADATA, CLUSTER])
def test_whoever_names_nobody_is_hung_up_on(stack: LocalStack, port: str, question: int) -> None:
    with socket.create_connection((LOOPBACK, getattr(stack.config, port)), timeout=10) as connection:
        assert ask(connection, question, 0, struct.pack(">i", 0)) == b""


@PORTS
@pytest.mark.parametrize("user", [BROKER, OPERATOR])
def test_a_wrong_password_is_refused_and_the_right_one_is_not(stack: LocalStack, port: str, user: str) -> None:
    where, right = getattr(stack.config, port), stack.config.kafka_password_file(user).read_text()
    assert [log_in(where, user, password) for password in (right, f"{right}x", "")] == [0, WRONG_PASSWORD, WRONG_PASSWORD]


@PORTS
def test_a_process_does_not_get_in_by_sending_its_password(stack: LocalStack, port: str) -> None:
    password = stack.config.kafka_password_file("case-worker").read_text()
    assert log_in(getattr(stack.config, port), "case-worker", password) == WRONG_PASSWORD


async def test_a_process_with_a_wrong_password_says_so_and_waits(stack: LocalStack, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong")
    log = KafkaLog(replace(as_user(stack, "case-api"), password_file=tmp_path / "password"), client_id="test", patience=3.0)
    with pytest.raises(LogUnavailable):
        await log.start()


@EACH
def test_the_broker_allows_each_what_the_catalogue_says_and_nothing_else(stack: LocalStack, user: str) -> None:
    """The broker tells whoever asks what it would let him do."""
    given = {(right.name, right.operation) for right in rights() if right.user == user and right.kind == "topic"}
    wanted = {name: {operation for topic, operation in given if topic == name} for name in TOPICS}
    with admin(as_user(stack, user)) as client:
        allowed = {topic["name"]: set(topic["authorized_operations"] or ()) for topic in client.describe_topics(TOPICS)}
        assert client.describe_cluster()["authorized_operations"] == []
    assert allowed == {name: operations | {"DESCRIBE"} if operations else set() for name, operations in wanted.items()}


SETTING = ConfigResource(ConfigResourceType.TOPIC, STUDENT_STATUS, {"max.message.bytes": "1"})
TO_ALL = ACL("User:*", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, STUDENT_STATUS))

CLOSED: dict[str, Callable[[Any], object]] = {
    "delete records": lambda client: client.delete_records({TopicPartition(STUDENT_STATUS, 0): 0}),
    "delete a topic": lambda client: client.delete_topics([STUDENT_STATUS]),
    "make a topic": lambda client: client.create_topics({"mine": {"num_partitions": 1, "replication_factor": 1}}),
    "add partitions": lambda client: client.create_partitions({STUDENT_STATUS: 20}),
    "change a setting": lambda client: client.alter_configs([SETTING], raise_on_unknown=False),
    "give rights": lambda client: client.create_acls([TO_ALL]),
    "see rights": lambda client: compare(client, users(), rights()),
    "set a password": lambda client: client.alter_user_scram_credentials([UserScramCredentialUpsertion(AUDITOR, "SCRAM_SHA_512", "x")]),
}


@pytest.mark.parametrize("user", ["enrolment-worker", "reporting-worker", AUDITOR])
@pytest.mark.parametrize("what", CLOSED)
def test_nobody_but_the_operator_deletes_makes_or_changes_anything(stack: LocalStack, user: str, what: str) -> None:
    """Some refusals are raised, others stand in the answer."""
    with admin(as_user(stack, user)) as client:
        try:
            answered = repr(CLOSED[what](client))
        except AuthorizationError as refused:
            answered = repr(refused)
    assert any(said in answered for said in ("AuthorizationFailedError", "Topic authorization failed", "needs ALTER permission")), answered


@pytest.mark.parametrize("user", [AUDITOR, "reporting-api", "case-api"])
def test_facts_of_whoever_does_not_write_the_record_are_refused(stack: LocalStack, user: str) -> None:
    producer = KafkaProducer(**as_user(stack, user).client(), enable_idempotence=False)
    with closing(producer), pytest.raises(TopicAuthorizationFailedError):
        producer.send(STUDENT_STATUS, b"a fact", partition=0).get(timeout=10)


async def test_a_process_may_not_read_what_is_not_for_it_and_says_so(stack: LocalStack) -> None:
    log = KafkaLog(as_user(stack, "case-worker"), client_id="test", patience=3.0)
    assert len(await log.end_offsets(STUDENT_STATUS)) == stack.config.partitions
    with pytest.raises(LogUnavailable, match="TopicAuthorizationFailedError"):
        [piece async for piece in log.read(INPUTS["relief"].name, 0, 0, 1)]
    await log.stop()


def test_a_worker_cannot_be_one_of_another_services_group(stack: LocalStack) -> None:
    consumer = KafkaConsumer(INPUTS["case"].name, **as_user(stack, "case-worker").client(), group_id="enrolment-1")
    with closing(consumer), pytest.raises(GroupAuthorizationFailedError):
        consumer.poll(timeout_ms=10_000)


def test_rights_that_are_missing_are_given_and_surplus_ones_taken(stack: LocalStack) -> None:
    operator = by_operator(stack.config)
    texts = {user: stack.config.kafka_password_file(user).read_text() for user in users()}
    assert ensure_access(operator, texts, rights()) == 0
    assert wrong_rights(operator, users(), rights()) == ()

    with admin(operator) as client:
        client.create_acls([TO_ALL])
        lacking = Right("case-worker", "READ", "topic", STUDENT_STATUS)
        where = ResourcePattern(ResourceType.TOPIC, STUDENT_STATUS)
        client.delete_acls([ACLFilter("User:case-worker", "*", ACLOperation.READ, ACLPermissionType.ALLOW, where)])
        missing, surplus = compare(client, users(), rights())
        assert (len(missing), surplus) == (1, {TO_ALL})
    assert wrong_rights(operator, users(), rights()) == (
        f"User:{lacking.user}: READ on topic {STUDENT_STATUS} is missing",
        f"User:*: ALL on topic {STUDENT_STATUS} is too much",
    )
    assert ensure_access(operator, texts, rights()) == 2
    assert wrong_rights(operator, users(), rights()) == ()
