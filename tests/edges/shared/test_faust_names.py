"""The private names that the edges lean on. When a new version moves one, this says which."""

import inspect
from importlib.metadata import version
from unittest.mock import Mock

import faust
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import Assignment, SubscriptionState, TopicPartitionState
from faust.tables import recovery
from faust.transport import consumer
from faust.transport.consumer import Consumer as AnyConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types import ConsumerMessage
from mode.worker import Worker

from tests.support.code_names import names_used


def test_the_pinned_versions_are_the_ones_that_were_looked_into() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("aiokafka").startswith("0.14.")


def test_the_app_makes_its_transport_where_ours_steps_in() -> None:
    assert list(inspect.signature(faust.App._new_transport).parameters) == ["self"]
    assert "_new_transport" in names_used(faust.App), "the app no longer makes its transport by this name"
    assert driver.Transport.Consumer is driver.Consumer


def test_a_worker_makes_its_folders_where_ours_makes_none() -> None:
    assert list(inspect.signature(faust.App._create_directories).parameters) == ["self"]
    assert "_create_directories" in names_used(faust.App)


def test_the_fetcher_drains_by_the_name_that_is_overridden() -> None:
    assert "_drain_messages" in names_used(consumer)
    assert list(inspect.signature(AnyConsumer._drain_messages).parameters) == ["self", "fetcher"]


def test_every_assignment_seeks_by_the_name_that_is_overridden() -> None:
    assert "seek_to_committed" in names_used(AnyConsumer.perform_seek)
    assert "perform_seek" in names_used(recovery)


def test_the_consumer_has_what_the_drain_uses() -> None:
    for name in ("_getmany", "_get_active_partitions", "on_buffer_full", "can_resume_flow"):
        assert name in dir(driver.Consumer) or name in names_used(AnyConsumer), name
    assert {"_read_offset", "flow_active", "callback", "consumer_stopped_errors"} <= names_used(AnyConsumer)
    assert {"_buffered_partitions", "_paused_partitions"} <= names_used(AnyConsumer)


def test_the_consumer_thread_seeks_commits_and_knows_its_assignment() -> None:
    for name in ("seek_wait", "commit", "assignment"):
        assert callable(getattr(driver.AIOKafkaConsumerThread, name)), name
    assert "_consumer" in names_used(driver.AIOKafkaConsumerThread)


def test_the_consumer_thread_is_made_reads_and_seeks_by_the_names_that_are_overridden() -> None:
    thread = driver.AIOKafkaConsumerThread
    assert "_create_worker_consumer" in names_used(thread._create_consumer)
    assert "_fetch_records" in names_used(thread.getmany)
    assert list(inspect.signature(thread._fetch_records).parameters) == ["self", "consumer", "active_partitions", "timeout", "max_records"]
    assert "_seek_wait" in names_used(thread.seek_wait)
    assert list(inspect.signature(thread._seek_wait).parameters) == ["self", "consumer", "partitions"]
    assert list(inspect.signature(thread.highwater).parameters) == ["self", "tp"]


def test_the_consumer_makes_its_thread_with_these_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Mock()
    monkeypatch.setattr(driver, "AIOKafkaConsumerThread", made)
    of = Mock(spec=["loop", "beacon"])
    driver.Consumer._new_consumer_thread(of)
    made.assert_called_once_with(of, loop=of.loop, beacon=of.beacon)


def test_a_consumer_takes_its_isolation_level_when_it_starts() -> None:
    assert "_isolation_level" in names_used(AIOKafkaConsumer.start)
    assert callable(AIOKafkaConsumer.last_stable_offset)


def test_a_consumer_knows_its_positions() -> None:
    assert "_subscription" in names_used(AIOKafkaConsumer)
    assert {"subscription"} <= set(dir(SubscriptionState))
    assert {"has_valid_position", "position"} <= set(dir(TopicPartitionState))
    assert callable(Assignment.state_value)


def test_a_message_takes_its_arguments_in_this_order() -> None:
    names = list(inspect.signature(ConsumerMessage).parameters)
    assert names[:12] == [
        "topic", "partition", "offset", "timestamp", "timestamp_type", "headers", "key", "value", "checksum",
        "serialized_key_size", "serialized_value_size", "tp",
    ]  # fmt: skip
    assert "generation_id" in names


def test_group_errors_can_be_asked_for() -> None:
    assert callable(GroupCoordinator.check_errors)
    assert "_coordinator" in names_used(AIOKafkaConsumer)
    assert "_closed" in names_used(AIOKafkaConsumer)


def test_rebalances_begin_and_end_by_the_names_that_are_overridden() -> None:
    for name in ("on_rebalance_start", "on_rebalance_end"):
        assert list(inspect.signature(getattr(faust.App, name)).parameters) == ["self"], name
    assert "on_rebalance_start" in names_used(driver)
    assert "on_rebalance_end" in names_used(recovery)


def test_the_worker_sets_up_logging_where_ours_steps_in() -> None:
    assert list(inspect.signature(Worker._setup_logging).parameters) == ["self"]


def test_what_the_worker_writes_and_waits_for_can_be_kept_from_it() -> None:
    assert {"stdout", "stderr"} <= set(inspect.signature(Worker).parameters)
    assert list(inspect.signature(Worker._enter_debugger).parameters) == ["self"]
    assert "_enter_debugger" in names_used(Worker._on_sigusr2)


def test_a_reader_can_ask_for_one_topic() -> None:
    assert callable(AIOKafkaClient.add_topic)
    assert callable(AIOKafkaClient.force_metadata_update)
    assert "_client" in names_used(AIOKafkaConsumer)
