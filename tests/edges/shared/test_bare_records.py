"""Records that were fetched come out of their batch without a copy of each, in the workers and where the log is read back."""

import subprocess
import sys
from unittest.mock import Mock

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition
from faust.transport.drivers import aiokafka as driver

from shared.brokers import Brokers
from shared.log.bare_records import BareRecords
from shared.log.event_log import LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.worker.faust_edge.consumer import BatchConsumerThread
from tests.edges.shared.test_record_batch import FACTS, built
from tests.support.code_names import names_used

TP = TopicPartition("student-status", 0)


def of(kind: type[fetcher.PartitionRecords]) -> fetcher.PartitionRecords:
    return kind(TP, MemoryRecords(built(FACTS)), [], 0, None, None, True, fetcher.READ_COMMITTED)


def test_they_are_the_same_records_and_no_copies() -> None:
    bare, copied = of(BareRecords), of(BareRecords.__mro__[1])
    found, expected = list(bare), list(copied)
    assert [(r.offset, r.timestamp, r.key, r.value) for r in found] == [(r.offset, r.timestamp, r.key, r.value) for r in expected]
    assert (bare.next_fetch_offset, len(found)) == (copied.next_fetch_offset, len(FACTS))
    assert not {type(record) for record in found} & {type(record) for record in expected}


def test_the_fetcher_makes_its_records_where_ours_step_in() -> None:
    assert "PartitionRecords" in names_used(fetcher.Fetcher)
    assert "_consumer_record" in names_used(BareRecords.__mro__[1])


@pytest.fixture
def stock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "PartitionRecords", BareRecords.__mro__[1])


@pytest.mark.usefixtures("stock")
def test_a_worker_fetches_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_create_worker_consumer", Mock())
    BatchConsumerThread.__new__(BatchConsumerThread)._create_worker_consumer(None)
    assert fetcher.PartitionRecords is BareRecords


@pytest.mark.usefixtures("stock")
async def test_whoever_reads_back_the_log_fetches_so(unused_tcp_port: int) -> None:
    log = KafkaLog(Brokers(bootstrap=f"127.0.0.1:{unused_tcp_port}"), client_id="nobody", patience=0.2)
    with pytest.raises(LogUnavailable):
        await anext(aiter(log.read("student-status", 0, 0, 1)))
    assert fetcher.PartitionRecords is BareRecords


def test_a_process_that_did_not_ask_keeps_those_of_the_client() -> None:
    code = "from aiokafka.consumer import fetcher; import shared.log.kafka_log; print(fetcher.PartitionRecords.__module__)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "aiokafka.consumer.fetcher"
