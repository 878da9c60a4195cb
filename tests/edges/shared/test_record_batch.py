"""Record batches are compressed at the fastest level, by our own producer only, and any Kafka client reads them."""

import inspect
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module

import pytest
from aiokafka import codec
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from shared.log import record_batch
from shared.log.record_batch import HEADER, Lz4Batch

FACTS = [(b"%032x" % n**7, b'{"subject":"%032x","status":"enrolled"}' % n**7) for n in range(2_000)]
NOISE = [(b"k", b"".join(sha256(b"%d" % n).digest() for n in range(200)))]


def built(pairs: list[tuple[bytes, bytes]], *, make: Callable[[int], BatchBuilder] = Lz4Batch) -> bytes:
    made = make(900_000)
    for key, value in pairs:
        assert made.append(timestamp=0, key=key, value=value, headers=[("content-type", b"text")]) is not None
    return bytes(made._build())


def uncompressed(size: int) -> BatchBuilder:
    return BatchBuilder(size, 0)


def read(batch: bytes) -> list[tuple[bytes, bytes]]:
    records = MemoryRecords(batch).next_batch()
    assert records.validate_crc()
    return [(record.key, record.value) for record in records]


@pytest.mark.parametrize("pairs", [FACTS, NOISE, FACTS[:1]])
def test_a_client_reads_what_was_put_in(pairs: list[tuple[bytes, bytes]]) -> None:
    assert read(built(pairs)) == pairs


def test_records_are_compressed_at_the_fastest_level() -> None:
    records = built(FACTS, make=uncompressed)[HEADER:]
    assert built(FACTS)[HEADER:] == codec.lz4_encode(records, level=1) != codec.lz4_encode(records, level=9)


def test_what_compression_does_not_make_smaller_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = built(NOISE, make=uncompressed)
    assert built(NOISE) == as_it_is
    monkeypatch.setattr(record_batch, "_saves_anything", lambda *_: True)
    assert len(built(NOISE)) > len(as_it_is)


def test_a_batch_is_compressed_once_however_often_it_is_sent() -> None:
    batch = Lz4Batch(900_000)
    batch.append(timestamp=0, key=None, value=b"x" * 1_000)
    assert batch._build() is batch._build()


def test_other_clients_of_the_process_keep_their_level() -> None:
    import_module("shared.log.kafka_log")
    assert inspect.signature(codec.lz4_encode).parameters["level"].default == 9
