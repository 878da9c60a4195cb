"""A plain loop: confluent-kafka, msgspec, a dict. Volatile: whoever kills it begins again at the first fact, and nothing says if two of them run."""

import signal

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from bench.side_by_side.contestants.board import CellBoard
from bench.side_by_side.contestants.counts import add_fact, sums
from bench.side_by_side.contestants.librdkafka import client
from bench.side_by_side.task import Task, read_task
from services.reporting.counting.tally import Tally

_AT_ONCE = 10_000


def main(task: Task) -> None:
    """Count to the end of every partition, then write all counts."""
    board, tally, facts, left = CellBoard(task), Tally(), 0, task.partitions
    board.start()
    consumer = Consumer({**client(task), "group.id": task.name, "enable.auto.commit": False, "enable.partition.eof": True})
    consumer.assign([TopicPartition(task.topic, partition, OFFSET_BEGINNING) for partition in range(task.partitions)])
    while left:
        for message in consumer.consume(_AT_ONCE, timeout=1.0):
            if message.error() is None:
                add_fact(tally, message.value())
                facts += 1
            elif message.error().code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  # its public name has an underscore
                left -= 1
            else:
                raise RuntimeError(message.error())
    board.write(dict(sums(tally)), {"all": facts})
    consumer.close()
    signal.pause()


if __name__ == "__main__":
    main(read_task())
