"""What latency is held against: records produced into a topic and consumed from it at once, by librdkafka, with nothing of ours between.

It runs with packages of its own. Records are produced at an even rate, whatever becomes of those before. Each is acknowledged by all in-sync
replicas, and carries the moment at which it was due. It prints the seconds from there until the consumer had each, as a list.
"""

import json
import struct
import sys
import time
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition

from bench.side_by_side.contestants.librdkafka import client
from bench.side_by_side.task import Task, read_task

_FILLED = b"." * 500
"""A record is about as long as a fact."""
_WITHIN = 10.0
"""Seconds until the last record must have come."""


def main(task: Task) -> None:
    """Produce and consume, and print the seconds of each record; the rate a second, and the number of records, are what `state` says."""
    rate, number = map(float, task.state.split())
    consumer = Consumer({**client(task), "group.id": task.name, "enable.auto.commit": False, "fetch.wait.max.ms": 500})
    consumer.assign([TopicPartition(task.topic, partition, OFFSET_END) for partition in range(task.partitions)])
    consumer.poll(2.0)
    producer = Producer({**client(task), "enable.idempotence": True, "linger.ms": 0})
    producer.list_topics(task.topic)
    failed, seconds, sent = list[Any](), list[float](), 0
    begun = time.monotonic() + 0.5
    end = begun + number / rate + _WITHIN
    while len(seconds) < number and time.monotonic() < end:
        while sent < number and (due := begun + sent / rate) <= time.monotonic():
            value = struct.pack("d", due) + _FILLED
            producer.produce(
                task.topic, value=value, partition=sent % task.partitions, on_delivery=lambda error, _: failed.append(error) if error else None
            )
            sent += 1
        producer.poll(0)
        found = consumer.poll(0.001)
        if found is not None and not found.error():
            seconds.append(time.monotonic() - struct.unpack("d", found.value()[:8])[0])
    if failed or len(seconds) < number:
        sys.exit(f"{len(failed)} records were not acknowledged, and {number - len(seconds):.0f} did not come back")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(read_task())
