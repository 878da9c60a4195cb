"""What intake is held against: the same lines decoded with msgspec and produced with confluent-kafka, without HTTP, checks and receipts.

It runs with packages of its own, reads the bodies of a file, between which is an empty line, waits until all lines are acknowledged, and prints its
CPU seconds.
"""

import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka import Producer

from bench.side_by_side.contestants.librdkafka import client
from bench.side_by_side.task import Task, read_task


class Report(msgspec.Struct):
    """A line as the api takes it."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: Any


def main(task: Task) -> None:
    """Produce all lines, and print the CPU seconds that this took."""
    bodies = Path(task.state).read_bytes().split(b"\n\n")
    options = {"enable.idempotence": True, "compression.type": "lz4", "partitioner": "murmur2_random", "queue.buffering.max.messages": 1_000_000}
    producer, decode = Producer({**client(task), **options}), msgspec.json.Decoder(Report).decode
    producer.list_topics(task.topic)
    failed: list[Any] = []

    def told(error: Any, _message: Any) -> None:
        if error is not None:
            failed.append(error)

    begun = time.process_time()
    for body in bodies:
        for line in body.split(b"\n"):
            producer.produce(task.topic, value=line, key=decode(line).subject, on_delivery=told)
        producer.poll(0)
    producer.flush()
    spent = time.process_time() - begun
    if failed:
        sys.exit(f"{len(failed)} lines were not produced: {failed[0]}")
    print(spent)


if __name__ == "__main__":
    main(read_task())
