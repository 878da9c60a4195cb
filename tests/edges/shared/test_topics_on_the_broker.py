"""Making and holding topics, on a real broker. Each test has topics of its own, named after it."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest
from kafka import KafkaAdminClient

from deploy.local.config import free_ports
from deploy.local.stack import LocalStack
from shared.brokers import Brokers
from shared.log.topic_admin import BrokerUnavailable, TopicsWrong, check_topics, ensure_topics
from shared.log.topics import Topic, topics
from tests.support.stack import by_operator


@pytest.fixture
def wanted(request: pytest.FixtureRequest) -> tuple[Topic, ...]:
    """The topics of the wire, three partitions each, under names of this test's own."""
    suffix = request.node.name.replace("_", "-")[:120]
    return tuple(dataclasses.replace(topic, name=f"{topic.name}.{suffix}") for topic in topics(partitions=3))


def with_setting(topic: Topic, name: str, value: str) -> Topic:
    return dataclasses.replace(topic, settings=MappingProxyType({**topic.settings, name: value}))


def test_missing_topics_are_made_once(stack: LocalStack, wanted: tuple[Topic, ...]) -> None:
    broker = by_operator(stack.config)
    assert ensure_topics(broker, wanted) == [topic.name for topic in wanted]
    assert ensure_topics(broker, wanted) == []
    assert check_topics(broker, wanted) == []


def test_the_stack_has_made_the_real_ones(stack: LocalStack) -> None:
    assert check_topics(by_operator(stack.config), topics()) == []


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("cleanup.policy", "compact"),
        ("retention.ms", "604800000"),
        ("retention.bytes", "1073741824"),
        ("min.insync.replicas", "2"),
        ("max.message.bytes", "2000000"),
        ("compression.type", "gzip"),
        ("message.timestamp.type", "CreateTime"),
        ("unclean.leader.election.enable", "true"),
    ],
)
def test_a_wrong_setting_is_an_error_with_its_fix(stack: LocalStack, wanted: tuple[Topic, ...], setting: str, wrong: str) -> None:
    broker, topic = by_operator(stack.config), dataclasses.replace(wanted[0], name=f"wrong-{setting}")
    ensure_topics(broker, [with_setting(topic, setting, wrong)])

    with pytest.raises(TopicsWrong) as refused:
        ensure_topics(broker, [topic])

    (deviation,) = refused.value.deviations
    assert (deviation.topic, deviation.setting, deviation.found, deviation.wanted) == (topic.name, setting, wrong, topic.settings[setting])
    for part in (topic.name, setting, wrong, f"--add-config {setting}={topic.settings[setting]}"):
        assert part in str(refused.value)


def test_a_wrong_partition_count_is_an_error_and_is_not_changed(stack: LocalStack, wanted: tuple[Topic, ...]) -> None:
    broker = by_operator(stack.config)
    ensure_topics(broker, wanted[:1])
    more = dataclasses.replace(wanted[0], partitions=5)

    with pytest.raises(TopicsWrong, match=r"the partition count is 3, wanted 5"):
        ensure_topics(broker, [more])

    assert check_topics(broker, wanted[:1]) == []


def test_nothing_is_made_while_something_is_wrong(stack: LocalStack, wanted: tuple[Topic, ...]) -> None:
    broker = by_operator(stack.config)
    ensure_topics(broker, [with_setting(wanted[0], "cleanup.policy", "compact")])

    with pytest.raises(TopicsWrong):
        ensure_topics(broker, wanted)

    admin = KafkaAdminClient(**broker.client())
    try:
        assert not {topic.name for topic in wanted[1:]} & set(admin.list_topics())
    finally:
        admin.close()


def test_a_check_names_what_is_missing_and_makes_nothing(stack: LocalStack, wanted: tuple[Topic, ...]) -> None:
    broker = by_operator(stack.config)
    for _ in range(2):
        assert [deviation.topic for deviation in check_topics(broker, wanted)] == [topic.name for topic in wanted]


def test_a_broker_that_is_not_there_is_said_after_the_patience_given() -> None:
    nowhere = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(BrokerUnavailable, match=nowhere):
        check_topics(Brokers(nowhere), topics(), patience=0.2)
